using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Server.Incidents;
using AttributionRegistry.Server.Registry;

namespace AttributionRegistry.Server.Panels;

/// <summary>Acts on the panel that a case has now; an earlier panel is history.</summary>
public static class PanelActs
{
    /// <summary>One command to the case of a panel.</summary>
    /// <param name="incident">Where the panel is, or null when there is no such panel.</param>
    /// <param name="panel">The panel that the address names.</param>
    /// <param name="id">The id that the answer names.</param>
    /// <param name="command">Makes the command.</param>
    /// <param name="then">What else belongs to the act.</param>
    public static Act On(
        IncidentId? incident, PanelId panel, string id, Func<Session, Case, CaseCommand> command, Func<Session, Case, Refusal?>? then = null)
    {
        var stream = incident is { } known ? CaseJournal.Stream(known) : "";
        return new Act(
            session =>
            {
                if (incident is not { } found || session.Load(CaseJournal.Definition, stream) is not { Panel: { } current } state || current.Id != panel)
                {
                    return CaseWrites.NoSuchThing;
                }

                return CaseWrites.Append(session, found, _ => command(session, state)) ?? then?.Invoke(session, state);
            },
            id, stream);
    }
}

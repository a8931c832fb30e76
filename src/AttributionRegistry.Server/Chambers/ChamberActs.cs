using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.Rounds;
using AttributionRegistry.Server.Findings;
using AttributionRegistry.Server.Incidents;
using AttributionRegistry.Server.Panels;
using AttributionRegistry.Server.Registry;
using AttributionRegistry.Server.Rounds;

namespace AttributionRegistry.Server.Chambers;

/// <summary>Acts of the chamber or before it, with what follows from them: a member leaves a round, a finding changes its status, a mapping opens.</summary>
internal static class ChamberActs
{
    internal static Act On(IncidentId? incident, string id, Publisher publisher, Func<Case, CaseCommand> command) => incident is { } known
        ? new Act(session => Append(session, known, publisher, command), id, CaseJournal.Stream(known))
        : new Act(_ => CaseWrites.NoSuchThing, id, "");

    internal static Refusal? Append(Session session, IncidentId incident, Publisher publisher, Func<Case, CaseCommand> command)
    {
        var stream = CaseJournal.Stream(incident);
        if (session.Load(CaseJournal.Definition, stream) is not { } before)
        {
            return CaseWrites.NoSuchThing;
        }

        if (CaseWrites.Append(session, incident, command) is { } refusal)
        {
            return refusal;
        }

        var after = session.Load(CaseJournal.Definition, stream)!;
        if (after.HasFinding && (after.Appeals != before.Appeals || after.Stage != before.Stage || after.Petitions != before.Petitions || after.Dispute != before.Dispute))
        {
            publisher.RepresentStatus(session, after);
        }

        return ChallengeEffects.Follow(session, before) ?? OpenMappings(session, before, after);
    }

    // The order and the opening are one act: no order is forgotten.
    private static Refusal? OpenMappings(Session session, Case before, Case after)
    {
        foreach (var order in after.MappingOrders.Where(o => o.Ruling is { Granted: true } && before.MappingOrders.Find(b => b.Id == o.Id)?.Ruling is null))
        {
            var stream = RoundJournal.Stream(order.Round);
            var round = session.Load(RoundJournal.Definition, stream);
            if (session.Append(
                RoundJournal.Definition, stream, RoundDecider.Decide(round, new RoundCommand.OpenMapping(order.Id) { By = session.By.Id, At = session.At })) is { } refusal)
            {
                return refusal;
            }
        }

        return null;
    }
}

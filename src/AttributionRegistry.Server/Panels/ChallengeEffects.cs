using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.Rounds;
using AttributionRegistry.Server.Incidents;
using AttributionRegistry.Server.Registry;
using AttributionRegistry.Server.Rounds;

namespace AttributionRegistry.Server.Panels;

/// <summary>What a challenge does to the round that is open: the windows stand still until it is decided, and a removed member leaves (V-14, V-18).</summary>
public static class ChallengeEffects
{
    /// <summary>Joins it to the act that has just changed the case.</summary>
    public static Refusal? Follow(Session session, Case before)
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(before);
        var after = session.Load(CaseJournal.Definition, CaseJournal.Stream(before.Id))!;
        if (after.CurrentRound is not { Outcome: null } open || after.Panel is not { } panel)
        {
            return null;
        }

        // First the member leaves: whether the reveal window had opened is asked of the windows as they were (V-18).
        var gone = panel.Seats.Where(s => s.Removed && before.Panel?.SeatOf(s.Person) is { Removed: false })
            .Select(s => (RoundCommand)new RoundCommand.Remove(s.Person) { By = session.By.Id, At = session.At });
        RoundCommand windows = panel.PendingChallenges.Any()
            ? new RoundCommand.SuspendWindows { By = session.By.Id, At = session.At }
            : new RoundCommand.ResumeWindows { By = session.By.Id, At = session.At };
        var stream = RoundJournal.Stream(open.Id);
        foreach (var command in gone.Append(windows))
        {
            if (session.Append(RoundJournal.Definition, stream, RoundDecider.Decide(session.Load(RoundJournal.Definition, stream), command)) is { } refusal)
            {
                return refusal;
            }
        }

        return null;
    }
}

using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Rounds;
using AttributionRegistry.Server.Registry;

namespace AttributionRegistry.Server.Rounds;

/// <summary>Voting rounds. Their leaves are sealed until the finding is out: an opaque leaf per envelope, nothing else.</summary>
public static class RoundJournal
{
    private const string LocatorSql = "INSERT INTO locator (id, incident) VALUES (@id, @incident)";

    private const string VoterSql = "INSERT INTO round_voter (round, person) VALUES (@round, @person)";

    public static Journal<Round, RoundEvent> Definition { get; } = new(
        "round",
        new Dictionary<string, Type>
        {
            ["round.opened"] = typeof(RoundEvent.Opened),
            ["vote.committed"] = typeof(RoundEvent.Committed),
            ["vote.opened"] = typeof(RoundEvent.BallotOpened),
            ["round.member-removed"] = typeof(RoundEvent.MemberRemoved),
            ["round.window-closed"] = typeof(RoundEvent.WindowClosed),
            ["tally.published"] = typeof(RoundEvent.Counted),
            ["opinion.filed"] = typeof(RoundEvent.OpinionFiled),
            ["motion.raised"] = typeof(RoundEvent.MotionRaised),
            ["motion.voted"] = typeof(RoundEvent.MotionVoted),
            ["motion.decided"] = typeof(RoundEvent.MotionDecided),
            ["round.window-extended"] = typeof(RoundEvent.WindowExtended),
            ["escrow.shares-released"] = typeof(RoundEvent.SharesReleased),
            ["escrow.unusable"] = typeof(RoundEvent.EscrowUnusable),
            ["escrow.closed"] = typeof(RoundEvent.EscrowClosed),
            ["round.contrary-argument-acknowledged"] = typeof(RoundEvent.ContraryArgumentAcknowledged),
        },
        RoundDecider.Evolve,
        isSealed: _ => true,
        Rows);

    public static string Stream(RoundId round) => round.Value;

    private static void Rows(RowContext<Round, RoundEvent> context)
    {
        if (context.Event is RoundEvent.Opened e)
        {
            context.Rows.Execute(LocatorSql, new { id = e.Round.Value, incident = e.Incident.Value });
            foreach (var voter in e.Voters)
            {
                context.Rows.Execute(VoterSql, new { round = e.Round.Value, person = voter.Person.Value });
            }
        }

        var round = context.After;
        Deadlines.Write(context.Rows, round.Id.Value, round.Incident, context.Before?.NextDeadline, round.NextDeadline);
    }
}

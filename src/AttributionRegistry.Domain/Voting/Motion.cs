using System.Text.Json.Serialization;

namespace AttributionRegistry.Domain.Voting;

[JsonConverter(typeof(SnakeCaseEnum<MotionVote>))]
public enum MotionVote
{
    Yes,
    No,
    Abstain,
}

[JsonConverter(typeof(SnakeCaseEnum<MotionOutcome>))]
public enum MotionOutcome
{
    Carried,
    Failed,
    NoQuorum,
    Upheld,
    Rejected,

    /// <summary>To the appeals chamber.</summary>
    Referred,
    Granted,
    Refused,
}

/// <summary>An open vote of one member. Of several by the same member the last one stands.</summary>
public sealed record MotionBallot(string Member, MotionVote Vote);

/// <summary>The count of an open vote.</summary>
public sealed record MotionResult(int Eligible, int Yes, int No, int Abstain, bool Quorum, MotionOutcome Outcome);

/// <summary>Procedural motions (V-42): more than half present, more yes than no; a tie fails, the chair has no casting vote.</summary>
public static class Motion
{
    public static MotionResult Decide(IReadOnlyList<PanelMember> members, IReadOnlyList<MotionBallot> ballots)
    {
        var count = OpenCount.Of(members, members.Count(Panel.IsCounted), ballots);
        return count.With(!count.Quorum ? MotionOutcome.NoQuorum : count.Yes > count.No ? MotionOutcome.Carried : MotionOutcome.Failed);
    }
}

/// <summary>Challenges to a member (V-14 … V-16).</summary>
public static class ChallengeVote
{
    /// <summary>Decided by the seated members other than the challenged one, whose vote is ignored (V-15).</summary>
    public static MotionResult Decide(IReadOnlyList<PanelMember> members, string challenged, IReadOnlyList<MotionBallot> ballots)
    {
        PanelMember[] entitled = [.. members.Where(member => member.Standing is Standing.Seated && member.Id != challenged)];
        var count = OpenCount.Of(entitled, entitled.Length, ballots);
        return count.With(
            !count.Quorum || count.Yes == count.No ? MotionOutcome.Referred
            : count.Yes > count.No ? MotionOutcome.Upheld
            : MotionOutcome.Rejected);
    }

    /// <summary>Within the term from the panel's publication or from first knowledge of the ground, whichever is later (V-14).</summary>
    public static bool IsInTime(DateTimeOffset panelPublished, DateTimeOffset firstKnown, DateTimeOffset filed, WindowRules rules) =>
        filed < (firstKnown > panelPublished ? firstKnown : panelPublished).AddDays(rules.ChallengeDays);

    /// <summary>A challenge filed while another is pending sends both to the appeals chamber (V-16).</summary>
    public static IReadOnlyList<TChallenge> ReferredOnFiling<TChallenge>(IReadOnlyList<TChallenge> pending, TChallenge filed) =>
        pending.Count == 0 ? [] : [.. pending, filed];
}

/// <summary>Reopening a case (V-60, V-62). A minority is enough: the question is whether to look again.</summary>
public static class Reopening
{
    public static MotionResult Decide(IReadOnlyList<PanelMember> members, IReadOnlyList<MotionBallot> ballots, RuleSet rules)
    {
        var eligible = members.Count(Panel.IsCounted);
        var count = OpenCount.Of(members, eligible, ballots);
        return count.With(count.Yes > 0 && count.Yes >= rules.Reopening.CeilingOf(eligible) ? MotionOutcome.Granted : MotionOutcome.Refused);
    }

    /// <summary>Most members of the old panel that the new one may hold (V-62).</summary>
    public static int MostFormerMembers(RuleSet rules) => rules.FormerMembers.CeilingOf(rules.Panel.Seats);
}

internal sealed record OpenCount(int Eligible, int Yes, int No, int Abstain)
{
    public bool Quorum => 2 * (Yes + No + Abstain) > Eligible;

    public static OpenCount Of(IReadOnlyList<PanelMember> members, int eligible, IReadOnlyList<MotionBallot> ballots)
    {
        var present = members.Where(member => member.Standing is Standing.Seated).Select(member => member.Id).ToHashSet(StringComparer.Ordinal);
        var votes = new Dictionary<string, MotionVote>(StringComparer.Ordinal);
        foreach (var ballot in ballots.Where(ballot => present.Contains(ballot.Member)))
        {
            votes[ballot.Member] = ballot.Vote;
        }

        return new OpenCount(eligible, Number(MotionVote.Yes), Number(MotionVote.No), Number(MotionVote.Abstain));

        int Number(MotionVote vote) => votes.Values.Count(each => each == vote);
    }

    public MotionResult With(MotionOutcome outcome) => new(Eligible, Yes, No, Abstain, Quorum, outcome);
}

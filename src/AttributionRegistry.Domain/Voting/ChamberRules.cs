namespace AttributionRegistry.Domain.Voting;

/// <summary>The appeals chamber (V-61): five members, one of each region, no two of one nationality or employer; three of five decide.</summary>
public static class ChamberRules
{
    /// <summary>The votes that grant what the chamber is asked for, however many seats are filled.</summary>
    public const int Majority = 3;

    /// <summary>The chamber's own composition. It is no panel: V-01 does not speak of it.</summary>
    public static PanelRules Composition { get; } = new() { Seats = 5, MinPerRegion = 1, MaxPerRegion = 1, MaxPerNationality = 1, MaxPerEmployer = 1 };

    /// <summary>
    /// Whether three of five grant it, refuse it, or neither yet: null. It is refused when three have said anything but yes, or when nobody
    /// is left who has not voted. Whoever leaves the chamber decides nothing by that.
    /// </summary>
    /// <param name="votes">Votes of members who still sit.</param>
    /// <param name="sitting">How many sit.</param>
    public static bool? Outcome(IReadOnlyCollection<MotionVote> votes, int sitting)
    {
        ArgumentNullException.ThrowIfNull(votes);
        var yes = votes.Count(v => v == MotionVote.Yes);
        return yes >= Majority ? true
            : votes.Count - yes >= Majority || votes.Count >= sitting ? false
            : null;
    }

    internal static Refusal? Check(PanelRules rules) => rules == Composition
        ? null
        : RuleSet.Fault("/rules", "An appeals chamber has five seats, one of each region (V-61).");
}

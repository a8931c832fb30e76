using System.Text.Json.Serialization;

namespace AttributionRegistry.Domain.Voting;

/// <summary>Every number the vote depends on. Frozen per case; its canonical hash is in every ballot and envelope.</summary>
public sealed record RuleSet
{
    /// <summary>The rule book's own values.</summary>
    public static RuleSet Default { get; } = new();

    /// <summary>Share of the seats that must still be eligible (V-32).</summary>
    public Fraction MinSeated { get; init; } = new(2, 3);

    /// <summary>Fewest eligible members of a constituted panel (V-32).</summary>
    public int MinEligible { get; init; } = 7;

    /// <summary>Share of the eligible whose vote or abstention makes a quorum (V-33).</summary>
    public Fraction Quorum { get; init; } = new(2, 3);

    /// <summary>When a hypothesis is ruled out (V-36).</summary>
    public ExcludeRule Exclude { get; init; } = new(2000, new Fraction(2, 3));

    /// <summary>Thresholds per level of question (V-26).</summary>
    public LevelRules Levels { get; init; } = new();

    /// <summary>How a panel is composed (V-01, V-04).</summary>
    public PanelRules Panel { get; init; } = new();

    /// <summary>What a ballot may say (V-20, V-23, V-24).</summary>
    public BallotRules Ballot { get; init; } = new();

    /// <summary>How long everything stays open (V-10, V-14, V-45 … V-50).</summary>
    public WindowRules Windows { get; init; } = new();

    /// <summary>Share of the last panel that reopens a case (V-60).</summary>
    public Fraction Reopening { get; init; } = new(1, 3);

    /// <summary>Most former members on the panel of a reopened case, as a share of its seats (V-62).</summary>
    public Fraction FormerMembers { get; init; } = new(1, 3);

    /// <summary>The first reason why these rules cannot stand, or null when they can.</summary>
    public Refusal? Check()
    {
        var share = Shares().FirstOrDefault(each => !each.Share.IsShare);
        if (share.Pointer is not null)
        {
            return Fault(share.Pointer, $"{share.Share} is not a share between nothing and everything.");
        }

        if (MinEligible < 1)
        {
            return Fault("/minEligible", "At least one member must be eligible.");
        }

        return Levels.Check(Ballot) ?? Panel.Check();
    }

    internal static Refusal Fault(string pointer, string message) => Refusal.Invalid("rule-set-unsound", message, pointer);

    private IEnumerable<(string? Pointer, Fraction Share)> Shares() =>
    [
        ("/minSeated", MinSeated), ("/quorum", Quorum), ("/exclude/threshold", Exclude.Threshold),
        ("/reopening", Reopening), ("/formerMembers", FormerMembers),
    ];
}

/// <summary>A hypothesis is ruled out when this share of the eligible puts it strictly below the mark.</summary>
public sealed record ExcludeRule(int Below, Fraction Threshold);

/// <summary>What a finding at one level takes.</summary>
/// <param name="Threshold">Share of the eligible that must support the hypothesis.</param>
/// <param name="SupportFloor">Likelihood in basis points from which a vote supports.</param>
/// <param name="MinConfidence">Confidence from which a vote supports.</param>
/// <param name="MinRegions">Regions that the supporters must come from.</param>
public sealed record LevelRule(Fraction Threshold, int SupportFloor, Confidence MinConfidence, int MinRegions);

/// <summary>One rule per level; no level is without one.</summary>
public sealed record LevelRules
{
    private static readonly LevelRule Grave = new(new Fraction(3, 4), 8000, Confidence.Moderate, 3);

    public LevelRule Group { get; init; } = new(new Fraction(2, 3), 5500, Confidence.Low, 2);

    public LevelRule Individual { get; init; } = Grave;

    [JsonPropertyName("state_sponsored")]
    public LevelRule StateSponsored { get; init; } = Grave;

    public LevelRule State { get; init; } = Grave;

    public LevelRule For(Level level) => level switch
    {
        Level.Individual => Individual,
        Level.Group => Group,
        Level.StateSponsored => StateSponsored,
        Level.State => State,
        _ => throw new ArgumentOutOfRangeException(nameof(level), level, "Not a level."),
    };

    internal Refusal? Check(BallotRules ballot)
    {
        foreach (var level in Enum.GetValues<Level>())
        {
            var rule = For(level);
            var at = $"/levels/{NameOf(level)}";

            // A floor of half or less would let one ballot support two hypotheses, and a finding could tie (V-26).
            if (rule.SupportFloor <= ballot.Sum / 2 || rule.SupportFloor > ballot.HighestLikelihood)
            {
                return RuleSet.Fault($"{at}/supportFloor", "A support floor lies above one half and is a likelihood that a ballot may state.");
            }

            if (!rule.Threshold.IsShare)
            {
                return RuleSet.Fault($"{at}/threshold", $"{rule.Threshold} is not a share between nothing and everything.");
            }

            if (rule.MinRegions is < 0 or > 5)
            {
                return RuleSet.Fault($"{at}/minRegions", "There are five regions.");
            }
        }

        return null;
    }

    private static string NameOf(Level level) => level is Level.StateSponsored ? "state_sponsored" : level.ToString().ToLowerInvariant();
}

/// <summary>How a panel is composed. Regional bounds belong to a size: another size needs its own.</summary>
public sealed record PanelRules
{
    public const int FewestSeats = 7;
    public const int MostSeats = 41;

    public int Seats { get; init; } = 11;

    public int MinPerRegion { get; init; } = 2;

    public int MaxPerRegion { get; init; } = 3;

    public int MaxPerNationality { get; init; } = 1;

    public int MaxPerEmployer { get; init; } = 2;

    internal Refusal? Check()
    {
        var regions = Enum.GetValues<Region>().Length;
        return this switch
        {
            { Seats: < FewestSeats or > MostSeats } =>
                RuleSet.Fault("/panel/seats", $"A panel has {FewestSeats} to {MostSeats} seats, not {Seats}."),
            { MinPerRegion: < 0 } => RuleSet.Fault("/panel/minPerRegion", "A regional minimum is not negative."),
            { MaxPerNationality: < 1 } => RuleSet.Fault("/panel/maxPerNationality", "At least one seat per nationality must be possible."),
            { MaxPerEmployer: < 1 } => RuleSet.Fault("/panel/maxPerEmployer", "At least one seat per employer must be possible."),
            _ when (long)MinPerRegion * regions > Seats =>
                RuleSet.Fault("/panel/minPerRegion", $"{regions} regions with at least {MinPerRegion} seats need more than {Seats}."),
            _ when (long)MaxPerRegion * regions < Seats =>
                RuleSet.Fault("/panel/maxPerRegion", $"{regions} regions with at most {MaxPerRegion} seats cannot fill {Seats}."),
            _ => null,
        };
    }
}

/// <summary>What a question and a ballot may hold. Likelihoods in basis points.</summary>
public sealed record BallotRules
{
    public int LowestLikelihood { get; init; } = 100;

    public int HighestLikelihood { get; init; } = 9900;

    public int Sum { get; init; } = 10_000;

    public int MaxReasonsBytes { get; init; } = 65_536;

    public int MaxQuestions { get; init; } = 4;

    public int MaxNamedHypotheses { get; init; } = 20;
}

/// <summary>Lengths of windows and terms. Units are in the names.</summary>
public sealed record WindowRules
{
    public int AcceptanceDays { get; init; } = 7;

    public int ChallengeDays { get; init; } = 21;

    public int DeliberationDays { get; init; } = 7;

    public int CommitDays { get; init; } = 7;

    public int RevealDays { get; init; } = 3;

    public int LongestExtensionDays { get; init; } = 7;

    public int AutomaticRevealHours { get; init; } = 72;

    public int OpinionDays { get; init; } = 14;

    public int AppealDays { get; init; } = 60;

    public int MaxRounds { get; init; } = 3;

    /// <summary>Medians that moved no further than this let the rounds stop early (V-46).</summary>
    public int SettledMedianBp { get; init; } = 500;
}

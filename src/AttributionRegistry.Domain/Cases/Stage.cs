namespace AttributionRegistry.Domain.Cases;

/// <summary>Where a case stands between referral and finding (design, section 3). Nothing is ever closed.</summary>
public enum Stage
{
    Referred,
    Screening,
    Declined,
    Merged,
    Opened,
    Collecting,
    Assessing,
    Reviewing,
    Replying,
    Deliberating,
    Voting,
    NotAdopted,
    Adopted,
    Published,
    Corrected,
    Reconsidering,
    Upheld,
    Revised,
    Withdrawn,
}

/// <summary>Named sets of stages, so that a duty reads like the rule it states.</summary>
public static class Stages
{
    public static IReadOnlyList<Stage> All { get; } = Enum.GetValues<Stage>();

    /// <summary>The case is being worked on: evidence, hypotheses and ratings may still change.</summary>
    public static IReadOnlyList<Stage> Working { get; } = [Stage.Opened, Stage.Collecting, Stage.Assessing];

    /// <summary>The case is open and no finding has been voted on yet.</summary>
    public static IReadOnlyList<Stage> Open { get; } =
        [Stage.Opened, Stage.Collecting, Stage.Assessing, Stage.Reviewing, Stage.Replying, Stage.Deliberating, Stage.Voting];

    /// <summary>A vote has been counted and its finding is not out yet.</summary>
    public static IReadOnlyList<Stage> Decided { get; } = [Stage.NotAdopted, Stage.Adopted];

    /// <summary>A finding stands published and may be corrected or reconsidered.</summary>
    public static IReadOnlyList<Stage> Standing { get; } = [Stage.Published, Stage.Corrected, Stage.Upheld, Stage.Revised];

    /// <summary>Stages over which a suspension can be laid.</summary>
    public static IReadOnlyList<Stage> Suspendable { get; } =
        [Stage.Screening, .. Open, .. Decided, Stage.Reconsidering];
}

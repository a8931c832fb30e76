using System.Text.Json.Serialization;

namespace AttributionRegistry.Domain.Voting;

/// <summary>Everything a tally depends on; nothing else may influence it (V-43).</summary>
public sealed record TallyInput(
    string CaseId,
    int Round,
    RuleSet Rules,
    RoundWindows Windows,
    Panel Panel,
    IReadOnlyList<string> EvidenceSet,
    IReadOnlyList<Question> Questions,
    IReadOnlyList<CastBallot> Ballots);

[JsonConverter(typeof(SnakeCaseEnum<TallyOutcome>))]
public enum TallyOutcome
{
    /// <summary>Too few members were left to decide anything (V-32).</summary>
    NotConstituted,
    NoQuorum,
    Attributed,

    /// <summary>Never to be published as "cleared" (V-36).</summary>
    NotAttributed,
}

/// <summary>What kept a hypothesis with enough support from being found (V-34).</summary>
[JsonConverter(typeof(SnakeCaseEnum<BlockedBy>))]
public enum BlockedBy
{
    RegionalSpread,
    Residual,
    ParentNotAttributed,
}

[JsonConverter(typeof(SnakeCaseEnum<HypothesisStatus>))]
public enum HypothesisStatus
{
    Attributed,
    NotEstablished,
    Excluded,
    ResidualSupported,
}

/// <summary>Where every eligible member's answer went; the parts always add up to E (V-30).</summary>
public sealed record AnswerCounts(int Votes, int Abstained, int Spoiled, int Unrevealed, int Absent, int Void)
{
    [JsonIgnore]
    public int Total => Votes + Abstained + Spoiled + Unrevealed + Absent + Void;
}

/// <summary>The count of one round of one case.</summary>
/// <param name="Seats">N.</param>
/// <param name="Eligible">E.</param>
/// <param name="QuorumNeeded">Votes and abstentions that make a quorum.</param>
/// <param name="Rejected">Envelopes that are no part of the count, by reason.</param>
/// <param name="Unrevealed">Members listed as "committed, not revealed" (V-55), sorted.</param>
/// <param name="Equivocated">Members who signed two envelopes under one revision (V-51), sorted.</param>
/// <param name="Questions">By question id, in published order.</param>
public sealed record TallyResult(
    int Seats,
    int Eligible,
    int QuorumNeeded,
    IReadOnlyDictionary<Rejection, int> Rejected,
    IReadOnlyList<string> Unrevealed,
    IReadOnlyList<string> Equivocated,
    IReadOnlyDictionary<string, QuestionResult> Questions);

/// <summary>The count of one question.</summary>
public sealed record QuestionResult
{
    /// <summary>T: supporters that a finding takes.</summary>
    public required int Threshold { get; init; }

    public required AnswerCounts Counts { get; init; }

    public required IReadOnlyDictionary<string, int> Support { get; init; }

    /// <summary>How many regions the supporters of each hypothesis come from.</summary>
    public required IReadOnlyDictionary<string, int> Regions { get; init; }

    /// <summary>Median over all votes; empty when there is no vote.</summary>
    public required IReadOnlyDictionary<string, int> MedianBp { get; init; }

    public required bool Quorum { get; init; }

    public required TallyOutcome Outcome { get; init; }

    /// <summary>The hypothesis found, or null.</summary>
    public string? Hypothesis { get; init; }

    public BlockedBy? BlockedBy { get; init; }

    /// <summary>Empty unless the panel was constituted and had a quorum.</summary>
    public required IReadOnlyDictionary<string, HypothesisStatus> Status { get; init; }

    /// <summary>Published likelihood of a finding: the term of the median over all votes (V-37).</summary>
    public LikelihoodTerm? LikelihoodTerm { get; init; }

    /// <summary>Published confidence of a finding: the lower median over all votes (V-37).</summary>
    public Confidence? Confidence { get; init; }

    /// <summary>Votes that do not support the finding (V-39); null without a finding.</summary>
    public int? Dissents { get; init; }

    /// <summary>Whose reasons are published beside the finding, sorted; empty without a finding.</summary>
    public IReadOnlyList<string> Dissenters { get; init; } = [];

    /// <summary>Never part of a decision (V-40); null when there is no vote.</summary>
    public PoolInformation? Information { get; init; }
}

using System.Collections.Immutable;
using AttributionRegistry.Domain.Assessment;
using AttributionRegistry.Domain.Scales;
using AttributionRegistry.Domain.Voting;

namespace AttributionRegistry.Domain.Cases;

/// <summary>One explanation among several. A hypothesis may carry several kinds, such as state and false flag.</summary>
public sealed record HypothesisContent
{
    public required Text Statement { get; init; }

    public required ImmutableArray<HypothesisKind> Kinds { get; init; }

    /// <summary>The level at which it would be voted on.</summary>
    public required Level Level { get; init; }

    /// <summary>ISO 3166-1 alpha-2 codes of every state it names; they become concerned states (V-03).</summary>
    public ImmutableArray<string> States { get; init; } = [];

    public ImmutableArray<string> Actors { get; init; } = [];

    /// <summary>"None of those listed, or cannot be told".</summary>
    public bool Residual { get; init; }

    /// <summary>Names a state only as the territory an operation came from (P5).</summary>
    public bool TerritoryOnly { get; init; }

    /// <summary>A hypothesis that must hold when this one does (V-21).</summary>
    public HypothesisId? Implies { get; init; }

    public ImmutableArray<Source> Sources { get; init; } = [];
}

public sealed record Hypothesis(HypothesisId Id, HypothesisContent Content, PersonId ProposedBy)
{
    public ImmutableArray<string> States => Content.States;
}

public readonly record struct CellKey(HypothesisId Hypothesis, EvidenceId Evidence);

/// <summary>The rating of one item under one hypothesis, by whom and why.</summary>
public sealed record Cell(Rating Rating, PersonId Rater, string? Reason);

public sealed record CellRating(HypothesisId Hypothesis, EvidenceId Evidence, Rating Rating, string? Reason = null);

/// <summary>An assumption the assessment rests on, and what would break it (A7).</summary>
public sealed record KeyAssumption(Text Statement, Text BreaksIf);

/// <summary>The mandatory contrary memo of the devil's advocate.</summary>
public sealed record ContraryMemo(Text Body, PersonId By, DateTimeOffset At);

/// <summary>A version of the assessment, frozen by the SHA-256 of its canonical form.</summary>
public sealed record FrozenAssessment(AssessmentId Id, int Version, string Digest, Text Summary, PersonId By, DateTimeOffset At, bool Superseded);

public sealed record ReviewPoint(int Number, Text Statement, Text? Answer = null);

/// <summary>An external review of a frozen assessment, answered point by point.</summary>
public sealed record Review(ReviewId Id, AssessmentId Assessment, PersonId By, DateTimeOffset At, Text Conclusion, ImmutableArray<ReviewPoint> Points);

using AttributionRegistry.Domain.Scales;

namespace AttributionRegistry.Domain.Assessment;

/// <summary>A hypothesis in the ranking, least inconsistent first.</summary>
/// <param name="Id">The hypothesis.</param>
/// <param name="Rank">1 is best; tied hypotheses share a rank and the next one is skipped.</param>
/// <param name="Inconsistency">The weighted score that the ranking goes by.</param>
/// <param name="Consistency">The same sum over C and CC. Information only: it never ranks and never breaks a tie.</param>
/// <param name="Tied">Whether another has the same rank.</param>
public sealed record RankedHypothesis(HypothesisId Id, int Rank, int Inconsistency, int Consistency, bool Tied);

/// <summary>What one item adds to the score of one hypothesis. The contributions of a hypothesis add up to its score.</summary>
public sealed record Contribution(HypothesisId Hypothesis, EvidenceId Item, Rating Rating, int Weight, int Points);

/// <summary>One item in the answer.</summary>
/// <param name="Id">The item.</param>
/// <param name="Weight">Its weight from its grades; 0 when it does not count.</param>
/// <param name="Diagnosticity">Spread of its ratings over the ranked hypotheses, 0 to 4; 0 tells nothing apart (A3).</param>
/// <param name="MayBeKeyEvidence">Whether it counts and tells hypotheses apart.</param>
/// <param name="IsLinchpin">Whether the lead hangs on it alone (A5).</param>
public sealed record ItemResult(EvidenceId Id, int Weight, int Diagnosticity, bool MayBeKeyEvidence, bool IsLinchpin);

/// <summary>Why an item does not count (E4).</summary>
/// <param name="Id">The item.</param>
/// <param name="Reason">no-source-grade, no-information-grade, no-grades or graded-by-submitter.</param>
public sealed record NotCounted(EvidenceId Id, string Reason);

/// <summary>An item, or all items of one origin together, without which other hypotheses would lead.</summary>
/// <param name="Items">One item, or the counted items of the origin.</param>
/// <param name="Origin">The origin, when it is the source as a whole that the lead hangs on.</param>
/// <param name="LeadersWithout">Who would lead without it; more than one is a tie.</param>
/// <param name="HighlySpoofable">Whether everything in it is graded highly spoofable.</param>
public sealed record Linchpin(
    IReadOnlyList<EvidenceId> Items, string? Origin, IReadOnlyList<HypothesisId> LeadersWithout, bool HighlySpoofable);

/// <summary>The answer: all lists are in a fixed order, so that the same matrix gives the same bytes (A8).</summary>
public sealed record MatrixResult
{
    /// <summary>Name and version of the rule that made it.</summary>
    public required string RuleId { get; init; }

    /// <summary>The rule in words, complete enough to recompute the answer by hand (A4).</summary>
    public required string RuleText { get; init; }

    public required IReadOnlyList<RankedHypothesis> Ranking { get; init; }

    /// <summary>The residual hypothesis' scores, outside the ranking.</summary>
    public required IReadOnlyList<RankedHypothesis> Unranked { get; init; }

    public required IReadOnlyList<Contribution> Contributions { get; init; }

    public required IReadOnlyList<ItemResult> Items { get; init; }

    public required IReadOnlyList<Linchpin> Linchpins { get; init; }

    public required IReadOnlyList<NotCounted> NotCounted { get; init; }

    /// <summary>Cells without a rating, ungraded items included (A2).</summary>
    public required IReadOnlyList<CellAddress> MissingCells { get; init; }

    /// <summary>The least inconsistent; several when tied.</summary>
    public IReadOnlyList<HypothesisId> Leaders => [.. Ranking.Where(r => r.Rank == 1).Select(r => r.Id)];

    /// <summary>The one strictly least inconsistent among at least two, or null.</summary>
    public HypothesisId? StrictLeader => Ranking.Count > 1 && Leaders is [var only] ? only : null;

    /// <summary>Points between the leader and the next; 0 when tied.</summary>
    public int Margin => StrictLeader is null ? 0 : Ranking[1].Inconsistency - Ranking[0].Inconsistency;

    public bool IsComplete => MissingCells.Count == 0;

    /// <summary>Rule A6: the lead hangs on evidence of which every piece is easily planted.</summary>
    public bool HangsOnSpoofableEvidence => Linchpins.Count > 0 && Linchpins.All(l => l.HighlySpoofable);
}

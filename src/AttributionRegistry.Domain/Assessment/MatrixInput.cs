using AttributionRegistry.Domain.Scales;

namespace AttributionRegistry.Domain.Assessment;

/// <summary>An item of evidence as the matrix sees it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Source">Grade of the source, or null while ungraded.</param>
/// <param name="Information">Grade of the information, or null while ungraded.</param>
/// <param name="Spoofability">How easily it could have been planted.</param>
/// <param name="Disclosed">Whether a reader of the finding may see it; false for withheld.</param>
/// <param name="Origin">The original report that it goes back to; items with the same origin count as one source (E8).</param>
/// <param name="GradedBySubmitter">Whether its only grades are its submitter's own, which do not count (E4).</param>
public sealed record MatrixItem(
    EvidenceId Id,
    SourceGrade? Source,
    InformationGrade? Information,
    Spoofability Spoofability,
    bool Disclosed,
    string? Origin = null,
    bool GradedBySubmitter = false);

/// <summary>One rated cell.</summary>
public readonly record struct Cell(HypothesisId Hypothesis, EvidenceId Item, Rating Rating);

/// <summary>A cell without a rating.</summary>
public readonly record struct CellAddress(HypothesisId Hypothesis, EvidenceId Item);

/// <summary>All that the result depends on. The order of the lists does not matter.</summary>
public sealed record MatrixInput(
    IReadOnlyList<Hypothesis> Hypotheses,
    IReadOnlyList<MatrixItem> Items,
    IReadOnlyList<Cell> Cells)
{
    /// <summary>The same matrix with only the items that the condition keeps.</summary>
    public MatrixInput Keep(Func<MatrixItem, bool> condition)
    {
        var items = Items.Where(condition).ToList();
        var kept = items.Select(i => i.Id).ToHashSet();
        return this with { Items = items, Cells = [.. Cells.Where(c => kept.Contains(c.Item))] };
    }
}

using AttributionRegistry.Domain.Scales;

namespace AttributionRegistry.Domain.Assessment;

/// <summary>An item with its ratings, one a column; null where the cell is missing. Rows are in the order of ids.</summary>
internal sealed record ScoredItem(int Row, MatrixItem Item, int Weight, Rating?[] Ratings)
{
    public int Against(int column) => Ratings[column] is { } rating ? Weight * Weights.UnitsAgainst(rating) : 0;

    public int For(int column) => Ratings[column] is { } rating ? Weight * Weights.UnitsFor(rating) : 0;
}

/// <summary>
/// What counts once: an item of its own, or all items of one origin (E8). Against each hypothesis it counts with the
/// largest single contribution of its items, so that repeating a report adds nothing, and a second fact from the same
/// report still speaks against the hypotheses that the first one leaves alone.
/// </summary>
internal sealed record ScoredSource(string? Origin, IReadOnlyList<ScoredItem> Items)
{
    public int Against(int column, ScoredItem? except = null) =>
        Items.Where(i => i != except).Select(i => i.Against(column)).DefaultIfEmpty(0).Max();

    public int For(int column) => Items.Max(i => i.For(column));

    /// <summary>The item whose contribution is the one that counts; the first by row where several are equal.</summary>
    public ScoredItem Strongest(int column) => Items.MaxBy(i => i.Against(column))!;
}

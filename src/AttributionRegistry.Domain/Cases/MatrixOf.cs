using AttributionRegistry.Domain.Assessment;

namespace AttributionRegistry.Domain.Cases;

/// <summary>The case's matrix as the assessment's rules take it.</summary>
public static class MatrixOf
{
    public static Domain.Assessment.Hypothesis Hypothesis(Hypothesis hypothesis) => new(
        hypothesis.Id, hypothesis.Content.Statement.Value, HypothesisKinds.Of(hypothesis.Content.Kinds), hypothesis.Content.Residual);

    /// <summary>Accepted evidence, all hypotheses, all ratings given so far.</summary>
    public static MatrixInput Case(Case state)
    {
        var items = state.Counting.ToList();
        var origins = new Origins(state);
        var counted = items.Select(i => i.Id).ToHashSet();
        return new MatrixInput(
            [.. state.Hypotheses.Select(Hypothesis)],
            [.. items.Select(i => Item(i, origins))],
            [.. state.Cells.Where(c => counted.Contains(c.Key.Evidence)).Select(c => new Domain.Assessment.Cell(c.Key.Hypothesis, c.Key.Evidence, c.Value.Rating))]);
    }

    private static MatrixItem Item(EvidenceItem item, Origins origins) => new(
        item.Id, item.Grade?.Source, item.Grade?.Information, item.Described.Spoofability, item.Disclosed, origins.NameOf(item.Id));
}

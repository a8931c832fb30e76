using AttributionRegistry.Domain.Scales;

namespace AttributionRegistry.Domain.Assessment;

/// <summary>What the crosscheck gate says of an adopted hypothesis.</summary>
/// <param name="Holds">Whether a reader who sees only what is disclosed reaches the same hypothesis.</param>
/// <param name="Adopted">The hypothesis that the panel adopted.</param>
/// <param name="Reason">holds, tied-on-disclosed, behind-on-disclosed, nothing-disclosed-counts or residual-adopted.</param>
/// <param name="Explanation">The reason in a sentence.</param>
/// <param name="FullRanking">On all items.</param>
/// <param name="DisclosedOnlyRanking">On disclosed items only; what a stranger recomputes.</param>
/// <param name="ConfidenceCap">The highest confidence that may be published, or null for no cap.</param>
public sealed record CrosscheckResult(
    bool Holds,
    HypothesisId Adopted,
    string Reason,
    string Explanation,
    IReadOnlyList<RankedHypothesis> FullRanking,
    IReadOnlyList<RankedHypothesis> DisclosedOnlyRanking,
    AnalyticConfidence? ConfidenceCap)
{
    /// <summary>The confidence that may be published for the panel's own.</summary>
    public AnalyticConfidence Publishable(AnalyticConfidence confidence) =>
        ConfidenceCap is { } cap && confidence > cap ? cap : confidence;
}

/// <summary>Rule P3: the adopted hypothesis must win on disclosed evidence alone, strictly.</summary>
public static class Crosscheck
{
    /// <summary>How a finding that fails the gate is published.</summary>
    public const string FailedLabel = "assessed, not crosscheckable";

    /// <summary>The most confidence that a finding may claim when its readers cannot check it.</summary>
    public const AnalyticConfidence CapWhenFailed = AnalyticConfidence.Moderate;

    public static CrosscheckResult Run(MatrixInput input, HypothesisId adopted)
    {
        var hypothesis = input.Hypotheses.FirstOrDefault(h => h.Id == adopted)
            ?? throw new ArgumentException($"Hypothesis {adopted} is not in the matrix.", nameof(adopted));
        var full = Matrix.Evaluate(input);
        var disclosed = Matrix.Evaluate(input.Keep(i => i.Disclosed));
        var (reason, explanation) = Judge(hypothesis, disclosed);
        var holds = reason == "holds";
        if (holds && full.StrictLeader != adopted)
        {
            // The gate asks about disclosed items only. That withheld items point elsewhere must still be said.
            explanation += " On all items, withheld ones included, it does not lead strictly.";
        }

        return new(holds, adopted, reason, explanation, full.Ranking, disclosed.Ranking, holds ? null : CapWhenFailed);
    }

    private static (string Reason, string Explanation) Judge(Hypothesis adopted, MatrixResult disclosed) => disclosed switch
    {
        _ when adopted.IsResidual =>
            ("residual-adopted", $"Hypothesis {adopted.Id} is the residual, which is not ranked and cannot be crosschecked."),
        { StrictLeader: { } leader } when leader == adopted.Id =>
            ("holds", $"On disclosed items alone hypothesis {adopted.Id} is strictly the least inconsistent, by {disclosed.Margin} points."),
        _ when disclosed.Items.All(i => i.Weight == 0) =>
            ("nothing-disclosed-counts", "No disclosed item counts in the matrix, so that a reader can check nothing."),
        _ when disclosed.Leaders.Contains(adopted.Id) =>
            ("tied-on-disclosed", $"On disclosed items alone hypothesis {adopted.Id} leads only together with others: {Join(disclosed.Leaders.Where(l => l != adopted.Id))}."),
        _ =>
            ("behind-on-disclosed", $"On disclosed items alone hypothesis {adopted.Id} is more inconsistent than {Join(disclosed.Leaders)}."),
    };

    private static string Join(IEnumerable<HypothesisId> ids)
    {
        var text = string.Join(", ", ids);
        return text.Length == 0 ? "none to compare it with" : text;
    }
}

namespace AttributionRegistry.Domain.Assessment;

/// <summary>Rule A1: which hypotheses must stand beside the favoured one before anything is weighed.</summary>
public static class HypothesisSet
{
    public const int Minimum = 3;

    /// <summary>Everything that is wrong with the set; empty when it may be assessed.</summary>
    public static IReadOnlyList<Refusal> Check(IReadOnlyList<Hypothesis> hypotheses) => [.. Faults(hypotheses)];

    private static IEnumerable<Refusal> Faults(IReadOnlyList<Hypothesis> hypotheses)
    {
        if (hypotheses.Count < Minimum)
        {
            yield return Refusal.Conflict("too-few-hypotheses",
                $"The set has {hypotheses.Count} hypotheses; add others until there are at least {Minimum}.");
        }

        if (!hypotheses.Any(h => h.Kinds.IsDeception))
        {
            yield return Refusal.Conflict("no-deception-hypothesis",
                "No hypothesis says that someone posed as someone else; add one of kind falseFlag.");
        }

        if (!hypotheses.Any(h => h.Kinds.IsNonStateOrUnknown))
        {
            yield return Refusal.Conflict("no-non-state-hypothesis",
                "No hypothesis leaves states out; add one of kind criminal, nonState, insider or unknown.");
        }

        foreach (var twice in hypotheses.GroupBy(h => h.Id).Where(g => g.Count() > 1))
        {
            yield return Refusal.Invalid("hypothesis-repeated", $"Hypothesis {twice.Key} is in the set more than once; remove one.");
        }

        foreach (var kindless in hypotheses.Where(h => h.Kinds.All.Count == 0))
        {
            yield return Refusal.Invalid("hypothesis-without-kind", $"Hypothesis {kindless.Id} has no kind; give it one.");
        }

        // Marking an inconvenient rival as residual would take it out of the ranking: only one may be, and only "unknown".
        var residual = hypotheses.Where(h => h.IsResidual).ToList();
        if (residual.Count > 1)
        {
            yield return Refusal.Invalid("residual-repeated", "More than one hypothesis is marked residual; keep one.");
        }

        foreach (var named in residual.Where(h => h.Kinds != HypothesisKinds.Of(HypothesisKind.Unknown)))
        {
            yield return Refusal.Invalid("residual-explains",
                $"Hypothesis {named.Id} is marked residual but is of kind {named.Kinds}; a residual is of kind unknown only.");
        }
    }
}

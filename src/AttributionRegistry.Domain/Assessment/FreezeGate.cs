namespace AttributionRegistry.Domain.Assessment;

/// <summary>Something that the assessment takes for granted, and what would show it to be wrong (A7).</summary>
public sealed record KeyAssumption(string Statement, string WouldBreakIt);

/// <summary>An assessment that is about to be frozen.</summary>
/// <param name="Matrix">Hypotheses, items, ratings.</param>
/// <param name="KeyEvidence">The items that its text leans on.</param>
/// <param name="Assumptions">Its key assumptions.</param>
public sealed record AssessmentDraft(
    MatrixInput Matrix, IReadOnlyList<EvidenceId> KeyEvidence, IReadOnlyList<KeyAssumption> Assumptions);

/// <summary>Rules A1, A2, A3, A6 and A7 together: what must be in order before an assessment gets its digest.</summary>
public static class FreezeGate
{
    /// <summary>Everything that is in the way; empty when it may be frozen.</summary>
    public static IReadOnlyList<Refusal> Check(AssessmentDraft draft)
    {
        // A matrix that contradicts itself has no result to check.
        if (Matrix.Check(draft.Matrix) is { Count: > 0 } faults)
        {
            return faults;
        }

        var result = Matrix.Evaluate(draft.Matrix);
        return
        [
            .. HypothesisSet.Check(draft.Matrix.Hypotheses),
            .. Cells(result),
            .. KeyEvidence(draft, result),
            .. Spoofable(result),
            .. Assumptions(draft.Assumptions),
        ];
    }

    private static IEnumerable<Refusal> Cells(MatrixResult result)
    {
        if (!result.IsComplete)
        {
            var first = result.MissingCells[0];
            yield return Refusal.Conflict("cells-not-rated",
                $"{result.MissingCells.Count} cells have no rating, the first being evidence {first.Item} for hypothesis {first.Hypothesis}; rate them, with NA where the item does not apply.");
        }
    }

    private static IEnumerable<Refusal> KeyEvidence(AssessmentDraft draft, MatrixResult result)
    {
        var items = result.Items.ToDictionary(i => i.Id);
        foreach (var (id, index) in draft.KeyEvidence.Select((id, index) => (id, index)))
        {
            var pointer = $"/keyEvidence/{index}";
            if (!items.TryGetValue(id, out var item))
            {
                yield return Refusal.Invalid("item-unknown", $"Key evidence {id} is not in the matrix.", pointer);
            }
            else if (item.Weight == 0)
            {
                yield return Refusal.Conflict("key-evidence-not-counted", $"Key evidence {id} has no grades from someone other than its submitter; have it graded.", pointer);
            }
            else if (!item.MayBeKeyEvidence)
            {
                yield return Refusal.Conflict("key-evidence-not-diagnostic", $"Key evidence {id} fits every hypothesis alike and tells nothing apart; take it off the list.", pointer);
            }
        }
    }

    private static IEnumerable<Refusal> Spoofable(MatrixResult result)
    {
        if (result.HangsOnSpoofableEvidence)
        {
            yield return Refusal.Conflict("only-linchpin-spoofable",
                $"The lead hangs on evidence that is easily planted: {string.Join(", ", result.Linchpins.SelectMany(l => l.Items).Distinct())}. Find support that is not, or conclude less.");
        }
    }

    private static IEnumerable<Refusal> Assumptions(IReadOnlyList<KeyAssumption> assumptions)
    {
        if (assumptions.Count == 0)
        {
            yield return Refusal.Conflict("no-key-assumptions", "No key assumption is listed; every assessment rests on some.", "/assumptions");
        }

        foreach (var (assumption, index) in assumptions.Select((a, i) => (a, i)))
        {
            if (string.IsNullOrWhiteSpace(assumption.Statement) || string.IsNullOrWhiteSpace(assumption.WouldBreakIt))
            {
                yield return Refusal.Invalid("assumption-incomplete", "A key assumption needs its statement and what would break it.", $"/assumptions/{index}");
            }
        }
    }
}

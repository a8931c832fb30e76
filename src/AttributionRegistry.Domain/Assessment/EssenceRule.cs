namespace AttributionRegistry.Domain.Assessment;

/// <summary>The essence of a withheld item, and on whom it was served.</summary>
public sealed record Gist(EvidenceId Item, string Text, IReadOnlyList<string> ServedOn);

/// <summary>A withheld item that the lead hangs on.</summary>
/// <param name="Item">The item.</param>
/// <param name="HasGist">Whether there is a gist with words in it.</param>
/// <param name="NotServedOn">Named parties who never got it.</param>
public sealed record WithheldLinchpin(EvidenceId Item, bool HasGist, IReadOnlyList<string> NotServedOn)
{
    public bool EssenceKnown => HasGist && NotServedOn.Count == 0;
}

/// <summary>Whether the adopted hypothesis stands without evidence that the named party could not answer.</summary>
/// <param name="Holds">True when it does.</param>
/// <param name="WithheldLinchpins">The withheld items, if any, that the lead on all items hangs on.</param>
/// <param name="SetAside">Withheld items whose essence was not served: nothing may be decided by them.</param>
/// <param name="RankingWithout">The ranking without the items set aside.</param>
/// <param name="Refusal">Why the finding may not be published so; null when it may.</param>
public sealed record EssenceResult(
    bool Holds,
    IReadOnlyList<WithheldLinchpin> WithheldLinchpins,
    IReadOnlyList<EvidenceId> SetAside,
    IReadOnlyList<RankedHypothesis> RankingWithout,
    Refusal? Refusal);

/// <summary>Rule P4: a withheld linchpin is decisive only if its gist was served on each named party.</summary>
public static class EssenceRule
{
    /// <summary>
    /// Re-runs the matrix without every withheld item whose essence was not served, linchpin or not: of two such items
    /// that say the same neither is a linchpin, and yet both together decide in secret.
    /// </summary>
    /// <param name="input">The matrix with all items.</param>
    /// <param name="adopted">The adopted hypothesis.</param>
    /// <param name="gists">What was served.</param>
    /// <param name="namedParties">Everyone named, in the names that <see cref="Gist.ServedOn"/> uses.</param>
    public static EssenceResult Check(
        MatrixInput input, HypothesisId adopted, IReadOnlyList<Gist> gists, IReadOnlyList<string> namedParties)
    {
        if (input.Hypotheses.All(h => h.Id != adopted))
        {
            throw new ArgumentException($"Hypothesis {adopted} is not in the matrix.", nameof(adopted));
        }

        var withheld = input.Items.Where(i => !i.Disclosed).Select(i => i.Id)
            .OrderBy(id => id.Value, StringComparer.Ordinal)
            .Select(id => Essence(id, gists, namedParties)).ToList();
        var full = Matrix.Evaluate(input);
        var decisive = full.Linchpins.SelectMany(l => l.Items).ToHashSet();
        var setAside = withheld.Where(w => !w.EssenceKnown).Select(w => w.Item).ToList();
        var without = Matrix.Evaluate(input.Keep(i => !setAside.Contains(i.Id)));
        var holds = setAside.Count == 0 || without.StrictLeader == adopted;
        return new(
            holds,
            [.. withheld.Where(w => decisive.Contains(w.Item))],
            setAside,
            without.Ranking,
            holds ? null : NotServed(adopted, setAside, leadsOnAll: full.StrictLeader == adopted));
    }

    private static Refusal NotServed(HypothesisId adopted, List<EvidenceId> setAside, bool leadsOnAll) =>
        Refusal.Conflict("essence-not-served",
            (leadsOnAll
                ? $"Hypothesis {adopted} leads only through withheld evidence"
                : $"Hypothesis {adopted} does not lead without withheld evidence") +
            $" whose gist was not served on every named party: {string.Join(", ", setAside)}. Serve the gists, or do without the evidence.");

    private static WithheldLinchpin Essence(EvidenceId item, IReadOnlyList<Gist> gists, IReadOnlyList<string> namedParties)
    {
        var written = gists.Where(g => g.Item == item && !string.IsNullOrWhiteSpace(g.Text)).ToList();
        var served = written.SelectMany(g => g.ServedOn).ToHashSet(StringComparer.Ordinal);
        return new(item, written.Count > 0, [.. namedParties.Where(p => !served.Contains(p)).Distinct().Order(StringComparer.Ordinal)]);
    }
}

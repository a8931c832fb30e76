namespace AttributionRegistry.Domain.Voting;

/// <summary>Smallest, quartiles and largest of one hypothesis' likelihoods, each a value that somebody stated (median as in V-37).</summary>
public sealed record Spread(int Min, int LowerQuartile, int Median, int UpperQuartile, int Max);

/// <summary>How the votes look together. Information only; no rule reads it (V-40).</summary>
public sealed record PoolInformation(
    IReadOnlyDictionary<string, int> Linear, IReadOnlyDictionary<string, int> Log, IReadOnlyDictionary<string, Spread> Spread);

/// <summary>Medians and pools of likelihoods (V-37, V-40). Inputs are valid votes: at least one, none of them zero.</summary>
public static class Pools
{
    /// <summary>Middle value; for an even count the floor of the mean of the two middle values.</summary>
    public static int Median(IEnumerable<int> values)
    {
        var sorted = values.Order().ToArray();
        var middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /// <summary>For an even count the lower of the two middle values: confidence is never rounded up.</summary>
    public static Confidence LowerMedian(IEnumerable<Confidence> values)
    {
        var sorted = values.Order().ToArray();
        return sorted[(sorted.Length - 1) / 2];
    }

    /// <summary>Floor of the mean, per hypothesis.</summary>
    public static IReadOnlyDictionary<string, int> Linear(
        IReadOnlyList<string> hypotheses, IReadOnlyList<IReadOnlyDictionary<string, int>> votes) =>
        hypotheses.ToDictionary(h => h, h => (int)(votes.Sum(vote => (long)vote[h]) / votes.Count), StringComparer.Ordinal);

    /// <summary>Geometric mean per hypothesis, scaled to <paramref name="sum"/>. Right to ±1 basis point.</summary>
    public static IReadOnlyDictionary<string, int> Log(
        IReadOnlyList<string> hypotheses, IReadOnlyList<IReadOnlyDictionary<string, int>> votes, int sum)
    {
        // The votes are sorted before they are added: floating-point sums depend on the order, the record must not.
        var means = hypotheses.Select(h => Math.Exp(votes.Select(vote => Math.Log(vote[h])).Order().Sum() / votes.Count)).ToArray();
        var total = means.Sum();
        return hypotheses
            .Select((hypothesis, index) => (hypothesis, Value: (int)Math.Round(means[index] / total * sum)))
            .ToDictionary(each => each.hypothesis, each => each.Value, StringComparer.Ordinal);
    }

    /// <summary>All of V-40 for one question.</summary>
    public static PoolInformation Of(IReadOnlyList<string> hypotheses, IReadOnlyList<IReadOnlyDictionary<string, int>> votes, int sum) =>
        new(Linear(hypotheses, votes), Log(hypotheses, votes, sum), hypotheses.ToDictionary(h => h, h => SpreadOf(votes.Select(vote => vote[h])), StringComparer.Ordinal));

    private static Spread SpreadOf(IEnumerable<int> values)
    {
        var sorted = values.Order().ToArray();
        var last = sorted.Length - 1;
        return new Spread(sorted[0], sorted[last / 4], Median(sorted), sorted[last - (last / 4)], sorted[last]);
    }
}

/// <summary>How far a judgement was from what turned out to be true (V-41). It never changes weight or eligibility.</summary>
public static class Brier
{
    /// <summary>Σ(p−o)² in units of 1e-8: 0 is perfect, 2·10⁸ the worst.</summary>
    public static long Score(IReadOnlyDictionary<string, int> likelihood, string truth, int sum = 10_000)
    {
        if (!likelihood.ContainsKey(truth))
        {
            throw new ArgumentException($"{truth} is not among the hypotheses judged.", nameof(truth));
        }

        return likelihood.Sum(each =>
        {
            long distance = each.Value - (each.Key == truth ? sum : 0);
            return distance * distance;
        });
    }

    /// <summary>The panel's mean score, rounded down; null when nothing was resolved.</summary>
    public static long? PanelMean(IReadOnlyList<long> scores) => scores.Count == 0 ? null : scores.Sum() / scores.Count;
}

/// <summary>How often each term was chosen for one hypothesis: what a panel hears after an indicative round, beside median and quartiles (V-44).</summary>
public static class TermCounts
{
    /// <summary>Per question and hypothesis, how many votes fall under each likelihood term; terms nobody chose are left out.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyDictionary<string, IReadOnlyDictionary<LikelihoodTerm, int>>> Of(TallyInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var evidence = input.EvidenceSet.ToHashSet(StringComparer.Ordinal);
        var verdicts = BallotBox.Sort(input).Fates.Values.OfType<BallotFate.Revealed>()
            .Select(fate => AnswerCheck.Judge(fate.Answers, input.Questions, evidence, input.Rules.Ballot)).ToList();
        return input.Questions.ToDictionary(
            question => question.Id,
            question => (IReadOnlyDictionary<string, IReadOnlyDictionary<LikelihoodTerm, int>>)question.Hypotheses.ToDictionary(
                hypothesis => hypothesis, hypothesis => CountsOf(verdicts.Select(each => each[question.Id]), hypothesis), StringComparer.Ordinal),
            StringComparer.Ordinal);
    }

    private static IReadOnlyDictionary<LikelihoodTerm, int> CountsOf(IEnumerable<AnswerVerdict> verdicts, string hypothesis) => new SortedDictionary<LikelihoodTerm, int>(
        verdicts.OfType<AnswerVerdict.Counted>().CountBy(each => LikelihoodScale.TermOf(each.Vote.Likelihood[hypothesis])).ToDictionary());
}

using AttributionRegistry.Domain.Scales;

namespace AttributionRegistry.Domain.Assessment;

/// <summary>Analysis of competing hypotheses: a pure function of hypotheses, graded items and rated cells.</summary>
public static class Matrix
{
    public const string RuleId = "ach-weighted-inconsistency/1";

    public const string RuleText =
        "Each item has a weight: points of its source grade (A 5, B 4, C 3, D 2, E 1, F 3) times points of its information " +
        "grade (1 5, 2 4, 3 3, 4 2, 5 1, 6 3). F and 6 mean that there is no basis to judge and take the middle value. " +
        "An item without both grades from someone other than its submitter does not count. " +
        "A cell rated I is one unit of inconsistency, II two; CC, C, N and NA are none. A cell without a rating adds nothing and is listed. " +
        "Items of one origin count as one source: against each hypothesis only the largest weight times units among them counts, once. " +
        "The score of a hypothesis is the sum of weight times units over all sources. The ranking is by score, lowest first; equal scores are a tie. " +
        "Consistency (C one unit, CC two) is summed in the same way for information and never decides. " +
        "The residual hypothesis is scored but not ranked, since nothing can be inconsistent with it. " +
        "Diagnosticity of an item is its highest minus its lowest rating over the ranked hypotheses (CC 2, C 1, N and NA 0, I -1, II -2); " +
        "an item with diagnosticity 0 cannot be key evidence. " +
        "A linchpin is an item, or an origin with several items, without which the set of leading hypotheses would be another.";

    /// <summary>What makes the input unusable. Missing cells and grades do not: they are part of the answer.</summary>
    public static IReadOnlyList<Refusal> Check(MatrixInput input)
    {
        var hypotheses = input.Hypotheses.Select(h => h.Id).ToHashSet();
        var items = input.Items.Select(i => i.Id).ToHashSet();
        return
        [
            .. Repeated(input.Hypotheses.Select(h => h.Id)).Select(id => Refusal.Invalid("hypothesis-repeated", $"Hypothesis {id} is in the matrix more than once; remove one.")),
            .. Repeated(input.Items.Select(i => i.Id)).Select(id => Refusal.Invalid("item-repeated", $"Evidence {id} is in the matrix more than once; remove one.")),
            .. Repeated(input.Cells.Select(c => (c.Hypothesis, c.Item))).Select(c => Refusal.Invalid("cell-repeated", $"Evidence {c.Item} is rated more than once for hypothesis {c.Hypothesis}; keep one rating.")),
            .. input.Cells.Where(c => !hypotheses.Contains(c.Hypothesis)).Select(c => Refusal.Invalid("hypothesis-unknown", $"A rating names hypothesis {c.Hypothesis}, which is not in the matrix.")),
            .. input.Cells.Where(c => !items.Contains(c.Item)).Select(c => Refusal.Invalid("item-unknown", $"A rating names evidence {c.Item}, which is not in the matrix.")),
            .. input.Cells.Where(c => !Enum.IsDefined(c.Rating)).Select(c => Refusal.Invalid("rating-unknown", $"Evidence {c.Item} has a rating that is not CC, C, N, I, II or NA.")),
            .. input.Items.Where(i => (i.Source is { } s && !Enum.IsDefined(s)) || (i.Information is { } n && !Enum.IsDefined(n)))
                .Select(i => Refusal.Invalid("grade-unknown", $"Evidence {i.Id} has a grade outside A to F and 1 to 6.")),
        ];
    }

    /// <summary>Ranks the hypotheses. The input must have passed <see cref="Check"/>.</summary>
    public static MatrixResult Evaluate(MatrixInput input)
    {
        if (Check(input) is [var fault, ..])
        {
            throw new ArgumentException(fault.Message, nameof(input));
        }

        var hypotheses = input.Hypotheses.OrderBy(h => h.Id.Value, StringComparer.Ordinal).ToList();
        var items = input.Items.OrderBy(i => i.Id.Value, StringComparer.Ordinal).ToList();
        var cells = input.Cells.ToDictionary(c => new CellAddress(c.Hypothesis, c.Item), c => c.Rating);
        var scored = items.Select((i, row) => new ScoredItem(row, i, WeightOf(i),
            [.. hypotheses.Select(h => cells.TryGetValue(new(h.Id, i.Id), out var rating) ? rating : (Rating?)null)])).ToList();
        var sources = SourcesOf(scored.Where(s => ReasonNotToCount(s.Item) is null));
        var ranked = Enumerable.Range(0, hypotheses.Count).Where(c => !hypotheses[c].IsResidual).ToList();
        var against = hypotheses.Select((_, c) => sources.Sum(s => s.Against(c))).ToArray();
        var linchpins = LinchpinsOf(sources, against, ranked, hypotheses);
        var alone = linchpins.Where(l => l.Origin is null).SelectMany(l => l.Items).ToHashSet();

        return new()
        {
            RuleId = RuleId,
            RuleText = RuleText,
            Ranking = Rank(ranked, hypotheses, sources, against),
            Unranked = Rank([.. Enumerable.Range(0, hypotheses.Count).Except(ranked)], hypotheses, sources, against),
            Contributions = ContributionsOf(sources, hypotheses),
            Items = [.. scored.Select(s => ResultOf(s, ranked, alone))],
            Linchpins = linchpins,
            NotCounted = [.. from i in items let reason = ReasonNotToCount(i) where reason is not null select new NotCounted(i.Id, reason)],
            MissingCells = [.. from h in hypotheses from i in items where !cells.ContainsKey(new(h.Id, i.Id)) select new CellAddress(h.Id, i.Id)],
        };
    }

    private static IEnumerable<T> Repeated<T>(IEnumerable<T> all) => all.GroupBy(x => x).Where(g => g.Count() > 1).Select(g => g.Key);

    private static string? ReasonNotToCount(MatrixItem item) => item switch
    {
        { Source: null, Information: null } => "no-grades",
        { Source: null } => "no-source-grade",
        { Information: null } => "no-information-grade",
        { GradedBySubmitter: true } => "graded-by-submitter",
        _ => null,
    };

    private static int WeightOf(MatrixItem item) => ReasonNotToCount(item) is null ? Weights.Of(item.Source!.Value, item.Information!.Value) : 0;

    private static List<ScoredSource> SourcesOf(IEnumerable<ScoredItem> counted) =>
    [
        .. counted
            .GroupBy(s => s.Item.Origin is { Length: > 0 } origin ? (Origin: origin, Alone: null) : (Origin: (string?)null, Alone: s.Item.Id.Value))
            .Select(g => new ScoredSource(g.Key.Origin, [.. g])),
    ];

    private static IReadOnlyList<RankedHypothesis> Rank(
        IReadOnlyList<int> columns, List<Hypothesis> hypotheses, List<ScoredSource> sources, int[] against) =>
    [
        .. columns.OrderBy(c => against[c]).ThenBy(c => c).Select(c => new RankedHypothesis(
            hypotheses[c].Id,
            Rank: 1 + columns.Count(other => against[other] < against[c]),
            Inconsistency: against[c],
            Consistency: sources.Sum(s => s.For(c)),
            Tied: columns.Count(other => against[other] == against[c]) > 1)),
    ];

    private static IReadOnlyList<Contribution> ContributionsOf(List<ScoredSource> sources, List<Hypothesis> hypotheses) =>
    [
        .. from column in Enumerable.Range(0, hypotheses.Count)
           from source in sources
           let strongest = source.Strongest(column)
           where strongest.Against(column) > 0
           orderby column, strongest.Row
           select new Contribution(hypotheses[column].Id, strongest.Item.Id, strongest.Ratings[column]!.Value, strongest.Weight, strongest.Against(column)),
    ];

    private static ItemResult ResultOf(ScoredItem scored, List<int> ranked, HashSet<EvidenceId> linchpins)
    {
        var values = ranked.Select(c => scored.Ratings[c]).OfType<Rating>().Select(r => Weights.UnitsFor(r) - Weights.UnitsAgainst(r)).ToList();
        var spread = values.Count == 0 ? 0 : values.Max() - values.Min();
        return new(scored.Item.Id, scored.Weight, spread, MayBeKeyEvidence: scored.Weight > 0 && spread > 0, linchpins.Contains(scored.Item.Id));
    }

    private static List<Linchpin> LinchpinsOf(List<ScoredSource> sources, int[] against, List<int> ranked, List<Hypothesis> hypotheses)
    {
        var leaders = LeadersOf(against, ranked);
        var candidates =
            from source in sources
            let several = source.Items.Count > 1
            from removed in source.Items.Select(i => (Items: (IReadOnlyList<ScoredItem>)[i], Origin: (string?)null, Item: (ScoredItem?)i))
                .Concat(several ? [(source.Items, source.Origin, null)] : [])
            let without = against.Select((sum, c) => sum - source.Against(c) + (removed.Item is { } item ? source.Against(c, except: item) : 0)).ToArray()
            let leadersWithout = LeadersOf(without, ranked)
            where !leadersWithout.SequenceEqual(leaders)
            orderby removed.Items.Count, removed.Items[0].Row
            select new Linchpin(
                [.. removed.Items.Select(i => i.Item.Id)],
                removed.Origin,
                [.. leadersWithout.Select(c => hypotheses[c].Id)],
                removed.Items.All(i => i.Item.Spoofability == Spoofability.High));
        return [.. candidates];
    }

    private static List<int> LeadersOf(int[] against, List<int> ranked)
    {
        var least = ranked.Count == 0 ? 0 : ranked.Min(c => against[c]);
        return [.. ranked.Where(c => against[c] == least)];
    }
}

namespace AttributionRegistry.Domain.Voting;

/// <summary>One source of the seed as announced in the freeze: a name, until when it must be out, and who stands in for it, in order.</summary>
/// <param name="Name">What will be asked: a beacon's round, a lottery's draw.</param>
/// <param name="DueBy">Until when it must have spoken.</param>
/// <param name="Fallbacks">Who is asked next, and until when.</param>
public sealed record SeedSourcePlan(string Name, DateTimeOffset DueBy, IReadOnlyList<SeedFallback> Fallbacks)
{
    /// <summary>The source and its fallbacks in the order in which they are asked.</summary>
    internal IEnumerable<SeedFallback> InLine => Fallbacks.Prepend(new SeedFallback(Name, DueBy));
}

/// <summary>The next source in line, with its own time.</summary>
public sealed record SeedFallback(string Name, DateTimeOffset DueBy);

/// <summary>The freeze of a pool: when it entered the log, and the sources it announced.</summary>
public sealed record PoolFreeze(DateTimeOffset FrozenAt, IReadOnlyList<SeedSourcePlan> Sources);

/// <summary>What a source said, and when it said it.</summary>
public sealed record PublishedSource(string Name, string Value, DateTimeOffset PublishedAt);

/// <summary>Which bytes make the seed. Nobody chooses: the freeze did (V-05, V-06).</summary>
public static class SeedSources
{
    private const int Fewest = 2;

    private static readonly Refusal TooFew = Refusal.Invalid("sources-too-few", "At least two seed sources are announced (V-06).", "/sources");

    /// <summary>The first reason why these sources may not be announced at an instant, or null.</summary>
    public static Refusal? AnnouncementFault(IReadOnlyList<SeedSourcePlan> plans, DateTimeOffset at)
    {
        if (plans.Count < Fewest)
        {
            return TooFew;
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < plans.Count; i++)
        {
            var (before, place) = (at, 0);
            foreach (var next in plans[i].InLine)
            {
                var pointer = place == 0 ? $"/sources/{i}" : $"/sources/{i}/fallbacks/{place - 1}";
                if (string.IsNullOrWhiteSpace(next.Name) || !names.Add(next.Name))
                {
                    return Refusal.Invalid("source-name", "Each source and each fallback has a name of its own.", $"{pointer}/name");
                }

                if (next.DueBy <= before)
                {
                    return Refusal.Invalid("source-due", "A source speaks after the freeze, a fallback after the time of whom it stands in for (V-05, V-06).", $"{pointer}/dueBy");
                }

                (before, place) = (next.DueBy, place + 1);
            }
        }

        return null;
    }

    /// <summary>The values to seed with, one per announced source, in the announced order.</summary>
    /// <param name="freeze">What was announced, and when.</param>
    /// <param name="published">What the sources said.</param>
    /// <param name="at">The time of the draw: a fallback is asked only once the time of whoever comes before it has run out.</param>
    public static Decision<string> Settle(PoolFreeze freeze, IReadOnlyList<PublishedSource> published, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(freeze);
        if (freeze.Sources.Count < Fewest)
        {
            return TooFew;
        }

        if (PublishedFault(freeze, published, at) is { } fault)
        {
            return fault;
        }

        var values = new List<string>();
        foreach (var plan in freeze.Sources)
        {
            var asked = plan.InLine.Select(due => (Due: due, Said: published.FirstOrDefault(each => each.Name == due.Name && each.PublishedAt <= due.DueBy))).ToList();
            var speaks = asked.FindIndex(each => each.Said is not null);
            if (speaks < 0)
            {
                return Refusal.Conflict("seed-source-missing", $"Neither {plan.Name} nor a named fallback was published by its time; freeze the pool anew.");
            }

            if (asked.Take(speaks).Any(each => at < each.Due.DueBy))
            {
                return Refusal.Conflict("seed-source-not-due", $"{asked[speaks].Due.Name} stands in only once the time of {plan.Name} has run out (V-06).");
            }

            var spoken = asked[speaks].Said!;
            if (spoken.PublishedAt <= freeze.FrozenAt)
            {
                return Refusal.Conflict("pool-not-older-than-source", $"{spoken.Name} was known before the pool was frozen; the draw would prove nothing (V-05).");
            }

            values.Add(spoken.Value);
        }

        return Decision<string>.Accept([.. values]);
    }

    private static Refusal? PublishedFault(PoolFreeze freeze, IReadOnlyList<PublishedSource> published, DateTimeOffset at)
    {
        var announced = freeze.Sources.SelectMany(plan => plan.InLine).Select(each => each.Name).ToHashSet(StringComparer.Ordinal);
        for (var i = 0; i < published.Count; i++)
        {
            var said = published[i];
            if (!announced.Contains(said.Name) || published.Take(i).Any(each => each.Name == said.Name))
            {
                return Refusal.Invalid("source-unknown", "A value comes from a source that the freeze announced, once.", $"/published/{i}/name");
            }

            if (string.IsNullOrEmpty(said.Value))
            {
                return Refusal.Invalid("source-value", "A source that has spoken has said something.", $"/published/{i}/value");
            }

            if (said.PublishedAt > at)
            {
                return Refusal.Invalid("source-in-future", "A source cannot have spoken after now.", $"/published/{i}/publishedAt");
            }
        }

        return null;
    }
}

namespace AttributionRegistry.Domain.Voting;

/// <summary>One source of the seed as announced in the freeze: a name, until when it must be out, and who stands in for it, in order.</summary>
public sealed record SeedSourcePlan(string Name, DateTimeOffset DueBy, IReadOnlyList<SeedFallback> Fallbacks);

/// <summary>The next source in line, with its own time.</summary>
public sealed record SeedFallback(string Name, DateTimeOffset DueBy);

/// <summary>The freeze of a pool: where and when it entered the log, and the sources it announced.</summary>
public sealed record PoolFreeze(long LogIndex, DateTimeOffset LoggedAt, IReadOnlyList<SeedSourcePlan> Sources);

/// <summary>What a source said, and when it said it.</summary>
public sealed record PublishedSource(string Name, string Value, DateTimeOffset PublishedAt);

/// <summary>Which bytes make the seed. Nobody chooses: the freeze did (V-05, V-06).</summary>
public static class SeedSources
{
    private const int Fewest = 2;

    /// <summary>The values to seed with, one per announced source, in the announced order.</summary>
    public static Decision<string> Settle(PoolFreeze freeze, IReadOnlyList<PublishedSource> published)
    {
        if (freeze.Sources.Count < Fewest)
        {
            return Refusal.Invalid("too-few-seed-sources", $"A freeze announces at least {Fewest} sources for the seed.", "/sources");
        }

        var values = new List<string>();
        foreach (var plan in freeze.Sources)
        {
            var inLine = plan.Fallbacks.Prepend(new SeedFallback(plan.Name, plan.DueBy));
            var spoken = inLine
                .Select(due => published.FirstOrDefault(each => each.Name == due.Name && each.PublishedAt <= due.DueBy))
                .FirstOrDefault(each => each is not null);
            if (spoken is null)
            {
                return Refusal.Conflict("seed-source-missing", $"Neither {plan.Name} nor a named fallback was published by its time; freeze the pool anew.");
            }

            if (spoken.PublishedAt <= freeze.LoggedAt)
            {
                return Refusal.Conflict("pool-not-older-than-source", $"{spoken.Name} was known before the pool was frozen; the draw would prove nothing.");
            }

            values.Add(spoken.Value);
        }

        return Decision<string>.Accept([.. values]);
    }
}

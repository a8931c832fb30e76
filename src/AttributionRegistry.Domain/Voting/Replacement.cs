namespace AttributionRegistry.Domain.Voting;

/// <summary>Who takes a seat that fell free.</summary>
public abstract record ReplacementResult
{
    private ReplacementResult()
    {
    }

    /// <param name="MemberId">Who moves up.</param>
    /// <param name="WasAlternate">Whether they were the region's drawn alternate.</param>
    public sealed record Replaced(string MemberId, bool WasAlternate) : ReplacementResult;

    /// <summary>The seat stays empty and leaves the denominator (V-35).</summary>
    public sealed record Unreplaced : ReplacementResult;

    public sealed record Refused(Refusal Refusal) : ReplacementResult;
}

/// <summary>A seat that fell free before commit opened (V-10, V-12).</summary>
/// <param name="Draw">The draw, with everybody excluded by now.</param>
/// <param name="Alternates">The drawn alternates per region.</param>
/// <param name="Seated">Who holds a seat, the leaving member included.</param>
/// <param name="Leaving">Who gives the seat up.</param>
/// <param name="Unavailable">Declined, recused or removed before: nobody is asked twice.</param>
public sealed record Vacancy(
    DrawInput Draw,
    IReadOnlyDictionary<Region, IReadOnlyList<string>> Alternates,
    IReadOnlyList<string> Seated,
    string Leaving,
    IReadOnlySet<string> Unavailable);

/// <summary>Replaces a member: the region's alternate, else the next rank that keeps the caps, else nobody (V-12).</summary>
public static class Replacement
{
    public static ReplacementResult For(Vacancy vacancy)
    {
        var byId = vacancy.Draw.Pool.ToDictionary(each => each.Id, StringComparer.Ordinal);
        if (!vacancy.Seated.Contains(vacancy.Leaving) || !vacancy.Seated.All(byId.ContainsKey))
        {
            return new ReplacementResult.Refused(Refusal.Conflict("not-seated", $"{vacancy.Leaving} holds no seat of this panel."));
        }

        var rules = vacancy.Draw.Rules;
        var region = byId[vacancy.Leaving].Region;
        var staying = new Seating(rules);
        foreach (var id in vacancy.Seated.Where(id => id != vacancy.Leaving))
        {
            staying.Add(byId[id]);
        }

        var available = Draw.Ranked(vacancy.Draw).Where(each => !vacancy.Seated.Contains(each.Id) && !vacancy.Unavailable.Contains(each.Id)).ToArray();
        var alternates = vacancy.Alternates.GetValueOrDefault(region) ?? [];
        var next = alternates.Select(id => available.FirstOrDefault(each => each.Id == id)).FirstOrDefault(Fits) ?? available.FirstOrDefault(Fits);
        return next is null ? new ReplacementResult.Unreplaced() : new ReplacementResult.Replaced(next.Id, alternates.Contains(next.Id));

        // Below its minimum, the region that lost a seat must get it back: anybody else would not keep V-04.
        bool Fits(DrawCandidate? candidate) =>
            candidate is not null && staying.HasRoomFor(candidate) &&
            (candidate.Region == region || staying.In(region) >= rules.MinPerRegion);
    }
}

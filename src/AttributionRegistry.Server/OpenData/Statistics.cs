using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.Voting;
using AttributionRegistry.Server.Findings.Search;
using AttributionRegistry.Server.Registry;
using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AttributionRegistry.Server.OpenData;

/// <summary>How evenly the registry works: what came in, what became of it, and whom the findings name.</summary>
/// <param name="Referred">Incidents referred before this month.</param>
/// <param name="Opened">Of these, how many were opened.</param>
/// <param name="Declined">How many were declined.</param>
/// <param name="Published">Findings published, withdrawn ones included.</param>
/// <param name="Attributed">Of these, how many adopt a hypothesis.</param>
/// <param name="Inconclusive">How many do not; that clears nobody.</param>
/// <param name="Exercise">True in a demo: figures of no body.</param>
/// <param name="Note">What the figures leave out.</param>
/// <param name="States">By state, most often named first.</param>
/// <param name="Regions">By regional group of the United Nations; null for states in none.</param>
public sealed record BalanceFigures(
    long Referred, long Opened, long Declined, long Published, long Attributed, long Inconclusive, bool Exercise, string Note,
    IReadOnlyList<StateFigures> States, IReadOnlyList<RegionFigures> Regions);

/// <param name="State">ISO 3166-1 alpha-2.</param>
/// <param name="Region">Its regional group, or null.</param>
/// <param name="Named">Current findings whose adopted hypothesis names it.</param>
/// <param name="Hit">Current findings on incidents that hit it.</param>
public sealed record StateFigures(string State, Region? Region, long Named, long Hit);

/// <param name="Region">The group; null for states in none.</param>
/// <param name="Named">Findings for each of its states, added up.</param>
/// <param name="Hit">The same for states that were hit.</param>
public sealed record RegionFigures(Region? Region, long Named, long Hit);

public static class ReadStatistics
{
    private const string Note =
        "Cases that are not public are counted without a word on whom they concern, and only from the month after their referral, so that no figure gives away the day of one. "
        + "States are counted over published findings alone.";

    // Whatever was opened stays so: what was declined or merged before, or is still looked at, was not.
    private const string CasesSql = """
        SELECT count(*) AS Referred,
          coalesce(sum(CASE WHEN stage IN ('Referred', 'Screening', 'Declined', 'Merged') THEN 0 ELSE 1 END), 0) AS Opened,
          coalesce(sum(CASE WHEN stage = 'Declined' THEN 1 ELSE 0 END), 0) AS Declined
        FROM incident
        WHERE referred_us < @month
        """;

    private const string CountsSql = "SELECT facet AS Facet, value AS Value, findings AS Count FROM facet_count WHERE facet IN ('all', 'outcome', 'state', 'victim') AND findings > 0";

    /// <summary>Balance figures: what was referred, opened, declined and published, and which states and regions the findings name.</summary>
    public static Ok<BalanceFigures> Handle(RegistryCore core, TimeProvider clock)
    {
        var now = clock.GetUtcNow();
        var month = Instant.ToMicroseconds(new DateTimeOffset(now.Year, now.Month, 1, 0, 0, 0, TimeSpan.Zero));
        var (cases, counts) = core.Store.Database.Read(c => (c.QuerySingle<Cases>(CasesSql, new { month }), c.Query<Counted>(CountsSql).AsList()));
        var states = counts.Where(c => c.Facet is FacetsOf.State or FacetsOf.Victim).Select(c => c.Value).Distinct()
            .Select(s => new StateFigures(s, RegionalGroups.Of(s), Of(FacetsOf.State, s), Of(FacetsOf.Victim, s)))
            .OrderByDescending(s => s.Named).ThenByDescending(s => s.Hit).ThenBy(s => s.State, StringComparer.Ordinal).ToList();
        return TypedResults.Ok(new BalanceFigures(
            cases.Referred, cases.Opened, cases.Declined, Of(FacetsOf.All, ""), Of(FacetsOf.Outcome, "attributed"), Of(FacetsOf.Outcome, "inconclusive"),
            core.Policy!.Exercise, Note, states,
            [.. states.GroupBy(s => s.Region).OrderBy(g => g.Key).Select(g => new RegionFigures(g.Key, g.Sum(s => s.Named), g.Sum(s => s.Hit)))]));

        long Of(string facet, string value) => counts.Find(c => c.Facet == facet && c.Value == value)?.Count ?? 0;
    }

    private sealed class Cases
    {
        public long Referred { get; init; }

        public long Opened { get; init; }

        public long Declined { get; init; }
    }

    private sealed class Counted
    {
        public string Facet { get; init; } = "";

        public string Value { get; init; } = "";

        public long Count { get; init; }
    }
}

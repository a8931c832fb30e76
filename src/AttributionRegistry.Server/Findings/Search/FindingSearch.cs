using System.Globalization;
using AttributionRegistry.Domain.Search;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Registry;
using Dapper;
using Microsoft.Data.Sqlite;

namespace AttributionRegistry.Server.Findings.Search;

/// <summary>
/// Finds published findings by words and facets, for the API and the pages. Every page is a walk along the index from where the one before
/// ended: the last one costs what the first one costs.
/// </summary>
public sealed class FindingSearch(RegistryCore core, OfficialMark official)
{
    /// <summary>So many matches are counted, sorted and weighed, and no more.</summary>
    public const int Window = 2_000;

    private const int MaxValues = 100;

    private const string IdSql = "SELECT id FROM finding_search WHERE number = @number";

    private const string NewestSql = "SELECT id FROM finding_search WHERE id < @before ORDER BY id DESC LIMIT @fetch";

    private const string MatchedSql = "SELECT rowid FROM finding_text WHERE finding_text MATCH @match AND rowid < @before ORDER BY rowid DESC LIMIT @fetch";

    // The oldest match that is still weighed.
    private const string FloorSql = "SELECT rowid FROM finding_text WHERE finding_text MATCH @match ORDER BY rowid DESC LIMIT 1 OFFSET @offset";

    // Whole numbers, so that a cursor names the place exactly.
    private const string WeighedSql = """
        SELECT rowid AS Id, CAST(-1000000 * bm25(finding_text, 10.0, 5.0, 1.0, 0.0) AS INTEGER) AS Score
        FROM finding_text
        WHERE finding_text MATCH @match AND rowid >= @floor
        """;

    private const string RowsSql = """
        SELECT finding_search.id AS Id, finding.number AS Number, finding.version AS Version, finding.status AS Status, finding.name AS Name, finding.outcome AS Outcome,
          finding.level AS Level, finding.likelihood AS Likelihood, finding.confidence AS Confidence, finding.crosscheckable AS Crosscheckable,
          finding.exercise AS Exercise, finding.published_us AS PublishedUs, finding_search.digest AS Digest, finding_version.idx AS Idx
        FROM finding_search
        JOIN finding ON finding.number = finding_search.number
        LEFT JOIN finding_version ON finding_version.number = finding.number AND finding_version.version = finding.version
        WHERE finding_search.id IN @ids
        """;

    private const string TextsSql = "SELECT id AS Id, statement AS Statement, body AS Body FROM finding_search WHERE id IN @ids";

    private const string CountSql = "SELECT count(*) FROM (SELECT rowid FROM finding_text WHERE finding_text MATCH @match LIMIT @most)";

    private const string CounterSql = "SELECT findings FROM facet_count WHERE facet = @facet AND value = @value";

    private const string AllFacetsSql = "SELECT facet AS Facet, value AS Value, findings AS Count FROM facet_count WHERE findings > 0 ORDER BY facet, findings DESC, value";

    private const string FacetsSql = """
        WITH matched (id) AS MATERIALIZED (
          SELECT rowid FROM finding_text WHERE finding_text MATCH @match ORDER BY rowid DESC LIMIT @window
        )
        SELECT finding_facet.facet AS Facet, finding_facet.value AS Value, count(*) AS Count
        FROM matched
        JOIN finding_facet ON finding_facet.id = matched.id
        GROUP BY finding_facet.facet, finding_facet.value
        ORDER BY finding_facet.facet, count(*) DESC, finding_facet.value
        """;

    /// <summary>One page; the caller has checked what the filter says.</summary>
    /// <exception cref="RequestRefusedException">The cursor was not made by this list.</exception>
    public FindingPage Find(FindingFilter filter, FindingOrder order, PageQuery page)
    {
        ArgumentNullException.ThrowIfNull(filter);
        ArgumentNullException.ThrowIfNull(page);
        var match = SearchMatch.Of(filter);
        // Without words there is nothing to weigh.
        var weigh = order == FindingOrder.Relevance && !match.Terms.IsEmpty;
        var keys = weigh ? page.AfterKeys<long, long>() : null;
        var before = weigh ? null : page.AfterNumber();
        if (match.HasNoWords)
        {
            return new FindingPage([], null, new MatchCount(0, false));
        }

        var (places, rows, texts, total) = core.Store.Database.Read(connection =>
        {
            var found = weigh ? Weighed(connection, match, keys, page.Fetch)
                : [.. connection.Query<long>(match.IsAll ? NewestSql : MatchedSql, new { match = match.Expression, before = before ?? long.MaxValue, fetch = page.Fetch })
                    .Select(id => new Place { Id = id })];
            var ids = found.Take(page.Limit).Select(p => p.Id).ToArray();
            return (
                found,
                connection.Query<Row>(RowsSql, new { ids }).ToDictionary(r => r.Id),
                match.Terms.IsEmpty ? [] : connection.Query<Texts>(TextsSql, new { ids }).ToDictionary(t => t.Id),
                Count(connection, match));
        });

        // Whether a version is official is asked with no reader in hand: it may read by itself.
        var shown = places.Take(page.Limit).ToList();
        return new FindingPage(
            [.. shown.Select(p => rows[p.Id].ToSummary(official.Of(rows[p.Id].Idx)) with { Highlight = texts.TryGetValue(p.Id, out var text) ? Marked(rows[p.Id].Name, text, match) : null })],
            places.Count <= page.Limit ? null : (weigh ? Cursor.Of(shown[^1].Score, shown[^1].Id) : Cursor.Of(shown[^1].Id)).ToString(),
            total);
    }

    /// <summary>One finding as lists show it, or null.</summary>
    public FindingSummary? One(string number) => core.Store.Database.Read(connection =>
        connection.QuerySingleOrDefault<long?>(IdSql, new { number }) is { } id ? connection.QuerySingle<Row>(RowsSql, new { ids = new[] { id } }) : null)
        is { } row ? row.ToSummary(official.Of(row.Idx)) : null;

    /// <summary>What the matching findings have in common.</summary>
    public FindingFacets Facets(FindingFilter filter)
    {
        ArgumentNullException.ThrowIfNull(filter);
        var match = SearchMatch.Of(filter);
        return core.Store.Database.Read(connection =>
        {
            var total = match.HasNoWords ? new MatchCount(0, false) : Count(connection, match);
            var values = match.HasNoWords ? []
                : connection.Query<CountedValue>(match.IsAll ? AllFacetsSql : FacetsSql, new { match = match.Expression, window = Window }).AsList();
            return new FindingFacets(
                total, match.IsAll ? total.Count : Math.Min(total.Count, Window),
                [.. FacetsOf.Shown.Select(name => new Facet(name, [.. values.Where(v => v.Facet == name).Take(MaxValues).Select(v => new FacetValue(v.Value, v.Count))]))]);
        });
    }

    private static List<Place> Weighed(SqliteConnection connection, SearchMatch match, (long Score, long Id)? after, int fetch)
    {
        var floor = connection.ExecuteScalar<long?>(FloorSql, new { match = match.Expression, offset = Window - 1 }) ?? 0;
        return
        [
            .. connection.Query<Place>(WeighedSql, new { match = match.Expression, floor })
                .OrderByDescending(p => p.Score).ThenByDescending(p => p.Id)
                .Where(p => after is not { } last || p.Score < last.Score || (p.Score == last.Score && p.Id < last.Id))
                .Take(fetch),
        ];
    }

    private static Highlight Marked(string name, Texts text, SearchMatch match) => new(
        Excerpt.Whole(name, match.Terms),
        Excerpt.Around(text.Statement.Replace(SearchWords.Joint.ToString(), "", StringComparison.Ordinal), match.Terms)
            ?? Excerpt.Around(text.Body.Replace(SearchWords.Joint.ToString(), "", StringComparison.Ordinal), match.Terms));

    // One facet is counted already; several together, or words, are counted up to the window.
    private static MatchCount Count(SqliteConnection connection, SearchMatch match)
    {
        if (match.Terms.IsEmpty && match.Facets.Count <= 1)
        {
            var (facet, value) = match.Facets.Count == 1 ? match.Facets[0] : (FacetsOf.All, "");
            return new MatchCount(connection.ExecuteScalar<long?>(CounterSql, new { facet, value }) ?? 0, false);
        }

        var counted = connection.ExecuteScalar<long>(CountSql, new { match = match.Expression, most = Window + 1 });
        return new MatchCount(Math.Min(counted, Window), counted > Window);
    }

    // No positional record: an empty answer has no types by which Dapper would find its constructor.
    private sealed class Place
    {
        public long Id { get; init; }

        public long Score { get; init; }
    }

    private sealed class CountedValue
    {
        public string Facet { get; init; } = "";

        public string Value { get; init; } = "";

        public long Count { get; init; }
    }

    private sealed class Texts
    {
        public long Id { get; init; }

        public string Statement { get; init; } = "";

        public string Body { get; init; } = "";
    }

    private sealed class Row : FindingRow
    {
        public long Id { get; init; }
    }
}

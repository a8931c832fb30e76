using System.Text;
using AttributionRegistry.Domain;
using AttributionRegistry.Server.Findings;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Registry;
using Dapper;
using Microsoft.AspNetCore.Http.Timeouts;

namespace AttributionRegistry.Server.OpenData;

/// <summary>
/// All published findings in one answer, read block by block so that neither the memory nor a transaction grows with them. What is published
/// anew while the answer runs comes once more at its end: the last line of a number counts.
/// </summary>
public sealed class Dumps(RegistryCore core, OfficialMark official, RegistrySettings settings)
{
    private const int Block = 200;
    private const int AtOnce = 4;

    private const string BlockSql = """
        SELECT finding_search.id AS Id, finding.number AS Number, finding.version AS Version, finding.status AS Status, finding.name AS Name, finding.outcome AS Outcome,
          finding.level AS Level, finding.likelihood AS Likelihood, finding.confidence AS Confidence, finding.crosscheckable AS Crosscheckable, finding.exercise AS Exercise,
          finding.published_us AS PublishedUs, finding.first_published_us AS FirstUs, finding_search.digest AS Digest, finding_search.lead AS Lead, finding_search.lead_lang AS Lang,
          (SELECT group_concat(value, ';') FROM finding_facet WHERE id = finding_search.id AND facet = 'state') AS States,
          (SELECT group_concat(value, ';') FROM finding_facet WHERE id = finding_search.id AND facet = 'sector') AS Sectors,
          (SELECT group_concat(value, ';') FROM finding_facet WHERE id = finding_search.id AND facet = 'type') AS Types,
          (SELECT group_concat(value, ';') FROM finding_facet WHERE id = finding_search.id AND facet = 'year') AS Year
        FROM finding_search
        JOIN finding ON finding.number = finding_search.number
        WHERE finding_search.id > @after
        ORDER BY finding_search.id
        LIMIT @limit
        """;

    private const string DocumentSql = "SELECT bytes FROM document WHERE path = @path";

    private readonly NetworkShares _running = new(AtOnce, ofOneNetwork: 1);

    internal Task CsvAsync(HttpContext http) => RunAsync(
        http, "text/csv; charset=utf-8",
        Csv.Line("number", "version", "status", "name", "outcome", "level", "likelihood", "confidence", "crosscheckable", "exercise", "states", "sectors", "types", "year",
            "published", "firstPublished", "language", "statement", "sha256", "url"),
        row =>
        {
            var summary = row.ToSummary(default);
            return Csv.Line(
                row.Number, $"{row.Version}", Wire(summary.Status), row.Name, Wire(summary.Outcome), Wire(summary.Level), row.Likelihood,
                summary.Confidence is { } held ? Wire(held) : "", row.Crosscheckable is null ? "" : row.Crosscheckable == 1 ? "true" : "false", row.Exercise == 1 ? "true" : "false",
                row.States, row.Sectors, row.Types, row.Year, Time(row.PublishedUs), Time(row.FirstUs), row.Lang, row.Lead, row.Digest, $"{settings.PublicUrl}/v1/findings/{row.Number}");
        });

    internal Task JsonLinesAsync(HttpContext http) => RunAsync(http, "application/jsonl", "", row =>
        core.Store.Database.Read(c => c.QuerySingleOrDefault<byte[]>(DocumentSql, new { path = $"/v1/findings/{row.Number}" })) is { } stored
            ? Encoding.UTF8.GetString(official.Put(stored, "application/json").Bytes) + "\n"
            : "");

    private async Task RunAsync(HttpContext http, string mediaType, string head, Func<Row, string> lineOf)
    {
        using var share = _running.Take(http);
        if (share is null)
        {
            http.Response.Headers.RetryAfter = "60";
            await Problems.Of(
                StatusCodes.Status503ServiceUnavailable, ProblemCodes.Unavailable,
                $"{AtOnce} dumps are being sent already, or one to your network. Try again in a minute.").ExecuteAsync(http);
            return;
        }

        // However many findings there are, their reader may take as long as it takes.
        http.Features.Get<IHttpRequestTimeoutFeature>()?.DisableTimeout();
        http.Response.ContentType = mediaType;
        http.Response.Headers.CacheControl = "public, max-age=60";
        await http.Response.WriteAsync(head, http.RequestAborted);
        for (var last = 0L; ;)
        {
            var rows = core.Store.Database.Read(c => c.Query<Row>(BlockSql, new { after = last, limit = Block }).AsList());
            if (rows.Count == 0)
            {
                return;
            }

            await http.Response.WriteAsync(string.Concat(rows.Select(lineOf)), http.RequestAborted);
            last = rows[^1].Id;
        }
    }

    private static string Wire<TEnum>(TEnum value)
        where TEnum : struct, Enum => EnumNames.Wire<TEnum>(value.ToString());

    private static string Time(long microseconds) => Instant.FromMicroseconds(microseconds).UtcDateTime.ToString("O");

    private sealed class Row : FindingRow
    {
        public long Id { get; init; }

        public long FirstUs { get; init; }

        public string Lead { get; init; } = "";

        public string Lang { get; init; } = "";

        public string? States { get; init; }

        public string? Sectors { get; init; }

        public string? Types { get; init; }

        public string? Year { get; init; }
    }
}

public static class DumpCsv
{
    /// <summary>All published findings as CSV (RFC 4180, UTF-8), oldest publication first. Cells that a spreadsheet would run begin with an apostrophe.</summary>
    public static Task HandleAsync(HttpContext http, Dumps dumps) => dumps.CsvAsync(http);
}

public static class DumpJsonLines
{
    /// <summary>All published findings as JSON Lines, each line the current version as its own address serves it.</summary>
    public static Task HandleAsync(HttpContext http, Dumps dumps) => dumps.JsonLinesAsync(http);
}

using System.Text.Json.Nodes;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.Voting;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Incidents;
using AttributionRegistry.Server.Registry;
using AttributionRegistry.Server.Witness;
using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AttributionRegistry.Server.Findings;

/// <summary>A published finding in a list.</summary>
/// <param name="Number">The stable public number.</param>
/// <param name="Version">The current version.</param>
/// <param name="Status">current, underReconsideration or withdrawn.</param>
/// <param name="Name">The incident.</param>
/// <param name="Outcome">attributed or inconclusive.</param>
/// <param name="Level">The level of the first question.</param>
/// <param name="Likelihood">ICD 203 term code, of an attributed hypothesis.</param>
/// <param name="Confidence">The published confidence, after any cap.</param>
/// <param name="Crosscheckable">Whether disclosed evidence alone leads to the same hypothesis; null when nothing was adopted.</param>
/// <param name="Exercise">True in a demo: the finding of no body.</param>
/// <param name="PublishedAt">UTC, of the current version.</param>
/// <param name="Href">Where it is read.</param>
/// <param name="Official">Whether a checkpoint of the log that covers the current version has the quorum of witnesses; true at once where none is demanded.</param>
/// <param name="WitnessedSize">The size of the first such checkpoint, or null.</param>
public sealed record FindingSummary(
    string Number, int Version, FindingStatus Status, string Name, FindingOutcome Outcome, Level Level, string? Likelihood, Confidence? Confidence,
    bool? Crosscheckable, bool Exercise, DateTimeOffset PublishedAt, string Href, bool Official, long? WitnessedSize);

public static class ListFindings
{
    private const string PageSql = """
        SELECT finding.number AS Number, finding.version AS Version, status AS Status, name AS Name, outcome AS Outcome, level AS Level, likelihood AS Likelihood,
          confidence AS Confidence, crosscheckable AS Crosscheckable, exercise AS Exercise, published_us AS PublishedUs,
          idx AS Idx
        FROM finding
        LEFT JOIN finding_version ON finding_version.number = finding.number AND finding_version.version = finding.version
        WHERE (@afterUs IS NULL OR published_us < @afterUs OR (published_us = @afterUs AND finding.number < @afterNumber))
          AND (@status IS NULL OR status = @status)
          AND (@outcome IS NULL OR outcome = @outcome)
          AND (@state IS NULL OR EXISTS (SELECT 1 FROM finding_state WHERE finding_state.number = finding.number AND finding_state.state = @state))
        ORDER BY published_us DESC, finding.number DESC
        LIMIT @fetch
        """;

    /// <summary>Published findings, newest first.</summary>
    /// <param name="page">Which page.</param>
    /// <param name="http">The request.</param>
    /// <param name="core">The record.</param>
    /// <param name="official">Which versions are official.</param>
    /// <param name="state">ISO 3166-1 alpha-2 code of a state named by an adopted hypothesis.</param>
    /// <param name="status">Only findings of this status.</param>
    /// <param name="outcome">Only findings of this outcome.</param>
    public static Ok<Page<FindingSummary>> Handle(
        PageQuery page, HttpContext http, RegistryCore core, OfficialMark official, string? state = null, FindingStatus? status = null, FindingOutcome? outcome = null)
    {
        var after = page.AfterKeys<long, string>();
        var rows = core.Store.Database.Read(c => c.Query<Row>(PageSql, new
        {
            afterUs = after?.First,
            afterNumber = after?.Second,
            status = status?.ToString(),
            outcome = outcome?.ToString(),
            state,
            fetch = page.Fetch,
        }).AsList());
        var cut = page.Cut(http, rows, r => Cursor.Of(r.PublishedUs, r.Number));
        return TypedResults.Ok(new Page<FindingSummary>([.. cut.Items.Select(r => r.ToSummary(official.Of(r.Idx)))], cut.Next));
    }

    private sealed class Row
    {
        public string Number { get; init; } = "";

        public long Version { get; init; }

        public string Status { get; init; } = "";

        public string Name { get; init; } = "";

        public string Outcome { get; init; } = "";

        public string Level { get; init; } = "";

        public string? Likelihood { get; init; }

        public string? Confidence { get; init; }

        public long? Crosscheckable { get; init; }

        public long Exercise { get; init; }

        public long PublishedUs { get; init; }

        public long? Idx { get; init; }

        public FindingSummary ToSummary((bool Official, long? WitnessedSize) mark) => new(
            Number, (int)Version, Enum.Parse<FindingStatus>(Status), Name, Enum.Parse<FindingOutcome>(Outcome), Enum.Parse<Level>(Level), Likelihood,
            Confidence is null ? null : Enum.Parse<Confidence>(Confidence), Crosscheckable is null ? null : Crosscheckable == 1, Exercise == 1,
            Instant.FromMicroseconds(PublishedUs), $"/v1/findings/{Number}", mark.Official, mark.WitnessedSize);
    }
}

public static class ReadFinding
{
    /// <summary>A published finding: the current version, its digest, its status and banner. The bytes are made once, at publication.</summary>
    public static Task HandleAsync(string number, HttpContext http, PublishedDocuments documents) => SendAsync($"/v1/findings/{number}", http, documents);

    internal static Task SendAsync(string path, HttpContext http, PublishedDocuments documents) =>
        documents.Find(path) is { } document ? PublishedDocuments.SendAsync(http, document) : Problems.NotFound().ExecuteAsync(http);
}

public static class ReadFindingVersion
{
    /// <summary>One version of a finding under its own address. It says whether it is current, superseded, under reconsideration or withdrawn.</summary>
    public static Task HandleAsync(string number, int version, HttpContext http, PublishedDocuments documents) =>
        ReadFinding.SendAsync($"/v1/findings/{number}/versions/{version}", http, documents);
}

/// <summary>A version in the list of versions. Whether it is official depends on the witnesses, as in the finding itself.</summary>
public sealed record VersionSummary(
    int Version, VersionKind Kind, FindingStatus Status, string Digest, string? ChangeNote, DateTimeOffset PublishedAt, string Href, bool Official, long? WitnessedSize);

public static class ListFindingVersions
{
    /// <summary>Every version a finding has ever had.</summary>
    public static Results<Ok<IReadOnlyList<VersionSummary>>, ProblemHttpResult> Handle(string number, FindingLocator findings, OfficialMark official)
    {
        if (findings.Find(number) is not { } state)
        {
            return Problems.NotFound();
        }

        return TypedResults.Ok<IReadOnlyList<VersionSummary>>([.. state.Versions.Select(v =>
        {
            var (isOfficial, size) = official.Of(number, v.Version);
            return new VersionSummary(v.Version, v.Kind, state.StatusOf(v), v.Digest, v.ChangeNote, v.At, $"/v1/findings/{number}/versions/{v.Version}", isOfficial, size);
        })]);
    }
}

/// <summary>One difference between two versions.</summary>
/// <param name="Pointer">RFC 6901 pointer into the canonical finding.</param>
/// <param name="From">The old value; absent when it was added.</param>
/// <param name="To">The new value; absent when it was removed.</param>
public sealed record Difference(string Pointer, JsonNode? From, JsonNode? To);

/// <summary>What changed from one version to another, member by member.</summary>
public sealed record FindingDiff(int From, int To, string FromDigest, string ToDigest, IReadOnlyList<Difference> Differences);

public static class DiffFinding
{
    /// <summary>What changed between two versions of a finding; the last two when none are named.</summary>
    public static Results<Ok<FindingDiff>, ProblemHttpResult> Handle(
        string number, FindingLocator findings, PublishedDocuments documents, int? from = null, int? to = null)
    {
        if (findings.Find(number) is not { } state)
        {
            return Problems.NotFound();
        }

        var last = to ?? state.Versions.Count;
        var first = from ?? Math.Max(1, last - 1);
        if (documents.Find(PublishedDocuments.CanonicalPath(number, first)) is not { } old ||
            documents.Find(PublishedDocuments.CanonicalPath(number, last)) is not { } current)
        {
            return Problems.NotFound();
        }

        var differences = new List<Difference>();
        Compare("", JsonNode.Parse(old.Bytes), JsonNode.Parse(current.Bytes), differences);
        return TypedResults.Ok(new FindingDiff(first, last, Sha256Hex.Of(old.Bytes), Sha256Hex.Of(current.Bytes), differences));
    }

    private static void Compare(string pointer, JsonNode? from, JsonNode? to, List<Difference> found)
    {
        switch (from, to)
        {
            case (JsonObject a, JsonObject b):
                foreach (var name in a.Select(m => m.Key).Union(b.Select(m => m.Key)).Order(StringComparer.Ordinal))
                {
                    Compare($"{pointer}/{name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}", a[name], b[name], found);
                }

                break;
            case (JsonArray a, JsonArray b):
                for (var i = 0; i < Math.Max(a.Count, b.Count); i++)
                {
                    Compare($"{pointer}/{i}", i < a.Count ? a[i] : null, i < b.Count ? b[i] : null, found);
                }

                break;
            default:
                if (!JsonNode.DeepEquals(from, to))
                {
                    found.Add(new Difference(pointer, from?.DeepClone(), to?.DeepClone()));
                }

                break;
        }
    }
}

/// <summary>The case behind a public number.</summary>
public sealed class FindingLocator(RegistryCore core)
{
    private const string FindSql = "SELECT incident FROM finding WHERE number = @number";

    public Case? Find(string number) =>
        core.Store.Database.Read(c => c.QuerySingleOrDefault<string>(FindSql, new { number })) is { } incident
            ? core.Load(CaseJournal.Definition, CaseJournal.Stream(IncidentId.Of(incident))).State
            : null;
}

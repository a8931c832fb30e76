using System.Text.Json.Nodes;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.Search;
using AttributionRegistry.Domain.Voting;
using AttributionRegistry.Server.Findings.Search;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Incidents;
using AttributionRegistry.Server.Registry;
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
/// <param name="Digest">SHA-256 of the canonical finding, hex: the same in every representation.</param>
/// <param name="Highlight">In a search by words: where they stand.</param>
public sealed record FindingSummary(
    string Number, int Version, FindingStatus Status, string Name, FindingOutcome Outcome, Level Level, string? Likelihood, Confidence? Confidence,
    bool? Crosscheckable, bool Exercise, DateTimeOffset PublishedAt, string Href, bool Official, long? WitnessedSize, string Digest,
    Highlight? Highlight = null);

public static class ListFindings
{
    /// <summary>Published findings by words and facets, newest first.</summary>
    /// <param name="page">Which page.</param>
    /// <param name="http">The request.</param>
    /// <param name="search">Finds them.</param>
    /// <param name="q">Words that all must stand in the finding, at most 200 characters; phrases in quotes, beginnings of words as ransom*.</param>
    /// <param name="state">ISO 3166-1 alpha-2 code of a state named by an adopted hypothesis.</param>
    /// <param name="status">Only findings of this status.</param>
    /// <param name="outcome">Only findings of this outcome.</param>
    /// <param name="level">Only findings at this level.</param>
    /// <param name="confidence">Only findings held with this confidence.</param>
    /// <param name="sector">A sector that was hit.</param>
    /// <param name="type">A type of the incident.</param>
    /// <param name="year">The year in which the incident began.</param>
    /// <param name="language">A language of the statement.</param>
    /// <param name="actor">An actor named by an adopted hypothesis, by id.</param>
    /// <param name="sort">newest (the default), or relevance among the newest 2,000 matches.</param>
    public static Ok<FindingPage> Handle(
        PageQuery page, HttpContext http, FindingSearch search, string? q = null, string? state = null, FindingStatus? status = null, FindingOutcome? outcome = null,
        Level? level = null, Confidence? confidence = null, string? sector = null, IncidentType? type = null, int? year = null, string? language = null, ActorId? actor = null,
        FindingOrder sort = FindingOrder.Newest)
    {
        var found = search.Find(FilterOf(q, state, status, outcome, level, confidence, sector, type, year, language, actor), sort, page);
        if (found.Next is { } next)
        {
            PageLinks.SetNext(http, next);
        }

        return TypedResults.Ok(found);
    }

    internal static FindingFilter FilterOf(
        string? q, string? state, FindingStatus? status, FindingOutcome? outcome, Level? level, Confidence? confidence, string? sector, IncidentType? type, int? year,
        string? language, ActorId? actor) => q is { Length: > SearchWords.MaxLength }
        ? throw new RequestRefusedException(
            StatusCodes.Status400BadRequest, ProblemCodes.WrongType, $"The parameter 'q' has at most {SearchWords.MaxLength} characters.",
            new ProblemError("?q", ProblemCodes.WrongType, "Too long."))
        : new FindingFilter
        {
            Q = string.IsNullOrWhiteSpace(q) ? null : q,
            State = state,
            Status = status,
            Outcome = outcome,
            Level = level,
            Confidence = confidence,
            Sector = sector,
            Type = type,
            Year = year,
            Language = language,
            Actor = actor?.Value,
        };
}

public static class ReadFindingFacets
{
    /// <summary>How many of the matching findings have which status, level, confidence and so on: what a search can be narrowed by.</summary>
    /// <param name="search">Counts them.</param>
    /// <param name="q">As in the list of findings.</param>
    /// <param name="state">As in the list of findings.</param>
    /// <param name="status">As in the list of findings.</param>
    /// <param name="outcome">As in the list of findings.</param>
    /// <param name="level">As in the list of findings.</param>
    /// <param name="confidence">As in the list of findings.</param>
    /// <param name="sector">As in the list of findings.</param>
    /// <param name="type">As in the list of findings.</param>
    /// <param name="year">As in the list of findings.</param>
    /// <param name="language">As in the list of findings.</param>
    /// <param name="actor">As in the list of findings.</param>
    public static Ok<FindingFacets> Handle(
        FindingSearch search, string? q = null, string? state = null, FindingStatus? status = null, FindingOutcome? outcome = null, Level? level = null,
        Confidence? confidence = null, string? sector = null, IncidentType? type = null, int? year = null, string? language = null, ActorId? actor = null) =>
        TypedResults.Ok(search.Facets(ListFindings.FilterOf(q, state, status, outcome, level, confidence, sector, type, year, language, actor)));
}

/// <summary>A published finding as it is stored for lists.</summary>
internal class FindingRow
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

    /// <summary>The entry of the current version.</summary>
    public long? Idx { get; init; }

    public string Digest { get; init; } = "";

    public FindingSummary ToSummary((bool Official, long? WitnessedSize) mark) => new(
        Number, (int)Version, Enum.Parse<FindingStatus>(Status), Name, Enum.Parse<FindingOutcome>(Outcome), Enum.Parse<Level>(Level), Likelihood,
        Confidence is null ? null : Enum.Parse<Confidence>(Confidence), Crosscheckable is null ? null : Crosscheckable == 1, Exercise == 1,
        Instant.FromMicroseconds(PublishedUs), $"/v1/findings/{Number}", mark.Official, mark.WitnessedSize, Digest);
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
        return Between(documents, number, first, last) is { } diff ? TypedResults.Ok(diff) : Problems.NotFound();
    }

    /// <summary>What changed between two versions, or null where one of them is not published.</summary>
    internal static FindingDiff? Between(PublishedDocuments documents, string number, int from, int to)
    {
        if (documents.Find(PublishedDocuments.CanonicalPath(number, from)) is not { } old || documents.Find(PublishedDocuments.CanonicalPath(number, to)) is not { } current)
        {
            return null;
        }

        var differences = new List<Difference>();
        Compare("", JsonNode.Parse(old.Bytes), JsonNode.Parse(current.Bytes), differences);
        return new FindingDiff(from, to, Sha256Hex.Of(old.Bytes), Sha256Hex.Of(current.Bytes), differences);
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

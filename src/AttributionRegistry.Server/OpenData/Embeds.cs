using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Server.Feeds;
using AttributionRegistry.Server.Findings;
using AttributionRegistry.Server.Findings.Search;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Registry;
using AttributionRegistry.Storage;
using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AttributionRegistry.Server.OpenData;

/// <summary>The description of a finding for a site that links to it (oEmbed 1.0, type link): words, never markup of ours in their page.</summary>
public sealed record EmbedDescription(
    string Version, string Type, string Title, [property: System.Text.Json.Serialization.JsonPropertyName("provider_name")] string ProviderName,
    [property: System.Text.Json.Serialization.JsonPropertyName("provider_url")] string ProviderUrl,
    [property: System.Text.Json.Serialization.JsonPropertyName("cache_age")] int CacheAge);

public static partial class ReadEmbed
{
    public const string FormatNotOffered = "format-not-offered";

    private const string TitleSql = "SELECT name AS Name, status AS Status, version AS Version, exercise AS Exercise FROM finding WHERE number = @number";

    /// <summary>Describes the finding at an address of this registry (oEmbed 1.0).</summary>
    /// <param name="core">The record.</param>
    /// <param name="settings">Where this registry is.</param>
    /// <param name="url">The full address of a finding here, of its page or in the API.</param>
    /// <param name="format">json, the only one; another is refused with 501 as the specification has it.</param>
    /// <param name="maxwidth">Taken and not needed: a link has no size.</param>
    /// <param name="maxheight">Taken and not needed.</param>
    public static Results<Ok<EmbedDescription>, ProblemHttpResult> Handle(
        RegistryCore core, RegistrySettings settings, string url, string format = "json", int? maxwidth = null, int? maxheight = null)
    {
        _ = (maxwidth, maxheight);
        if (format != "json")
        {
            return Problems.Of(StatusCodes.Status501NotImplemented, FormatNotOffered, "Only format=json is offered.");
        }

        var path = url.StartsWith(settings.PublicUrl + "/", StringComparison.Ordinal) ? url[settings.PublicUrl.Length..] : "";
        return Finding().Match(path) is { Success: true } match &&
            core.Store.Database.Read(c => c.QuerySingleOrDefault<Row>(TitleSql, new { number = match.Groups["number"].Value })) is { } row
            ? TypedResults.Ok(new EmbedDescription(
                "1.0", "link", $"{(row.Exercise == 1 ? "Exercise: " : "")}{match.Groups["number"].Value} {row.Name} ({StateOf(row, match.Groups["version"].Value)})",
                "Attribution Registry", settings.PublicUrl, 600))
            : Problems.NotFound();
    }

    private static string StateOf(Row row, string version) =>
        version.Length > 0 && version != $"{row.Version}" ? $"version {version}, not the current one" : FeedForms.Spoken(Enum.Parse<FindingStatus>(row.Status));

    [GeneratedRegex("^/(?:v1|[a-z]{2})/findings/(?<number>AR-[0-9]{4}-[0-9]{4,})(?:/versions/(?<version>[0-9]{1,9}))?(?:[/?#].*)?$")]
    private static partial Regex Finding();

    private sealed class Row
    {
        public string Name { get; init; } = "";

        public string Status { get; init; } = "";

        public long Version { get; init; }

        public long Exercise { get; init; }
    }
}

/// <summary>Schema.org ClaimReview of a finding, stored at publication. It says in words what the panel assesses and rates nothing by number.</summary>
public sealed class ClaimReviews(RegistrySettings settings, PublishedDocuments documents) : IDerivedFromFindings
{
    public const string MediaType = "application/ld+json";

    public string Form => "claim review 2";

    public static string PathOf(string number) => $"claim-review:{number}";

    public void Write(RowWriter rows, PublishedChange change)
    {
        ArgumentNullException.ThrowIfNull(change);
        var finding = change.Finding;
        var spoken = FeedForms.Spoken(change.Status);
        var stands = change.Status == FindingStatus.Current ? null : $"This finding is {spoken}.";
        var reviews = finding.Propositions.Select(p => (JsonNode)new JsonObject
        {
            ["@type"] = "ClaimReview",
            ["@id"] = $"{settings.PublicUrl}/v1/findings/{finding.Number}#{p.Question}",
            ["url"] = settings.PublicUrl + PublicAddresses.Page(finding.Number),
            ["datePublished"] = finding.PublishedAt.UtcDateTime.ToString("O"),
            ["version"] = $"{finding.Version}",
            ["creativeWorkStatus"] = FacetsOf.Wire(change.Status),
            ["license"] = "https://creativecommons.org/licenses/by/4.0/",
            ["identifier"] = new JsonObject { ["@type"] = "PropertyValue", ["propertyID"] = "sha256", ["value"] = change.Version.Digest },
            ["author"] = new JsonObject { ["@type"] = "Organization", ["name"] = finding.Exercise ? "Attribution Registry (exercise, the finding of no body)" : "Attribution Registry", ["url"] = settings.PublicUrl },
            ["claimReviewed"] = p.HypothesisStatement?.Value ?? finding.Incident.Name,
            ["reviewBody"] = string.Join(' ', new[] { stands, finding.ExerciseNotice, p.Sentence, p.Confidence?.Sentence }.OfType<string>()),
            ["itemReviewed"] = new JsonObject { ["@type"] = "Claim", ["name"] = finding.Incident.Name },
            ["reviewRating"] = new JsonObject
            {
                ["@type"] = "Rating",
                ["alternateName"] = $"{(finding.Exercise ? "Exercise: " : "")}{(stands is null ? "" : $"{spoken}: ")}{(p.Likelihood is { } likely ? likely.Label : "inconclusive")}",
            },
        });
        var graph = new JsonObject { ["@context"] = "https://schema.org", ["@graph"] = new JsonArray([.. reviews]) };
        documents.Write(rows, PathOf(change.Number), MediaType, System.Text.Encoding.UTF8.GetBytes(graph.ToJsonString(ApiJson.Options)));
    }
}

public static class ReadClaimReview
{
    /// <summary>The finding as a Schema.org ClaimReview (JSON-LD): each question in words, with the digest of the canonical finding.</summary>
    public static Task HandleAsync(string number, HttpContext http, PublishedDocuments documents) => ReadFinding.SendAsync(ClaimReviews.PathOf(number), http, documents);
}

public static class ReadDataset
{
    /// <summary>All findings as a Schema.org Dataset (JSON-LD): what it holds, under which licence, where it is downloaded.</summary>
    public static ContentHttpResult Handle(RegistrySettings settings, RegistryCore core)
    {
        var exercise = core.Policy!.Exercise;
        var dataset = new JsonObject
        {
            ["@context"] = "https://schema.org",
            ["@type"] = "Dataset",
            ["@id"] = $"{settings.PublicUrl}/v1/dataset",
            ["name"] = exercise ? "Attribution Registry: exercises on public reporting" : "Attribution Registry: published findings",
            ["description"] = (exercise ? FindingComposer.ExerciseNotice + " " : "")
                + "Findings on the attribution of cyberattacks: what the panels assess, how likely and with which confidence, with status and the digest of each canonical finding.",
            ["url"] = settings.PublicUrl,
            ["license"] = "https://creativecommons.org/licenses/by/4.0/",
            ["isAccessibleForFree"] = true,
            ["creator"] = new JsonObject { ["@type"] = "Organization", ["name"] = "Attribution Registry", ["url"] = settings.PublicUrl },
            ["distribution"] = new JsonArray(Download("text/csv", "/v1/findings.csv"), Download("application/jsonl", "/v1/findings.jsonl")),
        };
        return TypedResults.Text(dataset.ToJsonString(ApiJson.Options), ClaimReviews.MediaType);

        JsonNode Download(string type, string path) => new JsonObject { ["@type"] = "DataDownload", ["encodingFormat"] = type, ["contentUrl"] = settings.PublicUrl + path };
    }
}

using System.Text.Json;
using System.Text.Json.Nodes;

namespace AttributionRegistry.Server.Site.Finding;

/// <summary>Schema.org metadata of a finding. It reviews a claim and says how likely; it never says that anybody did it.</summary>
internal static class LinkedData
{
    /// <summary>JSON for a data block: with the serializer's own escapes no text in it can end the script element.</summary>
    internal static string Of(FindingModel model, SiteContext site)
    {
        var finding = model.Finding;
        var first = finding.Propositions.FirstOrDefault(p => p.Hypothesis is not null);
        var address = $"{site.PublicUrl}/en/findings/{finding.Number}/versions/{finding.Version}";
        JsonObject document = new()
        {
            ["@context"] = "https://schema.org",
            ["@type"] = "ClaimReview",
            ["@id"] = address,
            ["url"] = address,
            ["name"] = finding.Citation,
            ["datePublished"] = $"{finding.PublishedAt:yyyy-MM-dd}",
            ["inLanguage"] = new JsonArray([.. finding.Languages.Select(l => (JsonNode)l)]),
            ["license"] = "https://creativecommons.org/licenses/by/4.0/",
            ["author"] = new JsonObject { ["@type"] = "Organization", ["name"] = finding.Exercise ? "Attribution Registry (exercise, the finding of no body)" : "Attribution Registry" },
            ["identifier"] = new JsonObject { ["@type"] = "PropertyValue", ["propertyID"] = "sha-256", ["value"] = model.Digest },
            ["claimReviewed"] = first?.HypothesisStatement?.Value ?? finding.Incident.Name,
            ["reviewBody"] = first is null ? finding.Propositions[0].Sentence : $"{first.Likelihood!.Sentence} {first.Confidence!.Sentence}",
            ["reviewRating"] = new JsonObject { ["@type"] = "Rating", ["alternateName"] = first?.Likelihood!.Label ?? "inconclusive" },
        };
        return document.ToJsonString(JsonSerializerOptions.Default);
    }
}

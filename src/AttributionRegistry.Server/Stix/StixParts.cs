using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using AttributionRegistry.Domain.Scales;
using AttributionRegistry.Domain.Stix;
using AttributionRegistry.Domain.Voting;
using AttributionRegistry.Server.Http;

namespace AttributionRegistry.Server.Stix;

/// <summary>The objects that every export shares: who publishes, under which markings and licence, and the declaration of our own fields.</summary>
internal sealed class StixParts(string origin, string publicUrl)
{
    public const string MediaType = "application/stix+json;version=2.1";
    public const string SchemaPath = "/schemas/stix/attribution-finding-1.json";

    // Objects that never change: their time is that of the mapping.
    private const string Made = "2026-01-01T00:00:00.000Z";
    private const string TlpExtension = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d";

    private static readonly Dictionary<Tlp, (string Id, string Name, string Value)> Markings = new()
    {
        [Tlp.Clear] = ("marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487", "TLP:CLEAR", "clear"),
        [Tlp.Green] = ("marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb", "TLP:GREEN", "green"),
        [Tlp.Amber] = ("marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421", "TLP:AMBER", "amber"),
        [Tlp.AmberStrict] = ("marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003", "TLP:AMBER+STRICT", "amber+strict"),
        [Tlp.Red] = ("marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1", "TLP:RED", "red"),
    };

    public string Publisher { get; } = StixIds.Of("identity", origin);

    public string Licence { get; } = StixIds.Of("marking-definition", origin, "CC-BY-4.0");

    public string Extension { get; } = StixIds.Of("extension-definition", origin, "attribution-finding", "1");

    public static string Clear => Markings[Tlp.Clear].Id;

    public static string MarkingOf(Tlp label) => Markings[label].Id;

    public static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>The number that STIX gives to each of our three words: the middle of its range in appendix A, "None / Low / Med / High".</summary>
    public static int Confidence(Confidence held) => held switch
    {
        Domain.Voting.Confidence.Low => 15,
        Domain.Voting.Confidence.Moderate => 50,
        _ => 85,
    };

    public static JsonNode? Json<T>(T value) => JsonSerializer.SerializeToNode(value, ApiJson.Options);

    public IEnumerable<JsonObject> Shared(IEnumerable<Tlp> labels)
    {
        yield return new JsonObject
        {
            ["type"] = "identity",
            ["spec_version"] = "2.1",
            ["id"] = Publisher,
            ["created"] = Made,
            ["modified"] = Made,
            ["name"] = "Attribution Registry",
            ["description"] = $"The registry whose log is named {origin}.",
            ["identity_class"] = "organization",
            ["object_marking_refs"] = new JsonArray(Clear),
        };
        foreach (var label in labels.Append(Tlp.Clear).Distinct().OrderByDescending(l => l))
        {
            yield return new JsonObject
            {
                ["type"] = "marking-definition",
                ["spec_version"] = "2.1",
                ["id"] = Markings[label].Id,
                ["created"] = "2022-10-01T00:00:00.000Z",
                ["name"] = Markings[label].Name,
                ["extensions"] = new JsonObject { [TlpExtension] = new JsonObject { ["extension_type"] = "property-extension", ["tlp_2_0"] = Markings[label].Value } },
            };
        }

        yield return new JsonObject
        {
            ["type"] = "marking-definition",
            ["spec_version"] = "2.1",
            ["id"] = Licence,
            ["created"] = Made,
            ["created_by_ref"] = Publisher,
            ["definition_type"] = "statement",
            ["definition"] = new JsonObject { ["statement"] = "CC BY 4.0, Attribution Registry" },
        };
        yield return new JsonObject
        {
            ["type"] = "extension-definition",
            ["spec_version"] = "2.1",
            ["id"] = Extension,
            ["created"] = Made,
            ["modified"] = Made,
            ["created_by_ref"] = Publisher,
            ["name"] = "Attribution finding",
            ["description"] = "Likelihood and confidence on their own scales, vote, crosscheck, and the place in the transparency log of an attribution finding.",
            ["schema"] = publicUrl + SchemaPath,
            ["version"] = "1.0.0",
            ["extension_types"] = new JsonArray("property-extension"),
            ["object_marking_refs"] = new JsonArray(Clear),
        };
    }
}

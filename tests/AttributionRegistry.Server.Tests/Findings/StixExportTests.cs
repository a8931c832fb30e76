using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using AttributionRegistry.Domain;
using AttributionRegistry.Server.Tests.Demo;
using AttributionRegistry.Server.Tests.Incidents;

namespace AttributionRegistry.Server.Tests.Findings;

/// <summary>The exported bundle, read as somebody would who has only the specification.</summary>
[Collection(PublishedSite.Name)]
public sealed partial class StixExportTests(ExerciseFixture exercise)
{
    // Section 4 to 6 of STIX 2.1: what an object of the type must have beside the common properties.
    private static readonly Dictionary<string, string[]> Required = new()
    {
        ["identity"] = ["name"],
        ["incident"] = ["name"],
        ["intrusion-set"] = ["name"],
        ["threat-actor"] = ["name"],
        ["location"] = ["country"],
        ["note"] = ["content", "object_refs"],
        ["opinion"] = ["opinion", "object_refs"],
        ["report"] = ["name", "published", "object_refs"],
        ["relationship"] = ["relationship_type", "source_ref", "target_ref"],
        ["artifact"] = ["url", "hashes"],
        ["extension-definition"] = ["name", "schema", "version", "extension_types", "created_by_ref"],
        ["marking-definition"] = [],
        ["language-content"] = ["object_ref", "contents"],
    };

    private string WannaCry => exercise.Loaded[1].Number;

    [Fact]
    public async Task Every_object_is_complete_and_names_only_what_is_in_the_bundle()
    {
        foreach (var objects in new[] { await ObjectsAsync(WannaCry), await ObjectsAsync(exercise.Loaded[0].Number) })
        {
            objects.Select(Id).Should().OnlyHaveUniqueItems();
            var ids = objects.Select(Id).ToHashSet();
            foreach (var each in objects)
            {
                var type = (string)each["type"]!;
                Identifier().IsMatch(Id(each)).Should().BeTrue(Id(each));
                Id(each).Should().StartWith(type + "--");
                ((string?)each["spec_version"]).Should().Be("2.1");
                Required.Should().ContainKey(type, "the specification has this type");
                Required[type].Should().BeSubsetOf(each.Select(m => m.Key), Id(each));
                if (type != "artifact")
                {
                    var created = Instant((string)each["created"]!);
                    (each["modified"] is null ? created : Instant((string)each["modified"]!)).Should().BeOnOrAfter(created);
                }

                References(each).Should().BeSubsetOf(ids, Id(each));
                each.ToJsonString().Should().NotContain(":null").And.NotContain("[]");
            }
        }
    }

    [Fact]
    public async Task Identifiers_are_those_that_anybody_makes_from_the_same_input()
    {
        var objects = await ObjectsAsync(WannaCry);
        foreach (var artifact in objects.Where(o => (string)o["type"]! == "artifact"))
        {
            var hash = (string)artifact["hashes"]!["SHA-256"]!;
            Id(artifact).Should().Be("artifact--" + Uuid5("00abedb4-aa42-466c-9c01-fed23315a9b7", $"{{\"hashes\":{{\"SHA-256\":\"{hash}\"}}}}"));
        }

        var space = Uuid5("6ba7b811-9dad-11d1-80b4-00c04fd430c8", "https://attribution-registry.example/ns/stix");
        var origin = exercise.Registry.Core.Store.Signer.Name;
        objects.Select(Id).Should().Contain("identity--" + Uuid5(space, $"identity\n{origin}")).And.Contain("report--" + Uuid5(space, $"report\n{origin}\n{WannaCry}\nfinding"));
        (await TextAsync(WannaCry)).Should().Be(await TextAsync(WannaCry));
    }

    [Fact]
    public async Task The_report_holds_everything_together_and_carries_the_digest_of_the_finding()
    {
        var finding = await exercise.Registry.Stranger.GetJsonAsync($"/v1/findings/{WannaCry}");
        var objects = await ObjectsAsync(WannaCry);
        var report = objects.Single(o => (string)o["type"]! == "report" && !((string?)o["labels"]?.ToJsonString() ?? "").Contains("external-claim", StringComparison.Ordinal));
        var facts = Facts(report);
        ((string)facts["canonical_sha256"]!).Should().Be((string)finding["digest"]!);
        ((bool)facts["exercise"]!).Should().BeTrue();
        ((string)report["description"]!).Should().Contain("EXERCISE").And.Contain("the panel assesses");
        var held = report["object_refs"]!.AsArray().Select(r => (string)r!).ToHashSet();
        objects.Where(o => o["created_by_ref"] is not null && (string)o["type"]! is not ("marking-definition" or "extension-definition" or "language-content") && o != report)
            .Select(Id).Should().BeSubsetOf(held);
        var declared = Id(objects.Single(o => (string)o["type"]! == "extension-definition"));
        objects.Where(o => (string)o["type"]! != "marking-definition" && o["extensions"] is not null).SelectMany(o => o["extensions"]!.AsObject().Select(e => e.Key)).Distinct()
            .Should().Equal(declared);
        var schema = await exercise.Registry.Stranger.GetJsonAsync("/schemas/stix/attribution-finding-1.json");
        facts.Select(f => f.Key).Should().BeSubsetOf(schema["properties"]!.AsObject().Select(p => p.Key));
        schema["required"]!.AsArray().Select(r => (string)r!).Should().BeSubsetOf(facts.Select(f => f.Key));
    }

    [Fact]
    public async Task Votes_are_opinions_and_their_number_is_that_of_the_count()
    {
        var finding = (await exercise.Registry.Stranger.GetJsonAsync($"/v1/findings/{WannaCry}"))["finding"]!;
        var objects = await ObjectsAsync(WannaCry);
        foreach (var proposition in finding["propositions"]!.AsArray().Where(p => p!["hypothesis"] is not null))
        {
            var relation = objects.Single(o => (string?)o["relationship_type"] == "attributed-to" && (string)Facts(o)["question"]! == (string)proposition!["question"]!);
            var opinions = objects.Where(o => (string)o["type"]! == "opinion" && (string)o["object_refs"]![0]! == Id(relation)).ToList();
            var counts = proposition!["tally"]!["counts"]!;
            opinions.Count(o => (string)o["opinion"]! is "agree" or "disagree").Should().Be((int)counts["votes"]!);
            opinions.Count(o => (string)o["opinion"]! == "disagree").Should().Be((int)proposition["tally"]!["dissents"]!);
            opinions.Count(o => (string)o["opinion"]! == "neutral").Should().Be((int)counts["abstained"]!);
            Facts(relation)["likelihood"]!.ToJsonString().Should().Be(proposition["likelihood"]!.ToJsonString(), "nothing is converted");
            new[] { 15, 50, 85 }.Should().Contain((int)relation["confidence"]!);
            ((string)relation["description"]!).Should().StartWith("The panel assesses");
            objects.Single(o => Id(o) == (string)relation["source_ref"]!)["type"]!.GetValue<string>().Should().Be("incident");
        }

        (await TextAsync(WannaCry)).Should().NotContain("per_");
    }

    [Fact]
    public async Task What_others_said_is_a_report_of_theirs_and_each_version_keeps_its_own_bundle()
    {
        var stranger = exercise.Registry.Stranger;
        var objects = await ObjectsAsync(WannaCry);
        var finding = await stranger.GetJsonAsync($"/v1/findings/{WannaCry}");
        var claims = await stranger.GetJsonAsync((string)finding["links"]!["incident"]! + "/claims");
        var reports = objects.Where(o => (string)o["type"]! == "report" && (o["labels"]?.ToJsonString() ?? "").Contains("external-claim", StringComparison.Ordinal)).ToList();
        reports.Should().HaveSameCount(claims["items"]!.AsArray());
        var publisher = Id(objects.Single(o => (string?)o["name"] == "Attribution Registry"));
        reports.Select(r => (string)r["created_by_ref"]!).Should().NotContain(publisher);

        using var version = await stranger.GetAsync($"/v1/findings/{WannaCry}/versions/1/stix");
        version.Content.Headers.ContentType!.ToString().Should().Be("application/stix+json; version=2.1");
        using var again = new HttpRequestMessage(HttpMethod.Get, $"/v1/findings/{WannaCry}/versions/1/stix");
        again.Headers.IfNoneMatch.Add(version.Headers.ETag!);
        ((int)(await stranger.SendAsync(again)).StatusCode).Should().Be(304);
        ((int)(await stranger.GetAsync($"/v1/findings/{WannaCry}/versions/9/stix")).StatusCode).Should().Be(404);
    }

    private static string Id(JsonObject each) => (string)each["id"]!;

    private static JsonObject Facts(JsonObject each) => each["extensions"]!.AsObject().Single().Value!.AsObject();

    private static IEnumerable<string> References(JsonObject each) => each
        .Where(m => m.Key.EndsWith("_ref", StringComparison.Ordinal) || m.Key.EndsWith("_refs", StringComparison.Ordinal))
        .SelectMany(m => m.Value is JsonArray many ? many.Select(r => (string)r!) : [(string)m.Value!]);

    private static DateTimeOffset Instant(string text)
    {
        Timestamp().IsMatch(text).Should().BeTrue(text);
        return DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
    }

    private static string Uuid5(string space, string name)
    {
#pragma warning disable CA5350 // RFC 9562 demands SHA-1.
        var hash = SHA1.HashData([.. Convert.FromHexString(space.Replace("-", "", StringComparison.Ordinal)), .. Encoding.UTF8.GetBytes(name)]);
#pragma warning restore CA5350
        (hash[6], hash[8]) = ((byte)((hash[6] & 15) | 80), (byte)((hash[8] & 63) | 128));
        var hex = Convert.ToHexStringLower(hash.AsSpan(0, 16));
        return $"{hex[..8]}-{hex[8..12]}-{hex[12..16]}-{hex[16..20]}-{hex[20..]}";
    }

    private Task<string> TextAsync(string number) => exercise.Registry.Stranger.GetStringAsync($"/v1/findings/{number}/stix");

    private async Task<List<JsonObject>> ObjectsAsync(string number)
    {
        var bundle = JsonNode.Parse(await TextAsync(number))!;
        ((string)bundle["type"]!).Should().Be("bundle");
        return [.. bundle["objects"]!.AsArray().Select(o => o!.AsObject())];
    }

    [GeneratedRegex("^[a-z][a-z0-9-]+--[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")]
    private static partial Regex Identifier();

    [GeneratedRegex("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3,}Z$")]
    private static partial Regex Timestamp();
}

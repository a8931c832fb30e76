using System.Text.Json.Nodes;

namespace AttributionRegistry.Domain.Tests.Stix;

/// <summary>The validator beside the published schemas and samples: it takes every good one, and none that is broken.</summary>
public sealed class PublishedSamplesTests
{
    public static TheoryData<string> Good { get; } =
    [
        "stix/apt1.json", "stix/infrastructure.json", "stix/indicator-to-campaign-relationship.json", "stix/interop-objectmarking-test.json",
        "stix/tlp-2.0-markings.json", "stix/reference-finding-export.json", "attack/attack-6-campaigns-21.json", "attack/ics-groups-campaigns-original-21.json",
    ];

    [SharedStixTheory]
    [MemberData(nameof(Good))]
    public void A_published_sample_is_taken(string file)
    {
        var bundle = JsonNode.Parse(StixFiles.Shared(file))!;
        var (contents, faults) = StixFiles.Check(bundle["type"]!.GetValue<string>() == "bundle" ? bundle : StixFiles.Alone(bundle));
        faults.Should().BeEmpty();
        contents!.Counts.Sum(c => c.Count).Should().Be(StixFiles.Objects(StixFiles.Shared(file)).Count());
    }

    /// <summary>Those with objects whose schemas are published as such; markings are described elsewhere.</summary>
    public static TheoryData<string> Described { get; } = [.. ((IEnumerable<object[]>)Good).Select(row => (string)row[0]).Where(f => !f.Contains("tlp", StringComparison.Ordinal))];

    [SharedStixTheory]
    [MemberData(nameof(Described))]
    public void An_object_without_a_property_that_the_published_schema_requires_is_refused_at_its_place(string file)
    {
        var schemas = Schemas();
        var tried = 0;
        foreach (var each in OnePerType(file).Where(o => schemas.ContainsKey(TypeOf(o))))
        {
            foreach (var name in schemas[TypeOf(each)].Required)
            {
                var broken = each.DeepClone().AsObject();
                broken.Remove(name).Should().BeTrue();
                var faults = StixFiles.Check(StixFiles.Alone(broken)).Faults;
                faults.Should().Contain(f => f.Pointer == $"/objects/0/{name}", "{0} without {1}", TypeOf(each), name);
                tried++;
            }
        }

        tried.Should().BePositive();
    }

    [SharedStixTheory]
    [MemberData(nameof(Described))]
    public void A_value_of_another_type_than_the_published_schema_says_is_refused_at_its_place(string file)
    {
        var schemas = Schemas();
        var tried = 0;
        foreach (var each in OnePerType(file).Where(o => schemas.ContainsKey(TypeOf(o))))
        {
            foreach (var name in each.Select(p => p.Key).Where(schemas[TypeOf(each)].Known.Contains).ToList())
            {
                var wrong = each[name] is JsonValue value && value.GetValueKind() == System.Text.Json.JsonValueKind.String ? (JsonNode)17 : "seventeen";
                var broken = each.DeepClone().AsObject();
                broken[name] = wrong;
                var faults = StixFiles.Check(StixFiles.Alone(broken)).Faults;
                faults.Should().Contain(f => f.Pointer.StartsWith($"/objects/0/{name}", StringComparison.Ordinal), "{0}.{1} is {2}", TypeOf(each), name, wrong);
                tried++;
            }
        }

        tried.Should().BePositive();
    }

    [SharedStixTheory]
    [MemberData(nameof(Good))]
    public void A_reference_that_is_no_identifier_and_an_id_of_another_type_are_refused_at_their_place(string file)
    {
        foreach (var each in OnePerType(file))
        {
            foreach (var name in each.Select(p => p.Key).Where(n => n == "id" || (n.EndsWith("_ref", StringComparison.Ordinal) && !n.StartsWith("x_", StringComparison.Ordinal))).ToList())
            {
                var broken = each.DeepClone().AsObject();
                broken[name] = name == "id" ? "vulnerability--" + each["id"]!.GetValue<string>()[^36..] : each[name]!.GetValue<string>()[..^1];
                StixFiles.Check(StixFiles.Alone(broken)).Faults.Should().Contain(f => f.Pointer == $"/objects/0/{name}" && f.Code == "bad-identifier");
            }
        }
    }

    [SharedStixTheory]
    [InlineData("stix/stix20-bundle-5-campaigns.json")]
    public void A_bundle_of_STIX_2_0_is_refused_with_the_one_reason(string file)
    {
        var fault = StixFiles.Check(StixFiles.Shared(file)).Faults.Should().ContainSingle().Which;
        (fault.Code, fault.Pointer).Should().Be(("stix-version", "/spec_version"));

        var withoutVersion = JsonNode.Parse(StixFiles.Shared(file))!.AsObject();
        withoutVersion.Remove("spec_version");
        fault = StixFiles.Check(withoutVersion).Faults.Should().ContainSingle().Which;
        (fault.Code, fault.Pointer).Should().Be(("stix-version", "/objects/0/spec_version"));
    }

    private static string TypeOf(JsonObject each) => each["type"]!.GetValue<string>();

    // The richest object of each type: it shows most properties.
    private static IEnumerable<JsonObject> OnePerType(string file) => StixFiles.Objects(StixFiles.Shared(file)).GroupBy(TypeOf).Select(g => g.MaxBy(o => o.Count)!);

    private static Dictionary<string, (HashSet<string> Required, HashSet<string> Known)> Schemas()
    {
        var folder = Path.Combine(StixFiles.SharedFolder!, "schemas", "stix-2.1");
        var found = new Dictionary<string, (HashSet<string>, HashSet<string>)>();
        foreach (var (group, core) in new[] { ("sdos", "core"), ("sros", "core"), ("observables", "cyber-observable-core") })
        {
            foreach (var path in Directory.EnumerateFiles(Path.Combine(folder, group), "*.json"))
            {
                var parts = new[] { path, Path.Combine(folder, "common", core + ".json") }.Select(p => JsonNode.Parse(File.ReadAllText(p))!.AsObject())
                    .SelectMany(s => (s["allOf"] as JsonArray ?? []).OfType<JsonObject>().Append(s)).ToList();
                found[Path.GetFileNameWithoutExtension(path)] = (
                    [.. parts.SelectMany(p => p["required"] as JsonArray ?? []).Select(r => r!.GetValue<string>())],
                    [.. parts.SelectMany(p => p["properties"] as JsonObject ?? []).Select(p => p.Key)]);
            }
        }

        return found;
    }
}

using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using AttributionRegistry.Domain.Structured;

namespace AttributionRegistry.Domain.Tests.Stix;

/// <summary>What the validator takes, what it refuses and where, and what it does not let run away.</summary>
public sealed class StixValidatorTests
{
    [Theory]
    [InlineData("own-indicators.json", 1, 1)]
    [InlineData("reference-finding-export.json", 0, 0)]
    [InlineData("tlp-2.0-markings.json", 0, 0)]
    public void Our_own_bundles_are_taken_and_what_is_unknown_in_them_is_counted(string file, int objects, int properties)
    {
        var (contents, faults) = StixFiles.Check(StixFiles.Own(file));
        faults.Should().BeEmpty();
        (contents!.UnknownObjects, contents.UnknownProperties).Should().Be((objects, properties));
    }

    [Theory]
    [InlineData("""{"type":"domain-name","id":"domain-name--3c10e93f-798e-5a26-a0c1-08156efab7f5","value":"a.example","resolves_to_refs":["mutex--eba44954-d4e4-5d3b-814c-2b17dd8de300"]}""", "/resolves_to_refs/0", "wrong-target")]
    [InlineData("""{"type":"file","id":"file--e277603e-1060-5ad4-9937-c26c97f1ca68","hashes":{"SHA-256":"abc"}}""", "/hashes/SHA-256", "bad-hash")]
    [InlineData("""{"type":"file","id":"file--e277603e-1060-5ad4-9937-c26c97f1ca68","hashes":{"a/b":"abc"}}""", "/hashes/a~1b", "bad-hash")]
    [InlineData("""{"type":"file","id":"file--e277603e-1060-5ad4-9937-c26c97f1ca68","size":1}""", "/name", "bad-combination")]
    [InlineData("""{"type":"file","id":"file--e277603e-1060-5ad4-9937-c26c97f1ca68","name":"a","size":-1}""", "/size", "out-of-range")]
    [InlineData("""{"type":"file","id":"file--e277603e-1060-5ad4-9937-c26c97f1ca68","name":"a","size":1.5}""", "/size", "wrong-type")]
    [InlineData("""{"type":"file","id":"file--e277603e-1060-5ad4-9937-c26c97f1ca68","name":"a","ctime":"2021-02-29T00:00:00Z"}""", "/ctime", "bad-timestamp")]
    [InlineData("""{"type":"file","id":"file--e277603e-1060-5ad4-9937-c26c97f1ca68","name":"a","ctime":"2021-02-28T00:00:00+00:00"}""", "/ctime", "bad-timestamp")]
    [InlineData("""{"type":"ipv4-addr","id":"ipv4-addr--ff26c055-6336-5bc5-b98d-13d6226742dd","value":"198.51.100.300"}""", "/value", "bad-address")]
    [InlineData("""{"type":"ipv4-addr","id":"ipv4-addr--ff26c055-6336-5bc5-b98d-13d6226742dd","value":"198.51.100.0/33"}""", "/value", "bad-address")]
    [InlineData("""{"type":"ipv6-addr","id":"ipv6-addr--1e61d36c-a16c-53b7-a80f-2a00161c96b1","value":"198.51.100.3"}""", "/value", "bad-address")]
    [InlineData("""{"type":"mac-addr","id":"mac-addr--65cfcf98-8a6e-5a1b-8f61-379ac4f92d00","value":"D2:FB:49:24:37:18"}""", "/value", "bad-address")]
    [InlineData("""{"type":"mutex","id":"mutex--eba44954-d4e4-5d3b-814c-2b17dd8de30","name":"x"}""", "/id", "bad-identifier")]
    [InlineData("""{"type":"mutex","id":"mutex--eba44954-d4e4-0d3b-814c-2b17dd8de300","name":"x"}""", "/id", "bad-identifier")]
    [InlineData("""{"type":"artifact","id":"artifact--6f437177-6e48-5cf8-9d9e-872a2bddd641","payload_bin":"%%%"}""", "/payload_bin", "bad-base64")]
    [InlineData("""{"type":"artifact","id":"artifact--6f437177-6e48-5cf8-9d9e-872a2bddd641","url":"https://a.example/"}""", "/hashes", "bad-combination")]
    [InlineData("""{"type":"network-traffic","id":"network-traffic--2568d22a-8998-58eb-99ec-3c8ca74f527d","protocols":["tcp"]}""", "/src_ref", "bad-combination")]
    [InlineData("""{"type":"process","id":"process--70b17c6c-ec26-4ee5-8b2e-7b2c5a6c2f01"}""", "", "bad-combination")]
    [InlineData("""{"type":"x-Own","id":"x-own--0f7f1b5e-2a36-4f6b-8f2b-6a1d2c3b4e5f"}""", "/type", "bad-type")]
    [InlineData("""{"type":"x-own","id":"x-other--0f7f1b5e-2a36-4f6b-8f2b-6a1d2c3b4e5f"}""", "/id", "bad-identifier")]
    [InlineData("""{"type":"mutex","id":"mutex--eba44954-d4e4-5d3b-814c-2b17dd8de300","name":"x","x_own":null}""", "/x_own", "wrong-type")]
    [InlineData("""{"type":"x-own","id":"x-own--0f7f1b5e-2a36-4f6b-8f2b-6a1d2c3b4e5f","x_own":[]}""", "/x_own", "wrong-type")]
    [InlineData("[]", "", "wrong-type")]
    [InlineData("null", "", "wrong-type")]
    public void A_broken_observable_is_refused_at_its_place(string json, string pointer, string code) =>
        StixFiles.Check("""{"type":"bundle","id":"bundle--7a1f0b52-6a7e-4c35-9c52-0d5e7c1c9a01","objects":[""" + json + "]}").Faults
            .Select(f => (f.Pointer, f.Code)).Should().Contain(("/objects/0" + pointer, code));

    [Theory]
    [InlineData("campaign", """ "name":"C","first_seen":"2026-01-02T00:00:00Z","last_seen":"2026-01-01T00:00:00Z" """, "/last_seen", "bad-order")]
    [InlineData("indicator", """ "pattern":"[a:b = 1]","pattern_type":"stix","valid_from":"2026-01-02T00:00:00Z","valid_until":"2026-01-02T00:00:00.000Z" """, "/valid_until", "bad-order")]
    [InlineData("malware", """ "is_family":true """, "/name", "bad-combination")]
    [InlineData("malware-analysis", """ "product":"p" """, "/result", "bad-combination")]
    [InlineData("location", """ "latitude":91,"longitude":0 """, "/latitude", "out-of-range")]
    [InlineData("location", """ "latitude":9,"country":"FR" """, "/longitude", "bad-combination")]
    [InlineData("opinion", """ "opinion":"maybe","object_refs":["campaign--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f"] """, "/opinion", "bad-choice")]
    [InlineData("note", """ "content":"c","object_refs":[] """, "/object_refs", "wrong-type")]
    [InlineData("campaign", """ "name":"C","confidence":101 """, "/confidence", "out-of-range")]
    [InlineData("campaign", """ "name":"C","created_by_ref":"campaign--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f" """, "/created_by_ref", "wrong-target")]
    [InlineData("campaign", """ "name":"C","kill_chain_phases":[{}],"external_references":[{}] """, "/external_references/0/source_name", "missing")]
    [InlineData("campaign", """ "name":"C","granular_markings":[{"selectors":["name"]}] """, "/granular_markings/0", "missing")]
    [InlineData("campaign", """ "name":"C","extensions":{} """, "/extensions", "wrong-type")]
    [InlineData("relationship", """ "relationship_type":"uses","source_ref":"relationship--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f","target_ref":"tool--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f" """, "/source_ref", "wrong-target")]
    [InlineData("observed-data", """ "first_observed":"2026-01-02T00:00:00Z","last_observed":"2026-01-02T00:00:00Z","number_observed":0,"object_refs":["mutex--eba44954-d4e4-5d3b-814c-2b17dd8de300"] """, "/number_observed", "out-of-range")]
    [InlineData("extension-definition", """ "name":"n","schema":"s","version":"1","extension_types":["new-sdo"] """, "/created_by_ref", "missing")]
    public void A_broken_object_is_refused_at_its_place(string type, string own, string pointer, string code) =>
        StixFiles.Check(Versioned(type, own)).Faults.Select(f => (f.Pointer, f.Code)).Should().Contain(("/objects/0" + pointer, code));

    [Fact]
    public void What_was_modified_before_it_was_created_is_refused()
    {
        var node = JsonNode.Parse(Versioned("campaign", """ "name":"C" """))!;
        StixFiles.Check(node).Faults.Should().BeEmpty();
        node["objects"]![0]!["modified"] = "2025-12-31T23:59:59.999Z";
        StixFiles.Check(node).Faults.Should().ContainSingle().Which.Pointer.Should().Be("/objects/0/modified");
        node["objects"]![0]!["modified"] = "2026-02-01T00:00:00Z";
        StixFiles.Check(node).Faults.Should().ContainSingle().Which.Code.Should().Be("bad-timestamp", "it is not precise to the millisecond");
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("""{"type":"campaign"}""")]
    [InlineData("""{"type":7}""")]
    [InlineData("7")]
    public void What_is_no_bundle_is_refused_as_such(string json) => StixFiles.Check(json).Faults.Should().ContainSingle().Which.Code.Should().Be("not-a-bundle");

    [Theory]
    [InlineData("{", "not-json")]
    [InlineData("", "not-json")]
    [InlineData("""{"type":"bundle","type":"bundle"}""", "not-json")]
    [InlineData("""{"type":"bundle","\u0074ype":"bundle"}""", "not-json")]
    [InlineData("""{"type":"\ud800"}""", "bad-text")]
    [InlineData("""{"\udfff":1}""", "bad-text")]
    public void What_is_no_clean_JSON_is_refused_as_a_whole(string json, string code)
    {
        var fault = StixFiles.Check(json).Faults.Should().ContainSingle().Which;
        (fault.Code, fault.Pointer).Should().Be((code, ""));
    }

    [Fact]
    public void Depth_and_number_of_values_are_bounded_and_bytes_are_UTF_8()
    {
        StixFiles.Check(new string('[', 100_000)).Faults.Should().ContainSingle().Which.Code.Should().Be("not-json");
        StixFiles.Check("[" + string.Concat(Enumerable.Repeat("0,", StructuredJson.MostTokens)) + "0]").Faults.Should().ContainSingle().Which.Code.Should().Be("too-many-values");
        StixFiles.Check([0x22, 0xC3, 0x28, 0x22]).Faults.Should().ContainSingle().Which.Code.Should().Be("not-json");
        StixFiles.Check([0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(Versioned("campaign", """ "name":"C" """))]).Faults.Should().BeEmpty("a byte order mark is passed over");
    }

    [Fact]
    public void Not_more_than_a_hundred_faults_are_listed()
    {
        var objects = string.Join(',', Enumerable.Repeat("""{"type":"url","id":"x"}""", 10_000));
        StixFiles.Check("""{"type":"bundle","id":"bundle--7a1f0b52-6a7e-4c35-9c52-0d5e7c1c9a01","objects":[""" + objects + "]}").Faults.Should().HaveCount(100);
    }

    [Theory]
    [InlineData("type")]
    [InlineData("id")]
    [InlineData("created")]
    [InlineData("pattern")]
    public void Texts_on_which_a_careless_expression_would_run_away_are_read_in_one_pass(string property)
    {
        // Twice the length may not take four times as long; the published schema's own expression for types does far worse.
        foreach (var hostile in new[] { new string('a', 4_000_000) + "!", string.Concat(Enumerable.Repeat("a-", 2_000_000)) + "--", new string('[', 4_000_000), string.Concat(Enumerable.Repeat("[a:b='", 700_000)) })
        {
            var node = JsonNode.Parse(Versioned("indicator", """ "pattern":"[a:b = 1]","pattern_type":"stix","valid_from":"2026-01-02T00:00:00Z" """))!;
            node["objects"]![0]![property] = hostile;
            var watch = Stopwatch.StartNew();
            _ = StixFiles.Check(node);
            watch.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(20));
        }
    }

    private static string Versioned(string type, string own) =>
        """{"type":"bundle","id":"bundle--7a1f0b52-6a7e-4c35-9c52-0d5e7c1c9a01","objects":[{"type":"TYPE","spec_version":"2.1","id":"TYPE--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f","created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z",OWN}]}"""
            .Replace("TYPE", type, StringComparison.Ordinal).Replace("OWN", own, StringComparison.Ordinal);
}

using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using AttributionRegistry.Domain.Observables;
using AttributionRegistry.Domain.Structured;
using AttributionRegistry.Domain.Tests.Stix;

namespace AttributionRegistry.Domain.Tests.Observables;

/// <summary>What is found in documents, and under which spelling.</summary>
public sealed class ObservableTests
{
    private const string Sha256 = "aaaabbbbccccddddeeeeffff0000111122223333444455556666777788889999";

    [Theory]
    [InlineData(ObservableKind.Md5, " 0123456789ABCDEF0123456789abcdef ", "0123456789abcdef0123456789abcdef")]
    [InlineData(ObservableKind.Md5, "0123456789abcdef0123456789abcde", null)]
    [InlineData(ObservableKind.Sha1, "0123456789abcdef0123456789abcdef0123456g", null)]
    [InlineData(ObservableKind.Domain, "Evil[.]Example[dot]ORG.", "evil.example.org")]
    [InlineData(ObservableKind.Domain, "Bücher.example", "bücher.example")]
    [InlineData(ObservableKind.Domain, "198.51.100.3", null)]
    [InlineData(ObservableKind.Domain, "two words.example", null)]
    [InlineData(ObservableKind.Ipv4, "198[.]51[.]100[.]3", "198.51.100.3")]
    [InlineData(ObservableKind.Ipv4, "198.51.100.3/32", "198.51.100.3")]
    [InlineData(ObservableKind.Ipv4, "198.51.100.0/024", "198.51.100.0/24")]
    [InlineData(ObservableKind.Ipv4, "198.051.100.3", null)]
    [InlineData(ObservableKind.Ipv4, "3325256707", null)]
    [InlineData(ObservableKind.Ipv6, "2001:0DB8:0:0:0:0:0:00ff/128", "2001:db8::ff")]
    [InlineData(ObservableKind.Ipv6, "fe80::1%eth0", null)]
    [InlineData(ObservableKind.Url, "hxxps[://]Evil[.]Example/A?b=C#D", "https://evil.example/A?b=C#D")]
    [InlineData(ObservableKind.Url, "HTTP://evil.example", "http://evil.example/")]
    [InlineData(ObservableKind.Url, "evil.example/a", null)]
    [InlineData(ObservableKind.Email, "Some.One[@]Mail[.]example", "some.one@mail.example")]
    [InlineData(ObservableKind.MacAddress, "D2-FB-49-24-37-18", "d2:fb:49:24:37:18")]
    [InlineData(ObservableKind.AutonomousSystem, "AS064500", "64500")]
    [InlineData(ObservableKind.RegistryKey, @"HKLM\Software\Run\", @"hkey_local_machine\software\run")]
    [InlineData(ObservableKind.Mutex, @"Global\CamelCase", @"Global\CamelCase")]
    [InlineData(ObservableKind.FileName, "SETUP.exe", "setup.exe")]
    [InlineData(ObservableKind.FileName, "a\nb", null)]
    public void An_observable_has_one_normal_form(ObservableKind kind, string written, string? normal) => NormalForm.Of(kind, written).Should().Be(normal);

    [Fact]
    public void A_normal_form_is_its_own_normal_form()
    {
        foreach (var found in Found("own-indicators.json").Sorted())
        {
            NormalForm.Of(found.Kind, found.Value).Should().Be(found.Value);
        }
    }

    [Fact]
    public void A_value_without_a_kind_is_read_in_every_way_it_can_be() =>
        NormalForm.AllOf(Sha256.ToUpperInvariant()).Select(o => o.Kind).Should().Contain([ObservableKind.Sha256, ObservableKind.Sha3256, ObservableKind.FileName]).And.NotContain(ObservableKind.Sha1);

    [Fact]
    public void Observables_and_equalities_in_patterns_are_found_and_all_else_is_counted()
    {
        var found = Found("own-indicators.json");
        found.Sorted().Should().BeEquivalentTo(new CountedObservable[]
        {
            new(ObservableKind.Md5, "0123456789abcdef0123456789abcdef", 1), new(ObservableKind.Sha256, Sha256, 2), new(ObservableKind.Domain, "canary-control.example", 1),
            new(ObservableKind.Ipv4, "198.51.100.3", 1), new(ObservableKind.Ipv6, "2001:db8::ff", 1), new(ObservableKind.Url, "http://canary-control.example/Gate.php?id=7", 1),
            new(ObservableKind.Email, "canary.sender@mail.example", 1), new(ObservableKind.AutonomousSystem, "64500", 1), new(ObservableKind.FileName, "canary-payload.exe", 1),
            new(ObservableKind.Mutex, @"Global\CanaryMutex", 1),
        });
        found.Ignored.Should().Be(3, "LIKE, a YARA rule and a hash of another name are not searched for");
        found.Truncated.Should().BeFalse();
    }

    [Theory]
    [InlineData("[domain-name:value = 'a.example']", "a.example", 0)]
    [InlineData("[domain-name:value='a.example' AND (file:name = 'x' OR (ipv4-addr:value = '198.51.100.3'))]", "a.example,198.51.100.3,x", 0)]
    [InlineData("([domain-name:value = 'a.example'] FOLLOWEDBY [url:value = 'http://a.example/']) WITHIN 5 SECONDS", "a.example,http://a.example/", 0)]
    [InlineData(@"[file:name = 'it\'s \\ here']", @"it's \ here", 0)]
    [InlineData("[file:hashes.'SHA-1' = 'AAAABBBBCCCCDDDDEEEEFFFF0000111122223333']", "aaaabbbbccccddddeeeeffff0000111122223333", 0)]
    [InlineData("[file:hashes.\"MD5\" = '0123456789abcdef0123456789abcdef']", "0123456789abcdef0123456789abcdef", 0)]
    [InlineData("[network-traffic:dst_ref.value = '2001:db8::1' AND network-traffic:dst_port = 443]", "2001:db8::1", 1)]
    [InlineData("[domain-name:value != 'a.example' OR domain-name:value NOT = 'b.example']", "", 2)]
    [InlineData("[domain-name:value IN ('a.example', 'b.example') OR url:value MATCHES '(a+)+$']", "", 2)]
    [InlineData("[windows-registry-key:values[*].data = 'x' AND mutex:name = 'm']", "m", 1)]
    [InlineData("domain-name:value = 'outside.example'", "", 0)]
    [InlineData("[domain-name:value = 'a.example", "", 2)]
    [InlineData("[autonomous-system:number = 64500]", "64500", 0)]
    [InlineData("[domain-name:value", "", 1)]
    [InlineData("", "", 0)]
    public void Only_what_must_be_equal_is_taken_from_a_pattern(string pattern, string values, int ignored)
    {
        var found = StixObservables.Of(JsonDocument.Parse(Indicator(pattern)).RootElement);
        found.Sorted().Select(o => o.Value).Should().BeEquivalentTo(values.Length == 0 ? [] : values.Split(','));
        found.Ignored.Should().Be(ignored);
    }

    [Fact]
    public void Attributes_of_a_MISP_event_are_found_also_in_objects_and_in_both_halves_of_composites()
    {
        var (contents, found, faults) = Misp(StixFiles.Own("own-misp-event.json"));
        faults.Should().BeEmpty();
        contents!.Counts.Select(c => (c.Type, c.Count)).Should().Equal(("attribute", 6), ("event", 1), ("object", 1));
        found!.Sorted().Select(o => (o.Kind, o.Value)).Should().Equal(
            (ObservableKind.Md5, "0123456789abcdef0123456789abcdef"), (ObservableKind.Sha256, Sha256), (ObservableKind.Domain, "canary-control.example"),
            (ObservableKind.Ipv4, "198.51.100.3"), (ObservableKind.Ipv4, "203.0.113.9"), (ObservableKind.Url, "http://canary-control.example/Gate.php?id=7"),
            (ObservableKind.FileName, "canary-payload.exe"));
        found.Ignored.Should().Be(1);
    }

    [Theory]
    [InlineData("{}", "/Event", "not-an-event")]
    [InlineData("""{"Event":{"info":"i","date":"2026-1-5"}}""", "/Event/date", "bad-date")]
    [InlineData("""{"Event":{"date":"2026-01-05"}}""", "/Event/info", "missing")]
    [InlineData("""{"Event":{"info":"i","date":"2026-01-05","uuid":"7"}}""", "/Event/uuid", "bad-identifier")]
    [InlineData("""{"Event":{"info":"i","date":"2026-01-05","Attribute":[{"type":"md5"}]}}""", "/Event/Attribute/0/value", "missing")]
    [InlineData("""{"Event":{"info":"i","date":"2026-01-05","Object":[{"name":"n","Attribute":[{"type":7,"value":"v"}]}]}}""", "/Event/Object/0/Attribute/0/type", "wrong-type")]
    [InlineData("""{"Event":{"info":"i","date":"2026-01-05","Attribute":{}}}""", "/Event/Attribute", "wrong-type")]
    public void A_broken_MISP_event_is_refused_at_its_place(string json, string pointer, string code) =>
        Misp(Encoding.UTF8.GetBytes(json)).Faults.Select(f => (f.Pointer, f.Code)).Should().Equal((pointer, code));

    [Fact]
    public void More_than_fifty_thousand_observables_are_cut_and_that_is_said()
    {
        var pattern = "[" + string.Join(" OR ", Enumerable.Range(0, ObservableSet.Most + 10).Select(i => $"mutex:name = '{i}'")) + "]";
        var half = pattern.Length / 2; // A pattern has a limit of its own: two of them hold as many.
        pattern.Length.Should().BeLessThan(1 << 21);
        var cut = pattern.IndexOf(" OR ", half, StringComparison.Ordinal);
        var bundle = new JsonObject
        {
            ["objects"] = new JsonArray(
                JsonNode.Parse(Indicator(pattern[..cut] + "]"))!["objects"]![0]!.DeepClone(), JsonNode.Parse(Indicator("[" + pattern[(cut + 4)..]))!["objects"]![0]!.DeepClone()),
        };
        var found = StixObservables.Of(JsonDocument.Parse(bundle.ToJsonString()).RootElement);
        found.Sorted().Should().HaveCount(ObservableSet.Most);
        found.Truncated.Should().BeTrue();
    }

    [Theory]
    [InlineData("[a:b='")]
    [InlineData("a:b[")]
    [InlineData("[a:b[1]")]
    [InlineData("[a.'")]
    [InlineData("((((")]
    [InlineData("[a:b = ")]
    [InlineData(@"'")]
    public void A_hostile_pattern_takes_time_in_proportion_to_its_length(string piece)
    {
        var pattern = string.Concat(Enumerable.Repeat(piece, 1_000_000 / piece.Length));
        using var document = JsonDocument.Parse(Indicator(pattern));
        var watch = System.Diagnostics.Stopwatch.StartNew();
        StixObservables.Of(document.RootElement).Sorted().Should().BeEmpty();
        watch.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(20));
    }

    [SharedStixTheory]
    [InlineData("stix/apt1.json")]
    public void The_indicators_of_a_published_report_are_found(string file)
    {
        using var document = JsonDocument.Parse(StixFiles.Shared(file));
        var found = StixObservables.Of(document.RootElement).Sorted();
        found.Where(o => o.Kind == ObservableKind.Domain).Should().NotBeEmpty();
        found.Where(o => o.Kind == ObservableKind.Md5).Should().NotBeEmpty();
    }

    private static string Indicator(string pattern) =>
        new JsonObject { ["objects"] = new JsonArray(new JsonObject { ["type"] = "indicator", ["pattern_type"] = "stix", ["pattern"] = pattern }) }.ToJsonString();

    private static ObservableSet Found(string file)
    {
        using var document = JsonDocument.Parse(StixFiles.Own(file));
        return StixObservables.Of(document.RootElement);
    }

    private static (AttributionRegistry.Domain.Stix.StixContents? Contents, ObservableSet? Observables, IReadOnlyList<StructuredFault> Faults) Misp(byte[] bytes)
    {
        using var document = StructuredJson.Parse(bytes).Document!;
        return MispEvent.Read(document.RootElement);
    }
}

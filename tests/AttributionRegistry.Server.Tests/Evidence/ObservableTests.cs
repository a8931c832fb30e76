using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Server.Tests.Running;
using static AttributionRegistry.Server.Tests.Evidence.EvidenceCase;

namespace AttributionRegistry.Server.Tests.Evidence;

/// <summary>STIX bundles and MISP events as evidence: read after sealing, indexed, searched within what the caller may see.</summary>
public sealed class ObservableTests(EvidenceRegistry fixture) : IClassFixture<EvidenceRegistry>
{
    private const string Sha256 = "aaaabbbbccccddddeeeeffff0000111122223333444455556666777788889999";

    private readonly RunningRegistry _registry = fixture.Running;

    [Fact]
    public async Task A_bundle_is_read_after_sealing_and_what_was_found_is_recorded_in_numbers()
    {
        var opened = await OpenAsync(_registry);
        var bytes = Structured("own-indicators.json");
        var item = await SealedAsync(opened, bytes);
        opened.Item(item).Observables.Should().BeNull("storing reads nothing");

        var written = await JsonAsync(await opened.Analyst.PostAsync($"/v1/evidence/{item}/observables", null));
        written.GetProperty("receipt").GetProperty("leafIndex").GetInt64().Should().BePositive();
        opened.AccessesOf(item).Should().Be(1);

        var report = (await JsonAsync(await opened.Analyst.GetAsync($"/v1/evidence/{item}"))).GetProperty("inside").GetProperty("observables");
        report.GetProperty("format").GetString().Should().Be("stix21");
        (report.GetProperty("observables").GetInt32(), report.GetProperty("ignored").GetInt32(), report.GetProperty("unknownObjects").GetInt32(), report.GetProperty("unknownProperties").GetInt32())
            .Should().Be((10, 3, 1, 1));
        report.GetProperty("objects").EnumerateArray().Single(o => o.GetProperty("type").GetString() == "indicator").GetProperty("count").GetInt32().Should().Be(2);

        var listed = await JsonAsync(await opened.Custodian.GetAsync($"/v1/evidence/{item}/observables?limit=4"));
        listed.GetProperty("items").EnumerateArray().Select(o => o.GetProperty("number").GetInt32()).Should().Equal(1, 2, 3, 4);
        var rest = await JsonAsync(await opened.Custodian.GetAsync($"/v1/evidence/{item}/observables?limit=200&after={listed.GetProperty("next").GetString()}"));
        rest.GetProperty("items").GetArrayLength().Should().Be(6);
        opened.AccessesOf(item).Should().Be(3);
        (await opened.Analyst.GetByteArrayAsync($"/v1/evidence/{item}/content")).Should().Equal(bytes, "unknown objects survive in the original");
    }

    [SharedStixTheory]
    [InlineData("stix/apt1.json", EvidenceKind.StixBundle)]
    [InlineData("stix/infrastructure.json", EvidenceKind.StixBundle)]
    [InlineData("stix/indicator-to-campaign-relationship.json", EvidenceKind.StixBundle)]
    [InlineData("stix/reference-finding-export.json", EvidenceKind.StixBundle)]
    [InlineData("attack/attack-6-campaigns-21.json", EvidenceKind.StixBundle)]
    [InlineData("attack/ics-groups-campaigns-original-21.json", EvidenceKind.StixBundle)]
    public async Task A_published_bundle_is_read_and_each_of_its_observables_is_found_again(string file, EvidenceKind kind)
    {
        var opened = await OpenAsync(_registry);
        var item = await SealedAsync(opened, StixFolder.Read(file), kind);
        await OkAsync(opened.Analyst.PostAsync($"/v1/evidence/{item}/observables", null));

        foreach (var each in (await JsonAsync(await opened.Analyst.GetAsync($"/v1/evidence/{item}/observables"))).GetProperty("items").EnumerateArray())
        {
            (await SearchAsync(opened.Analyst, each.GetProperty("value").GetString()!, each.GetProperty("kind").GetString())).Should().Contain(item.Value);
        }
    }

    [Fact]
    public async Task STIX_2_0_is_refused_with_the_reason_and_the_item_stays_as_it_came()
    {
        var opened = await OpenAsync(_registry);
        foreach (var old in new[]
        {
            """{"type":"bundle","id":"bundle--7a1f0b52-6a7e-4c35-9c52-0d5e7c1c9a01","spec_version":"2.0","objects":[]}""",
            """{"type":"bundle","id":"bundle--7a1f0b52-6a7e-4c35-9c52-0d5e7c1c9a01","objects":[{"type":"tool","id":"tool--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f","created":"2016-04-06T20:03:48.000Z","modified":"2016-04-06T20:03:48.000Z","name":"VNC","labels":["remote-access"]}]}""",
        })
        {
            var item = await SealedAsync(opened, Encoding.UTF8.GetBytes(old));
            var answer = await opened.Analyst.PostAsync($"/v1/evidence/{item}/observables", null);
            answer.StatusCode.Should().Be(HttpStatusCode.UnprocessableEntity);
            var problem = await JsonAsync(answer);
            problem.GetProperty("code").GetString().Should().Be("stix-version");
            problem.GetProperty("errors")[0].GetProperty("pointer").GetString().Should().EndWith("/spec_version");
            opened.Item(item).Observables.Should().BeNull();
            (await opened.Analyst.GetStringAsync($"/v1/evidence/{item}/content")).Should().Be(old);
        }
    }

    [Fact]
    public async Task Faults_are_listed_with_pointers_into_the_document_a_hundred_at_most()
    {
        var opened = await OpenAsync(_registry);
        var objects = string.Join(',', Enumerable.Repeat("""{"type":"url","id":"url--c1477287-23ac-5971-a010-5c287877fa60"}""", 300));
        var item = await SealedAsync(opened, Encoding.UTF8.GetBytes("""{"type":"bundle","id":"bundle--7a1f0b52-6a7e-4c35-9c52-0d5e7c1c9a01","objects":[""" + objects + "]}"));
        var answer = await opened.Analyst.PostAsync($"/v1/evidence/{item}/observables", null);
        answer.StatusCode.Should().Be(HttpStatusCode.UnprocessableEntity);
        var problem = await JsonAsync(answer);
        problem.GetProperty("code").GetString().Should().Be("structured-invalid");
        problem.GetProperty("errors").GetArrayLength().Should().Be(100);
        problem.GetProperty("errors")[1].GetProperty("pointer").GetString().Should().Be("/objects/1/value");
    }

    [Fact]
    public async Task Hostile_documents_are_refused_and_the_server_goes_on()
    {
        var opened = await OpenAsync(_registry);
        foreach (var hostile in new[]
        {
            new string('[', 2_000_000), """{"type":"bundle","type":"bundle"}""", """{"type":"\ud800"}""", "", "\0", "[" + string.Concat(Enumerable.Repeat("0,", 7_000_000)) + "0]",
            """{"type":"bundle","id":"bundle--7a1f0b52-6a7e-4c35-9c52-0d5e7c1c9a01","objects":[{"type":"REP!"}]}""".Replace("REP", string.Concat(Enumerable.Repeat("a-", 1_000_000)), StringComparison.Ordinal),
        })
        {
            var item = await SealedAsync(opened, Encoding.UTF8.GetBytes(hostile));
            await RefusedAsync(opened.Analyst.PostAsync($"/v1/evidence/{item}/observables", null), HttpStatusCode.UnprocessableEntity, "structured-invalid");
        }
    }

    [Theory]
    [InlineData(Sha256, null)]
    [InlineData(" AAAABBBBCCCCDDDDEEEEFFFF0000111122223333444455556666777788889999 ", "sha256")]
    [InlineData("canary-control[.]example", null)]
    [InlineData("CANARY-control.example.", "domain")]
    [InlineData("198[.]51[.]100[.]3", null)]
    [InlineData("hxxp://canary-control[.]example/Gate.php?id=7", "url")]
    [InlineData("CANARY-PAYLOAD.EXE", "fileName")]
    [InlineData("0123456789ABCDEF0123456789ABCDEF", "md5")]
    public async Task A_value_is_found_in_whatever_spelling_and_format_it_was_submitted(string value, string? kind)
    {
        var (one, other) = (await OpenAsync(_registry), await OpenAsync(_registry));
        var stix = await ReadAsync(one, Structured("own-indicators.json"));
        var misp = await ReadAsync(other, Structured("own-misp-event.json"), EvidenceKind.MispEvent);

        (await SearchAsync(one.Analyst, value, kind)).Should().Contain([stix.Value, misp.Value]);
        (await SearchAsync(one.Analyst, value, "mutex")).Should().NotContain(stix.Value);
    }

    [Fact]
    public async Task A_search_answers_only_of_items_whose_bytes_the_caller_may_read()
    {
        var (one, other) = (await OpenAsync(_registry), await OpenAsync(_registry));
        var unique = $"only-{one.Incident.Value[^16..]}.example";
        var bytes = Bundle(unique);
        var (mine, theirs) = (await ReadAsync(one, bytes), await ReadAsync(other, bytes));

        var (lead, leads) = await _registry.NewPersonAsync();
        await one.HappenAsync(new CaseEvent.Assigned(lead.Id, Role.LeadAssessor));
        (await SearchAsync(leads, unique)).Should().Equal(mine.Value);

        var (recused, gone) = await _registry.NewPersonAsync(Role.Analyst);
        (await SearchAsync(gone, unique)).Should().BeEquivalentTo([mine.Value, theirs.Value]);
        await one.HappenAsync(
            new CaseEvent.PanelDrawn(
                _registry.Core.Entropy.NewId<PanelId>(), _registry.Core.Entropy.NewId<PoolId>(), [], new string('b', 64), 1, [], [new CaseEvent.SeatDrawn(recused.Id, default)], [], default),
            new CaseEvent.MemberRecused(recused.Id, "A relative works for a party."));
        (await SearchAsync(gone, unique)).Should().Equal(theirs.Value);

        var nothing = await _registry.Stranger.GetStringAsync($"/v1/observables?value=absent-{unique}");
        (await _registry.Stranger.GetStringAsync($"/v1/observables?value={unique}")).Should().Be(nothing);
        (await _registry.As(Role.Referrer).GetStringAsync($"/v1/observables?value={unique}")).Should().Be(nothing);
        (await _registry.As(Role.Registrar).GetStringAsync($"/v1/observables?value={unique}")).Should().Be(nothing, "a registrar reads cases, not bytes");
    }

    [Fact]
    public async Task Everybody_finds_what_was_disclosed_with_a_published_finding_and_nothing_else_of_it()
    {
        var opened = await OpenAsync(_registry);
        var unique = $"only-{opened.Incident.Value[^16..]}.example";
        var (disclosed, withheld) = (await ReadAsync(opened, Bundle(unique)), await ReadAsync(opened, Bundle(unique)));
        await OkAsync(opened.Custodian.PostAsJsonAsync($"/v1/evidence/{disclosed}/admissibility", new { accepted = true, reason = "Fits." }));
        await OkAsync(opened.Custodian.PostAsJsonAsync($"/v1/evidence/{disclosed}/release", new { to = "public", reason = "The label allows it." }));
        (await SearchAsync(_registry.Stranger, unique)).Should().BeEmpty();

        await opened.PublishAsync();
        (await SearchAsync(_registry.Stranger, unique)).Should().Equal(disclosed.Value);
        (await SearchAsync(_registry.As(Role.Referrer), unique)).Should().Equal(disclosed.Value);
        (await SearchAsync(opened.Analyst, unique)).Should().BeEquivalentTo([disclosed.Value, withheld.Value]);
    }

    [Fact]
    public async Task Matches_are_paged_by_item()
    {
        var opened = await OpenAsync(_registry);
        var unique = $"only-{opened.Incident.Value[^16..]}.example";
        var items = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            items.Add((await ReadAsync(opened, Bundle(unique))).Value);
        }

        var found = new List<string>();
        for (var address = $"/v1/observables?value={unique}&limit=1"; ;)
        {
            var page = await JsonAsync(await opened.Analyst.GetAsync(address));
            found.AddRange(page.GetProperty("items").EnumerateArray().Select(m => m.GetProperty("evidence").GetString()!));
            if (page.GetProperty("next").GetString() is not { } next)
            {
                break;
            }

            address = $"/v1/observables?value={unique}&limit=1&after={next}";
        }

        found.Should().Equal(items.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Outsiders_are_answered_as_if_there_were_nothing_and_insiders_told_why_not()
    {
        var opened = await OpenAsync(_registry);
        var item = await SealedAsync(opened, Structured("own-indicators.json"));
        await RefusedAsync(opened.Analyst.GetAsync($"/v1/evidence/{item}/observables"), HttpStatusCode.Conflict, "observables-unread");
        foreach (var method in new[] { HttpMethod.Get, HttpMethod.Post })
        {
            var absent = await _registry.As(Role.Referrer).SendAsync(new HttpRequestMessage(method, $"/v1/evidence/evd_{new string('0', 32)}/observables"));
            var hidden = await _registry.As(Role.Referrer).SendAsync(new HttpRequestMessage(method, $"/v1/evidence/{item}/observables"));
            (hidden.StatusCode, await hidden.Content.ReadAsStringAsync()).Should().Be((HttpStatusCode.NotFound, await absent.Content.ReadAsStringAsync()));
            (await _registry.Stranger.SendAsync(new HttpRequestMessage(method, $"/v1/evidence/{item}/observables"))).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        }

        await RefusedAsync(_registry.As(Role.Registrar).GetAsync($"/v1/evidence/{item}/observables"), HttpStatusCode.NotFound, "not-found");
        var (_, colleague) = await _registry.NewPersonAsync(Role.Analyst);
        await RefusedAsync(colleague.PostAsync($"/v1/evidence/{item}/observables", null), HttpStatusCode.Forbidden, "not-for-observables");
        await OkAsync(opened.Custodian.PostAsync($"/v1/evidence/{item}/observables", null));

        var file = await SealedAsync(opened, Structured("own-indicators.json"), EvidenceKind.Report);
        await RefusedAsync(opened.Analyst.PostAsync($"/v1/evidence/{file}/observables", null), HttpStatusCode.Conflict, "not-structured");
        await RefusedAsync(opened.Analyst.GetAsync("/v1/observables?value=two%20words%20.example&kind=domain"), HttpStatusCode.UnprocessableEntity, "no-observable");
        (await opened.Analyst.GetAsync("/v1/observables")).StatusCode.Should().Be(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Reading_again_changes_nothing_and_erasure_takes_an_item_out_of_the_index()
    {
        var opened = await OpenAsync(_registry);
        var unique = $"only-{opened.Incident.Value[^16..]}.example";
        var item = await ReadAsync(opened, Bundle(unique));
        var report = opened.Item(item).Observables;
        await OkAsync(opened.Custodian.PostAsync($"/v1/evidence/{item}/observables", null));
        opened.Item(item).Observables!.ListSha256.Should().Be(report!.ListSha256);
        (await SearchAsync(opened.Analyst, unique)).Should().Equal(item.Value);

        foreach (var person in new[] { opened.Custodian, _registry.As(Role.Registrar) })
        {
            await OkAsync(person.PostAsJsonAsync($"/v1/evidence/{item}/erasure", new { legalBasis = "Order 7", reason = "Ordered." }));
        }

        opened.Item(item).Standing.Should().Be(EvidenceStanding.Erased);
        (await SearchAsync(opened.Analyst, unique)).Should().BeEmpty();
        _registry.Core.Store.Database.Read(c => Dapper.SqlMapper.ExecuteScalar<long>(c, "SELECT count(*) FROM observable WHERE evidence = @item", new { item = item.Value })).Should().Be(0);
    }

    [Fact]
    public async Task The_data_folder_holds_no_observable_in_the_clear()
    {
        var opened = await OpenAsync(_registry);
        var canary = $"canary-{opened.Incident.Value[4..30]}.example";
        var item = await ReadAsync(opened, Bundle(canary));
        (await SearchAsync(opened.Analyst, canary)).Should().Equal(item.Value);
        await OkAsync(opened.Analyst.GetAsync($"/v1/evidence/{item}/observables"));
        await opened.PublishAsync();
        await SearchAsync(_registry.Stranger, canary);

        var needles = new[] { canary, canary.ToUpperInvariant(), Convert.ToBase64String(Encoding.UTF8.GetBytes(canary)) }.SelectMany(t => new[] { Encoding.UTF8.GetBytes(t), Encoding.Unicode.GetBytes(t) }).ToList();
        // All but the lock, which is empty and held.
        var files = Directory.EnumerateFiles(_registry.DataFolder, "*", SearchOption.AllDirectories).Where(f => Path.GetFileName(f) != "registry.lock").ToList();
        files.Should().Contain(f => f.EndsWith("-wal", StringComparison.Ordinal));
        foreach (var path in files)
        {
            await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var copy = new MemoryStream();
            await file.CopyToAsync(copy);
            foreach (var needle in needles)
            {
                copy.ToArray().AsSpan().IndexOf(needle).Should().Be(-1, "it is in the file {0} of the data folder", Path.GetFileName(path));
            }
        }
    }

    [Fact]
    public async Task Fifty_thousand_observables_of_an_item_are_indexed_and_that_there_are_more_is_said()
    {
        var opened = await OpenAsync(_registry);
        var unique = opened.Incident.Value[^16..];
        var objects = string.Join(',', Enumerable.Range(0, 50_001).Select(i => $$"""{"type":"mutex","id":"mutex--eba44954-d4e4-5d3b-814c-2b17dd8de300","name":"{{unique}}-{{i}}"}"""));
        var bytes = Encoding.UTF8.GetBytes("""{"type":"bundle","id":"bundle--7a1f0b52-6a7e-4c35-9c52-0d5e7c1c9a01","objects":[""" + objects + "]}");
        var item = await SealedAsync(opened, bytes);
        await OkAsync(opened.Analyst.PostAsync($"/v1/evidence/{item}/observables", null));
        await OkAsync(opened.Analyst.PostAsync($"/v1/evidence/{item}/observables", null));

        (opened.Item(item).Observables!.Observables, opened.Item(item).Observables!.Truncated).Should().Be((50_000, true));
        (await SearchAsync(opened.Analyst, $"{unique}-0", "mutex")).Should().Equal(item.Value);
        (await SearchAsync(opened.Analyst, $"{unique}-50000", "mutex")).Should().BeEmpty();
    }

    private static byte[] Structured(string name) => File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "vectors", "stix", name));

    private static byte[] Bundle(string domain) => Encoding.UTF8.GetBytes(
        """{"type":"bundle","id":"bundle--7a1f0b52-6a7e-4c35-9c52-0d5e7c1c9a01","objects":[{"type":"domain-name","spec_version":"2.1","id":"domain-name--3c10e93f-798e-5a26-a0c1-08156efab7f5","value":"DOMAIN"}]}"""
            .Replace("DOMAIN", domain, StringComparison.Ordinal));

    private static async Task<EvidenceId> SealedAsync(EvidenceCase opened, byte[] bytes, EvidenceKind kind = EvidenceKind.StixBundle)
    {
        var submitted = await JsonAsync(await opened.Analyst.PostAsJsonAsync($"/v1/incidents/{opened.Incident}/evidence", new
        {
            title = "Indicators", kind = JsonNamingPolicy.CamelCase.ConvertName(kind.ToString()), description = new { value = "Indicators of a vendor.", lang = "en" }, interestInOutcome = "none", tlp = "TLP:CLEAR",
        }));
        var item = EvidenceId.Of(submitted.GetProperty("id").GetString()!);
        await OkAsync(opened.PutAsync(item, bytes));
        return item;
    }

    private static async Task<EvidenceId> ReadAsync(EvidenceCase opened, byte[] bytes, EvidenceKind kind = EvidenceKind.StixBundle)
    {
        var item = await SealedAsync(opened, bytes, kind);
        await OkAsync(opened.Analyst.PostAsync($"/v1/evidence/{item}/observables", null));
        return item;
    }

    private static async Task<IReadOnlyList<string>> SearchAsync(HttpClient client, string value, string? kind = null)
    {
        var answer = await client.GetAsync($"/v1/observables?limit=200&value={Uri.EscapeDataString(value)}{(kind is null ? "" : "&kind=" + kind)}");
        if (answer.StatusCode == HttpStatusCode.UnprocessableEntity)
        {
            return [];
        }

        answer.StatusCode.Should().Be(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
        return [.. (await JsonAsync(answer)).GetProperty("items").EnumerateArray().Select(m => m.GetProperty("evidence").GetString()!).Distinct()];
    }
}

/// <summary>Documents of others, where they lie beside this repository.</summary>
internal static class StixFolder
{
    public static string? Path { get; } = Find();

    public static byte[] Read(string name) => File.ReadAllBytes(System.IO.Path.Combine(Path!, name));

    private static string? Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var data = System.IO.Path.Combine(folder.FullName, "shared", "data");
            if (File.Exists(System.IO.Path.Combine(data, "PROVENANCE.md")))
            {
                return data;
            }
        }

        return null;
    }
}

/// <summary>A theory on documents of others; skipped, and reported so, in a clone without them.</summary>
public sealed class SharedStixTheoryAttribute : TheoryAttribute
{
    public SharedStixTheoryAttribute()
    {
        if (StixFolder.Path is null)
        {
            Skip = "No shared/data/PROVENANCE.md beside any ancestor folder: documents of others are not part of this repository.";
        }
    }
}

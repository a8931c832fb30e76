using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using AttributionRegistry.Cli;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Log;
using AttributionRegistry.Server.Findings;
using AttributionRegistry.Server.Incidents;
using AttributionRegistry.Server.Tests.Running;
using AttributionRegistry.Storage;
using Dapper;
using Microsoft.Extensions.DependencyInjection;

namespace AttributionRegistry.Server.Tests.Incidents;

/// <summary>The dossier of a case, entry by entry, and what an order of erasure takes out of it.</summary>
public sealed class ErasedTextTests(OneRegistry one) : IClassFixture<OneRegistry>
{
    private const string Said = "The nurse Jane Roe saw it.";

    private readonly RunningRegistry _registry = one.Registry;

    private static object Order { get; } = new { field = "reason", legalBasis = "Article 17", reason = "A name that should not stand there." };

    [Fact]
    public async Task Two_people_erase_what_a_field_said_and_its_leaf_still_proves()
    {
        var (incident, index) = await SuspendedAsync();
        var before = _registry.Core.Store.Events.ReadLeaf(index)!;

        var proposed = await Registrar.PostAsJsonAsync(Entry(incident, index, "/erasure"), Order);
        proposed.StatusCode.Should().Be(HttpStatusCode.Accepted, await proposed.Content.ReadAsStringAsync());
        (await Refused(Registrar, incident, index, Order)).Should().Be("second-person-required");
        (await Reason(incident)).Should().Be(Said, "one person alone erases nothing");
        var confirmed = await Officer.PostAsJsonAsync(Entry(incident, index, "/erasure"), Order);
        confirmed.StatusCode.Should().Be(HttpStatusCode.OK, await confirmed.Content.ReadAsStringAsync());
        var order = (long)(await Json(confirmed))["receipt"]!["leafIndex"]!;

        (await Reason(incident)).Should().Be(EraseText.Placeholder);
        var opened = await Json(await Officer.GetAsync(Entry(incident, index)));
        Field(opened, "reason")["standing"]!.GetValue<string>().Should().Be("erased");
        ((long)Field(opened, "reason")["orderedBy"]!).Should().Be(order);
        opened["openings"]!.AsArray().Select(o => (string)o!["field"]!).Should().NotContain("reason");
        _registry.Core.Store.Events.ReadLeaf(index)!.Should().BeEquivalentTo(before, "the log has the same bytes");
        var verdict = OpenedEntryCheck.Run(opened, Log);
        verdict.Holds.Should().BeTrue(verdict.Message);
        verdict.Erased.Should().Equal(("reason", order));
        (await Refused(Officer, incident, index, Order)).Should().Be("nothing-to-erase");
    }

    [Fact]
    public async Task What_opened_it_is_gone_from_the_database_and_a_restart_reads_the_record_without_it()
    {
        var registry = await RunningRegistry.StartAsync();
        var (incident, index) = await SuspendedAsync(registry);
        await registry.As(Role.Registrar).PostAsJsonAsync(Entry(incident, index, "/erasure"), Order);
        (await registry.As(Role.IntegrityOfficer).PostAsJsonAsync(Entry(incident, index, "/erasure"), Order)).StatusCode.Should().Be(HttpStatusCode.OK);
        registry.Core.Store.Database.Read(c => c.ExecuteScalar<long>("SELECT count(*) FROM event_key WHERE idx = @index", new { index })).Should().Be(0);
        registry.Core.Store.Events.Openings(index).Should().NotContain(o => o.Name == "reason");
        registry.Core.Store.Events.ReadStream(incident.Value).Should().NotContain(e => e.Body.Contains("Jane Roe"));
        registry.Core.Store.Events.ReadStream(incident.Value).Should().Contain(e => e.Index == index);

        await using var again = await RunningRegistry.StartAsync(await registry.StopAsync());
        again.State(incident).SuspendedBecause.Should().Be(EraseText.Placeholder);
        again.State(incident).ErasedTexts.Should().ContainSingle(e => e.Leaf == index && e.Field == "reason" && e.LegalBasis == "Article 17");
    }

    [Fact]
    public async Task Each_field_opens_for_itself_and_a_changed_word_is_named()
    {
        var (incident, index) = await SuspendedAsync();
        var opened = await Json(await _registry.As(Role.Auditor).GetAsync(Entry(incident, index)));
        OpenedEntryCheck.Run(opened, Log).Shown.Should().Equal("reason");

        var lie = opened.DeepClone().AsObject();
        lie["openings"]!.AsArray().Single(o => (string)o!["field"]! == "reason")!["value"] = "Nobody saw it.";
        OpenedEntryCheck.Run(lie, Log).FailedCheck.Should().Be("opening");

        var withheld = opened.DeepClone().AsObject();
        withheld["openings"]!.AsArray().RemoveAll(o => (string)o!["field"]! == "reason");
        OpenedEntryCheck.Run(withheld, Log).Withheld.Should().Equal("reason");

        var unopened = opened.DeepClone().AsObject();
        unopened["openings"]!.AsArray().RemoveAll(o => (string)o!["field"]! == "");
        OpenedEntryCheck.Run(unopened, Log).FailedCheck.Should().Be("seal");

        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, opened.ToJsonString());
        (await SaysAsync("log", "opening", file, "--vkey", _registry.Core.Store.Signer.Vkey)).Should().Be((0, "verified   reason\nvalid\n"));
        await File.WriteAllTextAsync(file, lie.ToJsonString());
        (await SaysAsync("log", "opening", file, "--vkey", _registry.Core.Store.Signer.Vkey)).Exit.Should().Be(1);
        File.Delete(file);
    }

    [Fact]
    public async Task Ids_codes_other_cases_and_what_is_published_are_not_erased()
    {
        var (incident, index) = await SuspendedAsync();
        (await Refused(Registrar, incident, index, new { field = "incident", legalBasis = "Article 17", reason = "A test." })).Should().Be("not-erasable");
        (await Refused(Registrar, incident, index, new { field = "reason", legalBasis = "Article 17", reason = " " })).Should().Be("reason-missing");
        (await Refused(Registrar, incident, 1_000_000, Order)).Should().Be("not-found");
        (await Refused(Registrar, await _registry.IncidentAtAsync(Stage.Opened), index, Order)).Should().Be("not-found");
        (await Refused(_registry.As(Role.Analyst), incident, index, Order)).Should().BeOneOf("not-found", "role-required");

        var published = await _registry.PublishedAsync("AR-2026-0099");
        var version = _registry.Core.Store.Events.ReadStream(published.Value).Single(e => e.Type == CaseJournal.FindingVersion).Index;
        (await Refused(Registrar, published, version, new { field = "statements", legalBasis = "Article 17", reason = "A test." })).Should().Be("not-erasable");
    }

    [Fact]
    public async Task What_a_published_version_quotes_stays()
    {
        var (incident, index) = await SuspendedAsync();
        (await Registrar.PostAsJsonAsync(incident.Path("/resumption"), new { reason = "Settled." })).StatusCode.Should().Be(HttpStatusCode.OK);
        await _registry.GivenAsync(
            incident, _registry.CallerOf(Role.Registrar),
            new CaseEvent.FindingPublished(
                _registry.Core.Entropy.NewId<FindingId>(), "AR-2026-0098", 1, VersionKind.Published, new string('a', 64), [new Text("The panel assesses it.")],
                null, null, false, _registry.CallerOf(Role.Registrar).Id));
        var documents = _registry.Services.GetRequiredService<PublishedDocuments>();
        await _registry.Core.Store.Writer.CommitAsync(new CommitRequest([], rows => documents.Write(
            rows, PublishedDocuments.CanonicalPath("AR-2026-0098", 1), "application/json", Encoding.UTF8.GetBytes($$"""{"timeline":[{"text":"Suspended: {{Said}}"}]}"""))));

        (await Refused(Registrar, incident, index, Order)).Should().Be("text-is-published");
    }

    [Fact]
    public async Task The_dossier_lists_every_entry_in_order_for_those_who_answer_for_the_record_only()
    {
        var (incident, index) = await SuspendedAsync();
        var entries = (await Json(await _registry.As(Role.Auditor).GetAsync(incident.Path("/entries"))))["items"]!.AsArray();
        entries.Select(e => (long)e!["seq"]!).Should().Equal(Enumerable.Range(1, entries.Count).Select(n => (long)n));
        entries.Select(e => (string)e!["type"]!).Should().EndWith("case.suspended");
        entries.Last()!["fields"]!.AsArray().Select(f => ((string)f!["name"]!, (string)f["standing"]!)).Should().Contain(("reason", "committed"));
        (await _registry.As(Role.Analyst).GetAsync(incident.Path("/entries"))).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await _registry.As(Role.Analyst).GetAsync(Entry(incident, index))).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await _registry.As(Role.Auditor).GetAsync(Entry(incident, 1_000_000))).StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    private HttpClient Registrar => _registry.As(Role.Registrar);

    private HttpClient Officer => _registry.As(Role.IntegrityOfficer);

    private NoteVerifier Log => NoteVerifier.Parse(_registry.Core.Store.Signer.Vkey);

    private static string Entry(IncidentId incident, long index, string rest = "") => incident.Path($"/entries/{index}{rest}");

    private static JsonNode Field(JsonObject opened, string name) => opened["fields"]!.AsArray().Single(f => (string)f!["name"]! == name)!;

    private Task<(IncidentId Incident, long Index)> SuspendedAsync() => SuspendedAsync(_registry);

    private static async Task<(IncidentId Incident, long Index)> SuspendedAsync(RunningRegistry registry)
    {
        var incident = await registry.IncidentAtAsync(Stage.Opened);
        var answer = await registry.As(Role.Registrar).PostAsJsonAsync(incident.Path("/suspension"), new { reason = Said });
        answer.StatusCode.Should().Be(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
        return (incident, (long)(await Json(answer))["receipt"]!["leafIndex"]!);
    }

    private async Task<string?> Reason(IncidentId incident)
    {
        var history = (await Json(await Registrar.GetAsync(incident.Path("/history"))))["items"]!.AsArray();
        return (string?)history.Single(e => (string)e!["type"]! == "case.suspended")!["reason"];
    }

    private static async Task<string> Refused(HttpClient client, IncidentId incident, long index, object order)
    {
        var answer = await client.PostAsJsonAsync(Entry(incident, index, "/erasure"), order);
        ((int)answer.StatusCode).Should().BeInRange(400, 499);
        return (string)(await Json(answer))["code"]!;
    }

    private static async Task<JsonObject> Json(HttpResponseMessage answer) => JsonNode.Parse(await answer.Content.ReadAsStringAsync())!.AsObject();

    private static async Task<(int Exit, string Output)> SaysAsync(params string[] args)
    {
        var output = new StringWriter();
        var exit = await Commands.RunAsync(args, output, output, static _ => [], TimeProvider.System, CancellationToken.None);
        return (exit, output.ToString());
    }
}

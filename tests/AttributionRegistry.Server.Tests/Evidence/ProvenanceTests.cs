using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using AttributionRegistry.Domain;
using AttributionRegistry.Log;
using AttributionRegistry.Server.Incidents;
using AttributionRegistry.Server.Tests.Running;
using static AttributionRegistry.Server.Tests.Evidence.EvidenceCase;

namespace AttributionRegistry.Server.Tests.Evidence;

/// <summary>Copies and originals, sources under pseudonyms, circular reporting: through the API.</summary>
public sealed class ProvenanceTests(EvidenceRegistry fixture) : IClassFixture<EvidenceRegistry>
{
    private readonly RunningRegistry _registry = fixture.Running;

    [Fact]
    public async Task E3_a_disclosed_redaction_proves_to_the_public_which_withheld_original_it_comes_from()
    {
        var opened = await OpenAsync(_registry);
        var original = await opened.SealedAsync("names and facts"u8.ToArray(), "TLP:RED");
        var copy = await CopyAsync(opened, original);
        await OkAsync(opened.PutAsync(copy, "facts"u8.ToArray()));
        await OkAsync(opened.Custodian.PostAsJsonAsync($"/v1/evidence/{copy}/admissibility", new { accepted = true, reason = "Fits." }));
        await OkAsync(opened.Custodian.PostAsJsonAsync($"/v1/evidence/{copy}/release", new { to = "public", reason = "The source agrees." }));
        await opened.PublishAsync();

        var view = await JsonAsync(await _registry.Stranger.GetAsync($"/v1/evidence/{copy}"));
        var parent = view.GetProperty("parents")[0];
        parent.GetProperty("original").GetString().Should().Be(original.Value);
        parent.GetProperty("activity").GetProperty("tool").GetString().Should().Be("redactor");
        parent.GetProperty("activity").GetProperty("parameters").ValueKind.Should().Be(JsonValueKind.Null);
        await _registry.Stranger.GetStringAsync404($"/v1/evidence/{original}");

        // The same commitment stands in the log with the copy, and the original's digest and salt open it.
        var commitment = parent.GetProperty("commitment").GetString()!;
        var submitted = _registry.Core.Store.Events.ReadStream(opened.Incident.Value).Last(e => e.Type == "evidence.received");
        _registry.Core.Store.Events.ReadSealed(opened.Incident.Value).Single(e => e.Index == submitted.Index).EntryJson.Should().Contain(commitment);
        var graph = await JsonAsync(await opened.Analyst.GetAsync($"/v1/evidence/{copy}/provenance"));
        var inside = Node(graph, original);
        B64Url.Encode(Commitments.Compute(
            Commitments.EvidenceBytes, Convert.FromHexString(inside.GetProperty("ar:salt").GetString()!), Convert.FromHexString(inside.GetProperty("ar:sha256").GetString()!)))
            .Should().Be(commitment).And.Be(EvidenceRoot.Commitment(opened.Item(original)));

        var open = await JsonAsync(await _registry.Stranger.GetAsync($"/v1/evidence/{copy}/provenance"));
        Node(open, original).EnumerateObject().Select(p => p.Name).Should().BeEquivalentTo("@id", "@type", "ar:commitment");
        open.GetRawText().Should().NotContain(DigestOf("names and facts"u8.ToArray())).And.NotContain("blurred").And.NotContain("per_");
    }

    [Fact]
    public async Task The_graph_has_entities_activities_and_agents_in_the_terms_of_PROV()
    {
        var opened = await OpenAsync(_registry);
        var original = await opened.SealedAsync("bytes"u8.ToArray());
        var copy = await CopyAsync(opened, original);

        var answer = await opened.Analyst.GetAsync($"/v1/evidence/{original}/provenance");
        var graph = await JsonAsync(answer);

        answer.Content.Headers.ContentType!.MediaType.Should().Be("application/ld+json");
        graph.GetProperty("@context").GetProperty("prov").GetString().Should().Be("http://www.w3.org/ns/prov#");
        Node(graph, copy).GetProperty("prov:wasDerivedFrom")[0].GetProperty("@id").GetString().Should().Be($"/v1/evidence/{original}");
        var activity = graph.GetProperty("@graph").EnumerateArray().Single(n => n.GetProperty("@type").GetString() == "prov:Activity");
        Node(graph, copy).GetProperty("prov:wasGeneratedBy")[0].GetProperty("@id").GetString().Should().Be(activity.GetProperty("@id").GetString());
        activity.GetProperty("prov:used").GetProperty("@id").GetString().Should().Be($"/v1/evidence/{original}");
        activity.GetProperty("ar:operator").GetString().Should().Be("custodian");
        activity.GetProperty("ar:parameters")[0].GetProperty("value").GetString().Should().Be("blurred");
        activity.GetProperty("prov:wasAssociatedWith").GetProperty("@id").GetString().Should().StartWith("urn:attribution-registry:p_");
    }

    [Fact]
    public async Task E3_nothing_is_derived_from_an_item_without_bytes()
    {
        var opened = await OpenAsync(_registry);
        var item = await opened.SubmitAsync();

        await RefusedAsync(opened.Analyst.PostAsJsonAsync($"/v1/incidents/{opened.Incident}/evidence", Copy(item)), HttpStatusCode.Conflict, "original-unsealed");
    }

    [Fact]
    public async Task P2_readers_see_a_pseudonym_and_each_look_at_the_name_is_on_record()
    {
        var opened = await OpenAsync(_registry);
        var (_, other) = await _registry.NewPersonAsync(Role.Analyst);
        var description = JsonSerializer.SerializeToNode(Description())!.AsObject();
        description["sourceName"] = "Ada Example";
        var answer = await opened.Analyst.PostAsJsonAsync($"/v1/incidents/{opened.Incident}/evidence", description);
        var item = EvidenceId.Of((await JsonAsync(answer)).GetProperty("id").GetString()!);

        foreach (var path in new[] { "", "/custody-report", "/provenance" })
        {
            (await other.GetStringAsync($"/v1/evidence/{item}{path}")).Should().NotContain("Ada Example");
        }

        (await JsonAsync(await other.GetAsync($"/v1/evidence/{item}"))).GetProperty("livingSource").GetString().Should().Be("Source 1");
        await RefusedAsync(other.GetAsync($"/v1/evidence/{item}/source"), HttpStatusCode.Forbidden, "role-required");
        opened.AccessesOf(item).Should().Be(0);
        (await JsonAsync(await opened.Custodian.GetAsync($"/v1/evidence/{item}/source"))).GetProperty("name").GetString().Should().Be("Ada Example");
        opened.AccessesOf(item).Should().Be(1);
        (await opened.Analyst.GetAsync($"/v1/evidence/{item}/source")).StatusCode.Should().Be(HttpStatusCode.OK);
        _registry.Core.Store.Events.ReadSealed(opened.Incident.Value).Should().OnlyContain(e => !e.EntryJson.Contains("Ada Example") && !e.EntryJson.Contains("Source 1"));
    }

    [Fact]
    public async Task E8_two_items_are_linked_after_submission_with_a_reason()
    {
        var opened = await OpenAsync(_registry);
        var (one, two) = (await opened.SubmitAsync(), await opened.SubmitAsync());
        Task<HttpResponseMessage> Link(bool linked, string reason) => opened.Analyst.PostAsJsonAsync($"/v1/evidence/{one}/origin-links", new { other = two.Value, reason, linked });

        await RefusedAsync(Link(true, " "), HttpStatusCode.UnprocessableEntity, "reason-missing");
        await OkAsync(Link(true, "Both quote the vendor's report."));
        new Domain.Cases.Origins(opened.State).NameOf(two).Should().Be(one.Value);
        (await JsonAsync(await opened.Custodian.GetAsync($"/v1/evidence/{two}"))).GetProperty("inside").GetProperty("originLinks")[0].GetProperty("reason").GetString()
            .Should().Be("Both quote the vendor's report.");
        await OkAsync(Link(false, "Two sensors after all."));
        new Domain.Cases.Origins(opened.State).NameOf(two).Should().BeNull();
    }

    private static object Copy(EvidenceId original) => new
    {
        title = "Redacted report", kind = "report", description = new { value = "x", lang = "en" }, interestInOutcome = "none", tlp = "TLP:CLEAR", sourceConsent = "Letter.",
        parents = new[]
        {
            new
            {
                original = original.Value, how = "redaction",
                activity = new { tool = "redactor", toolVersion = "2.1", @operator = "custodian", parameters = new[] { new { name = "faces", value = "blurred" } } },
            },
        },
    };

    private static async Task<EvidenceId> CopyAsync(EvidenceCase opened, EvidenceId original)
    {
        var answer = await opened.Analyst.PostAsJsonAsync($"/v1/incidents/{opened.Incident}/evidence", Copy(original));
        answer.StatusCode.Should().Be(HttpStatusCode.Created, await answer.Content.ReadAsStringAsync());
        return EvidenceId.Of((await JsonAsync(answer)).GetProperty("id").GetString()!);
    }

    private static JsonElement Node(JsonElement graph, EvidenceId item) =>
        graph.GetProperty("@graph").EnumerateArray().Single(n => n.GetProperty("@id").GetString() == $"/v1/evidence/{item}");
}

using System.Collections.Immutable;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Server.Tests.Running;
using static AttributionRegistry.Server.Tests.Evidence.EvidenceCase;

namespace AttributionRegistry.Server.Tests.Evidence;

/// <summary>Who sees what of an item.</summary>
public sealed class EvidenceVisibilityTests(EvidenceRegistry fixture) : IClassFixture<EvidenceRegistry>
{
    private readonly RunningRegistry _registry = fixture.Running;

    [Fact]
    public async Task Items_are_hidden_from_outsiders_in_the_words_for_what_does_not_exist()
    {
        var opened = await OpenAsync(_registry);
        var item = await opened.SubmitAsync();
        var outsider = _registry.As(Role.Referrer);
        var absent = await outsider.GetStringAsync404($"/v1/evidence/evd_{new string('0', 32)}");

        foreach (var path in new[] { "", "/custody", "/custody-report", "/custody-report.html", "/provenance", "/source", "/grades", "/accesses", "/content" })
        {
            (await outsider.GetStringAsync404($"/v1/evidence/{item}{path}")).Should().Be(absent, path);
        }

        (await outsider.GetStringAsync404($"/v1/incidents/{opened.Incident}/evidence")).Should().Be(absent);
        (await _registry.Stranger.GetStringAsync404($"/v1/evidence/{item}")).Should().Be(absent);
        await RefusedAsync(outsider.PostAsJsonAsync($"/v1/incidents/{opened.Incident}/evidence", Description()), HttpStatusCode.NotFound, "not-found");
        await RefusedAsync(outsider.PostAsJsonAsync($"/v1/evidence/{item}/grades", new { source = "A", information = 1, reason = "x" }), HttpStatusCode.NotFound, "not-found");
    }

    [Fact]
    public async Task The_public_sees_released_items_of_a_published_case_and_no_person()
    {
        var opened = await OpenAsync(_registry);
        var (disclosed, _) = (await opened.DisclosedAsync("public"u8.ToArray()), await opened.SealedAsync("kept"u8.ToArray()));
        await RefusedAsync(_registry.Stranger.GetAsync($"/v1/incidents/{opened.Incident}/evidence"), HttpStatusCode.NotFound, "not-found");

        await opened.PublishAsync();

        var text = await _registry.Stranger.GetStringAsync($"/v1/incidents/{opened.Incident}/evidence");
        var items = JsonDocument.Parse(text).RootElement.GetProperty("items");
        items.EnumerateArray().Select(i => i.GetProperty("id").GetString()).Should().Equal(disclosed.Value);
        items[0].GetProperty("payload").GetProperty("sha256").GetString().Should().Be(DigestOf("public"u8.ToArray()));
        items[0].GetProperty("inside").ValueKind.Should().Be(JsonValueKind.Null);
        text.Should().NotContain("per_").And.NotContain("Jane Doe");
        var one = await _registry.Stranger.GetAsync($"/v1/evidence/{disclosed}");
        one.StatusCode.Should().Be(HttpStatusCode.OK);
        one.Headers.ETag!.Tag.Should().NotStartWith("\"v", "the version of the case counts what the public may not know");
    }

    [Fact]
    public async Task A_party_sees_what_was_released_to_it_and_the_gists_served_on_it_after_the_service()
    {
        var opened = await OpenAsync(_registry);
        var (party, client) = await _registry.NewPersonAsync(Role.NamedParty);
        var released = await opened.SealedAsync("released"u8.ToArray(), "TLP:AMBER");
        await OkAsync(opened.Custodian.PostAsJsonAsync($"/v1/evidence/{released}/admissibility", new { accepted = true, reason = "Fits." }));
        await OkAsync(opened.Custodian.PostAsJsonAsync($"/v1/evidence/{released}/release", new { to = "parties", reason = "Disclosure." }));
        var withheld = await opened.SealedAsync("withheld"u8.ToArray(), "TLP:RED");
        await OkAsync(opened.Custodian.PutAsJsonAsync(
            $"/v1/evidence/{withheld}/gist", new { gist = new { value = "A control server was seized.", lang = "en" }, reasonCode = "sources", seenBy = "panel" }));
        var kept = await opened.SealedAsync("kept"u8.ToArray(), "TLP:RED");
        await opened.HappenAsync(new CaseEvent.PartyNamed(party.Id, Role.NamedParty, "XX", "en"));
        await RefusedAsync(client.GetAsync($"/v1/incidents/{opened.Incident}/evidence"), HttpStatusCode.NotFound, "not-found");
        await RefusedAsync(client.GetAsync($"/v1/evidence/{released}"), HttpStatusCode.NotFound, "not-found");

        await opened.HappenAsync(new CaseEvent.Served(
            _registry.Core.Entropy.NewId<ServiceId>(), party.Id, null, ImmutableArray.Create(ServedDocument.DisclosureSet, ServedDocument.Gists), "by courier", null));

        (await IdsAsync()).Should().Equal(released.Value, withheld.Value);
        var gist = await client.GetStringAsync($"/v1/evidence/{withheld}");
        gist.Should().Contain("A control server was seized.").And.NotContain("Wiper sample").And.NotContain(DigestOf("withheld"u8.ToArray())).And.NotContain("per_");
        (await client.GetStringAsync($"/v1/evidence/{released}")).Should().Contain("Wiper sample").And.NotContain("per_");
        await RefusedAsync(client.GetAsync($"/v1/evidence/{kept}"), HttpStatusCode.NotFound, "not-found");
        await RefusedAsync(client.GetAsync($"/v1/evidence/{withheld}/content"), HttpStatusCode.NotFound, "not-found");

        async Task<IReadOnlyList<string?>> IdsAsync() =>
            [.. (await client.GetFromJsonAsync<JsonElement>($"/v1/incidents/{opened.Incident}/evidence")).GetProperty("items").EnumerateArray().Select(i => i.GetProperty("id").GetString())];
    }

    [Fact]
    public async Task The_list_pages_in_order_of_submission()
    {
        var opened = await OpenAsync(_registry);
        var all = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            all.Add((await opened.SubmitAsync()).Value);
        }

        var seen = new List<string>();
        string? after = null;
        do
        {
            var page = await opened.Analyst.GetFromJsonAsync<JsonElement>($"/v1/incidents/{opened.Incident}/evidence?limit=2{(after is null ? "" : $"&after={after}")}");
            seen.AddRange(page.GetProperty("items").EnumerateArray().Select(i => i.GetProperty("id").GetString()!));
            after = page.GetProperty("next").GetString();
        }
        while (after is not null);

        seen.Should().Equal(all);
    }

    [Fact]
    public async Task An_unchanged_item_is_304()
    {
        var opened = await OpenAsync(_registry);
        var item = await opened.SubmitAsync();
        var first = await opened.Analyst.GetAsync($"/v1/evidence/{item}");
        var request = new HttpRequestMessage(HttpMethod.Get, $"/v1/evidence/{item}");
        request.Headers.IfNoneMatch.Add(first.Headers.ETag!);

        (await opened.Analyst.SendAsync(request)).StatusCode.Should().Be(HttpStatusCode.NotModified);
    }
}

internal static class Hidden
{
    public static async Task<string> GetStringAsync404(this HttpClient client, string path)
    {
        var answer = await client.GetAsync(path);
        answer.StatusCode.Should().Be(HttpStatusCode.NotFound, path);
        return await answer.Content.ReadAsStringAsync();
    }
}

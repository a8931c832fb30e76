using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Log;
using AttributionRegistry.Server.Tests.Running;
using static AttributionRegistry.Server.Tests.Evidence.EvidenceCase;

namespace AttributionRegistry.Server.Tests.Evidence;

/// <summary>Custody through the API: offers, answers, and the report that a court's expert checks against the log.</summary>
public sealed partial class CustodyTests(EvidenceRegistry fixture) : IClassFixture<EvidenceRegistry>
{
    private readonly RunningRegistry _registry = fixture.Running;

    [Fact]
    public async Task E2_an_item_changes_hands_when_the_receiver_accepts_and_the_chain_has_no_gap()
    {
        var opened = await OpenAsync(_registry);
        var item = await opened.SubmitAsync();
        var custodian = _registry.CallerOf(Role.Custodian).Id;

        await RefusedAsync(opened.Custodian.PostAsJsonAsync($"/v1/evidence/{item}/custody", new { kind = "examined", note = "Not mine." }), HttpStatusCode.Forbidden, "custody-gap");
        await OkAsync(OfferAsync(opened, item, custodian.Value));
        opened.Item(item).Holder.Should().Be(_registry.CallerOf(Role.Analyst).Id);
        (await JsonAsync(await opened.Analyst.GetAsync($"/v1/evidence/{item}"))).GetProperty("inside").GetProperty("offeredTo").GetString().Should().Be(custodian.Value);
        await RefusedAsync(AnswerAsync(opened.Analyst, item, true), HttpStatusCode.Forbidden, "not-the-receiver");
        await RefusedAsync(OfferAsync(opened, item, custodian.Value), HttpStatusCode.Conflict, "offer-open");
        await OkAsync(AnswerAsync(opened.Custodian, item, true));
        await RefusedAsync(opened.Analyst.PostAsJsonAsync($"/v1/evidence/{item}/custody", new { kind = "copied", note = "No longer mine." }), HttpStatusCode.Forbidden, "custody-gap");
        await OkAsync(opened.Custodian.PostAsJsonAsync($"/v1/evidence/{item}/custody", new { kind = "examined", note = "In the lab.", circumstances = new { place = "Lab 2" } }));

        var chain = (await opened.Custodian.GetFromJsonAsync<JsonElement>($"/v1/evidence/{item}/custody")).GetProperty("items").EnumerateArray().ToList();
        chain.Select(c => c.GetProperty("kind").GetString()).Should().Equal("received", "offered", "transferred", "examined");
        chain.Skip(1).Zip(chain, (link, before) => link.GetProperty("from").GetString() == before.GetProperty("holder").GetString()).Should().OnlyContain(fits => fits);
        chain[1].GetProperty("circumstances").GetProperty("method").GetString().Should().Be("courier");
        chain[3].GetProperty("circumstances").GetProperty("place").GetString().Should().Be("Lab 2");
    }

    [Fact]
    public async Task E2_a_declined_and_a_withdrawn_offer_move_nothing()
    {
        var opened = await OpenAsync(_registry);
        var item = await opened.SubmitAsync();
        var custodian = _registry.CallerOf(Role.Custodian).Id.Value;

        await OkAsync(OfferAsync(opened, item, custodian));
        await OkAsync(AnswerAsync(opened.Custodian, item, false));
        await OkAsync(OfferAsync(opened, item, custodian));
        await OkAsync(opened.Analyst.PostAsJsonAsync($"/v1/evidence/{item}/custody/offer/withdrawal", new { reason = "The wrong person." }));
        await RefusedAsync(AnswerAsync(opened.Custodian, item, true), HttpStatusCode.Conflict, "no-offer");

        opened.Item(item).Custody.Select(c => c.Kind).Should().Equal(
            CustodyKind.Received, CustodyKind.Offered, CustodyKind.Declined, CustodyKind.Offered, CustodyKind.OfferWithdrawn);
        opened.Item(item).Holder.Should().Be(_registry.CallerOf(Role.Analyst).Id);
    }

    [Fact]
    public async Task E2_an_item_is_not_offered_to_someone_who_could_not_hold_it()
    {
        var opened = await OpenAsync(_registry);
        var item = await opened.SubmitAsync();

        foreach (var to in new[] { _registry.CallerOf(Role.Referrer).Id.Value, _registry.CallerOf(Role.Registrar).Id.Value, "per_11111111111111111111111111111111" })
        {
            await RefusedAsync(OfferAsync(opened, item, to), HttpStatusCode.UnprocessableEntity, "custody-receiver");
        }
    }

    [Fact]
    public async Task E1_an_examiner_who_computed_another_digest_is_told_both()
    {
        var opened = await OpenAsync(_registry);
        var bytes = "image"u8.ToArray();
        var item = await opened.SealedAsync(bytes);
        Task<HttpResponseMessage> Examine(string sha256) =>
            opened.Analyst.PostAsJsonAsync($"/v1/evidence/{item}/custody", new { kind = "examined", note = "In the lab.", circumstances = new { seenSha256 = sha256 } });

        var other = DigestOf("other"u8.ToArray());
        var refused = await Examine(other);
        refused.StatusCode.Should().Be(HttpStatusCode.Conflict);
        (await refused.Content.ReadAsStringAsync()).Should().Contain("seen-digest-differs").And.Contain(other).And.Contain(DigestOf(bytes));
        await OkAsync(Examine(DigestOf(bytes)));
    }

    [Fact]
    public async Task E2_every_link_of_the_report_names_the_leaf_that_proves_it()
    {
        var opened = await OpenAsync(_registry);
        var item = await opened.SealedAsync("image"u8.ToArray(), "TLP:RED");
        await OkAsync(OfferAsync(opened, item, _registry.CallerOf(Role.Custodian).Id.Value));
        await OkAsync(AnswerAsync(opened.Custodian, item, true));
        await OkAsync(opened.Custodian.PostAsJsonAsync($"/v1/evidence/{item}/grades", new { source = "B", information = 2, reason = "Seen twice." }));
        await OkAsync(opened.Custodian.PutAsJsonAsync($"/v1/evidence/{item}/label", new { tlp = "TLP:AMBER", reason = "For the parties.", sourceConsent = "Letter of 3 March." }));
        await OkAsync(opened.Custodian.PostAsJsonAsync($"/v1/evidence/{item}/admissibility", new { accepted = true, reason = "Fits." }));
        await OkAsync(opened.Custodian.PostAsJsonAsync($"/v1/evidence/{item}/release", new { to = "parties", reason = "Asked for." }));
        await OkAsync(opened.Analyst.GetAsync($"/v1/evidence/{item}/content"));

        var report = await opened.Custodian.GetFromJsonAsync<JsonElement>($"/v1/evidence/{item}/custody-report");

        report.GetProperty("proof").GetProperty("firstGap").ValueKind.Should().Be(JsonValueKind.Null);
        report.GetProperty("proof").GetProperty("links").GetInt32().Should().Be(5);
        report.GetProperty("payload").GetProperty("sha256").GetString().Should().Be(DigestOf("image"u8.ToArray()));
        var links = report.GetProperty("custody").EnumerateArray().ToList();
        links.Select(l => l.GetProperty("what").GetProperty("kind").GetString()).Should().Equal("received", "sealed", "offered", "transferred", "released");
        var stored = _registry.Core.Store.Events.ReadStream(opened.Incident.Value);
        links.Select(l => stored.Single(e => e.Index == l.GetProperty("leaf").GetProperty("index").GetInt64()).Type)
            .Should().Equal("evidence.received", "evidence.sealed", "evidence.custody", "evidence.custody", "evidence.disclosed");
        foreach (var leaf in links.Select(l => l.GetProperty("leaf")))
        {
            // As a stranger would: the entry's bytes from the log, hashed.
            var entry = _registry.Core.Store.Events.ReadLeaf(leaf.GetProperty("index").GetInt64())!.Entry;
            B64Url.Encode(Rfc6962.LeafHash(entry)).Should().Be(leaf.GetProperty("hash").GetString());
        }

        report.GetProperty("labels")[0].GetProperty("what").GetProperty("sourceConsent").GetString().Should().Be("Letter of 3 March.");
        report.GetProperty("releases")[0].GetProperty("what").GetProperty("under").GetString().Should().Be("TLP:AMBER");
        report.GetProperty("grades").GetArrayLength().Should().Be(1);
        report.GetProperty("accesses").GetProperty("total").GetInt32().Should().Be(1);
        (await opened.Analyst.GetFromJsonAsync<JsonElement>($"/v1/evidence/{item}/custody-report")).GetProperty("accesses").ValueKind.Should().Be(JsonValueKind.Null, "E7: for custodians and auditors");
    }

    [Fact]
    public async Task The_printed_report_has_no_script_escapes_every_text_and_allows_only_its_own_style()
    {
        var opened = await OpenAsync(_registry);
        var answer = await opened.Analyst.PostAsJsonAsync($"/v1/incidents/{opened.Incident}/evidence", Description("<script>alert(1)</script>"));
        var item = EvidenceId.Of((await JsonAsync(answer)).GetProperty("id").GetString()!);

        var printed = await opened.Custodian.GetAsync($"/v1/evidence/{item}/custody-report.html");
        var html = await printed.Content.ReadAsStringAsync();

        printed.Content.Headers.ContentType!.MediaType.Should().Be("text/html");
        html.Should().Contain("&lt;script&gt;alert(1)&lt;/script&gt;").And.NotContain("<script").And.NotContain("http://").And.NotContain("https://").And.Contain("No gap:").And.Contain("@media print");
        var style = StyleOf().Match(html).Groups[1].Value;
        var policy = printed.Headers.GetValues("Content-Security-Policy").Single();
        policy.Should().Contain($"style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(style)))}'").And.Contain("default-src 'none'").And.NotContain("unsafe");
        printed.Headers.CacheControl!.NoStore.Should().BeTrue();

        var negotiated = new HttpRequestMessage(HttpMethod.Get, $"/v1/evidence/{item}/custody-report") { Headers = { { "Accept", "text/html,*/*;q=0.1" } } };
        (await opened.Custodian.SendAsync(negotiated)).Content.Headers.ContentType!.MediaType.Should().Be("text/html");
        var neither = new HttpRequestMessage(HttpMethod.Get, $"/v1/evidence/{item}/custody-report") { Headers = { { "Accept", "image/png" } } };
        (await opened.Custodian.SendAsync(neither)).StatusCode.Should().Be(HttpStatusCode.NotAcceptable);
    }

    private static Task<HttpResponseMessage> OfferAsync(EvidenceCase opened, EvidenceId item, string to) => opened.Analyst.PostAsJsonAsync(
        $"/v1/evidence/{item}/custody", new { kind = "offered", to, note = "In a sealed bag.", circumstances = new { method = "courier", purpose = "safe keeping", sealNumber = "A-17" } });

    private static Task<HttpResponseMessage> AnswerAsync(HttpClient client, EvidenceId item, bool accepted) =>
        client.PostAsJsonAsync($"/v1/evidence/{item}/custody/offer/acceptance", new { accepted, note = "Seal A-17 as found." });

    [GeneratedRegex("<style>(.*?)</style>", RegexOptions.Singleline)]
    private static partial Regex StyleOf();
}

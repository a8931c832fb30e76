using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Server.Tests.Running;
using static AttributionRegistry.Server.Tests.Evidence.EvidenceCase;

namespace AttributionRegistry.Server.Tests.Evidence;

/// <summary>Items whose holder is recused, suspended or without their role.</summary>
public sealed class TakeoverTests(EvidenceRegistry fixture) : IClassFixture<EvidenceRegistry>
{
    private const string Reason = "The holder left the institute.";

    private readonly RunningRegistry _registry = fixture.Running;

    [Fact]
    public async Task E2_an_item_of_a_suspended_holder_is_taken_over_by_order_and_the_report_shows_by_whose()
    {
        var opened = await OpenAsync(_registry);
        var (holder, item) = await HeldAsync(opened);
        await RefusedAsync(OrderAsync(_registry.As(Role.Registrar), item), HttpStatusCode.Conflict, "holder-can-act");
        await OkAsync(_registry.As(Role.Operator).PostAsJsonAsync($"/v1/people/{holder.Id}/suspension", new { reason = "Left." }));

        await OkAsync(OrderAsync(_registry.As(Role.Registrar), item));
        opened.Item(item).Holder.Should().Be(holder.Id);
        await OkAsync(AcceptAsync(opened.Custodian, item));

        opened.Item(item).Holder.Should().Be(_registry.CallerOf(Role.Custodian).Id);
        await OkAsync(opened.Custodian.PostAsJsonAsync($"/v1/evidence/{item}/custody", new { kind = "examined", note = "In the lab." }));
        var report = await opened.Custodian.GetFromJsonAsync<JsonElement>($"/v1/evidence/{item}/custody-report");
        report.GetProperty("proof").GetProperty("firstGap").ValueKind.Should().Be(JsonValueKind.Null);
        var links = report.GetProperty("custody").EnumerateArray().Select(l => l.GetProperty("what")).ToList();
        links.Select(l => l.GetProperty("kind").GetString()).Should().Equal("received", "sealed", "ordered", "transferred", "examined");
        links[2].GetProperty("by").GetString().Should().Be(_registry.CallerOf(Role.Registrar).Id.Value);
        links[3].GetProperty("from").GetString().Should().Be(holder.Id.Value);
        links[3].GetProperty("order").GetProperty("by").GetString().Should().Be(_registry.CallerOf(Role.Registrar).Id.Value);
        links[3].GetProperty("order").GetProperty("reason").GetString().Should().Be(Reason);
        (await opened.Custodian.GetStringAsync($"/v1/evidence/{item}/custody-report.html")).Should().Contain($"by order: {_registry.CallerOf(Role.Registrar).Id}").And.Contain(Reason);
    }

    [Fact]
    public async Task E2_a_holder_who_can_act_again_before_the_acceptance_keeps_the_item()
    {
        var opened = await OpenAsync(_registry);
        var (holder, item) = await HeldAsync(opened);
        await OkAsync(_registry.As(Role.Operator).PostAsJsonAsync($"/v1/people/{holder.Id}/suspension", new { reason = "A question." }));
        await OkAsync(OrderAsync(_registry.As(Role.IntegrityOfficer), item));
        await OkAsync(_registry.As(Role.Operator).PostAsJsonAsync($"/v1/people/{holder.Id}/reinstatement", new { reason = "Answered." }));

        await RefusedAsync(AcceptAsync(opened.Custodian, item), HttpStatusCode.Conflict, "holder-can-act");

        opened.Item(item).Holder.Should().Be(holder.Id);
    }

    [Fact]
    public async Task E2_a_recused_holder_and_one_without_their_role_cannot_act()
    {
        var opened = await OpenAsync(_registry);
        var (recused, first) = await HeldAsync(opened);
        var (former, second) = await HeldAsync(opened);
        await opened.HappenAsync(
            new CaseEvent.PanelDrawn(
                _registry.Core.Entropy.NewId<PanelId>(), _registry.Core.Entropy.NewId<PoolId>(), [], new string('b', 64), 1, [], [new CaseEvent.SeatDrawn(recused.Id, default)], [], default),
            new CaseEvent.MemberRecused(recused.Id, "A relative works for a party."));
        await SetRolesAsync(former.Id, "referrer");

        foreach (var item in new[] { first, second })
        {
            await OkAsync(OrderAsync(_registry.As(Role.Registrar), item));
            await OkAsync(AcceptAsync(opened.Custodian, item));
            CustodyChain.Check(opened.Item(item).Custody).Should().BeNull();
        }
    }

    [Fact]
    public async Task L4_whoever_orders_does_not_take_over_and_only_a_custodian_does()
    {
        var opened = await OpenAsync(_registry);
        var (holder, item) = await HeldAsync(opened);
        await SetRolesAsync(holder.Id, "referrer");

        await RefusedAsync(OrderAsync(_registry.As(Role.Registrar), item, _registry.CallerOf(Role.Registrar).Id), HttpStatusCode.Conflict, "second-person-required");
        await RefusedAsync(OrderAsync(opened.Custodian, item), HttpStatusCode.Forbidden, "role-required");
        await RefusedAsync(OrderAsync(_registry.As(Role.Registrar), item, _registry.CallerOf(Role.Analyst).Id), HttpStatusCode.Conflict, "custody-receiver");
        await RefusedAsync(OrderAsync(_registry.As(Role.Registrar), item, PersonId.Of("per_11111111111111111111111111111111")), HttpStatusCode.Conflict, "custody-receiver");
        await RefusedAsync(OrderAsync(_registry.As(Role.Referrer), item), HttpStatusCode.NotFound, "not-found");
        opened.Item(item).Custody.Should().HaveCount(2);
    }

    private async Task<(Caller Holder, EvidenceId Item)> HeldAsync(EvidenceCase opened)
    {
        var (holder, client) = await _registry.NewPersonAsync(Role.Analyst);
        var answer = await client.PostAsJsonAsync($"/v1/incidents/{opened.Incident}/evidence", Description());
        var item = EvidenceId.Of((await JsonAsync(answer)).GetProperty("id").GetString()!);
        await OkAsync(opened.PutAsync(item, "held"u8.ToArray(), client: client));
        return (holder, item);
    }

    private async Task SetRolesAsync(PersonId person, string role)
    {
        var request = new HttpRequestMessage(HttpMethod.Put, $"/v1/people/{person}/roles") { Content = JsonContent.Create(new { roles = new[] { role } }) };
        request.Headers.TryAddWithoutValidation("If-Match", (await _registry.As(Role.Operator).GetAsync($"/v1/people/{person}")).Headers.ETag!.ToString());
        await OkAsync(_registry.As(Role.Operator).SendAsync(request));
    }

    private Task<HttpResponseMessage> OrderAsync(HttpClient client, EvidenceId item, PersonId? to = null) =>
        client.PostAsJsonAsync($"/v1/evidence/{item}/custody/takeover", new { to = (to ?? _registry.CallerOf(Role.Custodian).Id).Value, reason = Reason });

    private static Task<HttpResponseMessage> AcceptAsync(HttpClient client, EvidenceId item) =>
        client.PostAsJsonAsync($"/v1/evidence/{item}/custody/offer/acceptance", new { accepted = true, note = "Found in the safe." });
}

using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using AttributionRegistry.Domain;
using AttributionRegistry.Server.Tests.Running;
using static AttributionRegistry.Server.Tests.Evidence.EvidenceCase;

namespace AttributionRegistry.Server.Tests.Evidence;

/// <summary>Several items at once.</summary>
public sealed class BulkTests(EvidenceRegistry fixture) : IClassFixture<EvidenceRegistry>
{
    private readonly RunningRegistry _registry = fixture.Running;

    [Fact]
    public async Task Items_are_decided_one_by_one_and_those_taken_go_in_together_with_one_receipt()
    {
        var opened = await OpenAsync(_registry);
        var size = opened.LogSize;

        var answer = await PostAsync(opened, new { dryRun = false, items = new[] { Description("One"), Description(" "), Description("Three") } });

        answer.StatusCode.Should().Be(HttpStatusCode.OK);
        var body = await JsonAsync(answer);
        Statuses(body).Should().Equal(201, 422, 201);
        body.GetProperty("results")[1].GetProperty("problem").GetProperty("code").GetString().Should().Be("description-missing");
        body.GetProperty("results")[1].GetProperty("id").ValueKind.Should().Be(JsonValueKind.Null);
        body.GetProperty("receipt").GetProperty("leafIndex").GetInt64().Should().Be(size);
        opened.LogSize.Should().Be(size + 2);
        opened.State.Evidence.Select(e => e.Described.Title).Should().Equal("One", "Three");
        opened.State.Evidence[1].Id.Value.Should().Be(body.GetProperty("results")[2].GetProperty("id").GetString());
        (await opened.Analyst.GetAsync($"/v1/evidence/{opened.State.Evidence[1].Id}")).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_dry_run_says_the_same_and_records_nothing()
    {
        var opened = await OpenAsync(_registry);
        var size = opened.LogSize;

        var body = await JsonAsync(await PostAsync(opened, new { dryRun = true, items = new[] { Description("One"), Description(" ") } }));

        Statuses(body).Should().Equal(201, 422);
        body.GetProperty("results")[0].GetProperty("id").ValueKind.Should().Be(JsonValueKind.Null);
        body.GetProperty("receipt").ValueKind.Should().Be(JsonValueKind.Null);
        opened.LogSize.Should().Be(size);
        opened.State.Evidence.Should().BeEmpty();
    }

    [Fact]
    public async Task When_all_are_refused_nothing_is_recorded()
    {
        var opened = await OpenAsync(_registry);
        var size = opened.LogSize;

        var body = await JsonAsync(await PostAsync(opened, new { dryRun = false, items = new[] { Description(" ") } }));

        Statuses(body).Should().Equal(422);
        body.GetProperty("receipt").ValueKind.Should().Be(JsonValueKind.Null);
        opened.LogSize.Should().Be(size);
    }

    [Fact]
    public async Task The_same_key_and_body_act_once_and_are_answered_alike()
    {
        var opened = await OpenAsync(_registry);
        var items = new { dryRun = false, items = new[] { Description("One"), Description(" ") } };

        var (first, second) = (await JsonAsync(await PostAsync(opened, items, "bulk-1")), await JsonAsync(await PostAsync(opened, items, "bulk-1")));

        second.GetProperty("results").GetRawText().Should().Be(first.GetProperty("results").GetRawText());
        second.GetProperty("receipt").GetProperty("leafIndex").GetInt64().Should().Be(first.GetProperty("receipt").GetProperty("leafIndex").GetInt64());
        opened.State.Evidence.Should().ContainSingle();
        await RefusedAsync(PostAsync(opened, new { dryRun = false, items = new[] { Description("Two") } }, "bulk-1"), HttpStatusCode.UnprocessableEntity, "idempotency-key-reused");
    }

    [Theory]
    [InlineData(0, HttpStatusCode.UnprocessableEntity)]
    [InlineData(100, HttpStatusCode.OK)]
    [InlineData(101, HttpStatusCode.UnprocessableEntity)]
    public async Task One_to_a_hundred_items_are_taken(int count, HttpStatusCode status)
    {
        var opened = await OpenAsync(_registry);

        var answer = await PostAsync(opened, new { dryRun = false, items = Enumerable.Range(0, count).Select(i => Description($"Item {i}")) });

        answer.StatusCode.Should().Be(status);
        opened.State.Evidence.Should().HaveCount(status == HttpStatusCode.OK ? count : 0);
    }

    [Fact]
    public async Task Outsiders_learn_nothing_and_insiders_without_the_role_are_refused_item_by_item()
    {
        var opened = await OpenAsync(_registry);
        var items = new { dryRun = true, items = new[] { Description() } };

        await RefusedAsync(_registry.As(Role.Referrer).PostAsJsonAsync($"/v1/incidents/{opened.Incident}/evidence/bulk", items), HttpStatusCode.NotFound, "not-found");
        Statuses(await JsonAsync(await _registry.As(Role.Auditor).PostAsJsonAsync($"/v1/incidents/{opened.Incident}/evidence/bulk", items))).Should().Equal(403);
    }

    private static Task<HttpResponseMessage> PostAsync(EvidenceCase opened, object body, string? key = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, $"/v1/incidents/{opened.Incident}/evidence/bulk") { Content = JsonContent.Create(body) };
        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        return opened.Analyst.SendAsync(request);
    }

    private static IEnumerable<int> Statuses(JsonElement body) => body.GetProperty("results").EnumerateArray().Select(r => r.GetProperty("status").GetInt32());
}

using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using AttributionRegistry.Domain;
using AttributionRegistry.Server.Tests.Evidence;
using AttributionRegistry.Server.Tests.Running;
using static AttributionRegistry.Server.Tests.Evidence.EvidenceCase;

namespace AttributionRegistry.Server.Tests.Actors;

public sealed class ActorTests(EvidenceRegistry fixture) : IClassFixture<EvidenceRegistry>
{
    private static readonly object Source = new { reference = "https://example.org/report", status = "read" };

    private readonly RunningRegistry _registry = fixture.Running;

    private HttpClient Analyst => _registry.As(Role.Analyst);

    [Fact]
    public async Task A_name_resolves_to_every_actor_that_somebody_calls_so_with_who_coined_it()
    {
        var (group, unit) = (await DescribeAsync("Grey Heron", "activityCluster"), await DescribeAsync("Unit 777", "organisation"));
        await AliasAsync(group, "HERON-7", "Vendor A", "exact");
        await AliasAsync(unit, "Heron 7", "Vendor B", "overlaps");

        var answer = await _registry.Stranger.GetFromJsonAsync<JsonElement>("/v1/actors/resolve?name=heron7");

        answer.GetProperty("query").GetString().Should().Be("heron7");
        answer.GetProperty("candidates").EnumerateArray()
            .Select(c => (c.GetProperty("actor").GetString(), c.GetProperty("matchedName").GetString(), c.GetProperty("coinedBy").GetString(), c.GetProperty("relation").GetString()))
            .Should().BeEquivalentTo(new[] { (group, "HERON-7", "Vendor A", "exact"), (unit, "Heron 7", "Vendor B", "overlaps") });
    }

    [Theory]
    [InlineData("nobody-is-called-so")]
    [InlineData("---")]
    public async Task An_unknown_name_has_no_candidates_and_that_is_no_error(string name)
    {
        var answer = await _registry.Stranger.GetAsync($"/v1/actors/resolve?name={name}");

        answer.StatusCode.Should().Be(HttpStatusCode.OK);
        (await JsonAsync(answer)).GetProperty("candidates").GetArrayLength().Should().Be(0);
    }

    [Fact]
    public async Task An_actors_own_name_resolves_too()
    {
        var actor = await DescribeAsync("Dusk Ptarmigan", "activityCluster");

        var candidate = (await _registry.Stranger.GetFromJsonAsync<JsonElement>("/v1/actors/resolve?name=DUSKPTARMIGAN")).GetProperty("candidates")[0];

        candidate.GetProperty("actor").GetString().Should().Be(actor);
        candidate.GetProperty("coinedBy").GetString().Should().BeEmpty();
    }

    [Fact]
    public async Task The_same_alias_by_the_same_source_is_refused_and_another_spelling_is_kept()
    {
        var actor = await DescribeAsync("Pale Stork", "activityCluster");
        await AliasAsync(actor, "STORK-1", "Vendor A", "exact");

        await RefusedAsync(PostAliasAsync(actor, "STORK-1", "Vendor A", "subset"), HttpStatusCode.Conflict, "alias-exists");
        await AliasAsync(actor, "Stork 1", "Vendor A", "exact");
        await AliasAsync(actor, "STORK-1", "Vendor B", "deprecated");

        var view = await JsonAsync(await _registry.Stranger.GetAsync($"/v1/actors/{actor}"));
        view.GetProperty("aliases").EnumerateArray().Select(a => a.GetProperty("name").GetString()).Should().Equal("STORK-1", "Stork 1", "STORK-1");
    }

    [Fact]
    public async Task A_nexus_carries_likelihood_confidence_and_source_and_ties_two_different_actors()
    {
        var (group, state) = (await DescribeAsync("Far Osprey", "activityCluster"), await DescribeAsync("Territory X", "territory", "XX"));

        await OkAsync(NexusAsync(group, state, "likely"));
        await RefusedAsync(NexusAsync(group, group, "likely"), HttpStatusCode.UnprocessableEntity, "nexus-to-itself");
        await RefusedAsync(NexusAsync(group, $"act_{new string('0', 32)}", "likely"), HttpStatusCode.UnprocessableEntity, "actor-unknown");
        await RefusedAsync(NexusAsync(group, state, "perhaps"), HttpStatusCode.UnprocessableEntity, "likelihood-unknown");

        (await JsonAsync(await _registry.Stranger.GetAsync($"/v1/actors/{group}"))).GetProperty("nexuses")[0].GetProperty("to").GetString().Should().Be(state);
    }

    [Fact]
    public async Task Only_analysts_and_registrars_write_and_everybody_reads()
    {
        var actor = await DescribeAsync("Lone Gull", "activityCluster");

        await RefusedAsync(
            _registry.As(Role.Custodian).PostAsJsonAsync("/v1/actors", new { kind = "person", name = "x" }), HttpStatusCode.Forbidden, "role-required");
        await RefusedAsync(_registry.Stranger.PostAsJsonAsync("/v1/actors", new { kind = "person", name = "x" }), HttpStatusCode.Unauthorized, "credentials-missing");
        var first = await _registry.Stranger.GetAsync($"/v1/actors/{actor}");
        var again = new HttpRequestMessage(HttpMethod.Get, $"/v1/actors/{actor}");
        again.Headers.IfNoneMatch.Add(first.Headers.ETag!);
        (await _registry.Stranger.SendAsync(again)).StatusCode.Should().Be(HttpStatusCode.NotModified);
        await RefusedAsync(_registry.Stranger.GetAsync($"/v1/actors/act_{new string('0', 32)}"), HttpStatusCode.NotFound, "not-found");
    }

    [Fact]
    public async Task Actors_written_at_the_same_time_lose_nothing()
    {
        var actor = await DescribeAsync("Busy Tern", "activityCluster");

        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(i => PostAliasAsync(actor, $"TERN-{i}", "Vendor", "exact")));

        answers.Should().OnlyContain(a => a.StatusCode == HttpStatusCode.Created);
        (await JsonAsync(await _registry.Stranger.GetAsync($"/v1/actors/{actor}"))).GetProperty("aliases").GetArrayLength().Should().Be(5);
    }

    [Fact]
    public async Task The_list_pages_by_name_and_shows_each_actor_once()
    {
        for (var i = 0; i < 5; i++)
        {
            await DescribeAsync("Same Name", "person");
        }

        var seen = new List<string>();
        var path = "/v1/actors?limit=2";
        for (string? next; ; path = $"/v1/actors?limit=2&after={next}")
        {
            var page = await _registry.Stranger.GetFromJsonAsync<JsonElement>(path);
            seen.AddRange(page.GetProperty("items").EnumerateArray().Where(a => a.GetProperty("name").GetString() == "Same Name").Select(a => a.GetProperty("id").GetString()!));
            next = page.GetProperty("next").GetString();
            if (next is null)
            {
                break;
            }
        }

        seen.Should().HaveCount(5).And.OnlyHaveUniqueItems();
    }

    private async Task<string> DescribeAsync(string name, string kind, string? state = null)
    {
        var answer = await Analyst.PostAsJsonAsync("/v1/actors", new { kind, name, state });
        answer.StatusCode.Should().Be(HttpStatusCode.Created, await answer.Content.ReadAsStringAsync());
        return (await JsonAsync(answer)).GetProperty("id").GetString()!;
    }

    private Task AliasAsync(string actor, string name, string coinedBy, string relation) => OkAsync(PostAliasAsync(actor, name, coinedBy, relation));

    private Task<HttpResponseMessage> PostAliasAsync(string actor, string name, string coinedBy, string relation) =>
        Analyst.PostAsJsonAsync($"/v1/actors/{actor}/aliases", new { name, coinedBy, relation, source = Source });

    private Task<HttpResponseMessage> NexusAsync(string actor, string to, string likelihood) =>
        Analyst.PostAsJsonAsync($"/v1/actors/{actor}/nexuses", new { to, likelihood, confidence = "moderate", assertedBy = "Vendor A", source = Source });
}

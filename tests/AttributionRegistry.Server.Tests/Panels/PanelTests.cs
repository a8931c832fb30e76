using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using AttributionRegistry.Cli.Ballots;
using AttributionRegistry.Cli.Draws;
using AttributionRegistry.Domain;
using static AttributionRegistry.Server.Tests.Panels.PanelCase;

namespace AttributionRegistry.Server.Tests.Panels;

/// <summary>Pools, draws and seats over HTTP.</summary>
public sealed class PanelTests
{
    [Fact]
    public async Task V_05_a_pool_of_strangers_or_with_one_source_or_from_an_analyst_is_not_frozen()
    {
        await using var panels = await StartAsync();
        var registrar = panels.Registry.As(Role.Registrar);
        await RefusedAsync(await panels.FreezeAsync(registrar, panels.People.Values, "beacon 1"), 422, "sources-too-few", "/sources");
        await RefusedAsync(await panels.FreezeAsync(panels.Registry.As(Role.Analyst), panels.People.Values, "a", "b"), 403, "role-required");
        var nobody = panels.People.Values.First() with { Id = panels.Registry.Core.Entropy.NewId<PersonId>() };
        await RefusedAsync(await panels.FreezeAsync(registrar, [panels.People.Values.First(), nobody], "a", "b"), 422, "candidate-unknown", "/candidates/1/id");
        await RefusedAsync(await panels.FreezeAsync(panels.People.Values.First().Client, [nobody], "a", "b"), 404, "not-found");
    }

    [Fact]
    public async Task V_08_a_pool_too_small_seats_nobody()
    {
        await using var panels = await StartAsync();
        var frozen = await panels.FreezeAsync(panels.Registry.As(Role.Registrar), panels.People.Values.Take(12), "beacon 1", "lottery 1");
        panels.Registry.Clock.Advance(TimeSpan.FromHours(1));
        var refused = await panels.PostDrawAsync((string)(await Json(frozen))["id"]!, "x", "y");
        await RefusedAsync(refused, 409, "draw-infeasible");
        panels.State.Panel.Should().BeNull();
    }

    [Fact]
    public async Task V_05_V_06_a_draw_takes_what_the_announced_sources_said_after_the_freeze_and_a_fallback_only_in_its_turn()
    {
        await using var panels = await StartAsync();
        var registrar = panels.Registry.As(Role.Registrar);
        JsonObject Source(string name, TimeSpan due, params JsonNode[] fallbacks) =>
            new() { ["name"] = name, ["dueBy"] = panels.Registry.Now + due, ["fallbacks"] = new JsonArray(fallbacks) };
        JsonObject Body(params JsonNode[] sources)
        {
            var body = panels.PoolOf(panels.People.Values);
            body["sources"] = new JsonArray(sources);
            return body;
        }

        var (day, lottery) = (TimeSpan.FromDays(1), Source("lottery 1", TimeSpan.FromDays(1)));
        await RefusedAsync(await registrar.PostAsJsonAsync("/v1/pools", Body(Source("beacon 1", TimeSpan.Zero), lottery.DeepClone())), 422, "source-due", "/sources/0/dueBy");
        var spare = new JsonObject { ["name"] = "lottery 1", ["dueBy"] = panels.Registry.Now + (2 * day) };
        await RefusedAsync(await registrar.PostAsJsonAsync("/v1/pools", Body(Source("beacon 1", day, spare.DeepClone()), lottery.DeepClone())), 422, "source-name", "/sources/1/name");
        spare["name"] = "beacon 2";
        var frozen = await registrar.PostAsJsonAsync("/v1/pools", Body(Source("beacon 1", day, spare), lottery));
        frozen.StatusCode.Should().Be(HttpStatusCode.Created, await frozen.Content.ReadAsStringAsync());
        var (pool, frozenAt) = ((string)(await Json(frozen))["id"]!, panels.Registry.Now);
        JsonObject Said(string name, DateTimeOffset at) => new() { ["name"] = name, ["value"] = $"{name} says", ["publishedAt"] = at };
        Task<HttpResponseMessage> DrawAsync(params JsonNode[] published) =>
            registrar.PostAsJsonAsync($"/v1/incidents/{panels.Incident}/panel", new JsonObject { ["pool"] = pool, ["published"] = new JsonArray(published) });

        panels.Registry.Clock.Advance(TimeSpan.FromHours(2));
        var soon = frozenAt.AddHours(1);
        await RefusedAsync(await DrawAsync(Said("beacon 1", frozenAt), Said("lottery 1", soon)), 409, "pool-not-older-than-source");
        await RefusedAsync(await DrawAsync(Said("beacon 1", frozenAt.AddHours(3)), Said("lottery 1", soon)), 422, "source-in-future", "/published/0/publishedAt");
        await RefusedAsync(await DrawAsync(Said("the registrar's dice", soon), Said("lottery 1", soon)), 422, "source-unknown", "/published/0/name");
        await RefusedAsync(await DrawAsync(Said("beacon 2", soon), Said("lottery 1", soon)), 409, "seed-source-not-due");
        await RefusedAsync(await DrawAsync(Said("lottery 1", soon)), 409, "seed-source-missing");
        panels.Registry.Clock.Advance(TimeSpan.FromDays(1));
        var drawn = await DrawAsync(Said("beacon 2", panels.Registry.Now), Said("lottery 1", soon));
        if (drawn.StatusCode == HttpStatusCode.Conflict)
        {
            await RefusedAsync(drawn, 409, "draw-infeasible"); // One seed in many seats nobody from this pool (V-08).
            return;
        }

        var record = await registrar.GetStringAsync($"/v1/panels/{(string)(await Json(drawn))["id"]!}/draw");
        DrawCheck.Faults(record).Should().BeEmpty();
        DrawCheck.Faults(record.Replace("beacon 2 says", "beacon 2 says not", StringComparison.Ordinal)).Should().Contain(f => f.StartsWith("seed", StringComparison.Ordinal));
        var moved = JsonNode.Parse(record)!;
        moved["published"]![0]!["value"] = "another";
        DrawCheck.Faults(moved.ToJsonString()).Should().Contain(f => f.StartsWith("sources", StringComparison.Ordinal));
    }

    [Fact]
    public async Task V_09_anybody_with_the_inputs_repeats_the_draw_and_notices_a_change()
    {
        await using var panels = await StartAsync();
        await panels.DrawAsync();
        var json = await panels.Registry.As(Role.Auditor).GetStringAsync($"/v1/panels/{panels.Panel}/draw");
        DrawCheck.Faults(json).Should().BeEmpty();

        var altered = JsonNode.Parse(json)!;
        altered["seated"]![0] = altered["candidates"]![0]!["id"]!.DeepClone() is var first && (string?)first == (string?)altered["seated"]![0] ? altered["candidates"]![1]!["id"]!.DeepClone() : first;
        DrawCheck.Faults(altered.ToJsonString()).Should().ContainSingle().Which.Should().StartWith("seated");
        altered = JsonNode.Parse(json)!;
        altered["candidates"]![3]!["residence"] = "CH";
        DrawCheck.Faults(altered.ToJsonString()).Should().Contain(f => f.StartsWith("pool digest", StringComparison.Ordinal));

        var (output, error) = (new StringWriter(), new StringWriter());
        var file = Path.Combine(panels.Registry.DataFolder, "draw.json");
        await File.WriteAllTextAsync(file, json);
        (await Cli.Commands.RunAsync(["draw", "verify", file], output, error, count => new byte[count], TimeProvider.System, CancellationToken.None)).Should().Be(0);
        await File.WriteAllTextAsync(file, altered.ToJsonString());
        (await Cli.Commands.RunAsync(["draw", "verify", file], output, error, count => new byte[count], TimeProvider.System, CancellationToken.None)).Should().Be(1);
        (await Cli.Commands.RunAsync(["draw", "verify"], output, error, count => new byte[count], TimeProvider.System, CancellationToken.None)).Should().Be(2);
    }

    [Fact]
    public async Task V_70_a_ballot_key_must_be_vouched_for_by_its_members_own_key_and_belongs_to_one_seat()
    {
        await using var panels = await StartAsync();
        await panels.DrawAsync();
        var (a, b) = (panels.Sitting[0], panels.Sitting[1]);
        var signedByOther = a.Sealer.Declare(panels.Incident.Value, a.Id.Value, a.LongTermId.Value, b.LongTerm);
        await RefusedAsync(await panels.DeclareAsync(a, ballotKey: signedByOther), 422, "ballot-key-invalid", "/ballotKey");
        var keyOfOther = a.Sealer.Declare(panels.Incident.Value, a.Id.Value, b.LongTermId.Value, b.LongTerm);
        await RefusedAsync(await panels.DeclareAsync(a, ballotKey: keyOfOther), 422, "ballot-key-invalid", "/ballotKey");
        (await panels.DeclareAsync(a)).StatusCode.Should().Be(HttpStatusCode.Created);
        var shared = a.Sealer.Declare(panels.Incident.Value, b.Id.Value, b.LongTermId.Value, b.LongTerm);
        await RefusedAsync(await panels.DeclareAsync(b, ballotKey: shared), 422, "ballot-key-invalid", "/ballotKey/spki");

        var declarations = await panels.Registry.As(Role.Registrar).GetStringAsync($"/v1/panels/{panels.Panel}/declarations");
        declarations.Should().Contain(a.Id.Value).And.NotContain(a.Sealer.BallotKeyId);
    }

    [Fact]
    public async Task V_10_and_V_13_whoever_declines_or_named_an_actor_is_replaced_from_the_same_region_and_sees_the_case_no_more()
    {
        await using var panels = await StartAsync();
        await panels.DrawAsync();
        // Two regions: a region has one alternate, and a second seat of it goes to the next rank of anywhere.
        var first = panels.Sitting[0];
        foreach (var (member, named) in new[] { (first, false), (panels.Sitting.First(m => m.Region != first.Region), true) })
        {
            (await panels.DeclareAsync(member, accepts: named, namedAnActor: named)).StatusCode.Should().Be(HttpStatusCode.Created);
            var seats = panels.State.Panel!.Seats;
            seats.Should().ContainSingle(s => s.Replaces == member.Id).Which.Region.ToString().Should().Be(member.Region);
            panels.Sitting.Should().HaveCount(11).And.NotContain(member);
            (await member.Client.GetAsync($"/v1/panels/{panels.Panel}")).StatusCode.Should().Be(HttpStatusCode.NotFound);
        }

        var recusals = await Json(await panels.Registry.As(Role.IntegrityOfficer).GetAsync($"/v1/panels/{panels.Panel}/recusals"));
        recusals["recusals"]!.AsArray().Select(r => (string?)r!["ground"]).Should().BeEquivalentTo("declined", "prior-public-attribution");
    }

    [Fact]
    public async Task V_03_and_V_12_a_hypothesis_naming_a_new_state_takes_its_people_out_of_the_panel()
    {
        await using var panels = await StartAsync();
        await panels.DrawAsync();
        var affected = panels.Sitting[2];
        var proposed = await panels.Registry.As(Role.Analyst).PostAsJsonAsync($"/v1/incidents/{panels.Incident}/hypotheses", new JsonObject
        {
            ["statement"] = new JsonObject { ["value"] = "A state did it.", ["lang"] = "en" },
            ["kinds"] = new JsonArray("state"),
            ["level"] = "state",
            ["states"] = new JsonArray(affected.Nation),
        });
        proposed.StatusCode.Should().Be(HttpStatusCode.Created, await proposed.Content.ReadAsStringAsync());
        panels.State.Panel!.SeatOf(affected.Id)!.RemovedBecause.Should().Be("concerned-state");
        panels.Sitting.Should().NotContain(m => m.Nation == affected.Nation);
        DrawCheck.Faults(await panels.Registry.As(Role.Auditor).GetStringAsync($"/v1/panels/{panels.Panel}/draw")).Should().BeEmpty("the draw is told as it was");
    }

    [Fact]
    public async Task V_15_a_challenge_is_decided_by_the_others_and_stops_the_round()
    {
        await using var panels = await VotingAsync();
        var challenged = panels.Sitting[3];
        var filed = await panels.Sitting[1].Client.PostAsJsonAsync($"/v1/panels/{panels.Panel}/challenges", new JsonObject
        {
            ["member"] = challenged.Id.Value,
            ["ground"] = new JsonObject { ["value"] = "Owns shares.", ["lang"] = "en" },
        });
        filed.StatusCode.Should().Be(HttpStatusCode.Created, await filed.Content.ReadAsStringAsync());
        var challenge = $"/v1/panels/{panels.Panel}/challenges/{(string)(await Json(filed))["id"]!}";
        await RefusedAsync(await panels.OpenRoundAsync(panels.Sitting[0].Client), 409, "challenge-pending");
        await RefusedAsync(await challenged.Client.PostAsJsonAsync($"{challenge}/votes", new { vote = "no" }), 403, "own-cause");
        foreach (var other in panels.Sitting.Where(m => m != challenged))
        {
            (await other.Client.PostAsJsonAsync($"{challenge}/votes", new { vote = "yes" })).StatusCode.Should().Be(HttpStatusCode.OK);
        }

        var reasons = new { reasons = new { value = "The facts are not disputed.", lang = "en" } };
        (await panels.Registry.As(Role.IntegrityOfficer).PostAsJsonAsync($"{challenge}/decision", reasons)).StatusCode.Should().Be(HttpStatusCode.OK);
        panels.State.Panel!.SeatOf(challenged.Id)!.Removed.Should().BeTrue();
        var list = await Json(await panels.Registry.As(Role.Auditor).GetAsync($"/v1/panels/{panels.Panel}/challenges"));
        ((string?)list["challenges"]![0]!["outcome"], (int?)list["challenges"]![0]!["yes"]).Should().Be(("upheld", 10));
    }

    [Fact]
    public async Task A_panel_is_not_there_for_strangers_and_people_without_a_role_in_the_case()
    {
        await using var panels = await StartAsync();
        await panels.DrawAsync();
        var outsider = panels.People.Values.First(m => !panels.Sitting.Contains(m)).Client;
        foreach (var path in new[] { "", "/draw", "/declarations", "/recusals", "/challenges" })
        {
            (await outsider.GetAsync($"/v1/panels/{panels.Panel}{path}")).StatusCode.Should().Be(HttpStatusCode.NotFound);
            (await panels.Registry.Stranger.GetAsync($"/v1/panels/{panels.Panel}{path}")).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        }
    }
}

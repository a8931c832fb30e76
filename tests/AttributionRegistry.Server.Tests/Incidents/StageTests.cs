using System.Net;
using System.Net.Http.Json;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.Voting;
using AttributionRegistry.Server.Incidents;
using AttributionRegistry.Server.Tests.Running;

namespace AttributionRegistry.Server.Tests.Incidents;

public sealed class StageTests(OneRegistry one) : IClassFixture<OneRegistry>
{
    private readonly RunningRegistry _registry = one.Registry;

    private HttpClient Registrar => _registry.As(Role.Registrar);

    [Fact]
    public async Task A_referral_starts_a_case_that_its_referrer_does_not_see()
    {
        var referrer = _registry.As(Role.Referrer);
        var response = await referrer.PostAsync("/v1/incidents", new { facts = GivenCases.Facts(), anonymous = false, consent = "given" });
        response.StatusCode.Should().Be(HttpStatusCode.Created);
        var written = await response.JsonAsync();
        var path = response.Headers.Location!.ToString();
        path.Should().Be("/v1/incidents/" + written["id"]!.GetValue<string>());
        written["receipt"]!["inclusionProof"]!.AsArray().Should().NotBeEmpty();
        (await referrer.GetAsync(path)).StatusCode.Should().Be(HttpStatusCode.NotFound);

        var read = await Registrar.GetAsync(path);
        read.Headers.ETag!.Tag.Should().Be(written["etag"]!.GetValue<string>());
        var view = await read.JsonAsync();
        view["view"]!.GetValue<string>().Should().Be("working");
        view["stage"]!.GetValue<string>().Should().Be("referred");
        view["facts"]!["summary"]!.ToJsonString().Should().Be("""{"value":"Lights out.","lang":"en"}""");
    }

    [Fact]
    public async Task A_referral_is_refused_to_those_who_may_not_and_where_its_facts_are_unsound()
    {
        var auditor = await _registry.As(Role.Auditor).PostAsync("/v1/incidents", new { facts = GivenCases.Facts(), anonymous = false, consent = "given" });
        auditor.StatusCode.Should().Be(HttpStatusCode.Forbidden);
        var nameless = await _registry.As(Role.Referrer).PostAsync("/v1/incidents", new { facts = GivenCases.Facts(" "), anonymous = false, consent = "given" });
        nameless.StatusCode.Should().Be(HttpStatusCode.UnprocessableEntity);
        var problem = await nameless.JsonAsync();
        (problem["code"]!.GetValue<string>(), problem["errors"]![0]!["pointer"]!.GetValue<string>()).Should().Be(("name-missing", "/facts/name"));
    }

    [Fact]
    public async Task The_same_key_refers_once_and_answers_with_the_same_leaf()
    {
        var leaves = new List<string>();
        for (var i = 0; i < 2; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/incidents")
            {
                Content = JsonContent.Create(new { facts = GivenCases.Facts("Once only"), anonymous = false, consent = "given" }),
            };
            request.Headers.Add("Idempotency-Key", "\"refer-once\"");
            var response = await _registry.As(Role.Referrer).SendAsync(request);
            response.StatusCode.Should().Be(HttpStatusCode.Created);
            var written = await response.JsonAsync();
            leaves.Add($"{written["id"]} {written["receipt"]!["leafIndex"]} {response.Headers.Location}");
        }

        leaves[1].Should().Be(leaves[0]);
    }

    [Fact]
    public async Task The_same_key_moves_once_and_answers_with_the_same_leaf()
    {
        var id = await ScreenableAsync();
        var leaves = new List<string>();
        for (var i = 0; i < 2; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, id.Path("/transitions")) { Content = JsonContent.Create(new { to = "screening", reason = "Looks serious." }) };
            request.Headers.Add("Idempotency-Key", $"\"{id.Value}\"");
            var response = await Registrar.SendAsync(request);
            response.StatusCode.Should().Be(HttpStatusCode.OK);
            leaves.Add((await response.JsonAsync())["receipt"]!["leafIndex"]!.ToString());
        }

        leaves[1].Should().Be(leaves[0]);
    }

    [Fact]
    public async Task Facts_change_only_for_those_who_name_the_version_they_read()
    {
        var id = await _registry.IncidentAtAsync(Stage.Screening);
        await Refused(id, Registrar.PutAsJsonAsync(id.Path(), new { facts = GivenCases.Facts("New") }), 428, "precondition-required");
        await Refused(id, PutAsync("\"v1\""), 412, "precondition-failed");
        var tag = (await Registrar.GetAsync(id.Path())).Headers.ETag!.Tag;
        var changed = await PutAsync(tag);
        changed.StatusCode.Should().Be(HttpStatusCode.OK);
        _registry.State(id).Facts.Name.Should().Be("New");
        await Refused(id, PutAsync(tag), 412, "precondition-failed");

        Task<HttpResponseMessage> PutAsync(string ifMatch)
        {
            var request = new HttpRequestMessage(HttpMethod.Put, id.Path()) { Content = JsonContent.Create(new { facts = GivenCases.Facts("New") }) };
            request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
            return Registrar.SendAsync(request);
        }
    }

    [Fact]
    public async Task A_read_with_the_present_tag_is_not_modified()
    {
        var id = await _registry.IncidentAtAsync(Stage.Screening);
        using var request = new HttpRequestMessage(HttpMethod.Get, id.Path());
        request.Headers.TryAddWithoutValidation("If-None-Match", (await Registrar.GetAsync(id.Path())).Headers.ETag!.Tag);
        (await Registrar.SendAsync(request)).StatusCode.Should().Be(HttpStatusCode.NotModified);
    }

    [Fact]
    public async Task L1_steps_outside_the_table_are_refused_and_change_nothing()
    {
        var id = await _registry.IncidentAtAsync(Stage.Screening);
        foreach (var to in new[] { "published", "voting", "referred", "withdrawn" })
        {
            await Refused(id, Registrar.PostAsync(id.Path("/transitions"), new { to, reason = "Because." }), 409, "transition-not-allowed", "/to");
        }
    }

    [Fact]
    public async Task Screening_waits_for_the_standing_of_referrer_and_victim()
    {
        var id = await _registry.IncidentAtAsync(Stage.Referred);
        await Refused(id, MoveAsync(Registrar, id, new { to = "screening", reason = "Go." }), 409, "referrer-unverified");
        await Put(id, new { standing = "verified", consent = "refused" });
        await Refused(id, MoveAsync(Registrar, id, new { to = "screening", reason = "Go." }), 409, "consent-missing");
        await Put(id, new { standing = "verified", consent = "refused", withoutConsentBecause = "Others are hit as well." });
        await Refused(id, MoveAsync(Registrar, id, new { to = "screening", reason = " " }), 422, "reason-missing", "/reason");
        await Refused(id, MoveAsync(_registry.As(Role.Analyst), id, new { to = "screening", reason = "Go." }), 403, "role-required");
        (await MoveAsync(Registrar, id, new { to = "screening", reason = "Go." })).StatusCode.Should().Be(HttpStatusCode.OK);
        _registry.State(id).Stage.Should().Be(Stage.Screening);

        async Task Put(IncidentId incident, object body) =>
            (await Registrar.PutAsJsonAsync(incident.Path("/standing"), body)).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Declining_and_merging_name_their_ground()
    {
        var board = _registry.As(Role.SelectionBoard);
        var id = await _registry.IncidentAtAsync(Stage.Screening);
        var absent = _registry.Core.Entropy.NewId<IncidentId>().Value;
        await Refused(id, MoveAsync(board, id, new { to = "declined", reason = "No." }), 422, "decline-reason-missing", "/decline");
        await Refused(id, MoveAsync(board, id, new { to = "merged", reason = "Same." }), 422, "merge-target-missing", "/mergeInto");
        await Refused(id, MoveAsync(board, id, new { to = "merged", reason = "Same.", mergeInto = id.Value }), 422, "merge-into-itself", "/mergeInto");
        await Refused(id, MoveAsync(board, id, new { to = "merged", reason = "Same.", mergeInto = absent }), 422, "merge-target-unknown", "/mergeInto");
        await Refused(id, MoveAsync(board, id, new { to = "opened", reason = "Serious." }), 422, "opening-missing", "/opening");
        var other = await _registry.IncidentAtAsync(Stage.Screening);
        (await MoveAsync(board, id, new { to = "merged", reason = "Same.", mergeInto = other.Value })).StatusCode.Should().Be(HttpStatusCode.OK);
        _registry.State(id).MergedInto.Should().Be(other);
    }

    [Fact]
    public async Task A_suspension_stops_the_case_and_a_resumption_returns_it()
    {
        var id = await _registry.IncidentAtAsync(Stage.Opened);
        var officer = _registry.As(Role.IntegrityOfficer);
        await Refused(id, officer.PostAsync(id.Path("/resumption"), new { reason = "x" }), 409, "not-suspended");
        await Refused(id, officer.PostAsync(id.Path("/suspension"), new { reason = "" }), 422, "reason-missing", "/reason");
        await officer.PostedAsync(id.Path("/suspension"), new { reason = "A leak." }, HttpStatusCode.OK);
        await Refused(id, MoveAsync(Registrar, id, new { to = "collecting", reason = "Go.", callForEvidence = "Send." }), 409, "case-suspended");
        await officer.PostedAsync(id.Path("/resumption"), new { reason = "Closed." }, HttpStatusCode.OK);
        (await MoveAsync(Registrar, id, new { to = "collecting", reason = "Go.", callForEvidence = "Send." })).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_waiting_act_is_shown_and_can_be_dropped()
    {
        var id = await _registry.IncidentAtAsync(Stage.Adopted);
        await Refused(id, Registrar.PostAsync(id.Path("/pending/drop"), new { reason = "x" }), 409, "nothing-pending");
        await _registry.GivenAsync(id, _registry.CallerOf(Role.Registrar), new CaseEvent.ActProposed("publish", "fnd", Role.Registrar, "Ready."));
        (await Registrar.GetJsonAsync(id.Path()))["pending"]!["act"]!.GetValue<string>().Should().Be("publish");
        await Registrar.PostedAsync(id.Path("/pending/drop"), new { reason = "A typing error." }, HttpStatusCode.OK);
        _registry.State(id).Pending.Should().BeNull();
    }

    [Fact]
    public async Task The_history_pages_by_version_and_does_not_tell_who_voted_on_a_challenge()
    {
        var id = await ScreenableAsync();
        (await MoveAsync(Registrar, id, new { to = "screening", reason = "Looks serious." })).EnsureSuccessStatusCode();
        var (panel, member) = (_registry.Core.Entropy.NewId<PanelId>(), _registry.CallerOf(Role.ReviewPanelMember));
        var challenge = _registry.Core.Entropy.NewId<ChallengeId>();
        await _registry.GivenAsync(
            id, member,
            new CaseEvent.PanelDrawn(panel, _registry.Core.Entropy.NewId<PoolId>(), ["1", "2"], new string('0', 64), 1, [], [new CaseEvent.SeatDrawn(member.Id, Region.WEOG)], [], VoteMode.RollCall),
            new CaseEvent.Challenged(challenge, member.Id, new Text("Wrote about it.")),
            new CaseEvent.ChallengeVoted(challenge, MotionVote.Yes));

        var seen = new List<System.Text.Json.Nodes.JsonNode>();
        for (var path = id.Path("/history?limit=2"); ;)
        {
            var page = await Registrar.GetJsonAsync(path);
            seen.AddRange(page["items"]!.AsArray()!);
            if (page["next"] is not { } next)
            {
                break;
            }

            path = id.Path($"/history?limit=2&after={next}");
        }

        seen.Select(e => e["version"]!.GetValue<long>()).Should().Equal(Enumerable.Range(1, seen.Count).Select(i => (long)i));
        var moved = seen.Single(e => e["type"]!.GetValue<string>() == "case.moved");
        moved["step"]!.ToJsonString().Should().Be("""{"from":"referred","to":"screening","as":"registrar"}""");
        moved["by"]!.GetValue<string>().Should().Be(_registry.CallerOf(Role.Registrar).Id.Value);
        moved["reason"]!.GetValue<string>().Should().Be("Looks serious.");
        seen.Single(e => e["type"]!.GetValue<string>() == "panel.challenge-voted")["by"].Should().BeNull();
        seen.Single(e => e["type"]!.GetValue<string>() == "panel.challenge-voted").ToJsonString().Should().NotContain("yes");
    }

    private async Task<IncidentId> ScreenableAsync()
    {
        var id = await _registry.IncidentAtAsync(Stage.Referred);
        (await Registrar.PutAsJsonAsync(id.Path("/standing"), new { standing = "verified", consent = "given" })).EnsureSuccessStatusCode();
        return id;
    }

    private static Task<HttpResponseMessage> MoveAsync(HttpClient client, IncidentId id, object body) => client.PostAsync(id.Path("/transitions"), body);

    private Task Refused(IncidentId id, Task<HttpResponseMessage> request, int status, string code, string? pointer = null) =>
        _registry.RefusedAsync(id, request, status, code, pointer);
}

using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.Voting;
using AttributionRegistry.Server.Tests.Running;

namespace AttributionRegistry.Server.Tests.Incidents;

public sealed class VisibilityTests
{
    private static readonly object Text = new { value = "Words.", lang = "en" };

    public static TheoryData<string, object?> SubResources
    {
        get
        {
            const string Evidence = "evd_00000000000000000000000000000001", Hypothesis = "hyp_00000000000000000000000000000001";
            const string Person = "per_00000000000000000000000000000001";
            return new()
            {
                { "", null }, { "/history", null }, { "/claims", null }, { "/roles", null }, { "/parties", null }, { "/hypotheses", null },
                { "/matrix", null }, { "/assessments", null }, { "/reviews", null }, { "/services", null }, { "/replies", null },
                { "/transitions", new { to = "screening", reason = "x" } },
                { "/suspension", new { reason = "x" } }, { "/resumption", new { reason = "x" } }, { "/pending/drop", new { reason = "x" } },
                { "/claims", new { kind = "denial", by = "x", date = new { value = "2020", precision = "year" }, words = Text } },
                { "/claims/clm_00000000000000000000000000000001/withdrawal", new { date = new { value = "2020", precision = "year" }, words = "x" } },
                { "/roles", new { person = Person, role = "analyst" } }, { "/roles/removals", new { person = Person, role = "analyst", reason = "x" } },
                { "/parties", new { person = Person, @as = "victim", represents = "FR", lang = "fr" } }, { "/interests", new { } },
                { "/hypotheses", new { statement = Text, kinds = new[] { "state" }, level = "group" } },
                { "/matrix", new { ratings = new[] { new { hypothesis = Hypothesis, evidence = Evidence, rating = "C" } } } },
                { "/assumptions", new { statement = Text, breaksIf = Text } }, { "/gaps", new { gap = Text } }, { "/memo", new { body = Text } },
                { "/assessments", new { summary = Text } },
                { "/reviews", new { assessment = TypedId.From<AssessmentId>(Guid.Empty).Value, noConflict = true, conclusion = Text, points = new[] { Text } } },
                { $"/reviews/{TypedId.From<ReviewId>(Guid.Empty)}/points/1/answer", new { answer = Text } },
                { "/services", new { on = Person, documents = new[] { "notice" }, method = "post" } },
                { "/replies", new { body = Text, points = new[] { Text } } },
                { $"/replies/{TypedId.From<ReplyId>(Guid.Empty)}/points/1/answer", new { answer = Text } },
            };
        }
    }

    [Fact]
    public async Task Outsiders_cannot_tell_a_hidden_case_from_none_on_any_address()
    {
        await using var registry = await RunningRegistry.StartAsync();
        var hidden = await registry.IncidentAtAsync(Stage.Opened);
        var absent = registry.Core.Entropy.NewId<IncidentId>();
        var (party, partyClient) = await registry.NewPersonAsync(Role.NamedParty);
        await registry.GivenAsync(hidden, registry.CallerOf(Role.Registrar), new CaseEvent.PartyNamed(party.Id, Role.NamedParty, "XX", "en"));
        var version = registry.VersionOf(hidden);

        // A referrer, an operator, someone without any role, and a party on whom nothing has been served.
        foreach (var outsider in new[] { registry.As(Role.Referrer), registry.As(Role.Operator), (await registry.NewPersonAsync()).Client, partyClient })
        {
            foreach (var row in SubResources)
            {
                var (rest, body) = ((string)row[0], row[1]);
                var (one, other) = (await AskAsync(outsider, hidden), await AskAsync(outsider, absent));
                one.Status.Should().Be(HttpStatusCode.NotFound, $"{rest} answered {one.Body}");
                one.Should().Be(other, $"{rest} tells");

                async Task<(HttpStatusCode Status, string Body, string? ETag)> AskAsync(HttpClient client, IncidentId id)
                {
                    var response = body is null ? await client.GetAsync(id.Path(rest)) : await client.PostAsync(id.Path(rest), body);
                    return (response.StatusCode, (await response.Content.ReadAsStringAsync()).Replace(id.Value, "id"), response.Headers.ETag?.Tag);
                }
            }

            foreach (var (rest, body) in new (string, object)[] { ("", new { facts = GivenCases.Facts() }), ("/standing", new { standing = "verified", consent = "given" }) })
            {
                (await outsider.PutAsJsonAsync(hidden.Path(rest), body)).StatusCode.Should().Be(HttpStatusCode.NotFound);
            }
        }

        registry.VersionOf(hidden).Should().Be(version);
    }

    [Fact]
    public async Task Strangers_see_facts_and_claims_of_what_is_published_and_nothing_of_the_work()
    {
        await using var registry = await RunningRegistry.StartAsync();
        var published = await registry.PublishedAsync("AR-2026-0001");
        await registry.As(Role.Registrar).PostedAsync(
            published.Path("/claims"), new { kind = "denial", by = "Ministry", date = new { value = "2020", precision = "year" }, words = Text });
        var hidden = await registry.IncidentAtAsync(Stage.Opened);

        var view = (await registry.Stranger.GetJsonAsync(published.Path())).AsObject();
        view.Select(m => m.Key).Should().BeEquivalentTo("view", "id", "stage", "facts", "finding");
        view["finding"]!.GetValue<string>().Should().Be("AR-2026-0001");
        var claims = await registry.Stranger.GetJsonAsync(published.Path("/claims"));
        claims["items"]!.AsArray().Should().ContainSingle();
        claims.ToJsonString().Should().NotContain("per_");
        (await registry.Stranger.GetAsync(hidden.Path())).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await registry.Stranger.GetAsync(hidden.Path("/claims"))).StatusCode.Should().Be(HttpStatusCode.NotFound);
        foreach (var rest in new[] { "/matrix", "/history", "/roles", "/hypotheses", "/services", "/replies" })
        {
            (await registry.Stranger.GetAsync(published.Path(rest))).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
            (await registry.As(Role.Referrer).GetAsync(published.Path(rest))).StatusCode.Should().Be(HttpStatusCode.NotFound);
        }

        (await Ids(registry.Stranger, "/v1/incidents")).Should().Equal(published.Value);
    }

    [Fact]
    public async Task Lists_hold_what_each_may_know_and_pages_do_not_tell_of_the_rest()
    {
        await using var registry = await RunningRegistry.StartAsync();
        var (member, memberClient) = await registry.NewPersonAsync(Role.Analyst);
        var (lead, leadClient) = await registry.NewPersonAsync();
        var all = new List<IncidentId>();
        for (var i = 0; i < 9; i++)
        {
            // All at one instant: the order among them is by id, and stays.
            all.Add(await registry.IncidentAtAsync(i % 2 == 0 ? Stage.Opened : Stage.Collecting, $"Case {i}"));
        }

        foreach (var id in all.Take(4))
        {
            await registry.GivenAsync(id, registry.CallerOf(Role.Registrar), Drawn(registry, member.Id), new CaseEvent.MemberRecused(member.Id, "conflict"));
        }

        await registry.GivenAsync(all[5], registry.CallerOf(Role.Registrar), new CaseEvent.Assigned(lead.Id, Role.LeadAssessor));

        var everything = await Ids(registry.As(Role.Registrar), "/v1/incidents?limit=2");
        everything.Should().BeEquivalentTo(all.Select(i => i.Value)).And.OnlyHaveUniqueItems();
        everything.Should().Equal((await Ids(registry.As(Role.Registrar), "/v1/incidents")).ToArray());
        (await Ids(memberClient, "/v1/incidents?limit=2")).Should().BeEquivalentTo(all.Skip(4).Select(i => i.Value));
        var page = await memberClient.GetJsonAsync("/v1/incidents?limit=5");
        (page["items"]!.AsArray().Count, page["next"]).Should().Be((5, null), "five are left for the recused analyst, and nothing says that there are more");
        (await memberClient.GetAsync(all[0].Path())).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await Ids(leadClient, "/v1/incidents")).Should().Equal(all[5].Value);
        (await Ids(registry.As(Role.Operator), "/v1/incidents")).Should().BeEmpty();
        (await Ids(registry.As(Role.Registrar), "/v1/incidents?stage=collecting&limit=3")).Should().BeEquivalentTo(new[] { 1, 3, 5, 7 }.Select(i => all[i].Value));
        (await registry.As(Role.Registrar).GetAsync("/v1/incidents?stage=2")).StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await registry.As(Role.Registrar).GetAsync("/v1/incidents?after=WzFd")).StatusCode.Should().Be(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task What_changes_while_one_pages_is_never_shown_twice()
    {
        await using var registry = await RunningRegistry.StartAsync();
        var all = new List<IncidentId>();
        for (var i = 0; i < 6; i++)
        {
            registry.Clock.Advance(TimeSpan.FromSeconds(1));
            all.Add(await registry.IncidentAtAsync(Stage.Opened));
        }

        var first = await registry.As(Role.Registrar).GetJsonAsync("/v1/incidents?limit=3");
        registry.Clock.Advance(TimeSpan.FromSeconds(1));
        await registry.As(Role.Registrar).PostedAsync(all[5].Path("/suspension"), new { reason = "x" }, HttpStatusCode.OK);
        var rest = await Ids(registry.As(Role.Registrar), $"/v1/incidents?limit=3&after={first["next"]}");
        rest.Should().Equal(all[2].Value, all[1].Value, all[0].Value);
    }

    [Fact]
    public async Task A_party_sees_what_was_served_on_it_and_its_own_replies_only()
    {
        await using var registry = await RunningRegistry.StartAsync();
        var id = await registry.IncidentAtAsync(Stage.Replying);
        var (party, client) = await registry.NewPersonAsync(Role.NamedParty);
        var (victim, victimClient) = await registry.NewPersonAsync(Role.Victim);
        await registry.GivenAsync(
            id, registry.CallerOf(Role.Registrar),
            new CaseEvent.PartyNamed(party.Id, Role.NamedParty, "XX", "en"), new CaseEvent.PartyNamed(victim.Id, Role.Victim, "Grid Ltd", "fr"));
        (await client.GetAsync(id.Path())).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await Ids(client, "/v1/incidents")).Should().BeEmpty();

        var registrar = registry.As(Role.Registrar);
        foreach (var on in new[] { party, victim })
        {
            await registrar.PostedAsync(id.Path("/services"), new { on = on.Id.Value, documents = new[] { "notice" }, method = "courier", letter = Text });
        }

        await victimClient.PostedAsync(id.Path("/replies"), new { body = new { value = "We saw it first.", lang = "en" }, points = new[] { Text } });
        (await Ids(client, "/v1/incidents")).Should().Equal(id.Value);
        (await Ids(client, "/v1/incidents?stage=replying")).Should().BeEmpty("the filter would tell the stage");
        var line = (await client.GetJsonAsync("/v1/incidents"))["items"]![0]!;
        (line["name"], line["stage"], line["changedAt"]).Should().Be((null, null, null));

        var view = (await client.GetJsonAsync(id.Path())).AsObject();
        view.Select(m => m.Key).Should().BeEquivalentTo("view", "id", "as", "represents", "lang", "services", "replies");
        view["services"]!.AsArray().Should().ContainSingle();
        view.ToJsonString().Should().NotContain(victim.Id.Value).And.NotContain("saw it first");
        (await client.GetJsonAsync(id.Path("/services")))["items"]!.AsArray().Should().ContainSingle();
        (await client.GetJsonAsync(id.Path("/replies")))["items"]!.AsArray().Should().BeEmpty();
        (await victimClient.GetJsonAsync(id.Path("/replies")))["items"]!.AsArray().Should().ContainSingle();
        (await registrar.GetJsonAsync(id.Path("/services")))["items"]!.AsArray().Should().HaveCount(2);
        foreach (var rest in new[] { "/claims", "/history", "/roles", "/parties", "/hypotheses", "/matrix", "/assessments", "/reviews" })
        {
            (await client.GetAsync(id.Path(rest))).StatusCode.Should().Be(HttpStatusCode.NotFound, rest);
        }
    }

    [Fact]
    public async Task The_tag_of_what_a_party_sees_does_not_tell_of_work_that_it_does_not_see()
    {
        await using var registry = await RunningRegistry.StartAsync();
        var id = await registry.IncidentAtAsync(Stage.Reviewing);
        var (party, client) = await registry.NewPersonAsync(Role.NamedParty);
        await registry.GivenAsync(id, registry.CallerOf(Role.Registrar), new CaseEvent.PartyNamed(party.Id, Role.NamedParty, "XX", "en"));
        await registry.As(Role.Registrar).PostedAsync(id.Path("/services"), new { on = party.Id.Value, documents = new[] { "notice" }, method = "courier" });
        var before = (await client.GetAsync(id.Path())).Headers.ETag!.Tag;
        await registry.As(Role.Analyst).PostedAsync(
            id.Path("/claims"), new { kind = "denial", by = "x", date = new { value = "2020", precision = "year" }, words = Text });
        (await client.GetAsync(id.Path())).Headers.ETag!.Tag.Should().Be(before);
    }

    private static CaseEvent.PanelDrawn Drawn(RunningRegistry registry, PersonId member) => new(
        registry.Core.Entropy.NewId<PanelId>(), registry.Core.Entropy.NewId<PoolId>(), ["1", "2"], new string('0', 64), 1, [],
        [new CaseEvent.SeatDrawn(member, Region.WEOG)], [], VoteMode.RollCall);

    private static async Task<List<string>> Ids(HttpClient client, string path)
    {
        var ids = new List<string>();
        for (var next = path; ;)
        {
            var page = await client.GetJsonAsync(next);
            ids.AddRange(page["items"]!.AsArray().Select(i => i!["id"]!.GetValue<string>()));
            if (page["next"] is not { } cursor)
            {
                return ids;
            }

            next = path + (path.Contains('?') ? "&" : "?") + "after=" + cursor;
            if (path.Contains("after="))
            {
                throw new InvalidOperationException("The list goes on after its last page.");
            }
        }
    }
}

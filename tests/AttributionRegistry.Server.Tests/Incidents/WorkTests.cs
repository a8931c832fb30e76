using System.Net;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Server.Tests.Running;

namespace AttributionRegistry.Server.Tests.Incidents;

public sealed class WorkTests(OneRegistry one) : IClassFixture<OneRegistry>
{
    private static readonly object Words = new { value = "Words.", lang = "en" };
    private static readonly object Blank = new { value = " ", lang = "en" };
    private static readonly object Year = new { value = "2020", precision = "year" };

    private readonly RunningRegistry _registry = one.Registry;

    private HttpClient Registrar => _registry.As(Role.Registrar);

    private HttpClient Analyst => _registry.As(Role.Analyst);

    [Fact]
    public async Task Claims_are_recorded_listed_in_order_and_withdrawn_once()
    {
        var id = await _registry.IncidentAtAsync(Stage.Screening);
        await Refused(id, Analyst.PostAsync(id.Path("/claims"), new { kind = "attribution", by = "CERT", date = Year, words = Words }), 422, "claim-incomplete", "/attributedTo");
        await Refused(id, Analyst.PostAsync(id.Path("/claims"), new { kind = "denial", by = " ", date = Year, words = Words }), 422, "claim-incomplete", "/by");
        await Refused(id, Analyst.PostAsync(id.Path("/claims"), new { kind = "denial", by = "x", date = new { value = "2020-01", precision = "year" }, words = Words }), 422, "date-malformed", "/date/value");
        await Refused(id, _registry.As(Role.Auditor).PostAsync(id.Path("/claims"), new { kind = "denial", by = "x", date = Year, words = Words }), 403, "role-required");
        await Refused(id, Analyst.PostAsync(id.Path("/claims"), new { kind = "denial", by = "x", date = Year, words = Words, mood = "cross" }), 400, "unknown-member", "/mood");

        var claim = (await Analyst.PostedAsync(id.Path("/claims"), new { kind = "attribution", by = "CERT", date = Year, words = Words, attributedTo = "XX", levels = new[] { "sponsor" } }))["id"]!;
        await Analyst.PostedAsync(id.Path("/claims"), new { kind = "denial", by = "XX", date = Year, words = Words });
        var first = await Analyst.GetJsonAsync(id.Path("/claims?limit=1"));
        first["items"]![0]!["id"]!.ToString().Should().Be(claim.ToString());
        var second = await Analyst.GetJsonAsync(id.Path($"/claims?limit=1&after={first["next"]}"));
        (second["items"]![0]!["content"]!["kind"]!.GetValue<string>(), second["next"]).Should().Be(("denial", null));

        await Analyst.PostedAsync(id.Path($"/claims/{claim}/withdrawal"), new { date = Year, words = "We were wrong." }, HttpStatusCode.OK);
        await Refused(id, Analyst.PostAsync(id.Path($"/claims/{claim}/withdrawal"), new { date = Year, words = "Again." }), 409, "claim-withdrawn");
        await Refused(id, Analyst.PostAsync(id.Path("/claims/clm_00000000000000000000000000000001/withdrawal"), new { date = Year, words = "x" }), 404, "not-found");
    }

    [Fact]
    public async Task Roles_in_a_case_are_given_to_people_who_exist_and_whose_duties_can_be_separated()
    {
        var id = await _registry.IncidentAtAsync(Stage.Screening);
        var person = (await _registry.NewPersonAsync()).Caller.Id.Value;
        var nobody = _registry.Core.Entropy.NewId<PersonId>().Value;
        await Refused(id, Give(nobody, "leadAssessor"), 422, "person-unknown", "/person");
        await Refused(id, Give(person, "chair"), 422, "role-not-assignable", "/role");
        await Refused(id, Give(_registry.CallerOf(Role.Auditor).Id.Value, "leadAssessor"), 409, "duties-not-separable", "/person");
        await Refused(id, Analyst.PostAsync(id.Path("/roles"), new { person, role = "leadAssessor" }), 403, "role-required");

        (await Give(person, "leadAssessor")).StatusCode.Should().Be(HttpStatusCode.Created);
        await Refused(id, Give(person, "leadAssessor"), 409, "role-held", "/person");
        await Refused(id, Give(person, "devilsAdvocate"), 409, "duties-not-separable", "/person");
        var roles = await Analyst.GetJsonAsync(id.Path("/roles"));
        roles["items"]!.ToJsonString().Should().Be($$"""[{"person":"{{person}}","roles":["leadAssessor"]}]""");

        await Refused(id, Take(person, " "), 422, "reason-missing", "/reason");
        (await Take(person, "Ill.")).StatusCode.Should().Be(HttpStatusCode.OK);
        await Refused(id, Take(person, "Ill."), 404, "not-found");

        Task<HttpResponseMessage> Give(string to, string role) => Registrar.PostAsync(id.Path("/roles"), new { person = to, role });
        Task<HttpResponseMessage> Take(string from, string reason) => Registrar.PostAsync(id.Path("/roles/removals"), new { person = from, role = "leadAssessor", reason });
    }

    [Fact]
    public async Task Parties_are_people_who_hold_no_other_duty()
    {
        var id = await _registry.IncidentAtAsync(Stage.Screening);
        var person = (await _registry.NewPersonAsync(Role.NamedParty)).Caller.Id.Value;
        await Refused(id, Name(_registry.Core.Entropy.NewId<PersonId>().Value), 422, "person-unknown", "/person");
        await Refused(id, Name(person, "analyst"), 422, "role-not-assignable", "/as");
        await Refused(id, Name(person, represents: " "), 422, "party-unnamed", "/represents");
        await Refused(id, Name(_registry.CallerOf(Role.Analyst).Id.Value), 409, "duties-not-separable", "/person");
        (await Name(person)).StatusCode.Should().Be(HttpStatusCode.Created);
        await Refused(id, Name(person), 409, "party-named", "/person");
        (await Analyst.GetJsonAsync(id.Path("/parties")))["items"]![0]!["represents"]!.GetValue<string>().Should().Be("XX");
        (await Analyst.GetJsonAsync(id.Path("/roles")))["items"]!.AsArray().Should().BeEmpty();

        Task<HttpResponseMessage> Name(string who, string @as = "namedParty", string represents = "XX") =>
            Registrar.PostAsync(id.Path("/parties"), new { person = who, @as, represents, lang = "en" });
    }

    [Fact]
    public async Task Interests_are_declared_by_those_who_work_on_the_case()
    {
        var id = await _registry.IncidentAtAsync(Stage.Screening);
        await Refused(id, Registrar.PostAsync(id.Path("/interests"), new { }), 403, "role-required");
        await Analyst.PostedAsync(id.Path("/interests"), new { statement = Words });
        (await Registrar.GetJsonAsync(id.Path()))["interests"]![0]!["person"]!.GetValue<string>().Should().Be(_registry.CallerOf(Role.Analyst).Id.Value);
    }

    [Fact]
    public async Task Hypotheses_are_checked_and_listed()
    {
        var id = await _registry.IncidentAtAsync(Stage.Opened);
        await Refused(id, Propose(new { statement = Blank, kinds = new[] { "state" }, level = "state" }), 422, "statement-missing", "/statement/value");
        await Refused(id, Propose(new { statement = Words, kinds = Array.Empty<string>(), level = "state" }), 422, "kind-missing", "/kinds");
        await Refused(id, Propose(new { statement = Words, kinds = new[] { "state" }, level = "state", states = new[] { "FR", "fr" } }), 422, "state-code", "/states/1");
        await Refused(id, Propose(new { statement = Words, kinds = new[] { "state" }, level = "state", implies = "hyp_00000000000000000000000000000001" }), 422, "implied-unknown", "/implies");
        await Refused(id, Registrar.PostAsync(id.Path("/hypotheses"), new { statement = Words, kinds = new[] { "state" }, level = "state" }), 403, "role-required");
        (await Propose(new { statement = Words, kinds = new[] { "unknown" }, level = "group", residual = true })).StatusCode.Should().Be(HttpStatusCode.Created);
        await Refused(id, Propose(new { statement = Words, kinds = new[] { "unknown" }, level = "group", residual = true }), 409, "residual-exists", "/residual");
        (await Analyst.GetJsonAsync(id.Path("/hypotheses")))["items"]!.AsArray().Should().ContainSingle();

        Task<HttpResponseMessage> Propose(object body) => Analyst.PostAsync(id.Path("/hypotheses"), body);
    }

    [Fact]
    public async Task Groundwork_is_checked_and_shown_in_the_case()
    {
        var id = await _registry.IncidentAtAsync(Stage.Collecting);
        var (advocate, client) = await _registry.NewPersonAsync();
        await _registry.GivenAsync(id, _registry.CallerOf(Role.Registrar), new CaseEvent.Assigned(advocate.Id, Role.DevilsAdvocate));
        await Refused(id, Analyst.PostAsync(id.Path("/assumptions"), new { statement = Words, breaksIf = Blank }), 422, "assumption-incomplete", "/breaksIf");
        await Refused(id, Analyst.PostAsync(id.Path("/gaps"), new { gap = Blank }), 422, "gap-missing", "/gap/value");
        await Refused(id, client.PostAsync(id.Path("/memo"), new { body = Blank }), 422, "memo-missing", "/body/value");
        await Refused(id, Analyst.PostAsync(id.Path("/memo"), new { body = Words }), 403, "role-required");
        await Analyst.PostedAsync(id.Path("/assumptions"), new { statement = Words, breaksIf = Words });
        await Analyst.PostedAsync(id.Path("/gaps"), new { gap = Words });
        await client.PostedAsync(id.Path("/memo"), new { body = Words });
        var view = await Analyst.GetJsonAsync(id.Path());
        (view["assumptions"]!.AsArray().Count, view["gaps"]!.AsArray().Count, view["memo"]!["by"]!.GetValue<string>()).Should().Be((1, 1, advocate.Id.Value));
    }

    [Fact]
    public async Task Services_and_replies_are_checked_and_each_point_is_answered_once()
    {
        var id = await _registry.IncidentAtAsync(Stage.Replying);
        var (party, partyClient) = await _registry.NewPersonAsync(Role.NamedParty);
        var (lead, leadClient) = await _registry.NewPersonAsync();
        await _registry.GivenAsync(
            id, _registry.CallerOf(Role.Registrar),
            new CaseEvent.PartyNamed(party.Id, Role.NamedParty, "XX", "en"), new CaseEvent.Assigned(lead.Id, Role.LeadAssessor));
        await Refused(id, Serve(lead.Id.Value, "notice"), 422, "party-unknown", "/on");
        await Refused(id, Serve(party.Id.Value), 422, "service-empty", "/documents");
        await Refused(id, Serve(party.Id.Value, "draft"), 409, "assessment-not-frozen");
        await Refused(id, Serve(party.Id.Value, "advanceCopy"), 409, "draft-missing");
        (await Serve(party.Id.Value, "notice")).StatusCode.Should().Be(HttpStatusCode.Created);

        await Refused(id, partyClient.PostAsync(id.Path("/replies"), new { body = Blank, points = new[] { Words } }), 422, "reply-empty", "/body/value");
        await Refused(id, partyClient.PostAsync(id.Path("/replies"), new { body = Words, points = Array.Empty<object>() }), 422, "reply-points-missing", "/points");
        await Refused(id, Registrar.PostAsync(id.Path("/replies"), new { body = Words, points = new[] { Words } }), 403, "role-required");
        var reply = (await partyClient.PostedAsync(id.Path("/replies"), new { body = Words, points = new[] { Words, Words } }))["id"]!;
        await Refused(id, leadClient.PostAsync(id.Path($"/replies/{reply}/points/1/answer"), new { answer = Blank }), 422, "answer-missing", "/answer/value");
        await leadClient.PostedAsync(id.Path($"/replies/{reply}/points/1/answer"), new { answer = Words }, HttpStatusCode.OK);
        await Refused(id, leadClient.PostAsync(id.Path($"/replies/{reply}/points/1/answer"), new { answer = Words }), 409, "point-answered");
        await Refused(id, leadClient.PostAsync(id.Path($"/replies/{reply}/points/3/answer"), new { answer = Words }), 404, "not-found");
        await Refused(id, leadClient.PostAsync(id.Path($"/replies/{reply}/points/x/answer"), new { answer = Words }), 404, "not-found");
        var shown = (await partyClient.GetJsonAsync(id.Path("/replies")))["items"]![0]!;
        (shown["points"]![0]!["answer"]!["value"]!.GetValue<string>(), shown["points"]![1]!["answer"]).Should().Be(("Words.", null));

        Task<HttpResponseMessage> Serve(string on, params string[] documents) => Registrar.PostAsync(id.Path("/services"), new { on, documents, method = "courier" });
    }

    private Task Refused(IncidentId id, Task<HttpResponseMessage> request, int status, string code, string? pointer = null) =>
        _registry.RefusedAsync(id, request, status, code, pointer);
}

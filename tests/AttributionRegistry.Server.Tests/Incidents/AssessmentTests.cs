using System.Net;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Assessment;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.Scales;
using AttributionRegistry.Domain.Voting;
using AttributionRegistry.Log;
using AttributionRegistry.Server.Incidents;
using AttributionRegistry.Server.Tests.Running;
using Caller = AttributionRegistry.Domain.Caller;

namespace AttributionRegistry.Server.Tests.Incidents;

public sealed class AssessmentTests(OneRegistry one) : IClassFixture<OneRegistry>
{
    private static readonly object Words = new { value = "Words.", lang = "en" };

    private readonly RunningRegistry _registry = one.Registry;

    private HttpClient Analyst => _registry.As(Role.Analyst);

    [Fact]
    public async Task The_matrix_takes_ratings_of_graded_evidence_and_answers_evaluated()
    {
        var work = await WorkAsync();
        var (id, h, e) = (work.Id, work.Hypotheses, work.Evidence);
        await Refused(id, Rate(), 422, "ratings-missing", "/ratings");
        await Refused(id, Rate(("hyp_00000000000000000000000000000001", e[0].Value, "C")), 422, "hypothesis-unknown", "/ratings/0/hypothesis");
        await Refused(id, Rate((h[0].Value, e[0].Value, "C"), (h[0].Value, "evd_00000000000000000000000000000001", "C")), 422, "evidence-unknown", "/ratings/1/evidence");
        await Refused(id, Rate((h[0].Value, e[2].Value, "C")), 409, "evidence-ungraded", "/ratings/0/evidence");
        await Refused(id, Rate((h[0].Value, e[0].Value, "Z")), 400, "wrong-type", "/ratings/0/rating");

        (await Rate((h[0].Value, e[0].Value, "CC"), (h[1].Value, e[0].Value, "II"), (h[2].Value, e[0].Value, "I"))).StatusCode.Should().Be(HttpStatusCode.OK);
        var matrix = await Analyst.GetJsonAsync(id.Path("/matrix"));
        matrix["cells"]!.AsArray().Should().HaveCount(3);
        matrix["result"]!["ruleId"]!.GetValue<string>().Should().Be(Matrix.RuleId);
        matrix["result"]!["strictLeader"]!.GetValue<string>().Should().Be(h[0].Value);
        matrix["result"]!["missingCells"]!.AsArray().Should().HaveCount(6, "the ungraded item waits for its ratings too");
        (matrix["crosscheck"]!["holds"]!.GetValue<bool>(), matrix["crosscheck"]!["reason"]!.GetValue<string>()).Should().Be((false, "nothing-disclosed-counts"));

        Task<HttpResponseMessage> Rate(params (string Hypothesis, string Evidence, string Rating)[] ratings) =>
            Analyst.PostAsync(id.Path("/matrix"), new { ratings = ratings.Select(r => new { hypothesis = r.Hypothesis, evidence = r.Evidence, rating = r.Rating }) });
    }

    [Fact]
    public async Task A_frozen_assessment_has_the_digest_of_its_document_and_does_not_change_under_it()
    {
        var work = await RatedAsync();
        var (id, lead) = (work.Id, work.Lead);
        await Refused(id, lead.PostAsync(id.Path("/assessments"), new { summary = Words }), 409, "assumptions-missing");
        await Analyst.PostedAsync(id.Path("/assumptions"), new { statement = Words, breaksIf = Words });
        await Refused(id, Analyst.PostAsync(id.Path("/assessments"), new { summary = Words }), 403, "role-required");
        await Refused(id, lead.PostAsync(id.Path("/assessments"), new { summary = new { value = "", lang = "en" } }), 422, "summary-missing", "/summary/value");

        await lead.PostedAsync(id.Path("/assessments"), new { summary = Words });
        var frozen = (await lead.GetJsonAsync(id.Path("/assessments")))["items"]![0]!;
        var document = AssessmentDocument.Of(_registry.State(id), new Text("Words."));
        frozen["digest"]!.GetValue<string>().Should().Be(Convert.ToHexStringLower(SHA256.HashData(CanonicalJson.Serialize(document))));
        document["cells"]!.AsArray().Should().HaveCount(6);
        document["ranking"]![0]!["id"]!.GetValue<string>().Should().Be(work.Hypotheses[0].Value);
        document.ToJsonString().Should().NotContain("per_", "the document names no person");

        await Refused(id, lead.PostAsync(id.Path("/assessments"), new { summary = Words }), 409, "assessment-frozen");
        await Refused(id, Analyst.PostAsync(id.Path("/assumptions"), new { statement = Words, breaksIf = Words }), 409, "assessment-frozen");
        await Refused(id, Analyst.PostAsync(id.Path("/gaps"), new { gap = Words }), 409, "assessment-frozen");
        await Refused(id, Analyst.PostAsync(id.Path("/hypotheses"), new { statement = Words, kinds = new[] { "state" }, level = "state" }), 409, "assessment-frozen");
        await Refused(id, Analyst.PostAsync(id.Path("/matrix"), new { ratings = new[] { new { hypothesis = work.Hypotheses[0].Value, evidence = work.Evidence[0].Value, rating = "II" } } }), 409, "assessment-frozen");
    }

    [Fact]
    public async Task The_digest_depends_on_what_is_said_and_not_on_the_order_of_work()
    {
        var work = await RatedAsync();
        var state = _registry.State(work.Id);
        var digest = AssessmentDocument.Digest(state, new Text("Words."));
        AssessmentDocument.Digest(state with { Evidence = [.. state.Evidence.Reverse()], Hypotheses = [.. state.Hypotheses.Reverse()] }, new Text("Words.")).Should().Be(digest);
        AssessmentDocument.Digest(state, new Text("Other.")).Should().NotBe(digest);
        var cell = state.Cells.First();
        AssessmentDocument.Digest(state with { Cells = state.Cells.SetItem(cell.Key, cell.Value with { Rating = Rating.N }) }, new Text("Words.")).Should().NotBe(digest);
    }

    [Fact]
    public async Task Reviews_are_of_the_frozen_version_and_each_point_is_answered_once()
    {
        var work = await RatedAsync();
        var (id, lead) = (work.Id, work.Lead);
        var (reviewer, reviewerClient) = await _registry.NewPersonAsync();
        var assessment = _registry.Core.Entropy.NewId<AssessmentId>();
        await _registry.GivenAsync(
            id, _registry.CallerOf(Role.Registrar),
            new CaseEvent.Assigned(reviewer.Id, Role.ExternalReviewer),
            new CaseEvent.AssessmentFrozen(assessment, 1, new string('b', 64), new Text("Sum.")),
            new CaseEvent.Moved(Stage.Assessing, Stage.Reviewing, Role.Registrar, "given"));
        await Refused(id, Review(_registry.Core.Entropy.NewId<AssessmentId>()), 409, "assessment-not-current", "/assessment");
        await Refused(id, Review(assessment, noConflict: false), 409, "reviewer-conflicted", "/noConflict");
        await Refused(id, Review(assessment, conclusion: " "), 422, "conclusion-missing", "/conclusion/value");
        await Refused(id, Review(assessment, point: " "), 422, "review-point-empty", "/points");
        var response = await Review(assessment);
        response.StatusCode.Should().Be(HttpStatusCode.Created);
        await Refused(id, Review(assessment), 409, "reviewed-already");

        var answer = id.Path($"/reviews/{(await response.JsonAsync())["id"]}/points/1/answer");
        await Refused(id, reviewerClient.PostAsync(answer, new { answer = Words }), 403, "role-required");
        await Refused(id, lead.PostAsync(answer, new { answer = new { value = " ", lang = "en" } }), 422, "answer-missing", "/answer/value");
        await lead.PostedAsync(answer, new { answer = Words }, HttpStatusCode.OK);
        await Refused(id, lead.PostAsync(answer, new { answer = Words }), 409, "point-answered");
        var review = (await lead.GetJsonAsync(id.Path("/reviews")))["items"]![0]!;
        (review["by"]!.GetValue<string>(), review["points"]![0]!["answer"]!["value"]!.GetValue<string>()).Should().Be((reviewer.Id.Value, "Words."));

        Task<HttpResponseMessage> Review(AssessmentId of, bool noConflict = true, string conclusion = "Sound.", string point = "Why?") => reviewerClient.PostAsync(
            id.Path("/reviews"),
            new { assessment = of.Value, noConflict, conclusion = new { value = conclusion, lang = "en" }, points = new[] { new { value = point, lang = "en" } } });
    }

    [Fact]
    public async Task Deliberation_freezes_the_evidence_under_the_root_that_a_stranger_computes()
    {
        var work = await WorkAsync();
        var id = work.Id;
        var (chair, chairClient) = await _registry.NewPersonAsync();
        var assessment = _registry.Core.Entropy.NewId<AssessmentId>();
        await _registry.GivenAsync(
            id, chair,
            new CaseEvent.PanelDrawn(
                _registry.Core.Entropy.NewId<PanelId>(), _registry.Core.Entropy.NewId<PoolId>(), ["1", "2"], new string('0', 64), 1, [],
                [new CaseEvent.SeatDrawn(chair.Id, Region.WEOG)], [], VoteMode.RollCall),
            new CaseEvent.AssessmentFrozen(assessment, 1, new string('b', 64), new Text("Sum.")),
            new CaseEvent.Moved(Stage.Assessing, Stage.Reviewing, Role.Registrar, "given"));
        await Refused(id, chairClient.PostAsync(id.Path("/transitions"), new { to = "deliberating", reason = "Go." }), 409, "reviews-missing");
        foreach (var _ in Enumerable.Range(0, 2))
        {
            await _registry.GivenAsync(
                id, (await _registry.NewPersonAsync()).Caller,
                new CaseEvent.ReviewFiled(_registry.Core.Entropy.NewId<ReviewId>(), assessment, new Text("Sound."), []));
        }

        await chairClient.PostedAsync(id.Path("/transitions"), new { to = "deliberating", reason = "Go." }, HttpStatusCode.OK);

        // By the tree of the log, which shares no code with the class under test: the three accepted items, one held elsewhere.
        var tree = new MerkleTree();
        foreach (var item in work.Evidence.OrderBy(e => e.Value, StringComparer.Ordinal))
        {
            var payload = _registry.State(id).Find(item)!.Payload;
            var commitment = payload is null ? null : B64Url.Encode(Commitments.Compute(
                Commitments.EvidenceBytes, Convert.FromHexString(payload.Salt), Convert.FromHexString(payload.Sha256)));
            tree.Append(Rfc6962.LeafHash(CanonicalJson.Serialize(new JsonObject { ["c"] = commitment, ["id"] = item.Value })));
        }

        var stored = _registry.Core.Store.Events.ReadStream(CaseJournal.Stream(id))[^1];
        ((CaseEvent.Moved)CaseJournal.Definition.Read(stored).Event).EvidenceRoot.Should().Be(Convert.ToHexStringLower(tree.Root()));
    }

    [Fact]
    public void The_root_of_no_evidence_is_that_of_an_empty_tree() => EvidenceRoot.Of(new Case
    {
        Id = IncidentId.Of("inc_00000000000000000000000000000001"),
        Stage = Stage.Reviewing,
        Facts = new IncidentFacts { Name = "x", Summary = new Text("x") },
        ReferredBy = PersonId.Of("per_00000000000000000000000000000001"),
    }).Should().Be(Convert.ToHexStringLower(SHA256.HashData([])));

    private sealed record Work(IncidentId Id, HypothesisId[] Hypotheses, EvidenceId[] Evidence, HttpClient Lead);

    // At assessing: three hypotheses, two graded items (one of them held elsewhere), one accepted without a grade.
    private async Task<Work> WorkAsync()
    {
        var id = await _registry.IncidentAtAsync(Stage.Assessing);
        var (lead, leadClient) = await _registry.NewPersonAsync();
        var entropy = _registry.Core.Entropy;
        HypothesisId[] h = [entropy.NewId<HypothesisId>(), entropy.NewId<HypothesisId>(), entropy.NewId<HypothesisId>()];
        EvidenceId[] e = [entropy.NewId<EvidenceId>(), entropy.NewId<EvidenceId>(), entropy.NewId<EvidenceId>()];
        await _registry.GivenAsync(
            id, _registry.CallerOf(Role.Custodian),
            new CaseEvent.Assigned(lead.Id, Role.LeadAssessor),
            new CaseEvent.HypothesisProposed(h[0], GivenCases.Hypothesis("A state.", HypothesisKind.State)),
            new CaseEvent.HypothesisProposed(h[1], GivenCases.Hypothesis("Made to look so.", HypothesisKind.State, HypothesisKind.FalseFlag)),
            new CaseEvent.HypothesisProposed(h[2], GivenCases.Hypothesis("Criminals.", HypothesisKind.Criminal)),
            new CaseEvent.EvidenceSubmitted(e[0], GivenCases.Item()),
            new CaseEvent.PayloadSealed(e[0], new Payload(new string('c', 64), 10, "text/plain", new string('d', 64))),
            new CaseEvent.AdmissibilityJudged(e[0], true, "x"),
            new CaseEvent.Graded(e[0], SourceGrade.A, InformationGrade.One, "x"),
            new CaseEvent.EvidenceSubmitted(e[1], GivenCases.Item("Elsewhere", elsewhere: true)),
            new CaseEvent.AdmissibilityJudged(e[1], true, "x"),
            new CaseEvent.Graded(e[1], SourceGrade.B, InformationGrade.Two, "x"),
            new CaseEvent.EvidenceSubmitted(e[2], GivenCases.Item("Ungraded", elsewhere: true)),
            new CaseEvent.AdmissibilityJudged(e[2], true, "x"));
        return new Work(id, h, e, leadClient);
    }

    // The same with every cell rated; the ungraded item is out.
    private async Task<Work> RatedAsync()
    {
        var work = await WorkAsync();
        await _registry.GivenAsync(
            work.Id, _registry.CallerOf(Role.Custodian),
            new CaseEvent.AdmissibilityJudged(work.Evidence[2], false, "x"),
            new CaseEvent.CellsRated(
            [
                .. work.Evidence.Take(2).SelectMany(e => work.Hypotheses.Select((h, i) => new CellRating(h, e, i == 0 ? Rating.CC : Rating.II, "Because."))),
            ]));
        return work;
    }

    private Task Refused(IncidentId id, Task<HttpResponseMessage> request, int status, string code, string? pointer = null) =>
        _registry.RefusedAsync(id, request, status, code, pointer);
}

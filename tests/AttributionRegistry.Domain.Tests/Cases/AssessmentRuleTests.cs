using AttributionRegistry.Domain.Assessment;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.Scales;
using static AttributionRegistry.Domain.Tests.Cases.CaseBuilder;

namespace AttributionRegistry.Domain.Tests.Cases;

public sealed class AssessmentRuleTests
{
    private static CaseCommand.FreezeAssessment Freeze => new(AssessmentId.Of($"asm_{9:x32}"), new Text("So it was."), Sha256Hex.Of("a")) { By = X, At = T };

    [Theory]
    [InlineData("too-few-hypotheses", HypothesisKind.State, HypothesisKind.FalseFlag)]
    [InlineData("no-deception-hypothesis", HypothesisKind.State, HypothesisKind.Criminal, HypothesisKind.Unknown)]
    [InlineData("no-non-state-hypothesis", HypothesisKind.State, HypothesisKind.FalseFlag, HypothesisKind.StateSponsored)]
    public void A1_An_assessment_weighs_three_hypotheses_among_them_deception_and_no_state(string code, params HypothesisKind[] kinds)
    {
        var walk = At(Stage.Collecting).Item(Described());
        foreach (var kind in kinds)
        {
            walk.Propose(kind);
        }

        walk.Refused(Cast.Lead, MoveTo(Stage.Assessing), code);
    }

    [Fact]
    public void A1_There_is_no_assessment_without_the_contrary_memo()
    {
        var walk = At(Stage.Collecting).Propose(HypothesisKind.State).Propose(HypothesisKind.FalseFlag).Propose(HypothesisKind.Insider).Item(Described());
        walk.Refused(Cast.Lead, MoveTo(Stage.Assessing), "contrary-memo-missing");
        walk.Refused(Cast.Lead, new CaseCommand.FileContraryMemo(new Text("By the lead.")) { By = X, At = T }, "role-required");
    }

    [Fact]
    public void A2_Every_cell_is_rated_before_freezing()
    {
        var walk = At(Stage.Assessing);
        var all = from item in walk.State.Counting from h in walk.State.Hypotheses select new CellRating(h.Id, item.Id, Rating.N);
        walk.Do(Cast.Lead, new CaseCommand.RateCells([.. all.SkipLast(1)]) { By = X, At = T })
            .Do(Cast.Lead, Assumption())
            .Refused(Cast.Lead, Freeze, "matrix-incomplete")
            .Do(Cast.Lead, new CaseCommand.RateCells([.. all.TakeLast(1)]) { By = X, At = T })
            .Do(Cast.Lead, Freeze);
    }

    [Fact]
    public void A2_Nothing_is_frozen_when_all_evidence_has_been_rejected_since()
    {
        var walk = At(Stage.Assessing).Do(Cast.Lead, Assumption());
        foreach (var item in walk.State.Evidence)
        {
            walk.Do(Cast.Custodian, new CaseCommand.JudgeAdmissibility(item.Id, false, "Forged.") { By = X, At = T });
        }

        walk.Refused(Cast.Lead, Freeze, "evidence-missing");
    }

    [Fact]
    public void A2_What_is_frozen_rests_on_nothing_that_still_changes()
    {
        var walk = ReadyToLeave(Stage.Assessing);
        var item = walk.State.Evidence[0].Id;
        walk.Refused(Cast.Lead, new CaseCommand.RateCells([new CellRating(walk.State.Hypotheses[0].Id, item, Rating.II)]) { By = X, At = T }, "assessment-frozen")
            .Refused(Cast.Lead, new CaseCommand.ProposeHypothesis(walk.New<HypothesisId>(), Content(HypothesisKind.Insider)) { By = X, At = T }, "assessment-frozen")
            .Refused(Cast.Lead, new CaseCommand.Grade(item, SourceGrade.A, InformationGrade.One, "Better.") { By = X, At = T }, "assessment-frozen")
            .Refused(Cast.Custodian, new CaseCommand.JudgeAdmissibility(item, false, "No.") { By = X, At = T }, "assessment-frozen")
            .Refused(Cast.Lead, Assumption(), "assessment-frozen")
            .Refused(Cast.Lead, new CaseCommand.ListGap(new Text("Who?")) { By = X, At = T }, "assessment-frozen")
            .Refused(Cast.Devil, new CaseCommand.FileContraryMemo(new Text("But.")) { By = X, At = T }, "assessment-frozen");
        walk.Move(Cast.Registrar, Stage.Reviewing).Move(Cast.Lead, Stage.Assessing).Rated();
    }

    [Fact]
    public void A3_An_item_rated_alike_everywhere_is_no_key_evidence()
    {
        var walk = At(Stage.Assessing).Rated();
        var item = walk.State.Evidence[0].Id;
        walk.Do(Cast.Lead, new CaseCommand.RateCells([.. walk.State.Hypotheses.Select(h => new CellRating(h.Id, item, Rating.C))]) { By = X, At = T });
        Matrix.Evaluate(MatrixOf.Case(walk.State)).Items.Single(i => i.Id == item).MayBeKeyEvidence.Should().BeFalse();
    }

    [Fact]
    public void A4_The_hypothesis_with_the_least_against_it_leads() =>
        Matrix.Evaluate(MatrixOf.Case(At(Stage.Reviewing).State)).StrictLeader.Should().Be(At(Stage.Reviewing).State.Hypotheses[0].Id);

    [Fact]
    public void A5_With_one_item_that_tells_apart_this_item_is_the_linchpin()
    {
        var walk = At(Stage.Assessing).Rated();
        foreach (var item in walk.State.Evidence.Skip(1))
        {
            walk.Do(Cast.Lead, new CaseCommand.RateCells([.. walk.State.Hypotheses.Select(h => new CellRating(h.Id, item.Id, Rating.N))]) { By = X, At = T });
        }

        Matrix.Evaluate(MatrixOf.Case(walk.State)).Linchpins.SelectMany(l => l.Items).Should().Equal(walk.State.Evidence[0].Id);
    }

    [Fact]
    public void A6_An_easily_planted_item_may_not_be_all_that_the_lead_hangs_on()
    {
        var walk = At(Stage.Collecting);
        walk.Propose(HypothesisKind.State).Propose(HypothesisKind.FalseFlag).Propose(HypothesisKind.Insider)
            .Item(Described() with { Spoofability = Spoofability.High })
            .Do(Cast.Devil, new CaseCommand.FileContraryMemo(new Text("Planted.")) { By = X, At = T })
            .Move(Cast.Lead, Stage.Assessing).Rated().Do(Cast.Lead, Assumption())
            .Refused(Cast.Lead, Freeze, "only-linchpin-spoofable");
    }

    [Fact]
    public void A7_Assumptions_are_listed_each_with_what_would_break_it()
    {
        var walk = At(Stage.Assessing).Rated();
        walk.Refused(Cast.Lead, Freeze, "assumptions-missing")
            .Refused(Cast.Lead, new CaseCommand.ListAssumption(new Domain.Cases.KeyAssumption(new Text("The clock."), new Text(""))) { By = X, At = T }, "assumption-incomplete");
    }

    [Fact]
    public void A8_The_matrix_of_the_same_case_gives_the_same_result_whatever_the_order_of_its_items()
    {
        var state = At(Stage.Reviewing).State;
        var shuffled = state with { Evidence = state.Evidence.Reverse(), Hypotheses = state.Hypotheses.Reverse() };
        Matrix.Evaluate(MatrixOf.Case(shuffled)).Should().BeEquivalentTo(Matrix.Evaluate(MatrixOf.Case(state)), o => o.WithStrictOrdering());
    }

    [Fact]
    public void A_reviewer_from_outside_has_not_worked_on_what_is_reviewed()
    {
        var walk = ReadyToLeave(Stage.Collecting);
        walk.Refused(Cast.Registrar, new CaseCommand.Assign(Cast.OtherAnalyst.Id, Role.ExternalReviewer, new HashSet<Role>()) { By = X, At = T }, "duties-not-separable");
        var analyst = Cast.Person(10, Role.Analyst);
        walk.State.RolesOf(analyst).Should().Equal(Role.ExternalReviewer);
        walk.Refused(analyst, new CaseCommand.ListGap(new Text("Who?")) { By = X, At = T }, "role-required");
    }

    [Fact]
    public void Two_external_reviews_of_the_frozen_version_come_before_the_reply()
    {
        var walk = At(Stage.Reviewing).Review(Cast.Reviewer);
        walk.Refused(Cast.Registrar, MoveTo(Stage.Replying), "reviews-missing")
            .Refused(Cast.Reviewer, new CaseCommand.FileReview(walk.New<ReviewId>(), walk.State.CurrentAssessment!.Id, true, new Text("Again."), []) { By = X, At = T }, "reviewed-already")
            .Refused(Cast.OtherReviewer, new CaseCommand.FileReview(walk.New<ReviewId>(), walk.State.CurrentAssessment!.Id, false, new Text("Hm."), []) { By = X, At = T }, "reviewer-conflicted");
    }

    private static CaseCommand.ListAssumption Assumption() => new(new Domain.Cases.KeyAssumption(new Text("The clock."), new Text("Another clock."))) { By = X, At = T };
}

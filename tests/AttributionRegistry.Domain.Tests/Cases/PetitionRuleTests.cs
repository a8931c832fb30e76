using AttributionRegistry.Domain.Cases;
using static AttributionRegistry.Domain.Tests.Cases.CaseBuilder;

namespace AttributionRegistry.Domain.Tests.Cases;

public sealed class PetitionRuleTests
{
    [Fact]
    public void R1_Nobody_of_the_deciding_panel_decides_the_petition()
    {
        var walk = ReadyToLeave(Stage.Published);
        var answer = new CaseCommand.AnswerPetition(walk.State.Petitions[0].Id, true, new Text("Yes.")) { By = X, At = T };
        walk.Refused(new Caller(walk.Chair.Id, new HashSet<Role> { Role.ReviewPanelMember }), answer, "role-required");
        walk.Refused(new Caller(Cast.Lead.Id, new HashSet<Role> { Role.ReviewPanelMember }), answer, "role-required");

        var reopened = At(Stage.Reconsidering);
        var former = new Caller(reopened.Chair.Id, new HashSet<Role> { Role.ReviewPanelMember });
        reopened.Ruled(PetitionOutcome.Revised).State.RolesOf(former).Should().BeEmpty();
    }

    [Fact]
    public void R1_Whoever_graded_or_referred_does_not_decide_the_petition()
    {
        var state = At(Stage.Reconsidering).State;
        foreach (var worked in new[] { Cast.Analyst, Cast.OtherAnalyst, Cast.Reviewer, Cast.Referrer })
        {
            state.RolesOf(new Caller(worked.Id, new HashSet<Role> { Role.ReviewPanelMember })).Should().NotContain(Role.ReviewPanelMember);
        }
    }

    [Fact]
    public void R1_Nobody_answers_their_own_petition()
    {
        var walk = At(Stage.Published).Petition(Cast.Judge);
        walk.Refused(Cast.Judge, new CaseCommand.AnswerPetition(walk.State.Petitions[0].Id, true, new Text("Yes.")) { By = X, At = T }, "own-work");
    }

    [Fact]
    public void R2_An_inadmissible_petition_is_answered_with_reasons_and_kept()
    {
        var walk = ReadyToLeave(Stage.Published);
        var answer = new CaseCommand.AnswerPetition(walk.State.Petitions[0].Id, false, new Text("")) { By = X, At = T };
        walk.Refused(Cast.Judge, answer, "reasons-missing")
            .Do(Cast.Judge, answer with { Reasons = new Text("The log is the old one.") })
            .Refused(Cast.OtherJudge, answer with { Admissible = true, Reasons = new Text("It is new.") }, "petition-answered");
        walk.State.Stage.Should().Be(Stage.Published);
        walk.State.Petitions[0].Should().BeEquivalentTo(new { Standing = PetitionStanding.Inadmissible, Reasons = new Text("The log is the old one.") });
    }

    [Theory]
    [InlineData(PetitionOutcome.Upheld, Stage.Upheld, 1)]
    [InlineData(PetitionOutcome.Corrected, Stage.Corrected, 2)]
    [InlineData(PetitionOutcome.ConfidenceLowered, Stage.Revised, 2)]
    [InlineData(PetitionOutcome.Revised, Stage.Assessing, 1)]
    [InlineData(PetitionOutcome.Withdrawn, Stage.Withdrawn, 1)]
    public void R3_Each_outcome_leads_to_its_stage(PetitionOutcome outcome, Stage stage, int versions)
    {
        var state = At(Stage.Reconsidering).Ruled(outcome).State;
        state.Stage.Should().Be(stage);
        state.Versions.Should().HaveCount(versions);
        state.Petitions[0].Outcome.Should().Be(outcome);
    }

    [Fact]
    public void R3_An_admitted_petition_that_was_not_decided_brings_the_case_back()
    {
        var walk = At(Stage.Reconsidering).Petition(Cast.Stranger).Admit().Ruled(PetitionOutcome.Upheld);
        walk.Move(Cast.Judge, Stage.Reconsidering).Ruled(PetitionOutcome.Upheld);
        walk.State.Petitions.Should().OnlyContain(p => p.Standing == PetitionStanding.Decided);
        walk.Refused(Cast.Judge, MoveTo(Stage.Reconsidering), "petition-missing");
    }

    [Fact]
    public void R3_A_new_version_comes_with_its_digest() =>
        At(Stage.Reconsidering).Refused(Cast.Judge, At(Stage.Reconsidering).Ruling(PetitionOutcome.Corrected) with { Digest = null }, "digest-missing");

    [Fact]
    public void R4_Until_it_is_decided_the_finding_is_under_reconsideration()
    {
        var walk = At(Stage.Reconsidering);
        walk.State.StatusOf(walk.State.CurrentVersion!).Should().Be(FindingStatus.UnderReconsideration);
        walk.Ruled(PetitionOutcome.Revised).State.StatusOf(walk.State.CurrentVersion!).Should().Be(FindingStatus.UnderReconsideration);
    }

    [Fact]
    public void R5_Everyone_with_an_account_may_petition_once_a_finding_is_out_and_nobody_before()
    {
        var petition = new CaseCommand.FilePetition(PetitionId.Of($"ptn_{9:x32}"), PetitionGround.SpecificError, new Text("Page 4.")) { By = X, At = T };
        At(Stage.Adopted).Refused(Cast.Stranger, petition, "not-found");
        At(Stage.Published).Do(Cast.Stranger, petition).Refused(Cast.Stranger, petition with { Showing = new Text(" ") }, "showing-missing");
    }
}

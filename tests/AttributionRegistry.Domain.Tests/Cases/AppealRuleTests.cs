using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.Voting;
using static AttributionRegistry.Domain.Tests.Cases.CaseBuilder;
using static AttributionRegistry.Domain.Tests.Cases.ChamberRuleTests;

namespace AttributionRegistry.Domain.Tests.Cases;

public sealed class AppealRuleTests
{
    private static CaseBuilder Annulled(CaseBuilder walk)
    {
        Seated(walk.Do(Cast.Accused, Appeal(walk)));
        Members(walk)[..3].ForEach(m => walk.Do(m, Vote(walk.State.Appeals[^1].Id.Value)));
        return walk;
    }

    private static CaseCommand.VoteOnPetition Again(CaseBuilder walk, int eligible = 11, MotionVote vote = MotionVote.Yes) =>
        new(walk.State.Petitions[^1].Id, vote, eligible) { By = X, At = T };

    [Fact]
    public void V_61_Parties_the_victim_the_referrer_and_members_of_the_panel_appeal_and_nobody_else()
    {
        var walk = At(Stage.Published);
        foreach (var by in new[] { Cast.Accused, Cast.Victim, Cast.Referrer, walk.Member(4) })
        {
            walk.Do(by, Appeal(walk));
        }

        foreach (var by in new[] { Cast.Stranger, Cast.Registrar, Cast.Analyst, Cast.Judge })
        {
            walk.Refused(by, Appeal(walk), "appeal-standing");
        }

        walk.Refused(Cast.Accused, Appeal(walk) with { Showing = new Text("") }, "showing-missing");
        At(Stage.Voting).Refused(Cast.Accused, Appeal(walk), "wrong-stage");
    }

    [Fact]
    public void V_61_An_appeal_is_in_time_for_sixty_days_after_publication()
    {
        var walk = At(Stage.Published);
        walk.Wait(walk.State.CurrentVersion!.At.AddDays(60).AddTicks(-1) - walk.Now).Do(Cast.Accused, Appeal(walk));
        walk.Refused(Cast.Accused, Appeal(walk), "appeal-too-late");
    }

    [Fact]
    public void V_11_A_false_declaration_is_a_ground_without_time_limit()
    {
        var walk = At(Stage.Published).Wait(TimeSpan.FromDays(3000));
        walk.Refused(Cast.Accused, Appeal(walk, AppealGround.UndisclosedConflict), "appeal-too-late").Do(Cast.Accused, Appeal(walk, AppealGround.FalseDeclaration));
    }

    [Fact]
    public void V_11_A_seat_is_accepted_under_ones_own_signature_and_given_up_without_one()
    {
        var walk = At(Stage.Screening).Drawn();
        var (one, other) = (walk.Member(0), walk.Member(1));
        var declaration = walk.Declaration(one.Id);
        walk.Refused(one, declaration with { SignatureValid = false }, "declaration-unsigned").Do(one, declaration);
        walk.State.Panel!.SeatOf(one.Id)!.Declaration!.Signature.Should().Be("signature");
        walk.Refused(other, walk.Declaration(other.Id, accepts: false) with { SignatureValid = false }, "declaration-unsigned");
        walk.Do(other, walk.Declaration(other.Id, accepts: false) with { Signature = null, SigningKey = null, SignatureValid = false });
    }

    [Fact]
    public void V_61_An_annulled_version_says_so_for_ever_and_the_chamber_puts_nothing_in_its_place()
    {
        var walk = Annulled(At(Stage.Published));
        (walk.State.Versions.Count, walk.State.Stage).Should().Be((1, Stage.Published));
        walk.Refused(Cast.Registrar, Correction, "finding-annulled").Refused(Cast.Victim, Appeal(walk), "finding-annulled");
        walk.Petition(Cast.Accused).Admit();
        walk.State.StatusOf(walk.State.CurrentVersion!).Should().Be(FindingStatus.Annulled);
        walk.Refused(Cast.Judge, walk.Ruling(PetitionOutcome.Upheld), "finding-annulled").Refused(Cast.Judge, walk.Ruling(PetitionOutcome.Corrected), "finding-annulled");
        walk.Ruled(PetitionOutcome.Revised).State.StatusOf(walk.State.Versions[0]).Should().Be(FindingStatus.Annulled);
    }

    [Fact]
    public void L_7_A_version_superseded_before_the_decision_is_annulled_under_its_own_address_and_the_next_one_stands()
    {
        var walk = At(Stage.Published);
        Seated(walk.Do(Cast.Accused, Appeal(walk))).Do(Cast.Registrar, Correction).Do(walk.Chair, Correction);
        Members(walk)[..3].ForEach(m => walk.Do(m, Vote(walk.State.Appeals[0].Id.Value)));
        walk.State.Versions.Select(walk.State.StatusOf).Should().Equal(FindingStatus.Annulled, FindingStatus.Current);
    }

    [Fact]
    public void V_60_A_third_of_the_panel_that_decided_opens_the_case_again_and_does_not_decide_it()
    {
        var walk = At(Stage.Published).Petition(Cast.Accused);
        walk.Refused(Cast.Judge, Again(walk), "role-required").Refused(Cast.Accused, Again(walk), "role-required");
        for (var n = 0; n < 3; n++)
        {
            walk.Do(walk.Member(n), Again(walk));
        }

        walk.Do(walk.Member(5), Again(walk, vote: MotionVote.No)).Do(walk.Member(0), Again(walk));
        walk.State.Petitions[0].Standing.Should().Be(PetitionStanding.Filed, "three of eleven are too few, and a second vote is no other voter");
        walk.Do(walk.Member(3), Again(walk));
        (walk.State.Petitions[0].Standing, walk.State.Stage).Should().Be((PetitionStanding.Admitted, Stage.Reconsidering));
        walk.Refused(walk.Member(4), Again(walk), "petition-answered");
        walk.Refused(new Caller(walk.Member(3).Id, new HashSet<Role> { Role.ReviewPanelMember }), walk.Ruling(PetitionOutcome.Withdrawn), "role-required");
    }

    [Fact]
    public void V_60_A_member_does_not_vote_on_their_own_petition()
    {
        var walk = At(Stage.Published);
        walk.Petition(walk.Member(2)).Refused(walk.Member(2), Again(walk), "own-work");
    }

    [Fact]
    public void V_63_A_tally_that_does_not_reproduce_is_disputed_and_one_that_does_so_again_is_not()
    {
        var walk = At(Stage.Published);
        var (differs, holds) = (new CaseCommand.RecordRecount(["/tally/eligible"]) { By = X, At = T }, new CaseCommand.RecordRecount([]) { By = X, At = T });
        walk.Refused(Cast.Registrar, holds, "recount-unchanged").Do(Cast.Registrar, differs).Refused(Cast.Registrar, differs, "recount-unchanged");
        walk.State.StatusOf(walk.State.CurrentVersion!).Should().Be(FindingStatus.Disputed);
        walk.Do(Cast.Registrar, holds).State.StatusOf(walk.State.CurrentVersion!).Should().Be(FindingStatus.Current);
        At(Stage.Voting).Refused(Cast.Registrar, differs, "nothing-published");
    }

    [Fact]
    public void An_invited_specialist_informs_the_panel_says_what_the_conflict_is_and_is_never_drawn()
    {
        var walk = At(Stage.Collecting);
        var statement = new CaseCommand.FileStatement(walk.New<StatementId>(), new Text("The loader is old."), new Text("I sold it.")) { By = X, At = T };
        walk.Refused(Cast.Lead, statement, "role-required").Refused(Cast.Specialist, statement with { Conflict = new Text("") }, "conflict-missing")
            .Refused(Cast.Specialist, statement with { Body = new Text("") }, "statement-empty").Do(Cast.Specialist, statement);
        walk.State.Statements.Should().ContainSingle().Which.By.Should().Be(Cast.Specialist.Id);
        var pool = new Pool(walk.New<PoolId>(), [Cast.Candidates[0] with { Id = Cast.Specialist.Id.Value }], "", [], walk.Now);
        PanelDraw.Excluded(walk.State with { Pool = pool }, walk.Now).Should().ContainSingle();
        At(Stage.Voting).RoundOpen().Refused(Cast.Specialist, statement, "round-open");
    }
}

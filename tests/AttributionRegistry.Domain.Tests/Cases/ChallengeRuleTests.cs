using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.Voting;
using static AttributionRegistry.Domain.Tests.Cases.CaseBuilder;

namespace AttributionRegistry.Domain.Tests.Cases;

public sealed class ChallengeRuleTests
{
    private static ChallengeId C(int number) => ChallengeId.Of($"chg_{number:x32}");

    private static CaseCommand.ChallengeMember Challenge(Caller member, int number = 1) =>
        new(C(number), member.Id, new Text("Paid by Zetland."), RuleSet.Default) { By = X, At = T };

    private static CaseCommand.VoteOnChallenge Vote(MotionVote vote) => new(C(1), vote) { By = X, At = T };

    private static CaseCommand.DecideChallenge Decide(int number = 1) => new(C(number), new Text("As counted.")) { By = X, At = T };

    private static CaseBuilder Voted(int yes, int no)
    {
        var walk = At(Stage.Collecting);
        walk.Do(Cast.Officer, Challenge(walk.Member(10)));
        for (var i = 0; i < yes + no; i++)
        {
            walk.Do(walk.Member(i), Vote(i < yes ? MotionVote.Yes : MotionVote.No));
        }

        return walk;
    }

    [Fact]
    public void V_14_A_challenge_is_in_time_within_21_days_of_the_panels_publication()
    {
        var walk = At(Stage.Collecting);
        walk.Wait(walk.State.Panel!.DrawnAt.AddDays(21) - walk.Now).Refused(Cast.Officer, Challenge(walk.Member(3)), "challenge-too-late");
        walk.Wait(TimeSpan.FromTicks(-1)).Do(Cast.Officer, Challenge(walk.Member(3)));
    }

    [Fact]
    public void V_14_A_party_knows_of_the_panel_from_the_first_service_and_challenges_within_21_days_of_it()
    {
        var walk = At(Stage.Reviewing).Wait(TimeSpan.FromDays(40)).Serve(Cast.Accused, ServedDocument.Notice);
        walk.Wait(TimeSpan.FromDays(20)).Do(Cast.Accused, Challenge(walk.Member(3)));
        walk.Wait(TimeSpan.FromDays(1)).Refused(Cast.Accused, Challenge(walk.Member(4), 2), "challenge-too-late");
    }

    [Fact]
    public void V_14_No_round_opens_while_a_challenge_is_pending()
    {
        var walk = At(Stage.Reviewing).Serve(Cast.Accused, ServedDocument.Notice).ReadyToReply().Move(Cast.Registrar, Stage.Replying).ReadyToDeliberate();
        walk.Move(walk.Chair, Stage.Deliberating, MoveTo(Stage.Deliberating));
        var late = walk.Member(8);
        walk.Do(Cast.Officer, new CaseCommand.Recuse(late.Id, "Ill.") { By = X, At = T });
        var replacement = Cast.Member(walk.State.Panel!.Seats[^1].Person);
        walk.Declared().Do(Cast.Officer, Challenge(replacement)).Move(walk.Chair, Stage.Voting);
        walk.Refused(walk.Chair, walk.Round(), "challenge-pending")
            .Do(Cast.OtherOfficer, Decide()).RoundOpen();
    }

    [Theory]
    [InlineData(6, 4, MotionOutcome.Upheld)]
    [InlineData(4, 6, MotionOutcome.Rejected)]
    [InlineData(5, 5, MotionOutcome.Referred)]
    [InlineData(5, 0, MotionOutcome.Referred)]
    public void V_15_The_others_decide_by_majority_and_a_tie_or_no_quorum_goes_to_appeal(int yes, int no, MotionOutcome outcome)
    {
        var walk = Voted(yes, no);
        var member = walk.State.Panel!.Challenges[0].Member;
        walk.Do(Cast.OtherOfficer, Decide()).State.Panel!.Challenges[0].Outcome.Should().Be(outcome);
        walk.State.Panel!.SeatOf(member)!.Removed.Should().Be(outcome == MotionOutcome.Upheld);
        walk.State.Panel.Sitting.Should().HaveCount(11);
    }

    [Fact]
    public void V_15_Nobody_votes_on_a_challenge_to_themselves_or_twice()
    {
        var walk = Voted(1, 0);
        walk.Refused(walk.Member(10), Vote(MotionVote.No), "own-cause").Refused(walk.Member(0), Vote(MotionVote.No), "voted-already");
    }

    [Fact]
    public void V_15_Whoever_raised_the_challenge_does_not_close_it() => Voted(6, 4).Refused(Cast.Officer, Decide(), "own-cause");

    [Fact]
    public void V_16_Two_challenges_pending_at_once_both_go_to_appeal()
    {
        var walk = Voted(6, 4);
        walk.Do(walk.Member(1), Challenge(walk.Member(9), 2)).Do(Cast.OtherOfficer, Decide());
        walk.State.Panel!.Challenges.Should().OnlyContain(c => c.Outcome == MotionOutcome.Referred);
        walk.State.Panel.Sitting.Should().HaveCount(11);
        walk.Refused(Cast.OtherOfficer, Decide(2), "challenge-decided");
    }

    [Fact]
    public void V_17_A_decision_has_published_reasons() =>
        Voted(6, 4).Refused(Cast.OtherOfficer, Decide() with { Reasons = new Text("") }, "reasons-missing");

    [Fact]
    public void V_17_An_upheld_challenge_to_somebody_who_left_meanwhile_removes_nobody_twice()
    {
        var walk = Voted(6, 4);
        walk.Do(walk.Member(10), new CaseCommand.Recuse(walk.Member(10).Id, "I go.") { By = X, At = T }).Do(Cast.OtherOfficer, Decide());
        walk.Log.Count(e => e.Event is CaseEvent.MemberRecused).Should().Be(1);
    }

    [Fact]
    public void V_22_Questions_and_evidence_set_are_those_of_the_case()
    {
        var walk = At(Stage.Voting);
        var round = walk.Round();
        var question = round.Questions[0];
        walk.Refused(walk.Chair, round with { EvidenceRoot = Sha256Hex.Of("other") }, "evidence-root-mismatch")
            .Refused(walk.Chair, round with { Questions = [question with { Hypotheses = ["H9", question.Residual] }] }, "hypothesis-unknown")
            .Refused(walk.Chair, round with { Questions = [question with { Residual = question.Hypotheses[0] }] }, "residual-mismatch")
            .Refused(walk.Member(1), round, "role-required")
            .Do(walk.Chair, round)
            .Refused(walk.Chair, walk.Round(), "round-open");
    }

    [Fact]
    public void V_22_A_round_concludes_with_an_outcome_for_each_of_its_questions()
    {
        var walk = ReadyToLeave(Stage.Voting);
        walk.Refused(walk.Chair, walk.Conclusion(true) with { Outcomes = [] }, "outcomes-mismatch");
    }

    [Fact]
    public void V_44_Only_the_first_round_is_indicative_and_it_decides_nothing()
    {
        var walk = At(Stage.Voting).RoundOpen(binding: false);
        walk.Do(walk.Chair, walk.Conclusion(true));
        walk.State.Stage.Should().Be(Stage.Voting);
        walk.Refused(walk.Chair, walk.Round(binding: false), "round-binds").Wait(TimeSpan.FromDays(7)).RoundOpen();
    }

    private static CaseBuilder Careful() => CaseBuilder.Referred(policy: new Policy { EscrowLevels = [] });

    private static CaseBuilder AfterIndicative()
    {
        var walk = Careful().Voting().RoundOpen(binding: false);
        return walk.Do(walk.Chair, walk.Conclusion(true));
    }

    [Fact]
    public void V_44_The_first_round_is_indicative_unless_the_policy_does_without()
    {
        var walk = Careful().Voting();
        walk.Refused(walk.Chair, walk.Round(), "indicative-round-first").RoundOpen(binding: false);
    }

    [Fact]
    public void V_45_The_panel_deliberates_seven_days_and_the_binding_round_states_the_strongest_contrary_argument()
    {
        var walk = AfterIndicative();
        var argued = walk.Round();
        walk.Refused(walk.Chair, argued, "deliberation-running").Wait(TimeSpan.FromDays(7));
        walk.Refused(walk.Chair, argued with { ContraryArgument = null }, "contrary-argument-missing");
        walk.Refused(walk.Chair, argued with { ContraryArgument = new Text(" ") }, "contrary-argument-missing").Do(walk.Chair, argued);
    }

    [Fact]
    public void V_46_A_carried_motion_takes_the_case_back_to_the_vote_until_three_rounds_are_over()
    {
        var walk = AfterIndicative().Wait(TimeSpan.FromDays(7));
        walk.RoundOpen().Do(walk.Chair, walk.Conclusion(false));
        walk.State.Stage.Should().Be(Stage.NotAdopted);
        walk.Do(walk.Chair, new CaseCommand.DraftFinding(walk.New<FindingId>(), CaseBuilder.Statement()) { By = CaseBuilder.X, At = CaseBuilder.T });
        walk.Refused(Cast.Registrar, new CaseCommand.VoteAgain(walk.State.CurrentRound!.Id) { By = CaseBuilder.X, At = CaseBuilder.T }, "role-required");
        walk.Do(walk.Chair, new CaseCommand.VoteAgain(walk.State.CurrentRound!.Id) { By = CaseBuilder.X, At = CaseBuilder.T });
        (walk.State.Stage, walk.State.Draft).Should().Be((Stage.Voting, null));
        walk.Do(walk.Chair, walk.Round()).Do(walk.Chair, walk.Conclusion(false));
        walk.Do(walk.Chair, new CaseCommand.VoteAgain(walk.State.CurrentRound!.Id) { By = CaseBuilder.X, At = CaseBuilder.T }).Refused(walk.Chair, walk.Round(), "rounds-exhausted");
    }

    [Fact]
    public void V_10_A_seat_left_without_an_answer_for_seven_days_falls_to_the_next()
    {
        var walk = At(Stage.Screening).Drawn();
        var (lapse, first) = (new CaseCommand.LapseSeats { By = CaseBuilder.X, At = CaseBuilder.T }, walk.Member(1));
        walk.Do(first, walk.Declaration(first.Id));
        var due = walk.State.Panel!.NextLapse!.Value;
        due.Should().Be(walk.State.Panel.DrawnAt.AddDays(7));
        walk.Wait(due.AddMinutes(-1) - walk.Now).Refused(Cast.Registrar, lapse, "no-seat-lapsed");
        walk.Wait(due - walk.Now).Do(Cast.Registrar, lapse);
        walk.State.Panel.SeatOf(first.Id)!.Removed.Should().BeFalse();
        walk.State.Panel.Seats.Where(s => s.RemovedBecause == "no-declaration").Should().HaveCount(10);
        walk.State.Panel.Sitting.Where(s => s.Person != first.Id).Should().OnlyContain(s => s.OfferedAt == due && s.Replaces != null);
    }
}

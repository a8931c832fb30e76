using AttributionRegistry.Domain.Cases;
using static AttributionRegistry.Domain.Tests.Cases.CaseBuilder;
using static AttributionRegistry.Domain.Tests.Cases.Scenario;

namespace AttributionRegistry.Domain.Tests.Cases;

public sealed class LifecycleRuleTests
{
    public static TheoryData<Stage> AllStages => [.. Stages.All];

    [Theory, MemberData(nameof(AllStages))]
    public void L1_A_transition_that_is_not_in_the_table_is_refused_and_changes_nothing(Stage from)
    {
        var state = ReadyToLeave(from).State;
        foreach (var to in Stages.All.Where(to => !Transitions.Allowed.Contains((from, to))))
        {
            foreach (var by in new[] { Cast.Registrar, Cast.Board, Cast.Judge })
            {
                Given(state).When(MoveTo(to) with { By = by }).ThenRefused("transition-not-allowed");
            }
        }
    }

    [Fact]
    public void L1_A_transition_by_somebody_whom_the_table_does_not_name_is_refused() =>
        ReadyToLeave(Stage.Screening).Refused(Cast.Registrar, MoveTo(Stage.Opened), "role-required");

    [Fact]
    public void L2_A_transition_is_one_event_with_role_from_to_and_reason() =>
        Given(ReadyToLeave(Stage.Collecting))
            .When(new CaseCommand.Move(Stage.Assessing, "All is graded.") { By = Cast.Lead, At = Start.AddDays(9) })
            .Then(new CaseEvent.Moved(Stage.Collecting, Stage.Assessing, Role.LeadAssessor, "All is graded."));

    [Fact]
    public void L2_No_transition_goes_without_a_reason() =>
        ReadyToLeave(Stage.Collecting).Refused(Cast.Lead, MoveTo(Stage.Assessing) with { Reason = " " }, "reason-missing");

    [Fact]
    public void L2_The_stage_changes_by_events_of_transition_only()
    {
        Case? state = null;
        foreach (var (@event, recorded) in At(Stage.Revised).Log)
        {
            var next = CaseDecider.Evolve(state, @event, recorded);
            (next.Stage == (state?.Stage ?? Stage.Referred) || @event is CaseEvent.Moved).Should().BeTrue();
            state = next;
        }
    }

    [Fact]
    public void L3_Erasing_leaves_the_item_its_digest_its_custody_and_the_act()
    {
        var walk = At(Stage.Collecting).Item(Described());
        var item = walk.State.Evidence[0];
        var erase = new CaseCommand.Erase(item.Id, "Article 17", "Holds a patient's name.") { By = X, At = T };

        var erased = walk.Do(Cast.Custodian, erase).Do(Cast.Registrar, erase).State.Evidence.Should().ContainSingle().Subject;

        erased.Standing.Should().Be(EvidenceStanding.Erased);
        erased.Payload.Should().Be(item.Payload);
        erased.Gradings.Should().Equal(item.Gradings);
        erased.Custody.Should().StartWith(item.Custody);
        erased.Custody[^1].Kind.Should().Be(CustodyKind.Erased);
    }

    [Fact]
    public void L4_Erasing_needs_two_different_people_one_of_them_a_custodian()
    {
        var walk = At(Stage.Collecting).Item(Described());
        var erase = new CaseCommand.Erase(walk.State.Evidence[0].Id, "Article 17", "A name.") { By = X, At = T };
        walk.Do(Cast.Registrar, erase)
            .Refused(Cast.Registrar, erase, "second-person-required")
            .Refused(Cast.OtherRegistrar, erase, "second-person-required");
        walk.State.Find(walk.State.Evidence[0].Id)!.Standing.Should().Be(EvidenceStanding.Accepted);
        walk.Do(Cast.OtherCustodian, erase).State.Pending.Should().BeNull();
    }

    [Fact]
    public void L4_Publishing_needs_registrar_and_chair_in_either_order()
    {
        var walk = At(Stage.Adopted).ReadyToPublish().Do(Cast.Registrar, Publication)
            .Refused(Cast.Registrar, Publication, "second-person-required")
            .Refused(Cast.OtherRegistrar, Publication, "second-person-required");
        walk.Do(walk.Chair, Publication).State.Versions[0].ProposedBy.Should().Be(Cast.Registrar.Id);

        var other = At(Stage.Adopted).ReadyToPublish();
        var chair = other.Chair.Id;
        other.Do(other.Chair, Publication).Refused(other.Chair, Publication, "second-person-required").Do(Cast.OtherRegistrar, Publication);
        other.State.Versions[0].Should().BeEquivalentTo(new { ProposedBy = chair, ConfirmedBy = Cast.OtherRegistrar.Id });
    }

    [Theory]
    [InlineData(PetitionOutcome.Withdrawn)]
    [InlineData(PetitionOutcome.Corrected)]
    [InlineData(PetitionOutcome.ConfidenceLowered)]
    public void L4_Withdrawing_and_publishing_on_a_petition_need_two_members_of_the_review_panel(PetitionOutcome outcome)
    {
        var walk = At(Stage.Reconsidering);
        var ruling = walk.Ruling(outcome);
        walk.Do(Cast.Judge, ruling).Refused(Cast.Judge, ruling, "second-person-required");
        walk.State.Stage.Should().Be(Stage.Reconsidering);
        walk.Do(Cast.OtherJudge, ruling).State.Stage.Should().NotBe(Stage.Reconsidering);
        walk.State.Versions.Should().OnlyContain(v => v.ProposedBy != v.ConfirmedBy);
    }

    [Fact]
    public void L4_The_second_person_cannot_confirm_another_text_than_the_first_proposed()
    {
        var walk = At(Stage.Reconsidering);
        var ruling = walk.Ruling(PetitionOutcome.Corrected);
        walk.Do(Cast.Judge, ruling).Refused(Cast.OtherJudge, ruling with { Statements = Statement("The panel assesses nothing.") }, "act-pending");

        var published = At(Stage.Published).Do(Cast.Registrar, Correction);
        published.Refused(published.Chair, Correction with { ChangeNote = "Something else." }, "act-pending");
    }

    [Fact]
    public void L4_A_pending_publication_does_not_survive_another_draft_or_another_disclosure()
    {
        var redrafted = ReadyToLeave(Stage.Adopted);
        redrafted.Do(Cast.Lead, new CaseCommand.DraftFinding(redrafted.New<FindingId>(), Statement()) { By = X, At = T }).State.Pending.Should().BeNull();

        var widened = ReadyToLeave(Stage.Adopted);
        var item = widened.State.Evidence[1].Id;
        widened.Do(Cast.Custodian, new CaseCommand.Release(item, Audience.Parties, "Asked for.") { By = X, At = T }).State.Pending.Should().BeNull();
        widened.Do(widened.Chair, Publication).State.HasFinding.Should().BeFalse();
    }

    [Fact]
    public void L4_A_proposed_erasure_survives_a_change_of_stage()
    {
        var walk = ReadyToLeave(Stage.Collecting);
        walk.Do(Cast.Custodian, new CaseCommand.Erase(walk.State.Evidence[0].Id, "Article 17", "A name.") { By = X, At = T });
        walk.Move(Cast.Lead, Stage.Assessing).State.Pending!.Act.Should().Be("erase");
    }

    [Fact]
    public void L5_The_right_of_reply_cannot_be_skipped_when_a_party_is_named()
    {
        var walk = ReadyToLeave(Stage.Reviewing);
        walk.Refused(walk.Chair, MoveTo(Stage.Deliberating), "right-of-reply");
    }

    [Fact]
    public void L5_Where_nobody_is_named_deliberation_follows_review()
    {
        var walk = Referred(nobodyNamed: true).Deliberating();
        walk.State.Stage.Should().Be(Stage.Deliberating);
        Referred(nobodyNamed: true).Reviewing().ReadyToReply().Refused(Cast.Registrar, MoveTo(Stage.Replying), "no-party-named");
    }

    [Fact]
    public void L5_An_expedited_case_has_a_shorter_reply_period_and_no_shorter_than_seven_days()
    {
        Rules.ExpeditedReplyPeriodSeconds.Should().Be(7 * Policy.Day);
        (Rules with { ExpeditedReplyPeriodSeconds = (7 * Policy.Day) - 1 }).Faults().Should().ContainSingle(f => f.Code == "policy-unsafe");
    }

    [Theory]
    [InlineData(-1, "reply-period-running")]
    [InlineData(0, null)]
    public void L6_The_reply_clock_starts_at_the_last_recorded_service(int seconds, string? code)
    {
        var walk = At(Stage.Replying).Reply(Cast.Accused).Wait(TimeSpan.FromDays(59)).Serve(Cast.Victim, ServedDocument.Notice);
        var served = walk.State.Services[^1].At;
        var move = MoveTo(Stage.Deliberating) with { By = walk.Chair, At = served.AddSeconds((60 * Policy.Day) + seconds) };
        var when = Given(walk).When(move);
        if (code is null)
        {
            when.ThenAccepted(typeof(CaseEvent.Moved));
        }
        else
        {
            when.ThenRefused(code);
        }
    }

    [Fact]
    public void L6_Each_point_of_each_reply_is_answered_before_deliberation()
    {
        var walk = At(Stage.Replying)
            .Do(Cast.Accused, new CaseCommand.FileReply(ReplyId.Of($"rpl_{1:x32}"), new Text("No."), [new Text("One."), new Text("Two.")]) { By = X, At = T })
            .Do(Cast.Lead, new CaseCommand.AnswerReplyPoint(ReplyId.Of($"rpl_{1:x32}"), 2, new Text("So.")) { By = X, At = T })
            .Wait(TimeSpan.FromDays(90));
        walk.Refused(walk.Chair, MoveTo(Stage.Deliberating), "reply-points-open");
    }

    [Fact]
    public void L6_A_new_version_of_the_assessment_is_served_anew()
    {
        var walk = ReadyToLeave(Stage.Replying);
        walk.Move(Cast.Lead, Stage.Assessing).Frozen().Move(Cast.Registrar, Stage.Reviewing)
            .Review(Cast.Reviewer).Review(Cast.OtherReviewer)
            .Refused(Cast.Registrar, MoveTo(Stage.Replying), "service-incomplete");
    }

    [Fact]
    public void L7_Every_version_stays_as_it_was_and_says_what_has_become_of_it()
    {
        var published = At(Stage.Published).State.Versions[0];
        var revised = At(Stage.Revised).State;
        revised.Versions.Should().HaveCount(2);
        revised.Versions[0].Digest.Should().Be(published.Digest);
        revised.StatusOf(revised.Versions[0]).Should().Be(FindingStatus.Superseded);
        revised.StatusOf(revised.Versions[1]).Should().Be(FindingStatus.Current);

        var withdrawn = At(Stage.Withdrawn).State;
        withdrawn.StatusOf(withdrawn.Versions.Should().ContainSingle().Subject).Should().Be(FindingStatus.Withdrawn);
    }

    [Fact]
    public void L7_A_withdrawn_finding_is_not_corrected_any_more() =>
        At(Stage.Withdrawn).Refused(Cast.Registrar, Correction, "wrong-stage");

    [Fact]
    public void A_suspension_stops_everyone_but_those_who_lift_it()
    {
        var walk = At(Stage.Replying).Do(Cast.Officer, new CaseCommand.Suspend("A threat.") { By = X, At = T });
        walk.Refused(Cast.Accused, new CaseCommand.FileReply(walk.New<ReplyId>(), new Text("No."), [new Text("No.")]) { By = X, At = T }, "case-suspended");
        walk.Do(Cast.Registrar, new CaseCommand.Resume("Settled.") { By = X, At = T }).Reply(Cast.Accused).State.Stage.Should().Be(Stage.Replying);
    }

    [Fact]
    public void A_named_party_does_not_know_of_the_case_before_something_is_served_on_it()
    {
        var walk = At(Stage.Reviewing);
        walk.State.MaySee(Cast.Accused).Should().BeFalse();
        walk.Refused(Cast.Accused, MoveTo(Stage.Assessing), "not-found");
        walk.Serve(Cast.Accused, ServedDocument.Notice).State.MaySee(Cast.Accused).Should().BeTrue();
    }

    [Fact]
    public void A_case_is_not_opened_without_fresh_declarations_of_interests()
    {
        var walk = ReadyToLeave(Stage.Screening).Wait(TimeSpan.FromDays(365));
        walk.Refused(Cast.Board, MoveTo(Stage.Opened), "declarations-stale");
    }
}

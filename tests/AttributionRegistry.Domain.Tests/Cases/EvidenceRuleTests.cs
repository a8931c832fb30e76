using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.Scales;
using static AttributionRegistry.Domain.Tests.Cases.CaseBuilder;

namespace AttributionRegistry.Domain.Tests.Cases;

public sealed class EvidenceRuleTests
{
    private static CaseBuilder OneItem(Tlp tlp = Tlp.Clear) => At(Stage.Collecting).Item(Described(tlp));

    private static EvidenceId First(CaseBuilder walk) => walk.State.Evidence[0].Id;

    [Fact]
    public void E1_Bytes_that_do_not_match_their_digest_take_the_item_out_of_the_case()
    {
        var walk = OneItem();
        var id = First(walk);
        walk.Refused(Cast.Auditor, new CaseCommand.Quarantine(id, walk.State.Evidence[0].Payload!.Sha256) { By = X, At = T }, "digest-holds");
        walk.Do(Cast.Auditor, new CaseCommand.Quarantine(id, Sha256Hex.Of("other bytes")) { By = X, At = T });
        walk.State.Counting.Should().BeEmpty();
        walk.Refused(Cast.OtherAnalyst, Grade(id), "evidence-not-usable").Refused(Cast.Custodian, Release(id, Audience.Case), "evidence-not-accepted");
    }

    [Fact]
    public void E1_What_has_been_erased_is_not_quarantined_afterwards()
    {
        var walk = OneItem();
        var erase = new CaseCommand.Erase(First(walk), "Article 17", "A name.") { By = X, At = T };
        walk.Do(Cast.Custodian, erase).Do(Cast.Registrar, erase)
            .Refused(Cast.Auditor, new CaseCommand.Quarantine(First(walk), Sha256Hex.Of("nothing")) { By = X, At = T }, "evidence-not-usable");
    }

    [Fact]
    public void E1_Only_the_recorded_digest_lifts_a_quarantine_and_never_for_the_submitter()
    {
        var both = Cast.Person(77, Role.Analyst, Role.Custodian);
        var walk = At(Stage.Collecting).Do(both, new CaseCommand.SubmitEvidence(EvidenceId.Of($"evd_{1:x32}"), Described()) { By = X, At = T });
        walk.Do(both, new CaseCommand.SealPayload(First(walk), Bytes("a")) { By = X, At = T }).Accept(First(walk)).Grade(First(walk));
        var (item, restore) = (walk.State.Evidence[0], Restore(walk));
        walk.Refused(Cast.Custodian, restore, "not-quarantined").Do(Cast.Auditor, Damage(walk))
            .Refused(both, restore, "own-work").Refused(Cast.Lead, restore, "role-required")
            .Refused(Cast.Custodian, restore with { FoundSha256 = Sha256Hex.Of("other bytes") }, "still-damaged")
            .Refused(Cast.Custodian, restore with { FoundSha256 = "" }, "still-damaged")
            .Refused(Cast.Custodian, restore with { Reason = " " }, "reason-missing")
            .Do(Cast.Custodian, restore);

        walk.State.Evidence[0].Should().BeEquivalentTo(item, o => o.Excluding(i => i.Custody));
        walk.State.Evidence[0].Custody[^1].Should().BeEquivalentTo(new { Kind = CustodyKind.Restored, By = Cast.Custodian.Id, Note = restore.Reason, Circumstances = new { SeenSha256 = item.Payload!.Sha256 } });
        CustodyChain.Check(walk.State.Evidence[0].Custody).Should().BeNull();
        walk.State.Counting.Should().ContainSingle();
    }

    [Fact]
    public void E1_An_item_without_which_an_assessment_was_frozen_does_not_slip_back_into_it()
    {
        var before = At(Stage.Reviewing);
        before.Do(Cast.Auditor, Damage(before)).Do(Cast.Custodian, Restore(before));
        before.State.Evidence[0].Standing.Should().Be(EvidenceStanding.Accepted, "the frozen assessment rests on it");

        var walk = OneItem();
        walk.State.CurrentAssessment.Should().BeNull();
        walk.Do(Cast.Auditor, Damage(walk));
        var frozen = new CaseEvent.AssessmentFrozen(AssessmentId.Of($"asm_{1:x32}"), 1, Sha256Hex.Of("a"), new Text("So it was."));
        var state = CaseDecider.Evolve(walk.State, frozen, new Recorded(Cast.Lead.Id, T));

        var restored = (CaseEvent.Restored)CaseDecider.Decide(state, Restore(walk) with { By = Cast.Custodian }, Rules).Events.Single();

        restored.Standing.Should().Be(EvidenceStanding.Submitted);
    }

    [Fact]
    public void E3_The_original_is_sealed_once_and_copies_name_it()
    {
        var walk = OneItem();
        walk.Refused(Cast.Analyst, new CaseCommand.SealPayload(First(walk), Bytes("others")) { By = X, At = T }, "payload-sealed");
        walk.Refused(Cast.Analyst, new CaseCommand.SubmitEvidence(walk.New<EvidenceId>(), Described(parents: CopyOf(walk.New<EvidenceId>()))) { By = X, At = T }, "parent-unknown");
    }

    [Fact]
    public void E4_Nothing_counts_before_somebody_else_than_its_submitter_has_graded_it()
    {
        var walk = At(Stage.Collecting).Propose(Domain.Assessment.HypothesisKind.State).Submit(Described());
        var id = First(walk);
        walk.Seal(id).Accept(id);
        var rate = new CaseCommand.RateCells([new CellRating(walk.State.Hypotheses[0].Id, id, Rating.C)]) { By = X, At = T };
        walk.Refused(Cast.Analyst, Grade(id), "own-work").Refused(Cast.Lead, rate, "evidence-ungraded");
        walk.Grade(id).Do(Cast.Lead, rate);
    }

    [Fact]
    public void E4_Nobody_accepts_their_own_evidence()
    {
        var both = Cast.Person(77, Role.Analyst, Role.Custodian);
        var walk = At(Stage.Collecting).Do(both, new CaseCommand.SubmitEvidence(EvidenceId.Of($"evd_{1:x32}"), Described()) { By = X, At = T });
        walk.Do(both, new CaseCommand.SealPayload(First(walk), Bytes("a")) { By = X, At = T })
            .Refused(both, new CaseCommand.JudgeAdmissibility(First(walk), true, "Mine.") { By = X, At = T }, "own-work");
    }

    [Fact]
    public void E5_Regrading_keeps_the_old_grade_its_grader_time_and_reason()
    {
        var walk = OneItem();
        var old = walk.State.Evidence[0].Grade!;
        walk.Do(Cast.Lead, Grade(First(walk)));
        walk.State.Evidence[0].Gradings.Should().HaveCount(2).And.StartWith(old);
        walk.State.Evidence[0].Grade!.Source.Should().Be(SourceGrade.C);
        walk.Refused(Cast.Lead, Grade(First(walk)) with { Reason = "" }, "reason-missing");
    }

    [Theory]
    [InlineData(Tlp.Red, Audience.Parties)]
    [InlineData(Tlp.AmberStrict, Audience.Parties)]
    [InlineData(Tlp.Amber, Audience.Public)]
    [InlineData(Tlp.Green, Audience.Public)]
    public void E6_A_release_never_goes_wider_than_the_label(Tlp label, Audience to)
    {
        var walk = OneItem(label);
        walk.Refused(Cast.Custodian, Release(First(walk), to), "wider-than-label");
    }

    [Fact]
    public void E6_Widening_a_label_needs_the_consent_of_the_source()
    {
        var walk = OneItem(Tlp.Red);
        var widen = new CaseCommand.Relabel(First(walk), Tlp.Clear, null, "Asked for.") { By = X, At = T };
        walk.Refused(Cast.Custodian, widen, "source-consent-missing")
            .Do(Cast.Custodian, widen with { SourceConsent = "Letter of 3 March." })
            .Do(Cast.Custodian, Release(First(walk), Audience.Public));
    }

    [Fact]
    public void E6_A_label_is_not_narrowed_below_what_has_been_released()
    {
        var walk = OneItem();
        walk.Do(Cast.Custodian, Release(First(walk), Audience.Public))
            .Refused(Cast.Custodian, new CaseCommand.Relabel(First(walk), Tlp.Red, null, "Too wide.") { By = X, At = T }, "already-released")
            .Refused(Cast.Custodian, Release(First(walk), Audience.Parties), "already-released");
    }

    [Fact]
    public void E7_A_party_and_a_recused_member_never_read_payload()
    {
        var walk = OneItem();
        var member = walk.Member(2);
        walk.State.MayReadPayload(member, walk.State.Evidence[0]).Should().BeTrue();
        walk.Do(Cast.Officer, new CaseCommand.Recuse(member.Id, "A cousin.") { By = X, At = T });
        walk.State.MayReadPayload(member, walk.State.Evidence[0]).Should().BeFalse();
        walk.State.MayReadPayload(Cast.Accused, walk.State.Evidence[0]).Should().BeFalse();
        walk.State.MayReadPayload(Cast.Registrar, walk.State.Evidence[0]).Should().BeFalse();
    }

    [Fact]
    public void E8_Items_of_one_report_are_one_source_in_the_matrix()
    {
        var walk = At(Stage.Collecting).Item(Described(origin: "report 7")).Item(Described(origin: "report 7"));
        MatrixOf.Case(walk.State).Items.Select(i => i.Origin).Should().Equal("report 7", "report 7");
    }

    [Fact]
    public void E8_A_redaction_and_its_original_are_one_source_though_no_report_is_named()
    {
        var walk = OneItem(Tlp.Red);
        walk.Item(Described(Tlp.Red, null, CopyOf(First(walk)))).Item(Described());
        var origins = MatrixOf.Case(walk.State).Items.Select(i => i.Origin).ToList();
        origins.Should().Equal(First(walk).Value, First(walk).Value, null);
    }

    private static CaseCommand.Quarantine Damage(CaseBuilder walk) => new(First(walk), Sha256Hex.Of("other bytes")) { By = X, At = T };

    private static CaseCommand.Restore Restore(CaseBuilder walk) => new(First(walk), walk.State.Evidence[0].Payload!.Sha256, "From the backup of Monday.") { By = X, At = T };

    private static CaseCommand.Grade Grade(EvidenceId id) => new(id, SourceGrade.C, InformationGrade.Three, "Seen once.") { By = X, At = T };

    private static CaseCommand.Release Release(EvidenceId id, Audience to) => new(id, to, "Asked for.") { By = X, At = T };
}

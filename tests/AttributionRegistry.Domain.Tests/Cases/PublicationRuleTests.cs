using AttributionRegistry.Domain.Assessment;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.Scales;
using AttributionRegistry.Domain.Voting;
using static AttributionRegistry.Domain.Tests.Cases.CaseBuilder;

namespace AttributionRegistry.Domain.Tests.Cases;

public sealed class PublicationRuleTests
{
    private static CaseCommand.DraftFinding Draft(string statement, string lang = "en") =>
        new(FindingId.Of($"fnd_{9:x32}"), [new Text(statement, lang)]) { By = X, At = T };

    [Fact]
    public void P1_Lowering_the_confidence_leaves_the_likelihood_alone()
    {
        var walk = At(Stage.Reconsidering);
        var counted = walk.State.Rounds[^1].Outcome;
        walk.Refused(Cast.Judge, walk.Ruling(PetitionOutcome.ConfidenceLowered) with { Confidence = Confidence.High }, "confidence-not-lower");
        walk.Ruled(PetitionOutcome.ConfidenceLowered);
        walk.State.CurrentVersion!.ConfidenceCap.Should().Be(Confidence.Low);
        walk.State.Rounds[^1].Outcome.Should().BeSameAs(counted);
        walk.Do(Cast.Registrar, Correction).Do(walk.Chair, Correction).State.CurrentVersion!.ConfidenceCap.Should().Be(Confidence.Low, "a correction does not raise it");
    }

    [Fact]
    public void P2_Nothing_is_published_while_an_item_is_neither_disclosed_nor_withheld_with_reason_and_gist()
    {
        var walk = At(Stage.Reviewing).Review(Cast.Reviewer).Review(Cast.OtherReviewer)
            .ServeAll(ServedDocument.Notice, ServedDocument.Draft, ServedDocument.DisclosureSet)
            .Move(Cast.Registrar, Stage.Replying).Wait(TimeSpan.FromDays(60));
        walk.Move(walk.Chair, Stage.Deliberating, MoveTo(Stage.Deliberating));
        walk.Move(walk.Chair, Stage.Voting).RoundOpen();
        walk.Do(walk.Chair, walk.Conclusion(true)).ReadyToPublish().Refused(Cast.Registrar, Publication, "withholding-unexplained");
    }

    [Fact]
    public void P2_An_advance_copy_of_the_very_draft_is_served_on_every_party_a_day_ahead()
    {
        var walk = At(Stage.Adopted);
        walk.Refused(Cast.Registrar, Publication, "draft-missing").Do(walk.Chair, Draft(Statement()[0].Value));
        walk.Serve(Cast.Accused, ServedDocument.AdvanceCopy).Wait(TimeSpan.FromDays(1)).Refused(Cast.Registrar, Publication, "advance-copy-missing");
        walk.Serve(Cast.Victim, ServedDocument.AdvanceCopy).Wait(TimeSpan.FromHours(23)).Refused(Cast.Registrar, Publication, "advance-copy-missing");
        walk.Wait(TimeSpan.FromHours(1)).Do(walk.Chair, Draft("The panel assesses something else.")).Refused(Cast.Registrar, Publication, "advance-copy-missing");
    }

    [Fact]
    public void P3_Without_disclosed_evidence_the_finding_is_not_crosscheckable_and_its_confidence_is_capped()
    {
        var hidden = At(Stage.Reviewing).State;
        var shown = ReadyToLeave(Stage.Reviewing).State;
        Crosscheck.Run(MatrixOf.Case(shown), shown.Hypotheses[0].Id).Holds.Should().BeTrue();
        var result = Crosscheck.Run(MatrixOf.Case(hidden), hidden.Hypotheses[0].Id);
        result.Holds.Should().BeFalse();
        result.ConfidenceCap.Should().Be(AnalyticConfidence.Moderate);
    }

    [Fact]
    public void P3_A_release_after_publication_leaves_the_published_version_as_it_is()
    {
        var walk = At(Stage.Published);
        var version = walk.State.CurrentVersion;
        walk.Do(Cast.Custodian, new CaseCommand.Release(walk.State.Evidence[1].Id, Audience.Parties, "Asked for.") { By = X, At = T });
        walk.State.CurrentVersion.Should().BeSameAs(version);
    }

    [Fact]
    public void P4_A_finding_that_hangs_on_what_no_party_could_answer_is_not_published() =>
        At(Stage.Adopted).ReadyToPublish().Refused(Cast.Registrar, Publication with { Essence = new EssenceCheck(false, "A withheld linchpin has no gist.") }, "essence-rule");

    [Fact]
    public void P4_A_rewritten_gist_has_been_served_on_nobody()
    {
        var walk = At(Stage.Replying);
        var item = walk.State.Evidence[1].Id;
        walk.State.Find(item)!.GistServedOn.Should().BeEquivalentTo([Cast.Accused.Id, Cast.Victim.Id]);
        walk.Gist(item).State.Find(item)!.GistServedOn.Should().BeEmpty();
    }

    [Fact]
    public void P5_What_was_found_of_a_group_is_not_said_of_a_state()
    {
        var walk = At(Stage.Voting);
        var round = walk.Round();
        walk.Do(walk.Chair, round with { Questions = [round.Questions[0] with { Level = Level.Group }] });
        var conclusion = walk.Conclusion(true);
        walk.Do(walk.Chair, conclusion with { Outcomes = [conclusion.Outcomes[0] with { Level = Level.Group }] });
        walk.Refused(walk.Chair, Draft("The panel assesses that it was conducted by the state of Zetland."), "statement-exceeds-level")
            .Do(walk.Chair, Draft("The panel assesses that it was conducted from the territory of Zetland."));
    }

    [Theory]
    [InlineData("en")]
    [InlineData("EN")]
    [InlineData("en-GB")]
    public void P6_The_panel_assesses_and_never_says_that_somebody_did_it(string lang) =>
        At(Stage.Adopted).Refused(Cast.Lead, Draft("Zetland did it.", lang), "wording");

    [Fact]
    public void P6_No_part_of_a_finding_recommends_a_response() =>
        typeof(FindingVersion).GetProperties().Concat(typeof(FindingDraft).GetProperties()).Concat(typeof(CaseCommand.Publish).GetProperties())
            .Should().NotContain(p => p.Name.Contains("Response") || p.Name.Contains("Recommend") || p.Name.Contains("Measure"));

    [Fact]
    public void P6_A_statement_has_at_most_two_hundred_words_and_one_text_per_language()
    {
        var walk = At(Stage.Adopted);
        var long201 = "The panel assesses " + string.Join(' ', Enumerable.Repeat("word", 198));
        walk.Refused(walk.Chair, Draft(long201), "statement-length").Refused(walk.Chair, Draft("Der Ausschuss.", "de"), "language-missing");
        walk.Refused(walk.Chair, Draft(Statement()[0].Value) with { Statements = [Statement()[0], Statement()[0]] }, "statement-twice");
    }

    [Fact]
    public void P7_The_version_carries_the_digest_under_which_it_was_confirmed() =>
        At(Stage.Published).State.CurrentVersion!.Digest.Should().Be(Publication.Digest);

    [Fact]
    public void P8_Natural_persons_are_not_named_unless_the_policy_says_so() => Rules.NameIndividuals.Should().BeFalse();

    [Fact]
    public void A_case_in_which_nothing_was_adopted_is_published_too() =>
        Referred().Published(attributed: false).State.Stage.Should().Be(Stage.Published);
}

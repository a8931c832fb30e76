using AttributionRegistry.Domain.Assessment;
using AttributionRegistry.Domain.Scales;
using static AttributionRegistry.Domain.Tests.Assessment.Cases;

namespace AttributionRegistry.Domain.Tests.Assessment;

public sealed class CrosscheckTests
{
    [Fact]
    public void P3_With_everything_disclosed_the_leader_can_be_crosschecked()
    {
        var result = Crosscheck.Run(WannaCry, H(1));

        result.Holds.Should().BeTrue();
        result.Reason.Should().Be("holds");
        result.DisclosedOnlyRanking.Should().Equal(result.FullRanking);
        result.ConfidenceCap.Should().BeNull();
        result.Publishable(AnalyticConfidence.High).Should().Be(AnalyticConfidence.High);
    }

    [Fact]
    public void P3_Sony_could_not_be_crosschecked_before_the_affidavit_was_unsealed_and_can_after()
    {
        var before = Crosscheck.Run(Sony(affidavitDisclosed: false), H(1));

        before.FullRanking[0].Should().Match<RankedHypothesis>(r => r.Id == H(1) && !r.Tied);
        before.Holds.Should().BeFalse();
        before.Reason.Should().Be("tied-on-disclosed");
        before.Explanation.Should().Contain("H4");
        Crosscheck.Run(Sony(affidavitDisclosed: true), H(1)).Holds.Should().BeTrue();
    }

    [Fact]
    public void P3_Viasat_holds_only_while_the_disclosed_timing_counts()
    {
        Crosscheck.Run(Viasat(gradesOfTiming: "B2"), H(1)).Holds.Should().BeTrue();

        var onIntelligenceAlone = Crosscheck.Run(Viasat(gradesOfTiming: null), H(1));
        onIntelligenceAlone.FullRanking[0].Tied.Should().BeFalse();
        onIntelligenceAlone.Holds.Should().BeFalse();
    }

    [Fact]
    public void P3_A_finding_that_fails_is_capped_at_moderate_and_never_raised()
    {
        var failed = Crosscheck.Run(Sony(affidavitDisclosed: false), H(1));

        failed.ConfidenceCap.Should().Be(AnalyticConfidence.Moderate);
        failed.Publishable(AnalyticConfidence.High).Should().Be(AnalyticConfidence.Moderate);
        failed.Publishable(AnalyticConfidence.Moderate).Should().Be(AnalyticConfidence.Moderate);
        failed.Publishable(AnalyticConfidence.Low).Should().Be(AnalyticConfidence.Low);
    }

    [Fact]
    public void P3_What_points_elsewhere_on_disclosed_items_is_named()
    {
        var result = Crosscheck.Run(Input(Three, (Item(1), "I C I"), (Item(2, "A1", disclosed: false), "C II I")), H(1));

        result.FullRanking[0].Id.Should().Be(H(1));
        result.Reason.Should().Be("behind-on-disclosed");
        result.Explanation.Should().Contain("H2");
    }

    [Fact]
    public void P3_With_nothing_disclosed_nothing_can_be_checked() =>
        Crosscheck.Run(Input(Three, (Item(1, disclosed: false), "C I I")), H(1)).Reason.Should().Be("nothing-disclosed-counts");

    [Fact]
    public void P3_Withheld_evidence_that_points_elsewhere_is_mentioned_although_the_gate_holds()
    {
        var result = Crosscheck.Run(Input(Three, (Item(1), "C I I"), (Item(2, "A1", disclosed: false), "II N N")), H(1));

        result.Holds.Should().BeTrue();
        result.Explanation.Should().Contain("withheld");
    }

    [Fact]
    public void P3_The_residual_cannot_be_crosschecked() =>
        Crosscheck.Run(OlympicDestroyer(), H(4)).Should().Match<CrosscheckResult>(r => !r.Holds && r.Reason == "residual-adopted");

    [Fact]
    public void P3_Of_two_items_of_one_origin_the_disclosed_one_counts_for_the_reader()
    {
        var input = Input(Three,
            (Item(1, "A1", disclosed: false, origin: "affidavit"), "C I I"), (Item(2, "D3", origin: "affidavit"), "C I I"));

        var result = Crosscheck.Run(input, H(1));

        result.Holds.Should().BeTrue();
        result.FullRanking[1].Inconsistency.Should().Be(25);
        result.DisclosedOnlyRanking[1].Inconsistency.Should().Be(6);
    }

    [Fact]
    public void Asking_about_a_hypothesis_of_another_case_is_a_bug() =>
        FluentActions.Invoking(() => Crosscheck.Run(WannaCry, H(9))).Should().Throw<ArgumentException>();
}

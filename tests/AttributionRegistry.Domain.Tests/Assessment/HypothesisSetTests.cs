using AttributionRegistry.Domain.Assessment;
using static AttributionRegistry.Domain.Tests.Assessment.Cases;

namespace AttributionRegistry.Domain.Tests.Assessment;

public sealed class HypothesisSetTests
{
    [Fact]
    public void A1_Three_hypotheses_with_a_deception_and_a_non_state_one_are_enough() => HypothesisSet.Check(Three).Should().BeEmpty();

    [Fact]
    public void A1_Two_hypotheses_are_too_few() =>
        Codes(Hypothesis(1, "criminal"), Hypothesis(2, "state+falseFlag")).Should().Equal("too-few-hypotheses");

    [Fact]
    public void A1_Somebody_must_have_thought_of_deception() =>
        Codes(Hypothesis(1, "state"), Hypothesis(2, "state"), Hypothesis(3, "unknown")).Should().Equal("no-deception-hypothesis");

    [Theory]
    [InlineData("state", false)]
    [InlineData("stateSponsored", false)]
    [InlineData("group", false)]
    [InlineData("stateSponsored+criminal", false)]
    [InlineData("criminal", true)]
    [InlineData("nonState", true)]
    [InlineData("insider", true)]
    [InlineData("unknown", true)]
    [InlineData("falseFlag+criminal", true)]
    public void A1_One_hypothesis_must_leave_states_out(string kinds, bool enough) =>
        Codes(Hypothesis(1, "state"), Hypothesis(2, "state+falseFlag"), Hypothesis(3, kinds))
            .Should().BeEquivalentTo(enough ? [] : ["no-non-state-hypothesis"]);

    [Fact]
    public void A1_An_empty_set_is_told_everything_at_once() =>
        Codes().Should().Equal("too-few-hypotheses", "no-deception-hypothesis", "no-non-state-hypothesis");

    [Fact]
    public void A_rival_cannot_be_taken_out_of_the_ranking_by_calling_it_residual()
    {
        Codes([.. Three, Hypothesis(4, "state", residual: true)]).Should().Equal("residual-explains");
        Codes([.. Three, Hypothesis(4, "unknown", residual: true), Hypothesis(5, "unknown", residual: true)]).Should().Equal("residual-repeated");
        Codes([.. Three, Hypothesis(4, "unknown", residual: true)]).Should().BeEmpty();
    }

    [Fact]
    public void A_hypothesis_stands_in_the_set_once_and_has_a_kind()
    {
        Codes([.. Three, Three[0]]).Should().Equal("hypothesis-repeated");
        Codes([.. Three, new(H(4), "What?", HypothesisKinds.Of())]).Should().Equal("hypothesis-without-kind");
    }

    [Theory]
    [InlineData("state+falseFlag", "state+falseFlag")]
    [InlineData("falseFlag + state", "state+falseFlag")]
    [InlineData("unknown", "unknown")]
    [InlineData("criminal+criminal", "criminal")]
    public void Kinds_are_a_set_with_one_way_of_writing_it(string text, string written)
    {
        HypothesisKinds.TryParse(text, out var kinds).Should().BeTrue();
        kinds.ToString().Should().Be(written);
        HypothesisKinds.TryParse(written, out var again).Should().BeTrue();
        again.Should().Be(kinds);
        again.GetHashCode().Should().Be(kinds.GetHashCode());
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("State")]
    [InlineData("state+")]
    [InlineData("alien")]
    public void Unknown_kinds_are_not_read(string? text) => HypothesisKinds.TryParse(text, out _).Should().BeFalse();

    private static IEnumerable<string> Codes(params IReadOnlyList<Hypothesis> hypotheses) =>
        HypothesisSet.Check(hypotheses).Select(r => r.Code);
}

using AttributionRegistry.Domain.Assessment;
using static AttributionRegistry.Domain.Tests.Assessment.Cases;

namespace AttributionRegistry.Domain.Tests.Assessment;

public sealed class EssenceRuleTests
{
    private static readonly string[] Parties = ["dprk"];

    private static readonly Gist Served = new(E(5), "Accounts used in three incidents were opened from the same devices.", ["dprk"]);

    [Fact]
    public void P4_A_withheld_linchpin_may_decide_when_its_gist_was_served()
    {
        var result = EssenceRule.Check(Sony(affidavitDisclosed: false), H(1), [Served], Parties);

        result.Holds.Should().BeTrue();
        result.Refusal.Should().BeNull();
        result.WithheldLinchpins.Should().ContainSingle().Which.Should().Match<WithheldLinchpin>(w => w.Item == E(5) && w.EssenceKnown);
        result.SetAside.Should().Equal(E(4));
    }

    [Fact]
    public void P4_Without_a_gist_it_decides_nothing()
    {
        var result = EssenceRule.Check(Sony(affidavitDisclosed: false), H(1), [], Parties);

        result.Holds.Should().BeFalse();
        result.Refusal!.Code.Should().Be("essence-not-served");
        result.WithheldLinchpins.Single().HasGist.Should().BeFalse();
        result.RankingWithout[0].Tied.Should().BeTrue();
    }

    [Fact]
    public void P4_A_gist_without_words_is_none() =>
        EssenceRule.Check(Sony(affidavitDisclosed: false), H(1), [Served with { Text = " " }], Parties).Holds.Should().BeFalse();

    [Fact]
    public void P4_A_gist_must_reach_each_named_party()
    {
        var result = EssenceRule.Check(Sony(affidavitDisclosed: false), H(1), [Served], ["dprk", "park"]);

        result.Holds.Should().BeFalse();
        result.WithheldLinchpins.Single().NotServedOn.Should().Equal("park");
    }

    [Fact]
    public void P4_A_withheld_item_that_decides_nothing_needs_no_gist()
    {
        var result = EssenceRule.Check(Sony(affidavitDisclosed: true), H(1), [], Parties);

        result.Holds.Should().BeTrue();
        result.WithheldLinchpins.Should().BeEmpty();
        result.SetAside.Should().Equal(E(4));
    }

    [Fact]
    public void P4_Two_withheld_items_that_decide_only_together_are_seen_through()
    {
        var input = Input(Three, (Item(1), "C C C"), (Item(2, disclosed: false), "C I I"), (Item(3, disclosed: false), "C I I"));

        var result = EssenceRule.Check(input, H(1), [], Parties);

        result.WithheldLinchpins.Should().BeEmpty("neither is a linchpin by itself");
        result.Holds.Should().BeFalse();
        EssenceRule.Check(input, H(1), [new(E(2), "What it says in essence.", Parties)], Parties).Holds.Should().BeTrue();
    }

    [Fact]
    public void P4_With_nothing_withheld_there_is_nothing_to_serve() =>
        EssenceRule.Check(WannaCry, H(1), [], Parties).Should().Match<EssenceResult>(r => r.Holds && r.SetAside.Count == 0);

    [Fact]
    public void P4_A_hypothesis_that_never_led_is_not_said_to_lead() =>
        EssenceRule.Check(Sony(affidavitDisclosed: false), H(2), [], Parties).Refusal!.Message.Should().Contain("does not lead");
}

using AttributionRegistry.Domain.Assessment;
using AttributionRegistry.Domain.Scales;
using static AttributionRegistry.Domain.Tests.Assessment.Cases;

namespace AttributionRegistry.Domain.Tests.Assessment;

public sealed class FreezeGateTests
{
    private static readonly KeyAssumption Clock = new("The victim's clocks were right", "A log of a second source with other times");

    private static readonly AssessmentDraft Good = new(WannaCry, [E(4), E(2)], [Clock]);

    [Fact]
    public void A_complete_assessment_may_be_frozen() => Codes(Good).Should().BeEmpty();

    [Fact]
    public void A1_An_assessment_without_rivals_is_not_frozen() =>
        Codes(Good with { Matrix = Input([Hypothesis(1, "state"), Hypothesis(2, "state")], (Item(4), "C I"), (Item(2), "C I")) })
            .Should().Equal("too-few-hypotheses", "no-deception-hypothesis", "no-non-state-hypothesis");

    [Fact]
    public void A2_Every_cell_is_rated_before_freezing() =>
        Codes(Good with { Matrix = WannaCry with { Cells = [.. WannaCry.Cells.Skip(1)] } }).Should().Equal("cells-not-rated");

    [Fact]
    public void A3_Evidence_that_fits_every_hypothesis_alike_is_no_key_evidence()
    {
        var refusal = FreezeGate.Check(Good with { KeyEvidence = [E(4), E(5)] }).Should().ContainSingle().Subject;

        refusal.Code.Should().Be("key-evidence-not-diagnostic");
        refusal.Pointer.Should().Be("/keyEvidence/1");
    }

    [Fact]
    public void E4_Evidence_that_does_not_count_is_no_key_evidence()
    {
        var ungraded = WannaCry with { Items = [.. WannaCry.Items.Select(i => i.Id == E(2) ? i with { Source = null } : i)] };

        Codes(Good with { Matrix = ungraded }).Should().Equal("key-evidence-not-counted");
        Codes(Good with { KeyEvidence = [E(9)] }).Should().Equal("item-unknown");
    }

    [Fact]
    public void A6_A_highly_spoofable_item_may_not_be_the_only_linchpin()
    {
        var planted = WannaCry with { Items = [.. WannaCry.Items.Select(i => i with { Spoofability = Spoofability.High })] };

        Codes(Good with { Matrix = planted }).Should().Equal("only-linchpin-spoofable");
    }

    [Fact]
    public void A7_Key_assumptions_are_listed_each_with_what_would_break_it()
    {
        Codes(Good with { Assumptions = [] }).Should().Equal("no-key-assumptions");
        FreezeGate.Check(Good with { Assumptions = [Clock, Clock with { WouldBreakIt = " " }] }).Should().ContainSingle()
            .Which.Pointer.Should().Be("/assumptions/1");
        Codes(Good with { Assumptions = [Clock with { Statement = "" }] }).Should().Equal("assumption-incomplete");
    }

    [Fact]
    public void A_matrix_that_contradicts_itself_is_told_so_first() =>
        Codes(Good with { Matrix = WannaCry with { Cells = [.. WannaCry.Cells, WannaCry.Cells[0]] }, Assumptions = [] })
            .Should().Equal("cell-repeated");

    private static IEnumerable<string> Codes(AssessmentDraft draft) => FreezeGate.Check(draft).Select(r => r.Code);
}

using System.Text.Json;
using AttributionRegistry.Domain.Scales;
using Known = AttributionRegistry.Domain.Scales.Scales;

namespace AttributionRegistry.Domain.Tests.Scales;

public sealed class GradeTests
{
    [Fact]
    public void Every_grade_rating_label_and_confidence_is_a_term_of_its_scale()
    {
        Enum.GetValues<SourceGrade>().Select(g => g.Term()).Should().Equal(Known.AdmiraltySource.Terms);
        Enum.GetValues<InformationGrade>().Select(g => g.Term()).Should().Equal(Known.AdmiraltyInformation.Terms);
        Enum.GetValues<Rating>().Select(r => r.Term()).Should().Equal(Known.AchRating.Terms);
        Enum.GetValues<AnalyticConfidence>().Select(c => c.Term()).Should().Equal(Known.Icd203Confidence.Terms);
        Enum.GetValues<Tlp>().Select(l => l.WireName()).Should().Equal(Known.TrafficLight.Terms.Select(t => t.Code));
    }

    [Fact]
    public void F_and_6_are_no_basis_and_nothing_else_is()
    {
        Enum.GetValues<SourceGrade>().Where(g => !g.HasBasis()).Should().Equal(SourceGrade.F);
        Enum.GetValues<InformationGrade>().Where(g => !g.HasBasis()).Should().Equal(InformationGrade.Six);
        Known.AdmiraltySource.Terms.Concat(Known.AdmiraltyInformation.Terms).Where(t => t.NoBasis).Select(t => t.Code).Should().Equal("F", "6");
    }

    [Theory]
    [InlineData("A", true)]
    [InlineData("F", true)]
    [InlineData("G", false)]
    [InlineData("a", false)]
    [InlineData("0", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void A_source_grade_is_one_capital_letter_from_A_to_F(string? text, bool known) =>
        Grades.TryParse(text, out SourceGrade _).Should().Be(known);

    [Theory]
    [InlineData("1", true, 1)]
    [InlineData("6", true, 6)]
    [InlineData("0", false, 0)]
    [InlineData("7", false, 0)]
    [InlineData("One", false, 0)]
    [InlineData(null, false, 0)]
    public void An_information_grade_is_one_digit_from_1_to_6(string? text, bool known, int value)
    {
        Grades.TryParse(text, out InformationGrade grade).Should().Be(known);
        grade.Value().Should().Be(value);
    }

    [Theory]
    [InlineData("CC", true)]
    [InlineData("NA", true)]
    [InlineData("III", false)]
    [InlineData("1", false)]
    [InlineData(null, false)]
    public void A_rating_is_one_of_six_codes(string? text, bool known) => Grades.TryParse(text, out Rating _).Should().Be(known);

    [Fact]
    public void Tlp_labels_go_round_through_their_wire_names_and_JSON()
    {
        foreach (var label in Enum.GetValues<Tlp>())
        {
            TlpLabels.TryParse(label.WireName(), out var back).Should().BeTrue();
            back.Should().Be(label);
            JsonSerializer.Deserialize<string>(JsonSerializer.Serialize(label)).Should().Be(label.WireName());
        }
    }

    [Fact]
    public void TLP_WHITE_is_read_as_CLEAR_and_never_written()
    {
        TlpLabels.TryParse("tlp:white", out var label).Should().BeTrue();
        label.WireName().Should().Be("TLP:CLEAR");
    }

    [Theory]
    [InlineData("TLP:PURPLE")]
    [InlineData("RED")]
    [InlineData("")]
    [InlineData(null)]
    public void Other_labels_are_refused_and_leave_the_narrowest(string? text)
    {
        TlpLabels.TryParse(text, out var label).Should().BeFalse();
        label.Should().Be(Tlp.Red);
    }

    [Fact]
    public void Labels_widen_from_red_to_clear()
    {
        Tlp[] order = [Tlp.Red, Tlp.AmberStrict, Tlp.Amber, Tlp.Green, Tlp.Clear];
        foreach (var (narrow, wide) in order.Zip(order.Skip(1)))
        {
            wide.IsWiderThan(narrow).Should().BeTrue();
            narrow.IsWiderThan(wide).Should().BeFalse();
            narrow.IsWiderThan(narrow).Should().BeFalse();
        }
    }
}

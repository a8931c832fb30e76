using System.Text.Json;
using AttributionRegistry.Domain.Assessment;
using AttributionRegistry.Domain.Scales;
using static AttributionRegistry.Domain.Tests.Assessment.Cases;

namespace AttributionRegistry.Domain.Tests.Assessment;

public sealed class MatrixTests
{
    [Fact]
    public void A2_Cells_without_a_rating_are_listed_and_add_nothing()
    {
        var result = Matrix.Evaluate(Input(Three, (Item(1), "C I -"), (Item(2, grades: null), "C - I")));

        result.MissingCells.Should().Equal(new CellAddress(H(2), E(2)), new CellAddress(H(3), E(1)));
        result.IsComplete.Should().BeFalse();
        Score(result, 3).Should().Be(0);
    }

    [Theory]
    [InlineData("C C C")]
    [InlineData("II II II")]
    [InlineData("NA NA NA")]
    public void A3_An_item_rated_alike_in_every_column_has_diagnosticity_zero(string ratings)
    {
        var item = Matrix.Evaluate(Input(Three, (Item(1), ratings))).Items.Single();

        item.Diagnosticity.Should().Be(0);
        item.MayBeKeyEvidence.Should().BeFalse();
        item.IsLinchpin.Should().BeFalse();
    }

    [Theory]
    [InlineData("CC II N", 4)]
    [InlineData("C N N", 1)]
    [InlineData("C I NA", 2)]
    public void A3_Diagnosticity_is_the_spread_of_the_ratings(string ratings, int spread)
    {
        var item = Matrix.Evaluate(Input(Three, (Item(1), ratings))).Items.Single();

        item.Diagnosticity.Should().Be(spread);
        item.MayBeKeyEvidence.Should().BeTrue();
    }

    [Fact]
    public void A3_The_residual_column_does_not_make_an_item_diagnostic()
    {
        var input = Input([.. Three, Hypothesis(4, "unknown", residual: true)], (Item(1), "C C C N"));

        Matrix.Evaluate(input).Items.Single().Diagnosticity.Should().Be(0);
    }

    [Fact]
    public void A4_The_least_inconsistent_leads_however_consistent_another_is()
    {
        var result = Matrix.Evaluate(Input(Three, (Item(1, "A1"), "CC N I"), (Item(2, "A1"), "CC N I"), (Item(3, "E5"), "I N II")));

        result.Ranking.Should().Equal(
            new RankedHypothesis(H(2), Rank: 1, Inconsistency: 0, Consistency: 0, Tied: false),
            new RankedHypothesis(H(1), Rank: 2, Inconsistency: 1, Consistency: 100, Tied: false),
            new RankedHypothesis(H(3), Rank: 3, Inconsistency: 52, Consistency: 0, Tied: false));
        result.StrictLeader.Should().Be(H(2));
        result.Margin.Should().Be(1);
    }

    [Fact]
    public void A4_Equal_scores_are_a_tie_that_consistency_does_not_break()
    {
        var result = Matrix.Evaluate(Input(Three, (Item(1), "CC N II")));

        result.Leaders.Should().Equal(H(1), H(2));
        result.StrictLeader.Should().BeNull();
        result.Margin.Should().Be(0);
        result.Ranking.Select(r => (r.Rank, r.Tied)).Should().Equal((1, true), (1, true), (3, false));
    }

    [Fact]
    public void A4_The_rule_is_in_the_answer_and_its_points_are_the_ones_used()
    {
        var result = Matrix.Evaluate(WannaCry);

        result.RuleId.Should().Be(Matrix.RuleId);
        foreach (var grade in Enum.GetValues<SourceGrade>())
        {
            result.RuleText.Should().Contain($"{grade} {Weights.Points(grade)}");
        }

        foreach (var grade in Enum.GetValues<InformationGrade>())
        {
            result.RuleText.Should().Contain($"{grade.Value()} {Weights.Points(grade)}");
        }
    }

    [Fact]
    public void A4_The_contributions_of_a_hypothesis_add_up_to_its_score()
    {
        foreach (var input in new[] { WannaCry, OlympicDestroyer(), Sony(affidavitDisclosed: true), OneReportTwice("B2", "C3") })
        {
            var result = Matrix.Evaluate(input);
            result.Ranking.Concat(result.Unranked).Should().OnlyContain(r =>
                result.Contributions.Where(c => c.Hypothesis == r.Id).Sum(c => c.Points) == r.Inconsistency);
        }
    }

    [Theory]
    [InlineData("A1", 25)]
    [InlineData("B2", 16)]
    [InlineData("C3", 9)]
    [InlineData("F6", 9)]
    [InlineData("A6", 15)]
    [InlineData("F1", 15)]
    [InlineData("E5", 1)]
    public void A4_The_weight_is_source_points_times_information_points(string grades, int weight) =>
        Matrix.Evaluate(Input(Three, (Item(1, grades), "C I N"))).Items.Single().Weight.Should().Be(weight);

    [Fact]
    public void A4_No_basis_never_weighs_less_than_unreliable_or_improbable()
    {
        foreach (var information in Enum.GetValues<InformationGrade>())
        {
            Weights.Of(SourceGrade.F, information).Should().BeGreaterThan(Weights.Of(SourceGrade.E, information));
        }

        foreach (var source in Enum.GetValues<SourceGrade>())
        {
            Weights.Of(source, InformationGrade.Six).Should().BeGreaterThan(Weights.Of(source, InformationGrade.Five));
        }
    }

    [Fact]
    public void A4_The_residual_is_scored_but_not_ranked()
    {
        var result = Matrix.Evaluate(OlympicDestroyer());

        result.Ranking.Select(r => r.Id).Should().NotContain(H(4));
        result.Unranked.Single().Should().Be(new RankedHypothesis(H(4), 1, 0, 48, false));
    }

    [Fact]
    public void A5_A_linchpin_is_an_item_without_which_another_leads_or_the_lead_is_shared()
    {
        var result = Matrix.Evaluate(WannaCry);

        result.StrictLeader.Should().Be(H(1));
        var linchpin = result.Linchpins.Should().ContainSingle().Subject;
        linchpin.Items.Should().Equal(E(4));
        linchpin.LeadersWithout.Should().Equal(H(1), H(3));
        result.Items.Where(i => i.IsLinchpin).Select(i => i.Id).Should().Equal(E(4));
    }

    [Fact]
    public void A5_Linchpins_are_those_that_removing_and_running_again_finds()
    {
        foreach (var input in RandomMatrices(200))
        {
            var result = Matrix.Evaluate(input);
            var expected = result.Items.Where(i => i.Weight > 0).Select(i => i.Id)
                .Where(id => !Matrix.Evaluate(input.Keep(i => i.Id != id)).Leaders.SequenceEqual(result.Leaders));
            result.Items.Where(i => i.IsLinchpin).Select(i => i.Id).Should().Equal(expected);
        }
    }

    [Fact]
    public void A5_An_origin_is_a_linchpin_even_when_none_of_its_items_is()
    {
        var result = Matrix.Evaluate(OneReportTwice("B2", "B2"));

        result.Items.Should().OnlyContain(i => !i.IsLinchpin);
        var linchpin = result.Linchpins.Should().ContainSingle().Subject;
        linchpin.Origin.Should().Be("affidavit");
        linchpin.Items.Should().Equal(E(1), E(2));
    }

    [Fact]
    public void A6_A_lead_that_hangs_only_on_easily_planted_evidence_is_flagged()
    {
        Matrix.Evaluate(Input(Three, (Item(1, spoofability: Spoofability.High), "C I I"))).HangsOnSpoofableEvidence.Should().BeTrue();
        Matrix.Evaluate(Input(Three, (Item(1, spoofability: Spoofability.Medium), "C I I"))).HangsOnSpoofableEvidence.Should().BeFalse();
        Matrix.Evaluate(Input(Three, (Item(1, spoofability: Spoofability.High), "C C C"))).HangsOnSpoofableEvidence.Should().BeFalse("nothing hangs on it");
        Matrix.Evaluate(Input(Three, (Item(1, spoofability: Spoofability.High), "C I N"), (Item(2), "C N I"))).HangsOnSpoofableEvidence
            .Should().BeFalse("the second linchpin is not easily planted");
    }

    [Fact]
    public void A8_Running_again_in_any_order_gives_the_same_bytes()
    {
        foreach (var input in RandomMatrices(50).Append(WannaCry).Append(OneReportTwice("B2", "C3")))
        {
            var bytes = JsonSerializer.SerializeToUtf8Bytes(Matrix.Evaluate(input));
            var turned = new MatrixInput([.. input.Hypotheses.Reverse()], [.. input.Items.Reverse()], [.. input.Cells.Reverse()]);

            JsonSerializer.SerializeToUtf8Bytes(Matrix.Evaluate(input)).Should().Equal(bytes);
            JsonSerializer.SerializeToUtf8Bytes(Matrix.Evaluate(turned)).Should().Equal(bytes);
        }
    }

    [Fact]
    public void E4_Nothing_counts_before_someone_else_has_given_both_grades()
    {
        var half = Item(2) with { Information = null };
        var otherHalf = Item(3) with { Source = null };
        var result = Matrix.Evaluate(Input(Three,
            (Item(1, grades: null), "C I I"), (half, "C I I"), (otherHalf, "C I I"), (Item(4, selfGraded: true), "C I I")));

        result.NotCounted.Should().Equal(
            new NotCounted(E(1), "no-grades"), new NotCounted(E(2), "no-information-grade"),
            new NotCounted(E(3), "no-source-grade"), new NotCounted(E(4), "graded-by-submitter"));
        result.Ranking.Should().OnlyContain(r => r.Inconsistency == 0 && r.Consistency == 0 && r.Tied);
        result.Items.Should().OnlyContain(i => i.Weight == 0 && !i.MayBeKeyEvidence);
        result.Linchpins.Should().BeEmpty();
    }

    [Fact]
    public void E8_Items_of_one_origin_count_once_with_the_strongest_contribution()
    {
        var alone = Matrix.Evaluate(Input(Three, (Item(1, "B2"), "C I I")));
        var twice = Matrix.Evaluate(OneReportTwice("B2", "C3"));
        var independent = Matrix.Evaluate(Input(Three, (Item(1, "B2"), "C I I"), (Item(2, "C3"), "C I I")));

        twice.Ranking.Should().Equal(alone.Ranking);
        Score(twice, 2).Should().Be(16);
        Score(independent, 2).Should().Be(25);
        twice.Contributions.Select(c => c.Item).Should().OnlyContain(id => id == E(1));
    }

    [Fact]
    public void E8_A_second_fact_of_the_same_report_still_speaks_against_what_the_first_leaves_alone()
    {
        var result = Matrix.Evaluate(Input(Three,
            (Item(1, "B2", origin: "affidavit"), "C I N"), (Item(2, "C3", origin: "affidavit"), "C N II")));

        Score(result, 2).Should().Be(16);
        Score(result, 3).Should().Be(18);
    }

    [Fact]
    public void E8_An_empty_origin_is_no_origin()
    {
        var result = Matrix.Evaluate(Input(Three, (Item(1, origin: ""), "C I I"), (Item(2, origin: ""), "C I I")));

        Score(result, 2).Should().Be(32);
    }

    [Fact]
    public void Olympic_Destroyer_stops_pointing_at_Lazarus_once_the_proof_of_forgery_counts()
    {
        Matrix.Evaluate(OlympicDestroyer(gradesOfE2: null, withMotive: false)).Leaders.Should().Equal(H(1), H(3));

        var result = Matrix.Evaluate(OlympicDestroyer(withMotive: false));
        result.Leaders.Should().Equal(H(3));
        result.Ranking[^1].Id.Should().Be(H(1));
    }

    [Theory]
    [InlineData("hypothesis-repeated")]
    [InlineData("item-repeated")]
    [InlineData("cell-repeated")]
    [InlineData("hypothesis-unknown")]
    [InlineData("item-unknown")]
    [InlineData("rating-unknown")]
    [InlineData("grade-unknown")]
    public void A_matrix_that_contradicts_itself_is_refused_by_name_and_never_evaluated(string code)
    {
        var good = Input(Three, (Item(1), "C I N"));
        var bad = code switch
        {
            "hypothesis-repeated" => good with { Hypotheses = [.. Three, Three[0]] },
            "item-repeated" => good with { Items = [Item(1), Item(1)] },
            "cell-repeated" => good with { Cells = [.. good.Cells, new(H(1), E(1), Rating.II)] },
            "hypothesis-unknown" => good with { Cells = [new(H(9), E(1), Rating.C)] },
            "item-unknown" => good with { Cells = [new(H(1), E(9), Rating.C)] },
            "rating-unknown" => good with { Cells = [new(H(1), E(1), (Rating)77)] },
            _ => good with { Items = [Item(1) with { Information = (InformationGrade)7 }] },
        };

        Matrix.Check(good).Should().BeEmpty();
        Matrix.Check(bad).Select(r => r.Code).Should().Equal(code);
        FluentActions.Invoking(() => Matrix.Evaluate(bad)).Should().Throw<ArgumentException>();
    }

    [Fact]
    public void An_empty_matrix_has_no_leader()
    {
        var result = Matrix.Evaluate(new([], [], []));

        result.Leaders.Should().BeEmpty();
        result.StrictLeader.Should().BeNull();
    }

    [Fact]
    public void One_hypothesis_alone_does_not_lead_strictly() =>
        Matrix.Evaluate(Input([Three[0]], (Item(1), "C"))).StrictLeader.Should().BeNull();

    private static MatrixInput OneReportTwice(string first, string second) => Input(Three,
        (Item(1, first, origin: "affidavit"), "C I I"), (Item(2, second, origin: "affidavit"), "C I I"));

    private static int Score(MatrixResult result, int hypothesis) => result.Ranking.Single(r => r.Id == H(hypothesis)).Inconsistency;

    private static IEnumerable<MatrixInput> RandomMatrices(int count)
    {
        var random = new Random(20260101);
        string[] ratings = ["CC", "C", "N", "I", "II", "NA", "-"];
        string?[] origins = [null, null, "one", "two"];
        for (var n = 0; n < count; n++)
        {
            yield return Input(Three, [.. Enumerable.Range(1, random.Next(1, 8)).Select(i => (
                Item(i, random.Next(6) == 0 ? null : $"{(char)('A' + random.Next(6))}{1 + random.Next(6)}", origin: origins[random.Next(4)]),
                string.Join(' ', Three.Select(_ => ratings[random.Next(ratings.Length)]))))]);
        }
    }
}

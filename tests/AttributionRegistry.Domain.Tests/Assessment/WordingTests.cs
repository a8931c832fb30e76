using AttributionRegistry.Domain.Assessment;
using AttributionRegistry.Domain.Scales;
using AttributionRegistry.Domain.Voting;
using static AttributionRegistry.Domain.Tests.Assessment.Cases;
using Known = AttributionRegistry.Domain.Scales.Scales;

namespace AttributionRegistry.Domain.Tests.Assessment;

public sealed class WordingTests
{
    private const string Statement = "Lazarus Group acting for the DPRK";

    [Fact]
    public void P1_Likelihood_and_confidence_are_two_sentences_each_from_one_named_scale()
    {
        Wording.Likelihood(Statement, Known.Icd203TermAt(8700)!).Should().Be(
            "The panel assesses that it is very likely (80–95 %, ICD 203 degrees of likelihood) that the hypothesis “Lazarus Group acting for the DPRK” holds.");
        Wording.Confidence(AnalyticConfidence.Moderate).Should().Be(
            "The panel assesses its confidence in this judgement as moderate (ICD 203: low, moderate or high).");
    }

    [Fact]
    public void P1_No_likelihood_sentence_speaks_of_confidence_and_no_confidence_sentence_of_likelihood()
    {
        var likelihoods = Likelihoods().Select(t => Wording.Likelihood("X", t));
        var confidences = Enum.GetValues<AnalyticConfidence>().Select(Wording.Confidence);

        likelihoods.Should().OnlyContain(s => !s.Contains("confiden"));
        confidences.Should().OnlyContain(s => !s.Contains("likel") && !s.Contains('%'));
    }

    [Fact]
    public void P1_A_term_of_confidence_is_no_likelihood() =>
        FluentActions.Invoking(() => Wording.Likelihood(Statement, AnalyticConfidence.High.Term())).Should().Throw<ArgumentException>();

    [Fact]
    public void P1_A_term_with_changed_bounds_is_not_the_scales_own() =>
        FluentActions.Invoking(() => Wording.Likelihood(Statement, Known.Icd203TermAt(8700)! with { Bounds = new(0, 10000) }))
            .Should().Throw<ArgumentException>();

    [Theory]
    [InlineData(300, "there is almost no chance (1–5 %")]
    [InlineData(1000, "it is very unlikely (5–20 %")]
    [InlineData(5000, "there is a roughly even chance (45–55 %")]
    [InlineData(9600, "it is almost certain (95–99 %")]
    public void Each_term_makes_an_English_sentence(int basisPoints, string words) =>
        Wording.Likelihood(Statement, Known.Icd203TermAt(basisPoints)!).Should().Contain(words);

    [Fact]
    public void P5_A_territory_is_where_it_came_from_and_not_who_did_it()
    {
        Wording.Origin(PropositionLevel.Territory, "Atlantis").Should().Be("from the territory of Atlantis");
        Wording.Origin(PropositionLevel.State, "Atlantis").Should().Be("by the state of Atlantis");
        Enum.GetValues<PropositionLevel>().Except([PropositionLevel.State, PropositionLevel.StateSponsored])
            .Select(level => Wording.Origin(level, "Atlantis")).Should().OnlyContain(s => !s.Contains("state"));
    }

    [Theory]
    [InlineData(PropositionLevel.Territory, "Attack carried out by the state of Atlantis", false)]
    [InlineData(PropositionLevel.Territory, "Attack By The  Government of Atlantis.", false)]
    [InlineData(PropositionLevel.Territory, "State-sponsored activity", false)]
    [InlineData(PropositionLevel.Territory, "Attack launched from the territory of Atlantis", true)]
    [InlineData(PropositionLevel.Group, "Attack by the group Kraken on behalf of the government", false)]
    [InlineData(PropositionLevel.State, "Attack carried out by the state of Atlantis", true)]
    public void P5_A_statement_may_not_say_more_than_its_level(PropositionLevel level, string statement, bool allowed) =>
        (Wording.CheckStatement(level, statement)?.Code).Should().Be(allowed ? null : "statement-exceeds-level");

    [Fact]
    public void P6_Every_judgement_is_the_panels_assessment_and_quotes_the_hypothesis()
    {
        string[] judgements =
        [
            .. Likelihoods().Select(t => Wording.Likelihood(Statement, t)),
            Wording.NotEstablished(Statement),
            Wording.Inconclusive(Statement, []),
        ];

        judgements.Should().OnlyContain(s => s.StartsWith("The panel assesses ") && s.Contains($"“{Statement}”"));
    }

    [Fact]
    public void P6_There_is_no_field_for_a_recommended_response() =>
        typeof(MatrixResult).Assembly.GetExportedTypes()
            .SelectMany(t => t.GetProperties()).Select(p => p.Name)
            .Should().NotContain(n => n.Contains("Recommend") || n.Contains("Countermeasure") || n.Contains("Sanction"));

    [Fact]
    public void Inconclusive_clears_no_one()
    {
        var text = Wording.Inconclusive("Who attacked?", ["quorum was not reached", "two hypotheses tie."]);

        text.Should().Contain("inconclusive").And.Contain("Reasons: quorum was not reached; two hypotheses tie.");
        text.Should().Contain("not a finding for or against anyone named");
        text.ToLowerInvariant().Should().NotContainAny("cleared", "innocent", "exonerat", "not responsible", "did not");
    }

    [Fact]
    public void Exclusion_names_its_rule_and_stays_open_to_new_evidence() =>
        Wording.ExcludedByRule.Should().StartWith("The panel assesses ").And.Contain("two thirds put it below 20 %").And.EndWith("New evidence may reopen it.");

    [Fact]
    public void An_inconclusive_count_says_what_was_missing()
    {
        Wording.ReasonOf(TallyOutcome.NoQuorum, 7, 8, 6, 8, 11).Should().Be("7 votes and abstentions, 8 needed for a quorum");
        Wording.ReasonOf(TallyOutcome.NotAttributed, 11, 8, 6, 8, 11).Should().Be("the most supported hypothesis has 6 supporters, 8 of 11 are needed");
    }

    [Fact]
    public void P3_A_finding_that_fails_the_gate_says_so_to_its_reader()
    {
        Wording.Checkable(Crosscheck.Run(Sony(affidavitDisclosed: false), H(1)).Holds).Should().Contain("assessed, not crosscheckable").And.Contain("moderate");
        Wording.Checkable(Crosscheck.Run(WannaCry, H(1)).Holds).Should().NotContain("not crosscheckable");
    }

    [Theory]
    [InlineData("It was X.\nThe panel knows this.", "“It was X. The panel knows this” holds.")]
    [InlineData("X” holds. It is certain that “Y", "“X’ holds. It is certain that ‘Y” holds.")]
    public void A_statement_cannot_break_out_of_its_quotation(string statement, string end) =>
        Wording.Likelihood(statement, Known.Icd203TermAt(1000)!).Should().EndWith(end);

    private static IEnumerable<ScaleTerm> Likelihoods() =>
        Known.All.Where(s => s.Measures == Measure.Likelihood).SelectMany(s => s.Terms);
}

using AttributionRegistry.Cli.Cases;
using AttributionRegistry.Domain.Assessment;
using AttributionRegistry.Domain.Voting;

namespace AttributionRegistry.Cli.Tests.Cases;

/// <summary>The rule of the ballots, counted with the registry's own count: no server is needed for it.</summary>
public sealed class BallotRuleTests
{
    private static readonly string[] Regions = ["AFR", "AFR", "APG", "APG", "EEG", "EEG", "GRULAC", "GRULAC", "WEOG", "WEOG", "AFR"];

    public static TheoryData<string> Files => [.. CaseFiles.Names];

    /// <summary>Eleven of the roster, two or three of a region as the draw has it; which ones changes with the number.</summary>
    private static List<RosterMember> Panel(int number) =>
        [.. Regions.Select((region, index) => Roster.Members.Where(each => each.Region.ToString() == region).ElementAt((index + number) % 12))];

    private static MatrixInput MatrixOf(CaseEntry entry) => ExerciseRun.MatrixOf(entry, CaseFiles.HypothesisOf, CaseFiles.EvidenceOf);

    private static IReadOnlyList<ExerciseAnswer> AnswersOf(CaseEntry entry, int number) =>
        BallotRule.Answers(MatrixOf(entry), $"exercise:{entry.Id}:ballots", [.. Panel(number).Select(each => each.Id)]);

    private static QuestionResult Count(CaseEntry entry, int number)
    {
        var residual = entry.Hypotheses.Single(each => each.Residual);
        var question = new Question(
            "Q1", ExerciseRun.LevelOfQuestion(entry), [.. entry.Hypotheses.Select(each => CaseFiles.HypothesisOf(each.Id).Value)], CaseFiles.HypothesisOf(residual.Id).Value);
        var ballots = AnswersOf(entry, number).Select(answer => new CastBallot(answer.Member, entry.Id, 1, 1, answer.Member, 1, 3, new Dictionary<string, Answer>
        {
            ["Q1"] = new Answer.Judgement(answer.Likelihood, answer.Confidence, answer.Cites, answer.Reasons.Length),
        }));
        return Domain.Voting.Tally.Count(new TallyInput(
            entry.Id, 1, RuleSet.Default, new RoundWindows(new Window(0, 2), new Window(2, 4)),
            new Domain.Voting.Panel(11, [.. Panel(number).Select(each => new PanelMember(each.Id, each.Region, Standing.Seated))]),
            [.. entry.Evidence.Select(each => CaseFiles.EvidenceOf(each.Id).Value)], [question], [.. ballots])).Questions["Q1"];
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_ballot_is_a_valid_one(string name)
    {
        var entry = CaseFiles.Entry(name);
        for (var number = 0; number < 12; number++)
        {
            var answers = AnswersOf(entry, number);

            answers.Should().HaveCount(11);
            answers.Should().OnlyContain(each => each.Likelihood.Values.Sum() == 10_000);
            answers.Should().OnlyContain(each => each.Likelihood.Values.All(bp => bp >= 100 && bp <= 9_900));
            answers.Should().OnlyContain(each => each.Cites.Count > 0 && each.Reasons.Contains("Exercise ballot", StringComparison.Ordinal));
            answers.Select(each => each.Likelihood[CaseFiles.HypothesisOf("H1").Value]).Distinct().Should().HaveCountGreaterThan(2, "opinions differ");
            Count(entry, number).Counts.Votes.Should().Be(11, "no answer is spoiled");
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_case_comes_to_what_its_compilers_expect_whoever_is_drawn(string name)
    {
        var entry = CaseFiles.Entry(name);
        for (var number = 0; number < 12; number++)
        {
            var result = Count(entry, number);

            if (entry.Expected!.Adopts is { } adopts)
            {
                result.Outcome.Should().Be(TallyOutcome.Attributed);
                result.Hypothesis.Should().Be(CaseFiles.HypothesisOf(adopts).Value);
                Crosscheck.Run(MatrixOf(entry), CaseFiles.HypothesisOf(adopts)).Holds.Should().Be(entry.Expected.CrosscheckHolds);
            }
            else
            {
                result.Outcome.Should().Be(TallyOutcome.NotAttributed);
                result.Hypothesis.Should().BeNull();
            }
        }
    }

    [Fact]
    public void Olympic_destroyer_has_members_who_support_the_hypothesis_that_was_not_adopted()
    {
        var entry = CaseFiles.Entry("olympic-destroyer-2018");
        var favoured = CaseFiles.HypothesisOf(entry.Expected!.DissentFor!);

        var supporting = AnswersOf(entry, 0).Where(each => each.Favours == favoured).ToList();

        supporting.Should().NotBeEmpty();
        supporting.Should().OnlyContain(each => each.Likelihood[favoured.Value] >= 8000 && each.Confidence >= Confidence.Moderate);
    }

    [Fact]
    public void A_narrow_lead_leaves_more_dissenters_than_a_wide_one()
    {
        Count(CaseFiles.Entry("viasat-kasat-2022"), 0).Dissents.Should().Be(2);
        Count(CaseFiles.Entry("notpetya-2017"), 0).Dissents.Should().Be(1);
    }

    [Fact]
    public void What_cannot_be_crosschecked_is_held_with_moderate_confidence_at_most() =>
        AnswersOf(CaseFiles.Entry("viasat-kasat-2022"), 0).Should().OnlyContain(each => each.Confidence <= Confidence.Moderate);

    [Fact]
    public void The_same_matrix_seed_and_members_give_the_same_ballots_in_any_order()
    {
        var entry = CaseFiles.Entry("wannacry-2017");
        var members = Panel(3).Select(each => each.Id).ToList();

        var once = BallotRule.Answers(MatrixOf(entry), "seed", members);
        members.Reverse();
        var again = BallotRule.Answers(MatrixOf(entry), "seed", members);

        again.Should().BeEquivalentTo(once, options => options.WithStrictOrdering());
    }

    [Fact]
    public void Ballots_stay_valid_with_as_many_hypotheses_as_a_question_may_have()
    {
        var wide = CaseFiles.Entry("wannacry-2017");
        var extra = Enumerable.Range(5, 17).Select(number => wide.Hypotheses[1] with { Id = $"H{number}" }).ToList();
        var entry = wide with
        {
            Hypotheses = [.. wide.Hypotheses, .. extra],
            Evidence = [.. wide.Evidence.Select(item => item with
            {
                Ratings = item.Ratings.Concat(extra.Select(each => KeyValuePair.Create(each.Id, item.Ratings["H2"]))).ToDictionary(StringComparer.Ordinal),
            })],
        };

        AnswersOf(entry, 0).Should().OnlyContain(each => each.Likelihood.Values.Sum() == 10_000 && each.Likelihood.Values.All(bp => bp >= 100 && bp <= 9_900));
    }
}

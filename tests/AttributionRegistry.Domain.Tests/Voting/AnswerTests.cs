using AttributionRegistry.Domain.Voting;
using static AttributionRegistry.Domain.Tests.Voting.VotingRecord;

namespace AttributionRegistry.Domain.Tests.Voting;

public sealed class AnswerTests
{
    private static readonly HashSet<string> Evidence = ["E1", "E2"];

    [Theory]
    [InlineData("""{"likelihood":{"H1":9000,"H2":500,"OTHER":500},"confidence":"high","cites":["E1"]}""")]
    [InlineData("""{"abstain":false,"likelihood":{"H1":9900,"H2":100,"OTHER":0},"confidence":"high","cites":["E1"]}""", "outside 100 to 9900")]
    [InlineData("""{"likelihood":{"H1":9700,"H2":200,"OTHER":100},"confidence":"low","cites":["E2","E1"],"reasons":"Because."}""")]
    [InlineData("""{"likelihood":{"H1":9000,"H2":500},"confidence":"high","cites":["E1"]}""", "one likelihood per hypothesis")]
    [InlineData("""{"likelihood":{"H1":8900,"H2":500,"OTHER":500,"H3":100},"confidence":"high","cites":["E1"]}""", "one likelihood per hypothesis")]
    [InlineData("""{"likelihood":{"H1":9000,"H2":500,"H3":500},"confidence":"high","cites":["E1"]}""", "one likelihood per hypothesis")]
    [InlineData("""{"likelihood":{"H1":9901,"H2":50,"OTHER":49},"confidence":"high","cites":["E1"]}""", "outside 100 to 9900")]
    [InlineData("""{"likelihood":{"H1":9801,"H2":100,"OTHER":99},"confidence":"high","cites":["E1"]}""", "outside 100 to 9900")]
    [InlineData("""{"likelihood":{"H1":9000,"H2":500,"OTHER":499},"confidence":"high","cites":["E1"]}""", "add up to 10000")]
    [InlineData("""{"likelihood":{"H1":9000,"H2":500,"OTHER":501},"confidence":"high","cites":["E1"]}""", "add up to 10000")]
    [InlineData("""{"likelihood":{"H1":9000.0,"H2":500,"OTHER":500},"confidence":"high","cites":["E1"]}""", "whole numbers")]
    [InlineData("""{"likelihood":{"H1":9e3,"H2":500,"OTHER":500},"confidence":"high","cites":["E1"]}""", "whole numbers")]
    [InlineData("""{"likelihood":{"H1":"9000","H2":500,"OTHER":500},"confidence":"high","cites":["E1"]}""", "whole numbers")]
    [InlineData("""{"likelihood":{"H1":4294976296,"H2":500,"OTHER":500},"confidence":"high","cites":["E1"]}""", "whole numbers")]
    [InlineData("""{"likelihood":{"H1":9000,"H1":9000,"H2":500,"OTHER":500},"confidence":"high","cites":["E1"]}""", "whole numbers")]
    [InlineData("""{"likelihood":[9000,500,500],"confidence":"high","cites":["E1"]}""", "whole numbers")]
    [InlineData("""{"confidence":"high","cites":["E1"]}""", "whole numbers")]
    [InlineData("""{"likelihood":{"H1":9000,"H2":500,"OTHER":500},"confidence":"High","cites":["E1"]}""", "confidence")]
    [InlineData("""{"likelihood":{"H1":9000,"H2":500,"OTHER":500},"cites":["E1"]}""", "confidence")]
    [InlineData("""{"likelihood":{"H1":9000,"H2":500,"OTHER":500},"confidence":"high"}""", "list of evidence")]
    [InlineData("""{"likelihood":{"H1":9000,"H2":500,"OTHER":500},"confidence":"high","cites":"E1"}""", "list of evidence")]
    [InlineData("""{"likelihood":{"H1":9000,"H2":500,"OTHER":500},"confidence":"high","cites":[1]}""", "list of evidence")]
    [InlineData("""{"likelihood":{"H1":9000,"H2":500,"OTHER":500},"confidence":"high","cites":[]}""", "no evidence is cited")]
    [InlineData("""{"likelihood":{"H1":9000,"H2":500,"OTHER":500},"confidence":"high","cites":["E1","E9"]}""", "outside the frozen set")]
    [InlineData("""{"likelihood":{"H1":9000,"H2":500,"OTHER":500},"confidence":"high","cites":["E1"],"reasons":7}""", "not text")]
    [InlineData("""{"abstain":true,"likelihood":{"H1":9000,"H2":500,"OTHER":500},"confidence":"high","cites":["E1"]}""", "at once")]
    [InlineData("""{"abstain":"yes"}""", "neither true nor false")]
    [InlineData("""{"likelihood":{"H1":9000,"H2":500,"OTHER":500},"confidence":"high","cites":["E1"],"reasons":"\ud800"}""", "no Unicode text")]
    [InlineData("""{"likelihood":{"H1":9000,"H2":500,"\udc00":500},"confidence":"high","cites":["E1"]}""", "no Unicode text")]
    [InlineData("\"abstain\"", "not an object")]
    [InlineData("null", "not an object")]
    public void V_23_V_24_V_25_An_answer_counts_only_when_it_is_whole(string json, string? spoiled = null)
    {
        var verdict = AnswerCheck.JudgeAlone(Group, Read(json), Evidence, RuleSet.Default.Ballot);
        if (spoiled is null)
        {
            verdict.Should().BeOfType<AnswerVerdict.Counted>();
        }
        else
        {
            verdict.Should().BeOfType<AnswerVerdict.Spoiled>().Which.Why.Should().Contain(spoiled);
        }
    }

    [Theory]
    [InlineData(65_536, false)]
    [InlineData(65_538, true)]
    public void V_23_Reasons_are_measured_in_bytes_not_in_characters(int bytes, bool spoiled)
    {
        var json = $$"""{"likelihood":{"H1":9000,"H2":500,"OTHER":500},"confidence":"high","cites":["E1"],"reasons":"{{new string('é', bytes / 2)}}"}""";
        (AnswerCheck.JudgeAlone(Group, Read(json), Evidence, RuleSet.Default.Ballot) is AnswerVerdict.Spoiled).Should().Be(spoiled);
    }

    [Fact]
    public void V_23_An_abstention_is_an_answer() =>
        AnswerCheck.JudgeAlone(Group, Read("""{"abstain":true,"reasons":"Too little to go by."}"""), Evidence, RuleSet.Default.Ballot)
            .Should().BeOfType<AnswerVerdict.Abstained>();

    [Fact]
    public void V_25_A_missing_answer_is_spoiled_and_spoils_no_other()
    {
        var result = Tally.Count(Record(
            Enumerable.Range(1, 11).Select(n => n == 1 ? Ballot(M(1), ("Q2", Sponsored(8500))) : Ballot(M(n), ("Q1", Yes), ("Q2", Sponsored(8500)))),
            [Group, Sponsor]));
        result.Questions["Q1"].Counts.Should().Be(new AnswerCounts(10, 0, 1, 0, 0, 0));
        result.Questions["Q2"].Counts.Should().Be(new AnswerCounts(11, 0, 0, 0, 0, 0));
    }

    [Theory]
    [InlineData(5500, Confidence.Low, true)]
    [InlineData(5499, Confidence.High, false)]
    public void V_26_A_ballot_supports_a_group_only_at_its_floor_and_minimum_confidence(int basisPoints, Confidence confidence, bool supports) =>
        AnswerCheck.Supports(For(basisPoints, confidence), "H1", RuleSet.Default.Levels.Group).Should().Be(supports);

    [Theory]
    [InlineData(8000, Confidence.Moderate, true)]
    [InlineData(7999, Confidence.High, false)]
    [InlineData(9500, Confidence.Low, false)]
    public void V_26_A_ballot_supports_a_hypothesis_only_at_its_floor_and_minimum_confidence(int basisPoints, Confidence confidence, bool supports)
    {
        foreach (var level in new[] { Level.Individual, Level.StateSponsored, Level.State })
        {
            AnswerCheck.Supports(For(basisPoints, confidence), "H1", RuleSet.Default.Levels.For(level)).Should().Be(supports);
        }
    }

    [Theory]
    [InlineData(8000, 8000, false)]
    [InlineData(8000, 7999, true)]
    public void V_21_A_child_may_be_as_likely_as_its_parent_but_not_likelier(int child, int parent, bool spoiled)
    {
        var verdicts = Judge(Sponsored(child), For(parent));
        (verdicts["Q2"] is AnswerVerdict.Spoiled).Should().Be(spoiled);
        verdicts["Q1"].Should().BeOfType<AnswerVerdict.Counted>();
    }

    [Fact]
    public void V_21_Against_a_parent_that_is_spoiled_or_abstained_there_is_nothing_to_compare()
    {
        Judge(Sponsored(8000), For(7000) with { Cites = [] })["Q2"].Should().BeOfType<AnswerVerdict.Counted>();
        Judge(Sponsored(8000), new Answer.Abstain())["Q2"].Should().BeOfType<AnswerVerdict.Counted>();
    }

    [Fact]
    public void V_21_The_comparison_does_not_depend_on_the_order_of_the_questions() =>
        AnswerCheck.Judge(new Dictionary<string, Answer> { ["Q1"] = For(7000), ["Q2"] = Sponsored(8000) }, [Sponsor, Group], Evidence, RuleSet.Default.Ballot)["Q2"]
            .Should().BeOfType<AnswerVerdict.Spoiled>();

    [Fact]
    public void V_20_Questions_are_checked_before_they_are_frozen()
    {
        Code([Group]).Should().BeNull();
        Code([Group, Sponsor]).Should().BeNull();
        Code([]).Should().Be("/questions");
        Code([.. Enumerable.Range(1, 5).Select(n => Group with { Id = $"Q{n}" })]).Should().Be("/questions");
        Code([Group, Group]).Should().Be("/questions");
        Code([Group with { Residual = "ELSE" }]).Should().Be("/questions/0/residual");
        Code([Group with { Hypotheses = ["OTHER"] }]).Should().Be("/questions/0/hypotheses");
        Code([Group with { Hypotheses = ["H1", "H1", "OTHER"] }]).Should().Be("/questions/0/hypotheses");
        Code([Group with { Hypotheses = [.. Enumerable.Range(1, 20).Select(n => $"H{n}"), "OTHER"] }]).Should().BeNull();
        Code([Group with { Hypotheses = [.. Enumerable.Range(1, 21).Select(n => $"H{n}"), "OTHER"] }]).Should().Be("/questions/0/hypotheses");
    }

    [Fact]
    public void V_21_What_is_implied_must_exist_and_never_in_a_circle()
    {
        Code([Sponsor]).Should().Be("/questions/0/implies/S1");
        Code([Group, Sponsor with { Implies = Implies("OTHER", "Q1", "H1") }]).Should().Be("/questions/1/implies/OTHER");
        Code([Group, Sponsor with { Implies = Implies("S1", "Q1", "OTHER") }]).Should().Be("/questions/1/implies/S1");
        Code([Group, Sponsor with { Implies = Implies("S1", "Q2", "S2") }]).Should().Be("/questions/1/implies/S1");
        Code([Group with { Implies = Implies("H1", "Q2", "S1") }, Sponsor]).Should().Be("/questions");
    }

    private static Dictionary<string, HypothesisRef> Implies(string child, string question, string parent) => new() { [child] = new(question, parent) };

    private static string? Code(IReadOnlyList<Question> questions) => QuestionSet.Check(questions, RuleSet.Default.Ballot)?.Pointer;

    private static IReadOnlyDictionary<string, AnswerVerdict> Judge(Answer child, Answer parent) =>
        AnswerCheck.Judge(new Dictionary<string, Answer> { ["Q1"] = parent, ["Q2"] = child }, [Group, Sponsor], Evidence, RuleSet.Default.Ballot);
}

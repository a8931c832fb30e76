using System.Text.Json.Nodes;
using AttributionRegistry.Cli.Tally;

namespace AttributionRegistry.Cli.Tests.Tally;

public sealed class TallyCasesTests
{
    public static TheoryData<string> Ids { get; } = [.. TallyFile.Whole()["cases"]!.AsArray().Select(each => (string)each!["id"]!)];

    [Theory]
    [MemberData(nameof(Ids))]
    public void Every_field_of_every_resolved_case_is_recounted(string id) =>
        Run(TallyFile.With(id)).Should().Be((0, $"{id} ok"));

    [Fact]
    public void There_are_fifty_cases_and_the_command_runs_them_all()
    {
        var output = new StringWriter();
        TallyCommand.Run([TallyFile.Path], output, TextWriter.Null).Should().Be(0);
        output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Should().HaveCount(50).And.OnlyContain(line => line.TrimEnd().EndsWith(" ok"));
    }

    [Theory]
    [InlineData("/questions/Q1/support/H1", "7", "/questions/Q1/support/H1: expected 7 got 8")]
    [InlineData("/questions/Q1/outcome", "\"no_quorum\"", "/questions/Q1/outcome: expected \"no_quorum\" got \"attributed\"")]
    [InlineData("/questions/Q1/likelihoodTerm", "null", "/questions/Q1/likelihoodTerm: expected nothing got \"very_likely\"")]
    [InlineData("/rejected/late", "2", "/rejected/late: expected 2 got nothing")]
    [InlineData("/novelty", "true", "/novelty: expected true got nothing")]
    public void A_differing_field_is_named_and_the_exit_code_is_one(string path, string value, string line)
    {
        var text = TallyFile.With("D01", each => Set(each["expected"]!.AsObject(), path, JsonNode.Parse(value)));
        Run(text).Should().Be((1, $"D01 {line}"));
    }

    [Fact]
    public void A_field_that_the_file_does_not_expect_differs()
    {
        var text = TallyFile.With("D01", each => each["expected"]!["questions"]!["Q1"]!.AsObject().Remove("dissents"));
        Run(text).Should().Be((1, "D01 /questions/Q1/dissents: expected nothing got 3"));
    }

    [Theory]
    [InlineData("{", "not JSON at line 1")]
    [InlineData("""{"schema":"attribution-registry/tally-cases/v2","cases":[]}""", "/schema must be")]
    [InlineData("""{"cases":[]}""", "/schema is missing")]
    [InlineData("""{"schema":"attribution-registry/tally-cases/v1"}""", "/cases is missing")]
    [InlineData("""{"schema":"attribution-registry/tally-cases/v1","cases":[{}]}""", "/cases/0/id is missing")]
    [InlineData("""{"schema":"attribution-registry/tally-cases/v1","schema":"attribution-registry/tally-cases/v1","cases":[]}""", "not JSON")]
    [InlineData("[]", "/ is not an object")]
    public void What_is_not_a_file_of_tally_cases_is_refused_with_the_place(string text, string beginning)
    {
        var (exitCode, output) = Run(text);
        exitCode.Should().Be(2);
        output.Should().StartWith(beginning);
    }

    [Fact]
    public void A_case_that_cannot_be_read_names_the_place_and_the_others_are_still_counted()
    {
        var file = TallyFile.Whole();
        file["cases"]![0]!["panel"]!["members"]![3]!["standing"] = "promoted";
        var (exitCode, output) = Run(file.ToJsonString());
        exitCode.Should().Be(2);
        output.Should().StartWith("D01 /cases/0/panel/members/3/standing cannot be read").And.Contain("D50 ok");
    }

    [Fact]
    public void A_ballot_may_say_anything_and_only_its_own_answer_is_spoiled()
    {
        var text = TallyFile.With("D01", each =>
        {
            each["ballots"]![10]!["answers"] = "nonsense";
            var question = each["expected"]!["questions"]!["Q1"]!;
            question["counts"]!["votes"] = 10;
            question["counts"]!["spoiled"] = 1;
            question["dissents"] = 2;
        });
        Run(text).Should().Be((0, "D01 ok"));
    }

    [Fact]
    public void A_median_of_no_votes_may_be_written_as_nulls_or_not_at_all()
    {
        foreach (var written in new[] { "{}", "null", """{"H1":null,"H2":null,"OTHER":null}""" })
        {
            Run(TallyFile.With("D01", each => AllAbstain(each, JsonNode.Parse(written)))).Should().Be((0, "D01 ok"), written);
        }
    }

    [Theory]
    [InlineData()]
    [InlineData("a", "b")]
    [InlineData("--help")]
    public void The_command_takes_exactly_one_file(params string[] args)
    {
        var counting = () => TallyCommand.Run(args, TextWriter.Null, TextWriter.Null);
        counting.Should().Throw<UsageException>();
    }

    [Fact]
    public void A_file_that_cannot_be_read_is_named()
    {
        var error = new StringWriter();
        TallyCommand.Run(["no-such-file.json"], TextWriter.Null, error).Should().Be(2);
        error.ToString().Should().StartWith("no-such-file.json: cannot be read");
    }

    private static (int ExitCode, string Output) Run(string json)
    {
        var output = new StringWriter();
        return (TallyCases.Run(json, output), output.ToString().Trim());
    }

    private static void Set(JsonObject root, string path, JsonNode? value)
    {
        var names = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        names[..^1].Aggregate(root, (at, name) => at[name]!.AsObject())[names[^1]] = value;
    }

    private static void AllAbstain(JsonObject each, JsonNode? median)
    {
        foreach (var ballot in each["ballots"]!.AsArray())
        {
            ballot!["answers"]!["Q1"] = JsonNode.Parse("""{"abstain":true}""");
        }

        each["expected"]!["questions"]!["Q1"] = JsonNode.Parse("""
            {"threshold":8,"counts":{"votes":0,"abstained":11,"spoiled":0,"unrevealed":0,"absent":0,"void":0},
             "support":{"H1":0,"H2":0,"OTHER":0},"regions":{"H1":0,"H2":0,"OTHER":0},"quorum":true,"outcome":"not_attributed",
             "hypothesis":null,"blockedBy":null,"status":{"H1":"not_established","H2":"not_established","OTHER":"not_established"}}
            """);
        each["expected"]!["questions"]!["Q1"]!["medianBp"] = median;
    }
}

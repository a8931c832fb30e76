using System.Text.Json.Nodes;
using AttributionRegistry.Cli.Cases;
using AttributionRegistry.Domain.Assessment;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.Scales;
using AttributionRegistry.Domain.Voting;

namespace AttributionRegistry.Cli.Tests.Cases;

public sealed class CaseFileReaderTests
{
    public static TheoryData<string> Files => [.. CaseFiles.Names];

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_committed_case_file_is_read_whole(string name)
    {
        var raw = JsonNode.Parse(CaseFiles.Text(name))!.AsObject().Case();

        var entry = CaseFiles.Entry(name);

        entry.Id.Should().Be(name);
        entry.Hypotheses.Should().HaveCount(raw["hypotheses"]!.AsArray().Count);
        entry.Evidence.Should().HaveCount(raw["evidence"]!.AsArray().Count);
        entry.Claims.Should().HaveCount(raw["publicAttributions"]!.AsArray().Count + raw["denialsAndDisputes"]!.AsArray().Count);
        entry.Replies.Should().HaveCount(raw["replies"]!.AsArray().Count);
        entry.Evidence.Should().OnlyContain(item => item.Ratings.Count == entry.Hypotheses.Count && item.Graded);
        entry.Hypotheses.Should().ContainSingle(each => each.Residual);
    }

    [Fact]
    public void The_plain_original_is_read_with_what_it_leaves_out_filled_in()
    {
        var file = CaseFileReader.Read(CaseFiles.Original);

        file.Cases.Should().HaveCount(5);
        file.Cases.Should().OnlyContain(entry => entry.Hypotheses.Count(each => each.Residual) == 1);
        var evidence = file.Cases.SelectMany(entry => entry.Evidence).ToList();
        evidence.Should().OnlyContain(item => !item.Graded && item.SourceGrade == SourceGrade.F && item.InformationGrade == InformationGrade.Six);
        file.Cases.Single(entry => entry.Id == "viasat-kasat-2022").Hypotheses[^1].Should()
            .Match<CaseHypothesis>(each => each.Residual && each.Id == "H4" && each.Kinds[0] == HypothesisKind.Unknown);
    }

    [Fact]
    public void What_cannot_be_dated_exactly_is_dated_as_exactly_as_it_is_written()
    {
        var file = CaseFileReader.Read(CaseFiles.With(f => f.Case()["denialsAndDisputes"]![0]!["date"] = "2018-02 and 2020-10"));

        var claim = file.Cases[0].Claims.Single(each => each.Content.Date.Note == "2018-02 and 2020-10");

        claim.Content.Date.Should().Be(new VagueDate("2018-02", DatePrecision.Month, "2018-02 and 2020-10"));
    }

    [Fact]
    public void Quotations_and_paraphrases_can_be_told_apart_in_what_is_recorded()
    {
        var claims = CaseFiles.Entry("olympic-destroyer-2018").Claims;

        claims.Should().Contain(each => each.Content.Words.Value.StartsWith('“'));
        claims.Should().Contain(each => each.Content.Words.Value.EndsWith("(paraphrase)", StringComparison.Ordinal));
    }

    [Fact]
    public void Claims_denials_and_refusals_keep_what_they_are()
    {
        var kinds = CaseFiles.Entry("olympic-destroyer-2018").Claims.Select(each => each.Content.Kind);

        kinds.Should().Contain([ClaimKind.Attribution, ClaimKind.RefusalToAttribute, ClaimKind.Denial]);
        CaseFiles.Entry("sony-pictures-2014").Claims.Should().Contain(each => each.Content.Kind == ClaimKind.SelfClaim);
        CaseFiles.Entry("notpetya-2017").Claims.Should().Contain(each => each.Content.Kind == ClaimKind.Withdrawn);
    }

    public static TheoryData<string, Action<JsonObject>> Faults => new()
    {
        { "/schema", file => file["schema"] = "attribution-registry/cases/v2" },
        { "/schema", file => file.Remove("schema") },
        { "/note", file => file.Remove("note") },
        { "/surprise", file => file["surprise"] = 1 },
        { "/cases", file => file["cases"] = new JsonArray() },
        { "/cases/0/id", file => file.Case()["id"] = "Not An Id" },
        { "/cases/1/id", file => file["cases"]!.AsArray().Add(file.Case().DeepClone()) },
        { "/cases/0/evidence", file => file.Case().Remove("evidence") },
        { "/cases/0/eurepocIncidentType", file => file.Case()["eurepocIncidentType"] = new JsonArray() },
        { "/cases/0/victimStates/0", file => file.Case()["victimStates"] = new JsonArray("gb") },
        { "/cases/0/victimStates/1", file => file.Case()["victimStates"] = new JsonArray("GB", "GB") },
        { "/cases/0/languages/0", file => file.Case()["languages"] = new JsonArray("English!") },
        { "/cases/0/hypotheses", file => file.Case()["hypotheses"] = new JsonArray(file.Hypothesis().DeepClone(), file.Hypothesis(1).DeepClone()) },
        { "/cases/0/hypotheses", file => file.Hypothesis(2)["kinds"] = new JsonArray("criminal") },
        { "/cases/0/hypotheses/1/id", file => file.Hypothesis(1)["id"] = "H1" },
        { "/cases/0/hypotheses/0/kind", file => file.Hypothesis()["kind"] = "state+alien" },
        { "/cases/0/hypotheses/0/kinds/0", file => file.Hypothesis()["kinds"] = new JsonArray("alien") },
        { "/cases/0/hypotheses/0/level", file => file.Hypothesis()["level"] = "continent" },
        { "/cases/0/hypotheses/0/residual", file => file.Hypothesis()["residual"] = true },
        { "/cases/0/evidence/1/id", file => file.Evidence(1)["id"] = "E1" },
        { "/cases/0/evidence/0/ach/H9", file => file.Evidence()["ach"]!["H9"] = "C" },
        { "/cases/0/evidence/0/ach/H1", file => file.Evidence()["ach"]!["H1"] = "CCC" },
        { "/cases/0/evidence/0/ach", file => file.Evidence()["ach"]!.AsObject().Remove("H2") },
        { "/cases/0/evidence/0/sourceGrade", file => file.Evidence()["sourceGrade"] = "G" },
        { "/cases/0/evidence/0/informationGrade", file => file.Evidence()["informationGrade"] = 7 },
        { "/cases/0/evidence/0", file => file.Evidence().Remove("informationGrade") },
        { "/cases/0/evidence/0/tlp", file => file.Evidence()["tlp"] = "TLP:PURPLE" },
        { "/cases/0/evidence/0/spoofability", file => file.Evidence()["spoofability"] = "rather low" },
        { "/cases/0/evidence/0/date", file => file.Evidence()["date"] = "in spring" },
        { "/cases/0/evidence/0/date", file => file.Evidence()["date"] = "2017-02-30" },
        { "/cases/0/evidence/0/sourceStatus", file => file.Evidence()["sourceStatus"] = "heard" },
        { "/cases/0/evidence/0/withheld/reasonCode", file => file.Evidence()["withheld"] = new JsonObject { ["reasonCode"] = "because", ["gist"] = "Twenty letters or more." } },
        { "/cases/0/evidence/0/a~1b", file => file.Evidence()["a/b"] = 1 },
        { "/cases/0/publicAttributions/0/linLevel", file => file.Case()["publicAttributions"]![0]!["linLevel"] = "galaxy" },
        { "/cases/0/replies/0/party", file => file.Reply()["party"] = "KOREA" },
        { "/cases/0/replies/0/points/1/id", file => file.Reply()["points"]![1]!["id"] = "P1" },
        { "/cases/0/replies/0/answers/0/point", file => file.Reply()["answers"]![0]!["point"] = "P99" },
        { "/cases/0/replies/0/answers/1/point", file => file.Reply()["answers"]![1]!["point"] = "P1" },
        { "/cases/0/replies/0/answers", file => file.Reply()["answers"]!.AsArray().RemoveAt(0) },
        { "/cases/0/exercise/adopts", file => file.Case()["exercise"]!["adopts"] = "H77" },
        { "/cases/0/exercise/expectedOutcome", file => file.Case()["exercise"]!["expectedOutcome"] = "guilty" },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void A_fault_is_named_by_its_place(string pointer, Action<JsonObject> harm)
    {
        var reading = () => CaseFileReader.Read(CaseFiles.With(harm));

        reading.Should().Throw<CaseFileException>().Which.Pointer.Should().Be(pointer);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{\"schema\": 1, \"schema\": 2}")]
    public void What_is_no_case_file_at_all_is_refused_as_a_whole(string text)
    {
        var reading = () => CaseFileReader.Read(text);

        reading.Should().Throw<CaseFileException>().Which.Pointer.Should().BeEmpty();
    }
}

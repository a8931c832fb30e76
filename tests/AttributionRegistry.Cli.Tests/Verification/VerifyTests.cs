using System.Text.Json.Nodes;
using AttributionRegistry.Cli.Tests.Cases;
using AttributionRegistry.Cli.Verification;
using AttributionRegistry.Domain;
using AttributionRegistry.Log;

namespace AttributionRegistry.Cli.Tests.Verification;

/// <summary>A finding of the demo with its public record, saved; and what becomes of it when one thing is changed.</summary>
public sealed class VerifyTests
{
    private static JsonObject File(string name) => JsonNode.Parse(System.IO.File.ReadAllText(Path.Combine(CaseFiles.Folder("vectors"), "finding", name)))!.AsObject();

    private static JsonObject Finding => File("finding.json");

    private static JsonObject Record => File("record.json");

    private static string? Failing(JsonObject finding, JsonObject record)
    {
        try
        {
            FindingCheck.Run(finding);
            RecordCheck.Run(finding, record);
            WordingCheck.Run(finding);
            return null;
        }
        catch (CheckFailedException failed)
        {
            return failed.Check;
        }
    }

    [Fact]
    public void V_75_A_saved_finding_holds_against_its_record_alone_offline() => Failing(Finding, Record).Should().BeNull();

    public static TheoryData<string, Action<JsonObject>> Changes => new()
    {
        { "record", record => record["round"]!["evidenceRoot"] = new string('0', 64) },
        { "rules", record => record["round"]!["rules"]!["minEligible"] = 3 },
        { "envelopes", record => Envelope(record)["nonce"] = new string('0', 32) },
        { "envelopes", record => Envelope(record)["signature"] = Envelope(record, 1)["signature"]!.DeepClone() },
        { "envelopes", record => record["round"]!["voters"]![0]!["spki"] = record["round"]!["voters"]![1]!["spki"]!.DeepClone() },
        { "openings", record => Opening(record)["salt"] = Opening(record, 1)["salt"]!.DeepClone() },
        { "openings", record => Opening(record)["ballot"] = Opening(record, 1)["ballot"]!.DeepClone() },
        { "tally", record => record["round"]!["openings"]!.AsArray().RemoveAt(0) },
        { "tally", record => record["round"]!["tally"]!["questions"]!["Q1"]!["outcome"] = "not_attributed" },
        { "tally", record => record["round"]!["tally"]!["eligible"] = 12 },
        { "draw", record => record["draw"]!["candidates"]![0]!["region"] = "WEOG" },
        { "draw", record => record["draw"]!["sourceValues"]![0] = "another value" },
        { "draw", record => record["draw"]!["published"]![0]!["value"] = "another value" },
        { "draw", record => record["draw"]!["published"]![0]!["publishedAt"] = record["draw"]!["frozenAt"]!.DeepClone() },
        { "draw", record => Swap(record["draw"]!["result"]!.AsArray()) },
        { "signatures", record => record["declarations"]![0]!["signature"] = record["declarations"]![1]!["signature"]!.DeepClone() },
        { "signatures", record => record["declarations"]![0]!["namedAnActor"] = true },
        { "signatures", record => record["declarations"]![0]!["ballotKey"] = null },
        { "signatures", record => record["declarations"]!.AsArray().RemoveAt(0) },
        { "mapping", record => record["mapping"] = new JsonObject { ["commitment"] = new string('0', 64), ["salt"] = null, ["canonical"] = null } },
        { "recorded", record => record["draw"]!["sources"]![0] = "another" },
        { "record", record => record["version"] = 2 },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public void A_record_that_was_changed_fails_by_the_name_of_the_check(string check, Action<JsonObject> change)
    {
        var record = Record;
        change(record);

        Failing(Finding, record).Should().Be(check);
    }

    [Fact]
    public void A_changed_finding_fails_by_its_digest()
    {
        var finding = Finding;
        finding["finding"]!["statements"]![0]!["value"] = "The panel assesses something else.";

        Failing(finding, Record).Should().Be("digest");
    }

    public static TheoryData<string, Action<JsonNode>> Lies => new()
    {
        { "matrix", finding => finding["matrix"]!["cells"]!.AsArray().First(cell => (string?)cell!["rating"] == "I")!["rating"] = "CC" },
        { "crosscheck", finding => finding["propositions"]![0]!["crosscheck"]!["holds"] = true },
        { "crosscheck", finding => finding["propositions"]![0]!["confidence"]!["value"] = "high" },
        { "finding", finding => finding["propositions"]![0]!["likelihood"]!["medianBp"] = 9900 },
        { "finding", finding => finding["propositions"]![0]!["tally"]!["support"]!.AsObject().Clear() },
        { "wording", finding => finding["propositions"]![0]!["sentence"] = "The panel assesses that it is certain." },
        { "wording", finding => finding["propositions"]![0]!["likelihood"]!["label"] = "almost certain" },
        { "wording", finding => finding["propositions"]![0]!["confidence"]!["sentence"] = "The panel is sure." },
        { "wording", finding => finding["alternatives"]![0]!["sentence"] = "This hypothesis is cleared." },
    };

    [Theory]
    [MemberData(nameof(Lies))]
    public void A_finding_that_says_what_does_not_follow_fails_even_under_a_digest_of_its_own(string check, Action<JsonNode> lie)
    {
        var finding = Finding;
        lie(finding["finding"]!);
        finding["digest"] = Sha256Hex.Of(CanonicalJson.Serialize(finding["finding"]));

        Failing(finding, Record).Should().Be(check);
    }

    private static JsonObject Envelope(JsonObject record, int index = 0) => record["round"]!["envelopes"]![index]!.AsObject();

    private static JsonObject Opening(JsonObject record, int index = 0) => record["round"]!["openings"]![index]!.AsObject();

    private static void Swap(JsonArray seats)
    {
        var (first, second) = (seats[0]!.AsObject(), seats[1]!.AsObject());
        (first["order"], second["order"]) = (second["order"]!.DeepClone(), first["order"]!.DeepClone());
    }
}

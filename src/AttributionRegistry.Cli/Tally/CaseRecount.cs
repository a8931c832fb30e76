using System.Text.Json;
using System.Text.Json.Nodes;
using AttributionRegistry.Domain.Voting;

namespace AttributionRegistry.Cli.Tally;

/// <summary>Recounts one case and writes the result the way cases write what they expect.</summary>
internal static class CaseRecount
{
    public static JsonObject Of(CaseNode item)
    {
        var kind = item["kind"];
        return kind.Text() switch
        {
            "attribution" => Write(Domain.Voting.Tally.Count(CaseReader.Attribution(item))),
            "procedural" => Write(Motion.Decide(CaseReader.Panel(item["panel"]).Members, CaseReader.Votes(item["ballots"]))),
            "challenge" => Write(ChallengeVote.Decide(
                CaseReader.Panel(item["panel"]).Members, item["challenged"].Text(), CaseReader.Votes(item["ballots"]))),
            "reopen" => Write(Reopening.Decide(
                CaseReader.Panel(item["panel"]).Members, CaseReader.Votes(item["ballots"]), RuleSet.Default)),
            _ => throw kind.Fault("is not attribution, procedural, challenge or reopen"),
        };
    }

    internal static JsonObject Write(MotionResult result) => new()
    {
        ["eligible"] = result.Eligible,
        ["yes"] = result.Yes,
        ["no"] = result.No,
        ["abstain"] = result.Abstain,
        ["quorum"] = result.Quorum,
        ["outcome"] = Word(result.Outcome),
    };

    internal static JsonObject Write(TallyResult result) => new()
    {
        ["seats"] = result.Seats,
        ["eligible"] = result.Eligible,
        ["questions"] = Map(result.Questions, Write),
        ["rejected"] = new JsonObject(result.Rejected.Select(each => KeyValuePair.Create(Word(each.Key), (JsonNode?)each.Value))),
        ["quorumNeeded"] = result.QuorumNeeded,
    };

    private static JsonObject Write(QuestionResult result)
    {
        var written = new JsonObject
        {
            ["threshold"] = result.Threshold,
            ["counts"] = JsonSerializer.SerializeToNode(result.Counts, JsonSerializerOptions.Web),
            ["support"] = Map(result.Support, number => number),
            ["regions"] = Map(result.Regions, number => number),
            ["medianBp"] = Map(result.MedianBp, number => number),
            ["quorum"] = result.Quorum,
            ["outcome"] = Word(result.Outcome),
            ["hypothesis"] = result.Hypothesis,
            ["blockedBy"] = result.BlockedBy is { } blockedBy ? Word(blockedBy) : null,
            ["status"] = Map(result.Status, status => Word(status)),
        };
        if (result is { LikelihoodTerm: { } term, Confidence: { } confidence, Dissents: { } dissents })
        {
            written["likelihoodTerm"] = Word(term);
            written["confidence"] = Word(confidence);
            written["dissents"] = dissents;
        }

        return written;
    }

    private static JsonObject Map<TValue>(IReadOnlyDictionary<string, TValue> map, Func<TValue, JsonNode> write) =>
        new(map.Select(each => KeyValuePair.Create(each.Key, (JsonNode?)write(each.Value))));

    private static string Word<TEnum>(TEnum value)
        where TEnum : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
}

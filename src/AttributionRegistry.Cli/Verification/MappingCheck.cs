using System.Text;
using System.Text.Json.Nodes;
using AttributionRegistry.Log;
using static AttributionRegistry.Cli.Verification.FindingCheck;

namespace AttributionRegistry.Cli.Verification;

/// <summary>Who held which ballot key: committed to in a pseudonymous round, never in a roll call; and what is opened is what was committed to (V-71).</summary>
internal static class MappingCheck
{
    /// <param name="record">The record.</param>
    /// <param name="log">The log of a bundle, or null.</param>
    public static string? Fault(JsonObject record, BundleLog? log)
    {
        var round = record["round"]!.AsObject();
        var mapping = record["mapping"] as JsonObject;
        if ((Text(round, "mode") == "rollCall") != (mapping is null))
        {
            return mapping is null ? "a pseudonymous round has no commitment to who held which ballot key" : "a roll call has nothing to commit to";
        }

        var logged = log?.Of(Text(round, "id")).Where(each => each.Type == "vote.mapping-sealed").Select(each => (string?)each.Body["commitment"]).ToList();
        if (logged is not null && !logged.SequenceEqual(mapping is null ? [] : [(string?)mapping["commitment"]]))
        {
            return "the commitment is not the one in the log";
        }

        return mapping?["canonical"] is null ? mapping?["salt"] is null ? null : "a salt opens nothing" : Opened(round, mapping);
    }

    private static string? Opened(JsonObject round, JsonObject mapping)
    {
        var canonical = Text(mapping, "canonical");
        if (!Commitments.Opens(
            Convert.FromHexString(Text(mapping, "commitment")), Commitments.BallotKeyMapping, Convert.FromHexString(Text(mapping, "salt")), Encoding.UTF8.GetBytes(canonical)))
        {
            return "what was opened is not what was committed to";
        }

        var inside = JsonNode.Parse(canonical)!;
        return Text(inside, "caseId") == Text(round, "caseId") && (int?)inside["round"] == (int?)round["number"] &&
            Items(inside["members"]).Select(each => Text(each, "ballotKeyId")).SequenceEqual(Items(round["voters"]).Select(each => Text(each, "ballotKeyId")), StringComparer.Ordinal)
                ? null
                : "what was opened is of another round";
    }
}

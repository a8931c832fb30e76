using System.Text.Json.Nodes;
using AttributionRegistry.Domain;
using AttributionRegistry.Log;
using static AttributionRegistry.Cli.Verification.FindingCheck;

namespace AttributionRegistry.Cli.Verification;

/// <summary>Whether the record says what the log said at the time: pool before draw, rules before ballots, each envelope and opening, the count.</summary>
internal static class LoggedCheck
{
    public static string? Fault(BundleLog log, JsonObject record)
    {
        var round = record["round"]!.AsObject();
        var incident = Text(round, "caseId");
        return DrawFault(log.Of(incident).ToList(), record["draw"]!.AsObject())
            ?? RoundFault(log.Of(Text(round, "id")).ToList(), round)
            ?? VersionFault(log.Entries[(long)record["logIndex"]!], record);
    }

    private static string? DrawFault(List<BundleEntry> chain, JsonObject draw)
    {
        var drawn = chain.FindLast(each => each.Type == "panel.drawn" && (string?)each.Body["pool"] == Text(draw, "pool"));
        var frozen = chain.Find(each => each.Type == "panel.pool" && (string?)each.Body["pool"] == Text(draw, "pool"));
        return drawn is null || frozen is null || frozen.Index >= drawn.Index ? "the log has no draw from this pool after it was frozen"
            : (string?)frozen.Body["digest"] != Text(draw, "poolDigest") || At(frozen) != RecordCheck.Micros(draw["frozenAt"]) ? "the log froze another pool"
            : (string?)drawn.Body["seed"] != Text(draw, "seed") || At(drawn) != RecordCheck.Micros(draw["drawnAt"]) ? "the log drew with another seed"
            : null;
    }

    private static string? RoundFault(List<BundleEntry> chain, JsonObject round)
    {
        if (chain.Find(each => each.Type == "round.opened") is not { } opened || (string?)opened.Body["evidenceRoot"] != Text(round, "evidenceRoot") ||
            (string?)opened.Body["rulesHash"] != Text(round, "rulesHash") || !BundleLog.Same(opened.Body["evidence"], round["evidence"]) ||
            (int?)opened.Body["number"] != (int)round["number"]! || (int?)opened.Body["seats"] != (int)round["seats"]! || (string?)opened.Body["mode"] != Text(round, "mode"))
        {
            return "the log opened another round";
        }

        return !Match(chain, "vote.committed", "envelope", Items(round["envelopes"])) ? "the envelopes are not those that the log took in"
            : !Match(chain, "vote.opened", "opening", Items(round["openings"])) ? "the openings are not those that the log took in"
            : !Match(chain, "tally.published", "result", [round["tally"]!]) ? "the count is not the one that the log published"
            : null;
    }

    private static string? VersionFault(BundleEntry version, JsonObject record)
    {
        var openings = Items(record["openings"]).ToDictionary(each => Text(each, "field"), each => each["value"], StringComparer.Ordinal);
        return openings.Count == version.Fields.Count && openings.All(each => version.Fields.TryGetValue(each.Key, out var value) && BundleLog.Same(value, each.Value))
            ? null
            : "the openings of the record are not those of the log";
    }

    // As often in the one as in the other: an entry that is not opened has no value and matches nothing.
    private static bool Match(List<BundleEntry> chain, string type, string field, IEnumerable<JsonNode> values)
    {
        var logged = chain.Where(each => each.Type == type).Select(each => each.Fields.TryGetValue(field, out var value) ? Key(value) : "");
        return logged.Order(StringComparer.Ordinal).SequenceEqual(values.Select(Key).Order(StringComparer.Ordinal), StringComparer.Ordinal);
    }

    private static string Key(JsonNode? value) => Sha256Hex.Of(CanonicalJson.Serialize(value));

    private static long At(BundleEntry entry) => RecordCheck.Micros(entry.Event!["at"]);
}

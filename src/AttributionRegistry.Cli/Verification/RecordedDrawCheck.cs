using System.Text.Json;
using System.Text.Json.Nodes;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Voting;
using AttributionRegistry.Log;

namespace AttributionRegistry.Cli.Verification;

/// <summary>Repeats the draw in the record of a finding: pool digest, seed, exclusions by state, seats in their order (V-09).</summary>
internal static class RecordedDrawCheck
{
    /// <summary>The first thing that does not follow, or null. Reads the record of a finding, and a panel's own draw.</summary>
    public static string? Fault(JsonObject draw)
    {
        try
        {
            return FaultIn(draw);
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or FormatException or NullReferenceException or CanonicalJsonException)
        {
            return $"the record of the draw cannot be read: {fault.Message}";
        }
    }

    private static string? FaultIn(JsonObject draw)
    {
        var digest = Sha256Hex.Of(CanonicalJson.Serialize(draw["candidates"]));
        if (digest != (string?)draw["poolDigest"])
        {
            return $"the candidates have the digest {digest}, the record says {draw["poolDigest"]}";
        }

        var (values, drawnAt) = (Texts(draw["sourceValues"]), draw["drawnAt"]!.GetValue<DateTimeOffset>());
        var settled = SeedSources.Settle(
            new PoolFreeze(draw["frozenAt"]!.GetValue<DateTimeOffset>(), draw["plans"].Deserialize<List<SeedSourcePlan>>(JsonSerializerOptions.Web)!),
            draw["published"].Deserialize<List<PublishedSource>>(JsonSerializerOptions.Web)!, drawnAt);
        if (settled.Refusal is { } refusal || !settled.Events.SequenceEqual(values, StringComparer.Ordinal))
        {
            return settled.Refusal?.Message ?? "the values that made the seed are not what the announced sources said";
        }

        var seed = Draw.Seed(Convert.FromHexString(digest), values);
        if (Convert.ToHexStringLower(seed) != (string?)draw["seed"])
        {
            return "pool digest and source values give another seed";
        }

        var candidates = draw["candidates"].Deserialize<List<Candidate>>(JsonSerializerOptions.Web)!;
        var on = DateOnly.FromDateTime(drawnAt.UtcDateTime);
        var states = Texts(draw["excludedStates"] ?? draw["concernedStates"]).ToHashSet(StringComparer.Ordinal);
        var concerns = new CaseConcerns(states, new HashSet<string>(), new HashSet<string>());
        var excluded = candidates.Where(each => Exclusion.Of(each, concerns, on).Count > 0).Select(each => each.Id)
            .Concat((draw["excluded"] as JsonArray ?? []).Select(each => (string?)each!["candidate"] ?? (string?)each["id"] ?? (string)each["person"]!))
            .ToHashSet(StringComparer.Ordinal);
        var seats = (int?)draw["seats"] ?? (int)draw["rules"]!["seats"]!;
        var result = Draw.Run(new DrawInput(seed, [.. candidates.Select(each => each.ForDraw(on))], RuleSet.Default.Panel with { Seats = seats }, states, excluded));
        return result is DrawResult.Drawn drawn
            ? drawn.Seated.SequenceEqual(Recorded(draw)) ? null : "repeating it seats other people"
            : "repeating it seats nobody";
    }

    private static IEnumerable<string> Recorded(JsonObject draw) => draw["seated"] is JsonArray seated
        ? Texts(seated)
        : draw["result"]!.AsArray().Where(each => each!["replaces"] is null).OrderBy(each => (int)each!["order"]!).Select(each => (string)each!["person"]!);

    private static List<string> Texts(JsonNode? list) => [.. list!.AsArray().Select(each => (string)each!)];
}

using System.Collections.Immutable;
using System.Text.Json;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Voting;
using AttributionRegistry.Log;

namespace AttributionRegistry.Cli.Draws;

/// <summary>Repeats a draw from its published inputs (V-09).</summary>
public static class DrawCheck
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) { AllowDuplicateProperties = false };

    /// <summary>Everything that does not hold; empty when the draw is reproduced.</summary>
    /// <exception cref="FormatException">This is not what GET /v1/panels/{id}/draw answers.</exception>
    public static IReadOnlyList<string> Faults(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { AllowDuplicateProperties = false });
            return [.. FaultsOf(document.RootElement)];
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or KeyNotFoundException or CanonicalJsonException or ArgumentException or NullReferenceException)
        {
            throw new FormatException($"This is not what GET /v1/panels/{{id}}/draw answers: {fault.Message}", fault);
        }
    }

    private static IEnumerable<string> FaultsOf(JsonElement draw)
    {
        var candidates = draw.GetProperty("candidates");
        var digest = Sha256Hex.Of(CanonicalJson.CanonicalizeIntegers(System.Text.Encoding.UTF8.GetBytes(candidates.GetRawText())));
        if (digest != Text(draw, "poolDigest"))
        {
            yield return $"pool digest: {digest} recomputed, {Text(draw, "poolDigest")} on record";
        }

        var sources = Read<string[]>(draw, "sourceValues");
        if (sources.Length < 2 || sources.Length != Read<string[]>(draw, "sources").Length)
        {
            yield return "sources: fewer than two, or not one value per announced source (V-06)";
        }

        if (SourceFault(draw, sources) is { } unsettled)
        {
            yield return unsettled;
        }

        if (draw.GetProperty("frozenAt").GetDateTimeOffset() >= draw.GetProperty("drawnAt").GetDateTimeOffset())
        {
            yield return "times: the pool was not frozen before the draw (V-05)";
        }

        var seed = Draw.Seed(Convert.FromHexString(digest), sources);
        if (Convert.ToHexStringLower(seed) != Text(draw, "seed"))
        {
            yield return $"seed: {Convert.ToHexStringLower(seed)} recomputed, {Text(draw, "seed")} on record";
        }

        var pool = candidates.Deserialize<Candidate[]>(Options)!;
        var on = DateOnly.FromDateTime(draw.GetProperty("drawnAt").GetDateTimeOffset().UtcDateTime);
        var states = Read<string[]>(draw, "concernedStates").ToImmutableHashSet();
        var excluded = draw.GetProperty("excluded").EnumerateArray().Select(e => Text(e, "id")).ToHashSet(StringComparer.Ordinal);
        foreach (var missing in pool.Where(c => !excluded.Contains(c.Id) && Exclusion.Of(c, OnlyStates(states), on).Count > 0))
        {
            yield return $"exclusions: {missing.Id} belongs to a concerned state and was in the draw (V-03)";
        }

        // An appeals chamber has rules of its own, and only these.
        var result = Draw.Run(new DrawInput(seed, [.. pool.Select(c => c.ForDraw(on))], Read<PanelRules>(draw, "rules"), states, excluded)
        {
            ForChamber = draw.TryGetProperty("chamber", out _),
        });
        foreach (var fault in Compare(draw, result))
        {
            yield return fault;
        }
    }

    private static IEnumerable<string> Compare(JsonElement draw, DrawResult result)
    {
        if (result is not DrawResult.Drawn drawn)
        {
            yield return "draw: the constraints cannot be met from this pool; nobody is seated (V-08)";
            yield break;
        }

        if (!drawn.Seated.SequenceEqual(Read<string[]>(draw, "seated"), StringComparer.Ordinal))
        {
            yield return $"seated: {string.Join(' ', drawn.Seated)} recomputed";
        }

        var onRecord = draw.GetProperty("alternates").EnumerateObject().Select(r => $"{r.Name}:{string.Join(',', r.Value.Deserialize<string[]>(Options)!)}");
        var recomputed = drawn.Alternates.OrderBy(r => r.Key).Select(r => $"{r.Key}:{string.Join(',', r.Value)}").ToList();
        if (!recomputed.Order(StringComparer.Ordinal).SequenceEqual(onRecord.Order(StringComparer.Ordinal), StringComparer.Ordinal))
        {
            yield return $"alternates: {string.Join(' ', recomputed)} recomputed";
        }
    }

    // The values that made the seed are those of the announced sources, or of the fallbacks whose turn had come (V-05, V-06).
    private static string? SourceFault(JsonElement draw, string[] values)
    {
        var settled = SeedSources.Settle(
            new PoolFreeze(draw.GetProperty("frozenAt").GetDateTimeOffset(), Read<SeedSourcePlan[]>(draw, "plans")), Read<PublishedSource[]>(draw, "published"),
            draw.GetProperty("drawnAt").GetDateTimeOffset());
        return settled.Refusal is { } refusal ? $"sources: {refusal.Message}"
            : settled.Events.SequenceEqual(values, StringComparer.Ordinal) ? null
            : "sources: the values that made the seed are not what the announced sources said (V-06)";
    }

    private static CaseConcerns OnlyStates(ImmutableHashSet<string> states) => new(states, ImmutableHashSet<string>.Empty, ImmutableHashSet<string>.Empty);

    private static string Text(JsonElement parent, string name) => parent.GetProperty(name).GetString()!;

    private static T Read<T>(JsonElement parent, string name) => parent.GetProperty(name).Deserialize<T>(Options) ?? throw new JsonException($"{name} is null.");
}

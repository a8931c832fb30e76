using System.Text;
using AttributionRegistry.Cli.TimeStamps;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Keys;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Registry;
using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AttributionRegistry.Server.Anchors;

/// <summary>A checkpoint whose time an outside authority vouches for (RFC 3161).</summary>
/// <param name="Index">The log entry that records it.</param>
/// <param name="Size">The size of the checkpoint.</param>
/// <param name="Root">Its root, base64.</param>
/// <param name="Token">SHA-256 of the authority's reply, hex, as in the entry.</param>
/// <param name="Time">The time that the authority names.</param>
public sealed record AnchorView(long Index, long Size, string Root, string Token, DateTimeOffset Time);

/// <summary>Whether anchoring works.</summary>
public enum AnchoringState
{
    /// <summary>This instance names no authority.</summary>
    Off,

    /// <summary>The last attempt succeeded, or none was needed yet.</summary>
    Working,

    /// <summary>The last attempt failed; it is tried again.</summary>
    Failing,
}

/// <summary>How anchoring goes. The log never waits for it.</summary>
/// <param name="State">off, working or failing.</param>
/// <param name="Anchors">How many there are.</param>
/// <param name="Newest">The time that the newest one names; null when there is none.</param>
/// <param name="Covers">The size of the log that it covers; 0 when there is none.</param>
/// <param name="Failures">Attempts in a row that failed.</param>
/// <param name="Fault">What was wrong with the last attempt.</param>
/// <param name="LastAttempt">When it was, since the server started.</param>
/// <param name="NextAttempt">When the next one is, after a failure.</param>
public sealed record AnchoringHealth(
    AnchoringState State, int Anchors, DateTimeOffset? Newest, long Covers, int Failures, TimeStampFault Fault, DateTimeOffset? LastAttempt, DateTimeOffset? NextAttempt);

public static class AnchorEndpoints
{
    private const string PageSql = """
        SELECT idx AS Idx, size AS Size, root AS Root, token_sha256 AS Digest, time_us AS TimeUs
        FROM anchor
        WHERE idx > @after
        ORDER BY idx
        LIMIT @fetch
        """;

    private const string TokenSql = "SELECT token FROM anchor WHERE idx = @index";
    private const string CheckpointSql = "SELECT checkpoint FROM anchor WHERE idx = @index";
    private const string Immutable = "public, max-age=31536000, immutable";

    public static IServiceCollection AddAnchors(this IServiceCollection services)
    {
        services.AddSingleton<AnchorKeeper>();
        services.AddHostedService(provider => provider.GetRequiredService<AnchorKeeper>());
        return services;
    }

    public static void MapAnchors(this IEndpointRouteBuilder v1)
    {
        var anchors = v1.MapGroup("/log/anchors").WithTags("Log").PublicRead();
        anchors.MapGet("/", List).WithName("ListAnchors");
        anchors.MapGet("/health", ReadHealth).WithName("ReadAnchoringHealth");
        anchors.MapGet("/{index:long}/token", ReadToken).WithName("ReadAnchorToken").Refuses(404);
        anchors.MapGet("/{index:long}/checkpoint", ReadAnchored).WithName("ReadAnchoredCheckpoint").Refuses(404);
    }

    /// <summary>The checkpoints whose time an outside authority vouches for, oldest first.</summary>
    public static Ok<Page<AnchorView>> List(PageQuery page, RegistryCore core, HttpContext http)
    {
        http.Response.Headers.CacheControl = "public, max-age=60";
        var rows = core.Store.Database.Read(c => c.Query<Row>(PageSql, new { after = page.AfterNumber() ?? -1, fetch = page.Fetch }).AsList());
        return TypedResults.Ok(page.Cut(
            http,
            [.. rows.Select(row => new AnchorView(row.Idx, row.Size, Convert.ToBase64String(row.Root), row.Digest, Instant.FromMicroseconds(row.TimeUs)))],
            row => Cursor.Of(row.Index)));
    }

    /// <summary>The authority's reply as it came (a TimeStampResp of RFC 3161), over the bytes of the checkpoint beside it.</summary>
    public static Results<FileContentHttpResult, ProblemHttpResult> ReadToken(long index, RegistryCore core, HttpContext http)
    {
        if (core.Store.Database.Read(c => c.QuerySingleOrDefault<byte[]>(TokenSql, new { index })) is not { } token)
        {
            return Problems.NotFound();
        }

        http.Response.Headers.CacheControl = Immutable;
        return TypedResults.Bytes(token, "application/timestamp-reply");
    }

    /// <summary>The checkpoint that the token is over, byte for byte.</summary>
    public static Results<ContentHttpResult, ProblemHttpResult> ReadAnchored(long index, RegistryCore core, HttpContext http)
    {
        if (core.Store.Database.Read(c => c.QuerySingleOrDefault<string>(CheckpointSql, new { index })) is not { } checkpoint)
        {
            return Problems.NotFound();
        }

        http.Response.Headers.CacheControl = Immutable;
        return TypedResults.Content(checkpoint, "text/plain", Encoding.UTF8);
    }

    /// <summary>Whether the log is being time-stamped, how far the newest time stamp reaches, and what was wrong with the last attempt.</summary>
    public static AnchoringHealth ReadHealth(AnchorKeeper keeper, RegistryCore core, HttpContext http)
    {
        http.Response.Headers.CacheControl = "no-store";
        var health = keeper.Health;
        var state = core.Load(AnchorJournal.Definition, AnchorJournal.Stream).State;
        return new AnchoringHealth(
            !keeper.IsOn ? AnchoringState.Off : health.Failures == 0 ? AnchoringState.Working : AnchoringState.Failing,
            state?.Count ?? 0, state?.Time, state?.Size ?? 0, health.Failures, health.Fault, health.LastAttempt, health.NextAttempt);
    }

    private sealed class Row
    {
        public long Idx { get; init; }

        public long Size { get; init; }

        public byte[] Root { get; init; } = [];

        public string Digest { get; init; } = "";

        public long TimeUs { get; init; }
    }
}

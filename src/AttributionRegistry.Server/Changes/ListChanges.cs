using AttributionRegistry.Domain;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Registry;
using AttributionRegistry.Server.Witness;
using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AttributionRegistry.Server.Changes;

/// <summary>Something that changed in public.</summary>
/// <param name="LogIndex">Where the change is in the log; the cursor of this list.</param>
/// <param name="Kind">finding.published, finding.corrected, finding.revised, finding.withdrawn, finding.status, petition.filed …</param>
/// <param name="Subject">The address of what changed.</param>
/// <param name="At">UTC.</param>
/// <param name="Official">Whether a checkpoint that covers this entry has the quorum of witnesses; true at once where none is demanded.</param>
public sealed record Change(long LogIndex, string Kind, string Subject, DateTimeOffset At, bool Official);

/// <summary>Changes after an index of the log.</summary>
/// <param name="Items">Oldest first.</param>
/// <param name="Next">The <c>since</c> with which to go on; unchanged when there was nothing.</param>
public sealed record ChangeList(IReadOnlyList<Change> Items, long Next);

public static class ListChanges
{
    private const int MaxLimit = 200;

    private const string PageSql = """
        SELECT idx, kind, subject, at_us AS AtUs
        FROM change
        WHERE idx > @since
        ORDER BY idx
        LIMIT @limit
        """;

    /// <summary>
    /// What changed in public after an index of the log, oldest first. Poll with the last next; or ask with Accept: text/event-stream for
    /// server-sent events of the same, which go on after the index in Last-Event-ID.
    /// </summary>
    /// <param name="http">The request.</param>
    /// <param name="core">The record.</param>
    /// <param name="witnesses">What the witnesses have said.</param>
    /// <param name="stream">Sends changes as they come.</param>
    /// <param name="since">Index of the log after which to begin; -1 for the beginning.</param>
    /// <param name="limit">1 to 200; 200 when absent.</param>
    public static async Task<Results<Ok<ChangeList>, EmptyHttpResult, ProblemHttpResult>> HandleAsync(
        HttpContext http, RegistryCore core, WitnessBook witnesses, ChangeStream stream, long since = -1, int limit = MaxLimit)
    {
        if (limit is < 1 or > MaxLimit)
        {
            return Problems.Of(
                StatusCodes.Status400BadRequest, ProblemCodes.WrongType, $"The parameter 'limit' is a whole number from 1 to {MaxLimit}.",
                new ProblemError("?limit", ProblemCodes.WrongType, "Out of range."));
        }

        if (Accepting.Best(http, "application/json", ChangeStream.MediaType) == ChangeStream.MediaType)
        {
            await stream.SendAsync(http, ChangeStream.LastSeen(http) ?? since, from => Read(core, witnesses, from, limit));
            return TypedResults.Empty;
        }

        var changes = Read(core, witnesses, since, limit);
        if (changes.Count == limit)
        {
            http.Response.Headers.Append("Link", $"</v1/changes?since={changes[^1].LogIndex}&limit={limit}>; rel=\"next\"");
        }

        return TypedResults.Ok(new ChangeList(changes, changes.Count == 0 ? since : changes[^1].LogIndex));
    }

    /// <summary>The changes after an index, oldest first.</summary>
    internal static IReadOnlyList<Change> Read(RegistryCore core, WitnessBook witnesses, long since, int limit) =>
    [
        .. core.Store.Database.Read(c => c.Query<Row>(PageSql, new { since, limit }).AsList())
            .Select(r => new Change(r.Idx, r.Kind, r.Subject, Instant.FromMicroseconds(r.AtUs), witnesses.Covers(r.Idx))),
    ];

    public static IServiceCollection AddChanges(this IServiceCollection services)
    {
        services.AddSingleton<ChangeSignal>();
        services.AddSingleton<Findings.IDerivedFromFindings>(s => s.GetRequiredService<ChangeSignal>());
        services.AddSingleton<ChangeStream>();
        return services;
    }

    public static void MapChanges(this IEndpointRouteBuilder v1) =>
        v1.MapGet("/changes", HandleAsync).WithName("ListChanges").WithTags("Changes").PublicRead().Refuses(503);

    private sealed class Row
    {
        public long Idx { get; init; }

        public string Kind { get; init; } = "";

        public string Subject { get; init; } = "";

        public long AtUs { get; init; }
    }
}

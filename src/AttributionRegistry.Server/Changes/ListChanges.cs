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

    /// <summary>What changed in public after an index of the log, oldest first. Poll with the last <c>next</c>.</summary>
    /// <param name="http">The request.</param>
    /// <param name="core">The record.</param>
    /// <param name="witnesses">What the witnesses have said.</param>
    /// <param name="since">Index of the log after which to begin; -1 for the beginning.</param>
    /// <param name="limit">1 to 200; 200 when absent.</param>
    public static Results<Ok<ChangeList>, ProblemHttpResult> Handle(HttpContext http, RegistryCore core, WitnessBook witnesses, long since = -1, int limit = MaxLimit)
    {
        if (limit is < 1 or > MaxLimit)
        {
            return Problems.Of(
                StatusCodes.Status400BadRequest, ProblemCodes.WrongType, $"The parameter 'limit' is a whole number from 1 to {MaxLimit}.",
                new ProblemError("?limit", ProblemCodes.WrongType, "Out of range."));
        }

        var rows = core.Store.Database.Read(c => c.Query<Row>(PageSql, new { since, limit }).AsList());
        if (rows.Count == limit)
        {
            http.Response.Headers.Append("Link", $"</v1/changes?since={rows[^1].Idx}&limit={limit}>; rel=\"next\"");
        }

        return TypedResults.Ok(new ChangeList(
            [.. rows.Select(r => new Change(r.Idx, r.Kind, r.Subject, Instant.FromMicroseconds(r.AtUs), witnesses.Covers(r.Idx)))], rows.Count == 0 ? since : rows[^1].Idx));
    }

    public static void MapChanges(this IEndpointRouteBuilder v1) =>
        v1.MapGet("/changes", Handle).WithName("ListChanges").WithTags("Changes").PublicRead();

    private sealed class Row
    {
        public long Idx { get; init; }

        public string Kind { get; init; } = "";

        public string Subject { get; init; } = "";

        public long AtUs { get; init; }
    }
}

using System.Text.Json;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Security;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AttributionRegistry.Server.Incidents;

/// <summary>The lists inside one case. Such a list only grows at its end, so that a place in it is a number.</summary>
public sealed class CaseLists(CaseReads reads)
{
    /// <summary>A list for those who work on the case; hidden from all others.</summary>
    public Results<Ok<Page<T>>, StatusCodeHttpResult, ProblemHttpResult> ForReader<T>(
        HttpContext http, IncidentId incident, Caller caller, PageQuery page, Func<Case, IEnumerable<T>> list) =>
        reads.ForReader(incident, caller) is var (state, version)
            ? Answer(http, CutByPlace(http, page, list(state)), Precondition.ETag(version))
            : Problems.NotFound();

    /// <summary>A list of entries with a key of their own, which may also go away again: paged by that key.</summary>
    public Results<Ok<Page<T>>, StatusCodeHttpResult, ProblemHttpResult> ByKey<T>(
        HttpContext http, IncidentId incident, Caller caller, PageQuery page, Func<Case, IEnumerable<T>> list, Func<T, string> keyOf)
    {
        if (reads.ForReader(incident, caller) is not var (state, version))
        {
            return Problems.NotFound();
        }

        var after = page.AfterKey<string>();
        var rows = list(state).OrderBy(keyOf, StringComparer.Ordinal)
            .Where(e => after is null || string.CompareOrdinal(keyOf(e), after) > 0).Take(page.Fetch).ToList();
        return Answer(http, page.Cut(http, rows, e => Cursor.Of(keyOf(e))), Precondition.ETag(version));
    }

    /// <summary>A list of which a party sees its own entries, and those who work on the case all.</summary>
    public Results<Ok<Page<T>>, StatusCodeHttpResult, ProblemHttpResult> ForReaderOrParty<T>(
        HttpContext http, IncidentId incident, Caller caller, PageQuery page, Func<Case, IEnumerable<T>> all, Func<Case, IEnumerable<T>> own) =>
        reads.ForInsider(incident, caller) switch
        {
            var (state, version) when state.MayRead(caller) => Answer(http, CutByPlace(http, page, all(state)), Precondition.ETag(version)),
            var (state, _) => Tagged(http, CutByPlace(http, page, own(state))),
            null => Problems.NotFound(),
        };

    /// <summary>A list for everybody once the case is public, before that for those who work on it.</summary>
    public Results<Ok<Page<T>>, StatusCodeHttpResult, ProblemHttpResult> ForReaderOrPublic<T>(
        HttpContext http, IncidentId incident, Visitor visitor, PageQuery page, Func<Case, IEnumerable<T>> list) =>
        reads.ForVisitor(incident, visitor) switch
        {
            var (state, version) when visitor.Caller is { } c && state.MayRead(c) => Answer(http, CutByPlace(http, page, list(state)), Precondition.ETag(version)),
            var (state, _) when state.HasFinding => Tagged(http, CutByPlace(http, page, list(state))),
            _ => Problems.NotFound(),
        };

    /// <summary>The entity tag of what an outsider is shown: of its bytes, since the case's version would tell of work they do not see.</summary>
    public static string TagOf<T>(T shown) => Precondition.ETag(Sha256Hex.Of(JsonSerializer.SerializeToUtf8Bytes(shown, ApiJson.Options))[..32]);

    private static Results<Ok<Page<T>>, StatusCodeHttpResult, ProblemHttpResult> Tagged<T>(HttpContext http, Page<T> page) =>
        Answer(http, page, TagOf(page));

    private static Results<Ok<Page<T>>, StatusCodeHttpResult, ProblemHttpResult> Answer<T>(HttpContext http, Page<T> page, string tag) =>
        Precondition.NotModified(http, tag) ? TypedResults.StatusCode(StatusCodes.Status304NotModified) : TypedResults.Ok(page);

    private static Page<T> CutByPlace<T>(HttpContext http, PageQuery page, IEnumerable<T> list)
    {
        var after = page.AfterNumber() ?? 0;
        var rows = list.Select((entry, i) => (Entry: entry, Place: i + 1L)).Where(r => r.Place > after).Take(page.Fetch).ToList();
        var cut = page.Cut(http, rows, r => Cursor.Of(r.Place));
        return new Page<T>([.. cut.Items.Select(r => r.Entry)], cut.Next);
    }
}

using System.Reflection;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.WebUtilities;

namespace AttributionRegistry.Server.Http;

/// <summary>One page of a list.</summary>
/// <param name="Items">In the order of the list.</param>
/// <param name="Next">The cursor for <c>after</c>, or null on the last page. Also in <c>Link: rel="next"</c>.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? Next);

/// <summary>Which page is wanted: <c>limit</c> and <c>after</c> of the query. Pages are by key, never by offset.</summary>
public sealed record PageQuery(int Limit, Cursor? After) : IEndpointParameterMetadataProvider
{
    public const int DefaultLimit = 50;
    public const int MaxLimit = 200;

    /// <summary>One row more than the page holds, so that the last page is known without a second question.</summary>
    public int Fetch => Limit + 1;

    public static ValueTask<PageQuery?> BindAsync(HttpContext http, ParameterInfo parameter)
    {
        ArgumentNullException.ThrowIfNull(http);
        var limit = DefaultLimit;
        if (http.Request.Query.TryGetValue("limit", out var limits) &&
            !(int.TryParse(limits.ToString(), System.Globalization.NumberStyles.None, null, out limit) && limit is >= 1 and <= MaxLimit))
        {
            throw Bad("limit", ProblemCodes.WrongType, $"The parameter 'limit' is a whole number from 1 to {MaxLimit}.");
        }

        Cursor? after = null;
        if (http.Request.Query.TryGetValue("after", out var afters) && !Cursor.TryParse(afters.ToString(), out after))
        {
            throw BadCursor();
        }

        return ValueTask.FromResult<PageQuery?>(new PageQuery(limit, after));
    }

    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Metadata.Add(new QueryParameterMetadata("limit", typeof(int), $"How many items at most, 1 to {MaxLimit}; {DefaultLimit} when absent."));
        builder.Metadata.Add(new QueryParameterMetadata("after", typeof(string), "Where to go on: `next` of the page before."));
    }

    /// <summary>The one sort key to go on after; null on the first page. A cursor of another list is refused (400).</summary>
    public T? AfterKey<T>()
        where T : class => After is null ? null : After.TryGet<T>(0, 1, out var key) ? key : throw BadCursor();

    /// <summary>Like <see cref="AfterKey{T}"/> for lists by one number.</summary>
    public long? AfterNumber() => After is null ? null : After.TryGet<long>(0, 1, out var key) ? key : throw BadCursor();

    /// <summary>The two sort keys (string or long each) to go on after; null on the first page.</summary>
    public (T1 First, T2 Second)? AfterKeys<T1, T2>() =>
        After is null ? null : After.TryGet<T1>(0, 2, out var first) && After.TryGet<T2>(1, 2, out var second) ? (first, second) : throw BadCursor();

    /// <summary>Makes the page of up to <see cref="Fetch"/> rows, and sets the Link header when there is more.</summary>
    public Page<T> Cut<T>(HttpContext http, IReadOnlyList<T> rows, Func<T, Cursor> keysOf)
    {
        ArgumentNullException.ThrowIfNull(http);
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(keysOf);
        if (rows.Count <= Limit)
        {
            return new Page<T>(rows, null);
        }

        var items = rows.Take(Limit).ToArray();
        var next = keysOf(items[^1]).ToString();
        PageLinks.SetNext(http, next);
        return new Page<T>(items, next);
    }

    private static RequestRefusedException BadCursor() => Bad("after", ProblemCodes.BadCursor, "The cursor in 'after' was not made by this list.");

    private static RequestRefusedException Bad(string name, string code, string detail) =>
        new(StatusCodes.Status400BadRequest, code, detail, new ProblemError($"?{name}", code, detail));
}

/// <summary>RFC 8288 links between pages.</summary>
public static class PageLinks
{
    /// <summary>Points <c>rel="next"</c> at this address with another <c>after</c>; relative, so that it holds behind any proxy.</summary>
    public static void SetNext(HttpContext http, string next)
    {
        ArgumentNullException.ThrowIfNull(http);
        var query = new QueryBuilder();
        foreach (var (name, values) in QueryHelpers.ParseQuery(http.Request.QueryString.Value).Where(pair => pair.Key != "after"))
        {
            query.Add(name, values.Select(value => value ?? string.Empty));
        }

        query.Add("after", next);
        var target = UriHelper.BuildRelative(http.Request.PathBase, http.Request.Path, query.ToQueryString());
        http.Response.Headers.Append("Link", $"<{target}>; rel=\"next\"");
    }
}

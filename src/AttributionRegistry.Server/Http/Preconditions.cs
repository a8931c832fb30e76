using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace AttributionRegistry.Server.Http;

/// <summary>Strong entity tags and the conditions that clients put on them (RFC 9110, section 13).</summary>
public static class Precondition
{
    /// <summary>The entity tag of a version or digest, with its quotes.</summary>
    public static string ETag(string opaque) => $"\"{opaque}\"";

    public static string ETag(long version) => $"\"v{version}\"";

    /// <summary>For a change: null when If-Match names the current tag; else 428 (absent) or 412 (changed meanwhile).</summary>
    public static ProblemHttpResult? Require(HttpContext http, string currentETag)
    {
        ArgumentNullException.ThrowIfNull(http);
        if (Tags(http.Request.Headers.IfMatch) is not { } wanted)
        {
            return Problems.Of(StatusCodes.Status428PreconditionRequired, ProblemCodes.PreconditionRequired, "Send the ETag of what you change in If-Match.");
        }

        var current = EntityTagHeaderValue.Parse(currentETag);
        if (wanted.Any(tag => tag == EntityTagHeaderValue.Any || tag.Compare(current, useStrongComparison: true)))
        {
            return null;
        }

        http.Response.Headers.ETag = currentETag;
        return Problems.Of(StatusCodes.Status412PreconditionFailed, ProblemCodes.PreconditionFailed, "It has changed since you read it. Read it again and send the new ETag.");
    }

    /// <summary>Sets ETag; true when If-None-Match names it, so that 304 is the answer.</summary>
    public static bool NotModified(HttpContext http, string currentETag)
    {
        ArgumentNullException.ThrowIfNull(http);
        http.Response.Headers.ETag = currentETag;
        var current = EntityTagHeaderValue.Parse(currentETag);
        return Tags(http.Request.Headers.IfNoneMatch) is { } known &&
            known.Any(tag => tag == EntityTagHeaderValue.Any || tag.Compare(current, useStrongComparison: false));
    }

    /// <summary>Whether a header can be read as entity tags, or is not there.</summary>
    public static bool AreTags(Microsoft.Extensions.Primitives.StringValues header) =>
        header.Count == 0 || (EntityTagHeaderValue.TryParseStrictList(header, out var tags) && tags.Count > 0);

    /// <summary>A conditional GET: 304 when the client has it already, else the value with its ETag.</summary>
    public static Results<Ok<T>, StatusCodeHttpResult> Read<T>(HttpContext http, T value, string currentETag) =>
        NotModified(http, currentETag) ? TypedResults.StatusCode(StatusCodes.Status304NotModified) : TypedResults.Ok(value);

    private static IList<EntityTagHeaderValue>? Tags(Microsoft.Extensions.Primitives.StringValues header)
    {
        if (header.Count == 0)
        {
            return null;
        }

        return EntityTagHeaderValue.TryParseStrictList(header, out var tags) && tags.Count > 0
            ? tags
            : throw new RequestRefusedException(StatusCodes.Status400BadRequest, ProblemCodes.BadETag, "If-Match and If-None-Match take entity tags in quotes.");
    }
}

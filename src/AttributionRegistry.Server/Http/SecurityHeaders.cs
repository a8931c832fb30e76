using Microsoft.Net.Http.Headers;

namespace AttributionRegistry.Server.Http;

/// <summary>
/// Headers that every answer carries. They are set when the answer starts, because error handling clears what was set
/// before; what an endpoint has set by then (a page's own CSP, say) stays.
/// </summary>
public sealed class SecurityHeaders(RequestDelegate next)
{
    public const string Strict = "default-src 'none'; frame-ancestors 'none'";

    /// <summary>For /docs: its own scripts and styles, and the images that its style sheet carries.</summary>
    public const string Docs =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <summary>Sets them at once, for an answer of the public side that nothing can turn into an error any more.</summary>
    public static void SetPublic(IHeaderDictionary headers)
    {
        ArgumentNullException.ThrowIfNull(headers);
        headers.XContentTypeOptions = "nosniff";
        headers.ContentSecurityPolicy = Strict;
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "cross-origin";
    }

    public Task InvokeAsync(HttpContext http)
    {
        ArgumentNullException.ThrowIfNull(http);
        http.Response.OnStarting(Set, http);
        return next(http);
    }

    private static Task Set(object state)
    {
        var http = (HttpContext)state;
        var headers = http.Response.Headers;
        headers.TryAdd(HeaderNames.XContentTypeOptions, "nosniff");
        headers.TryAdd(HeaderNames.ContentSecurityPolicy, http.Request.Path.StartsWithSegments("/docs") ? Docs : Strict);
        headers.TryAdd("Referrer-Policy", "no-referrer");
        var isPublic = http.GetEndpoint()?.Metadata.GetMetadata<PublicReadMetadata>() is not null;
        headers.TryAdd("Cross-Origin-Resource-Policy", isPublic ? "cross-origin" : "same-origin");
        if (http.Response.StatusCode >= 400 || http.User.Identity?.IsAuthenticated == true || http.Request.Headers.ContainsKey(HeaderNames.Authorization))
        {
            headers.TryAdd(HeaderNames.CacheControl, "no-store");
        }

        return Task.CompletedTask;
    }
}

using Microsoft.Net.Http.Headers;

namespace AttributionRegistry.Server.Http;

/// <summary>HEAD wherever GET is, and OPTIONS everywhere; routing alone answers 405 to both.</summary>
public sealed class MethodRules(RequestDelegate next)
{
    public async Task InvokeAsync(HttpContext http)
    {
        ArgumentNullException.ThrowIfNull(http);
        var method = http.Request.Method;
        if (HttpMethods.IsHead(method))
        {
            // Kestrel remembers the real method and sends no body.
            http.Request.Method = HttpMethods.Get;
        }

        await next(http);

        if (http.Response.StatusCode == StatusCodes.Status405MethodNotAllowed && !http.Response.HasStarted)
        {
            var allowed = http.Response.Headers.GetCommaSeparatedValues(HeaderNames.Allow).ToHashSet(StringComparer.Ordinal);
            if (allowed.Contains(HttpMethods.Get))
            {
                allowed.Add(HttpMethods.Head);
            }

            allowed.Add(HttpMethods.Options);
            http.Response.Headers.Allow = string.Join(", ", allowed.Order(StringComparer.Ordinal));
            if (HttpMethods.IsOptions(method))
            {
                http.Response.StatusCode = StatusCodes.Status204NoContent;
            }
        }
    }
}

using Microsoft.Net.Http.Headers;

namespace AttributionRegistry.Server.Http;

/// <summary>415 for text that is not UTF-8. Left to the framework, some charsets (utf-7) end in a 500.</summary>
public sealed class CharsetGuard(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext http)
    {
        ArgumentNullException.ThrowIfNull(http);
        if (http.Request.ContentType is { Length: > 0 } contentType)
        {
            if (!MediaTypeHeaderValue.TryParse(contentType, out var type))
            {
                throw new RequestRefusedException(StatusCodes.Status415UnsupportedMediaType, ProblemCodes.UnsupportedMediaType, "The Content-Type cannot be read.");
            }

            var charsets = type.Parameters.Where(p => p.Name.Equals("charset", StringComparison.OrdinalIgnoreCase)).ToArray();
            if (charsets.Length > 1 || (charsets.Length == 1 && !HeaderUtilities.RemoveQuotes(charsets[0].Value).Equals("utf-8", StringComparison.OrdinalIgnoreCase)))
            {
                throw new RequestRefusedException(StatusCodes.Status415UnsupportedMediaType, ProblemCodes.UnsupportedCharset, "Text is taken in UTF-8 only.");
            }
        }

        return next(http);
    }
}

using Microsoft.Net.Http.Headers;

namespace AttributionRegistry.Server.Http;

/// <summary>Choosing a form of answer by Accept.</summary>
public static class Accepting
{
    /// <summary>The offered type that the client likes best; the first one when it has no say; null when it wants none of them.</summary>
    public static string? Best(HttpContext http, params ReadOnlySpan<string> offered)
    {
        ArgumentNullException.ThrowIfNull(http);
        var accept = http.Request.Headers.Accept;
        if (accept.Count == 0 || !MediaTypeHeaderValue.TryParseList(accept, out var wanted) || wanted.Count == 0)
        {
            return offered[0];
        }

        string? best = null;
        double bestQuality = 0;
        foreach (var candidate in offered)
        {
            var quality = QualityOf(MediaTypeHeaderValue.Parse(candidate), wanted);
            if (quality > bestQuality)
            {
                (best, bestQuality) = (candidate, quality);
            }
        }

        return best;
    }

    /// <summary>Like <see cref="Best"/>, but 406 when the client wants none of them.</summary>
    public static string Require(HttpContext http, params ReadOnlySpan<string> offered) =>
        Best(http, offered) ?? throw new RequestRefusedException(
            StatusCodes.Status406NotAcceptable, ProblemCodes.NotAcceptable, $"This address answers as {string.Join(", ", offered!)}.");

    /// <summary>RFC 9110: the most specific range that matches decides, whatever its q.</summary>
    private static double QualityOf(MediaTypeHeaderValue candidate, IList<MediaTypeHeaderValue> wanted)
    {
        var specificity = -1;
        double quality = 0;
        foreach (var range in wanted)
        {
            var rank = range.MatchesAllTypes ? 0 : range.MatchesAllSubTypes ? 1 : 2;
            if (rank > specificity && (rank == 0 || (rank == 1 && range.Type.Equals(candidate.Type, StringComparison.OrdinalIgnoreCase)) ||
                candidate.MediaType.Equals(range.MediaType, StringComparison.OrdinalIgnoreCase)))
            {
                (specificity, quality) = (rank, range.Quality ?? 1);
            }
        }

        return quality;
    }
}

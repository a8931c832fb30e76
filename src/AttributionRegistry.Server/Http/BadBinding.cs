using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AttributionRegistry.Server.Http;

/// <summary>Says what the framework's parameter binding disliked. It tells the parameter's name in its message only.</summary>
internal static partial class BadBinding
{
    public static ProblemHttpResult Explain(HttpContext http, BadHttpRequestException bad)
    {
        switch (bad.StatusCode)
        {
            case StatusCodes.Status413PayloadTooLarge:
                return Problems.Of(bad.StatusCode, ProblemCodes.PayloadTooLarge, "The body is larger than the operation takes.");
            case StatusCodes.Status408RequestTimeout:
                return Problems.Of(bad.StatusCode, ProblemCodes.RequestTimeout, "The body did not arrive in time.");
            case not StatusCodes.Status400BadRequest:
                return Problems.Of(bad.StatusCode, ProblemCodes.ForStatus(bad.StatusCode), "The request cannot be read.");
        }

        if (NameInMessage().Match(bad.Message) is not { Success: true } match)
        {
            return Problems.Of(bad.StatusCode, ProblemCodes.BadRequest, "The request cannot be read.");
        }

        var name = match.Groups["name"].Value;
        if (http.Request.RouteValues.ContainsKey(name))
        {
            // An id that cannot exist is an address where nothing is.
            return Problems.NotFound();
        }

        var (code, detail) = bad.Message.StartsWith("Required", StringComparison.Ordinal)
            ? (ProblemCodes.MissingParameter, $"The parameter '{name}' is required.")
            : (ProblemCodes.WrongType, $"The parameter '{name}' has a value of the wrong type.");
        return Problems.Of(bad.StatusCode, code, detail, new ProblemError($"?{name}", code, detail));
    }

    [GeneratedRegex("^(Failed to bind|Required) parameter \"(?:[^\"]* )?(?<name>[^\" ]+)\"", RegexOptions.CultureInvariant)]
    private static partial Regex NameInMessage();
}

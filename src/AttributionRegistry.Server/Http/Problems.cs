using AttributionRegistry.Domain;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AttributionRegistry.Server.Http;

/// <summary>One fault of a request.</summary>
/// <param name="Pointer">RFC 6901 JSON Pointer into the body, or <c>?name</c> for a query parameter.</param>
/// <param name="Code">Stable, kebab-case.</param>
/// <param name="Detail">A sentence for people.</param>
public sealed record ProblemError(string Pointer, string Code, string Detail);

/// <summary>The one place where a "no" becomes an HTTP status.</summary>
public static class Problems
{
    public const string ContentType = "application/problem+json";

    /// <summary>The answer to a refused command.</summary>
    public static ProblemHttpResult ToProblem(this Refusal refusal)
    {
        ArgumentNullException.ThrowIfNull(refusal);
        return refusal.Pointer is null
            ? Of(StatusOf(refusal.Kind), refusal.Code, refusal.Message)
            : Of(StatusOf(refusal.Kind), refusal.Code, refusal.Message, new ProblemError(refusal.Pointer, refusal.Code, refusal.Message));
    }

    /// <summary>A problem that no rule of the domain raised: faults of form, credentials, preconditions.</summary>
    public static ProblemHttpResult Of(int status, string code, string detail, params IReadOnlyList<ProblemError> errors) =>
        TypedResults.Problem(
            detail: detail,
            statusCode: status,
            title: TitleFrom(code),
            type: $"/problems/{code}",
            extensions: new Dictionary<string, object?> { ["code"] = code, ["errors"] = errors });

    /// <summary>404 in the one shape that hidden and absent things share.</summary>
    public static ProblemHttpResult NotFound() => Of(StatusCodes.Status404NotFound, ProblemCodes.NotFound, "There is nothing here that you may see.");

    public static int StatusOf(RefusalKind kind) => kind switch
    {
        RefusalKind.Invalid => StatusCodes.Status422UnprocessableEntity,
        RefusalKind.Forbidden => StatusCodes.Status403Forbidden,
        RefusalKind.NotFound => StatusCodes.Status404NotFound,
        RefusalKind.Conflict => StatusCodes.Status409Conflict,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "No status for this kind of refusal."),
    };

    internal static string TitleFrom(string code) => string.Concat(char.ToUpperInvariant(code[0]).ToString(), code.AsSpan(1).ToString().Replace('-', ' '));
}

/// <summary>Stops a request at its edge (binding, headers, cursors) with a problem; caught once, in <see cref="ProblemMiddleware"/>.</summary>
public sealed class RequestRefusedException(ProblemHttpResult problem) : Exception(problem?.ProblemDetails.Detail)
{
    public RequestRefusedException(int status, string code, string detail, params IReadOnlyList<ProblemError> errors)
        : this(Problems.Of(status, code, detail, errors))
    {
    }

    public ProblemHttpResult Problem { get; } = problem ?? throw new ArgumentNullException(nameof(problem));
}

using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace AttributionRegistry.Server.Http;

/// <summary>
/// Outermost: whatever goes wrong inside leaves as a problem. It stands in for UseExceptionHandler and UseStatusCodePages,
/// which answer some of these cases with an empty body and log refusals as errors.
/// </summary>
public sealed class ProblemMiddleware(RequestDelegate next, ILogger<ProblemMiddleware> log)
{
    public async Task InvokeAsync(HttpContext http)
    {
        ArgumentNullException.ThrowIfNull(http);
        ProblemHttpResult? problem;
        try
        {
            await next(http);
            problem = SilentFailure(http);
        }
        catch (RequestRefusedException refused)
        {
            problem = refused.Problem;
            DropAnswer(http);
        }
        catch (BadHttpRequestException bad)
        {
            problem = BadBinding.Explain(http, bad);
            DropAnswer(http);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            return;
        }
#pragma warning disable CA1031 // The last handler: nothing above it but Kestrel, which would cut the connection.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            log.LogError(fault, "Request {Method} {Route} failed.", http.Request.Method, (http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText);
            if (http.Response.HasStarted)
            {
                // Half an answer is out; cutting the connection is the only way to say that it is not whole.
                http.Abort();
                return;
            }

            problem = Problems.Of(StatusCodes.Status500InternalServerError, ProblemCodes.InternalError, "The server failed; the failure has been logged.");
            DropAnswer(http);
        }

        if (problem is not null && !http.Response.HasStarted)
        {
            await problem.ExecuteAsync(http);
        }
    }

    /// <summary>An error status without a body, as routing, authorization and Kestrel leave it.</summary>
    private static ProblemHttpResult? SilentFailure(HttpContext http)
    {
        var response = http.Response;
        if (response.HasStarted || response.StatusCode < 400 || response.ContentLength is not null || !string.IsNullOrEmpty(response.ContentType))
        {
            return null;
        }

        if (response.StatusCode == StatusCodes.Status504GatewayTimeout)
        {
            // A route's own time limit ends in 504; to the client it is one thing with the general limit.
            response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        }

        var code = ProblemCodes.ForStatus(response.StatusCode);
        return code == ProblemCodes.NotFound
            ? Problems.NotFound()
            : Problems.Of(response.StatusCode, code, ProblemCodes.Conventions.Entries.First(entry => entry.Code == code).Explanation);
    }

    private static void DropAnswer(HttpContext http)
    {
        if (!http.Response.HasStarted)
        {
            http.Response.Headers.Remove(HeaderNames.ETag);
            http.Response.Headers.Remove(HeaderNames.LastModified);
            http.Response.Headers.Remove(HeaderNames.CacheControl);
            http.Response.Headers.Remove(HeaderNames.ContentDisposition);
            http.Response.ContentLength = null;
            http.Response.ContentType = null;
        }
    }
}

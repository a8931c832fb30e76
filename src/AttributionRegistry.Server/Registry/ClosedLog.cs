using AttributionRegistry.Domain;
using AttributionRegistry.Log;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Security;

namespace AttributionRegistry.Server.Registry;

/// <summary>
/// Once the log is closed no request changes anything, whether the log would have shown it or not. Reads stay, and so does the answer to a
/// request that acted before.
/// </summary>
public sealed class ClosedLog(RequestDelegate next, RegistryCore core)
{
    public Task InvokeAsync(HttpContext http)
    {
        ArgumentNullException.ThrowIfNull(http);
        return core.Store.LogKeys.Closure is { } closure && !IsRead(http.Request.Method) && !WasAnswered(http)
            ? throw new RequestRefusedException(Refusal(closure).ToProblem())
            : next(http);
    }

    internal static Refusal Refusal(LogClosure closure) => Domain.Refusal.Conflict("log-closed", $"{closure.Said} Nothing more is recorded here; what is there stays readable.");

    private static bool IsRead(string method) => HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method);

    private bool WasAnswered(HttpContext http) =>
        http.Features.Get<AuthenticatedPerson>() is { } person && http.Request.Headers[IdempotencyKey.Header] is [{ Length: > 0 } key]
        && core.Store.Events.FindIdempotency(person.Id.Value, key) is not null;
}

using Microsoft.AspNetCore.Http.HttpResults;

namespace AttributionRegistry.Server.Http;

/// <summary>Something that must work before requests make sense: the database, the evidence store, the signing key.</summary>
/// <param name="Name">As /health/ready names it.</param>
/// <param name="CheckAsync">True when it works. An exception counts as false and is logged.</param>
public sealed record ReadinessCheck(string Name, Func<IServiceProvider, CancellationToken, ValueTask<bool>> CheckAsync);

/// <summary>The answer of the health addresses.</summary>
/// <param name="Status"><c>ok</c> or <c>failing</c>.</param>
/// <param name="Failing">Names of what does not work.</param>
public sealed record HealthReport(string Status, IReadOnlyList<string> Failing)
{
    /// <summary>What works and needs somebody's look all the same, such as a witness that is late.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}

/// <summary>What /health/ready tells beside its conditions; none of it makes the registry unready.</summary>
public sealed record HealthNotices(Func<IServiceProvider, IEnumerable<string>> Tell);

public static class Health
{
    /// <summary>Adds a condition of /health/ready.</summary>
    public static IServiceCollection AddReadiness(this IServiceCollection services, string name, Func<IServiceProvider, CancellationToken, ValueTask<bool>> checkAsync) =>
        services.AddSingleton(new ReadinessCheck(name, checkAsync));

    /// <summary>Adds notices to /health/ready.</summary>
    public static IServiceCollection AddHealthNotices(this IServiceCollection services, Func<IServiceProvider, IEnumerable<string>> tell) =>
        services.AddSingleton(new HealthNotices(tell));

    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        var health = routes.MapGroup("/health").WithTags("Health").AllowAnonymous().DisableRateLimiting();
        health.MapGet("/live", Live).WithName("Live");
        health.MapGet("/ready", ReadyAsync).WithName("Ready").Refuses(503);
    }

    /// <summary>Says that the process answers.</summary>
    public static Ok<HealthReport> Live(HttpContext http)
    {
        http.Response.Headers.CacheControl = "no-store";
        return TypedResults.Ok(new HealthReport("ok", []));
    }

    /// <summary>Says whether everything works that requests need; 503 names what does not.</summary>
    public static async Task<Results<Ok<HealthReport>, ProblemHttpResult>> ReadyAsync(
        IEnumerable<ReadinessCheck> checks, IEnumerable<HealthNotices> notices, HttpContext http, ILogger<ReadinessCheck> log, CancellationToken cancel)
    {
        http.Response.Headers.CacheControl = "no-store";
        var failing = new List<string>();
        foreach (var check in checks)
        {
            try
            {
                if (!await check.CheckAsync(http.RequestServices, cancel))
                {
                    failing.Add(check.Name);
                }
            }
#pragma warning disable CA1031 // Whatever a check throws means "not ready".
            catch (Exception fault) when (!cancel.IsCancellationRequested)
#pragma warning restore CA1031
            {
                log.LogWarning(fault, "Readiness check {Name} failed.", check.Name);
                failing.Add(check.Name);
            }
        }

        return failing.Count == 0
            ? TypedResults.Ok(new HealthReport("ok", []) { Warnings = [.. notices.SelectMany(n => n.Tell(http.RequestServices))] })
            : Problems.Of(StatusCodes.Status503ServiceUnavailable, ProblemCodes.Unavailable, $"Not working: {string.Join(", ", failing)}.");
    }
}

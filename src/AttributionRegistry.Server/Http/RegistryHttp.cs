using AttributionRegistry.Server.Http.OpenApi;
using AttributionRegistry.Server.Security;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Net.Http.Headers;

namespace AttributionRegistry.Server.Http;

/// <summary>Everything that holds for every route: one call for the services, one for the pipeline.</summary>
public static class RegistryHttp
{
    /// <summary>The CORS policy of what everybody may read.</summary>
    public const string PublicReads = "public-reads";

    public const long MaxBodyBytes = 1024 * 1024;
    private static readonly TimeSpan RequestTime = TimeSpan.FromSeconds(30);

    public static IServiceCollection AddRegistryHttp(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        services.AddSingleton(ProblemCodes.Conventions);
        services.AddSingleton<ProblemCatalogue>();
        services.AddSingleton<IProblemDetailsWriter, ProblemWriter>(); // Before the framework's own: the first writer that can, writes.
        services.AddProblemDetails();
        services.ConfigureHttpJsonOptions(json => ApiJson.Apply(json.SerializerOptions));
        services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true); // Else a fault of binding is an empty 400.
        services.Configure<KestrelServerOptions>(kestrel => Limit(kestrel, configuration));
        services.AddCors(cors => cors.AddPolicy(PublicReads, policy => policy.AllowAnyOrigin()
            .WithMethods(HttpMethods.Get, HttpMethods.Head)
            .WithHeaders(HeaderNames.Accept, HeaderNames.IfNoneMatch, HeaderNames.Range)
            .WithExposedHeaders(HeaderNames.ETag, HeaderNames.Link, HeaderNames.Location, HeaderNames.RetryAfter)
            .SetPreflightMaxAge(TimeSpan.FromHours(1))));
        var limits = configuration.GetSection(RateLimitOptions.Section).Get<RateLimitOptions>() ?? new RateLimitOptions();
        services.AddRateLimiter(limiter => RateLimits.Configure(limiter, limits));
        services.AddRequestTimeouts(timeouts => timeouts.DefaultPolicy = new RequestTimeoutPolicy
        {
            Timeout = RequestTime,
            TimeoutStatusCode = StatusCodes.Status503ServiceUnavailable,
        });
        services.AddRegistrySecurity();
        services.AddRegistryOpenApi();
        return services;
    }

    /// <summary>The pipeline, and the addresses /problems, /health, /openapi/v1.json and /docs. Map features after it.</summary>
    public static WebApplication UseRegistryHttp(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.UseMiddleware<Findings.PublishedDocumentsFirst>();
        app.UseMiddleware<SecurityHeaders>();
        app.UseMiddleware<ProblemMiddleware>();
        app.UseMiddleware<Uploads.TusProtocol>();
        app.UseMiddleware<MethodRules>();
        app.UseMiddleware<CharsetGuard>();
        app.UseRegistryDocs();
        app.UseRouting();
        app.UseRequestTimeouts();
        app.UseCors();
        app.UseAuthentication();
        app.UseRateLimiter();
        app.UseMiddleware<BadCredentialGuard>();
        app.UseAuthorization();
        app.UseMiddleware<QueryRules>();
        app.MapProblems();
        app.MapHealth();
        app.MapRegistryOpenApi();
        return app;
    }

    private static void Limit(KestrelServerOptions kestrel, IConfiguration configuration)
    {
        kestrel.AddServerHeader = false;
        kestrel.AllowSynchronousIO = false;
        kestrel.Limits.MaxRequestBodySize = MaxBodyBytes;
        kestrel.Limits.MaxRequestLineSize = 8 * 1024;
        kestrel.Limits.MaxRequestHeadersTotalSize = 16 * 1024;
        kestrel.Limits.MaxRequestHeaderCount = 64;
        kestrel.Limits.MaxConcurrentConnections = configuration.GetValue<long?>("Registry:MaxConnections") ?? 4096;
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15);
        kestrel.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(120);
        var slowest = new MinDataRate(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(5));
        kestrel.Limits.MinRequestBodyDataRate = slowest;
        kestrel.Limits.MinResponseDataRate = slowest;
    }
}

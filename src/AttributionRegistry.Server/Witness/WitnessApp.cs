using System.Security.Cryptography;
using System.Text;
using System.Threading.RateLimiting;
using AttributionRegistry.Log;
using AttributionRegistry.Server.Registry;
using AttributionRegistry.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using BadHttpRequestException = Microsoft.AspNetCore.Http.BadHttpRequestException;

namespace AttributionRegistry.Server.Witness;

/// <summary>The witness's server (C2SP tlog-witness): three routes, and limits that a stranger cannot exceed.</summary>
public static class WitnessApp
{
    /// <summary>63 lines of proof are 3 KiB; the rest is for checkpoints with many signatures.</summary>
    public const int MaxBodyBytes = 64 * 1024;

    // A decision takes a verification and a flush; more at once would only wait for the disk.
    private const int MaxAtOnce = 16;
    private const int MaxWaiting = 64;
    private const int MaxConnections = 256;
    private const string Limiter = "add-checkpoint";
    private const string Text = "text/plain; charset=utf-8";
    private static readonly string[] Reads = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>Builds the server and opens its memory. Tests pass their own clock.</summary>
    public static WebApplication Build(WitnessSettings settings, Action<WebApplicationBuilder>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.WebHost.UseUrls(settings.Listen);
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
#pragma warning disable RS0030 // The one place of the witness that names the system clock.
        builder.Services.AddSingleton(TimeProvider.System);
#pragma warning restore RS0030
        builder.Services.AddSingleton(settings);
        builder.Services.AddSingleton<Entropy>();
        builder.Services.AddSingleton(services => WitnessState.Open(
            new WitnessOptions(settings.StateFolder, settings.KeysFolder, settings.Name, services.GetRequiredService<Entropy>().Bytes, settings.RecoverMemory)));
        builder.Services.Configure<KestrelServerOptions>(Limit);
        builder.Services.AddRateLimiter(limiter =>
        {
            limiter.RejectionStatusCode = StatusCodes.Status503ServiceUnavailable;
            limiter.AddConcurrencyLimiter(Limiter, at => (at.PermitLimit, at.QueueLimit, at.QueueProcessingOrder) = (MaxAtOnce, MaxWaiting, QueueProcessingOrder.OldestFirst));
        });
        configure?.Invoke(builder);
        var app = builder.Build();
        app.UseRateLimiter();
        app.MapPost("/add-checkpoint", AddCheckpointAsync).RequireRateLimiting(Limiter);
        app.MapMethods("/{originHash}/checkpoint", Reads, ReadCheckpoint);
        app.MapMethods("/vkey", Reads, (WitnessState state) => TypedResults.Text(state.Signer.Vkey + "\n", Text));
        _ = app.Services.GetRequiredService<WitnessState>(); // Refuses now, not at the first request.
        return app;
    }

    /// <summary>Cosigns a checkpoint, or says why not with the statuses of the specification.</summary>
    private static async Task AddCheckpointAsync(HttpContext http, WitnessState state, WitnessSettings settings, TimeProvider clock, ILogger<WitnessState> log)
    {
        AddCheckpointRequest request;
        try
        {
            request = AddCheckpointRequest.Parse(await BodyAsync(http));
        }
        catch (NoteException fault)
        {
            await AnswerAsync(http, StatusCodes.Status400BadRequest, fault.Message);
            return;
        }
        catch (BadHttpRequestException fault)
        {
            await AnswerAsync(http, fault.StatusCode, fault.StatusCode == StatusCodes.Status413PayloadTooLarge ? $"A request has at most {MaxBodyBytes} bytes." : fault.Message);
            return;
        }

        WitnessAnswer answer;
        try
        {
            answer = state.Add(settings.Logs, request, clock.GetUtcNow());
        }
        catch (WriterStoppedException stopped)
        {
            log.LogError("ALARM: {Reason}", stopped.Message);
            await AnswerAsync(http, StatusCodes.Status503ServiceUnavailable, "The witness cannot remember what it would cosign.");
            return;
        }

        switch (answer)
        {
            case { Cosignature: { } line }:
                await AnswerAsync(http, StatusCodes.Status200OK, line.TrimEnd('\n'));
                break;
            case { Decision: WitnessDecision.Conflict(var size) }:
                await AnswerAsync(http, StatusCodes.Status409Conflict, $"{size}", "text/x.tlog.size");
                break;
            case { Decision: WitnessDecision.Refused(var why, var reason) }:
                if (why == WitnessRefusal.Inconsistent)
                {
                    // Signed by the log and not consistent: this is what a witness is there to see.
                    log.LogError("ALARM: {Origin} signed a tree of size {Size} that does not fit: {Reason} Its note: {Note}", request.Claimed.Origin, request.Claimed.Size, reason, request.Note.ToString());
                }

                await AnswerAsync(http, StatusOf(why), reason);
                break;
            default:
                throw new InvalidOperationException("A witness cosigns, names another size, or refuses.");
        }
    }

    /// <summary>The newest cosigned checkpoint of a log, for monitors.</summary>
    private static Results<ContentHttpResult, NotFound> ReadCheckpoint(string originHash, HttpContext http, WitnessState state, WitnessSettings settings)
    {
        var origin = settings.Logs.Select(l => l.Name).FirstOrDefault(name => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name))) == originHash);
        if (origin is null || state.Checkpoint(origin) is not { } note)
        {
            return TypedResults.NotFound();
        }

        http.Response.Headers.CacheControl = "public, max-age=2";
        return TypedResults.Text(note, Text);
    }

    private static async Task<byte[]> BodyAsync(HttpContext http)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body, http.RequestAborted); // Kestrel ends it at the limit.
        return body.ToArray();
    }

    private static Task AnswerAsync(HttpContext http, int status, string line, string type = Text)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = type;
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers.XContentTypeOptions = "nosniff";
        return http.Response.WriteAsync(line + "\n", http.RequestAborted);
    }

    private static int StatusOf(WitnessRefusal why) => why switch
    {
        WitnessRefusal.Malformed => StatusCodes.Status400BadRequest,
        WitnessRefusal.NotSigned => StatusCodes.Status403Forbidden,
        WitnessRefusal.UnknownLog => StatusCodes.Status404NotFound,
        WitnessRefusal.Inconsistent => StatusCodes.Status422UnprocessableEntity,
        _ => throw new ArgumentOutOfRangeException(nameof(why), why, "No status for this refusal."),
    };

    private static void Limit(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = MaxBodyBytes;
        kestrel.Limits.MaxRequestLineSize = 1024;
        kestrel.Limits.MaxRequestHeadersTotalSize = 8 * 1024;
        kestrel.Limits.MaxRequestHeaderCount = 32;
        kestrel.Limits.MaxConcurrentConnections = MaxConnections;
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        kestrel.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(120);
        kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(5));
        kestrel.Limits.MinResponseDataRate = new MinDataRate(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(5));
    }
}

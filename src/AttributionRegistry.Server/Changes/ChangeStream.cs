using System.Globalization;
using System.Text;
using System.Text.Json;
using AttributionRegistry.Server.Findings;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Storage;
using Microsoft.AspNetCore.Http.Timeouts;

namespace AttributionRegistry.Server.Changes;

/// <summary>Wakes whoever waits for changes. A waiter takes the task first and reads then: no change can fall in between.</summary>
public sealed class ChangeSignal : IDerivedFromFindings
{
    private volatile TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Form => "changes 1";

    /// <summary>Done with the next change.</summary>
    public Task Next => _next.Task;

    public void Write(RowWriter rows, PublishedChange change)
    {
        // The change has its row already.
    }

    public void Committed(PublishedChange change) =>
        Interlocked.Exchange(ref _next, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
}

/// <summary>The list of changes as server-sent events: the same items, as they come. The id of an event is its index in the log.</summary>
public sealed class ChangeStream(ChangeSignal signal, TimeProvider clock, IHostApplicationLifetime lifetime)
{
    public const string MediaType = "text/event-stream";
    public const int MostStreams = 256;
    public const int MostOfOneNetwork = 8;

    /// <summary>So often a silent stream says that it is alive.</summary>
    public static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    private readonly NetworkShares _shares = new(MostStreams, MostOfOneNetwork);

    /// <summary>Sends what <paramref name="after"/> finds, and then what comes, until the reader or the server leaves.</summary>
    public async Task SendAsync(HttpContext http, long since, Func<long, IReadOnlyList<Change>> after)
    {
        ArgumentNullException.ThrowIfNull(http);
        ArgumentNullException.ThrowIfNull(after);
        using var share = _shares.Take(http);
        if (share is null)
        {
            http.Response.Headers.RetryAfter = "30";
            await Problems.Of(StatusCodes.Status503ServiceUnavailable, ProblemCodes.Unavailable, "Too many streams are open. Ask for the list every now and then instead.").ExecuteAsync(http);
            return;
        }

        try
        {
            using var ending = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, lifetime.ApplicationStopping);
            await RunAsync(http, since, after, ending.Token);
        }
        catch (OperationCanceledException)
        {
            // The reader has gone, or the server goes.
        }
    }

    private async Task RunAsync(HttpContext http, long since, Func<long, IReadOnlyList<Change>> after, CancellationToken cancel)
    {
        http.Features.Get<IHttpRequestTimeoutFeature>()?.DisableTimeout();
        http.Response.ContentType = MediaType;
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers["X-Accel-Buffering"] = "no";
        await SayAsync(": the changes of the registry\nretry: 5000\n\n");
        while (true)
        {
            var next = signal.Next;
            if (after(since) is { Count: > 0 } changes)
            {
                await SayAsync(string.Concat(changes.Select(c => $"id: {c.LogIndex}\nevent: {c.Kind}\ndata: {JsonSerializer.Serialize(c, ApiJson.Options)}\n\n")));
                since = changes[^1].LogIndex;
            }
            else if (await Task.WhenAny(next, Task.Delay(Heartbeat, clock, cancel)) != next)
            {
                cancel.ThrowIfCancellationRequested();
                await SayAsync(": alive\n\n");
            }
        }

        async Task SayAsync(string text)
        {
            await http.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(text), cancel);
            await http.Response.Body.FlushAsync(cancel);
        }
    }

    /// <summary>The index after which a reader goes on that was cut off; null when it does not say, or not so.</summary>
    public static long? LastSeen(HttpContext http)
    {
        ArgumentNullException.ThrowIfNull(http);
        return long.TryParse(http.Request.Headers["Last-Event-ID"].ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? index : null;
    }
}

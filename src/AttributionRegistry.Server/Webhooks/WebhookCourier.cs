using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Webhooks;
using AttributionRegistry.Server.Changes;
using AttributionRegistry.Server.Registry;
using AttributionRegistry.Storage;

namespace AttributionRegistry.Server.Webhooks;

/// <summary>
/// Delivers what stands in the outbox. A name is resolved once, each of its addresses must be on the public internet, and the connection goes to
/// the very address that was looked at; redirects are not followed, and of the answer no more is read than it takes.
/// </summary>
public sealed class WebhookCourier : BackgroundService
{
    private const int AtOnce = 8;
    private const int MostAnswerBytes = 16 * 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    private readonly HttpClient _http;
    private readonly RegistryCore _core;
    private readonly WebhookRows _rows;
    private readonly ChangeSignal _changes;
    private readonly TimeProvider _clock;
    private readonly bool _loopbackToo;
    private readonly ILogger<WebhookCourier> _log;
    private readonly SemaphoreSlim _woken = new(0);

    public WebhookCourier(RegistryCore core, WebhookRows rows, ChangeSignal changes, RegistrySettings settings, TimeProvider clock, ILogger<WebhookCourier> log)
    {
        ArgumentNullException.ThrowIfNull(settings);
        (_core, _rows, _changes, _clock, _loopbackToo, _log) = (core, rows, changes, clock, settings.WebhooksMayCallLoopback, log);
        _http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            ConnectTimeout = TimeSpan.FromSeconds(5),
            MaxResponseHeadersLength = 16,
            PooledConnectionLifetime = TimeSpan.Zero, // Each message looks at the address it goes to.
            ConnectCallback = ConnectAsync,
        })
        { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>Says that something is due.</summary>
    public void Wake() => _woken.Release();

    public override void Dispose()
    {
        _http.Dispose();
        _woken.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        while (!stoppingToken.IsCancellationRequested)
        {
            var change = _changes.Next;
            try
            {
                while (await DeliverDueAsync(stoppingToken))
                {
                }

                await WaitAsync(change, stoppingToken);
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                // Whatever it is, the registry goes on without news to others, and tries again.
                _log.LogError(fault, "What became of webhook deliveries could not be written; they will be tried again.");
                await Task.Delay(TimeSpan.FromSeconds(1), stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task WaitAsync(Task change, CancellationToken stopping)
    {
        var wait = _rows.NextDue() is { } due ? Instant.FromMicroseconds(due) - _clock.GetUtcNow() : Longest;
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var woken = _woken.WaitAsync(over.Token);
        await Task.WhenAny(change, woken, Task.Delay(wait < TimeSpan.FromSeconds(1) ? TimeSpan.FromSeconds(1) : wait > Longest ? Longest : wait, _clock, over.Token));
        await over.CancelAsync();
        await woken.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task<bool> DeliverDueAsync(CancellationToken cancel)
    {
        var due = _rows.Due(Instant.ToMicroseconds(_clock.GetUtcNow()), AtOnce);
        if (due.Count == 0)
        {
            return false;
        }

        var sent = await Task.WhenAll(due.Select(async d => (Delivery: d, Outcome: await SendAsync(d, cancel))));
        cancel.ThrowIfCancellationRequested();

        // Crash here: the receivers have it and nobody knows. It is sent again under the same webhook-id, by which they tell.
        var at = Instant.ToMicroseconds(_clock.GetUtcNow());
        await _core.Store.Writer.CommitAsync(new CommitRequest([], rows =>
        {
            foreach (var (delivery, (delivered, outcome)) in sent)
            {
                if (delivered)
                {
                    WebhookRows.Delivered(rows, delivery, at, outcome);
                }
                else if (WebhookRows.Failed(rows, delivery, at, outcome))
                {
                    _log.LogWarning("The webhook {Id} is stopped: its receiver did not take a message for {Hours} hours.", delivery.Webhook, RetryPlan.Total.TotalHours);
                }
            }
        }), cancel);
        return true;
    }

    private async Task<(bool Delivered, string Outcome)> SendAsync(DueDelivery delivery, CancellationToken cancel)
    {
        if (PublicInternet.FaultOf(delivery.Url, _loopbackToo) is not null)
        {
            return (false, "address refused");
        }

        using var patience = new CancellationTokenSource(Patience, _clock);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancel, patience.Token);
        try
        {
            var timestamp = _clock.GetUtcNow().ToUnixTimeSeconds();
            using var request = new HttpRequestMessage(HttpMethod.Post, delivery.Url) { Content = new StringContent(delivery.Body, Encoding.UTF8, "application/json") };
            request.Headers.Add("webhook-id", delivery.Id);
            request.Headers.Add("webhook-timestamp", timestamp.ToString(CultureInfo.InvariantCulture));
            request.Headers.Add("webhook-signature", WebhookSignature.Of(_rows.SecretOf(delivery.Webhook), delivery.Id, timestamp, delivery.Body));
            request.Headers.UserAgent.ParseAdd("attribution-registry/1");
            using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ending.Token);
            if (!answer.IsSuccessStatusCode)
            {
                return (false, $"status {(int)answer.StatusCode}");
            }

            return delivery.Kind != WebhookRows.Challenge ? (true, $"status {(int)answer.StatusCode}")
                : await RepeatsAsync(answer, _rows.ChallengeOf(delivery.Webhook), ending.Token) ? (true, "challenge answered")
                : (false, "challenge not repeated");
        }
        catch (Exception fault)
        {
            // Whatever an address or its answer makes of it, it is that delivery's failure alone.
            cancel.ThrowIfCancellationRequested();
            return (false, fault is OperationCanceledException ? "no answer in time" : fault is HttpRequestException { InnerException: AddressRefusedException } ? "address refused" : "no connection");
        }
    }

    private static async Task<bool> RepeatsAsync(HttpResponseMessage answer, string challenge, CancellationToken cancel)
    {
        await using var stream = await answer.Content.ReadAsStreamAsync(cancel);
        var bytes = new byte[MostAnswerBytes];
        var read = await stream.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancel);
        using var json = JsonDocument.Parse(bytes.AsMemory(0, read));
        return json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("challenge", out var said) && said.ValueKind == JsonValueKind.String && said.ValueEquals(challenge);
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancel)
    {
        var addresses = await Dns.GetHostAddressesAsync(context.DnsEndPoint.Host, cancel);
        if (addresses.Length == 0 || !Array.TrueForAll(addresses, a => PublicInternet.Has(a) || (_loopbackToo && IPAddress.IsLoopback(a))))
        {
            throw new AddressRefusedException();
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, context.DnsEndPoint.Port, cancel);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private sealed class AddressRefusedException() : IOException("The name leads to an address that is not on the public internet.");
}

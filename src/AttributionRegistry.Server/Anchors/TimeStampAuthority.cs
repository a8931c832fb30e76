using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using AttributionRegistry.Cli.TimeStamps;
using AttributionRegistry.Server.Registry;

namespace AttributionRegistry.Server.Anchors;

/// <summary>A client of one time stamp authority (RFC 3161 over HTTP). Its replies are checked against the configured chain before anybody sees them.</summary>
public sealed class TimeStampAuthority : IDisposable
{
    private const int MostReplyBytes = 64 * 1024;
    private const int NonceBytes = 16;

    private readonly HttpClient _http;
    private readonly Entropy _entropy;
    private readonly X509Certificate2Collection _chain;
    private readonly string? _policy;

    /// <exception cref="InvalidOperationException">The settings contradict each other or name no usable chain.</exception>
    public TimeStampAuthority(Uri address, string? certificates, string? policy, TimeSpan patience, Entropy entropy)
    {
        (_entropy, _policy) = (entropy, policy);
        _chain = Chain(certificates);
        _http = new HttpClient { BaseAddress = address, Timeout = patience, MaxResponseContentBufferSize = MostReplyBytes };
    }

    /// <summary>Has a message stamped.</summary>
    /// <returns>The reply as it came, and what it says.</returns>
    /// <exception cref="TimeStampException">There is no reply, or it does not hold.</exception>
    public async Task<(byte[] Reply, TimeStamp Stamp)> StampAsync(byte[] message, CancellationToken cancel)
    {
        var query = new TimeStampQuery(message, _entropy.Bytes(NonceBytes), _policy);
        var reply = await AskAsync(query.Encode(), cancel);
        var stamp = TimeStamp.Verify(reply, message, _chain);
        query.Accept(stamp);
        return (reply, stamp);
    }

    public void Dispose() => _http.Dispose();

    private static X509Certificate2Collection Chain(string? path)
    {
        if (path is null)
        {
            throw new InvalidOperationException("Registry:TimeStampAuthority needs Registry:TimeStampCertificates, the chain of the authority in a PEM file: a token that nothing is checked against proves nothing.");
        }

        try
        {
            return TimeStamp.Authorities(path);
        }
        catch (Exception fault) when (fault is FormatException or IOException or UnauthorizedAccessException)
        {
            throw new InvalidOperationException($"Registry:TimeStampCertificates: {fault.Message}", fault);
        }
    }

    private async Task<byte[]> AskAsync(byte[] query, CancellationToken cancel)
    {
        try
        {
            using var content = new ByteArrayContent(query);
            content.Headers.ContentType = new MediaTypeHeaderValue("application/timestamp-query");
            using var answer = await _http.PostAsync((Uri?)null, content, cancel);
            return answer.IsSuccessStatusCode
                ? await answer.Content.ReadAsByteArrayAsync(cancel)
                : throw new TimeStampException(TimeStampFault.Unreachable, $"The authority answered {(int)answer.StatusCode}.");
        }
        catch (HttpRequestException fault)
        {
            throw new TimeStampException(TimeStampFault.Unreachable, fault.Message, fault);
        }
        catch (OperationCanceledException fault) when (!cancel.IsCancellationRequested)
        {
            throw new TimeStampException(TimeStampFault.Timeout, $"The authority did not answer in {_http.Timeout.TotalSeconds} seconds.", fault);
        }
    }
}

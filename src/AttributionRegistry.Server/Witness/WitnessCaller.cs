using System.Globalization;
using System.Net;
using System.Net.Mime;
using System.Text;
using AttributionRegistry.Log;

namespace AttributionRegistry.Server.Witness;

/// <summary>What a witness answered.</summary>
internal abstract record WitnessReply
{
    private WitnessReply()
    {
    }

    /// <summary>Signature lines, not yet verified.</summary>
    public sealed record Lines(string Text) : WitnessReply;

    /// <summary>It has cosigned this size last.</summary>
    public sealed record OtherSize(long Size) : WitnessReply;

    /// <summary>It holds another tree than ours.</summary>
    public sealed record Inconsistent(string Reason) : WitnessReply;

    /// <summary>No cosignature now; perhaps later.</summary>
    public sealed record Failed(string Reason) : WitnessReply;
}

/// <summary>Asks one witness (C2SP tlog-witness). Each has a client of its own, so that a slow one holds up nobody.</summary>
internal sealed class WitnessCaller : IDisposable
{
    private const int MostAnswerBytes = 16 * 1024;
    private const string SizeType = "text/x.tlog.size";

    private static readonly TimeSpan LongestConnect = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestCall = TimeSpan.FromSeconds(10);

    private readonly HttpClient _http;
    private readonly Uri _address;

    public WitnessCaller(string url)
    {
        _address = new Uri(url.TrimEnd('/') + "/add-checkpoint");
        _http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false, // The operator named this address, and no other.
            UseCookies = false,
            UseProxy = !_address.IsLoopback,
            ConnectTimeout = LongestConnect,
            MaxConnectionsPerServer = 1,
            MaxResponseHeadersLength = 16,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        })
        { MaxResponseContentBufferSize = MostAnswerBytes, Timeout = LongestCall };
        _http.DefaultRequestHeaders.UserAgent.ParseAdd("attribution-registry");
    }

    public async Task<WitnessReply> AskAsync(long old, IReadOnlyList<byte[]> proof, string checkpoint, CancellationToken cancel)
    {
        try
        {
            using var body = new StringContent(AddCheckpointRequest.Format(old, proof, checkpoint), Encoding.UTF8, MediaTypeNames.Text.Plain);
            using var answer = await _http.PostAsync(_address, body, cancel).ConfigureAwait(false);
            var text = await answer.Content.ReadAsStringAsync(cancel).ConfigureAwait(false);
            return answer.StatusCode switch
            {
                HttpStatusCode.OK => new WitnessReply.Lines(text),
                HttpStatusCode.Conflict when answer.Content.Headers.ContentType?.MediaType == SizeType => long.TryParse(text.TrimEnd('\n'), NumberStyles.None, CultureInfo.InvariantCulture, out var size)
                    ? new WitnessReply.OtherSize(size)
                    : new WitnessReply.Failed("It answers 409 with something that is no size."),
                // Without a size some witnesses mean what the specification says with 422: another tree.
                HttpStatusCode.Conflict => new WitnessReply.Inconsistent("It answers 409 without a size: it holds another tree of this log."),
                HttpStatusCode.UnprocessableEntity => new WitnessReply.Inconsistent("It answers 422: our log does not grow from the tree that it has cosigned."),
                HttpStatusCode.NotFound => new WitnessReply.Failed("It answers 404: it does not know this log."),
                HttpStatusCode.Forbidden => new WitnessReply.Failed("It answers 403: it does not trust the key of this log."),
                var other => new WitnessReply.Failed($"It answers {(int)other}."),
            };
        }
        catch (HttpRequestException failure)
        {
            return new WitnessReply.Failed($"It cannot be reached ({failure.HttpRequestError}).");
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return new WitnessReply.Failed($"It does not answer within {LongestCall.TotalSeconds} s.");
        }
    }

    public void Dispose() => _http.Dispose();
}

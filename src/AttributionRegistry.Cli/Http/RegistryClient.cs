using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Mime;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace AttributionRegistry.Cli.Http;

/// <summary>
/// The registry's API as one caller sees it. Refusals come as <see cref="RegistryRefusedException"/>, silence as
/// <see cref="RegistryUnreachableException"/>. Each POST carries one idempotency key through all of its attempts, so that trying again
/// never acts twice.
/// </summary>
public sealed partial class RegistryClient : IDisposable
{
    private const int MostAttempts = 5;
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(60);

    private readonly HttpClient _http;
    private readonly string? _apiKey;
    private readonly Func<int, byte[]> _entropy;
    private readonly Func<TimeSpan, CancellationToken, Task> _wait;

    /// <param name="http">With its base address set. It is disposed with this client.</param>
    /// <param name="apiKey">The bearer key, or null for a reader without an account.</param>
    /// <param name="entropy">Random bytes.</param>
    /// <param name="wait">How to wait between attempts; null waits in real time.</param>
    public RegistryClient(HttpClient http, string? apiKey, Func<int, byte[]> entropy, Func<TimeSpan, CancellationToken, Task>? wait = null)
    {
        ArgumentNullException.ThrowIfNull(http);
        _http = http;
        _apiKey = apiKey;
        _entropy = entropy;
        _wait = wait ?? Task.Delay;
    }

    public async Task<JsonNode> GetAsync(string path, CancellationToken cancel) =>
        Parse(await SendAsync(HttpMethod.Get, path, null, null, cancel), path);

    public async Task<JsonObject> GetObjectAsync(string path, CancellationToken cancel) => await GetAsync(path, cancel) is JsonObject answer
        ? answer
        : throw NotTheRegistry(path);

    public async Task<string> GetTextAsync(string path, CancellationToken cancel) =>
        System.Text.Encoding.UTF8.GetString(await SendAsync(HttpMethod.Get, path, null, null, cancel));

    public Task<byte[]> GetBytesAsync(string path, CancellationToken cancel) => SendAsync(HttpMethod.Get, path, null, null, cancel);

    /// <summary>The bytes at a path if they are others than those of an entity tag; null where they are the same.</summary>
    public async Task<byte[]?> GetChangedAsync(string path, string? etag, CancellationToken cancel)
    {
        try
        {
            return await SendAsync(HttpMethod.Get, path, null, message => _ = etag is null || message.Headers.TryAddWithoutValidation("If-None-Match", etag), cancel);
        }
        catch (RegistryRefusedException same) when (same.Status == (int)HttpStatusCode.NotModified)
        {
            return null;
        }
    }

    /// <summary>POST; without a body when it is null. The answer is empty only where the server says nothing.</summary>
    public async Task<JsonObject> PostAsync(string path, JsonObject? body, CancellationToken cancel)
    {
        var key = Convert.ToHexStringLower(_entropy(16));
        return ParseObject(await SendAsync(HttpMethod.Post, path, () => Json(body), message => message.Headers.Add("Idempotency-Key", key), cancel), path);
    }

    /// <summary>PUT; with If-Match when the operation wants the version that was read.</summary>
    public async Task<JsonObject> PutAsync(string path, JsonObject body, CancellationToken cancel, string? ifMatch = null) =>
        ParseObject(
            await SendAsync(HttpMethod.Put, path, () => Json(body), message => _ = ifMatch is null || message.Headers.TryAddWithoutValidation("If-Match", ifMatch), cancel),
            path);

    /// <summary>Sends the bytes of an item of evidence with their digest, so that what arrives damaged is refused.</summary>
    public async Task<JsonObject> PutBytesAsync(string path, ReadOnlyMemory<byte> bytes, string mediaType, CancellationToken cancel)
    {
        var digest = Convert.ToBase64String(SHA256.HashData(bytes.Span));
        return ParseObject(
            await SendAsync(
                HttpMethod.Put, path,
                () => new ReadOnlyMemoryContent(bytes)
                {
                    Headers = { ContentType = MediaTypeHeaderValue.Parse(mediaType) },
                },
                message => message.Content!.Headers.TryAddWithoutValidation("Content-Digest", $"sha-256=:{digest}:"),
                cancel),
            path);
    }

    /// <summary>Sends a file, without holding it in memory, with its digest.</summary>
    public async Task<JsonObject> PutFileAsync(string path, string file, ReadOnlyMemory<byte> sha256, string mediaType, CancellationToken cancel)
    {
        var digest = Convert.ToBase64String(sha256.Span);
        return ParseObject(
            await SendAsync(
                HttpMethod.Put, path,
                () => new StreamContent(File.OpenRead(file)) { Headers = { ContentType = MediaTypeHeaderValue.Parse(mediaType) } },
                message => message.Content!.Headers.TryAddWithoutValidation("Content-Digest", $"sha-256=:{digest}:"),
                cancel),
            path);
    }

    /// <summary>Fetches bytes into a new file, without holding them in memory.</summary>
    /// <returns>Their number and SHA-256, hex.</returns>
    public async Task<(long Length, string Sha256)> GetFileAsync(string path, string file, CancellationToken cancel)
    {
        using var message = new HttpRequestMessage(HttpMethod.Get, path);
        message.Headers.Authorization = Bearer;
        try
        {
            using var answer = await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancel);
            if (!answer.IsSuccessStatusCode)
            {
                throw RegistryRefusedException.From((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(cancel));
            }

            await using var into = new FileStream(file, FileMode.CreateNew, FileAccess.ReadWrite);
            await answer.Content.CopyToAsync(into, cancel);
            into.Position = 0;
            return (into.Length, Convert.ToHexStringLower(await SHA256.HashDataAsync(into, cancel)));
        }
        catch (HttpRequestException failure)
        {
            throw Unreachable(failure);
        }
    }

    public void Dispose() => _http.Dispose();

    private AuthenticationHeaderValue? Bearer => _apiKey is null ? null : new AuthenticationHeaderValue("Bearer", _apiKey);

    private RegistryUnreachableException Unreachable(HttpRequestException failure) => new($"{_http.BaseAddress} cannot be reached: {failure.Message}", failure);

    private async Task<byte[]> SendAsync(
        HttpMethod method, string path, Func<HttpContent?>? content, Action<HttpRequestMessage>? prepare, CancellationToken cancel)
    {
        for (var attempt = 1; ; attempt++)
        {
            TimeSpan pause;
            try
            {
                using var message = new HttpRequestMessage(method, path) { Content = content?.Invoke() };
                message.Headers.Authorization = Bearer;
                prepare?.Invoke(message);
                using var answer = await _http.SendAsync(message, cancel);
                var body = await answer.Content.ReadAsByteArrayAsync(cancel);
                if (answer.IsSuccessStatusCode)
                {
                    return body;
                }

                if (answer.StatusCode is not (HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable) || attempt == MostAttempts)
                {
                    throw RegistryRefusedException.From((int)answer.StatusCode, System.Text.Encoding.UTF8.GetString(body));
                }

                pause = RetryAfter(answer, attempt);
            }
            catch (HttpRequestException failure) when (attempt < MostAttempts && content is not null && method == HttpMethod.Post)
            {
                // The answer may have been lost after the act. The idempotency key makes asking again harmless.
                _ = failure;
                pause = TimeSpan.FromMilliseconds(100 << attempt);
            }
            catch (HttpRequestException failure)
            {
                throw Unreachable(failure);
            }
            catch (TaskCanceledException timeout) when (!cancel.IsCancellationRequested)
            {
                throw new RegistryUnreachableException($"{_http.BaseAddress} did not answer in time.", timeout);
            }

            await _wait(pause, cancel);
        }
    }

    private static TimeSpan RetryAfter(HttpResponseMessage answer, int attempt)
    {
        // Seconds, or an HTTP date measured against the server's own clock: ours may be wrong.
        var asked = answer.Headers.RetryAfter switch
        {
            { Delta: { } seconds } => seconds,
            { Date: { } until } when answer.Headers.Date is { } now => until - now,
            _ => TimeSpan.FromSeconds(1 << (attempt - 1)),
        };
        return asked < TimeSpan.Zero ? TimeSpan.Zero : asked > LongestWait ? LongestWait : asked;
    }

    private static ByteArrayContent? Json(JsonObject? body)
    {
        if (body is null)
        {
            return null;
        }

        var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body));
        content.Headers.ContentType = new MediaTypeHeaderValue(MediaTypeNames.Application.Json);
        return content;
    }

    private static JsonNode Parse(byte[] body, string path)
    {
        try
        {
            return JsonNode.Parse(body) ?? throw NotTheRegistry(path);
        }
        catch (JsonException)
        {
            throw NotTheRegistry(path);
        }
    }

    private static JsonObject ParseObject(byte[] body, string path) => body.Length == 0 ? []
        : Parse(body, path) as JsonObject ?? throw NotTheRegistry(path);

    private static RegistryUnreachableException NotTheRegistry(string path) =>
        new(string.Create(CultureInfo.InvariantCulture, $"What answers at {path} does not speak the registry's JSON."));
}

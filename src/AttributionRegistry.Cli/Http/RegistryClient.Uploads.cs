using System.Globalization;
using System.Net.Http.Headers;
using System.Text;

namespace AttributionRegistry.Cli.Http;

/// <summary>Files in pieces that survive cuts: the tus protocol, version 1.0.0.</summary>
public sealed partial class RegistryClient
{
    // Only attempts in a row that brought no byte count.
    private const int MostFruitless = 8;

    /// <summary>Sends a file to /v1/uploads. Whatever cuts the connection, it goes on from the byte that the server has.</summary>
    /// <param name="file">The file; it must not change meanwhile.</param>
    /// <param name="metadata">What the server is told of it.</param>
    /// <returns>The id of the upload, complete.</returns>
    public async Task<string> UploadFileAsync(string file, IReadOnlyDictionary<string, string> metadata, CancellationToken cancel)
    {
        var length = new FileInfo(file).Length;
        string? upload = null;
        var (offset, fruitless) = (-1L, 0);
        while (true)
        {
            try
            {
                upload ??= await BeginUploadAsync(length, metadata, cancel);
                var stands = await OffsetAsync(upload, cancel);
                fruitless = stands > offset ? 0 : fruitless;
                offset = stands;
                if (offset >= length)
                {
                    return upload[(upload.LastIndexOf('/') + 1)..];
                }

                await SendPieceAsync(upload, file, offset, cancel);
                continue;
            }
            catch (HttpRequestException) when (fruitless < MostFruitless)
            {
                // Cut, or the server is down: it is asked again what it has.
            }
            catch (RegistryRefusedException refusal) when (fruitless < MostFruitless && (refusal.Status is 409 or 423 or >= 500 || refusal.Code == "too-many-requests"))
            {
                // The piece did not come whole, or not now.
            }
            catch (HttpRequestException failure)
            {
                throw Unreachable(failure);
            }

            fruitless++;
            await _wait(TimeSpan.FromMilliseconds(Math.Min(10_000, 100 << fruitless)), cancel);
        }
    }

    private async Task<string> BeginUploadAsync(long length, IReadOnlyDictionary<string, string> metadata, CancellationToken cancel)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, "/v1/uploads");
        message.Headers.Add("Upload-Length", length.ToString(CultureInfo.InvariantCulture));
        message.Headers.Add("Upload-Metadata", string.Join(',', metadata.Select(each => $"{each.Key} {Convert.ToBase64String(Encoding.UTF8.GetBytes(each.Value))}")));
        using var answer = await TusAsync(message, cancel);
        return answer.Headers.Location?.OriginalString ?? throw NotTheRegistry("/v1/uploads");
    }

    private async Task<long> OffsetAsync(string upload, CancellationToken cancel)
    {
        using var message = new HttpRequestMessage(HttpMethod.Head, upload);
        using var answer = await TusAsync(message, cancel);
        return answer.Headers.TryGetValues("Upload-Offset", out var values) && long.TryParse(values.Single(), NumberStyles.None, CultureInfo.InvariantCulture, out var offset)
            ? offset
            : throw NotTheRegistry(upload);
    }

    private async Task SendPieceAsync(string upload, string file, long offset, CancellationToken cancel)
    {
        var bytes = File.OpenRead(file);
        bytes.Position = offset;
        using var message = new HttpRequestMessage(HttpMethod.Patch, upload)
        {
            Content = new StreamContent(bytes) { Headers = { ContentType = new MediaTypeHeaderValue("application/offset+octet-stream") } },
        };
        message.Headers.Add("Upload-Offset", offset.ToString(CultureInfo.InvariantCulture));
        using var answer = await TusAsync(message, cancel);
    }

    private async Task<HttpResponseMessage> TusAsync(HttpRequestMessage message, CancellationToken cancel)
    {
        message.Headers.Authorization = Bearer;
        message.Headers.Add("Tus-Resumable", "1.0.0");
        var answer = await _http.SendAsync(message, cancel);
        if (answer.IsSuccessStatusCode)
        {
            return answer;
        }

        using (answer)
        {
            throw RegistryRefusedException.From((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(cancel));
        }
    }
}

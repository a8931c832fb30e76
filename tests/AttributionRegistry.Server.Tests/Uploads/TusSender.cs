using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.People;
using AttributionRegistry.Server.People;
using AttributionRegistry.Server.Registry;
using AttributionRegistry.Server.Tests.Running;

namespace AttributionRegistry.Server.Tests.Uploads;

/// <summary>An analyst who speaks tus by hand, so that every header and every byte is the test's own.</summary>
internal sealed class TusSender(RunningRegistry registry, HttpClient client)
{
    public const string PieceType = "application/offset+octet-stream";

    public HttpClient Client => client;

    /// <summary>A new analyst.</summary>
    public static async Task<TusSender> NewAsync(RunningRegistry registry, params Role[] roles) =>
        new(registry, (await registry.NewPersonAsync(roles.Length == 0 ? [Role.Analyst] : roles)).Client);

    /// <summary>The same person at another start of the server.</summary>
    public TusSender At(RunningRegistry other)
    {
        var again = new HttpClient { BaseAddress = new Uri(other.Address) };
        again.DefaultRequestHeaders.Authorization = client.DefaultRequestHeaders.Authorization;
        return new TusSender(other, again);
    }

    public async Task<string> BeginAsync(long length, IncidentId? incident = null, string? metadata = null)
    {
        var answer = await CreateAsync(length, incident is { } known ? $"incident {Base64(known.Value)}{(metadata is null ? "" : "," + metadata)}" : metadata);
        answer.StatusCode.Should().Be(HttpStatusCode.Created, await answer.Content.ReadAsStringAsync());
        return answer.Headers.Location!.ToString();
    }

    public Task<HttpResponseMessage> CreateAsync(long length, string? metadata = null, byte[]? first = null)
    {
        var request = Request(HttpMethod.Post, "/v1/uploads", first);
        request.Headers.Add("Upload-Length", length.ToString(CultureInfo.InvariantCulture));
        if (metadata is not null)
        {
            request.Headers.Add("Upload-Metadata", metadata);
        }

        return client.SendAsync(request);
    }

    public Task<HttpResponseMessage> PatchAsync(string upload, long offset, byte[] bytes, string? checksum = null)
    {
        var request = Request(HttpMethod.Patch, upload, bytes);
        request.Headers.Add("Upload-Offset", offset.ToString(CultureInfo.InvariantCulture));
        if (checksum is not null)
        {
            request.Headers.TryAddWithoutValidation("Upload-Checksum", checksum);
        }

        return client.SendAsync(request);
    }

    public Task<HttpResponseMessage> HeadAsync(string upload) => client.SendAsync(Request(HttpMethod.Head, upload));

    public Task<HttpResponseMessage> DeleteAsync(string upload) => client.SendAsync(Request(HttpMethod.Delete, upload));

    /// <summary>Where the upload stands, as HEAD tells.</summary>
    public async Task<long> OffsetAsync(string upload)
    {
        var answer = await HeadAsync(upload);
        answer.StatusCode.Should().Be(HttpStatusCode.OK);
        return OffsetOf(answer);
    }

    public Task<HttpResponseMessage> SubmitAsync(IncidentId incident, string upload, string? sha256 = null, string? idempotencyKey = null, bool heldElsewhere = false)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, $"/v1/incidents/{incident}/evidence")
        {
            Content = JsonContent.Create(new
            {
                title = "Disk image", kind = "diskImage", description = new { value = "Of the historian.", lang = "en" }, interestInOutcome = "none",
                tlp = "TLP:CLEAR", payloadHeldElsewhere = heldElsewhere, upload = IdOf(upload), sha256,
            }),
        };
        if (idempotencyKey is not null)
        {
            request.Headers.Add("Idempotency-Key", idempotencyKey);
        }

        return client.SendAsync(request);
    }

    /// <summary>A request of which only a part is sent. The connection stays open until it is disposed.</summary>
    public async Task<TcpClient> HalfAsync(string method, string path, string headers, byte[] body)
    {
        var socket = new TcpClient();
        await socket.ConnectAsync("127.0.0.1", new Uri(registry.Address).Port);
        var head = $"{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nTus-Resumable: 1.0.0\r\nAuthorization: {client.DefaultRequestHeaders.Authorization}\r\n{headers}\r\n\r\n";
        await socket.GetStream().WriteAsync(Encoding.ASCII.GetBytes(head));
        await socket.GetStream().WriteAsync(body);
        return socket;
    }

    public Task<TcpClient> HalfPieceAsync(string upload, long offset, long announced, byte[] body, string more = "") =>
        HalfAsync("PATCH", upload, $"Content-Type: {PieceType}\r\nUpload-Offset: {offset}\r\nContent-Length: {announced}{more}", body);

    public static async Task<string> AnswerAsync(TcpClient socket)
    {
        // By the socket: its stream is not to be had once one side of the connection is shut.
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var (answer, count) = (new byte[64 * 1024], 0);
        try
        {
            while (count < 400 && await socket.Client.ReceiveAsync(answer.AsMemory(count), patience.Token) is > 0 and var more)
            {
                count += more;
            }
        }
        catch (SocketException)
        {
            // Reset: what has arrived counts.
        }

        return Encoding.UTF8.GetString(answer, 0, count);
    }

    public static HttpRequestMessage Request(HttpMethod method, string path, byte[]? body = null)
    {
        var request = new HttpRequestMessage(method, path);
        request.Headers.Add("Tus-Resumable", "1.0.0");
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body) { Headers = { ContentType = MediaTypeHeaderValue.Parse(PieceType) } };
        }

        return request;
    }

    public static long OffsetOf(HttpResponseMessage answer) => long.Parse(answer.Headers.GetValues("Upload-Offset").Single());

    public static string IdOf(string upload) => upload[(upload.LastIndexOf('/') + 1)..];

    public static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    public static string Sha256(byte[] bytes) => $"sha256 {Convert.ToBase64String(SHA256.HashData(bytes))}";

    /// <summary>The files of an upload.</summary>
    public static IReadOnlyList<string> FilesOf(RunningRegistry registry, string upload)
    {
        var folder = Path.Combine(registry.DataFolder, "uploads", IdOf(upload));
        return Directory.Exists(folder) ? Directory.GetFiles(folder) : [];
    }

    /// <summary>Changes the policy as an operator does.</summary>
    public static async Task SetPolicyAsync(RunningRegistry registry, Func<Policy, Policy> change)
    {
        var outcome = await registry.Core.RunAsync(
            registry.CallerOf(Role.Operator), registry.Now,
            session => session.Append(
                PolicyJournal.Definition, PolicyJournal.Stream,
                PolicyDecider.Decide(registry.Core.Policy, new PolicyCommand.Change(registry.CallerOf(Role.Operator), change(registry.Core.Policy!), "For this test.") { At = registry.Now })),
            null, default);
        outcome.Should().BeOfType<Outcome.Done>();
    }

    /// <summary>Begins, sends and submits; the id of the item.</summary>
    public async Task<EvidenceId> BringAsync(IncidentId incident, byte[] bytes)
    {
        var upload = await BeginAsync(bytes.Length, incident);
        (await PatchAsync(upload, 0, bytes)).StatusCode.Should().Be(HttpStatusCode.NoContent);
        return await ItemAsync(await SubmitAsync(incident, upload));
    }

    public static async Task<EvidenceId> ItemAsync(HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync();
        answer.StatusCode.Should().Be(HttpStatusCode.Created, text);
        return EvidenceId.Of(JsonDocument.Parse(text).RootElement.GetProperty("id").GetString()!);
    }
}

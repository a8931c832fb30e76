using System.Net;
using AttributionRegistry.Cli.Http;

namespace AttributionRegistry.Cli.Tests.Http;

/// <summary>A file on its way through cuts.</summary>
public sealed class ResumableUploadTests : IDisposable
{
    private const string Upload = "/v1/uploads/upl_0197a3c5b1f07d3e8c4a2b6d9e0f1a2b";

    private readonly string _file = Path.GetTempFileName();

    private static IReadOnlyDictionary<string, string> Metadata { get; } = new Dictionary<string, string> { ["incident"] = "inc_1" };

    [Fact]
    public async Task It_goes_on_from_the_byte_that_the_server_has()
    {
        await File.WriteAllTextAsync(_file, "0123456789");
        var kept = "";
        var server = new Answering((request, _) =>
        {
            request.Headers.GetValues("Tus-Resumable").Should().Equal("1.0.0");
            switch (request.Method.Method)
            {
                case "POST":
                    request.Headers.GetValues("Upload-Length").Should().Equal("10");
                    request.Headers.GetValues("Upload-Metadata").Should().Equal("incident aW5jXzE=");
                    return new HttpResponseMessage(HttpStatusCode.Created) { Headers = { Location = new Uri(Upload, UriKind.Relative) } };
                case "HEAD":
                    return new HttpResponseMessage(HttpStatusCode.OK) { Headers = { { "Upload-Offset", $"{kept.Length}" } } };
                default:
                    request.Headers.GetValues("Upload-Offset").Should().Equal($"{kept.Length}");
                    var body = new StreamReader(request.Content!.ReadAsStream()).ReadToEnd();
                    body.Should().Be("0123456789"[kept.Length..]);
                    kept += body[..Math.Min(4, body.Length)]; // Four bytes arrive, then the connection is gone.
                    return kept.Length == 10 ? new HttpResponseMessage(HttpStatusCode.NoContent) : throw new HttpRequestException("cut");
            }
        });
        using var client = server.Client("atr_per_key");

        (await client.UploadFileAsync(_file, Metadata, CancellationToken.None)).Should().Be(Upload["/v1/uploads/".Length..]);

        kept.Should().Be("0123456789");
        server.Asked.Select(each => each.Method).Should().Equal("POST", "HEAD", "PATCH", "HEAD", "PATCH", "HEAD", "PATCH", "HEAD");
        server.Asked.Should().OnlyContain(each => each.Authorization == "Bearer atr_per_key");
        server.Waits.Should().HaveCount(2);
    }

    [Fact]
    public async Task A_server_that_stays_away_is_given_up_after_a_while()
    {
        var server = new Answering((_, _) => throw new HttpRequestException("away"));
        using var client = server.Client();

        var sending = () => client.UploadFileAsync(_file, Metadata, CancellationToken.None);

        await sending.Should().ThrowAsync<RegistryUnreachableException>();
        server.Asked.Should().HaveCount(9);
        server.Waits.Should().BeInAscendingOrder();
    }

    [Fact]
    public async Task A_limit_is_not_asked_twice()
    {
        var server = new Answering((_, _) => Answering.Json(
            HttpStatusCode.TooManyRequests, "{\"code\":\"open-uploads-used-up\",\"detail\":\"Finish some.\",\"errors\":[]}", "application/problem+json"));
        using var client = server.Client();

        var sending = () => client.UploadFileAsync(_file, Metadata, CancellationToken.None);

        (await sending.Should().ThrowAsync<RegistryRefusedException>()).Which.Code.Should().Be("open-uploads-used-up");
        server.Asked.Should().ContainSingle();
    }

    public void Dispose() => File.Delete(_file);
}

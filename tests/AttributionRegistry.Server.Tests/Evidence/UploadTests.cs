using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Server.Tests.Http;
using AttributionRegistry.Server.Tests.Running;
using static AttributionRegistry.Server.Tests.Evidence.EvidenceCase;

namespace AttributionRegistry.Server.Tests.Evidence;

/// <summary>PUT on the content of an item.</summary>
public sealed class UploadTests(EvidenceRegistry fixture) : IClassFixture<EvidenceRegistry>
{
    private const int Buffer = 512 * 1024;

    private readonly RunningRegistry _registry = fixture.Running;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(511)]
    [InlineData(512)]
    [InlineData(513)]
    [InlineData(Buffer - 1)]
    [InlineData(Buffer)]
    [InlineData(Buffer + 1)]
    [InlineData((2 * Buffer) + 7)]
    public async Task Bytes_come_back_as_they_went_in_whatever_their_number(int count)
    {
        var opened = await OpenAsync(_registry);
        var bytes = Bytes(count, seed: count);
        var item = await opened.SubmitAsync();

        var answer = await opened.PutAsync(item, bytes, Structured(bytes));

        answer.StatusCode.Should().Be(HttpStatusCode.Created, await answer.Content.ReadAsStringAsync());
        answer.Headers.Location!.ToString().Should().Be($"/v1/evidence/{item}/content");
        (await JsonAsync(answer)).GetProperty("receipt").GetProperty("leafIndex").GetInt64().Should().Be(opened.LogSize - 1);
        opened.Item(item).Payload.Should().BeEquivalentTo(new { Sha256 = DigestOf(bytes), Size = (long)count });
        opened.Item(item).Payload!.Salt.Should().MatchRegex("^[0-9a-f]{64}$");
        opened.Item(item).Custody[^1].Kind.Should().Be(CustodyKind.Sealed);
        (await opened.Analyst.GetByteArrayAsync($"/v1/evidence/{item}/content")).Should().Equal(bytes);
    }

    [Fact]
    public async Task Bytes_come_without_an_announced_length_too()
    {
        var opened = await OpenAsync(_registry);
        var bytes = Bytes(Buffer + 3, seed: 5);
        var item = await opened.SubmitAsync();
        var pipe = new System.IO.Pipelines.Pipe();
        var sending = opened.PutAsync(item, new StreamContent(pipe.Reader.AsStream()));

        await pipe.Writer.WriteAsync(bytes);
        await pipe.Writer.CompleteAsync();

        (await sending).StatusCode.Should().Be(HttpStatusCode.Created);
        opened.Item(item).Payload!.Sha256.Should().Be(DigestOf(bytes));
    }

    [Fact]
    public async Task E3_the_original_is_sealed_once_and_a_second_upload_is_refused()
    {
        var opened = await OpenAsync(_registry);
        var item = await opened.SealedAsync("first"u8.ToArray());
        var (size, files) = (opened.LogSize, opened.AllFiles.Count);

        await RefusedAsync(opened.PutAsync(item, "other bytes, never seen before"u8.ToArray()), HttpStatusCode.Conflict, "payload-sealed");

        opened.LogSize.Should().Be(size);
        opened.AllFiles.Should().HaveCount(files);
        opened.Item(item).Payload!.Sha256.Should().Be(DigestOf("first"u8.ToArray()));
    }

    [Fact]
    public async Task A_wrong_digest_is_refused_and_nothing_is_kept()
    {
        var opened = await OpenAsync(_registry);
        var item = await opened.SubmitAsync();
        var (size, files) = (opened.LogSize, opened.AllFiles.Count);

        await RefusedAsync(opened.PutAsync(item, "one"u8.ToArray(), Structured("another"u8.ToArray())), HttpStatusCode.UnprocessableEntity, "digest-mismatch");

        opened.LogSize.Should().Be(size);
        opened.AllFiles.Should().HaveCount(files);
        opened.Item(item).Payload.Should().BeNull();
        (await opened.PutAsync(item, "one"u8.ToArray(), Structured("one"u8.ToArray()))).StatusCode.Should().Be(HttpStatusCode.Created, "the item still waits for its bytes");
    }

    [Theory]
    [InlineData("sha-256=:AAAA:")]
    [InlineData("sha-256=abc")]
    [InlineData("sha-512=:AAAA:")]
    public async Task A_digest_that_cannot_be_checked_is_not_ignored(string header)
    {
        var opened = await OpenAsync(_registry);
        var item = await opened.SubmitAsync();

        await RefusedAsync(opened.PutAsync(item, "x"u8.ToArray(), header), HttpStatusCode.BadRequest, "bad-digest");

        opened.Item(item).Payload.Should().BeNull();
    }

    [Fact]
    public async Task The_digest_may_come_as_Repr_Digest()
    {
        var opened = await OpenAsync(_registry);
        var item = await opened.SubmitAsync();
        var content = new ByteArrayContent("x"u8.ToArray());
        content.Headers.TryAddWithoutValidation("Repr-Digest", Structured("y"u8.ToArray()));

        await RefusedAsync(opened.PutAsync(item, content), HttpStatusCode.UnprocessableEntity, "digest-mismatch");
    }

    [Theory]
    [InlineData("Content-Length: 1000")]
    [InlineData("Transfer-Encoding: chunked")]
    public async Task An_upload_that_is_cut_leaves_no_file_and_no_event(string framing)
    {
        var opened = await OpenAsync(_registry);
        var item = await opened.SubmitAsync();
        var (size, files) = (opened.LogSize, opened.AllFiles.Count);
        var body = framing.StartsWith("Content-Length", StringComparison.Ordinal) ? "only these" : "a\r\nonly these\r\n";
        using (var client = await ConnectAsync())
        {
            await client.GetStream().WriteAsync(Head(item, framing));
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(body));
            await EventuallyAsync(() => opened.AllFiles.Count == files + 1, "the server receives the file");
            client.Client.Shutdown(SocketShutdown.Send);
            await EventuallyAsync(() => opened.AllFiles.Count == files, "the half file is removed");
        }

        opened.LogSize.Should().Be(size);
        opened.Item(item).Payload.Should().BeNull();
    }

    [Fact]
    public async Task A_body_with_broken_framing_is_told_so_and_nothing_is_kept()
    {
        var opened = await OpenAsync(_registry);
        var item = await opened.SubmitAsync();
        var (size, files) = (opened.LogSize, opened.AllFiles.Count);

        var answer = await HalfAsync(item, "Transfer-Encoding: chunked", "4\r\nabcd\r\nzz\r\n");

        RawHttp.Status(answer).Should().Be(400, answer);
        answer.Should().Contain("upload-cut-short");
        (opened.LogSize, opened.AllFiles.Count).Should().Be((size, files));
    }

    [Fact]
    public async Task An_upload_whose_connection_is_reset_leaves_no_file_and_no_event()
    {
        var opened = await OpenAsync(_registry);
        var item = await opened.SubmitAsync();
        var (size, files) = (opened.LogSize, opened.AllFiles.Count);
        using (var client = await ConnectAsync())
        {
            client.LingerState = new LingerOption(true, 0); // Closing resets the connection.
            await client.GetStream().WriteAsync(Head(item, "Content-Length: 2000000"));
            await client.GetStream().WriteAsync(new byte[1_000_000]);
            await EventuallyAsync(() => opened.AllFiles.Count == files + 1, "the server receives the file");
        }

        await EventuallyAsync(() => opened.AllFiles.Count == files, "the half file is removed");
        opened.LogSize.Should().Be(size);
    }

    [Fact]
    public async Task A_body_announced_as_too_large_is_refused_before_it_is_read()
    {
        var opened = await OpenAsync(_registry);
        var item = await opened.SubmitAsync();

        var answer = await HalfAsync(item, $"Content-Length: {RegistrySettings.DefaultMaxEvidenceBytes + 1}", "");

        RawHttp.Status(answer).Should().Be(413, answer);
        answer.Should().Contain("payload-too-large");
    }

    [Fact]
    public async Task A_body_that_grows_too_large_is_refused_and_nothing_is_kept()
    {
        await using var small = await RunningRegistry.StartAsync(null, false, "--Registry:MaxEvidenceBytes", "1000");
        var opened = await OpenAsync(small);
        var (item, files) = (await opened.SubmitAsync(), opened.AllFiles.Count);
        var chunked = new StreamContent(new MemoryStream(new byte[1001]));
        chunked.Headers.ContentLength = null;
        var request = new HttpRequestMessage(HttpMethod.Put, $"/v1/evidence/{item}/content") { Content = chunked, Headers = { TransferEncodingChunked = true } };

        await RefusedAsync(opened.Analyst.SendAsync(request), HttpStatusCode.RequestEntityTooLarge, "payload-too-large");

        opened.AllFiles.Should().HaveCount(files);
        (await opened.PutAsync(item, new byte[1000])).StatusCode.Should().Be(HttpStatusCode.Created, "the limit itself is allowed");
    }

    [Fact]
    public async Task Who_may_not_bring_the_bytes_is_told_so_before_sending_them()
    {
        var opened = await OpenAsync(_registry);
        var item = await opened.SubmitAsync();
        var otherAnalyst = (await _registry.NewPersonAsync(Role.Analyst)).Client;

        // The body never comes: an answer means that the server did not wait for it.
        var answer = await HalfAsync(item, "Content-Length: 1000000", "", otherAnalyst.DefaultRequestHeaders.Authorization!.ToString());

        RawHttp.Status(answer).Should().Be(403, answer);
        answer.Should().Contain("not-the-holder");
        await RefusedAsync(opened.PutAsync(item, [1], client: _registry.As(Role.Referrer)), HttpStatusCode.NotFound, "not-found");
        await RefusedAsync(opened.PutAsync(item, [1], client: _registry.Stranger), HttpStatusCode.Unauthorized, "credentials-missing");
    }

    [Fact]
    public async Task Whoever_holds_the_item_may_bring_its_bytes()
    {
        var opened = await OpenAsync(_registry);
        var item = await opened.SubmitAsync();
        await OkAsync(opened.Analyst.PostAsJsonAsync($"/v1/evidence/{item}/custody", new
        {
            kind = "offered", to = _registry.CallerOf(Role.Custodian).Id.Value, note = "By courier.", circumstances = new { method = "courier", purpose = "safe keeping" },
        }));
        await OkAsync(opened.Custodian.PostAsJsonAsync($"/v1/evidence/{item}/custody/offer/acceptance", new { accepted = true, note = "Received." }));

        (await opened.PutAsync(item, "bytes"u8.ToArray(), client: opened.Custodian)).StatusCode.Should().Be(HttpStatusCode.Created);
    }

    [Fact]
    public async Task Bytes_are_not_taken_at_the_wrong_stage()
    {
        var opened = await OpenAsync(_registry);
        var item = await opened.SubmitAsync();
        await opened.HappenAsync(new CaseEvent.Moved(Stage.Collecting, Stage.Reviewing, Role.Registrar, "On."));

        await RefusedAsync(opened.PutAsync(item, [1]), HttpStatusCode.Conflict, "wrong-stage");
    }

    [Fact]
    public async Task When_the_case_moves_on_during_the_upload_the_bytes_are_refused_and_removed()
    {
        var opened = await OpenAsync(_registry);
        var item = await opened.SubmitAsync();
        var files = opened.AllFiles.Count;
        var pipe = new System.IO.Pipelines.Pipe();
        var sending = opened.PutAsync(item, new StreamContent(pipe.Reader.AsStream()));
        await pipe.Writer.WriteAsync(new byte[100_000]); // More than the client buffers, so that it starts to send.
        await EventuallyAsync(() => opened.AllFiles.Count == files + 1, "the server receives the file");

        await opened.HappenAsync(new CaseEvent.Moved(Stage.Collecting, Stage.Reviewing, Role.Registrar, "On."));
        await pipe.Writer.CompleteAsync();

        await RefusedAsync(sending, HttpStatusCode.Conflict, "wrong-stage");
        opened.AllFiles.Should().HaveCount(files);
        opened.Item(item).Payload.Should().BeNull();
    }

    [Fact]
    public async Task Two_items_with_the_same_bytes_have_a_file_each_and_a_refused_third_leaves_none()
    {
        var opened = await OpenAsync(_registry);
        var bytes = "shared by two items"u8.ToArray();
        var (first, second, third) = (await opened.SealedAsync(bytes), await opened.SubmitAsync(), await opened.SubmitAsync());
        var files = opened.AllFiles.Count;

        (await opened.PutAsync(second, bytes)).StatusCode.Should().Be(HttpStatusCode.Created);
        await RefusedAsync(opened.PutAsync(third, bytes, Structured([1])), HttpStatusCode.UnprocessableEntity, "digest-mismatch");

        opened.AllFiles.Should().HaveCount(files + 1, "each item has a file and a key of its own");
        (await opened.Analyst.GetByteArrayAsync($"/v1/evidence/{first}/content")).Should().Equal(bytes);
    }

    [Fact]
    public async Task Only_one_of_many_uploads_to_the_same_item_is_sealed_and_the_others_leave_nothing()
    {
        var opened = await OpenAsync(_registry);
        var item = await opened.SubmitAsync();
        var files = opened.AllFiles.Count;

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => opened.PutAsync(item, Encoding.UTF8.GetBytes($"contender {i} of {item}"))));

        answers.Count(a => a.StatusCode == HttpStatusCode.Created).Should().Be(1);
        answers.Count(a => a.StatusCode == HttpStatusCode.Conflict).Should().Be(7);
        opened.AllFiles.Should().HaveCount(files + 1);
        opened.Files.Contains(opened.Blob(item)!).Should().BeTrue();
    }

    [Fact]
    public async Task A_full_disk_is_507_and_nothing_is_kept()
    {
        var opened = await OpenAsync(_registry);
        var item = await opened.SubmitAsync();
        var (size, files) = (opened.LogSize, opened.AllFiles.Count);
        var pipe = new System.IO.Pipelines.Pipe();
        var sending = opened.PutAsync(item, new StreamContent(pipe.Reader.AsStream()));
        await pipe.Writer.WriteAsync(new byte[100_000]); // More than the client buffers, so that it starts to send.
        await EventuallyAsync(() => opened.AllFiles.Count == files + 1, "the server receives the file");

        FullDisk.PutBehindFilesIn(Path.Combine(_registry.DataFolder, "evidence", "incoming")).Should().Be(1);
        await pipe.Writer.CompleteAsync();

        await RefusedAsync(sending, HttpStatusCode.InsufficientStorage, "insufficient-storage");
        opened.LogSize.Should().Be(size);
        opened.AllFiles.Should().HaveCount(files);
        (await opened.PutAsync(item, new byte[1000])).StatusCode.Should().Be(HttpStatusCode.Created, "there is room again");
    }

    [Fact]
    public async Task Compressed_and_partial_bodies_are_refused()
    {
        var opened = await OpenAsync(_registry);
        var item = await opened.SubmitAsync();
        var (gzip, part) = (new ByteArrayContent([1]), new ByteArrayContent([1]));
        gzip.Headers.ContentEncoding.Add("gzip");
        part.Headers.ContentRange = new System.Net.Http.Headers.ContentRangeHeaderValue(0, 0, 2);

        await RefusedAsync(opened.PutAsync(item, gzip), HttpStatusCode.UnsupportedMediaType, "unsupported-encoding");
        await RefusedAsync(opened.PutAsync(item, part), HttpStatusCode.BadRequest, "partial-upload");
    }

    [Fact]
    public async Task The_media_type_is_taken_from_the_bytes_and_not_from_the_sender()
    {
        var opened = await OpenAsync(_registry);
        var item = await opened.SubmitAsync();
        var content = new ByteArrayContent("%PDF-1.7\n"u8.ToArray());
        content.Headers.TryAddWithoutValidation("Content-Type", "text/html");

        (await opened.PutAsync(item, content)).StatusCode.Should().Be(HttpStatusCode.Created);

        opened.Item(item).Payload!.SniffedMediaType.Should().Be("application/pdf");
    }

    internal static byte[] Bytes(int count, int seed)
    {
        var bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    internal static async Task EventuallyAsync(Func<bool> holds, string what)
    {
        for (var i = 0; i < 500; i++)
        {
            if (holds())
            {
                return;
            }

            await Task.Delay(10);
        }

        holds().Should().BeTrue(what);
    }

    private async Task<TcpClient> ConnectAsync()
    {
        var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", new Uri(_registry.Address).Port);
        return client;
    }

    private byte[] Head(EvidenceId item, string framing, string? authorization = null) => Encoding.ASCII.GetBytes(
        $"PUT /v1/evidence/{item}/content HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{framing}\r\nAuthorization: {authorization ?? _registry.As(Role.Analyst).DefaultRequestHeaders.Authorization!.ToString()}\r\n\r\n");

    /// <summary>Sends part of a request, and reads what the server says.</summary>
    private async Task<string> HalfAsync(EvidenceId item, string framing, string body, string? authorization = null)
    {
        using var client = await ConnectAsync();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var stream = client.GetStream();
        await stream.WriteAsync(Head(item, framing, authorization), patience.Token);
        await stream.WriteAsync(Encoding.ASCII.GetBytes(body), patience.Token);
        var answer = new byte[64 * 1024];
        var count = await stream.ReadAtLeastAsync(answer, 400, throwOnEndOfStream: false, patience.Token);
        return Encoding.UTF8.GetString(answer, 0, count);
    }
}

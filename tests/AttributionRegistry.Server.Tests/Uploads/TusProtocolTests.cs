using System.Net;
using System.Security.Cryptography;
using AttributionRegistry.Domain;
using AttributionRegistry.Server.Tests.Evidence;
using AttributionRegistry.Server.Tests.Http;
using AttributionRegistry.Server.Tests.Running;
using static AttributionRegistry.Server.Tests.Evidence.EvidenceCase;

namespace AttributionRegistry.Server.Tests.Uploads;

/// <summary>The tus protocol, header by header.</summary>
public sealed class TusProtocolTests(EvidenceRegistry fixture) : IClassFixture<EvidenceRegistry>
{
    private readonly RunningRegistry _registry = fixture.Running;

    [Fact]
    public async Task OPTIONS_tells_anybody_what_is_spoken_here()
    {
        foreach (var path in new[] { "/v1/uploads", "/v1/uploads/upl_00000000000000000000000000000000" })
        {
            var answer = await _registry.Stranger.SendAsync(new HttpRequestMessage(HttpMethod.Options, path));
            answer.StatusCode.Should().Be(HttpStatusCode.NoContent);
            Header(answer, "Tus-Resumable").Should().Be("1.0.0");
            Header(answer, "Tus-Version").Should().Be("1.0.0");
            Header(answer, "Tus-Extension").Should().Be("creation,creation-with-upload,expiration,checksum,termination");
            Header(answer, "Tus-Max-Size").Should().Be($"{RegistrySettings.DefaultMaxEvidenceBytes}");
            Header(answer, "Tus-Checksum-Algorithm").Should().Be("sha1,sha256");
        }
    }

    [Fact]
    public async Task An_upload_goes_from_nothing_to_all_of_its_bytes_and_every_answer_says_where_it_stands()
    {
        var sender = await TusSender.NewAsync(_registry);
        var bytes = UploadTests.Bytes(1_000_000, seed: 1);

        var created = await sender.CreateAsync(bytes.Length, $"filename {TusSender.Base64("image.dd")},empty");

        created.StatusCode.Should().Be(HttpStatusCode.Created);
        var upload = created.Headers.Location!.ToString();
        upload.Should().MatchRegex("^/v1/uploads/upl_[0-9a-f]{32}$");
        Header(created, "Tus-Resumable").Should().Be("1.0.0");
        var expires = (_registry.Now + TimeSpan.FromDays(7)).ToString("R");
        Header(created, "Upload-Expires").Should().Be(expires);

        var empty = await sender.HeadAsync(upload);
        empty.StatusCode.Should().Be(HttpStatusCode.OK);
        (Header(empty, "Upload-Offset"), Header(empty, "Upload-Length"), Header(empty, "Upload-Metadata"), Header(empty, "Cache-Control"), Header(empty, "Upload-Expires"))
            .Should().Be(("0", "1000000", $"filename {TusSender.Base64("image.dd")},empty", "no-store", expires));

        var first = await sender.PatchAsync(upload, 0, bytes[..400_000]);
        first.StatusCode.Should().Be(HttpStatusCode.NoContent);
        (Header(first, "Upload-Offset"), Header(first, "Tus-Resumable"), Header(first, "Upload-Expires")).Should().Be(("400000", "1.0.0", expires));

        (await sender.PatchAsync(upload, 400_000, [])).StatusCode.Should().Be(HttpStatusCode.NoContent);
        (await sender.PatchAsync(upload, 400_000, bytes[400_000..])).StatusCode.Should().Be(HttpStatusCode.NoContent);
        (await sender.OffsetAsync(upload)).Should().Be(1_000_000);
        TusSender.FilesOf(_registry, upload).Should().HaveCount(2);

        (await sender.DeleteAsync(upload)).StatusCode.Should().Be(HttpStatusCode.NoContent);
        (await sender.HeadAsync(upload)).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await sender.DeleteAsync(upload)).StatusCode.Should().Be(HttpStatusCode.NotFound);
        TusSender.FilesOf(_registry, upload).Should().BeEmpty();
    }

    [Theory]
    [InlineData("0.2.2")]
    [InlineData(null)]
    public async Task Another_version_is_refused_and_nothing_is_done(string? version)
    {
        var sender = await TusSender.NewAsync(_registry);
        var upload = await sender.BeginAsync(3);
        foreach (var (method, path) in new[] { (HttpMethod.Post, "/v1/uploads"), (HttpMethod.Patch, upload), (HttpMethod.Delete, upload) })
        {
            var request = TusSender.Request(method, path, "abc"u8.ToArray());
            request.Headers.Remove("Tus-Resumable");
            if (version is not null)
            {
                request.Headers.Add("Tus-Resumable", version);
            }

            request.Headers.Add("Upload-Offset", "0");
            request.Headers.Add("Upload-Length", "3");
            var answer = await sender.Client.SendAsync(request);
            answer.StatusCode.Should().Be(HttpStatusCode.PreconditionFailed);
            (Header(answer, "Tus-Version"), Header(answer, "Tus-Resumable")).Should().Be(("1.0.0", "1.0.0"));
        }

        (await sender.OffsetAsync(upload)).Should().Be(0);
        (await ListAsync(sender)).Should().Equal(TusSender.IdOf(upload));
    }

    [Fact]
    public async Task A_piece_that_does_not_begin_where_the_upload_stands_is_refused_and_told_where_it_does()
    {
        var sender = await TusSender.NewAsync(_registry);
        var upload = await sender.BeginAsync(10);
        await sender.PatchAsync(upload, 0, "0123"u8.ToArray());

        foreach (var offset in new long[] { 0, 3, 5, 10, 11 })
        {
            var answer = await sender.PatchAsync(upload, offset, "x"u8.ToArray());
            answer.StatusCode.Should().Be(HttpStatusCode.Conflict);
            Header(answer, "Upload-Offset").Should().Be("4");
            (await JsonAsync(answer)).GetProperty("code").GetString().Should().Be("upload-offset-mismatch");
        }

        await RefusedAsync(sender.Client.SendAsync(TusSender.Request(HttpMethod.Patch, upload, [1])), HttpStatusCode.BadRequest, "bad-upload-offset");
        (await sender.OffsetAsync(upload)).Should().Be(4);
    }

    [Fact]
    public async Task A_piece_of_another_media_type_or_compressed_is_refused()
    {
        var sender = await TusSender.NewAsync(_registry);
        var upload = await sender.BeginAsync(10);
        var plain = TusSender.Request(HttpMethod.Patch, upload, "x"u8.ToArray());
        plain.Headers.Add("Upload-Offset", "0");
        plain.Content!.Headers.ContentType = new("application/octet-stream");
        var gzip = TusSender.Request(HttpMethod.Patch, upload, "x"u8.ToArray());
        gzip.Headers.Add("Upload-Offset", "0");
        gzip.Content!.Headers.ContentEncoding.Add("gzip");

        await RefusedAsync(sender.Client.SendAsync(plain), HttpStatusCode.UnsupportedMediaType, "unsupported-media-type");
        await RefusedAsync(sender.Client.SendAsync(gzip), HttpStatusCode.UnsupportedMediaType, "unsupported-encoding");
        (await sender.OffsetAsync(upload)).Should().Be(0);
    }

    [Fact]
    public async Task A_piece_with_a_checksum_counts_only_if_it_has_it()
    {
        var sender = await TusSender.NewAsync(_registry);
        var bytes = UploadTests.Bytes(600_000, seed: 2);
        var upload = await sender.BeginAsync(bytes.Length);
        var (a, b) = (bytes[..300_000], bytes[300_000..]);

        var wrong = await sender.PatchAsync(upload, 0, a, TusSender.Sha256(b));

        ((int)wrong.StatusCode).Should().Be(460);
        (await JsonAsync(wrong)).GetProperty("code").GetString().Should().Be("upload-checksum-mismatch");
        (await sender.OffsetAsync(upload)).Should().Be(0);
        TusSender.FilesOf(_registry, upload).Should().BeEmpty();
        (await sender.PatchAsync(upload, 0, a, TusSender.Sha256(a))).StatusCode.Should().Be(HttpStatusCode.NoContent);
#pragma warning disable CA5350 // The protocol makes every server take it.
        (await sender.PatchAsync(upload, 300_000, b, $"sha1 {Convert.ToBase64String(Sha1(b))}")).StatusCode.Should().Be(HttpStatusCode.NoContent);
#pragma warning restore CA5350
        (await sender.OffsetAsync(upload)).Should().Be(600_000);
    }

    [Theory]
    [InlineData("crc32 AAAAAA==")]
    [InlineData("sha256 AAAA")]
    [InlineData("sha256")]
    [InlineData("sha256 not-base64!")]
    public async Task A_checksum_that_cannot_be_checked_is_not_ignored(string checksum)
    {
        var sender = await TusSender.NewAsync(_registry);
        var upload = await sender.BeginAsync(1);

        await RefusedAsync(sender.PatchAsync(upload, 0, [1], checksum), HttpStatusCode.BadRequest, "bad-upload-checksum");

        (await sender.OffsetAsync(upload)).Should().Be(0);
    }

    [Fact]
    public async Task The_first_piece_may_come_with_the_creation()
    {
        var sender = await TusSender.NewAsync(_registry);

        var answer = await sender.CreateAsync(5, first: "abc"u8.ToArray());

        answer.StatusCode.Should().Be(HttpStatusCode.Created);
        Header(answer, "Upload-Offset").Should().Be("3");
        (await sender.OffsetAsync(answer.Headers.Location!.ToString())).Should().Be(3);
    }

    [Fact]
    public async Task A_creation_whose_first_piece_fails_leaves_no_upload()
    {
        var sender = await TusSender.NewAsync(_registry);
        var request = TusSender.Request(HttpMethod.Post, "/v1/uploads", "abc"u8.ToArray());
        request.Headers.Add("Upload-Length", "5");
        request.Headers.TryAddWithoutValidation("Upload-Checksum", TusSender.Sha256("abd"u8.ToArray()));

        ((int)(await sender.Client.SendAsync(request)).StatusCode).Should().Be(460);

        (await ListAsync(sender)).Should().BeEmpty();
    }

    [Fact]
    public async Task A_client_behind_an_old_proxy_names_the_method_in_a_header()
    {
        var sender = await TusSender.NewAsync(_registry);
        var upload = await sender.BeginAsync(3);
        var patch = TusSender.Request(HttpMethod.Post, upload, "abc"u8.ToArray());
        patch.Headers.Add("X-HTTP-Method-Override", "PATCH");
        patch.Headers.Add("Upload-Offset", "0");
        var delete = TusSender.Request(HttpMethod.Post, upload);
        delete.Headers.Add("X-HTTP-Method-Override", "DELETE");

        (await sender.Client.SendAsync(patch)).StatusCode.Should().Be(HttpStatusCode.NoContent);
        (await sender.OffsetAsync(upload)).Should().Be(3);
        (await sender.Client.SendAsync(delete)).StatusCode.Should().Be(HttpStatusCode.NoContent);
        (await sender.HeadAsync(upload)).StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("name value with spaces")]
    [InlineData("name not-base64!")]
    [InlineData("same YQ==,same Yg==")]
    [InlineData("incident YQ==")]
    [InlineData("sha256 YQ==")]
    public async Task Metadata_that_cannot_be_read_is_refused(string metadata)
    {
        var sender = await TusSender.NewAsync(_registry);

        await RefusedAsync(sender.CreateAsync(1, metadata), HttpStatusCode.BadRequest, "bad-upload-metadata");
    }

    [Fact]
    public async Task An_upload_is_begun_with_its_length()
    {
        var sender = await TusSender.NewAsync(_registry);
        var (none, deferred) = (TusSender.Request(HttpMethod.Post, "/v1/uploads"), TusSender.Request(HttpMethod.Post, "/v1/uploads"));
        deferred.Headers.Add("Upload-Defer-Length", "1");

        await RefusedAsync(sender.Client.SendAsync(none), HttpStatusCode.BadRequest, "bad-upload-length");
        await RefusedAsync(sender.Client.SendAsync(deferred), HttpStatusCode.BadRequest, "bad-upload-length");
        await RefusedAsync(sender.CreateAsync(-1), HttpStatusCode.BadRequest, "bad-upload-length");
    }

    [Fact]
    public async Task A_piece_with_more_bytes_than_are_left_is_refused()
    {
        var sender = await TusSender.NewAsync(_registry);
        var upload = await sender.BeginAsync(5);

        await RefusedAsync(sender.PatchAsync(upload, 0, "abcdef"u8.ToArray()), HttpStatusCode.RequestEntityTooLarge, "upload-too-long");
        (await sender.OffsetAsync(upload)).Should().Be(0);
        using var chunked = await sender.HalfAsync(
            "PATCH", upload, $"Content-Type: {TusSender.PieceType}\r\nUpload-Offset: 0\r\nTransfer-Encoding: chunked", "6\r\nabcdef\r\n0\r\n\r\n"u8.ToArray());
        RawHttp.Status(await TusSender.AnswerAsync(chunked)).Should().Be(413);
        (await sender.OffsetAsync(upload)).Should().Be(5, "what fits is kept");
    }

    [Fact]
    public async Task Everybody_but_the_owner_meets_nothing()
    {
        var (owner, other) = (await TusSender.NewAsync(_registry), await TusSender.NewAsync(_registry, Role.Custodian));
        var outsider = await TusSender.NewAsync(_registry, Role.Referrer);
        var opened = await OpenAsync(_registry);
        var upload = await owner.BeginAsync(3, opened.Incident);
        await owner.PatchAsync(upload, 0, "abc"u8.ToArray());

        (await other.HeadAsync(upload)).StatusCode.Should().Be(HttpStatusCode.NotFound);
        await RefusedAsync(other.PatchAsync(upload, 3, []), HttpStatusCode.NotFound, "not-found");
        await RefusedAsync(other.DeleteAsync(upload), HttpStatusCode.NotFound, "not-found");
        await RefusedAsync(other.DeleteAsync("/v1/uploads/upl_00000000000000000000000000000000"), HttpStatusCode.NotFound, "not-found");
        (await ListAsync(other)).Should().BeEmpty();
        await RefusedAsync((await TusSender.NewAsync(_registry)).SubmitAsync(opened.Incident, upload), HttpStatusCode.UnprocessableEntity, "upload-unknown");
        await RefusedAsync(outsider.CreateAsync(3), HttpStatusCode.Forbidden, "role-missing");
        await RefusedAsync(_registry.Stranger.SendAsync(TusSender.Request(HttpMethod.Get, upload)), HttpStatusCode.Unauthorized, "credentials-missing");
        (await owner.OffsetAsync(upload)).Should().Be(3);
    }

    [Fact]
    public async Task The_owner_lists_what_is_unfinished_page_by_page()
    {
        var sender = await TusSender.NewAsync(_registry);
        var begun = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            begun.Add(TusSender.IdOf(await sender.BeginAsync(i)));
        }

        var page = await JsonAsync(await sender.Client.GetAsync("/v1/uploads?limit=2"));
        var rest = await JsonAsync(await sender.Client.GetAsync($"/v1/uploads?limit=2&after={page.GetProperty("next").GetString()}"));

        page.GetProperty("items").EnumerateArray().Concat(rest.GetProperty("items").EnumerateArray()).Select(u => u.GetProperty("id").GetString())
            .Should().BeEquivalentTo(begun);
        rest.GetProperty("items").GetArrayLength().Should().Be(1);
    }

    private static byte[] Sha1(byte[] bytes)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA1); // The protocol demands it; it finds errors, not enemies.
        hash.AppendData(bytes);
        return hash.GetHashAndReset();
    }

    private static string? Header(HttpResponseMessage answer, string name) => answer.Headers.TryGetValues(name, out var values) ? string.Join(',', values) : null;

    private static async Task<IReadOnlyList<string?>> ListAsync(TusSender sender) =>
        [.. (await JsonAsync(await sender.Client.GetAsync("/v1/uploads"))).GetProperty("items").EnumerateArray().Select(u => u.GetProperty("id").GetString())];
}

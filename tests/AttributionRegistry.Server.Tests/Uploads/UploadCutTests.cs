using System.Net;
using System.Net.Sockets;
using AttributionRegistry.Server.Tests.Evidence;
using AttributionRegistry.Server.Tests.Running;
using AttributionRegistry.Storage;
using static AttributionRegistry.Server.Tests.Evidence.EvidenceCase;

namespace AttributionRegistry.Server.Tests.Uploads;

/// <summary>Connections that break, servers that stop, disks that are full: what HEAD tells is there, and the whole is the whole.</summary>
public sealed class UploadCutTests(EvidenceRegistry fixture) : IClassFixture<EvidenceRegistry>
{
    private readonly RunningRegistry _registry = fixture.Running;

    [Fact]
    public async Task What_arrived_before_a_cut_is_kept_and_the_rest_completes_the_file()
    {
        var (sender, opened) = (await TusSender.NewAsync(_registry), await OpenAsync(_registry));
        var bytes = UploadTests.Bytes(2_000_000, seed: 10);
        var upload = await sender.BeginAsync(bytes.Length, opened.Incident);

        using (var cut = await sender.HalfPieceAsync(upload, 0, bytes.Length, bytes[..700_001]))
        {
            await UploadTests.EventuallyAsync(() => TusSender.FilesOf(_registry, upload).Count == 1, "the server receives the piece");
            await Task.Delay(300);
            cut.Client.Shutdown(SocketShutdown.Send);
            await TusSender.AnswerAsync(cut);
        }

        // Kestrel throws away what it holds when the end comes before the body was asked for it; on a busy machine that may be a part of it.
        var offset = (int)await sender.OffsetAsync(upload);
        offset.Should().BeInRange(1, 700_001);
        (await sender.PatchAsync(upload, offset, bytes[offset..])).StatusCode.Should().Be(HttpStatusCode.NoContent);
        var item = await TusSender.ItemAsync(await sender.SubmitAsync(opened.Incident, upload, DigestOf(bytes)));
        opened.Item(item).Payload!.Sha256.Should().Be(DigestOf(bytes));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task However_often_the_connection_is_reset_the_bytes_come_out_as_they_went_in(int seed)
    {
        var (sender, opened, random) = (await TusSender.NewAsync(_registry), await OpenAsync(_registry), new Random(seed));
        var bytes = UploadTests.Bytes(1_500_000, seed);
        var upload = await sender.BeginAsync(bytes.Length, opened.Incident);
        long offset = 0;
        for (var cuts = 0; cuts < 12; cuts++)
        {
            var sent = random.Next(0, (int)Math.Min(200_000, bytes.Length - offset));
            using (var reset = await sender.HalfPieceAsync(upload, offset, bytes.Length - offset, bytes[(int)offset..((int)offset + sent)]))
            {
                reset.LingerState = new LingerOption(true, 0); // Closing resets; what was on its way may be lost.
                await Task.Delay(random.Next(0, 20));
            }

            var stands = await sender.OffsetAsync(upload);
            stands.Should().BeInRange(offset, offset + sent);
            offset = stands;
        }

        (await sender.PatchAsync(upload, offset, bytes[(int)offset..])).StatusCode.Should().Be(HttpStatusCode.NoContent);
        var item = await TusSender.ItemAsync(await sender.SubmitAsync(opened.Incident, upload));
        (await sender.Client.GetByteArrayAsync($"/v1/evidence/{item}/content")).Should().Equal(bytes);
    }

    [Fact]
    public async Task A_newer_request_ends_one_that_stands_still_and_what_had_arrived_is_kept()
    {
        var sender = await TusSender.NewAsync(_registry);
        var upload = await sender.BeginAsync(1_000_000);
        using var standing = await sender.HalfPieceAsync(upload, 0, 1_000_000, new byte[100_000]);
        await UploadTests.EventuallyAsync(() => TusSender.FilesOf(_registry, upload).Count == 1, "the server receives the piece");
        await Task.Delay(200); // The bytes are on their way through the loopback.

        var offset = await sender.OffsetAsync(upload);

        offset.Should().BeInRange(1, 100_000);
        (await TusSender.AnswerAsync(standing)).Should().StartWith("HTTP/1.1 409").And.Contain("upload-interrupted");
        (await sender.PatchAsync(upload, offset, new byte[1_000_000 - offset])).StatusCode.Should().Be(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task A_piece_with_a_checksum_that_is_cut_does_not_count()
    {
        var sender = await TusSender.NewAsync(_registry);
        var bytes = UploadTests.Bytes(500_000, seed: 11);
        var upload = await sender.BeginAsync(bytes.Length);

        using (var cut = await sender.HalfPieceAsync(upload, 0, bytes.Length, bytes[..100_000], $"\r\nUpload-Checksum: {TusSender.Sha256(bytes)}"))
        {
            cut.Client.Shutdown(SocketShutdown.Send);
            await TusSender.AnswerAsync(cut);
        }

        (await sender.OffsetAsync(upload)).Should().Be(0);
        TusSender.FilesOf(_registry, upload).Should().BeEmpty();
    }

    [Fact]
    public async Task An_upload_goes_on_after_the_server_was_stopped_and_started()
    {
        var first = await RunningRegistry.StartAsync();
        var (sender, opened) = (await TusSender.NewAsync(first), await OpenAsync(first));
        var bytes = UploadTests.Bytes(900_000, seed: 12);
        var upload = await sender.BeginAsync(bytes.Length, opened.Incident, $"sha256 {TusSender.Base64(DigestOf(bytes))}");
        await sender.PatchAsync(upload, 0, bytes[..100_000]);
        using var open = await sender.HalfPieceAsync(upload, 100_000, 800_000, bytes[100_000..300_000]);
        await UploadTests.EventuallyAsync(() => TusSender.FilesOf(first, upload).Count == 2, "the server receives the second piece");
        open.Client.Shutdown(SocketShutdown.Send);
        await TusSender.AnswerAsync(open);

        await using var second = await RunningRegistry.StartAsync(await first.StopAsync());
        sender = sender.At(second);

        var offset = await sender.OffsetAsync(upload);
        offset.Should().BeInRange(100_000, 300_000);
        (await sender.PatchAsync(upload, offset, bytes[(int)offset..])).StatusCode.Should().Be(HttpStatusCode.NoContent);
        var item = await TusSender.ItemAsync(await sender.SubmitAsync(opened.Incident, upload));
        second.State(opened.Incident).Find(item)!.Payload!.Sha256.Should().Be(DigestOf(bytes));
    }

    [Fact]
    public async Task A_part_that_a_crash_left_without_its_row_does_not_count()
    {
        var (sender, opened) = (await TusSender.NewAsync(_registry), await OpenAsync(_registry));
        var upload = await sender.BeginAsync(6, opened.Incident);
        await sender.PatchAsync(upload, 0, "abc"u8.ToArray());
        var piece = new PieceStream(new MemoryStream("xyz"u8.ToArray()), 3, null, _registry.Clock, default);
        piece.NextPart();
        await _registry.Core.Store.Uploads.ReceiveAsync(TusSender.IdOf(upload), new byte[32], piece);
        TusSender.FilesOf(_registry, upload).Should().HaveCount(2);

        (await sender.OffsetAsync(upload)).Should().Be(3);
        await sender.PatchAsync(upload, 3, "def"u8.ToArray());

        var item = await TusSender.ItemAsync(await sender.SubmitAsync(opened.Incident, upload));
        (await sender.Client.GetStringAsync($"/v1/evidence/{item}/content")).Should().Be("abcdef");
        TusSender.FilesOf(_registry, upload).Should().BeEmpty();
    }

    [Fact]
    public async Task A_full_disk_is_507_and_what_was_there_stays()
    {
        var sender = await TusSender.NewAsync(_registry);
        var upload = await sender.BeginAsync(2_000_000);
        await sender.PatchAsync(upload, 0, new byte[1000]);
        using var piece = await sender.HalfPieceAsync(upload, 1000, 1_999_000, new byte[100_000]);
        await UploadTests.EventuallyAsync(() => TusSender.FilesOf(_registry, upload).Count == 2, "the server receives the piece");

        FullDisk.PutBehindFilesIn(Path.Combine(_registry.DataFolder, "uploads", TusSender.IdOf(upload))).Should().Be(1);
        await piece.GetStream().WriteAsync(new byte[1_899_000]);

        (await TusSender.AnswerAsync(piece)).Should().StartWith("HTTP/1.1 507").And.Contain("insufficient-storage");
        (await sender.OffsetAsync(upload)).Should().Be(1000);
        TusSender.FilesOf(_registry, upload).Should().HaveCount(1);
        (await sender.PatchAsync(upload, 1000, new byte[1_999_000])).StatusCode.Should().Be(HttpStatusCode.NoContent, "there is room again");
    }

    [Fact]
    public async Task A_long_piece_is_durable_part_by_part()
    {
        var sender = await TusSender.NewAsync(_registry);
        var length = (2 * PieceStream.PartBytes) + 5;
        var upload = await sender.BeginAsync(length);
        using var piece = await sender.HalfPieceAsync(upload, 0, length, new byte[PieceStream.PartBytes + 1000]);

        // The connection is open and the piece is not at its end: what a crash would leave now is one part.
        await UploadTests.EventuallyAsync(() => Received(upload) == PieceStream.PartBytes, "the first part is durable");
        await piece.GetStream().WriteAsync(new byte[PieceStream.PartBytes - 995]);
        (await TusSender.AnswerAsync(piece)).Should().StartWith("HTTP/1.1 204");
        TusSender.FilesOf(_registry, upload).Should().HaveCount(3);
    }

    private long Received(string upload) => _registry.Core.Store.Database.Read(connection =>
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT received FROM upload WHERE id = @id";
        command.Parameters.AddWithValue("@id", TusSender.IdOf(upload));
        return (long)command.ExecuteScalar()!;
    });
}

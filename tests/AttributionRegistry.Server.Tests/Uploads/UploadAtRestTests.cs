using System.Diagnostics;
using System.Net;
using System.Text;
using AttributionRegistry.Server.Tests.Evidence;
using AttributionRegistry.Server.Tests.Running;
using static AttributionRegistry.Server.Tests.Evidence.EvidenceCase;

namespace AttributionRegistry.Server.Tests.Uploads;

/// <summary>What the disk holds of an unfinished upload, and for how long.</summary>
public sealed class UploadAtRestTests
{
    private const string Canary = "CANARY-7f3a-the-historian-was-wiped";

    [Fact]
    public async Task No_plain_byte_and_no_name_of_an_upload_is_ever_on_the_disk()
    {
        await using var registry = await RunningRegistry.StartAsync();
        var (sender, opened) = (await TusSender.NewAsync(registry), await OpenAsync(registry));
        var bytes = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(Canary, 20_000)));
        var upload = await sender.BeginAsync(bytes.Length, opened.Incident, $"filename {TusSender.Base64(Canary)}");

        using (var cut = await sender.HalfPieceAsync(upload, 0, bytes.Length, bytes[..300_000]))
        {
            await UploadTests.EventuallyAsync(() => TusSender.FilesOf(registry, upload).Count == 1, "the server receives the piece");
            (await FilesWithCanaryAsync(registry)).Should().BeEmpty("while it is received");
        }

        var offset = (int)await sender.OffsetAsync(upload);
        (await sender.PatchAsync(upload, offset, bytes[offset..])).StatusCode.Should().Be(HttpStatusCode.NoContent);
        (await FilesWithCanaryAsync(registry)).Should().BeEmpty("when all of it is here");
        var item = await TusSender.ItemAsync(await sender.SubmitAsync(opened.Incident, upload));
        (await FilesWithCanaryAsync(registry)).Should().BeEmpty("when it is evidence");
        (await sender.Client.GetByteArrayAsync($"/v1/evidence/{item}/content")).Should().Equal(bytes);
        await File.WriteAllBytesAsync(Path.Combine(registry.DataFolder, "plain"), bytes);
        (await FilesWithCanaryAsync(registry)).Should().EndWith("plain\n", "the search finds what is there");
    }

    [Fact]
    public async Task A_part_that_was_altered_is_noticed_and_nothing_is_recorded()
    {
        await using var registry = await RunningRegistry.StartAsync();
        var (sender, opened) = (await TusSender.NewAsync(registry), await OpenAsync(registry));
        var upload = await sender.BeginAsync(200_000);
        await sender.PatchAsync(upload, 0, new byte[200_000]);
        var (size, files) = (opened.LogSize, opened.AllFiles.Count);
        using (var part = File.Open(TusSender.FilesOf(registry, upload).Single(), FileMode.Open))
        {
            part.Position = 150_000;
            part.WriteByte(0);
        }

        await RefusedAsync(sender.SubmitAsync(opened.Incident, upload), HttpStatusCode.Conflict, "upload-damaged");

        (opened.LogSize, opened.AllFiles.Count).Should().Be((size, files));
    }

    [Fact]
    public async Task An_upload_that_nobody_goes_on_with_expires_with_its_bytes_and_each_piece_gives_it_seven_more_days()
    {
        await using var registry = await RunningRegistry.StartAsync();
        var sender = await TusSender.NewAsync(registry);
        var (kept, left) = (await sender.BeginAsync(10), await sender.BeginAsync(10));
        await sender.PatchAsync(left, 0, "abc"u8.ToArray());
        registry.Clock.Advance(TimeSpan.FromDays(6));
        await sender.PatchAsync(kept, 0, "abc"u8.ToArray());

        registry.Clock.Advance(TimeSpan.FromDays(1) - TimeSpan.FromSeconds(1));
        (await sender.OffsetAsync(left)).Should().Be(3, "it is its last second");
        registry.Clock.Advance(TimeSpan.FromSeconds(1));

        (await sender.HeadAsync(left)).StatusCode.Should().Be(HttpStatusCode.NotFound, "its time is over, whether it was swept or not");
        await RefusedAsync(sender.PatchAsync(left, 3, [1]), HttpStatusCode.NotFound, "not-found");
        registry.Clock.Advance(TimeSpan.FromHours(1));
        await UploadTests.EventuallyAsync(() => TusSender.FilesOf(registry, left).Count == 0, "the sweeper has run");
        registry.Core.Store.Database.Read(c =>
        {
            using var command = c.CreateCommand();
            command.CommandText = "SELECT count(*) FROM upload";
            return (long)command.ExecuteScalar()!;
        }).Should().Be(1);
        (await sender.OffsetAsync(kept)).Should().Be(3);
    }

    [Fact]
    public async Task A_folder_that_a_crash_left_without_its_row_goes_after_a_day()
    {
        await using var registry = await RunningRegistry.StartAsync();
        var sender = await TusSender.NewAsync(registry);
        var named = await sender.BeginAsync(10);
        await sender.PatchAsync(named, 0, "abc"u8.ToArray());
        var abandoned = $"upl_{new string('0', 32)}";
        registry.Core.Store.Uploads.Begin(abandoned);
        foreach (var id in new[] { abandoned, TusSender.IdOf(named) })
        {
            Directory.SetLastWriteTimeUtc(Path.Combine(registry.DataFolder, "uploads", id), registry.Now.UtcDateTime);
        }

        registry.Clock.Advance(TimeSpan.FromDays(1.5));

        await UploadTests.EventuallyAsync(() => !Directory.Exists(Path.Combine(registry.DataFolder, "uploads", abandoned)), "the sweeper has run");
        (await sender.OffsetAsync(named)).Should().Be(3);
    }

    /// <summary>By another process: files that are being written are locked for readers of this framework, and for nobody else.</summary>
    private static async Task<string> FilesWithCanaryAsync(RunningRegistry registry)
    {
        using var grep = Process.Start(new ProcessStartInfo("grep", ["-r", "-l", "-a", "-F", "-e", Canary, "-e", TusSender.Base64(Canary), registry.DataFolder])
        {
            RedirectStandardOutput = true,
        })!;
        var found = await grep.StandardOutput.ReadToEndAsync();
        await grep.WaitForExitAsync();
        grep.ExitCode.Should().BeOneOf(0, 1);
        return found;
    }
}

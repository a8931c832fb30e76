using System.Text;
using AttributionRegistry.Cli.Logs;
using AttributionRegistry.Cli.Mirrors;
using AttributionRegistry.Cli.Tests.Logs;
using AttributionRegistry.Cli.Verification;
using AttributionRegistry.Log;
using AttributionRegistry.Log.Tests.Auditing;

namespace AttributionRegistry.Cli.Tests.Mirrors;

public sealed class LogCopyTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("log-mirror-").FullName;
    private readonly HonestLog _log = HonestLog.Make(91, 900);

    public void Dispose()
    {
        _log.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<int> CopyAsync(ServedLog served, long oldSize = 0)
    {
        var copy = new LogCopy(served, new MirrorFolder(_folder), new SignedCheckpoint(_log.HeadAt(served.Size), _log.NoteAt(served.Size)), new PinnedKey(_log.Key, _log.Key, ""));
        await copy.RunAsync(oldSize, CancellationToken.None);
        return copy.Copied;
    }

    private async Task AuditsAsync(long size)
    {
        using var output = new StringWriter();
        (await LogAuditCommand.RunAsync([_folder, "--vkey", _log.Signer.Vkey], output, count => new byte[count], TimeProvider.System, CancellationToken.None)).Should().Be(ExitCode.Holds, output.ToString());
        output.ToString().Should().Contain($"{size} entries");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(700)]
    public async Task The_copy_has_the_files_of_the_log_and_no_others(int size)
    {
        await CopyAsync(new ServedLog(_log, size));

        Files().Should().BeEquivalentTo(Tiles.Grown(0, size).Select(tile => $"log/{tile}").Append("log/checkpoint"));
        Files().Should().AllSatisfy(path => File.ReadAllBytes(Path.Combine(_folder, path)).Should().Equal(_log.Serve(path, size)));
        await AuditsAsync(size);
    }

    [Fact]
    public async Task Growth_copies_what_is_new_and_replaces_partial_tiles_by_full_ones()
    {
        await CopyAsync(new ServedLog(_log, 300));
        var served = new ServedLog(_log, 700);

        await CopyAsync(served, oldSize: 300);

        served.Asked.Should().NotContain("log/tile/entries/000").And.Contain("log/tile/entries/001");
        Files().Should().Contain("log/tile/entries/001").And.Contain("log/tile/entries/001.p/44", "readers of the last checkpoint may still ask for it");
        await AuditsAsync(700);

        (await CopyAsync(new ServedLog(_log, 700), oldSize: 700)).Should().Be(0);
        Files().Should().BeEquivalentTo(Tiles.Grown(0, 700).Select(tile => $"log/{tile}").Append("log/checkpoint"));
    }

    [Fact]
    public async Task A_file_that_got_lost_is_fetched_again()
    {
        await CopyAsync(new ServedLog(_log, 700));
        foreach (var path in new[] { "log/tile/0/001", "log/tile/entries/000", "log/tile/1/000.p/2" })
        {
            File.Delete(Path.Combine(_folder, path));
        }

        await CopyAsync(new ServedLog(_log, 700), oldSize: 700);

        await AuditsAsync(700);
    }

    [Theory]
    [InlineData("log/tile/0/001")]
    [InlineData("log/tile/0/002.p/188")]
    [InlineData("log/tile/1/000.p/2")]
    [InlineData("log/tile/entries/000")]
    [InlineData("log/tile/entries/002.p/188")]
    public async Task Nothing_that_is_not_proven_gets_its_place_and_a_second_run_goes_on(string path)
    {
        var bytes = _log.Serve(path, 700)!;
        var harmed = new ServedLog(_log, 700) { Instead = { [path] = [.. bytes[..40], (byte)(bytes[40] ^ 1), .. bytes[41..]] } };

        var copy = () => CopyAsync(harmed);
        await copy.Should().ThrowAsync<LogAuditException>();

        Files().Should().NotContain("log/checkpoint").And.NotContain(path).And.Contain(LogCopy.Next);
        foreach (var placed in Files().Where(each => each != LogCopy.Next))
        {
            (await File.ReadAllBytesAsync(Path.Combine(_folder, placed))).Should().Equal(_log.Serve(placed, 700), placed);
        }

        await CopyAsync(new ServedLog(_log, 700));
        await AuditsAsync(700);
    }

    [Fact]
    public async Task Wherever_it_is_cut_it_goes_on_and_what_stands_is_always_a_whole_log()
    {
        await CopyAsync(new ServedLog(_log, 300));
        for (var cut = 0; ; cut++)
        {
            var source = new Cut(new ServedLog(_log, 900), cut);
            try
            {
                await new LogCopy(source, new MirrorFolder(_folder), new SignedCheckpoint(_log.HeadAt(900), _log.NoteAt(900)), new PinnedKey(_log.Key, _log.Key, "")).RunAsync(300, CancellationToken.None);
                break;
            }
            catch (IOException)
            {
                await AuditsAsync(300);
            }
        }

        await AuditsAsync(900);
    }

    [Fact]
    public async Task A_run_that_was_cut_holds_the_log_to_the_head_that_it_was_copying()
    {
        var cut = () => new LogCopy(new Cut(new ServedLog(_log, 700), 3), new MirrorFolder(_folder), Signed(_log, 700), new PinnedKey(_log.Key, _log.Key, "")).RunAsync(0, CancellationToken.None);
        await cut.Should().ThrowAsync<IOException>();
        using var other = HonestLog.Make(92, 900);

        var fork = await FluentActions.Awaiting(() => GrowthAsync(other, 900)).Should().ThrowAsync<ForkException>();

        fork.Which.Evidence.Should().Contain(_log.NoteAt(700)).And.Contain(other.NoteAt(900));
        await FluentActions.Awaiting(() => GrowthAsync(_log, 600)).Should().ThrowAsync<ForkException>("the log signed more before");
        (await GrowthAsync(_log, 900)).Should().Be(0, "no copy is whole yet");
        await CopyAsync(new ServedLog(_log, 900));
        Files().Should().NotContain(LogCopy.Next);
        (await GrowthAsync(_log, 900)).Should().Be(900);
    }

    private Task<long> GrowthAsync(HonestLog log, long size) => LogCopy.RequireGrowthAsync(
        new ServedLog(log, size), new MirrorFolder(_folder), Signed(log, size), _log.Signer.Vkey, new PinnedKey(_log.Key, _log.Key, ""), CancellationToken.None);

    private static SignedCheckpoint Signed(HonestLog log, long size) => new(log.HeadAt(size), log.NoteAt(size));

    [Theory]
    [InlineData("/log/checkpoint", "log/checkpoint")]
    [InlineData("/log/checkpoint.next", null)]
    [InlineData("/log/checkpoint/witnessed", "log/checkpoint.witnessed")]
    [InlineData("/v1/findings", "v1/findings/index.json")]
    [InlineData("/v1/findings/AR-1", "v1/findings/AR-1/index.json")]
    [InlineData("/v1/findings/AR-1/record", "v1/findings/AR-1/record")]
    [InlineData("/", null)]
    [InlineData("", null)]
    [InlineData("/log", null)]
    [InlineData("/log/", null)]
    [InlineData("//log/checkpoint", "log/checkpoint")]
    [InlineData("/log//checkpoint", null)]
    [InlineData("/log/../log/checkpoint", null)]
    [InlineData("/log/./checkpoint", null)]
    [InlineData("/log/%2e%2e/checkpoint", null)]
    [InlineData("/.lock", null)]
    [InlineData("/log/half.part", null)]
    [InlineData("/v1/none", null)]
    public void It_serves_its_files_and_no_other_path(string path, string? file)
    {
        var mirror = new MirrorFolder(_folder);
        foreach (var each in new[] { "log/checkpoint", "log/checkpoint.next", "log/checkpoint.witnessed", "v1/findings/index.json", "v1/findings/AR-1/index.json", "v1/findings/AR-1/record", "log/half.part", ".lock" })
        {
            mirror.Put(each, Encoding.UTF8.GetBytes(each));
        }

        MirrorServer.FileOf(_folder, path).Should().Be(file is null ? null : Path.Combine(_folder, file));
    }

    private IEnumerable<string> Files() =>
        Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(_folder, file)).Where(path => !path.EndsWith(".lock", StringComparison.Ordinal));

    /// <summary>A source whose connection breaks after so many files.</summary>
    private sealed class Cut(ServedLog served, int after) : ILogSource
    {
        private int _left = after;

        public string Name => served.Name;

        public Task<byte[]?> ReadAsync(string path, CancellationToken cancel) =>
            Interlocked.Decrement(ref _left) < 0 ? throw new IOException("cut") : served.ReadAsync(path, cancel);

        public void Dispose()
        {
        }
    }
}

using System.Text;
using AttributionRegistry.Cli.Logs;
using AttributionRegistry.Cli.Tests.Logs;
using AttributionRegistry.Cli.Verification;
using AttributionRegistry.Log;
using AttributionRegistry.Log.Tests.Auditing;

namespace AttributionRegistry.Cli.Tests.Verification;

/// <summary>A log of 600 entries, served as tiles; then one thing is wrong with it.</summary>
public sealed class LogAuditTests : IDisposable
{
    private const int Size = 600;

    private readonly HonestLog _log = HonestLog.Make(600, Size);
    private readonly StringWriter _output = new();

    public void Dispose()
    {
        _log.Dispose();
        _output.Dispose();
    }

    private Task<int> AuditAsync(Action<ServedLog>? harm = null, string? vkey = null, string? since = null)
    {
        var served = new ServedLog(_log, Size);
        harm?.Invoke(served);
        return LogAuditCommand.AuditAsync(served, vkey, since is null ? null : Encoding.UTF8.GetBytes(since), _output, CancellationToken.None);
    }

    [Fact]
    public async Task A_log_whose_entries_give_its_signed_root_is_valid()
    {
        (await AuditAsync()).Should().Be(ExitCode.Holds, _output.ToString());

        _output.ToString().Should().StartWith("valid: registry.test/log, 600 entries").And.Contain("--vkey");
    }

    [Fact]
    public async Task A_pinned_key_that_signed_it_leaves_nothing_to_say()
    {
        (await AuditAsync(vkey: _log.Signer.Vkey)).Should().Be(ExitCode.Holds);

        _output.ToString().Should().NotContain("--vkey");
    }

    [Fact]
    public async Task A_log_signed_by_another_key_than_the_pinned_one_is_refused()
    {
        using var other = new NoteSigner(_log.Signer.Name, [.. Enumerable.Repeat((byte)7, NoteSigner.SeedSize)]);

        (await AuditAsync(vkey: other.Vkey)).Should().Be(ExitCode.DoesNotHold);

        _output.ToString().Should().StartWith("checkpoint: ");
    }

    [Fact]
    public async Task An_entry_left_out_and_the_rest_moved_up_is_named()
    {
        (await AuditAsync(served => served.Instead["log/tile/entries/002.p/88"] = EntryBundle.Write(_log.Entries.Skip(513).Take(87)))).Should().Be(ExitCode.DoesNotHold);

        _output.ToString().Should().MatchRegex("^(bundle|chain|seal|time): ");
    }

    [Fact]
    public async Task A_seal_replaced_by_another_that_nobody_names_shows_in_the_root()
    {
        var last = _log.Entries.FindLastIndex(Size - 1, entry => entry.Length == LogEntry.SealedSize);
        var (bundle, first) = (last / 256, last / 256 * 256);
        var entries = _log.Entries.Skip(first).Take(Math.Min(256, Size - first)).ToList();
        entries[last - first] = LogEntry.Sealed(new byte[32]);

        (await AuditAsync(served => served.Instead[$"log/{TilePath.Entries(bundle, entries.Count)}"] = EntryBundle.Write(entries))).Should().Be(ExitCode.DoesNotHold);

        _output.ToString().Should().MatchRegex("^(root|chain|seal|tile): ");
    }

    [Theory]
    [InlineData("log/tile/0/000")]
    [InlineData("log/tile/0/002.p/88")]
    [InlineData("log/tile/1/000.p/2")]
    public async Task A_tile_that_does_not_follow_from_the_entries_is_named(string path)
    {
        (await AuditAsync(served => served.Instead[path] = [.. _log.Serve(path, Size)![..^1], 0])).Should().Be(ExitCode.DoesNotHold);

        _output.ToString().Should().StartWith("tile: ").And.Contain(path["log/".Length..]);
    }

    [Fact]
    public async Task A_bundle_that_was_cut_short_is_named()
    {
        (await AuditAsync(served => served.Instead["log/tile/entries/000"] = _log.Serve("log/tile/entries/000", Size)![..^6])).Should().Be(ExitCode.DoesNotHold);

        _output.ToString().Should().StartWith("bundle: tile/entries/000");
    }

    [Theory]
    [InlineData("log/checkpoint", "checkpoint")]
    [InlineData("log/vkey", "checkpoint")]
    [InlineData("log/tile/entries/001", "bundle")]
    [InlineData("log/tile/0/001", "tile")]
    public async Task What_is_missing_is_named(string path, string check)
    {
        (await AuditAsync(served => served.Instead[path] = null)).Should().Be(ExitCode.DoesNotHold);

        _output.ToString().Should().MatchRegex($"^{check}: .*(missing|has no)");
    }

    [Fact]
    public async Task Where_only_full_tiles_are_kept_their_beginning_serves_for_an_older_checkpoint()
    {
        var served = new ServedLog(_log, Size) { Instead = { ["log/checkpoint"] = Encoding.UTF8.GetBytes(_log.NoteAt(300)) } };
        foreach (var path in new[] { "log/tile/entries/001.p/44", "log/tile/0/001.p/44" })
        {
            served.Instead[path] = null;
        }

        (await LogAuditCommand.AuditAsync(served, null, null, _output, CancellationToken.None)).Should().Be(ExitCode.Holds, _output.ToString());

        served.Asked.Should().Contain("log/tile/entries/001").And.Contain("log/tile/0/001");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(511)]
    [InlineData(600)]
    public async Task A_head_that_was_kept_is_found_again(int size)
    {
        (await AuditAsync(since: _log.NoteAt(size))).Should().Be(ExitCode.Holds, _output.ToString());

        _output.ToString().Should().Contain($"grown from {size} entries");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(300)]
    [InlineData(600)]
    public async Task Two_trees_under_one_name_are_a_fork_and_both_notes_are_shown(int size)
    {
        using var other = HonestLog.Make(601, Size);
        var kept = other.NoteAt(size);

        (await AuditAsync(since: kept)).Should().Be(ExitCode.DoesNotHold);

        _output.ToString().Should().StartWith("fork: ").And.Contain(kept).And.Contain(_log.NoteAt(Size));
    }

    [Fact]
    public async Task A_log_that_is_shorter_than_it_was_is_a_rollback_and_both_notes_are_shown()
    {
        var kept = _log.NoteAt(Size);

        (await AuditAsync(served => served.Size = 590, since: kept)).Should().Be(ExitCode.DoesNotHold);

        _output.ToString().Should().StartWith("rollback: ").And.Contain(kept).And.Contain(_log.NoteAt(590));
    }

    [Fact]
    public async Task A_kept_head_that_another_key_signed_proves_nothing()
    {
        using var other = new NoteSigner(_log.Signer.Name, [.. Enumerable.Repeat((byte)7, NoteSigner.SeedSize)]);

        (await AuditAsync(since: _log.HeadAt(5).Sign(other))).Should().Be(ExitCode.DoesNotHold);

        _output.ToString().Should().StartWith("checkpoint: ");
    }

    [Fact]
    public async Task What_no_quorum_covers_may_not_be_old()
    {
        using var witness = NoteSigner.Witness("witness.test/w1", [.. Enumerable.Repeat((byte)5, NoteSigner.SeedSize)]);
        var policy = TlogPolicy.Parse($"log {_log.Signer.Vkey}\nwitness w1 {witness.Vkey}\nquorum w1\n");
        var walked = new LogAuditor();
        _log.Entries.ForEach(entry => walked.Append(entry));
        var last = walked.LastAt!.Value;
        var (tail, first) = (_log.Entries.Skip(500).ToList(), Enumerable.Range(500, 100).First(index => LogAuditor.InstantOf(index, _log.Entries[index]) is not null));
        async Task<(int Code, string Said)> AtAsync(long covered, DateTimeOffset now, double lagHours = 1)
        {
            using var output = new StringWriter();
            var served = new ServedLog(_log, Size);
            served.Instead["log/checkpoint/witnessed"] = Encoding.UTF8.GetBytes(_log.NoteAt(covered) + CosignatureV1.Sign(witness, _log.HeadAt(covered).Body(), last.ToUnixTimeSeconds()));
            return (await LogAuditCommand.AuditAsync(served, _log.Signer.Vkey, null, output, CancellationToken.None, new WitnessRule(policy, TimeSpan.FromHours(lagHours), now)), output.ToString());
        }

        var (code, said) = await AtAsync(500, last);
        code.Should().Be(ExitCode.Holds, said);
        said.Should().Contain($"witnessed: 500 of 600 entries: w1 at ").And.Contain($"; of the 100 entries after them {tail.Count(entry => entry.Length == LogEntry.SealedSize)} are sealed and do not say how old they are");

        (code, said) = await AtAsync(500, last.AddHours(3));
        code.Should().Be(ExitCode.DoesNotHold);
        said.Should().StartWith($"witnesses: entry {first}: is of ").And.Contain("more than 1 hours ago, and no quorum covers it: 500 of 600 entries are witnessed");

        (await AtAsync(500, last.AddHours(3), lagHours: 5)).Code.Should().Be(ExitCode.Holds);
        (await AtAsync(600, last.AddYears(3))).Code.Should().Be(ExitCode.Holds, "an archive that is covered to its end stays so");
        (await AtAsync(500, last.AddHours(-2))).Said.Should().StartWith("time: ", "an entry of the future is no new one");
    }

    [Fact]
    public async Task A_folder_is_audited_as_an_address_is()
    {
        var folder = Directory.CreateTempSubdirectory("log-audit-").FullName;
        try
        {
            foreach (var path in Tiles.Grown(0, Size).Select(tile => $"log/{tile}").Append("log/checkpoint").Append("log/vkey"))
            {
                Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(folder, path))!);
                await File.WriteAllBytesAsync(Path.Combine(folder, path), _log.Serve(path, Size)!);
            }

            (await LogAuditCommand.RunAsync([folder, "--vkey", _log.Signer.Vkey], _output, count => new byte[count], TimeProvider.System, CancellationToken.None)).Should().Be(ExitCode.Holds);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}

using System.Text;
using AttributionRegistry.Cli.Logs;
using AttributionRegistry.Log;
using AttributionRegistry.Log.Tests.Auditing;

namespace AttributionRegistry.Cli.Tests.Logs;

public sealed class LogMonitorTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 11, 25, 12, 0, 0, TimeSpan.Zero);

    private readonly string _folder = Directory.CreateTempSubdirectory("log-monitor-").FullName;
    private readonly HonestLog _log = HonestLog.Make(77, 900);
    private StringWriter _output = new();

    public void Dispose()
    {
        _log.Dispose();
        _output.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private Task<int> RunAsync(long size, Action<ServedLog>? harm = null, LogMonitorCommand.Watch? watch = null) => RunAsync(new ServedLog(_log, size), harm, watch);

    private async Task<int> RunAsync(ServedLog served, Action<ServedLog>? harm = null, LogMonitorCommand.Watch? watch = null, DateTimeOffset? now = null)
    {
        harm?.Invoke(served);
        _output = new StringWriter();
        using var state = MonitorState.Open(_folder);
        return await LogMonitorCommand.WatchAsync(served, state, watch ?? new LogMonitorCommand.Watch(null, null, null), _output, now ?? Now, CancellationToken.None);
    }

    [Fact]
    public async Task It_reads_only_what_is_new()
    {
        (await RunAsync(700)).Should().Be(ExitCode.Holds, _output.ToString());
        _output.ToString().Should().Contain("700 entries, 700 of them new").And.Contain(_log.Signer.Vkey);

        var served = new ServedLog(_log, 900);
        (await RunAsync(served)).Should().Be(ExitCode.Holds, _output.ToString());

        _output.ToString().Should().Contain("900 entries, 200 of them new").And.NotContain(_log.Signer.Vkey, "the key is known from the first run");
        served.Asked.Where(path => path.Contains("entries", StringComparison.Ordinal)).Should().BeEquivalentTo(["log/tile/entries/002", "log/tile/entries/003.p/132"], "they are read ahead, in any order");
        (await File.ReadAllTextAsync(Path.Combine(_folder, "checkpoint"))).Should().Be(_log.NoteAt(900));
    }

    [Fact]
    public async Task Entry_by_entry_it_comes_to_every_size()
    {
        for (var size = 240; size < 280; size++)
        {
            (await RunAsync(size)).Should().Be(ExitCode.Holds, _output.ToString());
        }
    }

    [Fact]
    public async Task The_same_head_again_needs_no_entry()
    {
        await RunAsync(700);
        var served = new ServedLog(_log, 700);

        (await RunAsync(served)).Should().Be(ExitCode.Holds);

        served.Asked.Should().NotContain(path => path.Contains("entries", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(700)]
    [InlineData(900)]
    public async Task A_fork_is_kept_as_evidence_with_both_notes_and_said_again_until_somebody_looks(int size)
    {
        using var other = HonestLog.Make(78, 900);
        await RunAsync(700);
        for (var run = 0; run < 3; run++)
        {
            (await RunAsync(new ServedLog(other, size))).Should().Be(ExitCode.DoesNotHold);

            _output.ToString().Should().StartWith("fork: ").And.Contain(_log.NoteAt(700)).And.Contain(other.NoteAt(size));
        }

        var evidence = Directory.GetFiles(Path.Combine(_folder, "evidence")).Should().ContainSingle().Subject;
        (await File.ReadAllTextAsync(evidence)).Should().Contain(_log.NoteAt(700)).And.Contain(other.NoteAt(size));
        (await RunAsync(900)).Should().Be(ExitCode.Holds, "the log that was trusted goes on to be");
    }

    [Fact]
    public async Task The_proof_beside_a_fork_convinces_whoever_has_the_key()
    {
        using var other = HonestLog.Make(78, 900);
        await RunAsync(700);
        await RunAsync(new ServedLog(other, 900));

        var lines = _output.ToString().Split("(RFC 6962)")[1].Split("\n\nkept as")[0].Split('\n').Skip(1).Where(line => line.Length == 44).Select(Convert.FromBase64String).ToList();

        Rfc6962.VerifyConsistency(700, 900, other.Tree.RootAt(700), other.Tree.RootAt(900), lines).Should().BeTrue();
        Rfc6962.VerifyConsistency(700, 900, _log.Tree.RootAt(700), other.Tree.RootAt(900), lines).Should().BeFalse();
    }

    [Fact]
    public async Task A_restored_backup_is_a_rollback()
    {
        await RunAsync(900);

        (await RunAsync(880)).Should().Be(ExitCode.DoesNotHold);

        _output.ToString().Should().StartWith("rollback: ").And.Contain(_log.NoteAt(900)).And.Contain(_log.NoteAt(880));
    }

    [Fact]
    public async Task A_new_entry_that_does_not_hold_is_named_kept_and_not_forgotten()
    {
        await RunAsync(700);
        var harmed = EntryBundle.Write([.. _log.Entries.Skip(768).Take(131), Encoding.UTF8.GetBytes("{}")]);

        (await RunAsync(900, served => served.Instead["log/tile/entries/003.p/132"] = harmed)).Should().Be(ExitCode.DoesNotHold);

        _output.ToString().Should().StartWith("entry: entry 899: ");
        Directory.GetFiles(Path.Combine(_folder, "evidence")).Should().ContainSingle();
        (await RunAsync(900)).Should().Be(ExitCode.Holds);
        _output.ToString().Should().Contain("200 of them new");
    }

    [Fact]
    public async Task An_old_entry_in_the_bundle_that_grows_may_not_change()
    {
        await RunAsync(700);
        var harmed = EntryBundle.Write([LogEntry.Sealed(new byte[32]), .. _log.Entries.Skip(513).Take(247)]);

        (await RunAsync(760, served => served.Instead["log/tile/entries/002.p/248"] = harmed)).Should().Be(ExitCode.DoesNotHold);

        _output.ToString().Should().StartWith("bundle: ");
    }

    [Fact]
    public async Task A_stranger_s_key_is_refused()
    {
        using var other = new NoteSigner(_log.Signer.Name, [.. Enumerable.Repeat((byte)7, NoteSigner.SeedSize)]);
        await RunAsync(700);

        (await RunAsync(900, served =>
        {
            served.Instead["log/vkey"] = Encoding.UTF8.GetBytes(other.Vkey + "\n");
            served.Instead["log/checkpoint"] = Encoding.UTF8.GetBytes(_log.HeadAt(900).Sign(other));
        })).Should().Be(ExitCode.DoesNotHold);

        _output.ToString().Should().StartWith("checkpoint: ");
    }

    [Fact]
    public async Task What_is_too_old_is_said_and_what_is_of_the_future_too()
    {
        (await RunAsync(900, watch: new(null, null, TimeSpan.FromHours(1)))).Should().Be(ExitCode.DoesNotHold);
        _output.ToString().Should().Contain("stale: the newest readable entry is of 2026-11-24");

        (await RunAsync(900, watch: new(null, null, TimeSpan.FromDays(2)))).Should().Be(ExitCode.Holds);
        (await RunAsync(new ServedLog(_log, 900), now: Now.AddDays(-3))).Should().Be(ExitCode.DoesNotHold);
        _output.ToString().Should().Contain("time: ");
    }

    [Fact]
    public async Task Old_seals_are_listed_and_no_fault()
    {
        (await RunAsync(900, watch: new(null, TimeSpan.FromDays(365), null))).Should().Be(ExitCode.Holds);
        _output.ToString().Should().Contain("seals: 0 are older than 365 days");

        (await RunAsync(900, watch: new(null, TimeSpan.FromHours(1), null))).Should().Be(ExitCode.Holds);
        _output.ToString().Should().MatchRegex(@"seals: [1-9]\d* are older than .* days: entries \d");
    }

    [Fact]
    public async Task The_witnesses_of_a_policy_must_vouch_for_the_head_or_for_one_it_grew_from_and_lately()
    {
        using var witness = NoteSigner.Witness("witness.test/w1", [.. Enumerable.Repeat((byte)5, NoteSigner.SeedSize)]);
        var policy = TlogPolicy.Parse($"log {_log.Signer.Vkey}\nwitness w1 {witness.Vkey}\nquorum w1\n");
        var watch = new LogMonitorCommand.Watch(_log.Signer.Vkey, null, null, policy);
        byte[] Cosigned(HonestLog log, long size, TimeSpan ago) =>
            Encoding.UTF8.GetBytes(log.NoteAt(size) + CosignatureV1.Sign(witness, log.HeadAt(size).Body(), (Now - ago).ToUnixTimeSeconds()));

        (await RunAsync(900, watch: watch)).Should().Be(ExitCode.DoesNotHold);
        _output.ToString().Should().StartWith("witnesses: ");

        (await RunAsync(900, served => served.Instead["log/checkpoint"] = Cosigned(_log, 900, TimeSpan.FromMinutes(5)), watch)).Should().Be(ExitCode.Holds, _output.ToString());
        _output.ToString().Should().Contain("witnessed: 900 of 900 entries: w1 at 2026-11-25T11:55:00Z");

        (await RunAsync(900, served => served.Instead["log/checkpoint/witnessed"] = Cosigned(_log, 500, TimeSpan.FromMinutes(5)), watch)).Should().Be(ExitCode.Holds, _output.ToString());
        _output.ToString().Should().Contain("witnessed: 500 of 900 entries");

        (await RunAsync(900, served => served.Instead["log/checkpoint/witnessed"] = Cosigned(_log, 500, TimeSpan.FromHours(3)), watch)).Should().Be(ExitCode.DoesNotHold);
        _output.ToString().Should().StartWith("witnesses: ");

        using var other = HonestLog.Make(79, 900);
        (await RunAsync(900, served => served.Instead["log/checkpoint/witnessed"] = Cosigned(other, 500, TimeSpan.FromMinutes(5)), watch)).Should().Be(ExitCode.DoesNotHold);
        _output.ToString().Should().Contain("fork: ").And.Contain(other.NoteAt(500), "what the witnesses saw and what we are shown are two trees");
    }

    [Fact]
    public async Task What_the_monitor_saw_an_hour_ago_must_be_witnessed_by_now()
    {
        using var witness = Witness();
        var watch = new LogMonitorCommand.Watch(null, null, null, Policy(witness, _log.Signer.Vkey));
        Task<int> At(int minutes, long size, long witnessed) => RunAsync(
            new ServedLog(_log, size), served => served.Instead["log/checkpoint/witnessed"] = Cosigned(witness, witnessed, Now.AddMinutes(minutes)), watch, Now.AddMinutes(minutes));

        (await At(0, 600, 500)).Should().Be(ExitCode.Holds, _output.ToString());
        (await At(30, 700, 550)).Should().Be(ExitCode.Holds, _output.ToString());
        (await At(60, 800, 550)).Should().Be(ExitCode.Holds, "600 was seen an hour ago, and not longer: {0}", _output);
        for (var run = 61; run < 64; run++)
        {
            // The cosignatures are of this minute, over a head that is an hour behind.
            (await At(run, 900, 599)).Should().Be(ExitCode.DoesNotHold);
            _output.ToString().Should().StartWith("witnesses: a head of 600 entries was seen at 2026-11-25T12:00:00Z, and the quorum still covers 599");
        }

        (await At(65, 900, 600)).Should().Be(ExitCode.Holds, _output.ToString());
        (await At(95, 900, 600)).Should().Be(ExitCode.DoesNotHold, "700 was seen at half past twelve");
        (await At(100, 900, 700)).Should().Be(ExitCode.Holds, _output.ToString());
        (await At(5000, 900, 800)).Should().Be(ExitCode.DoesNotHold, "the head of 900 entries is old");
        (await At(5001, 900, 900)).Should().Be(ExitCode.Holds, _output.ToString());
    }

    [Fact]
    public async Task A_longer_lag_is_granted_where_it_is_asked_for()
    {
        using var witness = Witness();
        var watch = new LogMonitorCommand.Watch(null, null, null, Policy(witness, _log.Signer.Vkey), TimeSpan.FromHours(3));
        foreach (var hours in new[] { 0, 2, 3 })
        {
            var now = Now.AddHours(hours);
            (await RunAsync(new ServedLog(_log, 900), served => served.Instead["log/checkpoint/witnessed"] = Cosigned(witness, 500, now), watch, now)).Should().Be(ExitCode.Holds, _output.ToString());
        }
    }

    [Fact]
    public async Task A_policy_that_names_no_log_with_this_key_is_a_fault_and_not_no_policy()
    {
        using var witness = Witness();
        using var other = new NoteSigner(_log.Signer.Name, [.. Enumerable.Repeat((byte)7, NoteSigner.SeedSize)]);
        foreach (var policy in new[] { Policy(witness, other.Vkey), TlogPolicy.Parse($"witness w1 {witness.Vkey}\nquorum w1\n"), TlogPolicy.Parse($"log {other.Vkey}\nquorum none\n") })
        {
            var watch = new LogMonitorCommand.Watch(_log.Signer.Vkey, null, null, policy);

            (await RunAsync(900, served => served.Instead["log/checkpoint"] = Cosigned(witness, 900, Now), watch)).Should().Be(ExitCode.DoesNotHold);
            _output.ToString().Should().StartWith($"witnesses: the policy names no log with the key {_log.Signer.Vkey}");
        }
    }

    private static NoteSigner Witness() => NoteSigner.Witness("witness.test/w1", [.. Enumerable.Repeat((byte)5, NoteSigner.SeedSize)]);

    private static TlogPolicy Policy(NoteSigner witness, string vkey) => TlogPolicy.Parse($"log {vkey}\nwitness w1 {witness.Vkey}\nquorum w1\n");

    private byte[] Cosigned(NoteSigner witness, long size, DateTimeOffset at) =>
        Encoding.UTF8.GetBytes(_log.NoteAt(size) + CosignatureV1.Sign(witness, _log.HeadAt(size).Body(), at.ToUnixTimeSeconds()));

    [Fact]
    public void Two_monitors_do_not_share_a_folder()
    {
        using var first = MonitorState.Open(_folder);

        var second = () => MonitorState.Open(_folder);

        second.Should().Throw<UsageException>();
    }

    [Fact]
    public async Task A_damaged_memory_is_not_mistaken_for_a_first_run()
    {
        await RunAsync(700);
        var path = Path.Combine(_folder, "monitor.json");
        await File.WriteAllTextAsync(path, (await File.ReadAllTextAsync(path))[..^5]);

        var run = () => RunAsync(900);

        await run.Should().ThrowAsync<FormatException>().WithMessage("*is damaged*--since*");
    }
}

using System.Text;
using System.Text.Json.Nodes;
using AttributionRegistry.Cli.Logs;
using AttributionRegistry.Cli.Mirrors;
using AttributionRegistry.Cli.Verification;
using AttributionRegistry.Log;
using AttributionRegistry.Log.Tests.Auditing;

namespace AttributionRegistry.Cli.Tests.Logs;

/// <summary>A log that has changed its key, as a reader sees it who pinned the old one: what leads on, and the many things that do not.</summary>
public sealed class RetiredKeyTests : IDisposable
{
    private const int Seed = 20261124;

    private readonly string _folder = Directory.CreateTempSubdirectory("retired-key-").FullName;
    private readonly NoteSigner _next = new("registry.test/log", [.. Enumerable.Repeat((byte)22, NoteSigner.SeedSize)]);
    private readonly NoteSigner _stranger = new("registry.test/log", [.. Enumerable.Repeat((byte)33, NoteSigner.SeedSize)]);

    public void Dispose()
    {
        _next.Dispose();
        _stranger.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task The_old_key_s_own_word_leads_its_reader_to_the_new_one()
    {
        using var log = Rotated(1, Honest);

        var (code, said) = await AuditAsync(log, log.Signer.Vkey, _next);

        code.Should().Be(ExitCode.Holds, said);
        said.Should().Contain($"was retired by entry {Retirement(log)} and named in its place {NoteKey.Hex(_next.KeyId)}").And.Contain($"--vkey '{_next.Vkey}'");
        (await AuditAsync(log, _next.Vkey, _next)).Code.Should().Be(ExitCode.Holds);
    }

    [Fact]
    public async Task A_thief_of_the_new_key_alone_leads_nobody_to_a_fork_who_pinned_the_old_one()
    {
        // The thief cuts the log after a head that both keys signed, goes on with entries of their own, and retires the old key in its name.
        using var fork = Rotated(2, log => Body(log, Word(log, _next).Sign(_next)));
        var handover = fork.HeadAt(Introduction(fork) + 1).Sign(fork.Signer, _next);
        using var withHandover = Rotated(2, log => new JsonObject { ["keyId"] = NoteKey.Hex(log.Signer.KeyId), ["retirement"] = handover });

        foreach (var log in new[] { fork, withHandover })
        {
            var (code, said) = await AuditAsync(log, log.Signer.Vkey, _next);

            code.Should().Be(ExitCode.DoesNotHold);
            said.Should().StartWith($"checkpoint: Entry {Retirement(log)} retires the key {NoteKey.Hex(log.Signer.KeyId)} and does not carry that key's own word").And.Contain("pin that one anew");
            (await AuditAsync(log, _next.Vkey, _next)).Code.Should().Be(ExitCode.Holds, "whoever pinned the stolen key has nothing but it: that is what witnesses are for");
        }
    }

    [Fact]
    public async Task Where_the_old_key_was_lost_its_readers_are_told_to_pin_the_new_one_anew()
    {
        using var log = Rotated(3, each => Body(each, ""));

        var (code, said) = await AuditAsync(log, log.Signer.Vkey, _next);

        code.Should().Be(ExitCode.DoesNotHold);
        said.Should().Contain("Ask the body for its key by another way than this server, and pin that one anew.");
    }

    [Fact]
    public async Task A_head_over_the_retirement_of_the_key_that_signed_it_fails_for_every_reader()
    {
        using var log = Rotated(4, Honest);
        var size = log.Entries.Count;
        var retired = Retirement(log);
        var alone = Served(log, size, log.Signer);
        var fault = $"is signed by the key {NoteKey.Hex(log.Signer.KeyId)}, which entry {retired} below it retired";

        (await AuditAsync(log, log.Signer.Vkey, log.Signer)).Should().Match<(int Code, string Said)>(each => each.Code == ExitCode.DoesNotHold && each.Said.StartsWith("checkpoint: The checkpoint " + fault, StringComparison.Ordinal));

        var whole = () => PinnedKey.FollowAsync(log.Signer.Vkey, async path => (await alone.ReadAsync($"log/{path}", CancellationToken.None))!);
        (await whole.Should().ThrowAsync<NoteException>()).WithMessage($"*{fault}*");

        // The monitor has read the retirement in an earlier run, under a head that was in order.
        (await MonitorAsync(Served(log, retired, log.Signer), log.Signer.Vkey)).Code.Should().Be(ExitCode.Holds);
        (await MonitorAsync(Served(log, retired + 1, log.Signer, _next), log.Signer.Vkey)).Should().Match<(int Code, string Said)>(each => each.Code == ExitCode.Holds && each.Said.Contains(_next.Vkey));
        (await MonitorAsync(alone, log.Signer.Vkey)).Should().Match<(int Code, string Said)>(each => each.Code == ExitCode.DoesNotHold && each.Said.Contains(fault));

        // So has the mirror.
        await CopyAsync(log, retired + 1, _next);
        var copy = () => CopyAsync(log, size, log.Signer);
        (await copy.Should().ThrowAsync<LogAuditException>()).WithMessage($"checkpoint: *{fault}*");
        (await File.ReadAllTextAsync(Path.Combine(_folder, "mirror/log/checkpoint"))).Should().Be(log.HeadAt(retired + 1).Sign(_next), "the head that does not hold takes no place");
    }

    [Fact]
    public async Task A_hundred_and_twenty_retirements_that_are_not_the_old_key_s_are_named()
    {
        var silent = new List<string>();
        for (var number = 0; number < 120; number++)
        {
            var random = new Random(Seed + number);
            var what = "";
            using var log = Rotated(Seed + number, each =>
            {
                (what, var body) = Harmed(random, number % 10, each);
                return body;
            });

            var (code, said) = await AuditAsync(log, log.Signer.Vkey, what == "by the retired key" ? log.Signer : _next);

            if (code != ExitCode.DoesNotHold || !said.StartsWith("checkpoint: ", StringComparison.Ordinal))
            {
                silent.Add($"{number}: {what}: exit {code}, {said}");
            }
        }

        silent.Should().BeEmpty("of seed {0} all must be named", Seed);
    }

    private (string What, JsonObject Body) Harmed(Random random, int kind, HonestLog log)
    {
        var (word, honest) = (Word(log, _next), Word(log, _next).Sign(log.Signer));
        return kind switch
        {
            0 => ("signed by the new key", Body(log, word.Sign(_next))),
            1 => ("of another tree", Body(log, (word with { Root = Flip(random, word.Root) }).Sign(log.Signer))),
            2 => ("of a size that is not there yet", Body(log, (word with { Size = log.Entries.Count + 1 + random.Next(9) }).Sign(log.Signer))),
            3 => ("in favour of another key", Body(log, honest.Replace(_next.Vkey, _stranger.Vkey, StringComparison.Ordinal))),
            4 => ("of another size", Body(log, (word with { Size = word.Size - 1 }).Sign(log.Signer))),
            5 => ("one letter changed", Body(log, Changed(random, honest))),
            6 => ("a checkpoint of both", Body(log, log.HeadAt(log.Entries.Count).Sign(log.Signer, _next))),
            7 => ("no word", new JsonObject { ["keyId"] = NoteKey.Hex(log.Signer.KeyId), ["checkpoint"] = log.HeadAt(log.Entries.Count).Sign(log.Signer, _next) }),
            8 => ("in favour of a stranger", Body(log, Word(log, _stranger).Sign(log.Signer))),
            _ => ("by the retired key", Body(log, honest)),
        };
    }

    private JsonObject Honest(HonestLog log) => Body(log, Word(log, _next).Sign(log.Signer));

    private static KeyRetirement Word(HonestLog log, NoteSigner successor) => new(log.Entries.Count, log.Tree.Root(), [NoteVerifier.Parse(successor.Vkey)]);

    private static JsonObject Body(HonestLog log, string word) => new() { ["keyId"] = NoteKey.Hex(log.Signer.KeyId), ["retirement"] = word };

    /// <summary>Some entries, another key, some entries, the end of the first key, some entries.</summary>
    private HonestLog Rotated(int seed, Func<HonestLog, JsonObject> retirement)
    {
        var log = HonestLog.Make(seed, 5 + seed % 7);
        log.Open(LogKeyHistory.Subject, LogKeyHistory.IntroducedType, new JsonObject { ["keyId"] = NoteKey.Hex(_next.KeyId), ["vkey"] = _next.Vkey, ["beside"] = log.Signer.Vkey });
        log.Step();
        log.Step();
        log.Open(LogKeyHistory.Subject, LogKeyHistory.RetiredType, retirement(log));
        log.Step();
        log.Step();
        return log;
    }

    private static long Introduction(HonestLog log) => log.Entries.FindIndex(entry => LogKeyEntry.MayBe(entry));

    private static long Retirement(HonestLog log) => log.Entries.FindLastIndex(entry => LogKeyEntry.MayBe(entry));

    private static ServedLog Served(HonestLog log, long size, params NoteSigner[] signers)
    {
        var served = new ServedLog(log, size);
        served.Instead["log/checkpoint"] = Encoding.UTF8.GetBytes(log.HeadAt(size).Sign(signers));
        return served;
    }

    private static async Task<(int Code, string Said)> AuditAsync(HonestLog log, string pinned, NoteSigner signer)
    {
        using var output = new StringWriter();
        return (await LogAuditCommand.AuditAsync(Served(log, log.Entries.Count, signer), pinned, null, output, CancellationToken.None), output.ToString());
    }

    private async Task<(int Code, string Said)> MonitorAsync(ServedLog served, string pinned)
    {
        using var output = new StringWriter();
        using var state = MonitorState.Open(Path.Combine(_folder, "monitor"));
        var watch = new LogMonitorCommand.Watch(pinned, null, null);
        return (await LogMonitorCommand.WatchAsync(served, state, watch, output, new DateTimeOffset(2026, 11, 25, 12, 0, 0, TimeSpan.Zero), CancellationToken.None), output.ToString());
    }

    private Task CopyAsync(HonestLog log, long size, NoteSigner signer)
    {
        var key = NoteVerifier.Parse(signer.Vkey);
        var head = new SignedCheckpoint(log.HeadAt(size), log.HeadAt(size).Sign(signer));
        return new LogCopy(Served(log, size, signer), new MirrorFolder(Path.Combine(_folder, "mirror")), head, new PinnedKey(key, key, "")).RunAsync(0, CancellationToken.None);
    }

    private static byte[] Flip(Random random, byte[] bytes)
    {
        var harmed = bytes.ToArray();
        harmed[random.Next(harmed.Length)] ^= (byte)(1 << random.Next(8));
        return harmed;
    }

    // Not in the line feeds or the dash: those make it no note at all, which is another and an easier fault.
    private static string Changed(Random random, string note)
    {
        while (true)
        {
            var at = random.Next(note.Length);
            if (char.IsAsciiLetterOrDigit(note[at]))
            {
                return note[..at] + (note[at] == 'q' ? 'r' : 'q') + note[(at + 1)..];
            }
        }
    }
}

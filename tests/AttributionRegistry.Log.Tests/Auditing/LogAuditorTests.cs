using System.Text;
using System.Text.Json.Nodes;

namespace AttributionRegistry.Log.Tests.Auditing;

public sealed class LogAuditorTests
{
    private const string Noon = "2026-11-24T12:00:00Z";

    private readonly HonestLog _log = new(1);

    [Fact]
    public void An_honest_log_is_walked_to_its_signed_head()
    {
        using var log = HonestLog.Make(7, 900);

        var auditor = Walk(log.Entries);

        auditor.RequireHead(log.HeadAt(log.Entries.Count));
        auditor.ClosedSeals.Should().HaveCount(log.Closed);
        auditor.Subjects.Should().BeGreaterThan(6);
        auditor.LastAt.Should().BeAfter(new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(257)]
    [InlineData(70_000)]
    public void Bundles_and_single_entries_give_the_same_root_and_the_tiles_of_the_tree(int size)
    {
        var tree = new MerkleTree();
        var (edge, hashes) = (new TileEdge(), new List<byte[]>());
        for (var first = 0; first < size; first += 256)
        {
            var leaves = Enumerable.Range(first, Math.Min(256, size - first)).Select(n => Rfc6962.LeafHash(BitConverter.GetBytes(n))).ToList();
            leaves.ForEach(leaf => tree.Append(leaf));
            foreach (var full in edge.Append(leaves.SelectMany(leaf => leaf).ToArray()))
            {
                full.Hashes.ToArray().Should().Equal(Tiles.Hashes(tree, full.Path, tree.Size));
                hashes.Add([]);
            }
        }

        edge.Root().Should().Equal(tree.Root());
        hashes.Should().HaveCount((int)(Tiles.FullCount(size, 0) + Tiles.FullCount(size, 1)));
    }

    [Fact]
    public void The_root_over_a_tile_is_that_of_a_tree_whatever_its_hashes_are()
    {
        var random = new Random(3);
        for (var round = 0; round < 50; round++)
        {
            for (var count = 1; count <= 256; count *= 2)
            {
                var (hashes, tree) = (new byte[32 * count], new MerkleTree());
                random.NextBytes(hashes);
                hashes.Chunk(32).ToList().ForEach(hash => tree.Append(hash));

                TileEdge.RootOf(hashes).Should().Equal(tree.Root(), "{0} hashes", count);
            }
        }
    }

    [Fact]
    public void An_auditor_that_was_saved_goes_on_as_if_it_had_never_stopped()
    {
        using var log = HonestLog.Make(8, 700);
        for (var stop = 0; stop <= 700; stop += 35)
        {
            var first = Walk(log.Entries.Take(stop));

            var second = LogAuditor.Load(first.Save());

            second.Save().Should().Equal(first.Save());
            log.Entries.Skip(stop).ToList().ForEach(entry => second.Append(entry));
            second.RequireHead(log.HeadAt(log.Entries.Count));
            second.ClosedSeals.Should().HaveCount(log.Closed);
        }
    }

    [Fact]
    public void What_is_no_saved_auditor_is_refused()
    {
        var saved = Encoding.UTF8.GetString(Walk(HonestLog.Make(8, 300).Entries).Save());
        foreach (var broken in new[] { "", "{}", "[]", "null", saved[..^2], saved.Replace("\"v\":2", "\"v\":1", StringComparison.Ordinal), saved.Replace("\"size\":300", "\"size\":301", StringComparison.Ordinal) })
        {
            var load = () => LogAuditor.Load(Encoding.UTF8.GetBytes(broken));
            load.Should().Throw<FormatException>();
        }
    }

    [Fact]
    public void A_bundle_that_goes_on_must_begin_as_it_did()
    {
        using var log = HonestLog.Make(9, 300);
        var auditor = Walk(log.Entries.Take(270));
        var changed = log.Entries.Select(entry => entry.ToArray()).ToList();
        changed[260] = LogEntry.Sealed(new byte[32]);

        Fault(() => auditor.Append(Bundle(changed, 1, 44))).Should().Be("bundle");
        Walk(log.Entries.Take(270)).Append(Bundle(log.Entries, 1, 44)).Should().BeEmpty();
    }

    [Theory]
    [InlineData(-1, "ends before entry 299")]
    [InlineData(1, "goes on after")]
    public void A_bundle_of_another_length_is_named(int change, string what)
    {
        using var log = HonestLog.Make(9, 300);
        var bytes = EntryBundle.Write(log.Entries.Skip(256));
        var harmed = change < 0 ? bytes[..^1] : [.. bytes, 0];
        var auditor = Walk(log.Entries.Take(256));

        auditor.Invoking(each => each.Append(AuditedBundle.Read(TilePath.Entries(1, 44), harmed)))
            .Should().Throw<LogAuditException>().WithMessage($"bundle: tile/entries/001.p/44 {what}*");
    }

    public static TheoryData<string> NoEntries => new(
        "", "null", "[]", "{}", " {\"c\":1}", "{\"v\":1}",
        """{"c":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB","type":"sealed","v":1}""", // bits left over
        """{"c":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","type":"sealed","v":2}""",
        """{"actor":null,"at":"2026-11-24T12:00:00Z","body":{},"prev":null,"seq":1,"subject":"a","type":"t"}""",
        """{"actor":null,"at":"2026-11-24T12:00:00Z","body":{},"prev":null,"seq":1,"subject":"a","type":"t","v":0}""",
        """{"actor":null,"at":"2026-11-24T12:00:00Z","body":{},"prev":null,"seq":1,"subject":"a","type":"sealed","v":1}""",
        """{"actor":null,"at":"2026-11-24T12:00:00Z","body":{},"prev":null,"seq":1,"subject":"a","type":"","v":1}""",
        """{"actor":null,"at":"2026-11-24T12:00:00Z","body":{},"prev":null,"seq":1,"subject":"","type":"t","v":1}""",
        """{"actor":null,"at":"2026-11-24T12:00:00Z","body":{},"prev":null,"seq":1,"subject":7,"type":"t","v":1}""",
        """{"actor":null,"at":"2026-11-24T12:00:00Z","body":{},"prev":null,"seq":2,"subject":"a","type":"t","v":1}""",
        """{"actor":null,"at":"2026-11-24T12:00:00Z","body":{},"prev":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","seq":1,"subject":"a","type":"t","v":1}""",
        """{"actor":null,"at":"2026-11-24T12:00:00Z","body":{},"prev":null,"seq":0,"subject":"a","type":"t","v":1}""",
        """{"actor":null,"at":"2026-11-24T12:00:00Z","body":{},"prev":null,"seq":"1","subject":"a","type":"t","v":1}""",
        """{"actor":null,"at":"2026-11-24T12:00:00","body":{},"prev":null,"seq":1,"subject":"a","type":"t","v":1}""",
        """{"actor":null,"at":"2026-11-31T12:00:00Z","body":{},"prev":null,"seq":1,"subject":"a","type":"t","v":1}""",
        """{"actor":null,"at":"2026-11-24T24:00:00Z","body":{},"prev":null,"seq":1,"subject":"a","type":"t","v":1}""",
        """{"actor":null,"at":"2026-11-24T12:00:00.Z","body":{},"prev":null,"seq":1,"subject":"a","type":"t","v":1}""",
        """{"actor":null,"at":1,"body":{},"prev":null,"seq":1,"subject":"a","type":"t","v":1}""",
        """{"actor":3,"at":"2026-11-24T12:00:00Z","body":{},"prev":null,"seq":1,"subject":"a","type":"t","v":1}""",
        """{"actor":null,"at":"2026-11-24T12:00:00Z","body":[],"prev":null,"seq":1,"subject":"a","type":"t","v":1}""",
        """{"actor":null,"at":"2026-11-24T12:00:00Z","body":{"a":1.5},"prev":null,"seq":1,"subject":"a","type":"t","v":1}""",
        """{"actor":null,"at":"2026-11-24T12:00:00Z","body":{"b":1,"a":1},"prev":null,"seq":1,"subject":"a","type":"t","v":1}""",
        """{"actor":null,"at":"2026-11-24T12:00:00Z","author":1,"body":{},"prev":null,"seq":1,"subject":"a","type":"t","v":1}""",
        """{"actor":null,"at":"2026-11-24T12:00:00Z","body":{},"extra":1,"prev":null,"seq":1,"subject":"a","type":"t","v":1}""",
        """{"actor":null,"at":"2026-11-24T12:00:00Z","body":{},"prev":null,"seq":1,"subject":"a","type":"unsealed","v":1}""",
        """{"actor":null,"at":"2026-11-24T12:00:00Z","body":{},"prev":null,"seq":1,"subject":"a","type":"t","v":1,"w":1,"x":2,"y":3}""");

    [Theory]
    [MemberData(nameof(NoEntries))]
    public void An_entry_of_no_known_shape_is_named(string entry)
    {
        var auditor = new LogAuditor();

        Fault(() => auditor.Append(Encoding.UTF8.GetBytes(entry))).Should().Be("entry");
    }

    [Fact]
    public void An_entry_beyond_the_limit_is_named()
    {
        var entry = $$"""{"actor":null,"at":"{{Noon}}","body":{"a":"{{new string('a', LogEntry.MaxBytes)}}"},"prev":null,"seq":1,"subject":"a","type":"t","v":1}""";

        Fault(() => new LogAuditor().Append(Encoding.UTF8.GetBytes(entry))).Should().Be("entry");
    }

    [Theory]
    [InlineData(0)] // left out
    [InlineData(1)] // twice
    [InlineData(2)] // after another than its own
    public void A_broken_chain_is_named(int how)
    {
        byte[] first = Plain("a", 1, null), second = Plain("a", 2, first), third = Plain("a", 3, second), other = Plain("b", 1, null);
        byte[][] entries = how switch
        {
            0 => [first, third],
            1 => [first, second, Plain("a", 2, first, "again")],
            _ => [first, other, Plain("a", 2, other)],
        };

        Fault(() => Walk(entries)).Should().Be("chain");
    }

    [Fact]
    public void A_chain_that_begins_in_the_middle_is_named() =>
        Fault(() => Walk([Plain("a", 2, Plain("a", 1, null))])).Should().Be("chain");

    [Fact]
    public void A_seal_can_hide_one_place_of_one_chain_only()
    {
        var hidden = LogEntry.Sealed(new byte[32]);

        Fault(() => Walk([hidden, Plain("a", 2, hidden), Plain("b", 2, hidden)])).Should().Be("chain");
    }

    [Fact]
    public void There_must_be_room_for_what_a_chain_says_is_sealed()
    {
        var hidden = LogEntry.Sealed(new byte[32]);

        Walk([hidden, Plain("a", 2, hidden)]).Size.Should().Be(2);
        Fault(() => Walk([hidden, Plain("a", 3, hidden)])).Should().Be("chain");
    }

    [Fact]
    public void A_seal_opens_once_and_only_to_its_event()
    {
        var (plain, salt) = (Plain("a", 1, null), Enumerable.Repeat((byte)3, 32).ToArray());
        var hidden = LogEntry.Sealed(LogEntry.Seal(salt, plain));
        var opening = Plain("unsealed:a", 1, null, body: HonestLog.Opening(0, plain, salt), type: "unsealed");
        var again = Plain("unsealed:a", 2, opening, body: HonestLog.Opening(0, plain, salt), type: "unsealed");
        var wrong = Plain("unsealed:a", 1, null, body: HonestLog.Opening(0, Plain("a", 1, null, "other"), salt), type: "unsealed");
        var elsewhere = Plain("unsealed:a", 1, null, body: HonestLog.Opening(1, plain, salt), type: "unsealed");

        Walk([hidden, opening, Plain("a", 2, hidden)]).ClosedSeals.Should().BeEmpty();
        Walk([hidden, Plain("a", 2, hidden), opening]).ClosedSeals.Should().BeEmpty();
        Fault(() => Walk([hidden, opening, again])).Should().Be("seal");
        Fault(() => Walk([hidden, wrong])).Should().Be("seal");
        Fault(() => Walk([hidden, LogEntry.Sealed(new byte[32]), elsewhere])).Should().Be("seal");
        Fault(() => Walk([opening, hidden])).Should().Be("seal");
        Fault(() => Walk([hidden, hidden])).Should().Be("seal");
    }

    [Theory]
    [InlineData("a", 1)] // the place is taken
    [InlineData("a", 3)] // the chain came to 2 before it was sealed
    [InlineData("b", 3)] // nothing is before it
    public void What_was_sealed_must_fit_its_chain(string subject, int seq)
    {
        byte[] first = Plain("a", 1, null), salt = Enumerable.Repeat((byte)3, 32).ToArray();
        var plain = Plain(subject, seq, seq == 1 ? null : Plain("b", 1, null));
        var opening = Plain("unsealed:a", 1, null, body: HonestLog.Opening(1, plain, salt), type: "unsealed");

        Fault(() => Walk([first, LogEntry.Sealed(LogEntry.Seal(salt, plain)), Plain("a", 2, first), opening])).Should().Be("chain");
    }

    [Fact]
    public void A_seal_that_was_named_opens_to_the_place_it_was_named_as()
    {
        var (plain, salt) = (Plain("b", 1, null), Enumerable.Repeat((byte)3, 32).ToArray());
        var hidden = LogEntry.Sealed(LogEntry.Seal(salt, plain));
        var opening = Plain("unsealed:a", 1, null, body: HonestLog.Opening(0, plain, salt), type: "unsealed");

        Fault(() => Walk([hidden, Plain("a", 2, hidden), opening])).Should().Be("chain");
    }

    [Fact]
    public void Instants_never_run_back_not_even_under_a_seal()
    {
        byte[] first = Plain("a", 1, null, at: "2026-11-24T12:00:01Z"), salt = Enumerable.Repeat((byte)3, 32).ToArray();
        var early = Plain("b", 1, null, at: "2026-11-24T12:00:00.999999Z");
        var opening = Plain("unsealed:b", 1, null, body: HonestLog.Opening(1, early, salt), type: "unsealed", at: "2026-11-24T12:00:01Z");

        Fault(() => Walk([first, early])).Should().Be("time");
        Fault(() => Walk([first, LogEntry.Sealed(LogEntry.Seal(salt, early)), opening])).Should().Be("time");
        Walk([first, Plain("b", 1, null, at: "2026-11-24T12:00:01Z")]).Size.Should().Be(2);
    }

    [Fact]
    public void Another_root_than_the_signed_one_is_named()
    {
        _log.Open("a", "t");
        _log.Open("a", "t");
        var auditor = Walk(_log.Entries);

        Fault(() => auditor.RequireHead(_log.HeadAt(1))).Should().Be("root");
        Fault(() => auditor.RequireHead(_log.HeadAt(2) with { Root = new byte[32] })).Should().Be("root");
        auditor.RequireHead(_log.HeadAt(2));
    }

    internal static LogAuditor Walk(IEnumerable<byte[]> entries)
    {
        var auditor = new LogAuditor();
        foreach (var entry in entries)
        {
            auditor.Append(entry);
        }

        return auditor;
    }

    private static AuditedBundle Bundle(IEnumerable<byte[]> entries, int index, int width) =>
        AuditedBundle.Read(TilePath.Entries(index, width), EntryBundle.Write(entries.Skip(256 * index).Take(width)));

    private static string? Fault(Action walk)
    {
        try
        {
            walk();
            return null;
        }
        catch (LogAuditException fault)
        {
            return fault.Check;
        }
    }

    private static byte[] Plain(string subject, int seq, byte[]? after, string? actor = null, string at = Noon, JsonObject? body = null, string type = "t") =>
        LogEntry.Plain(actor, at, body ?? [], after is null ? null : B64Url.Encode(Rfc6962.LeafHash(after)), seq, subject, type, 1);
}

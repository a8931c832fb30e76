using System.Text;
using System.Text.Json.Nodes;
using AttributionRegistry.Domain;
using AttributionRegistry.Log;
using AttributionRegistry.Storage.Tests.Support;

namespace AttributionRegistry.Storage.Tests;

public sealed class GroupCommitTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly RegistryStore _store;

    public GroupCommitTests() => _store = Stores.Open(_folder.Path);

    public void Dispose()
    {
        _store.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_commit_is_one_leaf_an_event_and_its_head_covers_them()
    {
        var committed = await _store.CommitAsync(Stores.Append("case-1", 0, Stores.Event(), Stores.Event()));

        committed.Leaves.Select(leaf => (leaf.Stream, leaf.Version, leaf.Index)).Should().Equal(("case-1", 1, 0), ("case-1", 2, 1));
        committed.Head.Size.Should().Be(2);
        _store.Events.Head.Should().Be(committed.Head);
        _store.Events.ReadStream("case-1").Select(stored => (stored.Version, stored.Index)).Should().Equal((1, 0), (2, 1));
        _store.Events.ReadStream("case-1", afterVersion: 1).Should().ContainSingle().Which.Version.Should().Be(2);
        var verifier = NoteVerifier.Parse(_store.Signer.Vkey);
        foreach (var leaf in committed.Leaves)
        {
            ReceiptVerifier.Verify(_store.Receipt(leaf, committed.Head), verifier, _store.Events.ReadLeaf(leaf.Index)!.Entry).IsValid.Should().BeTrue();
        }
    }

    [Fact]
    public async Task The_last_event_of_a_stream_is_found_by_its_type_too()
    {
        await _store.CommitAsync(Stores.Append("case-1", 0, Stores.Event(), Stores.Event() with { Type = "evidence.graded" }));
        await _store.CommitAsync(Stores.Append("case-2", 0));
        await _store.CommitAsync(Stores.Append("case-1", 2));

        _store.Events.Last("case-1").Should().Be(new StreamPosition(3, 3));
        _store.Events.Last("case-1", "evidence.graded").Should().Be(new StreamPosition(2, 1));
        _store.Events.Last("case-2", "evidence.graded").Should().BeNull();
        _store.Events.Last("case-9").Should().BeNull();
    }

    [Fact]
    public async Task An_entry_shows_the_open_facts_and_chains_to_the_streams_previous_leaf()
    {
        var first = await _store.CommitAsync(Stores.Append("case-1", 0, Stores.Event(new JsonObject { ["n"] = 1 })));
        await _store.CommitAsync(Stores.Append("case-2", 0));
        var at = Stores.Noon.AddTicks(1_234_560);
        await _store.CommitAsync(Stores.Append("case-1", 1, Stores.Event(new JsonObject { ["n"] = 2 }, at)));

        var prev = B64Url.Encode(first.Leaves[0].LeafHash);
        Entry(0).Should().Be("""{"actor":"p_1","at":"2026-11-24T12:00:00Z","body":{"n":1},"prev":null,"seq":1,"subject":"case-1","type":"evidence.received","v":1}""");
        Entry(2).Should().Be($$"""{"actor":"p_1","at":"2026-11-24T12:00:00.123456Z","body":{"n":2},"prev":"{{prev}}","seq":2,"subject":"case-1","type":"evidence.received","v":1}""");
        _store.Events.ReadStream("case-1")[1].AtMicroseconds.Should().Be(Instant.ToMicroseconds(at));
        Entry(0).Should().NotContain("private");
    }

    [Fact]
    public async Task A_sealed_event_shows_a_commitment_only_and_its_opening_opens_it()
    {
        var committed = await _store.CommitAsync(Stores.Append("case-1", 0, Stores.Event(new JsonObject { ["n"] = 1 }, isSealed: true), Stores.Event()));

        var leaf = _store.Events.ReadLeaf(0)!;
        var opened = _store.Events.ReadSealed("case-1").Should().ContainSingle().Subject;
        leaf.Entry.Should().HaveCount(LogEntry.SealedSize);
        opened.Index.Should().Be(0);
        opened.EntryJson.Should().Contain("\"n\":1").And.Contain("\"seq\":1");
        LogEntry.Unseals(leaf.Entry, opened.Salt, Encoding.UTF8.GetBytes(opened.EntryJson)).Should().BeTrue();
        Entry(1).Should().Contain($"\"prev\":\"{B64Url.Encode(committed.Leaves[0].LeafHash)}\"", "prev is the previous leaf, sealed or not");
        _store.Events.ReadStream("case-1").Select(stored => stored.Sealed).Should().Equal(true, false);
    }

    [Fact]
    public async Task The_openings_of_fields_are_kept_beside_the_event()
    {
        var opening = new FieldOpening("title", Stores.Salt(9), "\"Sandworm\"");
        await _store.CommitAsync(Stores.Append("case-1", 0, Stores.Event(openings: opening)));

        _store.Events.Openings(0).Should().ContainSingle().Which.Should().BeEquivalentTo(opening);
        _store.Events.Openings(1).Should().BeEmpty();
    }

    [Fact]
    public async Task The_logs_time_never_goes_back_when_the_clock_does()
    {
        await _store.CommitAsync(Stores.Append("case-1", 0, Stores.Event(at: Stores.Noon.AddHours(1))));
        var back = await _store.CommitAsync(Stores.Append("case-2", 0, Stores.Event(at: Stores.Noon.AddDays(-400))));

        back.Leaves[0].AtMicroseconds.Should().Be(Instant.ToMicroseconds(Stores.Noon.AddHours(1)));
        Entry(1).Should().Contain("\"at\":\"2026-11-24T13:00:00Z\"");
    }

    [Fact]
    public async Task A_commit_that_did_not_happen_does_not_move_the_logs_time()
    {
        var late = Stores.Event(at: Stores.Noon.AddYears(1));
        var fails = () => _store.Writer.CommitAsync(Stores.Append("case-1", 0, late) with { Rows = _ => throw new InvalidOperationException("as asked") });
        await fails.Should().ThrowAsync<InvalidOperationException>();

        await _store.CommitAsync(Stores.Append("case-1", 0));

        Entry(0).Should().Contain("\"at\":\"2026-11-24T12:00:00Z\"");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public async Task A_stream_that_stands_elsewhere_is_a_version_conflict_and_writes_nothing(long expected)
    {
        var before = (await _store.CommitAsync(Stores.Append("case-1", 0))).Head;

        var result = await _store.Writer.CommitAsync(new CommitRequest(
            [new StreamAppend("case-9", 0, [Stores.Event()]), new StreamAppend("case-1", expected, [Stores.Event()])],
            rows => rows.Execute("INSERT INTO instance (name, value) VALUES ('row', 'x')")));

        result.Should().Be(new CommitResult.VersionConflict("case-1"));
        _store.Events.Head.Should().Be(before);
        _store.Events.ReadStream("case-9").Should().BeEmpty();
        _store.Events.Instance("row").Should().BeNull();
        (await _store.CommitAsync(Stores.Append("case-1", 1))).Leaves[0].Index.Should().Be(1);
    }

    [Fact]
    public async Task Rows_know_their_leaves_and_go_with_their_events()
    {
        await _store.CommitAsync(Stores.Append("case-0", 0));
        await _store.CommitAsync(Stores.Append("case-1", 0) with
        {
            Rows = rows => rows.Execute(
                "INSERT INTO instance (name, value) VALUES ('leaf', @value)",
                new { value = $"{rows.Leaves[0].Index} {rows.Leaves[0].AtMicroseconds}" }).Should().Be(1),
        });

        _store.Events.Instance("leaf").Should().Be($"1 {Instant.ToMicroseconds(Stores.Noon)}");
    }

    [Fact]
    public async Task A_row_that_must_be_unique_and_is_not_is_a_conflict()
    {
        static void Row(RowWriter rows) => rows.Execute("INSERT INTO instance (name, value) VALUES ('once', 'x')");
        await _store.CommitAsync(Stores.Append("case-1", 0) with { Rows = Row });

        var result = await _store.Writer.CommitAsync(Stores.Append("case-2", 0) with { Rows = Row });

        result.Should().Be(new CommitResult.VersionConflict("case-2"));
        _store.Events.ReadStream("case-2").Should().BeEmpty();
        _store.Events.Head.Size.Should().Be(1);
    }

    [Fact]
    public async Task In_one_batch_each_commit_fails_alone()
    {
        using var hold = new ManualResetEventSlim();
        var blocked = await BlockAsync(hold);
        var good = _store.Writer.CommitAsync(Stores.Append("good-1", 0));
        var thrown = _store.Writer.CommitAsync(Stores.Append("bad-1", 0) with { Rows = _ => throw new FormatException("as asked") });
        var conflict = _store.Writer.CommitAsync(Stores.Append("good-1", 7));
        var refused = _store.Writer.CommitAsync(Stores.Append("bad-2", 0) with { Rows = rows => rows.Execute("DELETE FROM event") });
        var large = _store.Writer.CommitAsync(Stores.Append("bad-3", 0, Stores.Event(), Stores.Event(new JsonObject { ["x"] = new string('x', 9000) })));
        var last = _store.Writer.CommitAsync(Stores.Append("good-1", 1));
        hold.Set();

        await blocked;
        (await conflict).Should().Be(new CommitResult.VersionConflict("good-1"));
        await thrown.Awaiting(task => task).Should().ThrowAsync<FormatException>();
        await refused.Awaiting(task => task).Should().ThrowAsync<Microsoft.Data.Sqlite.SqliteException>();
        await large.Awaiting(task => task).Should().ThrowAsync<LogEntryException>();
        var (first, second) = ((CommitResult.Committed)await good, (CommitResult.Committed)await last);
        first.Head.Should().BeSameAs(second.Head, "both were in the batch of the commits that failed");
        (first.Leaves[0].Index, second.Leaves[0].Index, second.Head.Size).Should().Be((1, 2, 3));
        foreach (var bad in new[] { "bad-1", "bad-2", "bad-3" })
        {
            _store.Events.ReadStream(bad).Should().BeEmpty();
        }

        TreeOf(_store.Events.ReadEntries(0, 100)).Should().Equal(second.Head.Root);
        _store.Writer.Health.Should().Be(WriterHealth.Healthy);
    }

    [Fact]
    public async Task Rows_that_end_the_transaction_lose_the_batch_and_nothing_of_it_is_kept()
    {
        var rogue = () => _store.Writer.CommitAsync(Stores.Append("case-1", 0) with { Rows = rows => rows.Execute("ROLLBACK") });

        await rogue.Should().ThrowAsync<CommitFailedException>();

        _store.Events.Head.Size.Should().Be(0);
        (await _store.CommitAsync(Stores.Append("case-1", 0))).Leaves[0].Index.Should().Be(0);
    }

    [Fact]
    public async Task A_cancelled_commit_that_still_waits_is_not_written()
    {
        using var hold = new ManualResetEventSlim();
        using var cancel = new CancellationTokenSource();
        var blocked = await BlockAsync(hold);
        var waiting = _store.Writer.CommitAsync(Stores.Append("case-1", 0), cancel.Token);
        await cancel.CancelAsync();
        hold.Set();

        await blocked;
        await waiting.Awaiting(task => task).Should().ThrowAsync<OperationCanceledException>();
        _store.Events.ReadStream("case-1").Should().BeEmpty();
    }

    [Fact]
    public async Task A_salt_of_the_wrong_length_is_refused_before_it_reaches_the_writer()
    {
        var commit = () => _store.Writer.CommitAsync(Stores.Append("case-1", 0, Stores.Event(isSealed: true) with { SealSalt = new byte[16] }));

        await commit.Should().ThrowAsync<ArgumentException>().WithMessage("*32 bytes*");
    }

    [Fact]
    public async Task Reads_stop_at_the_published_head()
    {
        await _store.CommitAsync(Stores.Append("case-1", 0, Stores.Event(), Stores.Event(), Stores.Event()));

        _store.Events.ReadEntries(1, 100).Select(leaf => leaf.Index).Should().Equal(1, 2);
        _store.Events.ReadEntries(3, 5).Should().BeEmpty();
        _store.Events.ReadLeaf(3).Should().BeNull();
        _store.Events.ReadLeaf(-1).Should().BeNull();
        var beyond = () => _store.Writer.InclusionProof(0, 4);
        beyond.Should().Throw<ArgumentOutOfRangeException>();
    }

    /// <summary>Occupies the writer with a batch of one, so that what is sent next waits and shares the batch after it.</summary>
    private async Task<Task> BlockAsync(ManualResetEventSlim hold)
    {
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var blocked = _store.Writer.CommitAsync(Stores.Append("blocker", 0) with
        {
            Rows = _ =>
            {
                entered.SetResult();
                hold.Wait();
            },
        });
        await entered.Task;
        return blocked;
    }

    private static byte[] TreeOf(IEnumerable<StoredLeaf> leaves)
    {
        var tree = new MerkleTree();
        foreach (var leaf in leaves)
        {
            tree.Append(Rfc6962.LeafHash(leaf.Entry));
        }

        return tree.Root();
    }

    private string Entry(long index) => Encoding.UTF8.GetString(_store.Events.ReadLeaf(index)!.Entry);
}

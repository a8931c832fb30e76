using AttributionRegistry.Storage.Tests.Support;
using Dapper;
using Microsoft.Data.Sqlite;

namespace AttributionRegistry.Storage.Tests;

/// <summary>What is written at rest is sealed; what was altered or moved does not open.</summary>
public sealed class EncryptionTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string Data => Path.Combine(_folder.Path, "data");

    private string Keys => Path.Combine(_folder.Path, "keys");

    [Fact]
    public async Task Nothing_of_an_event_an_opening_or_a_kept_answer_is_on_the_disk()
    {
        using (var store = Stores.Open(_folder.Path))
        {
            var added = Stores.Event(null, null, true, new FieldOpening("title", Stores.Salt(0xc5), "\"canary-opening\"")) with { Body = """{"secret":"canary-event"}""" };
            await store.CommitAsync(new CommitRequest(
                [new StreamAppend("case-1", 0, [added])], null,
                new IdempotencyRow("caller", "key", "hash", 201, null, null, """{"answer":"canary-answer"}""", null, Stores.Noon)));

            store.Events.ReadStream("case-1").Single().Body.Should().Contain("canary-event");
            store.Events.Openings(0).Select(o => (o.Name, o.ValueJson)).Should().Contain(("title", "\"canary-opening\""));
            store.Events.Openings(0).Single(o => o.Name == "title").Salt.Should().Equal(Stores.Salt(0xc5));
            store.Events.ReadSealed("case-1").Should().ContainSingle();
            store.Events.FindIdempotency("caller", "key")!.Body.Should().Contain("canary-answer");
            FilesWith("canary"u8.ToArray()).Should().BeEmpty("the write-ahead log holds it sealed too");
        }

        FilesWith("canary"u8.ToArray()).Should().BeEmpty();
        FilesWith(Stores.Salt(0xc5)).Should().BeEmpty("a salt beside a public commitment would give a guessable value away");
        using var again = Stores.Open(_folder.Path);
        again.Events.ReadStream("case-1").Single().Body.Should().Contain("canary-event");
    }

    [Fact]
    public async Task A_value_that_was_moved_to_another_row_or_altered_does_not_open()
    {
        using (var store = Stores.Open(_folder.Path))
        {
            await store.CommitAsync(Stores.Append("case-1", 0, Stores.Event(), Stores.Event()));
            await store.CommitAsync(Stores.Append("case-2", 0));
        }

        Tamper("UPDATE event SET body = (SELECT body FROM event WHERE idx = 0) WHERE idx = 1");
        Tamper("UPDATE event SET body = '{}' WHERE idx = 2");
        using var tampered = Stores.Open(_folder.Path);

        foreach (var stream in new[] { "case-1", "case-2" })
        {
            var read = () => tampered.Events.ReadStream(stream);
            read.Should().Throw<StoreRefusedException>().WithMessage("*altered or moved*");
        }
    }

    [Fact]
    public async Task The_key_of_one_case_under_the_name_of_another_is_refused()
    {
        using (var store = Stores.Open(_folder.Path))
        {
            await store.CommitAsync(Stores.Append("case-1", 0));
            await store.CommitAsync(Stores.Append("case-2", 0));
        }

        Tamper("UPDATE data_key SET wrapped = (SELECT wrapped FROM data_key WHERE scope = 'case-1') WHERE scope = 'case-2'");
        using var tampered = Stores.Open(_folder.Path);

        var read = () => tampered.Events.ReadStream("case-2");
        read.Should().Throw<StoreRefusedException>().WithMessage("*case-2*");
    }

    [Fact]
    public async Task A_payload_key_opens_for_its_case_and_its_file_only()
    {
        using var store = Stores.Open(_folder.Path);
        await store.CommitAsync(Stores.Append("case-1", 0));
        await store.CommitAsync(Stores.Append("case-2", 0));
        var (key, blob) = (Stores.Entropy(32), new string('a', 32));
        var wrapped = store.Keys.WrapPayloadKey("case-1", blob, key);

        store.Keys.UnwrapPayloadKey("case-1", blob, wrapped).Should().Equal(key);
        var otherCase = () => store.Keys.UnwrapPayloadKey("case-2", blob, wrapped);
        otherCase.Should().Throw<StoreRefusedException>();
        var otherFile = () => store.Keys.UnwrapPayloadKey("case-1", new string('b', 32), wrapped);
        otherFile.Should().Throw<StoreRefusedException>();
    }

    [Fact]
    public async Task A_new_master_key_wraps_the_data_keys_and_encrypts_nothing_else_anew()
    {
        string before, after;
        using (var store = Stores.Open(_folder.Path))
        {
            await store.CommitAsync(Stores.Append("case-1", 0));
            before = Raw("SELECT body FROM event WHERE idx = 0");
            var (from, to) = (store.Keys.Current, Persisted(store));
            var wrapped = 0;
            await store.CommitAsync(Stores.Append("keys", 0) with { Rows = rows => wrapped = store.Keys.Rewrap(rows, to) });

            wrapped.Should().Be(2);
            store.Keys.Current.Should().Be(to).And.NotBe(from);
            await store.CommitAsync(Stores.Append("case-2", 0));
            Raw("SELECT group_concat(DISTINCT master) FROM data_key").Should().Be(to);
            after = Raw("SELECT body FROM event WHERE idx = 0");
            File.Delete(Path.Combine(Keys, $"master-{from}.key"));
        }

        after.Should().Be(before);
        using var again = Stores.Open(_folder.Path);
        again.Events.ReadStream("case-1").Should().ContainSingle("the old master key is needed no more");
    }

    [Fact]
    public async Task A_rotation_that_was_not_committed_leaves_the_old_key_in_force()
    {
        string current;
        using (var store = Stores.Open(_folder.Path))
        {
            await store.CommitAsync(Stores.Append("case-1", 0));
            current = store.Keys.Current;
            var next = Persisted(store);
            var failing = () => store.Writer.CommitAsync(Stores.Append("keys", 0) with
            {
                Rows = rows =>
                {
                    store.Keys.Rewrap(rows, next);
                    throw new InvalidOperationException("cut");
                },
            });
            await failing.Should().ThrowAsync<InvalidOperationException>();
            await store.CommitAsync(Stores.Append("case-2", 0));
        }

        using var again = Stores.Open(_folder.Path);
        again.Keys.Current.Should().Be(current);
        again.Events.ReadStream("case-1").Should().ContainSingle();
        again.Events.ReadStream("case-2").Should().ContainSingle();
    }

    [Fact]
    public async Task A_key_made_in_the_batch_of_a_rotation_is_wrapped_by_the_new_master_key_or_by_the_old_one_where_it_was_undone()
    {
        foreach (var cut in new[] { false, true })
        {
            using var folder = new TemporaryFolder();
            using (var store = Stores.Open(folder.Path))
            {
                await store.CommitAsync(Stores.Append("case-1", 0));
                var (before, to) = (store.Keys.Current, Persisted(store));
                using var waiting = new ManualResetEventSlim();

                // The writer stands still in one commit until all others wait behind it: they make one batch.
                var first = store.Writer.CommitAsync(Stores.Append("case-2", 0) with { Rows = _ => waiting.Wait() });
                var rotation = store.Writer.CommitAsync(Stores.Append("keys", 0) with
                {
                    Rows = rows =>
                    {
                        store.Keys.Rewrap(rows, to);
                        if (cut)
                        {
                            throw new InvalidOperationException("cut");
                        }
                    },
                });
                var others = Enumerable.Range(10, 20).Select(i => store.Writer.CommitAsync(Stores.Append($"case-{i}", 0))).ToList();
                waiting.Set();
                await first;
                await Task.WhenAll(others);
                var rotated = async () => await rotation;
                if (cut)
                {
                    await rotated.Should().ThrowAsync<InvalidOperationException>();
                }
                else
                {
                    await rotation;
                }

                store.Keys.Wraps().Should().Equal((cut ? before : to, cut ? 22 : 23));
                if (!cut)
                {
                    File.Delete(Path.Combine(folder.Path, "keys", $"master-{before}.key"));
                }
            }

            using var again = Stores.Open(folder.Path);
            again.Events.ReadStream("case-29").Should().ContainSingle();
        }
    }

    [Fact]
    public async Task Without_its_master_key_a_data_folder_does_not_open()
    {
        using (var store = Stores.Open(_folder.Path))
        {
            await store.CommitAsync(Stores.Append("case-1", 0));
        }

        var file = Directory.EnumerateFiles(Keys, "master-*.key").Single();
        File.Move(file, Path.Combine(_folder.Path, "away"));

        var open = () => Stores.Open(_folder.Path);

        open.Should().Throw<StoreRefusedException>().WithMessage("*master key*missing*Restore*");
        Directory.EnumerateFiles(Keys, "master-*.key").Should().BeEmpty("a fresh key in its place would hide the loss");
    }

    [Fact]
    public void A_master_key_that_others_may_read_or_that_is_not_the_one_of_its_name_is_refused()
    {
        Stores.Open(_folder.Path).Dispose();
        var file = Directory.EnumerateFiles(Keys, "master-*.key").Single();
        File.GetUnixFileMode(file).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var open = () => Stores.Open(_folder.Path);

        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        open.Should().Throw<StoreRefusedException>().WithMessage("*read by others*");

        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.WriteAllBytes(file, new byte[32]);
        open.Should().Throw<StoreRefusedException>().WithMessage("*not the one in its name*");
    }

    [Fact]
    public async Task A_key_made_by_a_commit_that_failed_is_not_believed()
    {
        using var store = Stores.Open(_folder.Path);
        var failing = () => store.Writer.CommitAsync(Stores.Append("case-1", 0) with { Rows = _ => throw new InvalidOperationException("no") });
        await failing.Should().ThrowAsync<InvalidOperationException>();

        await store.CommitAsync(Stores.Append("case-1", 0));

        store.Events.ReadStream("case-1").Should().ContainSingle();
    }

    [Fact]
    public async Task A_deleted_row_is_overwritten_and_leaves_the_write_ahead_log()
    {
        using var store = Stores.Open(_folder.Path);
        await store.CommitAsync(Stores.Append("case-1", 0) with { Rows = rows => rows.Execute("INSERT INTO instance (name, value) VALUES ('x', 'mark-to-be-erased')") });
        await store.CommitAsync(Stores.Append("case-1", 1) with { Rows = rows => rows.Execute("DELETE FROM instance WHERE name = 'x'") });
        FilesWith("mark-to-be-erased"u8.ToArray()).Should().NotBeEmpty("it is in the write-ahead log");

        store.Database.EmptyWriteAheadLog().Should().BeTrue();

        FilesWith("mark-to-be-erased"u8.ToArray()).Should().BeEmpty();
    }

    private static string Persisted(RegistryStore store)
    {
        var next = store.Keys.PrepareMaster();
        store.Keys.Persist(next);
        return next.Id;
    }

    private IEnumerable<string> FilesWith(byte[] mark) =>
        Directory.EnumerateFiles(Data, "*", SearchOption.AllDirectories).Where(path => Content(path).AsSpan().IndexOf(mark) >= 0);

    private static byte[] Content(string path)
    {
        if (path.EndsWith(".lock", StringComparison.Ordinal))
        {
            return []; // Locked while the store is open, and empty.
        }

        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }

    private void Tamper(string sql)
    {
        using var raw = Connect();
        raw.Execute("DROP TRIGGER IF EXISTS event_no_update");
        raw.Execute(sql).Should().Be(1);
    }

    private string Raw(string sql)
    {
        using var raw = Connect();
        return raw.ExecuteScalar<string>(sql)!;
    }

    private SqliteConnection Connect()
    {
        var raw = new SqliteConnection($"Data Source={Path.Combine(Data, "registry.db")};Pooling=False");
        raw.Open();
        return raw;
    }
}

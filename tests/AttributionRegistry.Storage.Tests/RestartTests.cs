using AttributionRegistry.Domain;
using AttributionRegistry.Log;
using AttributionRegistry.Storage.Tests.Support;
using Dapper;

namespace AttributionRegistry.Storage.Tests;

/// <summary>What a start finds out about the record, and what it does about it.</summary>
public sealed class RestartTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Data => Path.Combine(_folder.Path, "data");

    private string Keys => Path.Combine(_folder.Path, "keys");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_restart_rebuilds_the_same_root_and_continues()
    {
        var before = await FillAsync(5);

        using var store = Stores.Open(_folder.Path);

        store.Events.Head.Should().BeEquivalentTo(before);
        store.Events.Tree.Root().Should().Equal(before.Root);
        (await store.CommitAsync(Stores.Append("case-1", 5))).Leaves[0].Index.Should().Be(5);
    }

    [Fact]
    public async Task The_logs_time_survives_a_restart()
    {
        using (var store = Stores.Open(_folder.Path))
        {
            await store.CommitAsync(Stores.Append("case-1", 0, Stores.Event(at: Stores.Noon.AddDays(2))));
        }

        using var again = Stores.Open(_folder.Path);
        (await again.CommitAsync(Stores.Append("case-1", 1))).Leaves[0].AtMicroseconds.Should().Be(Instant.ToMicroseconds(Stores.Noon.AddDays(2)));
    }

    [Theory]
    [InlineData("UPDATE log_entry SET entry = @entry WHERE idx = 3")]
    [InlineData("UPDATE log_entry SET leaf_hash = @hash WHERE idx = 3")]
    public async Task A_damaged_entry_is_named_at_start(string damage)
    {
        await FillAsync(5);
        using (var raw = Stores.OpenRaw(_folder.Path))
        {
            var (hash, entry) = raw.QuerySingle<(byte[], byte[])>("SELECT leaf_hash, entry FROM log_entry WHERE idx = 3");
            hash[7] ^= 1;
            entry[20] ^= 1;
            raw.Execute("DROP TRIGGER log_entry_no_update");
            raw.Execute(damage, new { hash, entry }).Should().Be(1);
        }

        Starting().Should().Throw<LogDamagedException>().WithMessage("Log entry 3 is damaged*");
    }

    [Fact]
    public async Task An_entry_rewritten_with_its_hash_is_noticed_and_both_roots_are_named()
    {
        var head = await FillAsync(5);
        using (var raw = Stores.OpenRaw(_folder.Path))
        {
            var entry = raw.QuerySingle<byte[]>("SELECT entry FROM log_entry WHERE idx = 3");
            entry[20] ^= 1;
            raw.Execute("DROP TRIGGER log_entry_no_update");
            raw.Execute("UPDATE log_entry SET entry = @entry, leaf_hash = @hash WHERE idx = 3", new { entry, hash = Rfc6962.LeafHash(entry) });
        }

        Starting().Should().Throw<LogDamagedException>().WithMessage($"*size 5 with root*says 5 with root {Convert.ToHexStringLower(head.Root)}*");
    }

    [Theory]
    [InlineData(4, "*size 4 with root*says 5 with root*")]
    [InlineData(2, "Log entry 2 is missing*")]
    public async Task A_missing_entry_is_noticed(long index, string message)
    {
        await FillAsync(5);
        using (var raw = Stores.OpenRaw(_folder.Path))
        {
            raw.Execute("PRAGMA foreign_keys = OFF; DROP TRIGGER log_entry_no_delete; DROP TRIGGER event_no_delete");
            raw.Execute("DELETE FROM log_entry WHERE idx = @index; DELETE FROM event WHERE idx = @index", new { index });
        }

        Starting().Should().Throw<LogDamagedException>().WithMessage(message);
    }

    [Fact]
    public async Task An_event_without_an_entry_is_noticed()
    {
        await FillAsync(2);
        using (var raw = Stores.OpenRaw(_folder.Path))
        {
            raw.Execute(
                """
                INSERT INTO event (idx, stream, version, type, schema_version, actor, at_us, body, sealed)
                VALUES (2, 'case-1', 3, 't', 1, NULL, 0, '{}', 0)
                """);
        }

        Starting().Should().Throw<LogDamagedException>().WithMessage("*3 events and 2 log entries*");
    }

    [Fact]
    public async Task A_checkpoint_that_another_key_signed_is_refused()
    {
        var head = await FillAsync(2);
        using (var stranger = new NoteSigner(Stores.Origin, Stores.Salt(1)))
        using (var raw = Stores.OpenRaw(_folder.Path))
        {
            raw.Execute("UPDATE log_head SET checkpoint = @forged", new { forged = new Checkpoint(Stores.Origin, head.Size, head.Root).Sign(stranger) });
        }

        Starting().Should().Throw<LogDamagedException>().WithMessage("*checkpoint*");
    }

    [Fact]
    public async Task A_restored_older_database_is_read_only_so_that_it_cannot_fork_the_log()
    {
        var older = await FillAsync(3);
        CopyData("backup");
        await FillAsync(2, after: 3);
        RestoreData("backup");

        using var store = Stores.Open(_folder.Path);

        store.Writer.Health.Accepting.Should().BeFalse();
        store.Writer.Health.Reason.Should().Contain("size 5 was signed").And.Contain("holds 3").And.Contain("fork");
        store.Events.ReadStream("case-1").Should().HaveCount(3, "reading goes on");
        store.Events.Head.Size.Should().Be(older.Size);
        var commit = () => store.Writer.CommitAsync(Stores.Append("case-1", 3));
        await commit.Should().ThrowAsync<ReadOnlyModeException>().WithMessage("*older backup*");
    }

    [Fact]
    public async Task A_read_only_start_does_not_make_the_signer_forget()
    {
        await FillAsync(3);
        CopyData("backup");
        await FillAsync(2, after: 3);
        RestoreData("backup");

        for (var start = 0; start < 3; start++)
        {
            using var store = Stores.Open(_folder.Path);
            store.Writer.Health.Accepting.Should().BeFalse();
        }
    }

    [Fact]
    public async Task Another_log_of_the_same_size_is_read_only()
    {
        await FillAsync(3);
        CopyData("backup");
        await FillAsync(2, after: 3);
        File.Copy(Path.Combine(Keys, "signer.state"), Path.Combine(_folder.Path, "signer.state"));
        RestoreData("backup");
        File.Delete(Path.Combine(Keys, "signer.state"));
        await FillAsync(3, after: 3, stream: "another");
        File.Copy(Path.Combine(_folder.Path, "signer.state"), Path.Combine(Keys, "signer.state"), overwrite: true);

        using var store = Stores.Open(_folder.Path);

        store.Writer.Health.Reason.Should().Contain("signed at size 5").And.Contain("another log");
    }

    [Fact]
    public async Task A_signers_state_that_lags_behind_is_caught_up()
    {
        await FillAsync(2);
        File.Copy(Path.Combine(Keys, "signer.state"), Path.Combine(_folder.Path, "signer.state"));
        await FillAsync(2, after: 2);
        File.Copy(Path.Combine(_folder.Path, "signer.state"), Path.Combine(Keys, "signer.state"), overwrite: true);

        using (var store = Stores.Open(_folder.Path))
        {
            store.Writer.Health.Should().Be(WriterHealth.Healthy);
        }

        var state = await File.ReadAllTextAsync(Path.Combine(Keys, "signer.state"));
        state.Should().Contain("\"Size\":4");
    }

    [Fact]
    public async Task A_signers_state_with_one_torn_slot_still_guards_and_with_two_is_refused()
    {
        await FillAsync(3);
        CopyData("backup");
        await FillAsync(2, after: 3);
        RestoreData("backup");
        var path = Path.Combine(Keys, "signer.state");
        var bytes = await File.ReadAllBytesAsync(path);

        bytes[100] ^= 1;
        await File.WriteAllBytesAsync(path, bytes);
        using (var store = Stores.Open(_folder.Path))
        {
            store.Writer.Health.Reason.Should().Contain("older backup");
        }

        bytes[(bytes.Length / 2) + 100] ^= 1;
        await File.WriteAllBytesAsync(path, bytes);
        using (var store = Stores.Open(_folder.Path))
        {
            store.Writer.Health.Reason.Should().Contain("signer.state is damaged");
        }
    }

    [Fact]
    public async Task A_lost_key_is_not_replaced_by_a_new_one()
    {
        await FillAsync(1);
        File.Delete(Path.Combine(Keys, "log.key"));

        Starting().Should().Throw<StoreRefusedException>().WithMessage("*key is missing*registry.test/log+*");
        File.Exists(Path.Combine(Keys, "log.key")).Should().BeFalse();
    }

    [Fact]
    public async Task Another_key_or_another_origin_is_refused()
    {
        await FillAsync(1);

        var renamed = () => RegistryStore.Open(Stores.Options(_folder.Path) with { Origin = "other.test/log" }, Stores.Noon);
        renamed.Should().Throw<StoreRefusedException>().WithMessage("*log.origin 'registry.test/log'*'other.test/log'*");

        await File.WriteAllBytesAsync(Path.Combine(Keys, "log.key"), Stores.Salt(3));
        Starting().Should().Throw<StoreRefusedException>().WithMessage("*log.vkey*");
    }

    [Fact]
    public void Keys_inside_the_data_folder_are_refused()
    {
        var open = () => RegistryStore.Open(new StoreOptions(Data, Path.Combine(Data, "keys"), Stores.Origin, Stores.Entropy), Stores.Noon);

        open.Should().Throw<StoreRefusedException>().WithMessage("*lies inside the data folder*");
    }

    private Func<RegistryStore> Starting() => () => Stores.Open(_folder.Path);

    private async Task<SignedHead> FillAsync(int events, int after = 0, string stream = "case-1")
    {
        using var store = Stores.Open(_folder.Path);
        for (var i = 0; i < events; i++)
        {
            await store.CommitAsync(Stores.Append(stream, stream == "case-1" ? after + i : i));
        }

        return store.Events.Head;
    }

    private void CopyData(string name)
    {
        Directory.CreateDirectory(Path.Combine(_folder.Path, name));
        foreach (var file in Directory.EnumerateFiles(Data, "registry.db*"))
        {
            File.Copy(file, Path.Combine(_folder.Path, name, Path.GetFileName(file)), overwrite: true);
        }
    }

    private void RestoreData(string name)
    {
        foreach (var file in Directory.EnumerateFiles(Data, "registry.db*"))
        {
            File.Delete(file);
        }

        foreach (var file in Directory.EnumerateFiles(Path.Combine(_folder.Path, name)))
        {
            File.Copy(file, Path.Combine(Data, Path.GetFileName(file)));
        }
    }
}

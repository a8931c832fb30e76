using System.Text.Json.Nodes;
using AttributionRegistry.Log;
using AttributionRegistry.Storage.Tests.Support;
using Dapper;

namespace AttributionRegistry.Storage.Tests;

/// <summary>The writer signs with the keys that the log names, and a start holds it to them.</summary>
public sealed class LogSignersTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Keys => Path.Combine(_folder.Path, "keys");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task From_the_introduction_on_both_keys_sign_and_from_the_retirement_on_only_the_new_one()
    {
        using var store = Stores.Open(_folder.Path);
        var first = Verifier(store.Signer);
        var before = await store.CommitAsync(Stores.Append("case-1", 0));

        var (introduced, next) = await IntroduceAsync(store);
        var between = await store.CommitAsync(Stores.Append("case-1", 1));
        var retired = await RetireAsync(store, first);

        Ids(before.Head).Should().Equal(first.KeyId);
        Ids(introduced.Head).Should().Equal(first.KeyId, next.KeyId);
        Ids(between.Head).Should().Equal(first.KeyId, next.KeyId);
        Ids(retired.Head).Should().Equal(next.KeyId);
        Checkpoint.Open(between.Head.Checkpoint, first).Should().Be(Checkpoint.Open(between.Head.Checkpoint, next));
        store.Signers.Select(signer => signer.KeyId).Should().Equal(next.KeyId);
    }

    [Fact]
    public async Task A_commit_in_the_same_batch_is_covered_by_the_same_signatures()
    {
        using var store = Stores.Open(_folder.Path);
        var next = store.LogKeys.Prepare();
        store.LogKeys.Persist(next);

        var together = await Task.WhenAll(
            store.CommitAsync(Introduction(store, next)), store.CommitAsync(Stores.Append("case-1", 0)), store.CommitAsync(Stores.Append("case-2", 0)));

        foreach (var done in together.Where(done => done.Head.Size > together[0].Leaves[0].Index))
        {
            Ids(done.Head).Should().HaveCount(2);
        }
    }

    [Fact]
    public async Task A_batch_that_was_undone_introduces_nothing()
    {
        using var store = Stores.Open(_folder.Path);
        var next = store.LogKeys.Prepare();
        store.LogKeys.Persist(next);

        var commit = () => store.Writer.CommitAsync(Introduction(store, next) with { Rows = _ => throw new InvalidOperationException("no") });

        await commit.Should().ThrowAsync<InvalidOperationException>();
        store.Signers.Should().ContainSingle();
        Ids((await store.CommitAsync(Stores.Append("case-1", 0))).Head).Should().ContainSingle();
    }

    [Fact]
    public async Task A_key_without_its_file_is_not_introduced_and_the_writer_goes_on()
    {
        using var store = Stores.Open(_folder.Path);

        var introduce = () => store.Writer.CommitAsync(Introduction(store, store.LogKeys.Prepare()));

        await introduce.Should().ThrowAsync<Exception>().WithMessage("*key is missing*");
        (await store.CommitAsync(Stores.Append("case-1", 0))).Head.Size.Should().Be(1);
        store.Signers.Should().ContainSingle();
    }

    [Fact]
    public async Task A_restart_after_each_step_signs_as_before_it()
    {
        NoteVerifier first, next;
        using (var store = Stores.Open(_folder.Path))
        {
            first = Verifier(store.Signer);
            store.LogKeys.Persist(store.LogKeys.Prepare()); // a crash between file and entry
        }

        using (var store = Stores.Open(_folder.Path))
        {
            store.Signers.Should().ContainSingle("no entry names the file");
            (_, next) = await IntroduceAsync(store);
        }

        using (var store = Stores.Open(_folder.Path))
        {
            Ids((await store.CommitAsync(Stores.Append("case-1", 0))).Head).Should().Equal(first.KeyId, next.KeyId);
            await RetireAsync(store, first);
        }

        File.Delete(Path.Combine(Keys, "log.key")); // may leave now
        using (var store = Stores.Open(_folder.Path))
        {
            Ids((await store.CommitAsync(Stores.Append("case-1", 1))).Head).Should().Equal(next.KeyId);
            store.LogKeys.History.Keys.Select(key => key.Key.Vkey).Should().Equal(first.Vkey, next.Vkey);
        }

        File.Exists(Path.Combine(Keys, "log.key")).Should().BeFalse();
    }

    [Fact]
    public async Task A_key_that_signs_and_whose_file_is_missing_or_another_ones_stops_the_start()
    {
        NoteVerifier next;
        using (var store = Stores.Open(_folder.Path))
        {
            (_, next) = await IntroduceAsync(store);
        }

        var path = Path.Combine(Keys, $"log-{next.KeyId:x8}.key");
        var seed = await File.ReadAllBytesAsync(path);
        await File.WriteAllBytesAsync(path, Stores.Salt(9));
        Starting().Should().Throw<StoreRefusedException>().WithMessage($"*holds the key*{next.Vkey}*");
        File.Delete(path);
        Starting().Should().Throw<StoreRefusedException>().WithMessage($"*key is missing*{next.Vkey}*");
        await File.WriteAllBytesAsync(path, seed);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        Starting().Should().Throw<StoreRefusedException>().WithMessage("*0600*");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        using var again = Stores.Open(_folder.Path);
        again.Signers.Should().HaveCount(2);
    }

    [Fact]
    public async Task A_head_that_lacks_one_of_its_signatures_is_refused()
    {
        SignedHead head;
        using (var store = Stores.Open(_folder.Path))
        {
            head = (await IntroduceAsync(store)).Done.Head;
        }

        var lines = head.Checkpoint.Split('\n');
        using (var raw = Stores.OpenRaw(_folder.Path))
        {
            raw.Execute("UPDATE log_head SET checkpoint = @half", new { half = string.Join('\n', lines[..^2]) + "\n" });
        }

        Starting().Should().Throw<LogDamagedException>().WithMessage("*checkpoint*does not hold*");
    }

    [Fact]
    public async Task A_signers_state_of_the_former_size_is_taken_over_and_still_guards()
    {
        using (var store = Stores.Open(_folder.Path))
        {
            await store.CommitAsync(Stores.Append("case-1", 0));
            await store.CommitAsync(Stores.Append("case-1", 1));
        }

        var path = Path.Combine(Keys, "signer.state");
        var now = await File.ReadAllBytesAsync(path);
        now.Length.Should().BeGreaterThan(8192);
        var half = now.Length / 2;
        byte[] former = [.. now[..4096], .. now[half..(half + 4096)]];

        await File.WriteAllBytesAsync(path, former);
        using (var store = Stores.Open(_folder.Path))
        {
            store.Writer.Health.Should().Be(WriterHealth.Healthy);
        }

        new FileInfo(path).Length.Should().Be(now.Length);
        File.GetUnixFileMode(path).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Directory.EnumerateFiles(Keys, "*.new").Should().BeEmpty();

        using (var state = WithBoth(path, former, harm: 1))
        {
            state.Contradicts(new MerkleTree()).Should().Contain("older backup", "the slot that is whole was taken over");
        }

        using (var state = WithBoth(path, former, harm: 2))
        {
            state.Contradicts(new MerkleTree()).Should().Contain("damaged");
        }
    }

    [Fact]
    public void A_head_with_many_signatures_and_a_long_name_fits_into_the_signers_state()
    {
        var origin = "registry.test/" + new string('l', 400);
        NoteSigner[] signers = [.. Enumerable.Range(1, 8).Select(seed => new NoteSigner(origin, Stores.Salt((byte)seed)))];
        var root = new MerkleTree().Root();
        using (var state = SignerState.Open(Keys))
        {
            state.Remember(new SignedHead(0, root, new Checkpoint(origin, 0, root).Sign(signers)));
        }

        using var again = SignerState.Open(Keys);
        again.Contradicts(new MerkleTree()).Should().BeNull();
    }

    private static SignerState WithBoth(string path, byte[] former, int harm)
    {
        var bytes = former.ToArray();
        for (var slot = 0; slot < harm; slot++)
        {
            bytes[(slot * 4096) + 100] ^= 1;
        }

        File.WriteAllBytes(path, bytes);
        return SignerState.Open(Path.GetDirectoryName(path)!);
    }

    private static NoteVerifier Verifier(NoteSigner signer) => NoteVerifier.Parse(signer.Vkey);

    private static IEnumerable<uint> Ids(SignedHead head) => SignedNote.Parse(head.Checkpoint).Signatures.Select(signature => signature.KeyId);

    private static CommitRequest Introduction(RegistryStore store, NewLogKey next) => About(
        0, LogKeyHistory.IntroducedType, new JsonObject { ["keyId"] = next.KeyId, ["vkey"] = next.Vkey, ["beside"] = store.Signer.Vkey });

    private static async Task<(CommitResult.Committed Done, NoteVerifier Key)> IntroduceAsync(RegistryStore store)
    {
        var next = store.LogKeys.Prepare();
        store.LogKeys.Persist(next);
        return (await store.CommitAsync(Introduction(store, next)), NoteVerifier.Parse(next.Vkey));
    }

    private static Task<CommitResult.Committed> RetireAsync(RegistryStore store, NoteVerifier key) => store.CommitAsync(About(
        1, LogKeyHistory.RetiredType, new JsonObject { ["keyId"] = $"{key.KeyId:x8}", ["retirement"] = store.LogKeys.Retirement($"{key.KeyId:x8}", store.Events.Head) }));

    private static CommitRequest About(long version, string type, JsonObject body) =>
        Stores.Append(LogKeyHistory.Subject, version, Stores.Event() with { Type = type, PublicBody = body });

    private Func<RegistryStore> Starting() => () => Stores.Open(_folder.Path);
}

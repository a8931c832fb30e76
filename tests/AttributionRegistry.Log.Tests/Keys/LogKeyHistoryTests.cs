using System.Text.Json.Nodes;

namespace AttributionRegistry.Log.Tests.Keys;

/// <summary>Which keys sign a log, and how one comes from an old key to a new one.</summary>
public sealed class LogKeyHistoryTests : IDisposable
{
    private const string Origin = "registry.example/log";

    private readonly NoteSigner _first = new(Origin, Seed(1));
    private readonly NoteSigner _second = new(Origin, Seed(2));
    private readonly NoteSigner _third = new(Origin, Seed(3));

    private readonly List<byte[]> _entries = [];
    private readonly MerkleTree _tree = new();

    public void Dispose()
    {
        _first.Dispose();
        _second.Dispose();
        _third.Dispose();
    }

    [Fact]
    public void The_head_over_an_introduction_carries_both_signatures_and_the_head_over_a_retirement_lacks_the_old_one()
    {
        Other(2);
        Introduce(_second, _first);
        Other(1);
        Retire(_first, _second);
        Other(1);

        var history = History();

        Ids(history, 2).Should().Equal(_first.KeyId);
        Ids(history, 3).Should().Equal(_first.KeyId, _second.KeyId);
        Ids(history, 4).Should().Equal(_first.KeyId, _second.KeyId);
        Ids(history, 5).Should().Equal(_second.KeyId);
        history.Signing.Select(key => key.KeyId).Should().Equal(NoteKey.Hex(_second.KeyId));
        history.Keys.Select(key => (key.Introduced, key.Retired)).Should().Equal((null, 4L), (2L, null));
    }

    [Fact]
    public void Entries_about_persons_keys_and_about_anything_else_change_no_key_of_the_log()
    {
        Append(LogKeyHistory.IntroducedType, "per_1", Introduction(_second, _first));
        Append("key.master-rotated", "keys", new JsonObject { ["from"] = "log-keys" });
        _entries.Add(LogEntry.Sealed(new byte[32]));

        History().Keys.Should().ContainSingle();
    }

    [Fact]
    public void What_contradicts_itself_is_refused()
    {
        using var stranger = new NoteSigner("elsewhere.example/log", Seed(4));
        using var witness = NoteSigner.Witness(Origin, Seed(5));

        Refused(() => Introduce(stranger, _first)).WithMessage("*of elsewhere.example/log into*");
        Refused(() => Introduce(witness, _first)).WithMessage("*witness*");
        Refused(() => Introduce(_first, _first)).WithMessage("*second time*");
        Refused(() => Retire(_second, _first)).WithMessage("*does not sign*");
        Refused(() => Retire(_first, _second)).WithMessage("*only key*");
        Refused(() => Append(LogKeyHistory.IntroducedType, LogKeyHistory.Subject, new JsonObject { ["keyId"] = "00000000" })).WithMessage("*malformed*");
        Refused(() => Append(LogKeyHistory.IntroducedType, LogKeyHistory.Subject, Introduction(_second, _first, "00000000"))).WithMessage("*under the id 00000000*");
    }

    [Fact]
    public void A_pinned_key_that_signs_is_trusted_alone()
    {
        Introduce(_second, _first);

        var followed = Follow(_first);

        followed.Trusted.Select(key => key.KeyId).Should().Equal(_first.KeyId);
        followed.Steps.Should().BeEmpty();
    }

    [Fact]
    public void From_a_retired_key_one_comes_to_its_successor_and_on_to_that_ones()
    {
        Other(1);
        Introduce(_second, _first);
        Retire(_first, _second);
        Introduce(_third, _second);
        Other(1);
        Retire(_second, _third);

        var followed = Follow(_first);

        followed.Trusted.Select(key => key.Vkey).Should().Equal(_third.Vkey);
        followed.Steps.Select(step => (step.Key.KeyId, step.Entry)).Should().Equal((_first.KeyId, 2L), (_second.KeyId, 5L));
        Follow(_second).Trusted.Select(key => key.Vkey).Should().Equal(_third.Vkey);
        var head = new Checkpoint(Origin, _tree.Size, _tree.Root());
        followed.SignerOf(head.Sign(_third)).Vkey.Should().Be(_third.Vkey);
    }

    [Fact]
    public void A_head_over_its_own_retirement_needs_the_signature_of_a_successor()
    {
        Introduce(_second, _first);
        Retire(_first, _second);
        Other(1);
        var (head, followed) = (new Checkpoint(Origin, _tree.Size, _tree.Root()), Follow(_first));

        new Action(() => followed.SignerOf(head.Sign(_first))).Should().Throw<NoteException>().WithMessage($"*signed by the key {NoteKey.Hex(_first.KeyId)}, which entry 1 below it retired*");
        followed.SignerOf(head.Sign(_first, _second)).KeyId.Should().Be(_second.KeyId);
        new Action(() => followed.SignerOf(head.Sign(_third))).Should().Throw<NoteException>().WithMessage("*does not lead*");
        new Action(() => Follow(_third).SignerOf(head.Sign(_second))).Should().Throw<NoteException>().WithMessage("*does not say that the key was retired*");
    }

    [Fact]
    public void Where_the_newer_key_goes_the_older_one_is_its_successor()
    {
        Introduce(_second, _first);
        Retire(_second, _first);

        Follow(_second).Trusted.Select(key => key.Vkey).Should().Equal(_first.Vkey);
    }

    [Fact]
    public void Whoever_has_only_the_new_key_cannot_retire_the_old_one()
    {
        Other(1);
        Introduce(_second, _first);
        var (size, root) = (_tree.Size, _tree.Root());
        var both = new Checkpoint(Origin, size, root).Sign(_first, _second); // what the thief of the new key finds: a head that both signed

        foreach (var word in new[] { Word(size, root, _second).Sign(_second), both, Word(size, root, _second).Sign(_third), "", Retired(_second, _first).Replace(NoteKey.Hex(_second.KeyId), NoteKey.Hex(_first.KeyId), StringComparison.Ordinal) })
        {
            var entry = Entry(LogKeyHistory.RetiredType, LogKeyHistory.Subject, Retirement(_first, word));
            var follow = () => KeySuccession.Follow(NoteVerifier.Parse(_first.Vkey), [(size, entry)], _tree.RootAt);

            follow.Should().Throw<NoteException>().WithMessage($"Entry 2 retires the key {NoteKey.Hex(_first.KeyId)} and does not carry that key's own word*pin that one anew*");
            new Action(() => History().With(size, entry)).Should().Throw<NoteException>();
        }
    }

    [Fact]
    public void The_word_of_a_key_counts_in_the_log_it_was_said_of_and_for_the_keys_it_names()
    {
        Introduce(_second, _first);
        Append(LogKeyHistory.RetiredType, LogKeyHistory.Subject, Retirement(_first, Word(1, new byte[32], _second).Sign(_first)));
        new Action(() => Follow(_first)).Should().Throw<NoteException>().WithMessage("*for another log*pin that one anew*");

        _entries[^1] = Entry(LogKeyHistory.RetiredType, LogKeyHistory.Subject, Retirement(_first, Word(2, _tree.RootAt(1), _second).Sign(_first)));
        new Action(() => Follow(_first)).Should().Throw<NoteException>().WithMessage("*for another log*", "no key knows the tree that its retirement makes");

        _entries[^1] = Entry(LogKeyHistory.RetiredType, LogKeyHistory.Subject, Retirement(_first, Word(1, _tree.RootAt(1), _third).Sign(_first)));
        Follow(_first).Trusted.Should().ContainSingle().Which.Vkey.Should().Be(_third.Vkey);
        new Action(() => History()).Should().Throw<NoteException>().WithMessage("*names other keys*", "the registry writes no retirement in favour of a key that does not sign");
    }

    [Fact]
    public void A_retirement_is_no_checkpoint_and_a_checkpoint_no_retirement()
    {
        using var numbered = new NoteSigner("7", Seed(9)); // a name that could pass for a size
        using var next = new NoteSigner("7", Seed(8));
        var word = Word(0, Rfc6962.EmptyRoot, next).Sign(numbered);

        KeyRetirement.Open(word, NoteVerifier.Parse(numbered.Vkey)).Successors.Should().ContainSingle().Which.Vkey.Should().Be(next.Vkey);
        new Action(() => Checkpoint.Open(word, NoteVerifier.Parse(numbered.Vkey))).Should().Throw<NoteException>();
        new Action(() => KeyRetirement.Open(new Checkpoint(Origin, 0, Rfc6962.EmptyRoot).Sign(_first), NoteVerifier.Parse(_first.Vkey))).Should().Throw<NoteException>().WithMessage("*retires no key*");
        foreach (var successors in new[] { Array.Empty<NoteSigner>(), [_first], [numbered] })
        {
            new Action(() => KeyRetirement.Open(Word(0, Rfc6962.EmptyRoot, successors).Sign(_first), NoteVerifier.Parse(_first.Vkey))).Should().Throw<NoteException>();
        }
    }

    private static byte[] Seed(byte fill) => [.. Enumerable.Repeat(fill, 32)];

    private static IEnumerable<uint> Ids(LogKeyHistory history, long size) => history.At(size).Select(key => key.KeyId);

    private static JsonObject Introduction(NoteSigner key, NoteSigner beside, string? id = null) =>
        new() { ["keyId"] = id ?? NoteKey.Hex(key.KeyId), ["vkey"] = key.Vkey, ["beside"] = beside.Vkey };

    private static JsonObject Retirement(NoteSigner key, string word) => new() { ["keyId"] = NoteKey.Hex(key.KeyId), ["retirement"] = word };

    private static KeyRetirement Word(long size, byte[] root, params NoteSigner[] successors) => new(size, root, [.. successors.Select(key => NoteVerifier.Parse(key.Vkey))]);

    private string Retired(NoteSigner key, params NoteSigner[] successors) => Word(_tree.Size, _tree.Root(), successors).Sign(key);

    private static byte[] Entry(string type, string subject, JsonObject body) => LogEntry.Plain("p_1", "2026-11-24T00:00:00Z", body, null, 1, subject, type, 1);

    private FluentAssertions.Specialized.ExceptionAssertions<NoteException> Refused(Action append)
    {
        append();
        var refused = new Action(() => History()).Should().Throw<NoteException>();
        _entries.RemoveAt(_entries.Count - 1);
        _tree.Truncate(_entries.Count);
        return refused;
    }

    private void Other(int count)
    {
        for (var i = 0; i < count; i++)
        {
            Append("policy.changed", "policy", []);
        }
    }

    private void Introduce(NoteSigner key, NoteSigner beside) => Append(LogKeyHistory.IntroducedType, LogKeyHistory.Subject, Introduction(key, beside));

    private void Retire(NoteSigner key, params NoteSigner[] successors) => Append(LogKeyHistory.RetiredType, LogKeyHistory.Subject, Retirement(key, Retired(key, successors)));

    private void Append(string type, string subject, JsonObject body)
    {
        _entries.Add(Entry(type, subject, body));
        _tree.Append(Rfc6962.LeafHash(_entries[^1]));
    }

    private IEnumerable<(long Index, byte[] Entry)> Numbered() => _entries.Select((entry, index) => ((long)index, entry));

    private LogKeyHistory History() => LogKeyHistory.Read(_first.Vkey, Numbered());

    private KeySuccession Follow(NoteSigner pinned) => KeySuccession.Follow(NoteVerifier.Parse(pinned.Vkey), Numbered(), _tree.RootAt);
}

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
        Retire(_first, _first, _second);
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
        Refused(() => Retire(_second, _second)).WithMessage("*does not sign*");
        Refused(() => Retire(_first, _first)).WithMessage("*only key*");
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
        Retire(_first, _first, _second);
        Introduce(_third, _second);
        Other(1);
        Retire(_second, _second, _third);

        var followed = Follow(_first);

        followed.Trusted.Select(key => key.Vkey).Should().Equal(_third.Vkey);
        followed.Steps.Select(step => (step.Key.KeyId, step.Entry, step.VouchedAt)).Should().Equal((_first.KeyId, 2L, 2L), (_second.KeyId, 5L, 5L));
        Follow(_second).Trusted.Select(key => key.Vkey).Should().Equal(_third.Vkey);
        var head = new Checkpoint(Origin, _tree.Size, _tree.Root());
        Checkpoint.Open(head.Sign(_third), followed.Trusted).Should().Be(head);
        new Action(() => Checkpoint.Open(head.Sign(_second), followed.Trusted)).Should().Throw<NoteException>();
    }

    [Fact]
    public void Where_the_newer_key_goes_the_older_one_is_its_successor()
    {
        Introduce(_second, _first);
        Retire(_second, _first, _second);

        Follow(_second).Trusted.Select(key => key.Vkey).Should().Equal(_first.Vkey);
    }

    [Fact]
    public void A_successor_that_the_old_key_never_vouched_for_is_not_believed()
    {
        Other(1);
        var before = new Checkpoint(Origin, 1, _tree.Root()).Sign(_first);
        Introduce(_second, _first);
        Append(LogKeyHistory.RetiredType, LogKeyHistory.Subject, Retirement(_first, before));

        // The second key was introduced after the last head that the first one signed: anybody could have written that entry.
        new Action(() => Follow(_first)).Should().Throw<NoteException>().WithMessage("*never vouched*");
    }

    [Fact]
    public void A_handover_of_another_log_or_by_another_key_is_not_believed()
    {
        Introduce(_second, _first);
        var elsewhere = new Checkpoint(Origin, 1, new byte[32]).Sign(_first, _second);
        var byOthers = new Checkpoint(Origin, 1, _tree.Root()).Sign(_second);
        Append(LogKeyHistory.RetiredType, LogKeyHistory.Subject, Retirement(_first, elsewhere));
        new Action(() => Follow(_first)).Should().Throw<NoteException>().WithMessage("*of another log*");

        _entries[^1] = Entry(LogKeyHistory.RetiredType, LogKeyHistory.Subject, Retirement(_first, byOthers));
        new Action(() => Follow(_first)).Should().Throw<NoteException>().WithMessage("*known key*");
    }

    private static byte[] Seed(byte fill) => [.. Enumerable.Repeat(fill, 32)];

    private static IEnumerable<uint> Ids(LogKeyHistory history, long size) => history.At(size).Select(key => key.KeyId);

    private static JsonObject Introduction(NoteSigner key, NoteSigner beside, string? id = null) =>
        new() { ["keyId"] = id ?? NoteKey.Hex(key.KeyId), ["vkey"] = key.Vkey, ["beside"] = beside.Vkey };

    private static JsonObject Retirement(NoteSigner key, string checkpoint) => new() { ["keyId"] = NoteKey.Hex(key.KeyId), ["checkpoint"] = checkpoint };

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

    private void Retire(NoteSigner key, params NoteSigner[] signing) =>
        Append(LogKeyHistory.RetiredType, LogKeyHistory.Subject, Retirement(key, new Checkpoint(Origin, _tree.Size, _tree.Root()).Sign(signing)));

    private void Append(string type, string subject, JsonObject body)
    {
        _entries.Add(Entry(type, subject, body));
        _tree.Append(Rfc6962.LeafHash(_entries[^1]));
    }

    private IEnumerable<(long Index, byte[] Entry)> Numbered() => _entries.Select((entry, index) => ((long)index, entry));

    private LogKeyHistory History() => LogKeyHistory.Read(_first.Vkey, Numbered());

    private KeySuccession Follow(NoteSigner pinned) => KeySuccession.Follow(NoteVerifier.Parse(pinned.Vkey), Numbered(), _tree.RootAt);
}

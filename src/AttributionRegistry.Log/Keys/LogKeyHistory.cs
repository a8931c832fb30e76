using System.Text.Json;
using System.Text.Json.Nodes;

namespace AttributionRegistry.Log;

/// <summary>One key of a log and the heads that carry its signature.</summary>
/// <param name="Key">The public key.</param>
/// <param name="Introduced">The entry that introduced it; null for the first key, which the log began with.</param>
/// <param name="Retired">The entry that retired it; null while it signs.</param>
public sealed record LogKeyPeriod(NoteVerifier Key, long? Introduced, long? Retired)
{
    /// <summary>The key id in hex, as in the vkey.</summary>
    public string KeyId => NoteKey.Hex(Key.KeyId);

    /// <summary>Whether a head of this size carries its signature: the one that covers its introduction does, the one that covers its retirement no longer.</summary>
    public bool Signs(long size) => (Introduced is not { } from || size > from) && (Retired is not { } until || size <= until);
}

/// <summary>
/// Which keys sign a log, as the log itself says: entries <c>key.introduced</c> and <c>key.retired</c> of the subject <c>log-keys</c>.
/// Immutable. Several keys sign at once while clients change from one to the next.
/// </summary>
public sealed class LogKeyHistory
{
    /// <summary>The subject of these entries; persons' keys have entries of the same types under other subjects.</summary>
    public const string Subject = "log-keys";

    public const string IntroducedType = "key.introduced";

    public const string RetiredType = "key.retired";

    /// <summary>The last entry of a log: nothing comes after it.</summary>
    public const string ClosedType = "log.closed";

    /// <summary>The first entry of a log that goes on where another was closed.</summary>
    public const string GenesisType = "log.genesis";

    private LogKeyHistory(IReadOnlyList<LogKeyPeriod> keys) => Keys = keys;

    /// <summary>Every key there ever was, oldest first.</summary>
    public IReadOnlyList<LogKeyPeriod> Keys { get; }

    /// <summary>What closed the log; null while it grows.</summary>
    public LogClosure? Closure { get; private init; }

    /// <summary>The log that this one goes on from; null where it began by itself.</summary>
    public LogPredecessor? Predecessor { get; private init; }

    /// <summary>The keys that sign now, the one that has signed longest first.</summary>
    public IEnumerable<LogKeyPeriod> Signing => Keys.Where(key => key.Retired is null);

    /// <summary>A log that has only its first key.</summary>
    /// <exception cref="NoteException">Not the key of a log.</exception>
    public static LogKeyHistory Begin(string firstVkey) => new([new LogKeyPeriod(LogKeyEntry.Verifier(firstVkey), null, null)]);

    /// <summary>The first key, and what the entries changed.</summary>
    /// <exception cref="NoteException">The entries contradict each other.</exception>
    public static LogKeyHistory Read(string firstVkey, IEnumerable<(long Index, byte[] Entry)> entries) =>
        entries.Aggregate(Begin(firstVkey), (history, each) => history.With(each.Index, each.Entry));

    /// <summary>The keys after one more entry; the same where the entry is about something else.</summary>
    /// <exception cref="NoteException">The entry contradicts the ones before it.</exception>
    public LogKeyHistory With(long index, byte[] entry) => LogKeyEntry.Read(entry) switch
    {
        { } behind when Closure is { } closure => throw new NoteException($"Entry {index} stands behind entry {closure.Entry}, which closed the log: {behind.GetType().Name}."),
        LogKeyEntry.Introduced(var key, _) => Introduce(index, key),
        LogKeyEntry.Retired(var keyId, var word) => Retire(index, keyId, word),
        LogKeyEntry.Closed closed => With(Keys, closed.At(index), Predecessor),
        LogKeyEntry.Genesis(var predecessor) => index == 0 ? With(Keys, Closure, predecessor) : throw new NoteException($"Entry {index} names a predecessor; only the first entry may."),
        _ => this,
    };

    /// <summary>The keys whose signatures a head of this size carries.</summary>
    public IReadOnlyList<NoteVerifier> At(long size) => [.. Keys.Where(key => key.Signs(size)).Select(key => key.Key)];

    private static LogKeyHistory With(IReadOnlyList<LogKeyPeriod> keys, LogClosure? closure, LogPredecessor? predecessor) =>
        new(keys) { Closure = closure, Predecessor = predecessor };

    private LogKeyHistory Introduce(long index, NoteVerifier key) => key.Name != Keys[0].Key.Name
        ? throw new NoteException($"Entry {index} introduces a key of {key.Name} into the log {Keys[0].Key.Name}.")
        : Keys.Any(known => known.Key.KeyId == key.KeyId)
            ? throw new NoteException($"Entry {index} introduces the key {NoteKey.Hex(key.KeyId)} a second time.")
            : With([.. Keys, new LogKeyPeriod(key, index, null)], Closure, Predecessor);

    private LogKeyHistory Retire(long index, string keyId, string word)
    {
        if (Signing.FirstOrDefault(key => key.KeyId == keyId) is not { } retired)
        {
            throw new NoteException($"Entry {index} retires the key {keyId}, which does not sign this log.");
        }

        List<LogKeyPeriod> left = [.. Signing.Where(key => key != retired)];
        if (left.Count == 0)
        {
            throw new NoteException($"Entry {index} retires the only key that signs this log.");
        }

        var said = KeyRetirement.Open(word, retired.Key);
        return said.Size <= index && said.Successors.Select(key => key.Vkey).SequenceEqual(left.Select(key => key.Key.Vkey))
            ? With([.. Keys.Select(key => key == retired ? key with { Retired = index } : key)], Closure, Predecessor)
            : throw new NoteException($"Entry {index} retires the key {keyId}, whose own word names other keys or a later head than the log has.");
    }
}

/// <summary>An entry of the log about its own keys.</summary>
public abstract record LogKeyEntry
{
    private LogKeyEntry()
    {
    }

    /// <summary>A key begins to sign, beside one that signs already.</summary>
    public sealed record Introduced(NoteVerifier Key, NoteVerifier Beside) : LogKeyEntry;

    /// <summary>A key signs no more. The word is a <see cref="KeyRetirement"/>, signed by the key itself.</summary>
    public sealed record Retired(string KeyId, string Word) : LogKeyEntry;

    /// <summary>The log ends here. Where it names a successor, that one's origin and first key.</summary>
    public sealed record Closed(string Reason, string? SuccessorOrigin, string? SuccessorVkey) : LogKeyEntry
    {
        internal LogClosure At(long index) => new(index, Reason, SuccessorOrigin, SuccessorVkey);
    }

    /// <summary>The log goes on from a closed one.</summary>
    public sealed record Genesis(LogPredecessor Predecessor) : LogKeyEntry;

    /// <summary>Whether an entry has to be read: most are about something else, and those are not parsed.</summary>
    public static bool MayBe(ReadOnlySpan<byte> entry) => entry.IndexOf("\"subject\":\"log-keys\""u8) >= 0;

    /// <summary>Whether an entry about keys may be one that begins or ends a log; <see cref="Read"/> decides.</summary>
    internal static bool MayBeginOrEnd(ReadOnlySpan<byte> entry) => entry.IndexOf("\"type\":\"log."u8) >= 0;

    /// <summary>Reads an entry; null where it is about something else.</summary>
    /// <exception cref="NoteException">It is about a key of the log and malformed.</exception>
    public static LogKeyEntry? Read(byte[] entry)
    {
        if (!MayBe(entry))
        {
            return null;
        }

        try
        {
            var json = JsonNode.Parse(entry)!.AsObject();
            var body = json["body"]!.AsObject();
            return ((string?)json["subject"], (string?)json["type"]) switch
            {
                (LogKeyHistory.Subject, LogKeyHistory.IntroducedType) => Named(new Introduced(Verifier(Text(body, "vkey")), Verifier(Text(body, "beside"))), Text(body, "keyId")),
                (LogKeyHistory.Subject, LogKeyHistory.RetiredType) => new Retired(Text(body, "keyId"), Text(body, "retirement")),
                (LogKeyHistory.Subject, LogKeyHistory.ClosedType) => new Closed(Text(body, "code"), (string?)body["successorOrigin"], (string?)body["successorVkey"]),
                (LogKeyHistory.Subject, LogKeyHistory.GenesisType) => new Genesis(LogPredecessor.Of(Text(body, "origin"), Text(body, "vkey"), Text(body, "checkpoint"))),
                _ => null,
            };
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or ArgumentException or NullReferenceException)
        {
            throw new NoteException($"An entry about a key of the log is malformed: {fault.Message}");
        }
    }

    internal static NoteVerifier Verifier(string vkey) => NoteVerifier.Parse(vkey) is { Type: NoteKeyType.Ed25519 } key
        ? key
        : throw new NoteException("A witness's key cannot sign for a log.");

    private static string Text(JsonObject body, string name) => (string?)body[name] ?? throw new NoteException($"An entry about a key of the log is malformed: it has no {name}.");

    private static Introduced Named(Introduced entry, string keyId) => NoteKey.Hex(entry.Key.KeyId) == keyId
        ? entry
        : throw new NoteException($"An entry introduces the key {NoteKey.Hex(entry.Key.KeyId)} under the id {keyId}.");
}

namespace AttributionRegistry.Log;

/// <summary>A key that was retired, and the keys that it named in its place.</summary>
/// <param name="Key">The retired key.</param>
/// <param name="Entry">The entry that retired it.</param>
/// <param name="Successors">The keys that sign in its place.</param>
public sealed record KeyStep(NoteVerifier Key, long Entry, IReadOnlyList<NoteVerifier> Successors);

/// <summary>
/// From a key that somebody pinned to the keys that may sign a head over these entries. A key is believed only because one that was believed
/// before named it when it retired itself.
/// </summary>
public sealed class KeySuccession
{
    private KeySuccession(NoteVerifier pinned, IReadOnlyList<NoteVerifier> trusted, IReadOnlyList<KeyStep> steps) => (Pinned, Trusted, Steps) = (pinned, trusted, steps);

    /// <summary>The key that the reader began with.</summary>
    public NoteVerifier Pinned { get; }

    /// <summary>The keys whose signatures stand for the pinned one's now; the pinned one itself while it has not been retired.</summary>
    public IReadOnlyList<NoteVerifier> Trusted { get; }

    /// <summary>The retirements on the way, oldest first; empty while the pinned key signs.</summary>
    public IReadOnlyList<KeyStep> Steps { get; }

    /// <param name="pinned">The key that the reader trusts.</param>
    /// <param name="entries">The entries below the head, in order; those about other things are passed over.</param>
    /// <param name="rootAt">The root of these entries at a size, which is not above that of the head.</param>
    /// <exception cref="NoteException">A believed key is called retired and did not say so itself.</exception>
    public static KeySuccession Follow(NoteVerifier pinned, IEnumerable<(long Index, byte[] Entry)> entries, Func<long, byte[]> rootAt)
    {
        ArgumentNullException.ThrowIfNull(pinned);
        ArgumentNullException.ThrowIfNull(entries);
        var trusted = new List<NoteVerifier> { pinned };
        var steps = new List<KeyStep>();
        foreach (var (index, entry) in entries)
        {
            if (LogKeyEntry.Read(entry) is not LogKeyEntry.Retired(var keyId, var word) || trusted.Find(key => NoteKey.Hex(key.KeyId) == keyId) is not { } retired)
            {
                continue;
            }

            var step = new KeyStep(retired, index, WordOf(retired, index, word, rootAt).Successors);
            steps.Add(step);
            trusted.Remove(retired);
            trusted.AddRange(step.Successors.Where(key => trusted.TrueForAll(known => known.Vkey != key.Vkey)));
        }

        return new KeySuccession(pinned, trusted, steps);
    }

    /// <summary>The sizes at which <see cref="Follow"/> may ask for the root; nothing in the entries is believed yet.</summary>
    public static IEnumerable<long> SizesOf(IEnumerable<(long Index, byte[] Entry)> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        return entries.Select(each => LogKeyEntry.Read(each.Entry) is LogKeyEntry.Retired retired ? KeyRetirement.ClaimedSize(retired.Word) : null).OfType<long>();
    }

    /// <summary>The trusted key that signed a head over the entries: what every reader of the log asks, whether the head was signed by the pinned key or not.</summary>
    /// <exception cref="NoteException">None of them did: also where the entries have retired the one that did.</exception>
    public NoteVerifier SignerOf(string note)
    {
        var signatures = SignedNote.Parse(note).Signatures;
        if (Trusted.FirstOrDefault(key => IsIn(key, signatures)) is { } signer)
        {
            _ = Checkpoint.Open(note, Trusted);
            return signer;
        }

        throw new NoteException(Steps.LastOrDefault(step => IsIn(step.Key, signatures)) is { } step
            ? $"The checkpoint is signed by the key {NoteKey.Hex(step.Key.KeyId)}, which entry {step.Entry} below it retired, and by none of the keys that it named in its place."
            : $"The checkpoint is not signed by the pinned key {NoteKey.Hex(Pinned.KeyId)}, and the log does not lead from it to {(Steps.Count == 0 ? "another: it does not say that the key was retired" : "one that signed")}.");
    }

    private static bool IsIn(NoteVerifier key, IReadOnlyList<NoteSignature> signatures) => signatures.Any(signature => signature.KeyId == key.KeyId && signature.Name == key.Name);

    private static KeyRetirement WordOf(NoteVerifier retired, long index, string word, Func<long, byte[]> rootAt)
    {
        KeyRetirement said;
        try
        {
            said = KeyRetirement.Open(word, retired);
        }
        catch (NoteException fault)
        {
            throw Anew(retired, index, $"does not carry that key's own word ({fault.Message.TrimEnd('.')})");
        }

        return said.Size <= index && rootAt(said.Size).AsSpan().SequenceEqual(said.Root)
            ? said
            : throw Anew(retired, index, $"carries that key's word for another log: its tree of size {said.Size} is not this one's");
    }

    // Whoever has a newer key can write such an entry, and so must whoever has lost the older one: the log cannot tell them apart.
    private static NoteException Anew(NoteVerifier retired, long index, string what) => new(
        $"Entry {index} retires the key {NoteKey.Hex(retired.KeyId)} and {what}, so its successors are not believed. "
        + "Ask the body for its key by another way than this server, and pin that one anew.");
}

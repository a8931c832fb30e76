namespace AttributionRegistry.Log;

/// <summary>A key that was retired, and the keys that it vouched for while it signed.</summary>
/// <param name="Key">The retired key.</param>
/// <param name="Entry">The entry that retired it.</param>
/// <param name="VouchedAt">The size of the last checkpoint that it is known to have signed.</param>
/// <param name="Successors">The keys that signed beside it.</param>
public sealed record KeyStep(NoteVerifier Key, long Entry, long VouchedAt, IReadOnlyList<NoteVerifier> Successors);

/// <summary>
/// From a key that somebody pinned long ago to the keys that sign today. A key is believed only because a key that was believed before signed
/// a checkpoint over the entry that introduced it.
/// </summary>
public sealed class KeySuccession
{
    private KeySuccession(IReadOnlyList<NoteVerifier> trusted, IReadOnlyList<KeyStep> steps) => (Trusted, Steps) = (trusted, steps);

    /// <summary>The keys whose signatures stand for the pinned one's now; the pinned one itself while it has not been retired.</summary>
    public IReadOnlyList<NoteVerifier> Trusted { get; }

    /// <summary>The retirements on the way, oldest first; empty while the pinned key signs.</summary>
    public IReadOnlyList<KeyStep> Steps { get; }

    /// <param name="pinned">The key that the reader trusts.</param>
    /// <param name="entries">The entries of a log that begins at 0, in order; those about other things are passed over.</param>
    /// <param name="rootAt">The root of these entries at a size.</param>
    /// <exception cref="NoteException">A key was retired without having vouched for another in this log.</exception>
    public static KeySuccession Follow(NoteVerifier pinned, IEnumerable<(long Index, byte[] Entry)> entries, Func<long, byte[]> rootAt)
    {
        var trusted = new List<NoteVerifier> { pinned };
        var steps = new List<KeyStep>();
        var signing = new List<(NoteVerifier Key, long Since)>();
        foreach (var (index, entry) in entries)
        {
            switch (LogKeyEntry.Read(entry))
            {
                case LogKeyEntry.Introduced(var key, var beside):
                    Know(signing, beside, index);
                    Know(signing, key, index);
                    break;
                case LogKeyEntry.Retired(var keyId, var handover):
                    var retired = trusted.Find(key => NoteKey.Hex(key.KeyId) == keyId);
                    signing.RemoveAll(known => NoteKey.Hex(known.Key.KeyId) == keyId);
                    if (retired is not null)
                    {
                        var step = Step(retired, index, handover, signing, rootAt);
                        steps.Add(step);
                        trusted.Remove(retired);
                        trusted.AddRange(step.Successors.Where(key => trusted.TrueForAll(known => known.Vkey != key.Vkey)));
                    }

                    break;
            }
        }

        return new KeySuccession(trusted, steps);
    }

    private static KeyStep Step(NoteVerifier retired, long index, string handover, List<(NoteVerifier Key, long Since)> signing, Func<long, byte[]> rootAt)
    {
        var head = Checkpoint.Open(handover, retired);
        if (head.Size > index || !rootAt(head.Size).AsSpan().SequenceEqual(head.Root))
        {
            throw new NoteException($"The key {NoteKey.Hex(retired.KeyId)} was retired by entry {index}; the last checkpoint that it signed, of size {head.Size}, is of another log.");
        }

        List<NoteVerifier> successors = [.. signing.Where(known => known.Since < head.Size).Select(known => known.Key)];
        return successors.Count > 0
            ? new KeyStep(retired, index, head.Size, successors)
            : throw new NoteException($"The key {NoteKey.Hex(retired.KeyId)} was retired by entry {index} and never vouched for another.");
    }

    private static void Know(List<(NoteVerifier Key, long Since)> signing, NoteVerifier key, long index)
    {
        if (!signing.Exists(known => known.Key.Vkey == key.Vkey))
        {
            signing.Add((key, index));
        }
    }
}

namespace AttributionRegistry.Log;

/// <summary>
/// A key's own last word: it signs no more of this log, and these keys sign in its place. Nobody but who has the key can make it, so whoever
/// pinned the key may go on with its successors, and whoever has only a successor cannot lead them there.
/// </summary>
/// <param name="Size">The size of the newest head when the key said so; what the key still signs afterwards ends with the entry that retires it.</param>
/// <param name="Root">The root of that head: the word counts in a log that grows from it, and in no other.</param>
/// <param name="Successors">The keys that sign in its place.</param>
public sealed record KeyRetirement(long Size, byte[] Root, IReadOnlyList<NoteVerifier> Successors)
{
    /// <summary>The first line. A checkpoint has its size in the second, so that neither text can be taken for the other.</summary>
    public const string Header = "attribution-registry/key-retirement/v1";

    private const int LinesBefore = 5; // header, origin, key id, size, root

    /// <summary>The signed note: header, origin, id of the retired key, size and root of the head, one line for each successor.</summary>
    public string Sign(NoteSigner retired)
    {
        ArgumentNullException.ThrowIfNull(retired);
        return SignedNote.Sign(Text(retired.Name, retired.KeyId), retired);
    }

    /// <summary>Verifies by the retired key, then reads.</summary>
    /// <exception cref="NoteException">Not the word of this key, about another key or log, or malformed.</exception>
    public static KeyRetirement Open(string note, NoteVerifier retired)
    {
        ArgumentNullException.ThrowIfNull(retired);
        var signed = SignedNote.Parse(note);
        signed.Verify(retired);
        var lines = signed.Text.Split('\n');
        if (lines.Length < LinesBefore + 2 || lines[0] != Header || !NoteText.TryDecimal(lines[3], out var size) || !Base64Strict.TryHash(lines[4], out var root))
        {
            throw new NoteException("This note retires no key.");
        }

        var read = new KeyRetirement(size, root, [.. lines[LinesBefore..^1].Select(LogKeyEntry.Verifier)]);
        return read.Successors.FirstOrDefault(key => key.Name != retired.Name || key.KeyId == retired.KeyId) is null && read.Text(retired.Name, retired.KeyId) == signed.Text
            ? read
            : throw new NoteException($"This note does not retire the key {NoteKey.Hex(retired.KeyId)} of {retired.Name} in favour of others of that log.");
    }

    /// <summary>The size that a note names, before anything of it is believed; null where it names none.</summary>
    internal static long? ClaimedSize(string note) => note.Split('\n', LinesBefore) is [Header, _, _, var size, _] && NoteText.TryDecimal(size, out var claimed) ? claimed : null;

    private string Text(string origin, uint keyId) =>
        $"{Header}\n{origin}\n{NoteKey.Hex(keyId)}\n{Size}\n{Convert.ToBase64String(Root)}\n{string.Concat(Successors.Select(key => $"{key.Vkey}\n"))}";
}

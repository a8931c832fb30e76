namespace AttributionRegistry.Log;

/// <summary>The head of a log: whose, how many entries, and the root over them (C2SP tlog-checkpoint, without extension lines).</summary>
public sealed record Checkpoint(string Origin, long Size, byte[] Root)
{
    /// <summary>The signed text: origin, size and root, a line each.</summary>
    public string Body()
    {
        if (!NoteKey.IsName(Origin) || Size < 0 || Root.Length != Rfc6962.HashSize)
        {
            throw new InvalidOperationException($"A checkpoint has an origin without spaces, a size and a root of {Rfc6962.HashSize} bytes.");
        }

        return $"{Origin}\n{Size}\n{Convert.ToBase64String(Root)}\n";
    }

    /// <exception cref="NoteException">Not a checkpoint, or one with extension lines, which this registry's logs never have.</exception>
    public static Checkpoint ParseBody(string body)
    {
        var lines = body.Split('\n');
        if (lines.Length != 4 || lines[3].Length != 0 || !NoteKey.IsName(lines[0]) || !NoteText.TryDecimal(lines[1], out var size) ||
            !Base64Strict.TryHash(lines[2], out var root))
        {
            throw new NoteException("A checkpoint is three lines: origin, size, and the root in base64.");
        }

        return new Checkpoint(lines[0], size, root);
    }

    /// <summary>The signed note. Several signers during a rotation of keys.</summary>
    public string Sign(params IReadOnlyList<NoteSigner> signers) => SignedNote.Sign(Body(), signers);

    /// <summary>Verifies, then reads.</summary>
    /// <exception cref="NoteException">Not signed by this log's key, another log's origin, or malformed.</exception>
    public static Checkpoint Open(string note, NoteVerifier verifier)
    {
        if (verifier.Type != NoteKeyType.Ed25519)
        {
            throw new NoteException($"The key of {verifier.Name} is a witness's; a checkpoint is opened with the log's key.");
        }

        var signed = SignedNote.Parse(note);
        signed.Verify(verifier);
        var checkpoint = ParseBody(signed.Text);
        return checkpoint.Origin == verifier.Name
            ? checkpoint
            : throw new NoteException($"The checkpoint is of {checkpoint.Origin}, the key of {verifier.Name}.");
    }

    /// <summary>Verifies by any of several keys of one log, then reads.</summary>
    /// <exception cref="NoteException">Signed by none of them, wrongly by one of them, or malformed.</exception>
    public static Checkpoint Open(string note, IReadOnlyList<NoteVerifier> verifiers)
    {
        var signed = SignedNote.Parse(note).Verify(verifiers);
        return Open(note, verifiers.First(key => signed.Any(signature => signature.KeyId == key.KeyId && signature.Name == key.Name)));
    }

    public bool Equals(Checkpoint? other) =>
        other is not null && Origin == other.Origin && Size == other.Size && Root.AsSpan().SequenceEqual(other.Root);

    public override int GetHashCode() => HashCode.Combine(Origin, Size, Root.Length > 0 ? Root[0] : 0);
}

using System.Text;

namespace AttributionRegistry.Log;

/// <summary>
/// What a log asks of a witness (C2SP tlog-witness, add-checkpoint): the size that the witness saw last, the proof that the tree has only
/// grown since, and the checkpoint. Nothing in it is verified yet.
/// </summary>
public sealed class AddCheckpointRequest
{
    /// <summary>No tree of less than 2^63 leaves needs more.</summary>
    public const int MaxProof = 63;

    private AddCheckpointRequest(long oldSize, IReadOnlyList<byte[]> proof, SignedNote note, Checkpoint claimed) =>
        (OldSize, Proof, Note, Claimed) = (oldSize, proof, note, claimed);

    public long OldSize { get; }

    /// <summary>A consistency proof of RFC 6962, section 2.1.2, from <see cref="OldSize"/> on.</summary>
    public IReadOnlyList<byte[]> Proof { get; }

    public SignedNote Note { get; }

    /// <summary>The note's text, read; its signatures are not checked.</summary>
    public Checkpoint Claimed { get; }

    /// <exception cref="NoteException">Not such a request.</exception>
    public static AddCheckpointRequest Parse(ReadOnlySpan<byte> body)
    {
        try
        {
            return Parse(NoteText.Utf8.GetString(body));
        }
        catch (DecoderFallbackException)
        {
            throw new NoteException("The request is not valid UTF-8.");
        }
    }

    /// <exception cref="NoteException">Not such a request.</exception>
    public static AddCheckpointRequest Parse(string body)
    {
        ArgumentNullException.ThrowIfNull(body);
        const string Old = "old ";
        var end = body.IndexOf("\n\n", StringComparison.Ordinal); // the first: the checkpoint has an empty line of its own
        var lines = end < 0 ? [] : body[..end].Split('\n');
        if (lines.Length == 0 || !lines[0].StartsWith(Old, StringComparison.Ordinal) || !NoteText.TryDecimal(lines[0][Old.Length..], out var oldSize))
        {
            throw new NoteException("A request reads: old and a size, lines of a proof, an empty line, a checkpoint.");
        }

        if (lines.Length - 1 > MaxProof)
        {
            throw new NoteException($"A consistency proof has at most {MaxProof} lines.");
        }

        var proof = new List<byte[]>();
        foreach (var line in lines.AsSpan(1))
        {
            proof.Add(Base64Strict.TryHash(line, out var hash) ? hash : throw new NoteException($"Line {proof.Count + 2} is no hash in base64."));
        }

        var note = SignedNote.Parse(body[(end + 2)..]);
        return new AddCheckpointRequest(oldSize, proof, note, Checkpoint.ParseBody(note.Text));
    }

    /// <summary>The body of a request.</summary>
    public static string Format(long oldSize, IReadOnlyList<byte[]> proof, string checkpoint)
    {
        ArgumentNullException.ThrowIfNull(proof);
        ArgumentOutOfRangeException.ThrowIfNegative(oldSize);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(proof.Count, MaxProof);
        return $"old {oldSize}\n{string.Concat(proof.Select(hash => Convert.ToBase64String(hash) + "\n"))}\n{checkpoint}";
    }

    public override string ToString() => Format(OldSize, Proof, Note.ToString());
}

using System.Text;

namespace AttributionRegistry.Log;

/// <summary>
/// A file that proves one entry offline (C2SP tlog-proof). <paramref name="Extra"/> is not authenticated: it carries an opening, whose check is
/// the commitment itself.
/// </summary>
public sealed record TlogProof(long Index, IReadOnlyList<byte[]> Hashes, string Checkpoint, byte[]? Extra = null)
{
    private const string Header = "c2sp.org/tlog-proof@v1";

    public override string ToString()
    {
        var text = new StringBuilder(Header).Append('\n');
        if (Extra is not null)
        {
            text.Append("extra ").Append(Convert.ToBase64String(Extra)).Append('\n');
        }

        text.Append("index ").Append(Index).Append('\n');
        foreach (var hash in Hashes)
        {
            text.Append(Convert.ToBase64String(hash)).Append('\n');
        }

        return text.Append('\n').Append(Checkpoint).ToString();
    }

    /// <exception cref="NoteException">Not a proof file.</exception>
    public static TlogProof Parse(string text)
    {
        var end = text.IndexOf("\n\n", StringComparison.Ordinal); // the first: the checkpoint has an empty line of its own
        var lines = end < 0 ? [] : text[..end].Split('\n');
        var next = 1;
        byte[]? extra = null;
        if (lines.Length > next && lines[next].StartsWith("extra ", StringComparison.Ordinal) && !Base64Strict.TryDecode(lines[next++][6..], out extra))
        {
            throw Malformed;
        }

        if (lines.Length <= next || lines[0] != Header || !lines[next].StartsWith("index ", StringComparison.Ordinal) ||
            !NoteText.TryDecimal(lines[next++][6..], out var index))
        {
            throw Malformed;
        }

        var hashes = new List<byte[]>();
        foreach (var line in lines.AsSpan(next))
        {
            hashes.Add(Base64Strict.TryHash(line, out var hash) ? hash : throw Malformed);
        }

        return new TlogProof(index, hashes, text[(end + 2)..], extra);
    }

    /// <summary>Whether the entry stands in the log; throws when the checkpoint is not that log's.</summary>
    /// <exception cref="NoteException">The checkpoint does not open with the key.</exception>
    public bool Verify(ReadOnlySpan<byte> entry, NoteVerifier log)
    {
        var checkpoint = Log.Checkpoint.Open(Checkpoint, log);
        return Rfc6962.VerifyInclusion(Index, checkpoint.Size, Rfc6962.LeafHash(entry), Hashes, checkpoint.Root);
    }

    private static NoteException Malformed => new($"Not a proof: {Header}, an index, hashes in base64, an empty line, a checkpoint.");
}

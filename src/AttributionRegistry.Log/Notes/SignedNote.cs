using System.Buffers.Binary;
using System.Text;

namespace AttributionRegistry.Log;

/// <summary>One signature line. The payload is what follows the key id: 64 bytes of a log, time and 64 bytes of a witness.</summary>
public sealed record NoteSignature(string Name, uint KeyId, byte[] Payload);

/// <summary>
/// A text with signature lines (C2SP signed-note). Parsing checks only the form: use the text after <see cref="Verify"/>, never before.
/// </summary>
public sealed class SignedNote
{
    private const int MaxSignatures = 100;
    private const int MaxBytes = 1_000_000;
    private const string LineStart = "— ";

    private SignedNote(string text, IReadOnlyList<NoteSignature> signatures)
    {
        Text = text;
        Signatures = signatures;
    }

    /// <summary>The signed text, with its final line feed.</summary>
    public string Text { get; }

    public IReadOnlyList<NoteSignature> Signatures { get; }

    /// <summary>Reads a note from its bytes; refuses invalid UTF-8.</summary>
    public static SignedNote Parse(ReadOnlySpan<byte> note)
    {
        try
        {
            return Parse(NoteText.Utf8.GetString(note));
        }
        catch (DecoderFallbackException)
        {
            throw new NoteException("The note is not valid UTF-8.");
        }
    }

    /// <exception cref="NoteException">Not a signed note.</exception>
    public static SignedNote Parse(string note)
    {
        if (note.Length > MaxBytes || !NoteText.IsWellFormed(note) || note.Any(c => c < ' ' && c != '\n'))
        {
            throw new NoteException("A note is UTF-8 of at most a megabyte, without control characters other than line feeds.");
        }

        // At the last empty line: the text itself may have empty lines.
        var split = note.LastIndexOf("\n\n", StringComparison.Ordinal);
        if (split < 0 || split + 2 == note.Length || note[^1] != '\n')
        {
            throw new NoteException("A note is a text, an empty line, and signature lines, each with its line feed.");
        }

        var lines = note[(split + 2)..^1].Split('\n');
        if (lines.Length > MaxSignatures)
        {
            throw new NoteException($"A note has at most {MaxSignatures} signatures.");
        }

        return new SignedNote(note[..(split + 1)], [.. lines.Select(Line)]);
    }

    /// <summary>Checks every signature that claims to be by one of the known keys; others are ignored, as the specification demands.</summary>
    /// <returns>The signatures that hold, at least one.</returns>
    /// <exception cref="NoteException">None is by a known key, or one that claims to be is wrong: then the whole note is void.</exception>
    public IReadOnlyList<NoteSignature> Verify(params IReadOnlyList<NoteVerifier> known)
    {
        var verified = new List<NoteSignature>();
        foreach (var signature in Signatures)
        {
            foreach (var key in known.Where(k => k.KeyId == signature.KeyId && k.Name == signature.Name))
            {
                if (!key.VerifyText(Text, signature.Payload))
                {
                    throw new NoteException($"The signature of {signature.Name} ({signature.KeyId:x8}) is wrong; the whole note is void.");
                }

                verified.Add(signature);
            }
        }

        return verified.Count > 0 ? verified : throw new NoteException("No signature is by a known key.");
    }

    /// <summary>The same text with these signatures alone, such as those that <see cref="Verify"/> found to hold.</summary>
    public SignedNote With(IReadOnlyList<NoteSignature> signatures) => new(Text, signatures);

    /// <summary>The note as it travels.</summary>
    public override string ToString() => $"{Text}\n{string.Concat(Signatures.Select(Line))}";

    /// <summary>Signs a text with logs' keys. A witness signs through <see cref="CosignatureV1"/>, with a time.</summary>
    public static string Sign(string text, params IReadOnlyList<NoteSigner> signers)
    {
        if (signers.Count == 0 || signers.FirstOrDefault(s => s.Type != NoteKeyType.Ed25519) is not null)
        {
            throw new ArgumentException("A note is signed by one or more keys of type 0x01.", nameof(signers));
        }

        if (!text.EndsWith('\n') || text.Any(c => c < ' ' && c != '\n') || !NoteText.IsWellFormed(text))
        {
            throw new ArgumentException("A note's text ends with a line feed and holds no other control character.", nameof(text));
        }

        var bytes = NoteText.Utf8.GetBytes(text);
        return $"{text}\n{string.Concat(signers.Select(s => s.Line(s.Sign(bytes))))}";
    }

    private static NoteSignature Line(string line)
    {
        var space = line.LastIndexOf(' ');
        if (!line.StartsWith(LineStart, StringComparison.Ordinal) || space < LineStart.Length ||
            !NoteKey.IsName(line[LineStart.Length..space]) || !Base64Strict.TryDecode(line[(space + 1)..], out var blob) || blob.Length < 5)
        {
            throw new NoteException("A signature line reads: em dash, space, name, space, base64 of key id and signature.");
        }

        return new NoteSignature(line[LineStart.Length..space], BinaryPrimitives.ReadUInt32BigEndian(blob), blob[4..]);
    }

    /// <summary>A signature line with its line feed, as it stands in a note.</summary>
    public static string Line(NoteSignature signature)
    {
        ArgumentNullException.ThrowIfNull(signature);
        Span<byte> id = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(id, signature.KeyId);
        return $"{LineStart}{signature.Name} {Convert.ToBase64String([.. id, .. signature.Payload])}\n";
    }
}

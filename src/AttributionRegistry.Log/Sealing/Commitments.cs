using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace AttributionRegistry.Log;

/// <summary>
/// Salted commitments: SHA-256("attribution-registry/" ‖ purpose ‖ "/v1" ‖ 0x00 ‖ salt ‖ message). Injective: the tag has no NUL, the salt is
/// always 32 bytes, only the last part varies. Destroying the salt makes the commitment say nothing; the log stays as it was.
/// </summary>
public static class Commitments
{
    public const int SaltSize = 32;

    /// <summary>Message: SHA-256 of the bytes of an item of evidence.</summary>
    public const string EvidenceBytes = "evidence-bytes";

    /// <summary>Message: <see cref="FieldMessage"/>.</summary>
    public const string Field = "field";

    /// <summary>Message: the canonical ballot.</summary>
    public const string BallotCommitment = "ballot-commitment";

    /// <summary>Message: the canonical list of who holds which ballot key of a round.</summary>
    public const string BallotKeyMapping = "ballot-key-mapping";

    /// <summary>Message: the canonical event that a sealed entry hides.</summary>
    public const string Event = "event";

    /// <param name="purpose">One of the constants: a commitment for one purpose must not open as another.</param>
    /// <param name="salt32">Fresh for every value, never derived from it; without it a guessable message could be looked up.</param>
    /// <param name="message">What is committed to.</param>
    public static byte[] Compute(string purpose, ReadOnlySpan<byte> salt32, ReadOnlySpan<byte> message)
    {
        if (purpose.Length == 0 || purpose.AsSpan().IndexOfAnyExcept("abcdefghijklmnopqrstuvwxyz0123456789-") >= 0)
        {
            throw new ArgumentException($"'{purpose}' is not a purpose: lower-case letters, digits and hyphens.", nameof(purpose));
        }

        if (salt32.Length != SaltSize)
        {
            throw new ArgumentException($"A salt has {SaltSize} bytes, not {salt32.Length}.", nameof(salt32));
        }

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.ASCII.GetBytes($"attribution-registry/{purpose}/v1\0"));
        hash.AppendData(salt32);
        hash.AppendData(message);
        return hash.GetHashAndReset();
    }

    /// <summary>The canonical {"n":name,"v":value} that a field's commitment covers.</summary>
    public static byte[] FieldMessage(string name, JsonNode? value)
    {
        var writer = new CanonicalWriter();
        var at = new PointerStack();
        writer.Raw("{\"n\":"u8);
        CanonicalText.String(writer, name, at);
        writer.Raw(",\"v\":"u8);
        CanonicalNodes.Write(writer, value);
        writer.Raw((byte)'}');
        return writer.ToArray();
    }

    /// <summary>Whether salt and message open the commitment. False, not an exception, for a salt of another length: openings come from outside.</summary>
    public static bool Opens(ReadOnlySpan<byte> commitment, string purpose, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> message) =>
        salt.Length == SaltSize && commitment.SequenceEqual(Compute(purpose, salt, message));
}

using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace AttributionRegistry.Log;

/// <summary>An entry that must not enter the log: too large, or not of the form that verifiers expect.</summary>
public sealed class LogEntryException(string message) : Exception(message);

/// <summary>The bytes of entries. Once hashed they are for ever, so the form is fixed here and nowhere else.</summary>
public static partial class LogEntry
{
    /// <summary>The project's limit; the format's own is 65,535.</summary>
    public const int MaxBytes = 8192;

    /// <summary>Every sealed entry has this size, whatever it hides.</summary>
    public const int SealedSize = 73;

    /// <summary>A readable entry in canonical form. <c>actor</c> and <c>prev</c> are null rather than absent, so that all entries have one shape.</summary>
    /// <param name="actor">Pseudonym of the acting person, or null for the machine.</param>
    /// <param name="at">The instant in UTC, RFC 3339 with a Z.</param>
    /// <param name="body">The event's members; no personal data and no free text.</param>
    /// <param name="prevB64Url">Leaf hash of the subject's previous entry, or null for its first.</param>
    /// <param name="seq">Place in the subject's chain.</param>
    /// <param name="subject">What the chain is about.</param>
    /// <param name="type">The event's type.</param>
    /// <param name="v">Version of the type.</param>
    /// <param name="author">{"key","sig"} of the acting person over <see cref="AuthorMessage"/>, where the type requires it.</param>
    /// <exception cref="LogEntryException">Too large or malformed.</exception>
    public static byte[] Plain(
        string? actor, string at, JsonNode body, string? prevB64Url, long seq, string subject, string type, int v, JsonObject? author = null)
    {
        if (body is not JsonObject)
        {
            throw new LogEntryException("The body of an entry is an object.");
        }

        if (!Instant().IsMatch(at))
        {
            throw new LogEntryException($"'{at}' is not an instant in UTC such as 2026-11-24T00:00:00Z.");
        }

        if (prevB64Url is not null && !(B64Url.TryDecode(prevB64Url, out var hash) && hash.Length == Rfc6962.HashSize))
        {
            throw new LogEntryException("prev is a leaf hash in base64url, or null.");
        }

        // Written in key order, so that nothing is sorted or copied on the way that every act takes.
        var writer = new CanonicalWriter(512);
        var first = true;
        Member(writer, "actor", actor, ref first);
        Member(writer, "at", at, ref first);
        if (author is not null)
        {
            Member(writer, "author", author, ref first);
        }

        Member(writer, "body", body, ref first);
        Member(writer, "prev", prevB64Url, ref first);
        Member(writer, "seq", seq, ref first);
        Member(writer, "subject", subject, ref first);
        Member(writer, "type", type, ref first);
        Member(writer, "v", v, ref first);
        writer.Raw((byte)'}');
        return writer.Length <= MaxBytes
            ? writer.ToArray()
            : throw new LogEntryException($"The entry has {writer.Length} bytes; the limit is {MaxBytes}. Commit to the large part instead.");
    }

    /// <summary>What an author signs: the DSSE encoding of the entry without author, seq, prev and at, which the server adds.</summary>
    public static byte[] AuthorMessage(string? actor, JsonNode body, string subject, string type, int v)
    {
        var writer = new CanonicalWriter(512);
        var first = true;
        Member(writer, "actor", actor, ref first);
        Member(writer, "body", body, ref first);
        Member(writer, "subject", subject, ref first);
        Member(writer, "type", type, ref first);
        Member(writer, "v", v, ref first);
        writer.Raw((byte)'}');
        return Dsse.Pae(Dsse.EventType, writer.ToArray());
    }

    /// <summary>An entry that shows nothing but that something happened: {"c":commitment,"type":"sealed","v":1}.</summary>
    public static byte[] Sealed(ReadOnlySpan<byte> commitment)
    {
        if (commitment.Length != Rfc6962.HashSize)
        {
            throw new ArgumentException($"A commitment has {Rfc6962.HashSize} bytes, not {commitment.Length}.", nameof(commitment));
        }

        var writer = new CanonicalWriter(SealedSize);
        writer.Raw("{\"c\":\""u8);
        writer.Raw(System.Text.Encoding.ASCII.GetBytes(B64Url.Encode(commitment)));
        writer.Raw("\",\"type\":\"sealed\",\"v\":1}"u8);
        return writer.ToArray();
    }

    /// <summary>Whether an entry of a log that holds is a sealed one.</summary>
    public static bool IsSealed(ReadOnlySpan<byte> entry) => entry.Length == SealedSize && entry.StartsWith("{\"c\":\""u8);

    /// <summary>The commitment that a sealed entry carries for a canonical event.</summary>
    public static byte[] Seal(ReadOnlySpan<byte> salt, ReadOnlySpan<byte> eventJcs) => Commitments.Compute(Commitments.Event, salt, eventJcs);

    /// <summary>Whether the event and its salt are what the sealed entry hides, byte for byte.</summary>
    public static bool Unseals(ReadOnlySpan<byte> sealedEntry, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> eventJcs) =>
        salt.Length == Commitments.SaltSize && sealedEntry.SequenceEqual(Sealed(Seal(salt, eventJcs)));

    private static void Member(CanonicalWriter writer, string key, JsonNode? value, ref bool first)
    {
        writer.Raw((byte)(first ? '{' : ','));
        first = false;
        writer.TryString(key);
        writer.Raw((byte)':');
        CanonicalNodes.Write(writer, value);
    }

    [GeneratedRegex(@"^[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-6][0-9](\.[0-9]{1,9})?Z\z", RegexOptions.CultureInvariant)]
    private static partial Regex Instant();
}

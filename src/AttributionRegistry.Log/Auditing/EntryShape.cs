using System.Buffers.Text;

namespace AttributionRegistry.Log;

/// <summary>What an entry says about its place: in the chain of its subject, and in time.</summary>
/// <param name="At">100-nanosecond ticks, UTC.</param>
/// <param name="Seq">Place in the chain, from 1.</param>
/// <param name="SubjectStart">Where the subject stands in the entry.</param>
/// <param name="SubjectLength">Its bytes, as they are written.</param>
/// <param name="Prev">Leaf hash of the entry before; nothing where <see cref="Seq"/> is 1.</param>
internal readonly record struct EntryLink(long At, long Seq, int SubjectStart, int SubjectLength, LeafKey Prev);

/// <summary>The three shapes that entries have.</summary>
internal enum EntryKind
{
    Plain,
    Sealed,
    Unsealed,
}

/// <summary>A seal that an entry opens.</summary>
/// <param name="Index">Where it stands.</param>
/// <param name="Leaf">The leaf hash that it must have.</param>
/// <param name="Event">The place of the event that it hid.</param>
/// <param name="Signing">Who signed that event, and which key it introduced; null where neither.</param>
internal sealed record EntryOpening(long Index, LeafKey Leaf, EntryLink Event, EntrySigning? Signing);

/// <summary>What an entry has to do with signatures of people; most have neither, and then there is none of it.</summary>
internal sealed record EntrySigning(EntryAuthor? Author, EntryKey? Introduces);

/// <summary>An entry as the auditor sees it. Read without state, so that many may be read at once.</summary>
/// <param name="Kind">Its shape.</param>
/// <param name="Link">Its own place; nothing of a sealed one.</param>
/// <param name="Opening">What an unsealed one opens; null for others, which are most.</param>
/// <param name="Signing">Who signed it, and which key it introduces; null where neither.</param>
internal readonly record struct EntryShape(EntryKind Kind, EntryLink Link, EntryOpening? Opening, EntrySigning? Signing)
{
    private const int HashText = 43; // 32 bytes in base64url
    private const int MostMembers = 9;

    /// <returns>Null, and what is wrong, when the entry is not of a known shape.</returns>
    public static EntryShape? Read(ReadOnlySpan<byte> entry, out string? fault)
    {
        if (entry.Length is 0 or > LogEntry.MaxBytes)
        {
            fault = $"has {entry.Length} bytes; an entry has 1 to {LogEntry.MaxBytes}";
            return null;
        }

        Span<CanonicalMember> members = stackalloc CanonicalMember[MostMembers];
        if (!CanonicalScan.TryObject(entry, members, out var count))
        {
            fault = "is no object in canonical form (RFC 8785, integers only)";
            return null;
        }

        fault = null;
        if (count <= 3)
        {
            if (IsSealed(entry))
            {
                return new EntryShape(EntryKind.Sealed, default, null, null);
            }
        }
        else if (LinkOf(entry, 0, members, count, out var type, out var body) is { } link)
        {
            return entry.Slice(type.ValueStart, type.ValueLength).SequenceEqual("\"unsealed\""u8)
                ? Unsealed(entry, body, link, out fault)
                : new EntryShape(EntryKind.Plain, link, null, SigningOf(entry, members, count));
        }

        fault = "has none of the known shapes: plain, sealed, unsealed";
        return null;
    }

    private static bool IsSealed(ReadOnlySpan<byte> entry)
    {
        Span<byte> commitment = stackalloc byte[Rfc6962.HashSize];
        return entry.Length == LogEntry.SealedSize && entry.StartsWith("{\"c\":\""u8) && entry[(6 + HashText)..].SequenceEqual("\",\"type\":\"sealed\",\"v\":1}"u8) &&
            TryHash(entry.Slice(6, HashText), commitment);
    }

    private static EntryShape? Unsealed(ReadOnlySpan<byte> entry, CanonicalMember body, EntryLink link, out string? fault)
    {
        Span<CanonicalMember> members = stackalloc CanonicalMember[MostMembers];
        Span<byte> salt = stackalloc byte[Rfc6962.HashSize];
        var inside = entry.Slice(body.ValueStart, body.ValueLength);
        fault = "opens no seal: its body is not {event, index, salt} with an event of a known shape";
        if (!CanonicalScan.TryObject(inside, members, out var count) || count != 3 || !Is(inside, members[0], "event"u8) || !Is(inside, members[1], "index"u8) ||
            !Is(inside, members[2], "salt"u8) || !TryInteger(inside, members[1], 0, out var opens) ||
            !TryHash(Quoted(inside, members[2]), salt))
        {
            return null;
        }

        var start = members[0].ValueStart;
        var plain = inside.Slice(start, members[0].ValueLength);
        if (!CanonicalScan.TryObject(plain, members, out count) || LinkOf(plain, body.ValueStart + start, members, count, out _, out _) is not { } opened)
        {
            return null;
        }

        fault = null;
        return new EntryShape(EntryKind.Unsealed, link, new EntryOpening(opens, LeafKey.Of(Rfc6962.LeafHash(LogEntry.Sealed(LogEntry.Seal(salt, plain)))), opened, SigningOf(plain, members, count)), null);
    }

    // {actor, at, [author,] body, prev, seq, subject, type, v}: in canonical form the order of the keys is this one and no other.
    private static EntryLink? LinkOf(
        ReadOnlySpan<byte> entry, int offset, ReadOnlySpan<CanonicalMember> members, int count, out CanonicalMember type, out CanonicalMember body)
    {
        (type, body) = (default, default);
        var author = count == MostMembers ? 1 : 0;
        if (count - author != MostMembers - 1 || !Is(entry, members[0], "actor"u8) || !Is(entry, members[1], "at"u8) || (author == 1 && !Is(entry, members[2], "author"u8)))
        {
            return null;
        }

        var rest = members[(2 + author)..];
        if (!Is(entry, rest[0], "body"u8) || !Is(entry, rest[1], "prev"u8) || !Is(entry, rest[2], "seq"u8) || !Is(entry, rest[3], "subject"u8) ||
            !Is(entry, rest[4], "type"u8) || !Is(entry, rest[5], "v"u8))
        {
            return null;
        }

        (type, body) = (rest[4], rest[0]);
        var subject = Quoted(entry, rest[3]);
        if (!IsTextOrNull(entry, members[0]) || (author == 1 && EntryAuthor.Read(Value(entry, members[2])) is null) || entry[body.ValueStart] != '{' || subject.Length == 0 ||
            Quoted(entry, type).Length == 0 || Quoted(entry, type).SequenceEqual("sealed"u8) || !TryInteger(entry, rest[2], 1, out var seq) ||
            !TryInteger(entry, rest[5], 1, out _) || !EntryInstant.TryTicks(Quoted(entry, members[1]), out var at))
        {
            return null;
        }

        Span<byte> prev = stackalloc byte[Rfc6962.HashSize];
        var first = entry.Slice(rest[1].ValueStart, rest[1].ValueLength).SequenceEqual("null"u8);
        return first == (seq == 1) && (first || TryHash(Quoted(entry, rest[1]), prev))
            ? new EntryLink(at, seq, offset + rest[3].ValueStart + 1, subject.Length, first ? default : LeafKey.Of(prev))
            : null;
    }

    private static EntrySigning? SigningOf(ReadOnlySpan<byte> entry, ReadOnlySpan<CanonicalMember> members, int count)
    {
        var rest = members[(count == MostMembers ? 3 : 2)..];
        var type = Quoted(entry, rest[4]);
        var introduces = type.SequenceEqual("case-key.bound"u8) || type.SequenceEqual("key.introduced"u8) ? Introduction(entry, members[0], rest[0]) : null;
        if (count != MostMembers)
        {
            return introduces is null ? null : new EntrySigning(null, introduces);
        }

        // The members that are signed, byte for byte as they stand here: canonical form leaves no other spelling.
        byte[] signed =
        [
            .. "{\"actor\":"u8, .. Value(entry, members[0]), .. ",\"body\":"u8, .. Value(entry, rest[0]), .. ",\"subject\":"u8, .. Value(entry, rest[3]),
            .. ",\"type\":"u8, .. Value(entry, rest[4]), .. ",\"v\":"u8, .. Value(entry, rest[5]), (byte)'}',
        ];
        var (key, signature) = EntryAuthor.Read(Value(entry, members[2]))!.Value;
        return new EntrySigning(new EntryAuthor(Text(entry, members[0]), key, Dsse.Pae(Dsse.EventType, signed), signature), introduces);
    }

    // {key, …, spki, …}: a key of the log has another body under the same type, and introduces nobody.
    private static EntryKey? Introduction(ReadOnlySpan<byte> entry, CanonicalMember actor, CanonicalMember body)
    {
        Span<CanonicalMember> members = stackalloc CanonicalMember[MostMembers];
        var inside = Value(entry, body);
        if (!CanonicalScan.TryObject(inside, members, out var count) || count > MostMembers)
        {
            return null;
        }

        var (key, spki) = ("", Array.Empty<byte>());
        foreach (var member in members[..count])
        {
            key = Is(inside, member, "key"u8) ? Text(inside, member) : key;
            spki = Is(inside, member, "spki"u8) && B64Url.TryDecode(Text(inside, member), out var bytes) ? bytes : spki;
        }

        return key.Length == 0 || spki.Length == 0 ? null : new EntryKey(Text(entry, actor), key, spki);
    }

    private static ReadOnlySpan<byte> Value(ReadOnlySpan<byte> entry, CanonicalMember member) => entry.Slice(member.ValueStart, member.ValueLength);

    private static string Text(ReadOnlySpan<byte> entry, CanonicalMember member) => System.Text.Encoding.UTF8.GetString(Quoted(entry, member));

    private static bool Is(ReadOnlySpan<byte> entry, CanonicalMember member, ReadOnlySpan<byte> key) =>
        entry.Slice(member.KeyStart, member.KeyLength).SequenceEqual(key);

    private static bool IsTextOrNull(ReadOnlySpan<byte> entry, CanonicalMember member) => entry[member.ValueStart] is (byte)'"' or (byte)'n';

    /// <summary>The inside of a string's quotes, as it is written; empty for what is no string.</summary>
    private static ReadOnlySpan<byte> Quoted(ReadOnlySpan<byte> entry, CanonicalMember member) =>
        entry[member.ValueStart] == '"' ? entry.Slice(member.ValueStart + 1, member.ValueLength - 2) : [];

    private static bool TryInteger(ReadOnlySpan<byte> entry, CanonicalMember member, long least, out long value) =>
        Utf8Parser.TryParse(entry.Slice(member.ValueStart, member.ValueLength), out value, out var read) && read == member.ValueLength && value >= least;

    // 43 letters are 258 bits: the last two must be zero, else a hash would have several texts.
    private static bool TryHash(ReadOnlySpan<byte> text, Span<byte> hash) =>
        text.Length == HashText && Base64Url.IsValid(text) && Base64Url.TryDecodeFromUtf8(text, hash, out var written) && written == hash.Length && "AEIMQUYcgkosw048"u8.Contains(text[^1]);
}

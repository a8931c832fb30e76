using System.Buffers;
using System.Text;

namespace AttributionRegistry.Log;

/// <summary>
/// Whether bytes are canonical already, in the registry's integer profile. They are read once and nothing is built, so that a stranger can walk a
/// whole log at about the speed of hashing it. It accepts exactly what <see cref="CanonicalJson.CanonicalizeIntegers"/> leaves as it was.
/// </summary>
public ref struct CanonicalScan
{
    private static readonly SearchValues<byte> StringStops = SearchValues.Create([(byte)'"', (byte)'\\', .. Enumerable.Range(0, 0x20).Select(each => (byte)each)]);

    private readonly ReadOnlySpan<byte> _json;
    private int _at;

    private CanonicalScan(ReadOnlySpan<byte> json) => _json = json;

    /// <summary>Whether this is one canonical JSON value and nothing else.</summary>
    public static bool IsCanonical(ReadOnlySpan<byte> json)
    {
        if (!System.Text.Unicode.Utf8.IsValid(json))
        {
            return false;
        }

        var scan = new CanonicalScan(json);
        return scan.Value(CanonicalJson.MaxDepth) && scan._at == json.Length;
    }

    /// <summary>Reads one canonical object and tells where its own members stand. Members beyond those that fit are checked and not told.</summary>
    /// <param name="json">The object.</param>
    /// <param name="members">Receives the members in order.</param>
    /// <param name="count">How many the object has.</param>
    internal static bool TryObject(ReadOnlySpan<byte> json, Span<CanonicalMember> members, out int count)
    {
        count = 0;
        if (!System.Text.Unicode.Utf8.IsValid(json))
        {
            return false;
        }

        var scan = new CanonicalScan(json);
        return scan.Peek() == '{' && scan.Object(CanonicalJson.MaxDepth, members, out count) && scan._at == json.Length;
    }

    private readonly int Peek() => _at < _json.Length ? _json[_at] : -1;

    private bool Take(char expected)
    {
        if (Peek() != expected)
        {
            return false;
        }

        _at++;
        return true;
    }

    private bool Value(int depth) => Peek() switch
    {
        '"' => String(out _, out _),
        '{' => Object(depth, [], out _),
        '[' => Array(depth),
        't' => Literal("true"u8),
        'f' => Literal("false"u8),
        'n' => Literal("null"u8),
        _ => Integer(),
    };

    private bool Object(int depth, Span<CanonicalMember> members, out int count)
    {
        count = 0;
        if (depth == 0)
        {
            return false;
        }

        _at++;
        if (Take('}'))
        {
            return true;
        }

        var (lastStart, lastEnd) = (0, 0);
        do
        {
            if (!String(out var start, out var end) || !Take(':') || (count > 0 && !Ascends(_json[lastStart..lastEnd], _json[start..end])))
            {
                return false;
            }

            var value = _at;
            if (!Value(depth - 1))
            {
                return false;
            }

            if (count < members.Length)
            {
                members[count] = new CanonicalMember(start, end - start, value, _at - value);
            }

            count++;
            (lastStart, lastEnd) = (start, end);
        }
        while (Take(','));
        return Take('}');
    }

    private bool Array(int depth)
    {
        if (depth == 0)
        {
            return false;
        }

        _at++;
        if (Take(']'))
        {
            return true;
        }

        do
        {
            if (!Value(depth - 1))
            {
                return false;
            }
        }
        while (Take(','));
        return Take(']');
    }

    /// <summary>A string; where its inside begins and ends.</summary>
    private bool String(out int start, out int end)
    {
        start = _at + 1;
        end = start;
        if (!Take('"'))
        {
            return false;
        }

        while (true)
        {
            var stop = _json[_at..].IndexOfAny(StringStops);
            if (stop < 0)
            {
                return false;
            }

            _at += stop;
            if (_json[_at] == '"')
            {
                end = _at++;
                return true;
            }

            if (_json[_at] != '\\' || !Escape())
            {
                return false;
            }
        }
    }

    // Only what cannot stand plainly is escaped, and each in its one way.
    private bool Escape()
    {
        var rest = _json[(_at + 1)..];
        if (rest.Length == 0)
        {
            return false;
        }

        if (rest[0] is (byte)'"' or (byte)'\\' or (byte)'b' or (byte)'t' or (byte)'n' or (byte)'f' or (byte)'r')
        {
            _at += 2;
            return true;
        }

        if (rest.Length < 5 || !rest.StartsWith("u00"u8) || rest[3] is not ((byte)'0' or (byte)'1') || rest[4] is not (>= (byte)'0' and <= (byte)'9' or >= (byte)'a' and <= (byte)'f'))
        {
            return false;
        }

        _at += 6;
        return rest[3] == '1' || rest[4] is not ((byte)'8' or (byte)'9' or (byte)'a' or (byte)'c' or (byte)'d');
    }

    private bool Integer()
    {
        var negative = Take('-');
        var digits = 0;
        var value = 0L;
        for (var first = _at; Peek() is >= '0' and <= '9' and var digit; _at++)
        {
            if (++digits > 16 || (digits == 2 && _json[first] == '0'))
            {
                return false;
            }

            value = value * 10 + (digit - '0');
        }

        return digits > 0 && value <= CanonicalJson.MaxInteger && !(negative && value == 0);
    }

    private bool Literal(ReadOnlySpan<byte> word)
    {
        if (!_json[_at..].StartsWith(word))
        {
            return false;
        }

        _at += word.Length;
        return true;
    }

    /// <summary>UTF-16 order. For ASCII without escapes that is the order of the bytes; the rest is rare.</summary>
    private static bool Ascends(ReadOnlySpan<byte> before, ReadOnlySpan<byte> after) =>
        IsPlain(before) && IsPlain(after) ? before.SequenceCompareTo(after) < 0 : string.CompareOrdinal(Text(before), Text(after)) < 0;

    private static bool IsPlain(ReadOnlySpan<byte> text) => Ascii.IsValid(text) && !text.Contains((byte)'\\');

    private static string Text(ReadOnlySpan<byte> inside)
    {
        var raw = Encoding.UTF8.GetString(inside);
        if (!raw.Contains('\\', StringComparison.Ordinal))
        {
            return raw;
        }

        var text = new StringBuilder(raw.Length);
        for (var i = 0; i < raw.Length; i++)
        {
            if (raw[i] != '\\')
            {
                text.Append(raw[i]);
                continue;
            }

            i++;
            text.Append(raw[i] switch
            {
                'b' => '\b',
                't' => '\t',
                'n' => '\n',
                'f' => '\f',
                'r' => '\r',
                'u' => (char)Convert.ToInt32(raw.Substring(i + 1, 4), 16),
                var c => c,
            });
            i += raw[i] == 'u' ? 4 : 0;
        }

        return text.ToString();
    }
}

/// <summary>Where a member stands: the inside of its key's quotes, and its value.</summary>
internal readonly record struct CanonicalMember(int KeyStart, int KeyLength, int ValueStart, int ValueLength);

using System.Buffers;
using System.Text;

namespace AttributionRegistry.Log;

/// <summary>Growing UTF-8 output of the canonical form. Members are written as they come and put in order when their object ends.</summary>
internal sealed class CanonicalWriter(int capacity = 256)
{
    private byte[] _bytes = new byte[Math.Max(capacity, 16)];
    private int _length;

    public int Length => _length;

    public byte[] ToArray() => _bytes.AsSpan(0, _length).ToArray();

    public void Raw(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Reserve(bytes.Length));
        _length += bytes.Length;
    }

    public void Raw(byte value)
    {
        Reserve(1)[0] = value;
        _length++;
    }

    public void Integer(long value)
    {
        value.TryFormat(Reserve(20), out var written);
        _length += written;
    }

    /// <summary>Writes the string with quotes. False when it holds a lone surrogate: such a string has no UTF-8 form.</summary>
    public bool TryString(ReadOnlySpan<char> text)
    {
        Raw((byte)'"');
        while (text.Length > 0)
        {
            var plain = text.IndexOfAny(Escaped);
            var run = plain < 0 ? text : text[..plain];
            if (!TryPlain(run))
            {
                return false;
            }

            if (plain < 0)
            {
                break;
            }

            Escape(text[plain]);
            text = text[(plain + 1)..];
        }

        Raw((byte)'"');
        return true;
    }

    /// <summary>Puts the members of the object that began at <paramref name="start"/> (after its brace) into UTF-16 order, and closes it.</summary>
    /// <returns>The key that occurs twice, or null.</returns>
    public string? EndObject(int start, List<Member> members)
    {
        if (FirstOutOfOrder(members))
        {
            var unordered = _bytes.AsSpan(start, _length - start).ToArray();
            members.Sort(static (a, b) => string.CompareOrdinal(a.Key, b.Key));
            _length = start;
            foreach (var member in members)
            {
                Comma(start);
                Raw(unordered.AsSpan(member.Start - start, member.Length));
            }
        }

        for (var i = 1; i < members.Count; i++)
        {
            if (string.Equals(members[i - 1].Key, members[i].Key, StringComparison.Ordinal))
            {
                return members[i].Key;
            }
        }

        Raw((byte)'}');
        return null;
    }

    /// <summary>A comma unless nothing has been written since <paramref name="start"/>.</summary>
    public void Comma(int start)
    {
        if (_length > start)
        {
            Raw((byte)',');
        }
    }

    private static SearchValues<char> Escaped { get; } = SearchValues.Create(
        "\0\u0001\u0002\u0003\u0004\u0005\u0006\u0007\b\t\n\u000b\f\r\u000e\u000f\u0010\u0011\u0012\u0013\u0014\u0015\u0016\u0017\u0018\u0019\u001a\u001b\u001c\u001d\u001e\u001f\"\\");

    private static bool FirstOutOfOrder(List<Member> members)
    {
        for (var i = 1; i < members.Count; i++)
        {
            if (string.CompareOrdinal(members[i - 1].Key, members[i].Key) >= 0)
            {
                return true;
            }
        }

        return false;
    }

    private bool TryPlain(ReadOnlySpan<char> run)
    {
        var target = Reserve(Encoding.UTF8.GetMaxByteCount(run.Length));
        if (System.Text.Unicode.Utf8.FromUtf16(run, target, out _, out var written, replaceInvalidSequences: false) != OperationStatus.Done)
        {
            return false;
        }

        _length += written;
        return true;
    }

    private void Escape(char c)
    {
        switch (c)
        {
            case '"': Raw("\\\""u8); break;
            case '\\': Raw("\\\\"u8); break;
            case '\b': Raw("\\b"u8); break;
            case '\t': Raw("\\t"u8); break;
            case '\n': Raw("\\n"u8); break;
            case '\f': Raw("\\f"u8); break;
            case '\r': Raw("\\r"u8); break;
            default:
                Raw("\\u00"u8);
                Raw((byte)(c < 0x10 ? '0' : '1'));
                Raw((byte)"0123456789abcdef"[c & 0xf]);
                break;
        }
    }

    private Span<byte> Reserve(int count)
    {
        if (_bytes.Length - _length < count)
        {
            Array.Resize(ref _bytes, Math.Max(checked(_length + count), _bytes.Length * 2));
        }

        return _bytes.AsSpan(_length);
    }

    /// <summary>A member already written: its key, and where its bytes (key, colon, value) stand.</summary>
    internal readonly record struct Member(string Key, int Start, int Length);
}

using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace AttributionRegistry.Server.Http;

/// <summary>A place in a list: the sort keys of the last item, as base64url of their canonical JSON array. Opaque to clients.</summary>
public sealed record Cursor
{
    private const int MaxChars = 1024;
    private readonly object[] _keys;

    private Cursor(object[] keys) => _keys = keys;

    /// <summary>A cursor after the item with these keys: strings and whole numbers.</summary>
    public static Cursor Of(params ReadOnlySpan<object> keys)
    {
        foreach (var key in keys)
        {
            if (key is not (string or long))
            {
                throw new ArgumentException($"A sort key is a string or a long, not {key?.GetType().Name ?? "null"}.", nameof(keys));
            }
        }

        return new Cursor(keys.ToArray());
    }

    public override string ToString() => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(Json(_keys)));

    /// <summary>Reads a cursor. Only the one spelling that <see cref="ToString"/> writes is accepted.</summary>
    public static bool TryParse(string? text, out Cursor? cursor)
    {
        cursor = null;
        if (text is null or { Length: 0 or > MaxChars } || !Base64Url.IsValid(text))
        {
            return false;
        }

        try
        {
            using var json = JsonDocument.Parse(Base64Url.DecodeFromChars(text), new JsonDocumentOptions { MaxDepth = 2 });
            if (json.RootElement.ValueKind != JsonValueKind.Array)
            {
                return false;
            }

            var keys = new List<object>();
            foreach (var item in json.RootElement.EnumerateArray())
            {
                if (item.ValueKind == JsonValueKind.String)
                {
                    keys.Add(item.GetString()!);
                }
                else if (item.ValueKind == JsonValueKind.Number && item.TryGetInt64(out var number))
                {
                    keys.Add(number);
                }
                else
                {
                    return false;
                }
            }

            cursor = new Cursor([.. keys]);
        }
        catch (Exception notOurs) when (notOurs is JsonException or InvalidOperationException or FormatException)
        {
            return false;
        }

        return cursor.ToString() == text;
    }

    internal bool TryGet<T>(int index, int count, out T key)
    {
        var fits = _keys.Length == count && _keys[index] is T;
        key = fits ? (T)_keys[index] : default!;
        return fits;
    }

    public bool Equals(Cursor? other) => other is not null && ToString() == other.ToString();

    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(ToString());

    /// <summary>RFC 8785 for an array of strings and integers.</summary>
    private static string Json(object[] keys)
    {
        var json = new StringBuilder("[");
        for (var i = 0; i < keys.Length; i++)
        {
            json.Append(i == 0 ? string.Empty : ",");
            if (keys[i] is long number)
            {
                json.Append(number);
                continue;
            }

            json.Append('"');
            foreach (var c in (string)keys[i])
            {
                _ = c switch
                {
                    '"' => json.Append("\\\""),
                    '\\' => json.Append("\\\\"),
                    '\b' => json.Append("\\b"),
                    '\t' => json.Append("\\t"),
                    '\n' => json.Append("\\n"),
                    '\f' => json.Append("\\f"),
                    '\r' => json.Append("\\r"),
                    < ' ' => json.Append($"\\u{(int)c:x4}"),
                    _ => json.Append(c),
                };
            }

            json.Append('"');
        }

        return json.Append(']').ToString();
    }
}

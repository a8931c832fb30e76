using System.Text.Json;
using static AttributionRegistry.Log.CanonicalWriter;

namespace AttributionRegistry.Log;

/// <summary>From JSON text to the canonical form. The text is read once; nothing is parsed twice.</summary>
internal static class CanonicalText
{
    public static void Write(CanonicalWriter writer, ReadOnlySpan<byte> utf8Json, bool integersOnly, PointerStack at, int maxDepth)
    {
        if (utf8Json.StartsWith("\uFEFF"u8))
        {
            throw at.Fault("The text begins with a byte order mark; remove it.");
        }

        var reader = new Utf8JsonReader(utf8Json, new JsonReaderOptions { MaxDepth = maxDepth });
        try
        {
            reader.Read();
            Value(writer, ref reader, integersOnly, at);
            reader.Read(); // throws when anything but white space follows
        }
        catch (JsonException e)
        {
            throw at.Fault($"Not one JSON value nested at most {maxDepth} deep: {FirstSentence(e.Message)}");
        }
    }

    private static void Value(CanonicalWriter writer, ref Utf8JsonReader reader, bool integersOnly, PointerStack at)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                Members(writer, ref reader, integersOnly, at);
                break;
            case JsonTokenType.StartArray:
                Elements(writer, ref reader, integersOnly, at);
                break;
            case JsonTokenType.String:
                String(writer, Text(ref reader, at), at);
                break;
            case JsonTokenType.Number:
                CanonicalNumber.Write(writer, reader.ValueSpan, integersOnly, at);
                break;
            default: // true, false, null: written as they were read
                writer.Raw(reader.ValueSpan);
                break;
        }
    }

    private static void Members(CanonicalWriter writer, ref Utf8JsonReader reader, bool integersOnly, PointerStack at)
    {
        writer.Raw((byte)'{');
        var start = writer.Length;
        var members = new List<Member>();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = Text(ref reader, at);
            writer.Comma(start);
            var from = writer.Length;
            String(writer, key, at);
            writer.Raw((byte)':');
            reader.Read();
            at.Push(key);
            Value(writer, ref reader, integersOnly, at);
            at.Pop();
            members.Add(new Member(key, from, writer.Length - from));
        }

        if (writer.EndObject(start, members) is { } twice)
        {
            at.Push(twice);
            throw at.Fault("The key occurs twice in one object.");
        }
    }

    private static void Elements(CanonicalWriter writer, ref Utf8JsonReader reader, bool integersOnly, PointerStack at)
    {
        writer.Raw((byte)'[');
        var start = writer.Length;
        for (var i = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; i++)
        {
            writer.Comma(start);
            at.Push(i);
            Value(writer, ref reader, integersOnly, at);
            at.Pop();
        }

        writer.Raw((byte)']');
    }

    private static string Text(ref Utf8JsonReader reader, PointerStack at)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            // The reader's way of saying: invalid UTF-8, or an escaped half of a surrogate pair.
            throw at.Fault("A string or key holds a lone surrogate or invalid UTF-8.");
        }
    }

    internal static void String(CanonicalWriter writer, string text, PointerStack at)
    {
        if (!writer.TryString(text))
        {
            throw at.Fault("A string or key holds a lone surrogate or invalid UTF-8.");
        }
    }

    private static string FirstSentence(string message)
    {
        var end = message.IndexOf(". ", StringComparison.Ordinal);
        return end < 0 ? message : message[..(end + 1)];
    }
}

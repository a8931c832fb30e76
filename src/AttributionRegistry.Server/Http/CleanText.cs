using System.Text.Json;
using System.Text.Json.Serialization;

namespace AttributionRegistry.Server.Http;

/// <summary>Text as the record keeps it: composed (NFC), without U+0000 and without halves of surrogate pairs.</summary>
public static class CleanText
{
    /// <summary>The text in NFC, or false when it cannot be kept.</summary>
    public static bool TryClean(string text, out string clean)
    {
        ArgumentNullException.ThrowIfNull(text);
        clean = text;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\0' || char.IsLowSurrogate(text[i]))
            {
                return false;
            }

            if (char.IsHighSurrogate(text[i]) && (++i == text.Length || !char.IsLowSurrogate(text[i])))
            {
                return false;
            }
        }

        clean = Nfc.Of(text);
        return true;
    }
}

/// <summary>Reads every string of a body as <see cref="CleanText"/>.</summary>
public sealed class CleanTextJsonConverter : JsonConverter<string>
{
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String ? Text(ref reader) : throw new JsonException("Expected a string.");

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value);

    public override string ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Text(ref reader);

    public override void WriteAsPropertyName(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WritePropertyName(value);

    internal static string Text(ref Utf8JsonReader reader)
    {
        string text;
        try
        {
            text = reader.GetString()!;
        }
        catch (InvalidOperationException notText)
        {
            throw new JsonException("The text is not valid Unicode.", notText);
        }

        return CleanText.TryClean(text, out var clean) ? clean : throw new JsonException("The text has U+0000 or half of a surrogate pair.");
    }
}

using System.Text;

namespace AttributionRegistry.Log;

internal static class NoteText
{
    public static UTF8Encoding Utf8 { get; } = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static bool IsWellFormed(string text)
    {
        try
        {
            Utf8.GetByteCount(text);
            return true;
        }
        catch (EncoderFallbackException)
        {
            return false;
        }
    }

    /// <summary>A decimal without sign or leading zero, as checkpoints, proofs and cosignatures write numbers.</summary>
    public static bool TryDecimal(string text, out long value)
    {
        value = 0;
        return text.Length > 0 && text.AsSpan().IndexOfAnyExceptInRange('0', '9') < 0 && (text.Length == 1 || text[0] != '0') && long.TryParse(text, out value);
    }
}

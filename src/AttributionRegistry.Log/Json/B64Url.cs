using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;

namespace AttributionRegistry.Log;

/// <summary>Base64url without padding, read strictly: every byte string has exactly one text.</summary>
public static class B64Url
{
    public static string Encode(ReadOnlySpan<byte> bytes) => Base64Url.EncodeToString(bytes);

    /// <exception cref="FormatException">Padding, white space, a foreign letter, or bits left over.</exception>
    public static byte[] Decode(string text) =>
        TryDecode(text, out var bytes) ? bytes : throw new FormatException("Not base64url without padding.");

    public static bool TryDecode(string? text, [NotNullWhen(true)] out byte[]? bytes)
    {
        bytes = null;
        if (text is null || text.Length % 4 == 1 ||
            text.AsSpan().IndexOfAnyExcept("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") >= 0)
        {
            return false;
        }

        var buffer = new byte[Base64Url.GetMaxDecodedLength(text.Length)];
        // Spare bits must be zero: "AB" would decode like "AA", and a digest of the text would be malleable. The library refuses them today;
        // encoding back does not depend on that.
        if (Base64Url.DecodeFromChars(text, buffer, out _, out var written) != OperationStatus.Done ||
            !string.Equals(Encode(buffer.AsSpan(0, written)), text, StringComparison.Ordinal))
        {
            return false;
        }

        bytes = buffer[..written];
        return true;
    }
}

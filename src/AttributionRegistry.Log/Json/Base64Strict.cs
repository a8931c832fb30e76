using System.Diagnostics.CodeAnalysis;

namespace AttributionRegistry.Log;

/// <summary>Padded standard base64, read strictly. The library's reader skips white space, and notes must not be malleable.</summary>
internal static class Base64Strict
{
    public static bool TryDecode(string? text, [NotNullWhen(true)] out byte[]? bytes)
    {
        bytes = null;
        if (text is null || text.Length % 4 != 0)
        {
            return false;
        }

        var buffer = new byte[text.Length / 4 * 3];
        if (!Convert.TryFromBase64String(text, buffer, out var written) ||
            !string.Equals(Convert.ToBase64String(buffer, 0, written), text, StringComparison.Ordinal))
        {
            return false;
        }

        bytes = buffer[..written];
        return true;
    }

    /// <summary>A hash of 32 bytes in padded base64.</summary>
    public static bool TryHash(string? text, [NotNullWhen(true)] out byte[]? hash) => TryDecode(text, out hash) && hash.Length == Rfc6962.HashSize;
}

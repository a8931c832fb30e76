using System.Buffers.Text;
using System.Text;

namespace AttributionRegistry.Log;

/// <summary>Who signed an entry, and what.</summary>
/// <param name="Actor">The pseudonym that the entry names.</param>
/// <param name="Key">The id of the key.</param>
/// <param name="Message">What was signed.</param>
/// <param name="Signature">64 bytes.</param>
internal sealed record EntryAuthor(string Actor, string Key, byte[] Message, byte[] Signature)
{
    // {"key":"…","sig":"…"}: in canonical form every byte has its place.
    private const int BeforeKey = 8;
    private const int MostKeyText = 80;

    private static ReadOnlySpan<byte> KeyStart => "{\"key\":\""u8;

    private static ReadOnlySpan<byte> SigStart => "\",\"sig\":\""u8;

    private static ReadOnlySpan<byte> End => "\"}"u8;

    /// <summary>The key and the signature of an entry's author; null when the member has another form.</summary>
    public static (string Key, byte[] Signature)? Read(ReadOnlySpan<byte> author)
    {
        var keyLength = author.Length - BeforeKey - SigStart.Length - AuthorSignature.SigText - End.Length;
        if (keyLength is < 1 or > MostKeyText || !author.StartsWith(KeyStart) || !author.EndsWith(End))
        {
            return null;
        }

        var key = author.Slice(BeforeKey, keyLength);
        var rest = author[(BeforeKey + keyLength)..];
        var signature = new byte[AuthorSignature.Size];
        var text = rest.Slice(SigStart.Length, AuthorSignature.SigText);
        return rest.StartsWith(SigStart) && key.IndexOfAnyExcept("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"u8) < 0 && Base64Url.IsValid(text) &&
            Base64Url.TryDecodeFromUtf8(text, signature, out var written) && written == signature.Length && "AQgw"u8.Contains(text[^1])
                ? (Encoding.ASCII.GetString(key), signature)
                : null;
    }
}

/// <summary>A key that an entry introduces: a case key in the chain of its case, or a long-term key in that of an account.</summary>
/// <param name="Actor">The pseudonym that the entry names.</param>
/// <param name="Key">The id of the key.</param>
/// <param name="Spki">The key.</param>
internal sealed record EntryKey(string Actor, string Key, byte[] Spki);

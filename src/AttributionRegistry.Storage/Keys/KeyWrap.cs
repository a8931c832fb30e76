using System.Security.Cryptography;
using System.Text;

namespace AttributionRegistry.Storage;

/// <summary>A key under a key: AES-256-GCM with a random nonce. The context is bound: under another one nothing unwraps.</summary>
internal static class KeyWrap
{
    public const int KeyBytes = 32;
    public const int Length = NonceBytes + KeyBytes + TagBytes;

    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    public static byte[] Wrap(ReadOnlySpan<byte> wrapping, ReadOnlySpan<byte> key, string context, Func<int, byte[]> entropy)
    {
        var wrapped = new byte[Length];
        entropy(NonceBytes).CopyTo(wrapped, 0);
        using var aes = new AesGcm(wrapping, TagBytes);
        aes.Encrypt(
            wrapped.AsSpan(0, NonceBytes), key, wrapped.AsSpan(NonceBytes, KeyBytes), wrapped.AsSpan(NonceBytes + KeyBytes), Bound(context));
        return wrapped;
    }

    /// <summary>The key, or null where the wrap is not one of this context under this key.</summary>
    public static byte[]? Unwrap(ReadOnlySpan<byte> wrapping, ReadOnlySpan<byte> wrapped, string context)
    {
        if (wrapped.Length != Length)
        {
            return null;
        }

        var key = new byte[KeyBytes];
        using var aes = new AesGcm(wrapping, TagBytes);
        try
        {
            aes.Decrypt(wrapped[..NonceBytes], wrapped[NonceBytes..^TagBytes], wrapped[^TagBytes..], key, Bound(context));
            return key;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }

    private static byte[] Bound(string context) => Encoding.UTF8.GetBytes($"attribution-registry/key-wrap/v1\0{context}");
}

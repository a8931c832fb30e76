using System.Buffers.Binary;
using System.Security.Cryptography;
using AttributionRegistry.Domain;
using AttributionRegistry.Log;

namespace AttributionRegistry.Server.Registry.Signing;

/// <summary>What a token says of the draft that it was given for.</summary>
/// <param name="Seed">Makes the draft's ids and salts again.</param>
/// <param name="At">The instant of the draft.</param>
/// <param name="Request">SHA-256 of who asked for what.</param>
/// <param name="Messages">SHA-256 of what is to be signed.</param>
internal sealed record DraftToken(byte[] Seed, DateTimeOffset At, byte[] Request, byte[] Messages);

/// <summary>
/// Tokens of drafts: the server keeps nothing, the client carries it all, sealed (AES-256-GCM). The key follows from a secret of the instance,
/// not from the master key, whose rotation must not undo the drafts of that minute.
/// </summary>
internal sealed class DraftTokens(byte[] key)
{
    private const byte Version = 1;
    private const int NonceSize = 12;
    private const int TagSize = 16;
    private const int PlainSize = ActSeed.Size + sizeof(long) + SHA256.HashSizeInBytes + SHA256.HashSizeInBytes;

    private static ReadOnlySpan<byte> Purpose => "attribution-registry/draft/v1"u8;

    public string Seal(DraftToken token, byte[] nonce)
    {
        Span<byte> plain = stackalloc byte[PlainSize];
        token.Seed.CopyTo(plain);
        BinaryPrimitives.WriteInt64BigEndian(plain[ActSeed.Size..], Instant.ToMicroseconds(token.At));
        token.Request.CopyTo(plain[(ActSeed.Size + sizeof(long))..]);
        token.Messages.CopyTo(plain[^SHA256.HashSizeInBytes..]);
        var text = new byte[1 + NonceSize + PlainSize + TagSize];
        text[0] = Version;
        nonce.CopyTo(text.AsSpan(1));
        using var cipher = new AesGcm(key, TagSize);
        cipher.Encrypt(nonce, plain, text.AsSpan(1 + NonceSize, PlainSize), text.AsSpan(1 + NonceSize + PlainSize), Purpose);
        return B64Url.Encode(text);
    }

    public static int NonceBytes => NonceSize;

    /// <summary>Null for what this instance has not given out.</summary>
    public DraftToken? Open(string token)
    {
        if (!B64Url.TryDecode(token, out var text) || text.Length != 1 + NonceSize + PlainSize + TagSize || text[0] != Version)
        {
            return null;
        }

        var plain = new byte[PlainSize];
        using var cipher = new AesGcm(key, TagSize);
        try
        {
            cipher.Decrypt(text.AsSpan(1, NonceSize), text.AsSpan(1 + NonceSize, PlainSize), text.AsSpan(1 + NonceSize + PlainSize), plain, Purpose);
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }

        return new DraftToken(
            plain[..ActSeed.Size], Instant.FromMicroseconds(BinaryPrimitives.ReadInt64BigEndian(plain.AsSpan(ActSeed.Size))),
            plain[(ActSeed.Size + sizeof(long))..^SHA256.HashSizeInBytes], plain[^SHA256.HashSizeInBytes..]);
    }
}

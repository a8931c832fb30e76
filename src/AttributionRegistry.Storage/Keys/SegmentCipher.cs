using System.Buffers.Binary;
using System.Security.Cryptography;

namespace AttributionRegistry.Storage;

/// <summary>
/// The STREAM construction over AES-256-GCM: a file in segments of 64 KiB, each with its number and a mark of the last one in its nonce
/// (7 bytes prefix, 4 bytes counter, 1 byte last), and the header as associated data. Segments that were changed, swapped, repeated,
/// dropped at the end, or that belong to another file do not open. Used by one thread at a time.
/// </summary>
/// <remarks>Source: Hoang, Reyhanitabar, Rogaway, Vizár, "Online Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance", 2015.</remarks>
internal sealed class SegmentCipher(byte[] key, SealedHeader header) : IDisposable
{
    public const int PlainBytes = 64 * 1024;
    public const int TagBytes = 16;
    public const int SealedBytes = PlainBytes + TagBytes;

    private readonly AesGcm _aes = new(key, TagBytes);
    private readonly byte[] _nonce = [.. header.Prefix, 0, 0, 0, 0, 0];

    public void Seal(uint number, bool last, ReadOnlySpan<byte> plain, Span<byte> box)
    {
        SetNonce(number, last);
        _aes.Encrypt(_nonce, plain, box[..plain.Length], box.Slice(plain.Length, TagBytes), header.Bytes);
    }

    /// <returns>False when the segment is not the one that was sealed at this place.</returns>
    public bool TryOpen(uint number, bool last, ReadOnlySpan<byte> box, Span<byte> plain)
    {
        if (box.Length < TagBytes)
        {
            return false;
        }

        SetNonce(number, last);
        try
        {
            _aes.Decrypt(_nonce, box[..^TagBytes], box[^TagBytes..], plain[..(box.Length - TagBytes)], header.Bytes);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }

    /// <summary>The length of a sealed file, header included. An empty file has one empty segment.</summary>
    public static long SealedLength(long plain) => SealedHeader.Size + plain + (Segments(plain) * TagBytes);

    public static long Segments(long plain) => Math.Max(1, (plain + PlainBytes - 1) / PlainBytes);

    public void Dispose() => _aes.Dispose();

    private void SetNonce(uint number, bool last)
    {
        BinaryPrimitives.WriteUInt32BigEndian(_nonce.AsSpan(7), number);
        _nonce[11] = last ? (byte)1 : (byte)0;
    }
}

/// <summary>The first 32 bytes of a sealed file: "ATRSEAL1", 7 random bytes of nonce prefix, a zero, and the 16 bytes of the file's id.</summary>
internal sealed class SealedHeader
{
    public const int Size = 32;

    private SealedHeader(byte[] bytes) => Bytes = bytes;

    public byte[] Bytes { get; }

    public ReadOnlySpan<byte> Prefix => Bytes.AsSpan(8, 7);

    public static SealedHeader New(string blob, Func<int, byte[]> entropy) =>
        new([.. "ATRSEAL1"u8, .. entropy(7), 0, .. Convert.FromHexString(blob)]);

    /// <returns>Null when the bytes are not the header of this file.</returns>
    public static SealedHeader? Read(ReadOnlySpan<byte> bytes, string blob) =>
        bytes.Length == Size && bytes[..8].SequenceEqual("ATRSEAL1"u8) && bytes[15] == 0 && bytes[16..].SequenceEqual(Convert.FromHexString(blob))
            ? new SealedHeader(bytes.ToArray())
            : null;
}

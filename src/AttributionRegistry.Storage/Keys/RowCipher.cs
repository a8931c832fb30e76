using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace AttributionRegistry.Storage;

/// <summary>
/// Text of a row under a data key: AES-256-GCM, a random nonce, and the place of the row as associated data, so that a value moved to
/// another row does not open. Used by one thread at a time.
/// </summary>
internal sealed class RowCipher(byte[] key) : IDisposable
{
    private const string Mark = "e1.";
    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    private readonly AesGcm _aes = new(key, TagBytes);

    public string Seal(string text, string place, Func<int, byte[]> entropy) => Seal(Encoding.UTF8.GetBytes(text), place, entropy);

    public string Seal(ReadOnlySpan<byte> plain, string place, Func<int, byte[]> entropy)
    {
        var box = new byte[NonceBytes + plain.Length + TagBytes];
        entropy(NonceBytes).CopyTo(box, 0);
        _aes.Encrypt(box.AsSpan(0, NonceBytes), plain, box.AsSpan(NonceBytes, plain.Length), box.AsSpan(NonceBytes + plain.Length), Encoding.UTF8.GetBytes(place));
        return Mark + Base64Url.EncodeToString(box);
    }

    public string OpenText(string value, string place) => Encoding.UTF8.GetString(Open(value, place));

    /// <exception cref="StoreRefusedException">The value was altered or stood in another row.</exception>
    public byte[] Open(string value, string place)
    {
        try
        {
            var box = value.StartsWith(Mark, StringComparison.Ordinal) ? Base64Url.DecodeFromChars(value.AsSpan(Mark.Length)) : [];
            if (box.Length >= NonceBytes + TagBytes)
            {
                var plain = new byte[box.Length - NonceBytes - TagBytes];
                _aes.Decrypt(box.AsSpan(0, NonceBytes), box.AsSpan(NonceBytes, plain.Length), box.AsSpan(NonceBytes + plain.Length), plain, Encoding.UTF8.GetBytes(place));
                return plain;
            }
        }
        catch (Exception fault) when (fault is FormatException or AuthenticationTagMismatchException)
        {
            // Said below, with the place.
        }

        throw new StoreRefusedException($"A value of the database does not open at its place ({place.Replace('\0', ' ')}): it was altered or moved. Restore the database from a backup.");
    }

    public void Dispose() => _aes.Dispose();
}

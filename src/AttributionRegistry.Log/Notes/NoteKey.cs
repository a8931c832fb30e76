using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace AttributionRegistry.Log;

/// <summary>What a key of a signed note is used for; the value is the type byte of C2SP signed-note.</summary>
public enum NoteKeyType
{
    /// <summary>No key.</summary>
    None = 0,

    /// <summary>A log's own signature over the note's text.</summary>
    Ed25519 = 0x01,

    /// <summary>A witness's cosignature, with a time (cosignature/v1).</summary>
    CosignatureV1 = 0x04,
}

/// <summary>Names and ids of keys, as signed-note defines them.</summary>
public static class NoteKey
{
    /// <summary>The first four bytes, big-endian, of SHA-256(name ‖ LF ‖ type ‖ public key).</summary>
    public static uint Id(string name, byte type, ReadOnlySpan<byte> publicKey) =>
        BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData([.. Encoding.UTF8.GetBytes(name), (byte)'\n', type, .. publicKey]));

    /// <summary>Not empty, no white space, no plus sign, and writable as UTF-8.</summary>
    public static bool IsName(string? name) =>
        name is { Length: > 0 } && !name.Any(c => char.IsWhiteSpace(c) || c is '+' or < ' ') && NoteText.IsWellFormed(name);

    /// <summary>A key id as vkeys and addresses write it: 8 hex digits.</summary>
    public static string Hex(uint id) => id.ToString("x8", System.Globalization.CultureInfo.InvariantCulture);

    internal static string Vkey(string name, uint id, byte type, ReadOnlySpan<byte> publicKey) =>
        $"{name}+{id:x8}+{Convert.ToBase64String([type, .. publicKey])}";
}

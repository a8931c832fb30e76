using System.Globalization;
using NSec.Cryptography;

namespace AttributionRegistry.Log;

/// <summary>A public key that somebody trusts: of a log (0x01) or of a witness (0x04).</summary>
public sealed class NoteVerifier
{
    private const int PublicKeySize = 32;
    private const int SignatureSize = 64;

    private readonly PublicKey _key;

    private NoteVerifier(string name, NoteKeyType type, uint keyId, PublicKey key, string vkey)
    {
        Name = name;
        Type = type;
        KeyId = keyId;
        Vkey = vkey;
        _key = key;
    }

    public string Name { get; }

    public NoteKeyType Type { get; }

    public uint KeyId { get; }

    public string Vkey { get; }

    /// <summary>Reads <c>name+8 hex digits+base64(type ‖ key)</c>.</summary>
    /// <exception cref="NoteException">Malformed, a key id that is not the key's, or a kind of key that is not understood.</exception>
    public static NoteVerifier Parse(string vkey)
    {
        // Two splits only: the base64 has plus signs of its own.
        var parts = vkey.Split('+', 3);
        if (parts.Length != 3 || !NoteKey.IsName(parts[0]) || parts[1].Length != 8 ||
            !uint.TryParse(parts[1], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var id) ||
            !Base64Strict.TryDecode(parts[2], out var blob) || blob.Length < 2)
        {
            throw new NoteException("A verifier key reads name+8 hex digits+base64.");
        }

        var type = (NoteKeyType)blob[0];
        if (type is not (NoteKeyType.Ed25519 or NoteKeyType.CosignatureV1) || blob.Length != 1 + PublicKeySize ||
            !PublicKey.TryImport(SignatureAlgorithm.Ed25519, blob.AsSpan(1), KeyBlobFormat.RawPublicKey, out var key))
        {
            throw new NoteException($"Key type 0x{blob[0]:x2} with {blob.Length - 1} bytes is not an Ed25519 key of a log or a witness.");
        }

        return NoteKey.Id(parts[0], blob[0], blob.AsSpan(1)) == id
            ? new NoteVerifier(parts[0], type, id, key!, vkey)
            : throw new NoteException($"The key id {parts[1]} is not that of this name and key; the text was altered or mistyped.");
    }

    /// <summary>Whether the bare signature over the message is this key's.</summary>
    public bool Verify(ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) =>
        signature.Length == SignatureSize && SignatureAlgorithm.Ed25519.Verify(_key, message, signature);

    /// <summary>Whether a signature line's payload (after the key id) holds for the text, in the way of this kind of key.</summary>
    internal bool VerifyText(string text, byte[] payload) => Type switch
    {
        NoteKeyType.Ed25519 => Verify(NoteText.Utf8.GetBytes(text), payload),
        _ => CosignatureV1.TryTime(payload, out var time) && Verify(CosignatureV1.Message(text, time), payload.AsSpan(sizeof(long))),
    };
}

using System.Buffers.Binary;
using NSec.Cryptography;

namespace AttributionRegistry.Log;

/// <summary>
/// A named Ed25519 key that signs notes. The seed is copied into guarded memory and wiped on disposal; signing is deterministic and may be
/// called from several threads.
/// </summary>
public sealed class NoteSigner : IDisposable
{
    public const int SeedSize = 32;

    private readonly Key _key;

    /// <summary>A log's key (type 0x01).</summary>
    public NoteSigner(string name, ReadOnlySpan<byte> seed)
        : this(name, seed, NoteKeyType.Ed25519)
    {
    }

    private NoteSigner(string name, ReadOnlySpan<byte> seed, NoteKeyType type)
    {
        if (!NoteKey.IsName(name))
        {
            throw new ArgumentException($"'{name}' cannot name a key: no white space and no plus sign.", nameof(name));
        }

        if (seed.Length != SeedSize)
        {
            throw new ArgumentException($"An Ed25519 seed has {SeedSize} bytes, not {seed.Length}.", nameof(seed));
        }

        Name = name;
        Type = type;
        _key = Key.Import(SignatureAlgorithm.Ed25519, seed, KeyBlobFormat.RawPrivateKey);
        var publicKey = _key.PublicKey.Export(KeyBlobFormat.RawPublicKey);
        KeyId = NoteKey.Id(name, (byte)type, publicKey);
        Vkey = NoteKey.Vkey(name, KeyId, (byte)type, publicKey);
    }

    public string Name { get; }

    public NoteKeyType Type { get; }

    public uint KeyId { get; }

    /// <summary>The public key as verifiers are given it: <c>name+id+base64</c>.</summary>
    public string Vkey { get; }

    /// <summary>A witness's key (type 0x04). Never the key of a log: a cosignature says something else than a log's signature.</summary>
    public static NoteSigner Witness(string name, ReadOnlySpan<byte> seed) => new(name, seed, NoteKeyType.CosignatureV1);

    /// <summary>The bare 64-byte Ed25519 signature of a message.</summary>
    public byte[] Sign(ReadOnlySpan<byte> message) => SignatureAlgorithm.Ed25519.Sign(_key, message);

    public void Dispose() => _key.Dispose();

    /// <summary>A signature line, with its line feed, over a payload that follows the key id.</summary>
    internal string Line(ReadOnlySpan<byte> payload)
    {
        Span<byte> id = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(id, KeyId);
        return $"— {Name} {Convert.ToBase64String([.. id, .. payload])}\n";
    }
}

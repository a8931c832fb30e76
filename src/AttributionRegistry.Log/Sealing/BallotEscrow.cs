using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace AttributionRegistry.Log;

/// <summary>
/// The escrow of a sealed ballot (V-56): ballot and salt under a key that is used once, and the key in five shares, one for each scrutineer.
/// Any three open what the member did not; the server alone, and any two, can do nothing with it.
/// </summary>
/// <remarks>
/// Each share goes into a box under a key that comes from a fresh P-256 key for this share and the scrutineer's escrow key, so that the zero
/// nonce never meets the same key twice. The plaintext is padded to one of four sizes: the length of the reasons would tell members apart.
/// </remarks>
public static class BallotEscrow
{
    public const string Tag = "attribution-registry/ballot-escrow/v1";

    public const string ShareTag = "attribution-registry/escrow-share/v1";

    /// <summary>How many shares open a ballot.</summary>
    public const int Threshold = 3;

    /// <summary>How many scrutineers a round has.</summary>
    public const int Scrutineers = 5;

    /// <summary>The number of a share, then 32 bytes.</summary>
    public const int ShareSize = 1 + KeySize;

    public const int NonceSize = 12;

    private const int KeySize = 32;
    private const int TagSize = 16;
    private const int LengthSize = sizeof(uint);

    /// <summary>The sizes of the plaintext.</summary>
    public static IReadOnlyList<int> Buckets { get; } = [4096, 16_384, 65_536, 131_072];

    /// <summary>The most bytes a ballot in escrow may have.</summary>
    public static int LongestBallot { get; } = Buckets[^1] - LengthSize - Commitments.SaltSize;

    /// <summary>The size of a share's box.</summary>
    public static int BoxSize => ShareSize + TagSize;

    /// <summary>"e-" and the first 16 hex digits of SHA-256 of the escrow key.</summary>
    public static string KeyId(ReadOnlySpan<byte> spki) => $"e-{Convert.ToHexStringLower(SHA256.HashData(spki).AsSpan(0, 8))}";

    /// <summary>Whether a ciphertext with its tag has one of the four lengths.</summary>
    public static bool IsSize(int length) => Buckets.Contains(length - TagSize);

    /// <summary>Puts ballot and salt in escrow for five scrutineers.</summary>
    /// <param name="commitment">The ballot's commitment.</param>
    /// <param name="ballot">The canonical bytes.</param>
    /// <param name="salt">The salt of the commitment.</param>
    /// <param name="scrutineers">In the order of the shares' numbers.</param>
    /// <param name="entropy">Random bytes.</param>
    /// <param name="ephemeral">Makes a P-256 key for one share; it is disposed here.</param>
    /// <exception cref="ArgumentException">The ballot is longer than <see cref="LongestBallot"/>, or there are not five scrutineers.</exception>
    public static EscrowedBallot Seal(
        ReadOnlySpan<byte> commitment, ReadOnlySpan<byte> ballot, ReadOnlySpan<byte> salt, IReadOnlyList<EscrowRecipient> scrutineers,
        Func<int, byte[]> entropy, Func<ECDiffieHellman> ephemeral)
    {
        ArgumentNullException.ThrowIfNull(scrutineers);
        ArgumentNullException.ThrowIfNull(entropy);
        ArgumentNullException.ThrowIfNull(ephemeral);
        if (scrutineers.Count != Scrutineers)
        {
            throw new ArgumentException($"An escrow is for {Scrutineers} scrutineers.", nameof(scrutineers));
        }

        var plain = Padded(ballot, salt);
        var (key, nonce) = (entropy(KeySize), entropy(NonceSize));
        var boxed = Encrypt(key, nonce, plain, Prefixed(Tag, commitment));
        var shares = Shamir.Split(key, Threshold, Scrutineers, entropy);
        var boxes = new List<EscrowShare>();
        for (var i = 0; i < shares.Length; i++)
        {
            using var once = ephemeral();
            boxes.Add(BoxOf(shares[i], commitment, scrutineers[i], once));
            CryptographicOperations.ZeroMemory(shares[i]);
        }

        CryptographicOperations.ZeroMemory(key);
        CryptographicOperations.ZeroMemory(plain);
        return new EscrowedBallot(
            new EscrowStatement(Convert.ToHexStringLower(commitment), Convert.ToHexStringLower(nonce), Convert.ToHexStringLower(SHA256.HashData(boxed)), boxes), boxed);
    }

    /// <summary>Opens the box of one share with the scrutineer's escrow key. Null when it holds no share for this key and ballot.</summary>
    public static byte[]? OpenShare(ReadOnlySpan<byte> commitment, string keyId, ReadOnlySpan<byte> ephemeralSpki, ReadOnlySpan<byte> box, ECDiffieHellman escrowKey)
    {
        ArgumentNullException.ThrowIfNull(escrowKey);
        if (box.Length != BoxSize || !BallotSeal.IsKey(ephemeralSpki))
        {
            return null;
        }

        using var other = ECDiffieHellman.Create();
        other.ImportSubjectPublicKeyInfo(ephemeralSpki, out _);
        var key = AgreedKey(escrowKey, other.PublicKey, commitment, keyId);
        var share = Decrypt(key, new byte[NonceSize], box, Info(keyId));
        CryptographicOperations.ZeroMemory(key);
        return share;
    }

    /// <summary>Whether these bytes are the share that the statement says this scrutineer has.</summary>
    /// <param name="share">What a scrutineer released.</param>
    /// <param name="digest">As the member signed it, hex.</param>
    /// <param name="number">1 … 5.</param>
    public static bool IsShare(ReadOnlySpan<byte> share, string digest, int number) =>
        share.Length == ShareSize && share[0] == number && Convert.ToHexStringLower(DigestOf(share)) == digest;

    /// <summary>SHA-256(tag ‖ 0x00 ‖ share).</summary>
    public static byte[] DigestOf(ReadOnlySpan<byte> share) => Tagged(ShareTag, share);

    /// <summary>
    /// Ballot and salt out of an escrow. Null when the shares do not give the key, or what the key opens is no padded ballot, or ballot and
    /// salt do not reproduce the commitment: then the member put something else in escrow than was sealed.
    /// </summary>
    public static (byte[] Ballot, byte[] Salt)? Open(EscrowStatement statement, ReadOnlySpan<byte> ciphertext, IReadOnlyList<byte[]> shares)
    {
        ArgumentNullException.ThrowIfNull(statement);
        ArgumentNullException.ThrowIfNull(shares);
        if (shares.Count < Threshold || !Shamir.TryCombine([.. shares.Take(Threshold)], out var key) || key.Length != KeySize || !IsSize(ciphertext.Length))
        {
            return null;
        }

        var commitment = Convert.FromHexString(statement.Commitment);
        var plain = Decrypt(key, Convert.FromHexString(statement.Nonce), ciphertext, Prefixed(Tag, commitment));
        CryptographicOperations.ZeroMemory(key);
        return plain is not null && Unpadded(plain) is { } found && Commitments.Opens(commitment, Commitments.BallotCommitment, found.Salt, found.Ballot) ? found : null;
    }

    internal static byte[] Tagged(string tag, ReadOnlySpan<byte> message) => SHA256.HashData(Prefixed(tag, message));

    private static byte[] Padded(ReadOnlySpan<byte> ballot, ReadOnlySpan<byte> salt)
    {
        if (salt.Length != Commitments.SaltSize)
        {
            throw new ArgumentException($"A salt has {Commitments.SaltSize} bytes.", nameof(salt));
        }

        if (ballot.Length > LongestBallot)
        {
            throw new ArgumentException($"A ballot in escrow has at most {LongestBallot} bytes, this one has {ballot.Length}.", nameof(ballot));
        }

        var plain = new byte[BucketOf(ballot.Length)];
        BinaryPrimitives.WriteUInt32BigEndian(plain, (uint)ballot.Length);
        ballot.CopyTo(plain.AsSpan(LengthSize));
        salt.CopyTo(plain.AsSpan(LengthSize + ballot.Length));
        return plain;
    }

    // One plaintext for one ballot: the next size, and nothing but zeros behind the salt.
    private static (byte[] Ballot, byte[] Salt)? Unpadded(ReadOnlySpan<byte> plain)
    {
        var length = BinaryPrimitives.ReadUInt32BigEndian(plain);
        if (length > LongestBallot || BucketOf((int)length) != plain.Length)
        {
            return null;
        }

        var rest = plain[(LengthSize + (int)length)..];
        return rest[Commitments.SaltSize..].ContainsAnyExcept((byte)0)
            ? null
            : (plain[LengthSize..(LengthSize + (int)length)].ToArray(), rest[..Commitments.SaltSize].ToArray());
    }

    private static int BucketOf(int ballotLength) => Buckets.First(size => size >= LengthSize + ballotLength + Commitments.SaltSize);

    private static EscrowShare BoxOf(byte[] share, ReadOnlySpan<byte> commitment, EscrowRecipient scrutineer, ECDiffieHellman once)
    {
        using var theirs = ECDiffieHellman.Create();
        theirs.ImportSubjectPublicKeyInfo(scrutineer.Spki, out _);
        var key = AgreedKey(once, theirs.PublicKey, commitment, scrutineer.KeyId);
        var box = Encrypt(key, new byte[NonceSize], share, Info(scrutineer.KeyId));
        CryptographicOperations.ZeroMemory(key);
        return new EscrowShare(scrutineer.KeyId, B64Url.Encode(once.ExportSubjectPublicKeyInfo()), B64Url.Encode(box), Convert.ToHexStringLower(DigestOf(share)));
    }

    private static byte[] AgreedKey(ECDiffieHellman mine, ECDiffieHellmanPublicKey theirs, ReadOnlySpan<byte> commitment, string keyId)
    {
        var secret = mine.DeriveRawSecretAgreement(theirs);
        var key = new byte[KeySize];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, key, commitment, Info(keyId));
        CryptographicOperations.ZeroMemory(secret);
        return key;
    }

    private static byte[] Info(string keyId) => Prefixed(ShareTag, Encoding.ASCII.GetBytes(keyId));

    private static byte[] Prefixed(string tag, ReadOnlySpan<byte> rest) => [.. Encoding.ASCII.GetBytes(tag), 0, .. rest];

    private static byte[] Encrypt(byte[] key, byte[] nonce, byte[] plain, byte[] aad)
    {
        var boxed = new byte[plain.Length + TagSize];
        using var aes = new AesGcm(key, TagSize);
        aes.Encrypt(nonce, plain, boxed.AsSpan(0, plain.Length), boxed.AsSpan(plain.Length), aad);
        return boxed;
    }

    private static byte[]? Decrypt(byte[] key, byte[] nonce, ReadOnlySpan<byte> boxed, byte[] aad)
    {
        var plain = new byte[boxed.Length - TagSize];
        using var aes = new AesGcm(key, TagSize);
        try
        {
            aes.Decrypt(nonce, boxed[..^TagSize], boxed[^TagSize..], plain, aad);
            return plain;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }
}

using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace AttributionRegistry.Log;

/// <summary>How a ballot is sealed, its envelope signed, and the key behind it vouched for.</summary>
/// <remarks>
/// ES256 here is what a browser's WebCrypto does with {ECDSA, P-256, SHA-256}: the 32 bytes to sign are the <i>message</i>, so the curve sees
/// SHA-256 of them; the signature is r ‖ s, 64 bytes (IEEE P1363), not DER. Keys are in SPKI form with the point uncompressed, 91 bytes,
/// the only form that browsers export, so that a key has one id.
/// </remarks>
public static class BallotSeal
{
    public const string CommitmentTag = "attribution-registry/ballot-commitment/v1";

    public const string EnvelopeTag = "attribution-registry/ballot-envelope/v1";

    public const string BallotKeyTag = "attribution-registry/ballot-key/v1";

    public const string DeclarationTag = "attribution-registry/declaration/v1";

    private const int SignatureSize = 64;
    private const int SpkiSize = 91;

    /// <summary>SEQUENCE { SEQUENCE { id-ecPublicKey, prime256v1 }, BIT STRING { 04 ‖ x ‖ y } } up to the coordinates.</summary>
    private static ReadOnlySpan<byte> SpkiStart =>
        [0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04];

    /// <summary>The commitment to a canonical ballot under a salt that is fresh for each revision.</summary>
    public static byte[] Commitment(ReadOnlySpan<byte> salt, ReadOnlySpan<byte> ballotBytes) =>
        Commitments.Compute(Commitments.BallotCommitment, salt, ballotBytes);

    /// <summary>What the ballot key signs: SHA-256(tag ‖ 0x00 ‖ canonical envelope).</summary>
    public static byte[] EnvelopeDigest(ReadOnlySpan<byte> envelopeJcs) => Tagged(EnvelopeTag, envelopeJcs);

    /// <summary>What a member's long-term key signs to own a ballot key for one case: SHA-256(tag ‖ 0x00 ‖ JCS{ballotKey, caseId, memberId}).</summary>
    public static byte[] BallotKeyStatement(string caseId, string memberId, ReadOnlySpan<byte> spki) =>
        Tagged(BallotKeyTag, CanonicalJson.Serialize(new JsonObject { ["caseId"] = caseId, ["memberId"] = memberId, ["ballotKey"] = B64Url.Encode(spki) }));

    /// <summary>What a member's long-term key signs when a seat is answered (V-11): SHA-256(tag ‖ 0x00 ‖ JCS{accepts, caseId, kind, member, namedAnActor, panelId, statement}).</summary>
    public static byte[] DeclarationDigest(JsonObject declaration) => Tagged(DeclarationTag, CanonicalJson.Serialize(declaration));

    /// <summary>"k-" and the first 16 hex digits of SHA-256 of the key.</summary>
    public static string KeyId(ReadOnlySpan<byte> spki) => $"k-{Convert.ToHexStringLower(SHA256.HashData(spki).AsSpan(0, 8))}";

    /// <summary>Whether the bytes are a P-256 public key in the one accepted form, and the point lies on the curve.</summary>
    public static bool IsKey(ReadOnlySpan<byte> spki)
    {
        using var key = Import(spki);
        return key is not null;
    }

    /// <summary>Whether the key signed the digest. False, never an exception, for malformed keys and signatures: all three come from outside.</summary>
    public static bool VerifyEs256(ReadOnlySpan<byte> spki, ReadOnlySpan<byte> digest, ReadOnlySpan<byte> signature)
    {
        if (signature.Length != SignatureSize)
        {
            return false;
        }

        using var key = Import(spki);
        return key is not null && key.VerifyData(digest, signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
    }

    /// <summary>Signs as a member's client does.</summary>
    public static byte[] SignEs256(ECDsa key, ReadOnlySpan<byte> digest) =>
        key.SignData(digest, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);

    private static byte[] Tagged(string tag, ReadOnlySpan<byte> message) => SHA256.HashData([.. Encoding.ASCII.GetBytes(tag), 0, .. message]);

    private static ECDsa? Import(ReadOnlySpan<byte> spki)
    {
        if (spki.Length != SpkiSize || !spki.StartsWith(SpkiStart))
        {
            return null;
        }

        var key = ECDsa.Create();
        try
        {
            key.ImportSubjectPublicKeyInfo(spki, out _);
            return key;
        }
        catch (CryptographicException)
        {
            key.Dispose(); // a point that is not on the curve
            return null;
        }
    }
}

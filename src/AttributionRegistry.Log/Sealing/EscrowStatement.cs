using System.Text.Json.Nodes;

namespace AttributionRegistry.Log;

/// <summary>One scrutineer's share of the key to an escrowed ballot, which only they can open.</summary>
/// <param name="KeyId">The scrutineer's escrow key, <c>e-…</c>.</param>
/// <param name="Ephemeral">The public key made for this share alone, SPKI, base64url.</param>
/// <param name="Box">Share and tag under the key that both agree on, base64url.</param>
/// <param name="Digest">SHA-256 over tag and share, hex: shows whether what is released is the share.</param>
public sealed record EscrowShare(string KeyId, string Ephemeral, string Box, string Digest);

/// <summary>What the ballot key signs of an escrow: to which commitment it belongs, what the ciphertext is, who has which share.</summary>
/// <param name="Commitment">Of the ballot in it, hex.</param>
/// <param name="Nonce">12 bytes, hex.</param>
/// <param name="CiphertextDigest">SHA-256 of ciphertext and tag, hex.</param>
/// <param name="Shares">One for each scrutineer, in the order of the shares' numbers.</param>
public sealed record EscrowStatement(string Commitment, string Nonce, string CiphertextDigest, IReadOnlyList<EscrowShare> Shares)
{
    /// <summary>The document that is signed.</summary>
    public JsonObject ToJson() => new()
    {
        ["type"] = "escrow",
        ["v"] = 1,
        ["commitment"] = Commitment,
        ["nonce"] = Nonce,
        ["ciphertextDigest"] = CiphertextDigest,
        ["shares"] = new JsonArray(
        [
            .. Shares.Select(s => new JsonObject { ["keyId"] = s.KeyId, ["ephemeral"] = s.Ephemeral, ["box"] = s.Box, ["digest"] = s.Digest }),
        ]),
    };

    /// <summary>What the ballot key signs: SHA-256(tag ‖ 0x00 ‖ canonical statement).</summary>
    public byte[] ToSign() => BallotEscrow.Tagged(BallotEscrow.Tag, CanonicalJson.Serialize(ToJson()));
}

/// <summary>An escrow as a member hands it in, still to be signed.</summary>
public sealed record EscrowedBallot(EscrowStatement Statement, byte[] Ciphertext);

/// <summary>A scrutineer as a round fixes them: the escrow key by which they get their share.</summary>
public sealed record EscrowRecipient(string KeyId, byte[] Spki);

using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Rounds;
using AttributionRegistry.Log;

namespace AttributionRegistry.Server.Rounds;

/// <summary>One share of the key to an escrowed ballot, boxed for one scrutineer.</summary>
/// <param name="KeyId">The scrutineer's escrow key, <c>e-…</c>.</param>
/// <param name="Ephemeral">Public key made for this share alone: SPKI, base64url.</param>
/// <param name="Box">Share and tag, base64url.</param>
/// <param name="Digest">SHA-256 over tag and share, hex.</param>
public sealed record EscrowShareBody(string KeyId, string Ephemeral, string Box, string Digest);

/// <summary>What the ballot key signs of an escrow (V-56). Its canonical form is signed.</summary>
/// <param name="Type">Always <c>escrow</c>.</param>
/// <param name="V">Always 1.</param>
/// <param name="Commitment">Of the ballot in it, hex: that of the envelope.</param>
/// <param name="Nonce">12 bytes, hex.</param>
/// <param name="CiphertextDigest">SHA-256 of the ciphertext with its tag, hex.</param>
/// <param name="Shares">Five, in the order of the round's scrutineers.</param>
public sealed record EscrowBody(string Type, int V, string Commitment, string Nonce, string CiphertextDigest, IReadOnlyList<EscrowShareBody> Shares)
{
    internal static EscrowBody Of(EscrowDeposit deposit) => new(
        "escrow", 1, deposit.Commitment, deposit.Nonce, deposit.CiphertextDigest,
        [.. deposit.Shares.Select(s => new EscrowShareBody(s.KeyId, s.Ephemeral, s.Box, s.Digest))]);

    internal EscrowStatement ToStatement() =>
        new(Commitment, Nonce, CiphertextDigest, [.. Shares.Select(s => new EscrowShare(s.KeyId, s.Ephemeral, s.Box, s.Digest))]);
}

/// <summary>The escrow of a sealed ballot: required in a round that has scrutineers.</summary>
/// <param name="Escrow">What is signed.</param>
/// <param name="Ciphertext">Ciphertext and tag, base64url; the plaintext is padded to 4, 16, 64 or 128 KiB.</param>
/// <param name="Signature">ES256 by the ballot key, base64url.</param>
public sealed record EscrowRequest(EscrowBody Escrow, string Ciphertext, string Signature)
{
    /// <summary>What is wrong with its form, or null. Whether it holds the ballot nobody but three scrutineers can tell.</summary>
    internal Refusal? Fault() =>
        Escrow.Type != "escrow" ? Malformed("escrow/type", "An escrow has the type 'escrow'.")
        : Escrow.V != 1 ? Malformed("escrow/v", "This server takes escrows of version 1.")
        : !Sha256Hex.IsWellFormed(Escrow.Commitment) ? Malformed("escrow/commitment", "A commitment is 64 lower-case hex digits.")
        : !IsNonce(Escrow.Nonce) ? Malformed("escrow/nonce", "The nonce of an escrow is 24 lower-case hex digits.")
        : !Sha256Hex.IsWellFormed(Escrow.CiphertextDigest) ? Malformed("escrow/ciphertextDigest", "A digest is 64 lower-case hex digits.")
        : RoundRecord.BytesOf(Ciphertext) is not { } bytes || !BallotEscrow.IsSize(bytes.Length)
            ? Malformed("ciphertext", "A ciphertext is base64url of 4, 16, 64 or 128 KiB and a tag of 16 bytes.")
        : Sha256Hex.Of(bytes) != Escrow.CiphertextDigest ? Malformed("escrow/ciphertextDigest", "The digest is not that of the ciphertext.")
        : Enumerable.Range(0, Escrow.Shares.Count).Select(i => ShareFault(Escrow.Shares[i], i)).FirstOrDefault(f => f is not null);

    internal EscrowDeposit ToDeposit(string envelopeDigest) => new(
        envelopeDigest, Escrow.Commitment, Escrow.Nonce, Escrow.CiphertextDigest,
        [.. Escrow.Shares.Select(s => new EscrowBox(s.KeyId, s.Ephemeral, s.Box, s.Digest))], Ciphertext, Signature);

    private static Refusal? ShareFault(EscrowShareBody share, int i) =>
        RoundRecord.BytesOf(share.Ephemeral) is not { } spki || !BallotSeal.IsKey(spki)
            ? Malformed($"escrow/shares/{i}/ephemeral", "An ephemeral key is a P-256 SubjectPublicKeyInfo in base64url.")
        : RoundRecord.BytesOf(share.Box)?.Length != BallotEscrow.BoxSize ? Malformed($"escrow/shares/{i}/box", $"The box of a share has {BallotEscrow.BoxSize} bytes.")
        : !Sha256Hex.IsWellFormed(share.Digest) ? Malformed($"escrow/shares/{i}/digest", "A digest is 64 lower-case hex digits.")
        : null;

    private static bool IsNonce(string text) => text.Length == 2 * BallotEscrow.NonceSize && text.AsSpan().IndexOfAnyExcept("0123456789abcdef") < 0;

    private static Refusal Malformed(string at, string message) => Refusal.Invalid("escrow-malformed", message, $"/escrow/{at}");
}

/// <summary>A scrutineer's key as a round fixed it; whose it is stays out of it.</summary>
/// <param name="KeyId">What the record calls it, <c>e-…</c>.</param>
/// <param name="Spki">The public key, base64url.</param>
public sealed record ScrutineerKeyView(string KeyId, string Spki);

/// <summary>Who opens what members do not, in the order of the shares' numbers 1 … 5.</summary>
/// <param name="Threshold">How many shares open a ballot.</param>
/// <param name="Scrutineers">Their keys.</param>
/// <param name="Closes">Until when they may open.</param>
public sealed record RoundEscrowView(int Threshold, IReadOnlyList<ScrutineerKeyView> Scrutineers, DateTimeOffset Closes)
{
    internal static RoundEscrowView? Of(Round round) => round.Escrow is not { } escrow ? null
        : new RoundEscrowView(RoundEscrow.Threshold, [.. escrow.Scrutineers.Select(s => new ScrutineerKeyView(s.KeyId, s.Spki))], round.EscrowCloses!.Value);
}

using System.Security.Cryptography;
using System.Text.Json.Nodes;
using AttributionRegistry.Log;

namespace AttributionRegistry.Cli.Ballots;

/// <summary>
/// Seals the ballots of one member with their key for one case. Random bytes come in from outside; the ballot itself never leaves
/// what this returns.
/// </summary>
public sealed class BallotSealer(ECDsa ballotKey, Func<int, byte[]> entropy)
{
    private const int NonceSize = 16;

    /// <summary>The public key in the one accepted form.</summary>
    public byte[] Spki { get; } = ballotKey.ExportSubjectPublicKeyInfo();

    /// <summary>What the record calls this key.</summary>
    public string BallotKeyId => BallotSeal.KeyId(Spki);

    /// <summary>A fresh key for one case.</summary>
    public static ECDsa NewKey() => ECDsa.Create(ECCurve.NamedCurves.nistP256);

    /// <summary>Seals the first ballot, or the next revision after <paramref name="previous"/> (V-51).</summary>
    /// <param name="frame">What the round fixed.</param>
    /// <param name="answers">By question: {likelihood, confidence, cites, reasons} or {abstain: true}.</param>
    /// <param name="previous">The last sealed ballot of this round, or null.</param>
    /// <param name="scrutineers">For whom it is put in escrow (V-56); null or nobody where the round has none.</param>
    public SealedBallot Seal(BallotFrame frame, JsonObject answers, SealedBallot? previous = null, IReadOnlyList<EscrowRecipient>? scrutineers = null)
    {
        ArgumentNullException.ThrowIfNull(frame);
        ArgumentNullException.ThrowIfNull(answers);
        var ballot = CanonicalJson.Serialize(new JsonObject
        {
            ["type"] = "ballot",
            ["v"] = 1,
            ["caseId"] = frame.CaseId,
            ["round"] = frame.Round,
            ["ballotKeyId"] = BallotKeyId,
            ["rulesHash"] = frame.RulesHash,
            ["evidenceRoot"] = frame.EvidenceRoot,
            ["answers"] = answers.DeepClone(),
        });
        var salt = entropy(Commitments.SaltSize);
        var enclosed = Enclose(frame, ballot, salt, (previous?.Revision ?? 0) + 1, previous?.Digest);
        return scrutineers is null or [] ? enclosed : Deposit(enclosed, scrutineers, ballot, salt);
    }

    /// <summary>The envelope for given ballot bytes and salt, signed.</summary>
    public SealedBallot Enclose(BallotFrame frame, byte[] ballot, byte[] salt, int revision, string? previous)
    {
        ArgumentNullException.ThrowIfNull(frame);
        var envelope = new JsonObject
        {
            ["type"] = "commit",
            ["v"] = 1,
            ["caseId"] = frame.CaseId,
            ["round"] = frame.Round,
            ["ballotKeyId"] = BallotKeyId,
            ["revision"] = revision,
            ["previous"] = previous,
            ["commitment"] = Convert.ToHexStringLower(BallotSeal.Commitment(salt, ballot)),
            ["nonce"] = Convert.ToHexStringLower(entropy(NonceSize)),
        };
        var digest = BallotSeal.EnvelopeDigest(CanonicalJson.Serialize(envelope));
        return new SealedBallot(ballot, salt, envelope, Convert.ToHexStringLower(digest), B64Url.Encode(BallotSeal.SignEs256(ballotKey, digest)));
    }

    /// <summary>The same sealed ballot with an escrow of these bytes, signed.</summary>
    /// <exception cref="ArgumentException">The ballot is too long for an escrow.</exception>
    public SealedBallot Deposit(SealedBallot ballot, IReadOnlyList<EscrowRecipient> scrutineers, byte[] bytes, byte[] salt)
    {
        ArgumentNullException.ThrowIfNull(ballot);
        var escrow = BallotEscrow.Seal(
            Convert.FromHexString(ballot.Commitment), bytes, salt, scrutineers, entropy, () => ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256));
        return ballot with
        {
            Escrow = new JsonObject
            {
                ["escrow"] = escrow.Statement.ToJson(),
                ["ciphertext"] = B64Url.Encode(escrow.Ciphertext),
                ["signature"] = B64Url.Encode(BallotSeal.SignEs256(ballotKey, escrow.Statement.ToSign())),
            },
        };
    }

    /// <summary>The member <c>ballotKey</c> of a declaration: the long-term key vouches for this ballot key (V-70).</summary>
    /// <param name="incident">The case.</param>
    /// <param name="member">The member's person id.</param>
    /// <param name="signingKeyId">Id of the registered long-term key.</param>
    /// <param name="signingKey">The long-term key.</param>
    public JsonObject Declare(string incident, string member, string signingKeyId, ECDsa signingKey) => new()
    {
        ["spki"] = B64Url.Encode(Spki),
        ["signature"] = B64Url.Encode(BallotSeal.SignEs256(signingKey, BallotSeal.BallotKeyStatement(incident, member, Spki))),
        ["signingKey"] = signingKeyId,
    };
}

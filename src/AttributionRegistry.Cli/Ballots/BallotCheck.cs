using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using AttributionRegistry.Log;

namespace AttributionRegistry.Cli.Ballots;

/// <summary>What a round fixed, and the roster of its ballot keys.</summary>
public sealed record RoundFile(BallotFrame Frame, IReadOnlyDictionary<string, byte[]> Keys)
{
    /// <summary>For whom ballots are put in escrow, in the order of the shares; empty where they are not (V-56).</summary>
    public IReadOnlyList<EscrowRecipient> Scrutineers { get; init; } = [];

    /// <exception cref="FormatException">This is no answer of GET /v1/rounds/{id}.</exception>
    public static RoundFile Read(string path) => Parse(File.ReadAllText(path));

    /// <inheritdoc cref="Read"/>
    public static RoundFile Parse(string json)
    {
        try
        {
            var round = JsonNode.Parse(json)!.AsObject();
            return new RoundFile(
                new BallotFrame((string)round["incident"]!, (int)round["number"]!, (string)round["rulesHash"]!, (string)round["evidenceRoot"]!),
                round["ballotKeys"]!.AsArray().ToDictionary(k => (string)k!["id"]!, k => B64Url.Decode((string)k!["spki"]!)))
            {
                Scrutineers = round["escrow"] is JsonObject escrow ? ScrutineersIn(escrow) : [],
            };
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or NullReferenceException or ArgumentException)
        {
            throw new FormatException("This is not what GET /v1/rounds/{id} answers.", fault);
        }
    }

    // The server names the keys; that a name is its key's own the client sees for itself.
    private static List<EscrowRecipient> ScrutineersIn(JsonObject escrow)
    {
        var found = escrow["scrutineers"]!.AsArray().Select(s => new EscrowRecipient((string)s!["keyId"]!, B64Url.Decode((string)s["spki"]!))).ToList();
        return found.Count == BallotEscrow.Scrutineers && found.All(s => BallotSeal.IsKey(s.Spki) && BallotEscrow.KeyId(s.Spki) == s.KeyId) &&
            (int)escrow["threshold"]! == BallotEscrow.Threshold
                ? found
                : throw new FormatException("The round's escrow is not for three of five scrutineers with keys of their own.");
    }
}

/// <summary>Whether a sealed ballot is what its envelope says, without asking anybody.</summary>
public static class BallotCheck
{
    /// <summary>The first thing that does not hold, or null.</summary>
    public static string? FirstFault(SealedBallot ballot, RoundFile? round)
    {
        ArgumentNullException.ThrowIfNull(ballot);
        if (!IsCanonical(ballot.Ballot))
        {
            return "the ballot is not in canonical form";
        }

        if (ballot.Salt.Length != Commitments.SaltSize || Convert.ToHexStringLower(BallotSeal.Commitment(ballot.Salt, ballot.Ballot)) != ballot.Commitment)
        {
            return "ballot and salt do not reproduce the commitment";
        }

        var digest = BallotSeal.EnvelopeDigest(CanonicalJson.Serialize(ballot.Envelope));
        if (Convert.ToHexStringLower(digest) != ballot.Digest)
        {
            return "the digest is not that of the envelope";
        }

        return NotTheSame(ballot) ?? (round is null ? null : Against(round, ballot, digest));
    }

    private static string? NotTheSame(SealedBallot ballot)
    {
        var inside = JsonNode.Parse(ballot.Ballot)!.AsObject();
        return new[] { "caseId", "round", "ballotKeyId" }.FirstOrDefault(name => !JsonNode.DeepEquals(inside[name], ballot.Envelope[name])) is { } other
            ? $"ballot and envelope differ in {other}"
            : null;
    }

    private static string? Against(RoundFile round, SealedBallot ballot, byte[] digest)
    {
        var inside = JsonNode.Parse(ballot.Ballot)!.AsObject();
        var frame = new JsonObject
        {
            ["caseId"] = round.Frame.CaseId,
            ["round"] = round.Frame.Round,
            ["rulesHash"] = round.Frame.RulesHash,
            ["evidenceRoot"] = round.Frame.EvidenceRoot,
        };
        if (frame.FirstOrDefault(m => !JsonNode.DeepEquals(inside[m.Key], m.Value)).Key is { } other)
        {
            return $"the ballot is for another {other}";
        }

        if (!round.Keys.TryGetValue(ballot.BallotKeyId, out var spki) || BallotSeal.KeyId(spki) != ballot.BallotKeyId)
        {
            return "the ballot key is not on the round's roster";
        }

        return B64Url.TryDecode(ballot.Signature, out var signature) && BallotSeal.VerifyEs256(spki, digest, signature)
            ? EscrowFault(round, ballot)
            : "the ballot key did not sign this envelope";
    }

    // The boxes of the shares only their scrutineers can open: what the client put into them, its file does not tell.
    private static string? EscrowFault(RoundFile round, SealedBallot ballot)
    {
        if (round.Scrutineers.Count == 0 || ballot.Escrow is not { } sent)
        {
            return round.Scrutineers.Count > 0 ? "the round has scrutineers, and the ballot is not in escrow"
                : ballot.Escrow is not null ? "the ballot is in escrow, and the round has no scrutineers"
                : null;
        }

        var statement = sent["escrow"]!.AsObject();
        var ciphertext = B64Url.Decode((string)sent["ciphertext"]!);
        var digest = EscrowFile.ToSign(statement);
        return (string?)statement["commitment"] != ballot.Commitment ? "the escrow is for another commitment"
            : (string?)statement["ciphertextDigest"] != Convert.ToHexStringLower(SHA256.HashData(ciphertext)) ? "the digest in the escrow is not that of its ciphertext"
            : !statement["shares"]!.AsArray().Select(s => (string?)s!["keyId"]).SequenceEqual(round.Scrutineers.Select(s => s.KeyId)) ? "the shares are for other scrutineers"
            : BallotSeal.VerifyEs256(round.Keys[ballot.BallotKeyId], digest, B64Url.Decode((string)sent["signature"]!)) ? null
            : "the ballot key did not sign this escrow";
    }

    private static bool IsCanonical(byte[] bytes)
    {
        try
        {
            return CanonicalJson.CanonicalizeIntegers(bytes).AsSpan().SequenceEqual(bytes);
        }
        catch (CanonicalJsonException)
        {
            return false;
        }
    }
}

using System.Text.Json;
using System.Text.Json.Nodes;
using AttributionRegistry.Log;

namespace AttributionRegistry.Cli.Ballots;

/// <summary>What a round fixed, and the roster of its ballot keys.</summary>
public sealed record RoundFile(BallotFrame Frame, IReadOnlyDictionary<string, byte[]> Keys)
{
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
                round["ballotKeys"]!.AsArray().ToDictionary(k => (string)k!["id"]!, k => B64Url.Decode((string)k!["spki"]!)));
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or NullReferenceException or ArgumentException)
        {
            throw new FormatException("This is not what GET /v1/rounds/{id} answers.", fault);
        }
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
            ? null
            : "the ballot key did not sign this envelope";
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

using System.Text.Json;
using System.Text.Json.Nodes;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Rounds;
using AttributionRegistry.Domain.Voting;
using AttributionRegistry.Log;

namespace AttributionRegistry.Server.Rounds;

/// <summary>The bytes behind a round: rules hash, envelopes and ballots as every verifier computes them.</summary>
public static class RoundRecord
{
    // Counted ballots are shown inside answers of the API, whose own nesting is bounded.
    private const int MaxBallotDepth = 8;

    /// <summary>SHA-256 of the canonical rule set.</summary>
    public static string HashOf(RuleSet rules) =>
        Sha256Hex.Of(CanonicalJson.CanonicalizeIntegers(JsonSerializer.SerializeToUtf8Bytes(rules, VotingJson.Default.RuleSet)));

    /// <summary>What the ballot key signed.</summary>
    public static byte[] DigestOf(EnvelopeBody envelope) => BallotSeal.EnvelopeDigest(CanonicalJson.Serialize(Json(envelope)));

    /// <summary>The bytes of a member sent in base64url, or null when it is none.</summary>
    public static byte[]? BytesOf(string base64Url) => B64Url.TryDecode(base64Url, out var bytes) ? bytes : null;

    /// <summary>Whether ballot and salt reproduce the commitment of the last envelope under a ballot key, byte for byte (V-53).</summary>
    public static bool Reproduces(Round round, string ballotKeyId, byte[]? ballot, byte[]? salt)
    {
        ArgumentNullException.ThrowIfNull(round);
        return ballot is not null && salt is not null && round.ChainOf(ballotKeyId).MaxBy(e => e.Revision) is { } last &&
            Commitments.Opens(Convert.FromHexString(last.Commitment), Commitments.BallotCommitment, salt, ballot);
    }

    /// <summary>The envelope as it was sent, from what is kept of it.</summary>
    public static EnvelopeBody BodyOf(Round round, Envelope envelope)
    {
        ArgumentNullException.ThrowIfNull(round);
        ArgumentNullException.ThrowIfNull(envelope);
        return new EnvelopeBody(
            "commit", 1, round.Incident.Value, round.Number, envelope.BallotKeyId, envelope.Revision, envelope.Previous, envelope.Commitment, envelope.Nonce);
    }

    /// <summary>The answers of an opened ballot by question. What cannot be read is spoiled, never fatal (V-25).</summary>
    public static IReadOnlyDictionary<string, Answer> AnswersOf(string ballot)
    {
        using var json = JsonDocument.Parse(B64Url.Decode(ballot));
        return json.RootElement.GetProperty("answers").EnumerateObject().ToDictionary(a => a.Name, a => Answer.Read(a.Value), StringComparer.Ordinal);
    }

    /// <summary>Why these bytes are no ballot of this round, or null. The caller has made sure that they reproduce the commitment.</summary>
    public static Refusal? FaultOf(Round round, string ballotKeyId, byte[] ballot)
    {
        ArgumentNullException.ThrowIfNull(round);
        try
        {
            if (!CanonicalJson.CanonicalizeIntegers(ballot).AsSpan().SequenceEqual(ballot))
            {
                return NotCanonical;
            }
        }
        catch (CanonicalJsonException)
        {
            return NotCanonical;
        }

        try
        {
            using var json = JsonDocument.Parse(ballot, new JsonDocumentOptions { MaxDepth = MaxBallotDepth });
            return FaultIn(round, ballotKeyId, json.RootElement);
        }
        catch (JsonException)
        {
            return Refusal.Invalid("ballot-invalid", $"A ballot nests at most {MaxBallotDepth} deep.", "/ballot");
        }
    }

    private static Refusal? FaultIn(Round round, string ballotKeyId, JsonElement root)
    {
        if (root.ValueKind is not JsonValueKind.Object)
        {
            return Refusal.Invalid("ballot-invalid", "A ballot is an object.", "/ballot");
        }

        return Text("type", "ballot") ?? Number("v", 1) ?? Text("caseId", round.Incident.Value) ?? Number("round", round.Number) ??
            Text("ballotKeyId", ballotKeyId) ?? Text("rulesHash", round.RulesHash) ?? Text("evidenceRoot", round.EvidenceRoot) ??
            (root.TryGetProperty("answers", out var answers) && answers.ValueKind is JsonValueKind.Object ? null : Other("answers"));

        Refusal? Text(string name, string wanted) =>
            root.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String && value.ValueEquals(wanted) ? null : Other(name);

        Refusal? Number(string name, int wanted) =>
            root.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.Number && value.TryGetInt32(out var number) && number == wanted
                ? null
                : Other(name);
    }

    private static Refusal NotCanonical { get; } =
        Refusal.Invalid("ballot-not-canonical", "The ballot is not in canonical form (RFC 8785, whole numbers only).", "/ballot");

    private static Refusal Other(string name) =>
        Refusal.Invalid("ballot-invalid", $"The member '{name}' inside the ballot is not what this round and this ballot key need.", $"/ballot/{name}");

    private static JsonObject Json(EnvelopeBody e) => new()
    {
        ["type"] = e.Type,
        ["v"] = e.V,
        ["caseId"] = e.CaseId,
        ["round"] = e.Round,
        ["ballotKeyId"] = e.BallotKeyId,
        ["revision"] = e.Revision,
        ["previous"] = e.Previous,
        ["commitment"] = e.Commitment,
        ["nonce"] = e.Nonce,
    };
}

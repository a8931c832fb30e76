using System.Text.Json;
using System.Text.Json.Nodes;
using AttributionRegistry.Log;

namespace AttributionRegistry.Cli.Ballots;

/// <summary>What a round fixed at its opening, and every ballot repeats: a ballot for anything else cannot be opened.</summary>
public sealed record BallotFrame(string CaseId, int Round, string RulesHash, string EvidenceRoot);

/// <summary>
/// A ballot and its sealed form. Whoever holds this can open the ballot: the file stays with the member until the reveal window.
/// </summary>
/// <param name="Ballot">The canonical bytes.</param>
/// <param name="Salt">32 bytes, fresh for this revision.</param>
/// <param name="Envelope">What is sent before the reveal: nothing in it says anything about the ballot.</param>
/// <param name="Digest">What was signed, hex; the next revision names it as its previous one.</param>
/// <param name="Signature">ES256 by the ballot key, base64url.</param>
public sealed record SealedBallot(byte[] Ballot, byte[] Salt, JsonObject Envelope, string Digest, string Signature)
{
    /// <summary>The member <c>escrow</c> of the request: ballot and salt for the round's scrutineers (V-56); null where it has none.</summary>
    public JsonObject? Escrow { get; init; }

    public string BallotKeyId => (string)Envelope["ballotKeyId"]!;

    public int Revision => (int)Envelope["revision"]!;

    public string Commitment => (string)Envelope["commitment"]!;

    /// <summary>The body of POST /v1/rounds/{id}/envelopes.</summary>
    public JsonObject EnvelopeRequest() => With(Escrow, new JsonObject { ["envelope"] = Envelope.DeepClone(), ["signature"] = Signature });

    /// <summary>The body of POST /v1/rounds/{id}/openings.</summary>
    public JsonObject OpeningRequest() => new()
    {
        ["ballotKeyId"] = BallotKeyId,
        ["ballot"] = B64Url.Encode(Ballot),
        ["salt"] = B64Url.Encode(Salt),
    };

    /// <summary>The member's own file.</summary>
    public string ToJson() => With(Escrow, new JsonObject
    {
        ["type"] = "sealed-ballot",
        ["v"] = 1,
        ["ballot"] = B64Url.Encode(Ballot),
        ["salt"] = B64Url.Encode(Salt),
        ["envelope"] = Envelope.DeepClone(),
        ["digest"] = Digest,
        ["signature"] = Signature,
    }).ToJsonString(Indented);

    /// <exception cref="FormatException">This is no sealed ballot.</exception>
    public static SealedBallot Parse(string json)
    {
        try
        {
            var file = JsonNode.Parse(json, documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false })!.AsObject();
            if ((string?)file["type"] != "sealed-ballot" || (int?)file["v"] != 1)
            {
                throw new FormatException("This is no sealed ballot of version 1.");
            }

            var parsed = new SealedBallot(
                B64Url.Decode((string)file["ballot"]!), B64Url.Decode((string)file["salt"]!), file["envelope"]!.AsObject(),
                (string)file["digest"]!, (string)file["signature"]!)
            {
                Escrow = file["escrow"]?.AsObject(),
            };
            _ = (parsed.BallotKeyId, parsed.Revision, parsed.Commitment);
            return parsed;
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or NullReferenceException or ArgumentNullException)
        {
            throw new FormatException($"This is no sealed ballot: {fault.Message}", fault);
        }
    }

    private static JsonObject With(JsonObject? escrow, JsonObject to)
    {
        if (escrow is not null)
        {
            to["escrow"] = escrow.DeepClone();
        }

        return to;
    }

    private static JsonSerializerOptions Indented { get; } = new() { WriteIndented = true };
}

using System.Text.Json;
using System.Text.Json.Nodes;

namespace AttributionRegistry.Log;

/// <summary>
/// The log's signed word to a member that this very ballot is in the log (V-73). It names the member's own key and nonce: a server that gave
/// two members one receipt is caught by either (clash attack). Written as a signed note whose first line no checkpoint can have.
/// </summary>
/// <param name="CaseId">The case.</param>
/// <param name="Round">The number of the round.</param>
/// <param name="BallotKeyId">Whose ballot.</param>
/// <param name="Revision">Which revision.</param>
/// <param name="Commitment">Hex.</param>
/// <param name="Nonce">The client's own, hex.</param>
/// <param name="LeafHash">The leaf of the act, base64url.</param>
/// <param name="LogId">The log's name.</param>
/// <param name="MergeBy">From when on an inclusion proof must exist, RFC 3339; here the time of the answer, which brings the proof.</param>
public sealed record BallotReceipt(
    string CaseId, int Round, string BallotKeyId, int Revision, string Commitment, string Nonce, string LeafHash, string LogId, string MergeBy)
{
    public const string Header = "attribution-registry/ballot-receipt/v1";

    /// <summary>The signed text: the header and the canonical JSON, a line each.</summary>
    public string Text() => $"{Header}\n{NoteText.Utf8.GetString(CanonicalJson.Serialize(Json()))}\n";

    /// <summary>The signed note. Several signers during a rotation of keys.</summary>
    public string Sign(params IReadOnlyList<NoteSigner> signers) => SignedNote.Sign(Text(), signers);

    /// <summary>Verifies the signature, then reads.</summary>
    /// <exception cref="NoteException">Not signed by this log, or no ballot receipt.</exception>
    public static BallotReceipt Open(string note, NoteVerifier verifier)
    {
        ArgumentNullException.ThrowIfNull(verifier);
        var signed = SignedNote.Parse(note);
        signed.Verify(verifier);
        try
        {
            var lines = signed.Text.Split('\n');
            var json = lines is [Header, var body, ""] ? JsonNode.Parse(body)!.AsObject() : throw new NoteException("This note is no ballot receipt.");
            var receipt = new BallotReceipt(
                (string)json["caseId"]!, (int)json["round"]!, (string)json["ballotKeyId"]!, (int)json["revision"]!, (string)json["commitment"]!,
                (string)json["nonce"]!, (string)json["leafHash"]!, (string)json["logId"]!, (string)json["mergeBy"]!);
            return receipt.Text() == signed.Text && receipt.LogId == verifier.Name
                ? receipt
                : throw new NoteException("The ballot receipt has not the one form that it is written in, or is of another log.");
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or FormatException or NullReferenceException or ArgumentException)
        {
            throw new NoteException($"This note is no ballot receipt: {fault.Message}");
        }
    }

    /// <summary>The first thing in which this receipt is not for an envelope, or null.</summary>
    public string? DiffersFrom(JsonObject envelope)
    {
        ArgumentNullException.ThrowIfNull(envelope);
        var mine = Json();
        return new[] { "caseId", "round", "ballotKeyId", "revision", "commitment", "nonce" }.FirstOrDefault(name => !JsonNode.DeepEquals(mine[name], envelope[name]));
    }

    private JsonObject Json() => new()
    {
        ["caseId"] = CaseId,
        ["round"] = Round,
        ["ballotKeyId"] = BallotKeyId,
        ["revision"] = Revision,
        ["commitment"] = Commitment,
        ["nonce"] = Nonce,
        ["leafHash"] = LeafHash,
        ["logId"] = LogId,
        ["mergeBy"] = MergeBy,
    };
}

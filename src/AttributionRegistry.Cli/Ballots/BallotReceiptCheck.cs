using System.Text.Json;
using System.Text.Json.Nodes;
using AttributionRegistry.Log;

namespace AttributionRegistry.Cli.Ballots;

/// <summary>Whether the answer to a sealed ballot is the log's word for this very ballot (V-73).</summary>
public static class BallotReceiptCheck
{
    /// <summary>The first thing that does not hold, or null.</summary>
    /// <param name="answer">The answer of POST /v1/rounds/{id}/envelopes.</param>
    /// <param name="ballot">What was handed in.</param>
    /// <param name="vkey">The log's key.</param>
    public static string? Fault(JsonObject answer, SealedBallot ballot, string vkey)
    {
        ArgumentNullException.ThrowIfNull(answer);
        ArgumentNullException.ThrowIfNull(ballot);
        try
        {
            var log = NoteVerifier.Parse(vkey);
            var receipt = answer["receipt"].Deserialize<Receipt>(JsonSerializerOptions.Web) ?? throw new FormatException("there is no receipt");
            var word = BallotReceipt.Open((string?)answer["ballotReceipt"] ?? throw new FormatException("there is no ballot receipt"), log);
            return word.DiffersFrom(ballot.Envelope) is { } other ? $"the receipt is for another {other}: it is not this ballot's"
                : word.LeafHash != receipt.LeafHash ? "the receipt names another leaf than the proof"
                : ReceiptVerifier.Verify(receipt, log) is { IsValid: false } verdict ? verdict.Message
                : null;
        }
        catch (Exception fault) when (fault is NoteException or FormatException or JsonException or InvalidOperationException)
        {
            return $"the receipt cannot be relied on: {fault.Message}";
        }
    }
}

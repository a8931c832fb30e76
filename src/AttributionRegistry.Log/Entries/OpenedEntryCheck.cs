using System.Text;
using System.Text.Json.Nodes;

namespace AttributionRegistry.Log;

/// <summary>What an opened entry was found to be.</summary>
/// <param name="FailedCheck">The first check that failed: <c>receipt-format</c>, <c>checkpoint</c>, <c>inclusion</c>, <c>entry</c>, <c>seal</c>, <c>author</c>, <c>opening</c>; null when all hold.</param>
/// <param name="Message">What was found.</param>
/// <param name="Shown">Fields that are proved to say what the file says they do.</param>
/// <param name="Erased">Fields destroyed by order, each with the leaf of the order.</param>
/// <param name="Withheld">Fields that are committed to and not shown.</param>
/// <param name="Author">The key that signed it, and the entry that binds the key to a person as the file says; null where nobody signed.</param>
public sealed record OpenedEntryVerdict(
    string? FailedCheck, string Message, IReadOnlyList<string> Shown, IReadOnlyList<(string Field, long OrderedBy)> Erased, IReadOnlyList<string> Withheld,
    (string Key, long BoundBy)? Author = null)
{
    public bool Holds => FailedCheck is null;
}

/// <summary>
/// Checks an entry that somebody shows (the answer of OpenCaseEntry, saved): that its bytes are the leaf, that the leaf is in the signed log,
/// that a sealed leaf opens to the event, and that each value shown is the one committed to. Needs nothing but the log's key.
/// </summary>
public static class OpenedEntryCheck
{
    public static OpenedEntryVerdict Run(JsonObject shown, NoteVerifier log)
    {
        ArgumentNullException.ThrowIfNull(shown);
        try
        {
            var leaf = Encoding.UTF8.GetBytes((string)shown["entry"]!);
            var receipt = new Receipt(
                (long)shown["index"]!, (string)shown["leafHash"]!, (string)shown["checkpoint"]!, [.. shown["hashes"]!.AsArray().Select(h => (string)h!)], null);
            return ReceiptVerifier.Verify(receipt, log, leaf) is { IsValid: false } fault ? Failed(fault.FailedCheck!, fault.Message) : Opened(shown, leaf);
        }
        catch (Exception fault) when (fault is InvalidOperationException or FormatException or NullReferenceException or ArgumentException or System.Text.Json.JsonException)
        {
            return Failed("receipt-format", $"This is no opened entry: {fault.Message}");
        }
    }

    private static OpenedEntryVerdict Opened(JsonObject shown, byte[] leaf)
    {
        var openings = shown["openings"]!.AsArray().ToDictionary(o => (string)o!["field"]!, o => (Salt: B64Url.Decode((string)o!["salt"]!), Value: o["value"]));
        var entry = leaf;
        if ((string?)JsonNode.Parse(leaf)!["type"] == "sealed")
        {
            if (!openings.Remove("", out var seal))
            {
                return Failed("seal", "The leaf is sealed, and nothing opens it.");
            }

            entry = CanonicalJson.Serialize(seal.Value);
            if (!LogEntry.Unseals(leaf, seal.Salt, entry))
            {
                return Failed("seal", "The seal of the leaf does not open to the event that is shown.");
            }
        }

        var readable = JsonNode.Parse(entry)!.AsObject();
        var author = AuthorSignature.In(readable);
        if (author is var (key, signature) && !(
            shown["authorKey"] is { } bound && B64Url.TryDecode((string)bound["spki"]!, out var spki) && BallotSeal.KeyId(spki) == key && (string)bound["key"]! == key &&
            AuthorSignature.Verify(spki, AuthorSignature.MessageOf(readable), signature)))
        {
            return Failed("author", $"The entry is not signed by {key}, or that key is not shown.");
        }

        var body = readable["body"]!.AsObject();
        foreach (var (field, (salt, value)) in openings)
        {
            if (!B64Url.TryDecode((string?)body[field]?["c"] ?? "", out var commitment) ||
                !Commitments.Opens(commitment, Commitments.Field, salt, Commitments.FieldMessage(field, value)))
            {
                return Failed("opening", $"'{field}' is not what the entry commits to.");
            }
        }

        var erased = shown["fields"]!.AsArray().Where(f => f!["orderedBy"] is not null).Select(f => ((string)f!["name"]!, (long)f["orderedBy"]!)).ToList();
        return new OpenedEntryVerdict(
            null, "", [.. openings.Keys.Order(StringComparer.Ordinal)], erased,
            [.. body.Where(m => m.Value is JsonObject { Count: 1 } c && c.ContainsKey("c") && !openings.ContainsKey(m.Key) && erased.All(e => e.Item1 != m.Key)).Select(m => m.Key)],
            author is null ? null : (author.Value.Key, (long)shown["authorKey"]!["index"]!));
    }

    private static OpenedEntryVerdict Failed(string check, string message) => new(check, message, [], [], []);
}

using System.Text.Json.Nodes;
using AttributionRegistry.Domain;
using AttributionRegistry.Log;
using static AttributionRegistry.Cli.Verification.FindingCheck;

namespace AttributionRegistry.Cli.Verification;

/// <summary>
/// The members' own signatures: under their declarations, and in a roll call under their ballot keys (V-11, V-70). With a bundle the keys
/// are those that the log introduced; else the record's word is taken for them.
/// </summary>
internal static class SignatureCheck
{
    /// <param name="record">The record.</param>
    /// <param name="introduced">The key that the log introduced for a person under an id; null without a log.</param>
    public static string? Fault(JsonObject record, Func<string, string, byte[]?>? introduced)
    {
        var round = record["round"]!.AsObject();
        var panel = record["draw"]!["result"]!.AsArray().Select(each => Text(each!, "person")).ToHashSet(StringComparer.Ordinal);
        var vouched = new Dictionary<string, string>(StringComparer.Ordinal);
        var members = new HashSet<string>(StringComparer.Ordinal);
        foreach (var each in Items(record["declarations"]))
        {
            var member = Text(each, "member");
            if (!panel.Contains(member) || !members.Add(member))
            {
                return $"{member} has no seat, or declared twice";
            }

            if (((bool)each["accepts"]! || each["signature"] is not null) && DeclarationFault(record, each, member, introduced) is { } fault)
            {
                return fault;
            }

            if (each["ballotKey"] is JsonObject key && (KeyFault(round, key, member, introduced) ?? (vouched.TryAdd(Text(key, "ballotKeyId"), member) ? null : $"{member} has the ballot key of another")) is { } unvouched)
            {
                return unvouched;
            }
        }

        var rollCall = Text(round, "mode") == "rollCall";
        return Items(round["voters"]).Select(each => (Id: Text(each, "ballotKeyId"), Person: (string?)each["person"]))
            .FirstOrDefault(each => rollCall ? vouched.GetValueOrDefault(each.Id) is not { } member || member != each.Person : each.Person is not null || vouched.Count > 0) is { Id: { } id }
                ? $"the ballot key {id} is not vouched for by its member alone"
                : null;
    }

    private static string? DeclarationFault(JsonObject record, JsonNode each, string member, Func<string, string, byte[]?>? introduced)
    {
        // What was stated may hold personal data and is not public; then only its digest is, and the signature waits for whoever has the text.
        if (Text(each, "kind") != "none")
        {
            return each["signature"] is null ? $"the declaration of {member} is not signed" : null;
        }

        var digest = Sha256Hex.Of(CanonicalJson.Serialize(new JsonObject { ["kind"] = "none", ["statement"] = null }));
        if (digest != Text(each, "textDigest"))
        {
            return null; // A statement was made although there was nothing to declare.
        }

        var signed = BallotSeal.DeclarationDigest(new JsonObject
        {
            ["caseId"] = Text(record["round"]!, "caseId"),
            ["panelId"] = Text(record["draw"]!, "panel"),
            ["member"] = member,
            ["accepts"] = (bool)each["accepts"]!,
            ["kind"] = "none",
            ["statement"] = null,
            ["namedAnActor"] = (bool)each["namedAnActor"]!,
        });
        return KeyOf(each, member, introduced) is { } key && BallotSeal.VerifyEs256(key, signed, B64Url.Decode(Text(each, "signature")))
            ? null
            : $"the declaration of {member} is not signed by a key of theirs";
    }

    private static string? KeyFault(JsonObject round, JsonObject key, string member, Func<string, string, byte[]?>? introduced)
    {
        var voter = Items(round["voters"]).FirstOrDefault(each => Text(each, "ballotKeyId") == Text(key, "ballotKeyId"));
        if (voter is null)
        {
            return null; // A member who was replaced before the round.
        }

        var statement = BallotSeal.BallotKeyStatement(Text(round, "caseId"), member, B64Url.Decode(Text(voter, "spki")));
        return KeyOf(key, member, introduced) is { } signer && BallotSeal.VerifyEs256(signer, statement, B64Url.Decode(Text(key, "signature")))
            ? null
            : $"the ballot key of {member} is not signed by a key of theirs";
    }

    private static byte[]? KeyOf(JsonNode signed, string member, Func<string, string, byte[]?>? introduced)
    {
        var own = B64Url.Decode(Text(signed, "spki"));
        return introduced is null ? own
            : introduced(member, Text(signed, "signingKey")) is { } logged && logged.AsSpan().SequenceEqual(own) ? own
            : null;
    }
}

using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using AttributionRegistry.Cli.Ballots;
using AttributionRegistry.Log;
using static AttributionRegistry.Cli.Verification.FindingCheck;

namespace AttributionRegistry.Cli.Verification;

/// <summary>What scrutineers opened is opened again (V-56); and what they are said not to have been able to open, neither can anybody.</summary>
internal static class EscrowCheck
{
    // What nests deeper no server takes as a ballot.
    private const int DeepestBallot = 8;

    public static string? Fault(JsonObject round)
    {
        var openings = Items(round["openings"]).ToDictionary(each => Text(each, "ballotKeyId"));
        var fromEscrow = openings.Values.Where(each => (bool?)each["fromEscrow"] == true).Select(each => Text(each, "ballotKeyId")).ToHashSet(StringComparer.Ordinal);
        if (round["escrow"] is not JsonObject escrow)
        {
            return fromEscrow.Count == 0 ? null : "ballots were opened by scrutineers, and the record names none";
        }

        var keys = Items(escrow["scrutineers"]).Select(each => (Id: Text(each, "keyId"), Spki: B64Url.Decode(Text(each, "spki")))).ToList();
        if ((int?)escrow["threshold"] != BallotEscrow.Threshold || keys.Count != BallotEscrow.Scrutineers ||
            keys.Any(each => BallotEscrow.KeyId(each.Spki) != each.Id) || keys.DistinctBy(each => each.Id).Count() != keys.Count)
        {
            return "it is not for three of five scrutineers with keys of their own";
        }

        var opened = Items(escrow["opened"]).ToList();
        if (opened.Count != fromEscrow.Count || !fromEscrow.SetEquals(opened.Select(each => Text(each, "ballotKeyId"))))
        {
            return "the ballots opened by scrutineers are not those whose shares it holds";
        }

        var numbers = keys.Select((each, i) => (each.Id, Number: i + 1)).ToDictionary(each => each.Id, each => each.Number);
        return opened.Select(each => OpenedFault(round, each, openings[Text(each, "ballotKeyId")], numbers)).FirstOrDefault(fault => fault is not null)
            ?? Items(escrow["unusable"]).Select(each => UnusableFault(round, each, openings, numbers)).FirstOrDefault(fault => fault is not null);
    }

    private static string? OpenedFault(JsonObject round, JsonNode deposit, JsonNode opening, Dictionary<string, int> numbers)
    {
        var id = Text(deposit, "ballotKeyId");
        if (DepositFault(round, deposit, numbers) is { } fault)
        {
            return fault;
        }

        if (RecordCheck.Micros(opening["receivedAt"]) != RecordCheck.Micros(round["revealOpens"]))
        {
            return $"the opening of {id} does not count from the opening of the window";
        }

        return Open(deposit) is var (ballot, salt) && B64Url.Encode(ballot) == Text(opening, "ballot") && B64Url.Encode(salt) == Text(opening, "salt")
            ? null
            : $"the shares do not open the ballot of {id} to what was counted";
    }

    private static string? UnusableFault(JsonObject round, JsonNode deposit, Dictionary<string, JsonNode> openings, Dictionary<string, int> numbers)
    {
        var id = Text(deposit, "ballotKeyId");
        return DepositFault(round, deposit, numbers)
            ?? (openings.ContainsKey(id) ? $"{id} is open and called unusable" : null)
            ?? (Open(deposit) is var (ballot, _) && IsBallot(round, id, ballot) ? $"the escrow of {id} is called unusable, and opens" : null);
    }

    // Signed by the ballot key, of the last envelope, for these scrutineers; and the shares are the boxed ones.
    private static string? DepositFault(JsonObject round, JsonNode deposit, Dictionary<string, int> numbers)
    {
        var id = Text(deposit, "ballotKeyId");
        var statement = deposit["escrow"]!.AsObject();
        var spki = B64Url.Decode(Text(Items(round["voters"]).First(each => Text(each, "ballotKeyId") == id), "spki"));
        var last = Items(round["envelopes"]).Where(each => Text(each, "ballotKeyId") == id).MaxBy(each => (int)each["revision"]!);
        if (last is null || Text(last, "commitment") != Text(statement, "commitment"))
        {
            return $"the escrow of {id} is not that of its last envelope";
        }

        if (!BallotSeal.VerifyEs256(spki, EscrowFile.ToSign(statement), B64Url.Decode(Text(deposit, "signature"))) ||
            Convert.ToHexStringLower(SHA256.HashData(B64Url.Decode(Text(deposit, "ciphertext")))) != Text(statement, "ciphertextDigest"))
        {
            return $"the escrow of {id} is not signed by its key";
        }

        var boxed = Items(statement["shares"]).Select(each => Text(each, "keyId")).ToList();
        var digests = Items(statement["shares"]).ToDictionary(each => Text(each, "keyId"), each => Text(each, "digest"));
        var shares = Items(deposit["shares"]).Select(each => (KeyId: Text(each, "keyId"), Share: B64Url.Decode(Text(each, "share")))).ToList();
        return boxed.SequenceEqual(numbers.OrderBy(each => each.Value).Select(each => each.Key)) && shares.DistinctBy(each => each.KeyId).Count() >= BallotEscrow.Threshold &&
            shares.All(each => numbers.TryGetValue(each.KeyId, out var number) && BallotEscrow.IsShare(each.Share, digests[each.KeyId], number))
                ? null
                : $"the shares of {id} are not those that its key signed";
    }

    private static (byte[] Ballot, byte[] Salt)? Open(JsonNode deposit) => BallotEscrow.Open(
        EscrowFile.Statement(deposit["escrow"]!.AsObject()), B64Url.Decode(Text(deposit, "ciphertext")),
        [.. Items(deposit["shares"]).Select(each => B64Url.Decode(Text(each, "share")))]);

    private static bool IsBallot(JsonObject round, string id, byte[] ballot)
    {
        try
        {
            return CanonicalJson.CanonicalizeIntegers(ballot).AsSpan().SequenceEqual(ballot) &&
                JsonNode.Parse(ballot, documentOptions: new JsonDocumentOptions { MaxDepth = DeepestBallot }) is JsonObject inside &&
                (string?)inside["type"] == "ballot" && (int?)inside["v"] == 1 && inside["answers"] is JsonObject && RecordCheck.IsFor(round, id, inside);
        }
        catch (Exception fault) when (fault is CanonicalJsonException or FormatException or InvalidOperationException or JsonException)
        {
            return false;
        }
    }
}

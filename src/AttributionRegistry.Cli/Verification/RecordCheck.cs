using System.Text.Json;
using System.Text.Json.Nodes;
using AttributionRegistry.Cli.Draws;
using AttributionRegistry.Cli.Tally;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Voting;
using AttributionRegistry.Log;
using static AttributionRegistry.Cli.Verification.FindingCheck;

namespace AttributionRegistry.Cli.Verification;

/// <summary>What the public record behind a finding can be held to: envelopes, openings, count, draw.</summary>
internal static class RecordCheck
{
    /// <param name="representation">The finding as it is served.</param>
    /// <param name="record">The record of this version.</param>
    /// <param name="log">The log of a bundle; null where only the record is there.</param>
    /// <exception cref="CheckFailedException">The first check that fails.</exception>
    public static void Run(JsonObject representation, JsonObject record, BundleLog? log = null)
    {
        var round = record["round"] as JsonObject ?? throw new CheckFailedException("record", "it holds no round");
        Named("record", () => Belongs(representation, record));
        Named("rules", () => Rules(round));
        Named("envelopes", () => Envelopes(round));
        Named("openings", () => OpeningsOf(round));
        Named("escrow", () => EscrowCheck.Fault(round));
        var tally = Named("tally", () => Count(round));
        Named("finding", () => Published(representation["finding"]!.AsObject(), tally));
        Named("draw", () => RecordedDrawCheck.Fault(record["draw"]!.AsObject()));
        Named("signatures", () => SignatureCheck.Fault(record, log is null ? null : log.KeyOf));
        Named("mapping", () => MappingCheck.Fault(record, log));
        Named("recorded", () => Whole(representation, record));
    }

    /// <summary>Each opening of a field of the leaf must reproduce the commitment that stands in the log.</summary>
    public static void Openings(JsonObject record, JsonObject body, long index)
    {
        foreach (var opening in Items(record["openings"]).Where(each => (long?)each["logIndex"] == index && Text(each, "field").Length > 0))
        {
            var field = Text(opening, "field");
            var commitment = B64Url.Decode(Text(body[field] ?? throw new CheckFailedException("log", $"the entry has no field {field}"), "c"));
            if (!Commitments.Opens(commitment, Commitments.Field, B64Url.Decode(Text(opening, "salt")), Commitments.FieldMessage(field, opening["value"])))
            {
                throw new CheckFailedException("log", $"the opening of {field} does not reproduce its commitment");
            }
        }
    }

    private static string? Belongs(JsonObject representation, JsonObject record)
    {
        var method = representation["finding"]!["method"]!;
        var round = record["round"]!;
        return Text(method, "round") != Text(round, "id") ? "it is of another round than the finding's"
            : Text(method, "evidenceRoot") != Text(round, "evidenceRoot") ? "its evidence root is not the finding's"
            : Text(method, "rulesHash") != Text(round, "rulesHash") ? "its rules are not the finding's"
            : Text(record, "number") != Text(representation, "number") || (int)record["version"]! != (int)representation["version"]! ? "it is of another version than the finding"
            : null;
    }

    // Asked last: whatever has a name of its own is called by that name.
    private static string? Whole(JsonObject representation, JsonObject record)
    {
        var digest = Sha256Hex.Of(CanonicalJson.Serialize(new JsonObject
        {
            ["declarations"] = record["declarations"]!.DeepClone(),
            ["draw"] = record["draw"]!.DeepClone(),
            ["mapping"] = record["mapping"]?["commitment"]?.DeepClone(),
            ["round"] = record["round"]!.DeepClone(),
        }));
        return digest == Text(representation["finding"]!["method"]!, "recordDigest") ? null : $"the record has the digest {digest}, the finding says {representation["finding"]!["method"]!["recordDigest"]}";
    }

    private static string? Rules(JsonObject round)
    {
        var hash = Sha256Hex.Of(CanonicalJson.Serialize(round["rules"]));
        return hash == Text(round, "rulesHash") ? null : $"the rules have the hash {hash}, the round says {round["rulesHash"]}";
    }

    private static string? Envelopes(JsonObject round)
    {
        var keys = Items(round["voters"]).ToDictionary(each => Text(each, "ballotKeyId"), each => B64Url.Decode(Text(each, "spki")));
        foreach (var (id, spki) in keys)
        {
            if (BallotSeal.KeyId(spki) != id)
            {
                return $"{id} is not the id of its key";
            }
        }

        foreach (var envelope in Items(round["envelopes"]))
        {
            var id = Text(envelope, "ballotKeyId");
            var digest = BallotSeal.EnvelopeDigest(CanonicalJson.Serialize(new JsonObject
            {
                ["type"] = "commit",
                ["v"] = 1,
                ["caseId"] = Text(round, "caseId"),
                ["round"] = (int)round["number"]!,
                ["ballotKeyId"] = id,
                ["revision"] = (int)envelope["revision"]!,
                ["previous"] = (string?)envelope["previous"],
                ["commitment"] = Text(envelope, "commitment"),
                ["nonce"] = Text(envelope, "nonce"),
            }));
            if (Convert.ToHexStringLower(digest) != Text(envelope, "digest"))
            {
                return $"the digest of revision {envelope["revision"]} of {id} is not its own";
            }

            if (!keys.TryGetValue(id, out var key) || !BallotSeal.VerifyEs256(key, digest, B64Url.Decode(Text(envelope, "signature"))))
            {
                return $"revision {envelope["revision"]} of {id} is not signed by its key";
            }
        }

        return null;
    }

    private static string? OpeningsOf(JsonObject round)
    {
        foreach (var opening in Items(round["openings"]))
        {
            var id = Text(opening, "ballotKeyId");
            var last = Items(round["envelopes"]).Where(each => Text(each, "ballotKeyId") == id).MaxBy(each => (int)each["revision"]!);
            var ballot = B64Url.Decode(Text(opening, "ballot"));
            if (last is null || Convert.ToHexStringLower(BallotSeal.Commitment(B64Url.Decode(Text(opening, "salt")), ballot)) != Text(last, "commitment"))
            {
                return $"the opening of {id} does not reproduce its commitment";
            }

            if (!IsFor(round, id, JsonNode.Parse(ballot)!))
            {
                return $"the ballot of {id} is for something else";
            }
        }

        return null;
    }

    /// <summary>Whether a ballot is one of this round and of this ballot key.</summary>
    internal static bool IsFor(JsonObject round, string id, JsonNode inside) =>
        Text(inside, "ballotKeyId") == id && Text(inside, "caseId") == Text(round, "caseId") && (int?)inside["round"] == (int?)round["number"] &&
        Text(inside, "rulesHash") == Text(round, "rulesHash") && Text(inside, "evidenceRoot") == Text(round, "evidenceRoot");

    private static TallyResult Count(JsonObject round)
    {
        var result = Domain.Voting.Tally.Count(InputOf(round));
        var recounted = JsonSerializer.SerializeToNode(result, VotingJson.Default.TallyResult)!;
        using var published = JsonDocument.Parse(round["tally"]!.ToJsonString());
        return JsonDifference.Between(published.RootElement, recounted) is [var first, ..] ? throw new CheckFailedException("tally", first) : result;
    }

    private static TallyInput InputOf(JsonObject round)
    {
        var reveal = new Window(Micros(round["revealOpens"]), Micros(round["revealCloses"]));
        var openings = Items(round["openings"]).ToDictionary(each => Text(each, "ballotKeyId"));
        var envelopes = Items(round["envelopes"]).ToList();
        return new TallyInput(
            Text(round, "caseId"), (int)round["number"]!, round["rules"].Deserialize(VotingJson.Default.RuleSet)!,
            new RoundWindows(new Window(Micros(round["commitOpens"]), Micros(round["commitCloses"])), reveal),
            new Panel((int)round["seats"]!, [.. Items(round["voters"]).Select(each => new PanelMember(
                Text(each, "ballotKeyId"), each["region"].Deserialize<Region>(),
                each["removedAt"] is { } removed ? Panel.RemovedAt(Micros(removed), reveal) : Standing.Seated))]),
            [.. Items(round["evidence"]).Select(each => (string)each!)],
            round["questions"].Deserialize(VotingJson.Default.IReadOnlyListQuestion)!,
            [.. envelopes.Select(each => BallotOf(each, envelopes, openings, round))]);
    }

    private static CastBallot BallotOf(JsonNode envelope, List<JsonNode> all, Dictionary<string, JsonNode> openings, JsonObject round)
    {
        var id = Text(envelope, "ballotKeyId");
        var revision = (int)envelope["revision"]!;
        var isLast = all.Where(each => Text(each, "ballotKeyId") == id).Max(each => (int)each["revision"]!) == revision;
        var opening = isLast ? openings.GetValueOrDefault(id) : null;
        return new CastBallot(
            id, Text(round, "caseId"), (int)round["number"]!, revision, Text(envelope, "digest"), Micros(envelope["receivedAt"]),
            opening is null ? null : Micros(opening["receivedAt"]), opening is null ? new Dictionary<string, Answer>() : AnswersOf(opening))
        {
            Link = new ChainLink((string?)envelope["previous"]),
        };
    }

    private static Dictionary<string, Answer> AnswersOf(JsonNode opening)
    {
        using var ballot = JsonDocument.Parse(B64Url.Decode(Text(opening, "ballot")));
        return ballot.RootElement.GetProperty("answers").EnumerateObject().ToDictionary(each => each.Name, each => Answer.Read(each.Value), StringComparer.Ordinal);
    }

    private static string? Published(JsonObject finding, TallyResult tally)
    {
        foreach (var proposition in Items(finding["propositions"]))
        {
            var question = Text(proposition, "question");
            var result = tally.Questions[question];
            if ((string?)proposition["hypothesis"] != result.Hypothesis || ((int?)proposition["likelihood"]?["medianBp"] is { } median && median != result.MedianBp[result.Hypothesis!]))
            {
                return $"question {question} was counted otherwise than the finding says";
            }

            var support = proposition["tally"]!["support"]!.AsObject();
            if (support.Count != result.Support.Count || result.Support.Any(each => (int?)support[each.Key] != each.Value))
            {
                return $"the support of question {question} is not what the ballots give";
            }
        }

        return null;
    }

    internal static long Micros(JsonNode? instant) => Instant.ToMicroseconds(instant!.GetValue<DateTimeOffset>());
}

using System.Text.Json;
using System.Text.Json.Nodes;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Assessment;
using AttributionRegistry.Domain.Scales;
using AttributionRegistry.Log;

namespace AttributionRegistry.Cli.Verification;

/// <summary>What a published finding alone can be held to: its digest, its matrix on disclosed items, its crosscheck.</summary>
internal static class FindingCheck
{
    /// <exception cref="CheckFailedException">The first check that fails.</exception>
    public static void Run(JsonObject representation)
    {
        var finding = representation["finding"] as JsonObject ?? throw new CheckFailedException("digest", "there is no finding in it");
        Named("digest", () => Digest(representation, finding));
        var disclosed = Named("matrix", () => Disclosed(finding));
        Named("crosscheck", () => CrosscheckOf(finding, disclosed));
    }

    private static string? Digest(JsonObject representation, JsonObject finding)
    {
        var found = Sha256Hex.Of(CanonicalJson.Serialize(finding));
        var said = (string?)representation["digest"];
        return found == said ? null : $"the finding has {found}, the representation says {said ?? "nothing"}";
    }

    private static MatrixResult Disclosed(JsonObject finding)
    {
        var matrix = finding["matrix"]!;
        var input = new MatrixInput(
            [.. Items(matrix["hypotheses"]).Select(each => new Hypothesis(
                HypothesisId.Of(Text(each, "id")), Text(each["statement"]!, "value"),
                HypothesisKinds.Of(each["kinds"].Deserialize<List<HypothesisKind>>()!), (bool)each["residual"]!))],
            [.. Items(finding["disclosed"]).Select(each => new MatrixItem(
                EvidenceId.Of(Text(each, "id")), each["source"].Deserialize<SourceGrade>(), each["information"].Deserialize<InformationGrade>(),
                each["spoofability"].Deserialize<Spoofability>(), Disclosed: true, (string?)each["origin"]))],
            [.. Items(matrix["cells"]).Select(each => new Cell(
                HypothesisId.Of(Text(each, "hypothesis")), EvidenceId.Of(Text(each, "evidence")), each["rating"].Deserialize<Rating>()))]);
        var result = Matrix.Evaluate(input);
        var published = Items(matrix["disclosedOnlyRanking"])
            .Select(each => (Text(each, "id"), (int)each["rank"]!, (int)each["inconsistency"]!, (int)each["consistency"]!, (bool)each["tied"]!));
        return result.Ranking.Select(each => (each.Id.Value, each.Rank, each.Inconsistency, each.Consistency, each.Tied)).SequenceEqual(published)
            ? result
            : throw new CheckFailedException("matrix", "weighing the disclosed items again gives another ranking");
    }

    private static string? CrosscheckOf(JsonObject finding, MatrixResult disclosed)
    {
        foreach (var proposition in Items(finding["propositions"]).Where(each => each["hypothesis"] is not null))
        {
            var holds = disclosed.StrictLeader?.Value == Text(proposition, "hypothesis");
            if ((bool?)proposition["crosscheck"]?["holds"] != holds)
            {
                return $"on disclosed items {Text(proposition, "hypothesis")} {(holds ? "leads strictly" : "does not lead strictly")}, the finding says otherwise";
            }

            if (!holds && (string?)proposition["confidence"]?["value"] == "high")
            {
                return "the finding is not crosscheckable, and its confidence is above moderate";
            }
        }

        return null;
    }

    /// <summary>Runs one check; whatever cannot be read fails it under its name.</summary>
    internal static void Named(string check, Func<string?> fault) => _ = Named<object?>(check, () => fault() is { } what ? throw new CheckFailedException(check, what) : null);

    internal static T Named<T>(string check, Func<T> run)
    {
        try
        {
            return run();
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or NullReferenceException or ArgumentException or FormatException or CanonicalJsonException)
        {
            throw new CheckFailedException(check, $"cannot be read: {fault.Message}");
        }
    }

    internal static IEnumerable<JsonNode> Items(JsonNode? list) => list!.AsArray().Select(each => each!);

    internal static string Text(JsonNode node, string name) => (string?)node[name] ?? throw new FormatException($"'{name}' is missing");
}

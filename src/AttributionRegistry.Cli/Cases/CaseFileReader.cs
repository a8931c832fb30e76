using System.Globalization;
using System.Text.Json;
using AttributionRegistry.Domain.Assessment;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.Scales;
using AttributionRegistry.Domain.Voting;

namespace AttributionRegistry.Cli.Cases;

/// <summary>
/// Reads a whole case file strictly, before anything is done with it: what does not fit together is refused with the place,
/// and nothing of the file is loaded.
/// </summary>
public static class CaseFileReader
{
    public const string Schema = "attribution-registry/cases/v1";

    /// <exception cref="CaseFileException">The file is no case file; the message names the place.</exception>
    public static CaseFile Read(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { AllowDuplicateProperties = false });
            return File(new CaseFileNode(document.RootElement, ""));
        }
        catch (JsonException fault)
        {
            throw new CaseFileException(
                "", string.Create(CultureInfo.InvariantCulture, $"not JSON at line {fault.LineNumber + 1}, byte {fault.BytePositionInLine + 1}: {fault.Message}"));
        }
    }

    private static CaseFile File(CaseFileNode root)
    {
        if (root.Json.ValueKind is JsonValueKind.Object && root["schema"].Text() is var schema && schema != Schema)
        {
            throw root["schema"].Fault($"is '{schema}', not '{Schema}'");
        }

        root.Object("schema", "note", "cases");
        var cases = root["cases"].Items(least: 1);
        Distinct(cases.Select(each => each["id"]));
        return new CaseFile(root["note"].Text(), [.. cases.Select(Case)]);
    }

    private static CaseEntry Case(CaseFileNode node)
    {
        node.Object(
            "id", "name", "aliases", "dates", "eurepocIncidentType", "cfrType", "languages", "victimStates", "concernedStates", "targets",
            "publicAttributions", "denialsAndDisputes", "hypotheses", "evidence", "replies", "exercise");
        _ = node["cfrType"].Items().Select(each => each.Text()).ToList();
        _ = States(node.Optional("concernedStates"));
        var hypotheses = Hypotheses(node["hypotheses"]);
        var evidence = node["evidence"].Items(least: 1);
        Distinct(evidence.Select(each => each["id"]));
        return new CaseEntry
        {
            Id = node["id"].Text(CaseFileParts.CaseId(), "a case id: lower-case words and digits joined by hyphens"),
            Name = CaseFileParts.Cited(node["name"]),
            Aliases = Texts(node["aliases"]),
            Dates = Dates(node["dates"]),
            Types = Texts(node["eurepocIncidentType"], least: 1),
            Languages = node.Optional("languages") is { } languages ? [.. languages.Items(1).Select(each => each.Text(CaseFileParts.Language(), "a BCP 47 language tag"))] : ["en"],
            VictimStates = States(node.Optional("victimStates")),
            Targets = [.. node["targets"].Items(least: 1).Select(Target)],
            Claims = [.. node["publicAttributions"].Items().Select(CaseFileParts.Attribution), .. node["denialsAndDisputes"].Items().Select(CaseFileParts.Dispute)],
            Hypotheses = hypotheses,
            Evidence = [.. evidence.Select(each => CaseFileParts.Evidence(each, hypotheses))],
            Replies = node.Optional("replies") is { } replies ? [.. replies.Items().Select(CaseFileParts.Reply)] : [],
            Expected = node.Optional("exercise") is { } exercise ? Expectation(exercise, hypotheses) : null,
        };
    }

    private static Dictionary<string, CitedText> Dates(CaseFileNode node)
    {
        var dates = node.Members();
        return dates.Count == 0 ? throw node.Fault("names no date") : dates.ToDictionary(each => each.Name, each => CaseFileParts.Cited(each.Value), StringComparer.Ordinal);
    }

    private static CaseTarget Target(CaseFileNode node)
    {
        node.Object("value", "sector", "source", "sourceStatus", "readIn");
        return new CaseTarget(node["value"].Text(), node.Optional("sector")?.Text(), CaseFileParts.Sources(node));
    }

    private static List<CaseHypothesis> Hypotheses(CaseFileNode node)
    {
        var entries = node.Items(least: 3);
        Distinct(entries.Select(each => each["id"]));
        var read = entries.Select(CaseFileParts.Hypothesis).ToList();
        var marked = read.FindAll(each => each.Residual);
        if (marked.Count > 1)
        {
            throw new CaseFileException(entries[read.LastIndexOf(marked[^1])].Pointer + "/residual", "is true for a second hypothesis; one is the residual");
        }

        // The oldest files mark none: the one that only says "unknown" is it, and where there is none it is added.
        if (marked.Count == 0)
        {
            var unknown = read.FindIndex(each => each.Kinds is [HypothesisKind.Unknown]);
            if (unknown >= 0)
            {
                read[unknown] = read[unknown] with { Residual = true, States = [] };
            }
            else
            {
                read.Add(new CaseHypothesis(AddedResidual(read), "None of these, or it cannot be told", [HypothesisKind.Unknown], Level.Group, [], Residual: true, []));
            }
        }

        return read.Any(each => each.Kinds.Contains(HypothesisKind.FalseFlag))
            ? read
            : throw node.Fault("holds no hypothesis of kind falseFlag; one must say that somebody posed as somebody else");
    }

    private static string AddedResidual(List<CaseHypothesis> taken) =>
        Enumerable.Range(1, taken.Count + 1).Select(number => string.Create(CultureInfo.InvariantCulture, $"H{number}")).First(id => taken.All(each => each.Id != id));

    private static CaseExpectation Expectation(CaseFileNode node, List<CaseHypothesis> hypotheses)
    {
        node.Object("adopts", "expectedOutcome", "crosscheckHolds", "dissentFor", "why");
        _ = node["why"].Text();
        var adopts = node["adopts"];
        return new CaseExpectation(
            adopts.Json.ValueKind is JsonValueKind.Null ? null : Known(adopts, hypotheses),
            node["expectedOutcome"].OneOf("attributed", "attributed-not-crosscheckable", "inconclusive"),
            node["crosscheckHolds"].Truth(),
            node.Optional("dissentFor") is { } dissent ? Known(dissent, hypotheses) : null);
    }

    private static string Known(CaseFileNode node, List<CaseHypothesis> hypotheses) =>
        node.Text() is var id && hypotheses.Any(each => each.Id == id) ? id : throw node.Fault($"names '{node.Text()}', which is no hypothesis of this case");

    private static IReadOnlyList<string> States(CaseFileNode? node) => CaseFileParts.States(node);

    private static List<string> Texts(CaseFileNode node, int least = 0) => [.. node.Items(least).Select(each => each.Text())];

    private static void Distinct(IEnumerable<CaseFileNode> ids)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var id in ids)
        {
            if (!seen.Add(id.Text()))
            {
                throw id.Fault($"'{id.Text()}' is there twice");
            }
        }
    }
}

using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.Scales;

namespace AttributionRegistry.Cli.Cases;

/// <summary>What the exercise's people write. Every text that leaves the case says that it is an exercise.</summary>
internal static class CaseTexts
{
    public const string Exercise = "Exercise on public reporting; the finding of no body.";

    private static readonly Dictionary<string, IncidentType> Types = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Data theft"] = IncidentType.DataTheft,
        ["Data theft & Doxing"] = IncidentType.DataTheftAndDoxing,
        ["Disruption"] = IncidentType.Disruption,
        ["Hijacking with Misuse"] = IncidentType.HijackingWithMisuse,
        ["Hijacking without Misuse"] = IncidentType.HijackingWithoutMisuse,
        ["Ransomware"] = IncidentType.Ransomware,
    };

    public static JsonObject Facts(CaseEntry entry)
    {
        var facts = new JsonObject
        {
            ["name"] = entry.Name.Value,
            ["aliases"] = Wire.Words(entry.Aliases),
            ["summary"] = Wire.Text($"{Exercise} {entry.Name.Value}: {string.Join("; ", entry.Types)}. Targets as reported: {string.Join("; ", entry.Targets.Select(each => each.Name))}."),
            ["types"] = Wire.Words(entry.Types.Where(Types.ContainsKey).Select(each => Wire.Name(Types[each])).Distinct()),
            ["receivers"] = Wire.List(entry.Targets.Select(Receiver)),
            ["victimStates"] = Wire.Words(entry.VictimStates),
            ["externalIds"] = new JsonArray(new JsonObject { ["system"] = "exercise case file", ["id"] = entry.Id }),
            ["sources"] = Wire.Sources(entry.Name.Sources.Concat(entry.Dates.Values.SelectMany(each => each.Sources)).Concat(entry.Targets.SelectMany(each => each.Sources)).DistinctBy(each => each.Reference)),
        };
        foreach (var (name, member) in new[] { ("start", "started"), ("end", "ended"), ("discovered", "discovered"), ("disclosed", "disclosed") })
        {
            if (entry.Dates.TryGetValue(name, out var date) && DateOf(date.Value) is { } vague)
            {
                facts[member] = Wire.Date(vague);
            }
        }

        return facts;
    }

    /// <summary>The record of an item that is stored as its payload: what was said, by whom, and where it was read.</summary>
    public static byte[] Record(CaseEntry entry, CaseEvidence item)
    {
        var text = new StringBuilder()
            .Append(CultureInfo.InvariantCulture, $"# {entry.Name.Value}, item {item.Id}\n\n{Exercise}\n\n{item.Description}\n\n")
            .Append(CultureInfo.InvariantCulture, $"- Publisher: {item.Publisher}\n- Date: {item.Date.Value}{(item.Date.Note is null ? "" : $" ({item.Date.Note})")}\n");
        foreach (var source in item.Sources)
        {
            text.Append(CultureInfo.InvariantCulture, $"- Source ({Wire.Name(source.Status)}): {source.Reference}\n");
        }

        if (item.SpoofabilityNote is not null)
        {
            text.Append(CultureInfo.InvariantCulture, $"- On planting: {item.SpoofabilityNote}\n");
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    public static string GradeReason(CaseEvidence item) => item.Graded
        ? $"Exercise grading by the compilers of the case file, of the publisher ({item.Publisher}) and of what it published."
        : "The case file gives no grades: no basis to judge source or information (F, 6), which is not the worst grade.";

    public static string Memo(CaseEntry entry, string leader, CaseEvidence strongest, string rival) =>
        $"{Exercise} Contrary memo against the leading hypothesis “{StatementOf(entry, leader)}”.\n\n" +
        $"The strongest item against it, or the one that it leans on most, is {strongest.Id}: “{strongest.Description}”. " +
        $"It was published by {strongest.Publisher} and is graded {strongest.SourceGrade}{(int)strongest.InformationGrade}; " +
        $"how easily it could have been planted is {Wire.Name(strongest.Spoofability)}. " +
        $"Read without the lead in mind, it is also what one would see if “{StatementOf(entry, rival)}” were true: " +
        "whoever wished to be taken for somebody else would leave just this, and whoever reports it has seen only a part. " +
        "The panel should ask what it would believe without this item, and whether anything in the record could have shown the leading hypothesis to be wrong.";

    public static string StatementOf(CaseEntry entry, string hypothesis) => entry.Hypotheses.First(each => each.Id == hypothesis).Statement;

    /// <summary>The plain statement of the finding; under 200 words for any case.</summary>
    public static string Statement(CaseEntry entry, CountedVote vote, bool crosscheckable)
    {
        if (vote.Adopted is not { } adopted)
        {
            return $"{Exercise} On the public reporting about {Short(entry.Name.Value, 12)}, the panel assesses that the evidence does not establish who was responsible: " +
                "no hypothesis reached the threshold of its level. The finding is inconclusive. It confirms no denial and clears nobody. " +
                "Ballots were made by a published rule from the matrix, not by people.";
        }

        return $"{Exercise} On the public reporting about {Short(entry.Name.Value, 12)}, the panel assesses that the following is {Spaced(vote.Term)}: {Short(StatementOf(entry, adopted), 40)}. " +
            $"Confidence in this assessment: {(crosscheckable || vote.Confidence != "high" ? vote.Confidence : "moderate")}. " +
            (crosscheckable
                ? "On the disclosed items alone the same hypothesis leads. "
                : "It is not crosscheckable: on the disclosed items alone this hypothesis does not lead strictly, and confidence is at most moderate. ") +
            "Ballots were made by a published rule from the matrix, not by people.";
    }

    public static string Dissent(CaseEntry entry, string? favours, string reasons) => favours is null
        ? $"{Exercise} This member did not support the adopted hypothesis. {reasons}"
        : $"{Exercise} The finding does not adopt the hypothesis that this member holds likeliest: “{StatementOf(entry, favours)}”. {reasons}";

    private static JsonObject Receiver(CaseTarget target)
    {
        var receiver = new JsonObject { ["name"] = target.Name };
        if (target.Sector is not null)
        {
            receiver["sector"] = target.Sector;
        }

        return receiver;
    }

    private static VagueDate? DateOf(string text)
    {
        using var json = System.Text.Json.JsonDocument.Parse(System.Text.Json.JsonSerializer.Serialize(text));
        try
        {
            return CaseFileParts.Date(new CaseFileNode(json.RootElement, ""));
        }
        catch (CaseFileException)
        {
            return null; // such as "autumn": the facts then give no date rather than a guessed one
        }
    }

    private static string Short(string text, int words)
    {
        var all = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return all.Length <= words ? text : $"{string.Join(' ', all.Take(words))} …";
    }

    private static string Spaced(string term) => term.Replace('_', ' ');
}

/// <summary>What the count came to, under the hypothesis ids of the case file.</summary>
internal sealed record CountedVote(string Outcome, string? Adopted, string Term, string Confidence);

using System.Text.Json;
using System.Text.Json.Nodes;
using AttributionRegistry.Domain.Assessment;
using AttributionRegistry.Domain.Scales;
using AttributionRegistry.Domain.Voting;
using static AttributionRegistry.Cli.Verification.FindingCheck;

namespace AttributionRegistry.Cli.Verification;

/// <summary>Whether the sentences of a finding are those that its numbers give: nobody writes them by hand.</summary>
internal static class WordingCheck
{
    /// <exception cref="CheckFailedException">A sentence does not follow, or cannot be read.</exception>
    public static void Run(JsonObject representation) => Named("wording", () => Fault(representation["finding"]!.AsObject()));

    private static string? Fault(JsonObject finding)
    {
        foreach (var proposition in Items(finding["propositions"]))
        {
            var said = proposition["outcome"].Deserialize<TallyOutcome>() == TallyOutcome.Attributed ? OfAttributed(proposition) : OfInconclusive(finding, proposition);
            if (said is not null)
            {
                return $"the sentence on the {said} of question {Text(proposition, "question")} is not the one that its numbers give";
            }
        }

        var other = Items(finding["alternatives"]).FirstOrDefault(each => Text(each, "sentence") != (
            (string?)each["status"] == "excluded" ? Wording.ExcludedByRule : Wording.NotEstablished(Text(each["statement"]!, "value"))));
        return other is null ? null : $"the sentence on {Text(other, "hypothesis")} is not the one that its status gives";
    }

    private static string? OfAttributed(JsonNode proposition)
    {
        var (likelihood, confidence) = (proposition["likelihood"]!, proposition["confidence"]!);
        if (Scales.Icd203TermAt((int)likelihood["medianBp"]!) is not { } term ||
            (Text(likelihood, "term"), Text(likelihood, "label"), Text(likelihood, "bounds")) != (term.Code, term.Label, term.Bounds?.ToString()))
        {
            return "term";
        }

        var sentence = Wording.Likelihood(Text(proposition["hypothesisStatement"]!, "value"), term);
        return Text(proposition, "sentence") != sentence || Text(likelihood, "sentence") != sentence ? "likelihood"
            : Text(confidence, "sentence") != Wording.Confidence((AnalyticConfidence)(int)confidence["value"].Deserialize<Confidence>()) ? "confidence"
            : Text(proposition["crosscheck"]!, "sentence") != Wording.Checkable((bool)proposition["crosscheck"]!["holds"]!) ? "crosscheck"
            : null;
    }

    private static string? OfInconclusive(JsonObject finding, JsonNode proposition)
    {
        var tally = proposition["tally"]!;
        var most = tally["support"]!.AsObject().Select(each => (int)each.Value!).DefaultIfEmpty(0).Max();
        var reason = Wording.ReasonOf(
            proposition["outcome"].Deserialize<TallyOutcome>(), (int)tally["counts"]!["votes"]! + (int)tally["counts"]!["abstained"]!, (int)tally["quorumNeeded"]!,
            most, (int)tally["threshold"]!, (int)tally["eligible"]!);
        return Text(proposition, "sentence") == Wording.Inconclusive(Text(finding["incident"]!, "name"), [reason]) ? null : "outcome";
    }
}

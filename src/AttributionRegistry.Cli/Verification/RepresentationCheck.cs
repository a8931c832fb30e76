using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using AttributionRegistry.Log;
using static AttributionRegistry.Cli.Verification.FindingCheck;

namespace AttributionRegistry.Cli.Verification;

/// <summary>What the registry said of a version when the bundle was made: which finding, where, and what a reader must see first.</summary>
internal static partial class RepresentationCheck
{
    private const string Pending = "An appeal against this version is pending before the appeals chamber.";

    private const string NotOfficial = "This version is published but not official yet: its entry in the log still waits for the quorum of witnesses.";

    public static string? Fault(JsonObject representation, JsonObject finding, byte[] canonical)
    {
        var (number, version) = (Text(finding, "number"), (int)finding["version"]!);
        return representation.Count != 9 || Text(representation, "number") != number || (int)representation["version"]! != version ||
            !CanonicalJson.Serialize(representation["finding"]).AsSpan().SequenceEqual(canonical) ? "it is of another finding than the one beside it"
            : !BundleLog.Same(representation["links"], Links(number, version, Text(finding["incident"]!, "id"))) ? "its links do not lead to the finding"
            : !IsBanner((string?)representation["banner"], Text(representation, "status"), (string?)finding["exerciseNotice"], version, (bool)representation["official"]!) ? "its banner does not fit its status"
            : null;
    }

    private static JsonObject Links(string number, int version, string incident) => new()
    {
        ["self"] = $"/v1/findings/{number}/versions/{version.ToString(CultureInfo.InvariantCulture)}",
        ["current"] = $"/v1/findings/{number}",
        ["versions"] = $"/v1/findings/{number}/versions",
        ["record"] = $"/v1/findings/{number}/versions/{version.ToString(CultureInfo.InvariantCulture)}/record",
        ["proof"] = $"/v1/findings/{number}/versions/{version.ToString(CultureInfo.InvariantCulture)}/proof",
        ["bundle"] = $"/v1/findings/{number}/versions/{version.ToString(CultureInfo.InvariantCulture)}/bundle",
        ["petitions"] = $"/v1/findings/{number}/petitions",
        ["appeals"] = $"/v1/findings/{number}/appeals",
        ["incident"] = $"/v1/incidents/{incident}",
        ["checkpoint"] = "/log/checkpoint",
    };

    // The notice of an exercise, a sentence for the status, a pending appeal, that witnesses are missing; each where there is one.
    private static bool IsBanner(string? banner, string status, string? exercise, int version, bool official)
    {
        var rest = banner ?? "";
        if (exercise is not null)
        {
            if (!rest.StartsWith(exercise, StringComparison.Ordinal))
            {
                return false;
            }

            rest = rest[exercise.Length..].TrimStart(' ');
        }

        if (rest.EndsWith(NotOfficial, StringComparison.Ordinal) == official)
        {
            return false;
        }

        rest = official ? rest : rest[..^NotOfficial.Length].TrimEnd(' ');
        if (status != "annulled" && rest.EndsWith(Pending, StringComparison.Ordinal))
        {
            rest = rest[..^Pending.Length].TrimEnd(' ');
        }

        return status switch
        {
            "current" => rest.Length == 0,
            "superseded" => Superseded().Match(rest) is { Success: true } match && int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) > version,
            "underReconsideration" => rest == "This finding is under reconsideration.",
            "withdrawn" => rest == "This finding is withdrawn. Its text stays readable.",
            "disputed" => rest.StartsWith("This finding is disputed: its tally does not reproduce from the record (", StringComparison.Ordinal) && rest.EndsWith(").", StringComparison.Ordinal),
            "annulled" => Annulled().IsMatch(rest),
            _ => false,
        };
    }

    [GeneratedRegex(@"^This version is superseded; the current one is version ([0-9]{1,6})\.\z")]
    private static partial Regex Superseded();

    [GeneratedRegex(@"^This finding is annulled: the appeals chamber granted an appeal on [0-9]{4}-[0-9]{2}-[0-9]{2} \([a-z ]+\)\. It attributes nothing any more; its text stays readable\.\z")]
    private static partial Regex Annulled();
}

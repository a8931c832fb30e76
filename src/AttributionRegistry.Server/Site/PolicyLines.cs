using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using AttributionRegistry.Server.Http;

namespace AttributionRegistry.Server.Site;

/// <summary>The policy document as lines for a page: the same members as /v1/policy has.</summary>
internal static class PolicyLines
{
    internal static PolicyModel Of(Domain.Cases.Policy policy, SiteContext site) => new(
        policy.Version,
        [.. JsonSerializer.SerializeToNode(policy, ApiJson.Options)!.AsObject()
            .Where(member => member.Key is not ("version" or "funding"))
            .Select(member => new PolicyLine(member.Key, Value(member.Key, member.Value, site)))]);

    private static string Value(string key, JsonNode? value, SiteContext site) => value switch
    {
        null => "–",
        JsonArray list => list.Count == 0 ? "–" : string.Join(", ", list.Select(each => each!.ToString())),
        _ when value.GetValueKind() is JsonValueKind.True or JsonValueKind.False => site.T(value.GetValue<bool>() ? "yes" : "no"),
        _ when key.EndsWith("Seconds", StringComparison.Ordinal) => Period(value.GetValue<long>(), site),
        _ when key.EndsWith("Bytes", StringComparison.Ordinal) => $"{(value.GetValue<long>() / (1024m * 1024 * 1024)).ToString("0.##", CultureInfo.InvariantCulture)} GiB",
        _ => value.ToString(),
    };

    private static string Period(long seconds, SiteContext site) => seconds switch
    {
        > 0 when seconds % Domain.Cases.Policy.Day == 0 => site.T("policy.days", seconds / Domain.Cases.Policy.Day),
        > 0 when seconds % 3600 == 0 => site.T("policy.hours", seconds / 3600),
        _ => site.T("policy.seconds", seconds),
    };
}

using System.Text.Json;
using System.Text.Json.Nodes;

namespace AttributionRegistry.Cli.Tally;

/// <summary>
/// Where a recount departs from what a file expects, one line per field. A member that is absent and one that is
/// null say the same (a median of no votes is written either way), and so do an absent count and a zero.
/// </summary>
internal static class JsonDifference
{
    public static IReadOnlyList<string> Between(JsonElement expected, JsonNode actual)
    {
        var differences = new List<string>();
        Compare(JsonNode.Parse(expected.GetRawText()), actual, "", differences);
        return differences;
    }

    private static void Compare(JsonNode? expected, JsonNode? actual, string path, List<string> differences)
    {
        if (IsMap(expected) && IsMap(actual) && !(expected is null && actual is null))
        {
            foreach (var name in Names(expected).Union(Names(actual), StringComparer.Ordinal))
            {
                Compare((expected as JsonObject)?[name], (actual as JsonObject)?[name], $"{path}/{Escaped(name)}", differences);
            }
        }
        else if (!JsonNode.DeepEquals(expected, actual) && !BothCountNothing(expected, actual, path))
        {
            differences.Add($"{path}: expected {Text(expected)} got {Text(actual)}");
        }
    }

    private static string Escaped(string name) =>
        name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);

    private static bool IsMap(JsonNode? node) => node is null or JsonObject;

    private static IEnumerable<string> Names(JsonNode? node) => (node as JsonObject)?.Select(member => member.Key) ?? [];

    private static bool BothCountNothing(JsonNode? expected, JsonNode? actual, string path) =>
        path.StartsWith("/rejected/", StringComparison.Ordinal) && IsNothing(expected) && IsNothing(actual);

    private static bool IsNothing(JsonNode? node) =>
        node is null || (node.GetValueKind() is JsonValueKind.Number && node.ToJsonString() == "0");

    private static string Text(JsonNode? node) => node?.ToJsonString() ?? "nothing";
}

using System.Text.Json.Nodes;

namespace AttributionRegistry.Log.Tests;

/// <summary>The project's own vectors, copied beside the test assembly.</summary>
internal static class Vectors
{
    public static JsonNode Own(string name) => JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "vectors", name)))!;

    /// <summary>Third-party vectors are not part of the project; they are read where they lie.</summary>
    public static JsonNode Shared(string name) => JsonNode.Parse(File.ReadAllText(Path.Combine(SharedFolder!, "log-vectors", name)))!;

    public static string? SharedFolder { get; } = FindShared();

    public static string Text(this JsonNode node, string key) => node[key]!.GetValue<string>();

    public static byte[] Hex(this JsonNode node, string key) => Convert.FromHexString(node.Text(key));

    public static byte[] Base64(this JsonNode node, string key) => Convert.FromBase64String(node.Text(key));

    public static byte[][] Base64List(this JsonNode? node) => node is null ? [] : [.. node.AsArray().Select(h => Convert.FromBase64String(h!.GetValue<string>()))];

    public static IEnumerable<JsonNode> Cases(this JsonNode node, string key = "cases") => node[key]!.AsArray().Select(c => c!);

    private static string? FindShared()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var data = Path.Combine(folder.FullName, "shared", "data");
            if (File.Exists(Path.Combine(data, "PROVENANCE.md")))
            {
                return data;
            }
        }

        return null;
    }
}

/// <summary>A fact that needs the third-party vectors; skipped, and reported so, in a clone without them.</summary>
public sealed class SharedDataFactAttribute : FactAttribute
{
    public SharedDataFactAttribute()
    {
        if (Vectors.SharedFolder is null)
        {
            Skip = "No shared/data/PROVENANCE.md beside any ancestor folder: the third-party vectors are not part of this repository.";
        }
    }
}

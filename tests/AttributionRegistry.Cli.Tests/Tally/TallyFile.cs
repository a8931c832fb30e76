using System.Text.Json.Nodes;

namespace AttributionRegistry.Cli.Tests.Tally;

/// <summary>The committed tally cases, found by walking up from the test assembly.</summary>
internal static class TallyFile
{
    public static string Path { get; } = Find();

    public static JsonObject Whole() => JsonNode.Parse(File.ReadAllText(Path))!.AsObject();

    /// <summary>The file with one of its cases, optionally changed.</summary>
    public static string With(string id, Action<JsonObject>? change = null)
    {
        var file = Whole();
        var chosen = file["cases"]!.AsArray().Single(each => (string?)each!["id"] == id)!.DeepClone().AsObject();
        change?.Invoke(chosen);
        file["cases"] = new JsonArray(chosen);
        return file.ToJsonString();
    }

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = System.IO.Path.Combine(folder.FullName, "tests", "vectors", "tally-dev.json");
            if (File.Exists(candidate))
            {
                return candidate;
            }
        }

        throw new FileNotFoundException("tests/vectors/tally-dev.json is part of the repository; check the clone.");
    }
}

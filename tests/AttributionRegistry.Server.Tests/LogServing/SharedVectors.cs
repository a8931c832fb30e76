using System.Text.Json.Nodes;

namespace AttributionRegistry.Server.Tests.LogServing;

/// <summary>Vectors of others, read where they lie: they are not part of this repository.</summary>
internal static class SharedVectors
{
    public static string? Folder { get; } = Find();

    public static JsonNode Log(string name) => JsonNode.Parse(File.ReadAllText(Path.Combine(Folder!, "log-vectors", name)))!;

    private static string? Find()
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

/// <summary>A fact that needs them; skipped, and reported so, in a clone without them.</summary>
public sealed class SharedVectorsFactAttribute : FactAttribute
{
    public SharedVectorsFactAttribute()
    {
        if (SharedVectors.Folder is null)
        {
            Skip = "No shared/data/PROVENANCE.md beside any ancestor folder: vectors of others are not part of this repository.";
        }
    }
}

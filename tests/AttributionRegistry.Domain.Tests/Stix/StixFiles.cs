using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using AttributionRegistry.Domain.Stix;
using AttributionRegistry.Domain.Structured;

namespace AttributionRegistry.Domain.Tests.Stix;

/// <summary>The project's own documents, and those of others where they lie beside this repository.</summary>
internal static class StixFiles
{
    public static string? SharedFolder { get; } = FindShared();

    public static byte[] Own(string name) => File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "vectors", "stix", name));

    public static byte[] Shared(string name) => File.ReadAllBytes(Path.Combine(SharedFolder!, name));

    public static (StixContents? Contents, IReadOnlyList<StructuredFault> Faults) Check(byte[] bytes)
    {
        var (document, fault) = StructuredJson.Parse(bytes);
        using (document)
        {
            return document is null ? (null, [fault!]) : StixValidator.Check(document.RootElement);
        }
    }

    public static (StixContents? Contents, IReadOnlyList<StructuredFault> Faults) Check(JsonNode node) => Check(Encoding.UTF8.GetBytes(node.ToJsonString()));

    public static (StixContents? Contents, IReadOnlyList<StructuredFault> Faults) Check(string json) => Check(Encoding.UTF8.GetBytes(json));

    /// <summary>A bundle of one object.</summary>
    public static JsonObject Alone(JsonNode each) => new()
    {
        ["type"] = "bundle",
        ["id"] = "bundle--7a1f0b52-6a7e-4c35-9c52-0d5e7c1c9a01",
        ["objects"] = new JsonArray(each.DeepClone()),
    };

    public static IEnumerable<JsonObject> Objects(byte[] bundle)
    {
        var node = JsonNode.Parse(bundle)!.AsObject();
        return node["objects"] is JsonArray objects ? objects.Select(o => o!.AsObject()) : [node];
    }

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

/// <summary>A theory on documents of others; skipped, and reported so, in a clone without them.</summary>
public sealed class SharedStixTheoryAttribute : TheoryAttribute
{
    public SharedStixTheoryAttribute()
    {
        if (StixFiles.SharedFolder is null)
        {
            Skip = "No shared/data/PROVENANCE.md beside any ancestor folder: documents of others are not part of this repository.";
        }
    }
}

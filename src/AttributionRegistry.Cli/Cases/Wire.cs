using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using AttributionRegistry.Domain.Cases;

namespace AttributionRegistry.Cli.Cases;

/// <summary>The values of the domain as the API writes them.</summary>
internal static class Wire
{
    /// <summary>A list of nodes.</summary>
    public static JsonArray List(IEnumerable<JsonNode?> items) => [.. items];

    public static JsonArray Words(IEnumerable<string> items) => [.. items.Select(each => (JsonNode?)each)];

    public static JsonObject Text(string value, string lang = "en") => new() { ["value"] = value, ["lang"] = lang };

    public static JsonObject Date(VagueDate date)
    {
        var json = new JsonObject { ["value"] = date.Value, ["precision"] = Name(date.Precision) };
        if (date.Note is not null)
        {
            json["note"] = date.Note;
        }

        return json;
    }

    public static JsonArray Sources(IEnumerable<Source> sources) => List(sources.Select(each =>
    {
        var json = new JsonObject { ["reference"] = each.Reference, ["status"] = Name(each.Status) };
        if (each.Title is not null)
        {
            json["title"] = each.Title;
        }

        return json;
    }));

    /// <summary>An enum's name on the wire: what its type says, else camelCase.</summary>
    public static string Name<TEnum>(TEnum value)
        where TEnum : struct, Enum => typeof(TEnum).GetCustomAttribute<JsonConverterAttribute>() is null
            ? JsonNamingPolicy.CamelCase.ConvertName(value.ToString())
            : (string)JsonSerializer.SerializeToNode(value)!;
}

using System.Collections.Immutable;
using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using AttributionRegistry.Domain;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Registry;

namespace AttributionRegistry.Server.Tests.Contract;

/// <summary>JSON Schema 2020-12 of every entry that the log may have, made from the journals by the rule that makes the entries.</summary>
internal static class EventSchemas
{
    private const string Commitment = "^[A-Za-z0-9_-]{43}$";
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly NullabilityInfoContext Nullability = new();

    /// <summary>Each file by its name below schema/events.</summary>
    public static SortedDictionary<string, string> Files()
    {
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["sealed.json"] = Text(Sealed()),
            ["cover.json"] = Text(Entry("cover", "Nothing happened: a seal among others, so that their number tells nothing.", Closed())),
            ["unsealed.json"] = Text(Entry("unsealed", "An entry that was sealed before, with the salt that shows it.", Closed(
                ("index", Number(0)), ("event", new JsonObject { ["type"] = "object" }), ("salt", Pattern(Commitment))))),
            ["log.recovered.json"] = Text(Entry(
                "log.recovered", "Of the entries from one to before another only the entries are left: what they recorded was lost with a database.", Closed(
                    ("from", Number(0)), ("to", Number(1))))),
        };
        foreach (var (journal, types) in Journals())
        {
            foreach (var (name, type) in types)
            {
                files[$"{journal}/{name}.json"] = Text(Entry(name, $"An event of the record '{journal}'.", Body(type)));
            }
        }

        return files;
    }

    private static IEnumerable<(string Journal, IReadOnlyDictionary<string, Type> Types)> Journals() =>
        from holder in typeof(RegistryCore).Assembly.GetTypes()
        let definition = holder.GetProperty("Definition", BindingFlags.Public | BindingFlags.Static)
        where definition?.PropertyType is { IsGenericType: true } type && type.GetGenericTypeDefinition() == typeof(Journal<,>)
        let journal = definition.GetValue(null)!
        select ((string)Get(journal, "Name"), (IReadOnlyDictionary<string, Type>)Get(journal, "Types"));

    private static object Get(object from, string property) =>
        from.GetType().GetProperty(property, BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance)!.GetValue(from)!;

    private static JsonObject Sealed() => Root("sealed", "Something happened in a case that is not public.", Closed(
        ("c", Pattern(Commitment)), ("type", Const("sealed")), ("v", Const(1))));

    private static JsonObject Entry(string type, string description, JsonObject body)
    {
        var entry = Closed(
            ("actor", new JsonObject { ["type"] = new JsonArray("string", "null"), ["pattern"] = "^p_[A-Za-z0-9_-]{22}$" }),
            ("at", Pattern(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$")),
            ("body", body),
            ("prev", new JsonObject { ["type"] = new JsonArray("string", "null"), ["pattern"] = Commitment }),
            ("seq", Number(1)),
            ("subject", new JsonObject { ["type"] = "string", ["minLength"] = 1 }),
            ("type", Const(type)),
            ("v", Const(1)));
        // Whoever acts may have signed it.
        entry["properties"]!["author"] = Closed(("key", Pattern("^[A-Za-z0-9_-]{1,64}$")), ("sig", Pattern("^[A-Za-z0-9_-]{86}$")));
        return Root(type, description, entry);
    }

    private static JsonObject Root(string type, string description, JsonObject schema)
    {
        var root = new JsonObject { ["$schema"] = "https://json-schema.org/draft/2020-12/schema", ["title"] = type, ["description"] = description };
        foreach (var (name, value) in schema)
        {
            root[name] = value?.DeepClone();
        }

        return root;
    }

    private static JsonObject Body(Type type)
    {
        var (properties, required) = (new JsonObject(), new JsonArray());
        foreach (var (name, property, open) in PublicBody.Shape(type).OrderBy(each => each.Name, StringComparer.Ordinal))
        {
            properties[name] = open ? Value(property.PropertyType) : Closed(("c", Pattern(Commitment)));
            if (Nullable.GetUnderlyingType(property.PropertyType) is null && Nullability.Create(property).ReadState != NullabilityState.Nullable)
            {
                required.Add(name);
            }
        }

        return new JsonObject { ["type"] = "object", ["properties"] = properties, ["required"] = required, ["additionalProperties"] = false };
    }

    private static JsonNode Value(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ImmutableArray<>))
        {
            return new JsonObject { ["type"] = "array", ["items"] = Value(type.GetGenericArguments()[0]) };
        }

        if (type.IsEnum)
        {
            return new JsonObject { ["enum"] = new JsonArray([.. Enum.GetValues(type).Cast<object>().Distinct().Select(v => JsonSerializer.SerializeToNode(v, type, ApiJson.Options))]) };
        }

        return type == typeof(bool) ? new JsonObject { ["type"] = "boolean" }
            : type == typeof(int) || type == typeof(long) ? new JsonObject { ["type"] = "integer" }
            : type == typeof(DateTimeOffset) ? new JsonObject { ["type"] = "string", ["format"] = "date-time" }
            : type == typeof(string) ? new JsonObject { ["type"] = "string" }
            : TypedIds.Is(type) ? Pattern($"^{type.GetProperty("Prefix")!.GetValue(null)}_[0-9a-f]{{32}}$")
            : ApiJson.Options.GetJsonSchemaAsNode(type, new JsonSchemaExporterOptions
            {
                TreatNullObliviousAsNonNullable = true,
                TransformSchemaNode = (context, schema) =>
                    context.TypeInfo.Type is { IsEnum: true } or { IsPrimitive: true } || TypedIds.Is(context.TypeInfo.Type) ? Value(context.TypeInfo.Type) : schema,
            });
    }

    private static JsonObject Closed(params (string Name, JsonNode Schema)[] members)
    {
        var (properties, required) = (new JsonObject(), new JsonArray());
        foreach (var (name, schema) in members)
        {
            properties[name] = schema;
            required.Add(name);
        }

        return new JsonObject { ["type"] = "object", ["properties"] = properties, ["required"] = required, ["additionalProperties"] = false };
    }

    private static JsonObject Pattern(string pattern) => new() { ["type"] = "string", ["pattern"] = pattern };

    private static JsonObject Number(int least) => new() { ["type"] = "integer", ["minimum"] = least };

    private static JsonObject Const(JsonNode value) => new() { ["const"] = value };

    private static string Text(JsonObject schema) => schema.ToJsonString(Indented).ReplaceLineEndings("\n") + "\n";
}

using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using static AttributionRegistry.Log.CanonicalWriter;

namespace AttributionRegistry.Log;

/// <summary>
/// From a tree of nodes to the canonical form. Strings are taken from the nodes themselves and not from their JSON text,
/// because the library's writer replaces a lone surrogate silently and two different trees would get the same bytes.
/// </summary>
internal static class CanonicalNodes
{
    public static void Write(CanonicalWriter writer, JsonNode? node) => Write(writer, node, new PointerStack());

    private static void Write(CanonicalWriter writer, JsonNode? node, PointerStack at)
    {
        switch (node)
        {
            case null:
                writer.Raw("null"u8);
                break;
            case JsonObject o:
                Members(writer, o, at);
                break;
            case JsonArray a:
                Elements(writer, a, at);
                break;
            default:
                Value(writer, node.AsValue(), at);
                break;
        }
    }

    private static void Members(CanonicalWriter writer, JsonObject node, PointerStack at)
    {
        RefuseTooDeep(at);
        writer.Raw((byte)'{');
        var start = writer.Length;
        var members = new List<Member>();
        try
        {
            foreach (var (key, value) in node)
            {
                writer.Comma(start);
                var from = writer.Length;
                CanonicalText.String(writer, key, at);
                writer.Raw((byte)':');
                at.Push(key);
                Write(writer, value, at);
                at.Pop();
                members.Add(new Member(key, from, writer.Length - from));
            }
        }
        catch (ArgumentException)
        {
            // A node made from text builds its members on first use, and only then finds a duplicate.
            throw at.Fault("A key occurs twice in one object.");
        }

        if (writer.EndObject(start, members) is { } twice)
        {
            at.Push(twice);
            throw at.Fault("The key occurs twice in one object.");
        }
    }

    private static void Elements(CanonicalWriter writer, JsonArray node, PointerStack at)
    {
        RefuseTooDeep(at);
        writer.Raw((byte)'[');
        var start = writer.Length;
        for (var i = 0; i < node.Count; i++)
        {
            writer.Comma(start);
            at.Push(i);
            Write(writer, node[i], at);
            at.Pop();
        }

        writer.Raw((byte)']');
    }

    private static void Value(CanonicalWriter writer, JsonValue value, PointerStack at)
    {
        if (value.TryGetValue<JsonElement>(out var element))
        {
            CanonicalText.Write(writer, Encoding.UTF8.GetBytes(element.GetRawText()), integersOnly: true, at, CanonicalJson.MaxDepth);
        }
        else if (value.TryGetValue<string>(out var text))
        {
            CanonicalText.String(writer, text, at);
        }
        else if (Integer(value) is { } integer)
        {
            writer.Integer(integer);
        }
        else
        {
            // Other numbers, booleans, instants and the like: their JSON text is ASCII and exact, and is checked as text would be.
            var left = Math.Max(1, CanonicalJson.MaxDepth - at.Depth);
            CanonicalText.Write(writer, Encoding.UTF8.GetBytes(value.ToJsonString()), integersOnly: true, at, left);
        }
    }

    /// <summary>The two kinds of number that the registry's own code makes, without a detour through text; null for the rest.</summary>
    private static long? Integer(JsonValue value)
    {
        long? integer = value.TryGetValue<int>(out var i) ? i : value.TryGetValue<long>(out var l) ? l : null;
        return integer is <= CanonicalJson.MaxInteger and >= -CanonicalJson.MaxInteger ? integer : null;
    }

    private static void RefuseTooDeep(PointerStack at)
    {
        if (at.Depth >= CanonicalJson.MaxDepth)
        {
            throw at.Fault($"Nested deeper than {CanonicalJson.MaxDepth}.");
        }
    }
}

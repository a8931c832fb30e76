using System.Text.Json;

namespace AttributionRegistry.Cli.Tally;

/// <summary>A place in a file that does not hold what a tally case holds there.</summary>
public sealed class CaseFormatException(string message) : Exception(message);

/// <summary>A JSON value that knows where it stands, so that every complaint names the place.</summary>
internal readonly record struct CaseNode(JsonElement Json, string Path)
{
    public CaseNode this[string name] => Optional(name) ?? throw At($"{Path}/{name}").Fault("is missing");

    /// <summary>The member, or null when it is absent or null.</summary>
    public CaseNode? Optional(string name)
    {
        if (Json.ValueKind is not JsonValueKind.Object)
        {
            throw Fault("is not an object");
        }

        return Json.TryGetProperty(name, out var value) && value.ValueKind is not JsonValueKind.Null ? new CaseNode(value, $"{Path}/{name}") : null;
    }

    public string Text()
    {
        try
        {
            return Json.ValueKind is JsonValueKind.String ? Json.GetString()! : throw Fault("is not text");
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair can be escaped in JSON and is no text.
            throw Fault("is no Unicode text");
        }
    }

    public int Integer() => Json.ValueKind is JsonValueKind.Number && Json.TryGetInt32(out var number) ? number : throw Fault("is not a whole number");

    public long Long() => Json.ValueKind is JsonValueKind.Number && Json.TryGetInt64(out var number) ? number : throw Fault("is not a whole number");

    public bool Truth() => Json.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Fault("is neither true nor false"),
    };

    public IReadOnlyList<CaseNode> Items()
    {
        if (Json.ValueKind is not JsonValueKind.Array)
        {
            throw Fault("is not a list");
        }

        var path = Path;
        return [.. Json.EnumerateArray().Select((item, index) => new CaseNode(item, $"{path}/{index}"))];
    }

    public IReadOnlyList<(string Name, CaseNode Value)> Members()
    {
        if (Json.ValueKind is not JsonValueKind.Object)
        {
            throw Fault("is not an object");
        }

        var path = Path;
        return [.. Json.EnumerateObject().Select(member => (member.Name, new CaseNode(member.Value, $"{path}/{member.Name}")))];
    }

    /// <summary>Reads the value as the domain writes it.</summary>
    public TValue As<TValue>()
    {
        try
        {
            return Json.Deserialize<TValue>(JsonSerializerOptions.Web) ?? throw Fault("is null");
        }
        catch (JsonException fault)
        {
            throw Fault($"cannot be read: {fault.Message}");
        }
    }

    public CaseFormatException Fault(string what) => new($"{(Path.Length == 0 ? "/" : Path)} {what}");

    private static CaseNode At(string path) => new(default, path);
}

using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace AttributionRegistry.Cli.Cases;

/// <summary>What is wrong with a case file, and where: a JSON Pointer (RFC 6901) to the place.</summary>
public sealed class CaseFileException(string pointer, string what) : Exception($"{(pointer.Length == 0 ? "(whole file)" : pointer)}: {what}")
{
    public string Pointer { get; } = pointer;
}

/// <summary>A JSON value of a case file that knows where it stands.</summary>
internal readonly record struct CaseFileNode(JsonElement Json, string Pointer)
{
    public CaseFileNode this[string name] => Optional(name) ?? throw new CaseFileException($"{Pointer}/{Escape(name)}", "is missing");

    /// <summary>The member, or null when it is absent. An explicit null is a fault: no member of this format may be null but one.</summary>
    public CaseFileNode? Optional(string name) =>
        Json.TryGetProperty(name, out var value) ? new CaseFileNode(value, $"{Pointer}/{Escape(name)}") : null;

    /// <summary>Refuses members that the format does not have: a misspelt one would otherwise be lost silently.</summary>
    public CaseFileNode Object(params ReadOnlySpan<string> members)
    {
        if (Json.ValueKind is not JsonValueKind.Object)
        {
            throw Fault("is not an object");
        }

        foreach (var member in Json.EnumerateObject())
        {
            if (!members.Contains(member.Name))
            {
                throw new CaseFileException($"{Pointer}/{Escape(member.Name)}", "is no member of this format");
            }
        }

        return this;
    }

    /// <summary>The members of an object whose names are free.</summary>
    public IReadOnlyList<(string Name, CaseFileNode Value)> Members()
    {
        if (Json.ValueKind is not JsonValueKind.Object)
        {
            throw Fault("is not an object");
        }

        var pointer = Pointer;
        return [.. Json.EnumerateObject().Select(member => (member.Name, new CaseFileNode(member.Value, $"{pointer}/{Escape(member.Name)}")))];
    }

    public IReadOnlyList<CaseFileNode> Items(int least = 0)
    {
        if (Json.ValueKind is not JsonValueKind.Array)
        {
            throw Fault("is not a list");
        }

        if (Json.GetArrayLength() < least)
        {
            throw Fault(string.Create(CultureInfo.InvariantCulture, $"has {Json.GetArrayLength()} entries; at least {least} are needed"));
        }

        var pointer = Pointer;
        return [.. Json.EnumerateArray().Select((item, index) => new CaseFileNode(item, string.Create(CultureInfo.InvariantCulture, $"{pointer}/{index}")))];
    }

    /// <summary>Text that is not blank.</summary>
    public string Text()
    {
        string text;
        try
        {
            text = Json.ValueKind is JsonValueKind.String ? Json.GetString()! : throw Fault("is not text");
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair can be escaped in JSON and is no text.
            throw Fault("is no Unicode text");
        }

        return string.IsNullOrWhiteSpace(text) ? throw Fault("is empty") : text;
    }

    public string Text(Regex pattern, string what) => Text() is var text && pattern.IsMatch(text) ? text : throw Fault($"is not {what}");

    public bool Truth() => Json.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Fault("is neither true nor false"),
    };

    /// <summary>One of the words, or the fault that lists them.</summary>
    public string OneOf(params ReadOnlySpan<string> words)
    {
        var text = Text();
        return words.Contains(text) ? text : throw Fault($"is '{text}', not one of {string.Join(", ", words.ToArray())}");
    }

    /// <summary>The value of an enum as the domain writes it.</summary>
    public TValue As<TValue>(string what)
        where TValue : struct
    {
        try
        {
            return Json.Deserialize<TValue>();
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            throw Fault($"is {what}");
        }
    }

    public CaseFileException Fault(string what) => new(Pointer, what);

    private static string Escape(string name) => name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);
}

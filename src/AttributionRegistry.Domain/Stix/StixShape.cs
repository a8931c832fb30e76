using System.Collections.Frozen;

namespace AttributionRegistry.Domain.Stix;

/// <summary>What a property of a STIX object holds.</summary>
internal enum StixValueKind
{
    Text,
    Timestamp,
    Millisecond,
    Integer,
    Number,
    Boolean,
    Dictionary,
    Hashes,
    Hex,
    Binary,
    Reference,
    KillChainPhase,
    ExternalReference,
    GranularMarking,
    Choice,
    Object,
}

/// <param name="Name">Name of the property.</param>
/// <param name="Kind">What it holds.</param>
/// <param name="Required">Whether it must be there.</param>
/// <param name="IsList">Whether it is a list, which is then never empty.</param>
/// <param name="Choices">The values of a choice, or the types that a reference may name; empty: any.</param>
/// <param name="Least">The least integer.</param>
/// <param name="Most">The greatest integer.</param>
internal sealed record StixProperty(string Name, StixValueKind Kind, bool Required, bool IsList, FrozenSet<string> Choices, long Least, long Most);

/// <summary>Which of the specification's groups a type belongs to; it decides the common properties.</summary>
internal enum StixGroup
{
    Domain,
    Relationship,
    Cyber,
    Meta,
}

/// <summary>The properties of one type of object.</summary>
internal sealed record StixShape(string Type, StixGroup Group, FrozenDictionary<string, StixProperty> Properties)
{
    /// <summary>Reads a table of properties: <c>name! kind; name kind; …</c>, where <c>!</c> means required and brackets a list.</summary>
    internal static FrozenDictionary<string, StixProperty> Read(params string[] tables) =>
        tables.SelectMany(t => t.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)).Select(Property).ToFrozenDictionary(p => p.Name, StringComparer.Ordinal);

    private static StixProperty Property(string text)
    {
        var (name, kind) = (text[..text.IndexOf(' ', StringComparison.Ordinal)], text[(text.IndexOf(' ', StringComparison.Ordinal) + 1)..].Trim());
        var isList = kind.StartsWith('[');
        if (isList)
        {
            kind = kind[1..^1];
        }

        var (least, most) = (-(1L << 53) + 1, (1L << 53) - 1);
        if (kind.StartsWith("int ", StringComparison.Ordinal))
        {
            var bounds = kind[4..].Split("..");
            least = long.Parse(bounds[0], System.Globalization.CultureInfo.InvariantCulture);
            most = bounds[1].Length == 0 ? most : long.Parse(bounds[1], System.Globalization.CultureInfo.InvariantCulture);
            kind = "int";
        }

        var choices = kind[0] is '@' or '=' ? kind[1..].Split('|', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) : [];
        var valueKind = kind switch
        {
            "s" => StixValueKind.Text,
            "t" => StixValueKind.Timestamp,
            "ms" => StixValueKind.Millisecond,
            "int" => StixValueKind.Integer,
            "num" => StixValueKind.Number,
            "bool" => StixValueKind.Boolean,
            "dict" => StixValueKind.Dictionary,
            "hashes" => StixValueKind.Hashes,
            "hex" => StixValueKind.Hex,
            "bin" => StixValueKind.Binary,
            "phase" => StixValueKind.KillChainPhase,
            "xref" => StixValueKind.ExternalReference,
            "mark" => StixValueKind.GranularMarking,
            "obj" => StixValueKind.Object,
            ['@', ..] => StixValueKind.Reference,
            ['=', ..] => StixValueKind.Choice,
            _ => throw new InvalidOperationException($"No kind of value is called '{kind}'."),
        };
        return new StixProperty(name.TrimEnd('!'), valueKind, name.EndsWith('!'), isList, choices.ToFrozenSet(StringComparer.Ordinal), least, most);
    }
}

using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace AttributionRegistry.Domain.Scales;

/// <summary>Traffic Light Protocol 2.0, from narrowest to widest. A sharing label, not the access control.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Tlp>))]
public enum Tlp
{
    [JsonStringEnumMemberName("TLP:RED")]
    Red,

    [JsonStringEnumMemberName("TLP:AMBER+STRICT")]
    AmberStrict,

    [JsonStringEnumMemberName("TLP:AMBER")]
    Amber,

    [JsonStringEnumMemberName("TLP:GREEN")]
    Green,

    [JsonStringEnumMemberName("TLP:CLEAR")]
    Clear,
}

/// <summary>Wire names and the order of widening.</summary>
public static class TlpLabels
{
    public static string WireName(this Tlp label) => label switch
    {
        Tlp.Red => "TLP:RED",
        Tlp.AmberStrict => "TLP:AMBER+STRICT",
        Tlp.Amber => "TLP:AMBER",
        Tlp.Green => "TLP:GREEN",
        Tlp.Clear => "TLP:CLEAR",
        _ => throw new ArgumentOutOfRangeException(nameof(label), label, "Not a TLP 2.0 label."),
    };

    /// <summary>Reads a label. TLP 1.0's WHITE is read as CLEAR, its successor; it is never written.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out Tlp label)
    {
        (var known, label) = text?.Trim().ToUpperInvariant() switch
        {
            "TLP:RED" => (true, Tlp.Red),
            "TLP:AMBER+STRICT" => (true, Tlp.AmberStrict),
            "TLP:AMBER" => (true, Tlp.Amber),
            "TLP:GREEN" => (true, Tlp.Green),
            "TLP:CLEAR" or "TLP:WHITE" => (true, Tlp.Clear),
            _ => (false, Tlp.Red),
        };
        return known;
    }

    /// <summary>Whether this label lets a thing go further than the other does.</summary>
    public static bool IsWiderThan(this Tlp label, Tlp other) => label > other;
}

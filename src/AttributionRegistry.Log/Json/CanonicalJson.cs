using System.Text.Json.Nodes;

namespace AttributionRegistry.Log;

/// <summary>
/// RFC 8785 canonical JSON. What is hashed or signed anywhere in the registry went through here, in the integer profile:
/// numbers are integers of at most 53 bits, written plainly, so that no two implementations can differ about a digit.
/// </summary>
public static class CanonicalJson
{
    /// <summary>Containers may nest this deep; one more is refused.</summary>
    public const int MaxDepth = 64;

    /// <summary>The largest magnitude that every JSON reader holds exactly: 2^53 − 1.</summary>
    public const long MaxInteger = 9_007_199_254_740_991;

    /// <summary>Full RFC 8785, with ECMAScript number formatting. Refuses duplicate keys, lone surrogates, a BOM and trailing data.</summary>
    /// <exception cref="CanonicalJsonException">The text has no canonical form.</exception>
    public static byte[] Canonicalize(ReadOnlySpan<byte> utf8Json) => Run(utf8Json, integersOnly: false);

    /// <summary>The registry profile: as <see cref="Canonicalize"/>, but a fraction, an exponent, <c>-0</c> or more than 53 bits are refused.</summary>
    /// <exception cref="CanonicalJsonException">The text has no canonical form in this profile.</exception>
    public static byte[] CanonicalizeIntegers(ReadOnlySpan<byte> utf8Json) => Run(utf8Json, integersOnly: true);

    /// <summary>The canonical bytes of a tree of nodes, in the registry profile. The node may have a parent; it is not changed.</summary>
    /// <exception cref="CanonicalJsonException">The tree has no canonical form in this profile.</exception>
    public static byte[] Serialize(JsonNode? node)
    {
        var writer = new CanonicalWriter();
        CanonicalNodes.Write(writer, node);
        return writer.ToArray();
    }

    private static byte[] Run(ReadOnlySpan<byte> utf8Json, bool integersOnly)
    {
        var writer = new CanonicalWriter(utf8Json.Length);
        CanonicalText.Write(writer, utf8Json, integersOnly, new PointerStack(), MaxDepth);
        return writer.ToArray();
    }
}

using System.Text.Json;
using System.Text.Unicode;

namespace AttributionRegistry.Domain.Structured;

/// <summary>One fault of a structured document.</summary>
/// <param name="Pointer">RFC 6901 JSON Pointer into the document.</param>
/// <param name="Code">Stable, kebab-case.</param>
/// <param name="Detail">A sentence for people; never a value of the document.</param>
public sealed record StructuredFault(string Pointer, string Code, string Detail);

/// <summary>A document that came from somebody else, parsed within bounds; or why it was not.</summary>
public static class StructuredJson
{
    public const int MostDepth = 64;

    /// <summary>A parsed document takes about twenty bytes for every value: this bounds it to a few times its own size.</summary>
    public const int MostTokens = 6_000_000;

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <summary>Parses UTF-8 JSON. Names that appear twice, text that is no Unicode, and what is too deep or too much are refused.</summary>
    public static (JsonDocument? Document, StructuredFault? Fault) Parse(ReadOnlyMemory<byte> utf8)
    {
        if (utf8.Span.StartsWith(ByteOrderMark))
        {
            utf8 = utf8[ByteOrderMark.Length..];
        }

        if (!Utf8.IsValid(utf8.Span))
        {
            return (null, new StructuredFault("", "not-json", "The bytes are not UTF-8."));
        }

        try
        {
            if (Scan(utf8.Span) is { } fault)
            {
                return (null, fault);
            }

            return (JsonDocument.Parse(utf8, new JsonDocumentOptions { MaxDepth = MostDepth, AllowDuplicateProperties = false }), null);
        }
        catch (JsonException bad)
        {
            var place = bad.LineNumber is { } line ? $" near line {line + 1}, byte {bad.BytePositionInLine}" : "";
            return (null, new StructuredFault("", "not-json", $"This is not JSON without duplicate names, at most {MostDepth} levels deep{place}."));
        }
    }

    // Reads the tokens without keeping any: what they would take is known before it is taken.
    private static StructuredFault? Scan(ReadOnlySpan<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = MostDepth });
        var tokens = 0;
        while (reader.Read())
        {
            if (++tokens > MostTokens)
            {
                return new StructuredFault("", "too-many-values", $"The document has more than {MostTokens} names and values.");
            }

            if (reader is { TokenType: JsonTokenType.String or JsonTokenType.PropertyName, ValueIsEscaped: true } && !IsText(ref reader))
            {
                return new StructuredFault("", "bad-text", $"A text before byte {reader.BytesConsumed} has half of a surrogate pair.");
            }
        }

        return null;
    }

    private static bool IsText(ref Utf8JsonReader reader)
    {
        try
        {
            _ = reader.GetString();
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }
}

/// <summary>The faults of a document in the order in which they were met, up to a limit, and where the reader stands.</summary>
internal sealed class Faults
{
    public const int Most = 100;

    private readonly List<StructuredFault> _found = [];
    private readonly List<string> _path = [];

    public IReadOnlyList<StructuredFault> Found => _found;

    public bool Full => _found.Count >= Most;

    public void Enter(string name) => _path.Add(name);

    public void Enter(int place) => _path.Add(place.ToString(System.Globalization.CultureInfo.InvariantCulture));

    public void Leave() => _path.RemoveAt(_path.Count - 1);

    /// <summary>A fault of the value where the reader stands.</summary>
    public void Add(string code, string detail) => Add(null, code, detail);

    /// <summary>A fault of a member of the value where the reader stands; the member may be missing.</summary>
    public void Add(string? member, string code, string detail)
    {
        if (!Full)
        {
            var names = member is null ? _path : _path.Append(member);
            _found.Add(new StructuredFault(string.Concat(names.Select(n => "/" + n.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal))), code, detail));
        }
    }
}

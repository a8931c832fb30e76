using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using AttributionRegistry.Domain.Cases;

namespace AttributionRegistry.Server.Stix;

/// <summary>What outsiders said, in the fields that STIX has for it.</summary>
internal static partial class StixClaims
{
    /// <summary>STIX knows instants only: the beginning of the year, month or day; how exact it is stands in a label.</summary>
    public static string PublishedAt(VagueDate date)
    {
        var whole = date.Precision switch
        {
            DatePrecision.Year => $"{date.Value}-01-01",
            DatePrecision.Month => $"{date.Value}-01",
            _ => date.Value,
        };
        return DateTimeOffset.TryParse(whole, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? StixParts.Time(at) : "0001-01-01T00:00:00.000Z";
    }

    public static JsonArray References(IEnumerable<Source> sources) => new([.. sources.Select(source =>
    {
        var reference = new JsonObject { ["source_name"] = source.Title is { Length: > 0 } title ? title : "source" };
        reference[Uri.IsWellFormedUriString(source.Reference, UriKind.Absolute) && Address().IsMatch(source.Reference) ? "url" : "description"] = source.Reference;
        return (JsonNode)reference;
    })]);

    // RFC 3986 to the letter: what only looks like an address, such as one with a note behind it, is told as text.
    [GeneratedRegex("^https?://[A-Za-z0-9._~:/?@!$&'()*+,;=%-]+(#[A-Za-z0-9._~:/?@!$&'()*+,;=%-]*)?$")]
    private static partial Regex Address();
}

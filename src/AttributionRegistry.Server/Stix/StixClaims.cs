using System.Globalization;
using System.Text.Json.Nodes;
using AttributionRegistry.Domain.Cases;

namespace AttributionRegistry.Server.Stix;

/// <summary>What outsiders said, in the fields that STIX has for it.</summary>
internal static class StixClaims
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
        reference[Uri.TryCreate(source.Reference, UriKind.Absolute, out var address) && address.Scheme is ("http" or "https") ? "url" : "description"] = source.Reference;
        return (JsonNode)reference;
    })]);
}

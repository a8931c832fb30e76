using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Xml;
using AttributionRegistry.Domain;
using AttributionRegistry.Server.Findings;
using AttributionRegistry.Server.Findings.Search;
using AttributionRegistry.Server.Http;

namespace AttributionRegistry.Server.Feeds;

/// <summary>JSON Feed 1.1. The stored feed is also what the next one is made from.</summary>
public sealed record JsonFeed(
    string Version, string Title, string? Description, [property: JsonPropertyName("home_page_url")] string HomePageUrl, [property: JsonPropertyName("feed_url")] string FeedUrl,
    string Language, IReadOnlyList<FeedItem> Items);

/// <summary>One finding in a feed.</summary>
public sealed record FeedItem(
    string Id, string Url, [property: JsonPropertyName("external_url")] string ExternalUrl, string Title, [property: JsonPropertyName("content_text")] string ContentText, string Language,
    [property: JsonPropertyName("date_published")] DateTimeOffset DatePublished, [property: JsonPropertyName("date_modified")] DateTimeOffset DateModified,
    IReadOnlyList<string> Tags, [property: JsonPropertyName("_attribution_registry")] FeedItemFacts Facts);

/// <summary>What a program needs of a finding. The digest is the same in every representation.</summary>
public sealed record FeedItemFacts(string About, string Number, int Version, string Status, string Outcome, string Digest, bool Exercise);

/// <summary>A feed in its two forms.</summary>
internal static class FeedForms
{
    public const int MaxItems = 50;
    public const string AtomType = "application/atom+xml; charset=utf-8";
    public const string JsonType = "application/feed+json";
    private const string Atom = "http://www.w3.org/2005/Atom";
    private const string Own = "https://attribution-registry.example/ns/feed/1";

    private static readonly JsonSerializerOptions Options = new(ApiJson.Options) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    public static FeedItem ItemOf(PublishedChange change, string publicUrl)
    {
        var (finding, status) = (change.Finding, FacetsOf.Wire(change.Status));
        var standing = change.Status == Domain.Cases.FindingStatus.Current ? "" : $" ({Spoken(change.Status)})";
        var content = new StringBuilder();
        foreach (var line in new[] { finding.ExerciseNotice, standing.Length == 0 ? null : $"Status: {Spoken(change.Status)}.", finding.Statements[0].Value }.OfType<string>())
        {
            content.Append(content.Length == 0 ? "" : "\n\n").Append(line);
        }

        foreach (var proposition in finding.Propositions)
        {
            content.Append("\n\n").Append(proposition.Sentence).Append(proposition.Confidence is { } held ? $"\n{held.Sentence}" : "");
        }

        return new FeedItem(
            $"{publicUrl}/v1/findings/{finding.Number}", publicUrl + PublicAddresses.Page(finding.Number), $"{publicUrl}/v1/findings/{finding.Number}",
            $"{(finding.Exercise ? "Exercise: " : "")}{finding.Number} {finding.Incident.Name}{standing}", content.ToString(), finding.Statements[0].Lang,
            change.Case.Versions[0].At, Instant.FromMicroseconds(change.AtMicroseconds),
            [.. FacetsOf.Of(finding, change.Case).Where(f => f.Facet is FacetsOf.State or FacetsOf.Sector or FacetsOf.Type).Select(f => $"{f.Facet}:{f.Value}")],
            new FeedItemFacts(Own, finding.Number, finding.Version, status, FacetsOf.Wire(finding.Outcome), change.Version.Digest, finding.Exercise));
    }

    /// <summary>The feed with this finding at the top, once.</summary>
    public static JsonFeed With(JsonFeed feed, FeedItem item) =>
        feed with { Items = [item, .. feed.Items.Where(i => i.Id != item.Id).Take(MaxItems - 1)] };

    public static byte[] Json(JsonFeed feed) => JsonSerializer.SerializeToUtf8Bytes(feed, Options);

    public static JsonFeed Parse(byte[] json) => JsonSerializer.Deserialize<JsonFeed>(json, Options)!;

    /// <summary>RFC 4287.</summary>
    public static byte[] AtomOf(JsonFeed feed, DateTimeOffset updated)
    {
        using var bytes = new MemoryStream();
        using (var xml = XmlWriter.Create(bytes, new XmlWriterSettings { Encoding = new UTF8Encoding(false), Indent = true }))
        {
            xml.WriteStartElement("feed", Atom);
            xml.WriteAttributeString("xmlns", "ar", null, Own);
            xml.WriteAttributeString("xml", "lang", null, feed.Language);
            Element(xml, "id", AtomAddress(feed));
            Element(xml, "title", feed.Title);
            Element(xml, "subtitle", feed.Description);
            Element(xml, "updated", Time(updated));
            Link(xml, "self", AtomAddress(feed), "application/atom+xml");
            Link(xml, "alternate", feed.FeedUrl, "application/feed+json");
            xml.WriteStartElement("author", Atom);
            Element(xml, "name", "Attribution Registry");
            xml.WriteEndElement();
            Element(xml, "rights", "CC-BY-4.0");
            foreach (var item in feed.Items)
            {
                Entry(xml, item);
            }

            xml.WriteEndElement();
        }

        return bytes.ToArray();
    }

    private static void Entry(XmlWriter xml, FeedItem item)
    {
        xml.WriteStartElement("entry", Atom);
        xml.WriteAttributeString("xml", "lang", null, item.Language);
        Element(xml, "id", item.Id);
        Element(xml, "title", item.Title);
        Element(xml, "published", Time(item.DatePublished));
        Element(xml, "updated", Time(item.DateModified));
        Link(xml, "alternate", item.Url, "text/html");
        Link(xml, "alternate", item.ExternalUrl, "application/json");
        foreach (var tag in item.Tags)
        {
            xml.WriteStartElement("category", Atom);
            xml.WriteAttributeString("term", Clean(tag));
            xml.WriteEndElement();
        }

        xml.WriteElementString("ar", "number", Own, item.Facts.Number);
        xml.WriteElementString("ar", "version", Own, item.Facts.Version.ToString(CultureInfo.InvariantCulture));
        xml.WriteElementString("ar", "status", Own, item.Facts.Status);
        xml.WriteElementString("ar", "digest", Own, item.Facts.Digest);
        xml.WriteStartElement("content", Atom);
        xml.WriteAttributeString("type", "text");
        xml.WriteString(Clean(item.ContentText));
        xml.WriteEndElement();
        xml.WriteEndElement();
    }

    internal static string Spoken(Domain.Cases.FindingStatus status) => status switch
    {
        Domain.Cases.FindingStatus.UnderReconsideration => "under reconsideration",
        var other => FacetsOf.Wire(other),
    };

    private static string AtomAddress(JsonFeed feed) => $"{feed.FeedUrl[..^".json".Length]}.atom";

    private static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    private static void Element(XmlWriter xml, string name, string? value)
    {
        if (value is not null)
        {
            xml.WriteElementString(name, Atom, Clean(value));
        }
    }

    private static void Link(XmlWriter xml, string relation, string address, string type)
    {
        xml.WriteStartElement("link", Atom);
        xml.WriteAttributeString("rel", relation);
        xml.WriteAttributeString("type", type);
        xml.WriteAttributeString("href", Clean(address));
        xml.WriteEndElement();
    }

    // XML cannot say every character that JSON can; a publication must not fail for one.
    private static string Clean(string text) => XmlSafe.Clean(text);
}

using System.Globalization;
using System.Text;
using System.Xml;
using AttributionRegistry.Domain;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Registry;
using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AttributionRegistry.Server.OpenData;

/// <summary>
/// What search engines read. A map holds the findings of one range of 50,000 places in the list: the ranges do not move, so a map changes
/// only when one of its own findings does.
/// </summary>
public sealed class SiteMaps(RegistryCore core, RegistrySettings settings)
{
    public const int MostInOne = 50_000;
    private const string Space = "http://www.sitemaps.org/schemas/sitemap/0.9";

    private const string RangesSql = "SELECT id / @size AS Place, max(changed_us) AS ChangedUs FROM finding_search GROUP BY id / @size ORDER BY id / @size";

    private const string EntriesSql = "SELECT number AS Number, changed_us AS ChangedUs FROM finding_search WHERE id >= @first AND id < @end ORDER BY id";

    /// <summary>One map, or the index of several.</summary>
    internal byte[] Whole()
    {
        var ranges = core.Store.Database.Read(c => c.Query<Range>(RangesSql, new { size = MostInOne }).AsList());
        return ranges.Count <= 1
            ? Map(ranges.Count == 0 ? 0 : ranges[0].Place) ?? Write("urlset", xml => Address(xml, "url", "/", null))
            : Write("sitemapindex", xml => ranges.ForEach(r => Address(xml, "sitemap", $"/sitemaps/{r.Place}.xml", r.ChangedUs)));
    }

    /// <summary>The map of one range, or null when there is nothing in it.</summary>
    internal byte[]? Map(long place)
    {
        if (place is < 0 or > int.MaxValue)
        {
            return null;
        }

        var rows = core.Store.Database.Read(c => c.Query<Entry>(EntriesSql, new { first = place * MostInOne, end = (place + 1) * MostInOne }).AsList());
        return rows.Count == 0 ? null : Write("urlset", xml => rows.ForEach(r => Address(xml, "url", PublicAddresses.Page(r.Number), r.ChangedUs)));
    }

    internal string Robots() => $"User-agent: *\nAllow: /\n\nSitemap: {settings.PublicUrl}/sitemap.xml\n";

    private static byte[] Write(string root, Action<XmlWriter> content)
    {
        using var bytes = new MemoryStream();
        using (var xml = XmlWriter.Create(bytes, new XmlWriterSettings { Encoding = new UTF8Encoding(false) }))
        {
            xml.WriteStartElement(root, Space);
            content(xml);
            xml.WriteEndElement();
        }

        return bytes.ToArray();
    }

    private void Address(XmlWriter xml, string name, string path, long? changedUs)
    {
        xml.WriteStartElement(name, Space);
        xml.WriteElementString("loc", Space, settings.PublicUrl + path);
        if (changedUs is { } at)
        {
            xml.WriteElementString("lastmod", Space, Instant.FromMicroseconds(at).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        }

        xml.WriteEndElement();
    }

    private sealed class Range
    {
        public long Place { get; init; }

        public long ChangedUs { get; init; }
    }

    private sealed class Entry
    {
        public string Number { get; init; } = "";

        public long ChangedUs { get; init; }
    }
}

public static class ReadSiteMap
{
    /// <summary>The addresses of all published findings for search engines; beyond 50,000 an index of maps.</summary>
    public static FileContentHttpResult Whole(SiteMaps maps) => TypedResults.Bytes(maps.Whole(), "application/xml");

    /// <summary>One of the maps that the index lists.</summary>
    public static Results<FileContentHttpResult, ProblemHttpResult> One(long place, SiteMaps maps) =>
        maps.Map(place) is { } map ? TypedResults.Bytes(map, "application/xml") : Problems.NotFound();

    /// <summary>What robots may read: everything that is public.</summary>
    public static ContentHttpResult Robots(SiteMaps maps) => TypedResults.Text(maps.Robots(), "text/plain");
}

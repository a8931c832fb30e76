using AttributionRegistry.Domain;
using AttributionRegistry.Server.Findings;
using AttributionRegistry.Server.Findings.Search;
using AttributionRegistry.Storage;

namespace AttributionRegistry.Server.Feeds;

/// <summary>
/// Atom and JSON feeds of all findings, and of those that name a state or an actor or hit a sector. Each is stored as bytes and swapped when
/// a finding is published or its status changes: what changed last is at the top, so a withdrawal is news too.
/// </summary>
public sealed class FindingFeeds(RegistrySettings settings, PublishedDocuments documents) : IDerivedFromFindings
{
    private const string RemoveSql = "DELETE FROM document WHERE path >= '/feeds/' AND path < '/feeds0'";

    // What the version before was sorted under: whoever reads that feed learns what has become of it.
    private const string FormerSql = """
        SELECT finding_facet.facet AS Facet, finding_facet.value AS Name
        FROM finding_search
        JOIN finding_facet ON finding_facet.id = finding_search.id
        WHERE finding_search.number = @number
        """;

    // Natural persons have no feed under their name (P8).
    private const string ActorSql = "SELECT name FROM actor WHERE id = @id AND kind <> 'Person'";

    public string Form => "feeds 1";

    public void Begin(RowWriter rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        rows.Execute(RemoveSql);
        Write(rows, Empty("findings", "Findings"), DateTimeOffset.UnixEpoch);
    }

    public void Write(RowWriter rows, PublishedChange change)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(change);
        var item = FeedForms.ItemOf(change, settings.PublicUrl);
        foreach (var (name, title) in Names(rows, change))
        {
            var feed = documents.Read(rows, $"/feeds/{name}.json") is { } stored ? FeedForms.Parse(stored) : Empty(name, title);
            Write(rows, FeedForms.With(feed, item), Instant.FromMicroseconds(change.AtMicroseconds));
        }
    }

    public void Committed(PublishedChange change) => documents.ForgetUnder("/feeds/");

    /// <summary>The name in the address: letters and digits, and a hyphen between.</summary>
    public static string Slug(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var joined = string.Concat(text.ToLowerInvariant().Select(c => char.IsLetterOrDigit(c) ? c : ' '));
        return string.Join('-', joined.Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }

    private static IEnumerable<(string Name, string Title)> Names(RowWriter rows, PublishedChange change)
    {
        yield return ("findings", "Findings");
        var former = rows.Query<Value>(FormerSql, new { number = change.Number }).Select(v => (v.Facet, v.Name));
        foreach (var (facet, value) in FacetsOf.Of(change.Finding, change.Case).Union(former))
        {
            if (facet == FacetsOf.State)
            {
                yield return ($"states/{value}", $"Findings that name the state {value}");
            }
            else if (facet == FacetsOf.Sector && Slug(value) is { Length: > 0 } slug)
            {
                yield return ($"sectors/{slug}", $"Findings on the sector {value}");
            }
            else if (facet == FacetsOf.Actor && rows.QuerySingleOrDefault<string>(ActorSql, new { id = value }) is { } actor)
            {
                yield return ($"actors/{value}", $"Findings that name {actor}");
            }
        }
    }

    private JsonFeed Empty(string name, string title) => new(
        "https://jsonfeed.org/version/1.1", $"Attribution Registry: {title}",
        "What the panels assess, what changes and what is withdrawn. A finding is official once witnesses have cosigned it; its address says whether it is.",
        settings.PublicUrl, $"{settings.PublicUrl}/feeds/{name}.json", "en", []);

    private void Write(RowWriter rows, JsonFeed feed, DateTimeOffset updated)
    {
        var path = feed.FeedUrl[settings.PublicUrl.Length..^".json".Length];
        documents.Write(rows, $"{path}.json", FeedForms.JsonType, FeedForms.Json(feed));
        documents.Write(rows, $"{path}.atom", FeedForms.AtomType, FeedForms.AtomOf(feed, updated));
    }

    private sealed class Value
    {
        public string Facet { get; init; } = "";

        public string Name { get; init; } = "";
    }
}

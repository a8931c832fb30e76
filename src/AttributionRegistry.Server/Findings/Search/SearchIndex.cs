using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.Search;
using AttributionRegistry.Storage;

namespace AttributionRegistry.Server.Findings.Search;

/// <summary>Keeps what readers search: the words of the current version, its facets and their counters. The database keeps the full-text index beside it.</summary>
public sealed class SearchIndex : IDerivedFromFindings
{
    private const int MaxBody = 400_000;

    private const string IdSql = "SELECT id FROM finding_search WHERE number = @number";

    private const string RemoveFacetsSql = "DELETE FROM finding_facet WHERE id = @id";

    private const string RemoveSql = "DELETE FROM finding_search WHERE id = @id";

    private const string AddSql = """
        INSERT INTO finding_search (number, digest, lead, lead_lang, changed_us, title, statement, body, facets)
        VALUES (@number, @digest, @lead, @leadLang, @at, @title, @statement, @body, @facets)
        RETURNING id
        """;

    private const string ChangeSql = "UPDATE finding_search SET facets = @facets, changed_us = @at WHERE id = @id";

    private const string AddFacetSql = "INSERT INTO finding_facet (facet, value, id) VALUES (@facet, @value, @id)";

    public string Form => "search 1";

    public void Write(RowWriter rows, PublishedChange change)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(change);
        IReadOnlyList<(string Facet, string Value)> facets =
            [.. FacetsOf.Of(change.Finding, change.Case), (FacetsOf.Status, FacetsOf.Wire(change.Status))];
        var tokens = string.Join(' ', facets.Select(f => FacetsOf.Token(f.Facet, f.Value)));
        var id = rows.QuerySingleOrDefault<long?>(IdSql, new { number = change.Number });
        if (id is { } known)
        {
            rows.Execute(RemoveFacetsSql, new { id = known });
        }

        // A new version comes to the top of the list; a status changes where it stands.
        if (id is null || change.IsNewVersion)
        {
            if (id is not null)
            {
                rows.Execute(RemoveSql, new { id });
            }

            id = rows.ExecuteScalar<long>(AddSql, new
            {
                number = change.Number,
                digest = change.Version.Digest,
                lead = change.Finding.Statements[0].Value,
                leadLang = change.Finding.Statements[0].Lang,
                at = change.AtMicroseconds,
                title = SearchWords.Indexed(TitleOf(change.Finding)),
                statement = SearchWords.Indexed(Lines(change.Finding.Statements.Select(s => s.Value))),
                body = SearchWords.Indexed(BodyOf(change.Finding)),
                facets = tokens,
            });
        }
        else
        {
            rows.Execute(ChangeSql, new { id, facets = tokens, at = change.AtMicroseconds });
        }

        foreach (var (facet, value) in facets)
        {
            rows.Execute(AddFacetSql, new { facet, value, id });
        }
    }

    private static string TitleOf(CanonicalFinding finding) => Lines([finding.Incident.Name, .. finding.Incident.Aliases, finding.Number]);

    private static string BodyOf(CanonicalFinding finding)
    {
        var body = Lines(
        [
            finding.Incident.Summary.Value,
            .. finding.Propositions.SelectMany(p => new[] { p.HypothesisStatement?.Value, p.Sentence, p.Confidence?.Sentence }),
            .. finding.Alternatives.Select(a => a.Statement.Value),
            .. finding.Dissents.Select(d => d.Body?.Value),
            .. finding.Replies.SelectMany(r => new[] { r.Represents, r.Body.Value }.Concat(r.Points.SelectMany(p => new[] { p.Statement.Value, p.Answer?.Value }))),
            .. finding.Disclosed.SelectMany(d => new[] { d.Title, d.Description.Value }),
            .. finding.Withheld.Select(w => w.Gist.Value),
            .. finding.Incident.Receivers.Select(r => r.Name),
            finding.Assessment.Summary.Value,
            finding.Assessment.ContraryMemo?.Value,
        ]);
        return body.Length <= MaxBody ? body : body[..MaxBody];
    }

    private static string Lines(IEnumerable<string?> texts) => string.Join('\n', texts.Where(t => !string.IsNullOrWhiteSpace(t)).Distinct());
}

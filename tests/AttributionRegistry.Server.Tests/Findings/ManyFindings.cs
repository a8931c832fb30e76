using AttributionRegistry.Domain.Search;
using AttributionRegistry.Server.Findings.Search;
using AttributionRegistry.Server.Tests.Running;
using AttributionRegistry.Storage;

namespace AttributionRegistry.Server.Tests.Findings;

/// <summary>One finding that was never judged: only what lists and search read of it.</summary>
internal sealed record ListedFinding(string Number, string Name, string Statement, string Body, params (string Facet, string Value)[] Facets);

/// <summary>Fills lists and the search index with rows, as publications would one by one.</summary>
internal static class ManyFindings
{
    private const string IncidentSql = """
        INSERT INTO incident (id, number, stage, public, version, referred_us, changed_us) VALUES (@id, NULL, 'Published', 1, 1, 1, 1)
        """;

    private const string FindingSql = """
        INSERT INTO finding (number, incident, version, status, outcome, level, confidence, likelihood, crosscheckable, exercise, name, first_published_us, published_us)
        VALUES (@number, @incident, 1, 'Current', 'Attributed', 'Group', 'High', 'likely', 1, 0, @name, @at, @at)
        """;

    private const string SearchSql = """
        INSERT INTO finding_search (number, digest, lead, lead_lang, changed_us, title, statement, body, facets)
        VALUES (@number, @digest, @statement, 'en', @at, @name, @statement, @body, @facets)
        RETURNING id
        """;

    private const string FacetSql = "INSERT INTO finding_facet (facet, value, id) VALUES (@facet, @value, @id)";

    public static async Task ListAsync(this RunningRegistry registry, IEnumerable<ListedFinding> findings)
    {
        var at = 1_000_000L;
        var made = await registry.Core.Store.Writer.CommitAsync(new CommitRequest([], rows =>
        {
            foreach (var finding in findings)
            {
                var (incident, name) = ($"inc_{finding.Number}", finding.Name);
                rows.Execute(IncidentSql, new { id = incident });
                rows.Execute(FindingSql, new { number = finding.Number, incident, name, at = ++at });
                (string Facet, string Value)[] facets = [(FacetsOf.All, ""), (FacetsOf.Status, "current"), .. finding.Facets];
                var id = rows.ExecuteScalar<long>(SearchSql, new
                {
                    number = finding.Number,
                    digest = new string('a', 64),
                    name = SearchWords.Indexed(name),
                    statement = SearchWords.Indexed(finding.Statement),
                    body = SearchWords.Indexed(finding.Body),
                    facets = string.Join(' ', facets.Select(f => FacetsOf.Token(f.Facet, f.Value))),
                    at,
                });
                foreach (var (facet, value) in facets)
                {
                    rows.Execute(FacetSql, new { facet, value, id });
                }
            }
        }));
        made.Should().BeOfType<CommitResult.Committed>();
    }
}

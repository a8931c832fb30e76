using System.Collections.Immutable;
using System.Globalization;
using AttributionRegistry.Domain.Search;

namespace AttributionRegistry.Server.Findings.Search;

/// <summary>A filter as the full-text index takes it: quoted words and the words of facets, nothing else.</summary>
/// <param name="Terms">The words to be marked in what is found.</param>
/// <param name="Facets">The facets that narrow.</param>
/// <param name="HasNoWords">A text was typed and has no word in it: nothing matches.</param>
internal sealed record SearchMatch(ImmutableArray<SearchTerm> Terms, IReadOnlyList<(string Facet, string Value)> Facets, bool HasNoWords)
{
    public bool IsAll => Terms.IsEmpty && Facets.Count == 0;

    /// <summary>The expression for MATCH.</summary>
    public string Expression => string.Join(
        " AND ",
        Terms.Select(t => $"{{title statement body}} : {Phrase(t)}").Concat(Facets.Select(f => $"facets : \"{FacetsOf.Token(f.Facet, f.Value)}\"")));

    public static SearchMatch Of(FindingFilter filter)
    {
        var terms = filter.Q is null ? [] : SearchWords.Parse(filter.Q);
        List<(string Facet, string? Value)> facets =
        [
            (FacetsOf.Status, filter.Status is { } status ? FacetsOf.Wire(status) : null),
            (FacetsOf.Outcome, filter.Outcome is { } outcome ? FacetsOf.Wire(outcome) : null),
            (FacetsOf.Level, filter.Level is { } level ? FacetsOf.Wire(level) : null),
            (FacetsOf.Confidence, filter.Confidence is { } confidence ? FacetsOf.Wire(confidence) : null),
            (FacetsOf.State, filter.State?.ToUpperInvariant()),
            (FacetsOf.Sector, FacetsOf.Folded(filter.Sector)),
            (FacetsOf.Type, filter.Type is { } type ? FacetsOf.Wire(type) : null),
            (FacetsOf.Year, filter.Year?.ToString("0000", CultureInfo.InvariantCulture)),
            (FacetsOf.Language, filter.Language),
            (FacetsOf.Actor, filter.Actor),
        ];
        return new SearchMatch(terms, [.. facets.Where(f => f.Value is not null).Select(f => (f.Facet, f.Value!))], filter.Q is not null && terms.IsEmpty);
    }

    // Letters, digits and marks alone come out of SearchWords; the quotes make sure that AND, NEAR and the like are words too.
    private static string Phrase(SearchTerm term) => $"\"{string.Join(' ', term.Words)}\"{(term.Prefix ? " *" : "")}";
}

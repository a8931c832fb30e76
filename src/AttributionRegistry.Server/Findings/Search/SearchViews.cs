using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.Search;
using AttributionRegistry.Domain.Voting;

namespace AttributionRegistry.Server.Findings.Search;

/// <summary>Which findings are wanted; what is null does not narrow.</summary>
public sealed record FindingFilter
{
    /// <summary>Words that all must stand in the finding; phrases in quotes, beginnings of words as "ransom*".</summary>
    public string? Q { get; init; }

    public FindingStatus? Status { get; init; }

    public FindingOutcome? Outcome { get; init; }

    public Level? Level { get; init; }

    public Confidence? Confidence { get; init; }

    /// <summary>ISO 3166-1 alpha-2 code of a state that an adopted hypothesis names.</summary>
    public string? State { get; init; }

    public string? Sector { get; init; }

    public IncidentType? Type { get; init; }

    /// <summary>The year in which the incident began.</summary>
    public int? Year { get; init; }

    /// <summary>A language of the statement.</summary>
    public string? Language { get; init; }

    /// <summary>The id of an actor that an adopted hypothesis names.</summary>
    public string? Actor { get; init; }
}

/// <summary>The order of a list of findings.</summary>
public enum FindingOrder
{
    /// <summary>By the publication of the current version.</summary>
    Newest,

    /// <summary>By how well the words fit (BM25), among the newest 2,000 matches.</summary>
    Relevance,
}

/// <summary>How many match. Beyond 2,000 nobody counts on.</summary>
/// <param name="Count">How many were counted.</param>
/// <param name="AtLeast">True when there are more: say "2,000+".</param>
public sealed record MatchCount(long Count, bool AtLeast);

/// <summary>One page of published findings.</summary>
/// <param name="Items">In the order asked for.</param>
/// <param name="Next">The cursor for <c>after</c>, or null on the last page. Also in <c>Link: rel="next"</c>.</param>
/// <param name="Total">How many match in all.</param>
public sealed record FindingPage(IReadOnlyList<FindingSummary> Items, string? Next, MatchCount Total);

/// <summary>Where the words stand that were searched for, in parts to be marked by the reader's program; none of it is markup.</summary>
/// <param name="Name">The name of the incident.</param>
/// <param name="Text">The place in statement or finding; null when only the name has the words.</param>
public sealed record Highlight(IReadOnlyList<ExcerptPart> Name, IReadOnlyList<ExcerptPart>? Text);

/// <param name="Value">As the parameter of the same name takes it.</param>
/// <param name="Count">How many of the counted findings have it.</param>
public sealed record FacetValue(string Value, long Count);

/// <param name="Name">The name of the parameter.</param>
/// <param name="Values">The most frequent first, at most 100.</param>
public sealed record Facet(string Name, IReadOnlyList<FacetValue> Values);

/// <summary>What the matching findings have in common, to narrow a search by.</summary>
/// <param name="Total">How many match.</param>
/// <param name="Counted">All of them, or the newest 2,000, over which the values are counted.</param>
/// <param name="Facets">One for each parameter.</param>
public sealed record FindingFacets(MatchCount Total, long Counted, IReadOnlyList<Facet> Facets);

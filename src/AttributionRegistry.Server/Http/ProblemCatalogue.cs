using System.Collections.Frozen;

namespace AttributionRegistry.Server.Http;

/// <summary>What a problem code means, for whoever meets it.</summary>
/// <param name="Code">Stable, kebab-case.</param>
/// <param name="Status">The HTTP status that it comes with.</param>
/// <param name="Title">A few words.</param>
/// <param name="Explanation">What happened.</param>
/// <param name="Remedy">What to do about it.</param>
public sealed record ProblemEntry(string Code, int Status, string Title, string Explanation, string Remedy);

/// <summary>The codes of one feature.</summary>
public sealed record ProblemSet(IReadOnlyList<ProblemEntry> Entries);

/// <summary>All problem codes of the server. Features add theirs with <see cref="ProblemCatalogueRegistration.AddProblems"/>.</summary>
public sealed class ProblemCatalogue
{
    private readonly FrozenDictionary<string, ProblemEntry> _entries;

    public ProblemCatalogue(IEnumerable<ProblemSet> sets)
    {
        var byCode = new Dictionary<string, ProblemEntry>(StringComparer.Ordinal);
        foreach (var entry in sets.SelectMany(set => set.Entries))
        {
            if (byCode.TryGetValue(entry.Code, out var known) && known != entry)
            {
                throw new InvalidOperationException($"Problem code '{entry.Code}' has two meanings; rename one of them.");
            }

            byCode[entry.Code] = entry;
        }

        _entries = byCode.ToFrozenDictionary(StringComparer.Ordinal);
        All = [.. byCode.Values.OrderBy(entry => entry.Code, StringComparer.Ordinal)];
    }

    /// <summary>Every entry, by code.</summary>
    public IReadOnlyList<ProblemEntry> All { get; }

    /// <summary>The entry of a code, or null when no feature registered it.</summary>
    public ProblemEntry? Find(string code) => _entries.GetValueOrDefault(code);
}

public static class ProblemCatalogueRegistration
{
    /// <summary>Adds the codes of a feature. The same code with another meaning stops the start.</summary>
    public static IServiceCollection AddProblems(this IServiceCollection services, params IReadOnlyList<ProblemEntry> entries) =>
        services.AddSingleton(new ProblemSet(entries));
}

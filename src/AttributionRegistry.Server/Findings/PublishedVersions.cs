using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.Rounds;
using AttributionRegistry.Server.Incidents;
using AttributionRegistry.Server.Registry;
using AttributionRegistry.Server.Rounds;

namespace AttributionRegistry.Server.Findings;

/// <summary>A published version and the case as it stood then: what came later does not change what a version rests on.</summary>
/// <param name="Number">The finding.</param>
/// <param name="Version">The version.</param>
/// <param name="Index">Its leaf in the log.</param>
/// <param name="State">The case up to that leaf.</param>
/// <param name="Round">The round that decided, up to that leaf.</param>
public sealed record PublishedVersion(string Number, FindingVersion Version, long Index, Case State, Round Round);

/// <summary>Finds versions. A version never changes; those asked for last are kept in memory.</summary>
public sealed class PublishedVersions(RegistryCore core, FindingLocator findings, PublishedDocuments documents)
{
    private const int MostKept = 64;

    private volatile ConcurrentDictionary<(string Number, int Version), PublishedVersion> _kept = new();

    /// <summary>Forgets all: what was folded may hold what has been erased. What is being read now falls into the table that is forgotten.</summary>
    public void Forget() => _kept = new();

    public PublishedVersion? Current(string number) => findings.Find(number) is { } state ? Find(state, state.Versions.Count) : null;

    public PublishedVersion? Find(string number, int version) => findings.Find(number) is { } state ? Find(state, version) : null;

    /// <summary>The leaf of a version, or null.</summary>
    public long? IndexOf(string number, int? version) =>
        findings.Find(number) is { } state && Leaf(CaseJournal.Stream(state.Id), version ?? state.Versions.Count) is { } leaf ? leaf.Index : null;

    private PublishedVersion? Find(Case state, int version)
    {
        var number = state.FindingNumber!;
        var table = _kept; // before the read
        if (table.TryGetValue((number, version), out var kept))
        {
            return kept;
        }

        var stream = CaseJournal.Stream(state.Id);
        if (Leaf(stream, version) is not { } leaf || documents.Find(PublishedDocuments.CanonicalPath(number, version)) is not { } document)
        {
            return null;
        }

        var round = RoundId.Of(JsonNode.Parse(document.Bytes)!["method"]!["round"]!.GetValue<string>());
        var then = Fold(CaseJournal.Definition, stream, leaf.Index)!;
        var found = new PublishedVersion(
            number, then.Versions[version - 1], leaf.Index, then, Fold(RoundJournal.Definition, RoundJournal.Stream(round), leaf.Index)!);
        if (table.Count >= MostKept)
        {
            table.Clear();
        }

        return table[(number, version)] = found;
    }

    private Storage.StoredEvent? Leaf(string stream, int version) => version < 1 ? null
        : core.Store.Events.ReadStream(stream).Where(e => e.Type == CaseJournal.FindingVersion).Skip(version - 1).FirstOrDefault();

    private TState? Fold<TState, TEvent>(Journal<TState, TEvent> journal, string stream, long last)
        where TState : class
        where TEvent : class
    {
        TState? state = null;
        foreach (var stored in core.Store.Events.ReadStream(stream).TakeWhile(e => e.Index <= last))
        {
            var (@event, recorded) = journal.Read(stored);
            state = journal.Evolve(state, @event, recorded);
        }

        return state;
    }
}

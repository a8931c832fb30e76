using System.Collections.Immutable;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Log;
using AttributionRegistry.Server.Incidents;
using AttributionRegistry.Server.Registry;

namespace AttributionRegistry.Server.Evidence;

/// <summary>Where the act stands in the log, for whoever checks the report against it.</summary>
/// <param name="Index">Index of the leaf.</param>
/// <param name="Hash">Hash of the leaf, base64url.</param>
/// <param name="Actor">The pseudonym under which the log knows who acted.</param>
public sealed record LeafView(long Index, string Hash, string? Actor);

/// <summary>An entry of the report and the leaf that proves it.</summary>
public sealed record Proven<T>(T What, LeafView Leaf);

/// <summary>Reads of the bytes, for custodians and auditors.</summary>
/// <param name="Total">How many there were.</param>
/// <param name="Last">The last of them, at most a thousand; the whole list is under <c>/accesses</c>.</param>
public sealed record AccessSummary(int Total, IReadOnlyList<AccessView> Last);

/// <summary>Whether the chain was proven when the report was made.</summary>
/// <param name="Links">So many links were walked.</param>
/// <param name="FirstGap">Null: none was found.</param>
public sealed record CustodyProof(int Links, CustodyGap? FirstGap);

/// <summary>All that happened to one item, with the leaves that prove it.</summary>
public sealed record CustodyReport
{
    public required EvidenceId Id { get; init; }

    public required IncidentId Incident { get; init; }

    public required DateTimeOffset MadeAt { get; init; }

    public required string Title { get; init; }

    public required EvidenceKind Kind { get; init; }

    public required EvidenceStanding Standing { get; init; }

    public required PersonId SubmittedBy { get; init; }

    public required DateTimeOffset SubmittedAt { get; init; }

    public required string InterestInOutcome { get; init; }

    public Collection? Collected { get; init; }

    public string? LivingSource { get; init; }

    public required ImmutableArray<string> HandlingCaveats { get; init; }

    public PayloadView? Payload { get; init; }

    public required IReadOnlyList<OriginalView> Originals { get; init; }

    /// <summary>The order by which the bytes were destroyed, with the copies that went and what was kept.</summary>
    public ErasureRecord? Erasure { get; init; }

    public required PersonId Holder { get; init; }

    public PersonId? OfferedTo { get; init; }

    public required CustodyProof Proof { get; init; }

    public required IReadOnlyList<Proven<CustodyView>> Custody { get; init; }

    public required IReadOnlyList<Proven<GradingView>> Grades { get; init; }

    public required IReadOnlyList<Proven<Labelling>> Labels { get; init; }

    public required IReadOnlyList<Proven<ReleaseRecord>> Releases { get; init; }

    public AccessSummary? Accesses { get; init; }

    /// <summary>The signed head of the log against which the leaves are checked.</summary>
    public required string Checkpoint { get; init; }
}

/// <summary>Makes the report by folding the case again from its first event, noting the leaf of each entry.</summary>
public static class CustodyReports
{
    private const int MostAccesses = 1000;

    public static CustodyReport Of(RegistryCore core, Case state, EvidenceItem item, Caller reader, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(core);
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(item);
        var (custody, grades, labels, releases) = (new List<LeafView>(), new List<LeafView>(), new List<LeafView>(), new List<LeafView>());
        Case? folded = null;
        foreach (var stored in core.Store.Events.ReadStream(CaseJournal.Stream(state.Id)))
        {
            var (@event, recorded) = CaseJournal.Definition.Read(stored);
            folded = CaseJournal.Definition.Evolve(folded, @event, recorded);
            if (folded.Find(item.Id) is { } then)
            {
                Note(custody, then.Custody.Count);
                Note(grades, then.Gradings.Count);
                Note(labels, then.Labellings.Count);
                Note(releases, then.Releases.Count);
            }

            void Note(List<LeafView> leaves, int count)
            {
                while (leaves.Count < count)
                {
                    leaves.Add(new LeafView(stored.Index, B64Url.Encode(core.Store.Events.ReadLeaf(stored.Index)!.LeafHash), stored.Actor));
                }
            }
        }

        var now = folded!.Find(item.Id)!;
        var view = EvidenceView.For(folded, now, reader)!;
        return new CustodyReport
        {
            Id = now.Id,
            Incident = state.Id,
            MadeAt = at,
            Title = now.Described.Title,
            Kind = now.Described.Kind,
            Standing = now.Standing,
            SubmittedBy = now.SubmittedBy,
            SubmittedAt = now.SubmittedAt,
            InterestInOutcome = now.Described.InterestInOutcome,
            Collected = now.Described.Collected,
            LivingSource = view.LivingSource,
            HandlingCaveats = now.Described.HandlingCaveats,
            Payload = view.Payload,
            Originals = view.Parents!,
            Erasure = now.Erasure,
            Holder = now.Holder,
            OfferedTo = now.Offer?.OfferedTo,
            Proof = new CustodyProof(now.Custody.Count, CustodyChain.Check(now.Custody)),
            Custody = Prove(EvidenceView.CustodyOf(now), custody),
            Grades = Prove(EvidenceView.GradingsOf(now), grades),
            Labels = Prove(now.Labellings, labels),
            Releases = Prove(now.Releases, releases),
            Accesses = folded.RolesOf(reader).Overlaps([Role.Custodian, Role.Auditor]) ? AccessesOf(core, now.Id) : null,
            Checkpoint = core.Store.Events.Head.Checkpoint,
        };
    }

    private static IReadOnlyList<Proven<T>> Prove<T>(IReadOnlyList<T> entries, List<LeafView> leaves) => [.. entries.Zip(leaves, (e, l) => new Proven<T>(e, l))];

    private static AccessSummary AccessesOf(RegistryCore core, EvidenceId id)
    {
        var reads = core.Load(AccessJournal.Definition, AccessJournal.Stream(id)).State?.Reads ?? [];
        var first = Math.Max(0, reads.Count - MostAccesses);
        return new AccessSummary(reads.Count, [.. reads.Skip(first).Select((r, i) => new AccessView(first + i + 1, r.By, r.At, r.Range))]);
    }
}

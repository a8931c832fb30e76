using System.Collections.Immutable;

namespace AttributionRegistry.Domain.Cases;

/// <summary>
/// What an order to erase an item destroys and what it leaves: full copies say all that the item says and go with it; redactions and
/// extracts say less, and stay until an order names them.
/// </summary>
/// <param name="Destroyed">The item and its full copies that have bytes, in the order of their ids.</param>
/// <param name="Kept">What else was made from any of these and has bytes.</param>
public sealed record ErasurePlan(ImmutableArray<EvidenceId> Destroyed, ImmutableArray<EvidenceId> Kept)
{
    private static readonly ImmutableHashSet<Derivation> Full = [Derivation.WorkingCopy, Derivation.MetadataStripped, Derivation.Translation];

    public static ErasurePlan Of(Case state, EvidenceItem item)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(item);
        var originals = Closure(state, [item.Id], found => state.Evidence.Where(e => found.Contains(e.Id)).SelectMany(e => e.From).Select(f => f.Original));
        var copies = Closure(state, [item.Id], found =>
        {
            var digests = state.Evidence.Where(e => found.Contains(e.Id) && e.Payload is not null).Select(e => e.Payload!.Sha256).ToHashSet();
            return state.Evidence
                .Where(e => e.From.Any(f => Full.Contains(f.How) && found.Contains(f.Original)) || (e.Payload is { } p && digests.Contains(p.Sha256) && !originals.Contains(e.Id)))
                .Select(e => e.Id);
        });
        var made = Closure(state, copies, found => state.Evidence.Where(e => e.From.Any(f => found.Contains(f.Original))).Select(e => e.Id));
        return new ErasurePlan(WithBytes(state, copies), WithBytes(state, made.Except(copies)));
    }

    public bool Matches(PendingAct pending) => pending.Items.SequenceEqual(Destroyed) && pending.Kept.SequenceEqual(Kept);

    private static ImmutableHashSet<EvidenceId> Closure(Case state, ImmutableHashSet<EvidenceId> start, Func<ImmutableHashSet<EvidenceId>, IEnumerable<EvidenceId>> step)
    {
        for (var found = start; ; start = found)
        {
            found = start.Union(step(start));
            if (found.Count == start.Count)
            {
                return found;
            }
        }
    }

    private static ImmutableArray<EvidenceId> WithBytes(Case state, IEnumerable<EvidenceId> ids) =>
        [.. ids.Where(id => state.Find(id) is { Payload: not null, Standing: not EvidenceStanding.Erased }).OrderBy(id => id.Value, StringComparer.Ordinal)];
}

/// <summary>The order by which the bytes of an item were destroyed.</summary>
/// <param name="LegalBasis">The rule that demands it.</param>
/// <param name="Reason">Why.</param>
/// <param name="ProposedBy">The first person.</param>
/// <param name="ConfirmedBy">The second person.</param>
/// <param name="At">When.</param>
/// <param name="With">The item whose erasure took this full copy with it; null where the order names the item itself.</param>
/// <param name="Copies">The full copies that went with it.</param>
/// <param name="Kept">Redactions and extracts that kept their bytes.</param>
public sealed record ErasureRecord(
    string LegalBasis, string Reason, PersonId ProposedBy, PersonId ConfirmedBy, DateTimeOffset At, EvidenceId? With, ImmutableArray<EvidenceId> Copies, ImmutableArray<EvidenceId> Kept);

public abstract partial record CaseCommand
{
    /// <summary>
    /// Crypto-shreds a payload and its full copies; two different people, of whom the second confirms the very list that the first proposed
    /// (L3, L4). Digest, metadata, custody and leaves stay.
    /// </summary>
    /// <param name="Evidence">The item.</param>
    /// <param name="LegalBasis">The rule that demands it.</param>
    /// <param name="Reason">Why.</param>
    /// <param name="IncludeCopies">True: its full copies go with it; without it, an item that has some is not erased.</param>
    public sealed record Erase(EvidenceId Evidence, string LegalBasis, string Reason, bool IncludeCopies = false) : CaseCommand
    {
        internal const string Act = "erase";

        public override Duty Duty { get; } = new([Role.Custodian, Role.Registrar], EvidenceHandled);

        internal override Decision<CaseEvent> Decide(Case state, Policy policy)
        {
            if (state.Find(Evidence) is not { } item)
            {
                return CaseDecider.NoSuchCase;
            }

            if (item.Payload is null || item.Standing == EvidenceStanding.Erased)
            {
                return Refusal.Conflict("nothing-to-erase", "There is no payload to erase.");
            }

            if (string.IsNullOrWhiteSpace(LegalBasis) || string.IsNullOrWhiteSpace(Reason))
            {
                return Refusal.Invalid("reason-missing", "Erasure names its legal basis and its reason.", "/legalBasis");
            }

            var plan = ErasurePlan.Of(state, item);
            var copies = plan.Destroyed.Remove(Evidence);
            if (!IncludeCopies && !copies.IsEmpty)
            {
                return Refusal.Conflict(
                    "copies-remain", $"These items are full copies and would go on saying what is erased: {string.Join(", ", copies)}. With includeCopies they go in the same act.", "/includeCopies");
            }

            if (state.Pending is { Act: Act } pending && pending.Target == Evidence.Value)
            {
                return pending.By == By.Id ? SecondPerson
                    : pending.As != Role.Custodian && !state.Is(By, Role.Custodian)
                    ? Refusal.Conflict("second-person-required", "One of the two people who erase a payload is a custodian (L4).")
                    : !plan.Matches(pending) ? Refusal.Conflict("erasure-changed", "What would be destroyed or kept is no longer what was proposed; drop the proposal and propose it again.")
                    : Decision<CaseEvent>.Accept(
                    [
                        new CaseEvent.Erased(Evidence, LegalBasis, Reason, pending.By) { Copies = copies, Kept = plan.Kept },
                        .. copies.Select(copy => new CaseEvent.Erased(copy, LegalBasis, Reason, pending.By) { With = Evidence }),
                    ]);
            }

            return state.Pending is null
                ? new CaseEvent.ActProposed(Act, Evidence.Value, state.RolesOf(By).Contains(Role.Custodian) ? Role.Custodian : Role.Registrar, Reason)
                {
                    Items = plan.Destroyed,
                    Kept = plan.Kept,
                }
                : AnotherPending(state.Pending);
        }
    }
}

public abstract partial record CaseEvent
{
    public sealed record Erased(EvidenceId Evidence, string LegalBasis, string Reason, PersonId ProposedBy) : CaseEvent
    {
        /// <summary>Full copies that go in the same act; each has an event of its own.</summary>
        public ImmutableArray<EvidenceId> Copies { get; init; } = [];

        /// <summary>Redactions and extracts that keep their bytes.</summary>
        public ImmutableArray<EvidenceId> Kept { get; init; } = [];

        /// <summary>The item whose erasure takes this full copy with it.</summary>
        public EvidenceId? With { get; init; }

        // What was found in an original's metadata stood in the original's bytes: nobody is shown it any more.
        internal override Case Apply(Case? state, Recorded recorded) => state!.Change(Evidence, e => e with
        {
            Standing = EvidenceStanding.Erased,
            StandingReason = Reason,
            Metadata = null,
            Erasure = new ErasureRecord(LegalBasis, Reason, ProposedBy, recorded.By, recorded.At, With, Copies, Kept),
            Custody = e.Custody.Add(new CustodyEvent(CustodyKind.Erased, e.Holder, e.Holder, recorded.By, recorded.At, Reason)),
        }) with
        { Pending = null };
    }
}

using System.Text.RegularExpressions;

namespace AttributionRegistry.Domain.Cases;

public abstract partial record CaseCommand
{
    /// <summary>The roles that may hold evidence.</summary>
    public static IReadOnlyList<Role> MayHold { get; } = [Role.Analyst, Role.Custodian, Role.LeadAssessor];

    /// <summary>
    /// A link in the chain of custody that the holder records: an offer to another person, a copy, an examination, a redaction.
    /// Only the present holder gives (E2), and an offer moves nothing.
    /// </summary>
    public sealed record RecordCustody(EvidenceId Evidence, CustodyKind Kind, PersonId? To, string Note, Circumstances Circumstances) : CaseCommand
    {
        public override Duty Duty { get; } = new(MayHold, EvidenceHandled);

        internal override Decision<CaseEvent> Decide(Case state, Policy policy)
        {
            if (state.Find(Evidence) is not { } item)
            {
                return CaseDecider.NoSuchCase;
            }

            if (Kind is not (CustodyKind.Offered or CustodyKind.Copied or CustodyKind.Examined or CustodyKind.Redacted))
            {
                return Refusal.Invalid("custody-kind", "The holder records offers, copies, examinations and redactions; a transfer is the receiver's acceptance.", "/kind");
            }

            if (item.Standing == EvidenceStanding.Erased)
            {
                return NotUsable;
            }

            if (item.Holder != By.Id)
            {
                return Refusal.Forbidden("custody-gap", "The giver of each custody event is the last holder (E2).");
            }

            if (string.IsNullOrWhiteSpace(Note))
            {
                return NoNote;
            }

            return CustodyWords.Fault(item, Circumstances) ?? (Kind == CustodyKind.Offered ? Offer(state, item) : NotToAnyone())
                ?? (Decision<CaseEvent>)new CaseEvent.CustodyRecorded(Evidence, Kind, item.Holder, Note) { OfferedTo = To, Circumstances = Circumstances };
        }

        private Refusal? NotToAnyone() => To is null ? null : Refusal.Invalid("custody-receiver", "Only an offer names a receiver.", "/to");

        private Refusal? Offer(Case state, EvidenceItem item) =>
            To is not { } to || to == By.Id ? Refusal.Invalid("custody-receiver", "An offer names another person, who is to receive the item.", "/to")
            : string.IsNullOrWhiteSpace(Circumstances.Method) ? Refusal.Invalid("custody-circumstances", "An offer says how the item is handed over.", "/circumstances/method")
            : string.IsNullOrWhiteSpace(Circumstances.Purpose) ? Refusal.Invalid("custody-circumstances", "An offer says why the item is handed over.", "/circumstances/purpose")
            : state.Parties.ContainsKey(to) || state.Recused.Contains(to) || state.Panel?.SeatOf(to) is not null
                ? Refusal.Conflict("custody-receiver", "Parties, members of the panel and recused people do not hold evidence.", "/to")
            : item.Offer is { Kind: CustodyKind.Offered } open ? Refusal.Conflict("offer-open", $"The item is offered to {open.OfferedTo} already; withdraw that offer first.")
            : null;
    }

    /// <summary>The answer of the person to whom an item is offered. Custody moves with the acceptance and with nothing else (E2).</summary>
    public sealed record AnswerOffer(EvidenceId Evidence, bool Accepted, string Note, Circumstances Circumstances) : CaseCommand
    {
        public override Duty Duty { get; } = new(MayHold, EvidenceHandled);

        /// <summary>The present holder with the roles of the instance; null while that account is suspended or gone.</summary>
        public required Caller? Holder { get; init; }

        internal override Decision<CaseEvent> Decide(Case state, Policy policy) => state.Find(Evidence) switch
        {
            null => CaseDecider.NoSuchCase,
            { Standing: EvidenceStanding.Erased } => NotUsable,
            { Offer: null } => NoOffer,
            { Offer.OfferedTo: var receiver } when receiver != By.Id => Refusal.Forbidden("not-the-receiver", "Only the person to whom the item is offered accepts or declines."),
            { Offer.Kind: CustodyKind.Ordered } when !state.Is(By, Role.Custodian) => CustodyWords.NoCustodian,
            { Offer.Kind: CustodyKind.Ordered } item when Accepted && CustodyWords.CanAct(state, item, Holder) is { } holder => holder,
            _ when string.IsNullOrWhiteSpace(Note) => NoNote,
            { } item when CustodyWords.Fault(item, Circumstances) is { } fault => fault,
            { } item => new CaseEvent.CustodyRecorded(Evidence, Accepted ? CustodyKind.Transferred : CustodyKind.Declined, Accepted ? By.Id : item.Holder, Note)
            {
                Circumstances = Circumstances,
            },
        };
    }

    /// <summary>The holder takes an offer back before it is answered.</summary>
    public sealed record WithdrawOffer(EvidenceId Evidence, string Reason) : CaseCommand
    {
        public override Duty Duty { get; } = new(MayHold, EvidenceHandled);

        internal override Decision<CaseEvent> Decide(Case state, Policy policy) => state.Find(Evidence) switch
        {
            null => CaseDecider.NoSuchCase,
            { Standing: EvidenceStanding.Erased } => NotUsable,
            { Offer: null } => NoOffer,
            { Holder: var holder } when holder != By.Id => Refusal.Forbidden("custody-gap", "Only the holder withdraws an offer (E2)."),
            _ when string.IsNullOrWhiteSpace(Reason) => Transitions.NoReason,
            { } item => new CaseEvent.CustodyRecorded(Evidence, CustodyKind.OfferWithdrawn, item.Holder, Reason),
        };
    }

    private static Refusal NoNote { get; } = Refusal.Invalid("note-missing", "A link of the chain of custody says in words what was done.", "/note");

    private static Refusal NoOffer { get; } = Refusal.Conflict("no-offer", "The item is not offered to anybody.");
}

internal static partial class CustodyWords
{
    internal static Refusal NoCustodian { get; } = Refusal.Conflict("custody-receiver", "An item is taken over by a custodian of the case.", "/to");

    /// <summary>The refusal while the holder of the item can act: recused, suspended or without a role that may hold evidence they cannot.</summary>
    internal static Refusal? CanAct(Case state, EvidenceItem item, Caller? holder) =>
        holder is not null && holder.Id != item.Holder ? throw new InvalidOperationException("The account is not the holder's.")
        : holder is not null && state.RolesOf(holder).Overlaps(CaseCommand.MayHold)
            ? Refusal.Conflict("holder-can-act", "The holder of the item can act; let them offer it.")
            : null;

    /// <summary>What is wrong with the circumstances: a digest that is none, or another than the recorded one (E1).</summary>
    internal static Refusal? Fault(EvidenceItem item, Circumstances said) => (said.SeenSha256, item.Payload) switch
    {
        (null, _) => null,
        ({ } seen, _) when !Digest().IsMatch(seen) => Refusal.Invalid("bad-seen-digest", "A SHA-256 is 64 lower-case hexadecimal digits.", "/circumstances/seenSha256"),
        (_, null) => Refusal.Conflict("payload-missing", "There are no recorded bytes to compare a digest with.", "/circumstances/seenSha256"),
        ({ } seen, { } payload) when seen != payload.Sha256 => Refusal.Conflict(
            "seen-digest-differs",
            $"The digest seen is {seen}, the recorded one is {payload.Sha256}. Compute it again; reading the content checks the registry's own copy and quarantines it if it is damaged (E1).",
            "/circumstances/seenSha256"),
        _ => null,
    };

    [GeneratedRegex("^[0-9a-f]{64}\\z")]
    private static partial Regex Digest();
}

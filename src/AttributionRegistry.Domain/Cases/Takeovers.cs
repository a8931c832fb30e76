namespace AttributionRegistry.Domain.Cases;

public abstract partial record CaseCommand
{
    /// <summary>
    /// Orders a custodian to take an item over whose holder cannot act: recused, suspended, or without a role that may hold evidence. Custody
    /// moves when the custodian, a third person, accepts (E2, L4). The order takes the place of an open offer or an earlier order.
    /// </summary>
    /// <param name="Evidence">The item.</param>
    /// <param name="To">The custodian.</param>
    /// <param name="Reason">Why the holder cannot act; it stands in the chain.</param>
    public sealed record OrderTakeover(EvidenceId Evidence, PersonId To, string Reason) : CaseCommand
    {
        public override Duty Duty { get; } = new([Role.Registrar, Role.IntegrityOfficer], EvidenceHandled);

        /// <summary>The present holder with the roles of the instance; null while that account is suspended or gone.</summary>
        public required Caller? Holder { get; init; }

        /// <summary>Who is to take the item over, with the roles of the instance; null while that account is suspended or not there.</summary>
        public required Caller? Receiver { get; init; }

        internal override Decision<CaseEvent> Decide(Case state, Policy policy) => state.Find(Evidence) switch
        {
            null => CaseDecider.NoSuchCase,
            { Standing: EvidenceStanding.Erased } => NotUsable,
            _ when string.IsNullOrWhiteSpace(Reason) => Transitions.NoReason,
            { Holder: var holder } when holder == By.Id => Refusal.Forbidden("own-work", "Nobody orders away what they hold themselves."),
            { Holder: var holder } when To == holder => Refusal.Conflict("custody-receiver", "The person named holds the item already.", "/to"),
            { } item when CustodyWords.CanAct(state, item, Holder) is { } acting => acting,
            _ when To == By.Id => SecondPerson,
            _ when Receiver is null || !state.Is(Receiver, Role.Custodian) => CustodyWords.NoCustodian,
            { Holder: var holder } => new CaseEvent.CustodyRecorded(Evidence, CustodyKind.Ordered, holder, Reason) { OfferedTo = To },
        };
    }
}

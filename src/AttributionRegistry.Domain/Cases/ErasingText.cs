namespace AttributionRegistry.Domain.Cases;

/// <summary>The order by which what one field of one event said was destroyed. The leaf and its proofs stay.</summary>
/// <param name="Leaf">The event's place in the log.</param>
/// <param name="Field">The field, as the leaf's commitment names it.</param>
/// <param name="LegalBasis">The rule that demands it.</param>
/// <param name="Reason">Why.</param>
/// <param name="ProposedBy">The first person.</param>
/// <param name="ConfirmedBy">The second person.</param>
/// <param name="At">When.</param>
public sealed record TextErasure(long Leaf, string Field, string LegalBasis, string Reason, PersonId ProposedBy, PersonId ConfirmedBy, DateTimeOffset At);

public abstract partial record CaseCommand
{
    /// <summary>Destroys what a field of an event of this case said: a name written where it should not stand. Two different people (L3, L4).</summary>
    /// <param name="Leaf">The event's place in the log; the caller has made sure that it is of this case and can be done without.</param>
    /// <param name="Field">The field.</param>
    /// <param name="LegalBasis">The rule that demands it.</param>
    /// <param name="Reason">Why, without repeating what is to be erased.</param>
    public sealed record EraseText(long Leaf, string Field, string LegalBasis, string Reason) : CaseCommand
    {
        internal const string Act = "erase-text";

        private static readonly IReadOnlyList<Role> MayOrder = [Role.Registrar, Role.Custodian, Role.IntegrityOfficer];

        public override Duty Duty { get; } = new(MayOrder, Stages.All, WhileSuspended: true);

        /// <summary>Whether this is the second person's act, with which the text goes.</summary>
        public bool Confirms(Case state) => state is { Pending: { Act: Act } pending } && pending.Target == Target && pending.By != By.Id;

        private string Target => FormattableString.Invariant($"{Leaf}/{Field}");

        internal override Decision<CaseEvent> Decide(Case state, Policy policy)
        {
            if (string.IsNullOrWhiteSpace(LegalBasis) || string.IsNullOrWhiteSpace(Reason))
            {
                return Refusal.Invalid("reason-missing", "Erasure names its legal basis and its reason.", "/legalBasis");
            }

            if (state.ErasedTexts.Any(e => e.Leaf == Leaf && e.Field == Field))
            {
                return Refusal.Conflict("nothing-to-erase", "What this field said is erased already.", "/field");
            }

            return state.Pending switch
            {
                { Act: Act } pending when pending.Target == Target => pending.By == By.Id
                    ? SecondPerson
                    : new CaseEvent.TextErased(Leaf, Field, LegalBasis, Reason, pending.By),
                { } other => AnotherPending(other),
                null => new CaseEvent.ActProposed(Act, Target, MayOrder.First(state.RolesOf(By).Contains), Reason),
            };
        }
    }
}

public abstract partial record CaseEvent
{
    public sealed record TextErased(long Leaf, [property: Open] string Field, string LegalBasis, string Reason, PersonId ProposedBy) : CaseEvent
    {
        internal override Case Apply(Case? state, Recorded recorded) => state! with
        {
            Pending = null,
            ErasedTexts = state.ErasedTexts.Add(new TextErasure(Leaf, Field, LegalBasis, Reason, ProposedBy, recorded.By, recorded.At)),
        };
    }
}

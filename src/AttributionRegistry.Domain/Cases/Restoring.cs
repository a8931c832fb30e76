namespace AttributionRegistry.Domain.Cases;

/// <summary>How an item stood when its bytes were found damaged, and what was frozen then.</summary>
/// <param name="Standing">The standing to which it returns.</param>
/// <param name="Reason">The reason of that standing.</param>
/// <param name="Assessment">The assessment that was frozen then.</param>
/// <param name="EvidenceRoot">The evidence set that was frozen then.</param>
public sealed record BeforeDamage(EvidenceStanding Standing, string? Reason, AssessmentId? Assessment, string? EvidenceRoot);

public abstract partial record CaseCommand
{
    /// <summary>
    /// Lifts the quarantine of an item whose file was restored. The server gives this command after it has hashed all stored bytes; no word
    /// of a person takes the place of the digest. Never the submitter's own item.
    /// </summary>
    /// <param name="Evidence">The item.</param>
    /// <param name="FoundSha256">The SHA-256 of the bytes now; empty where they cannot be read.</param>
    /// <param name="Reason">What was done to the file.</param>
    public sealed record Restore(EvidenceId Evidence, string FoundSha256, string Reason) : CaseCommand
    {
        // Damage does not wait for a stage, and its repair decides nothing.
        public override Duty Duty { get; } = new([Role.Custodian], Stages.All, WhileSuspended: true);

        internal override Decision<CaseEvent> Decide(Case state, Policy policy) => state.Find(Evidence) switch
        {
            null => CaseDecider.NoSuchCase,
            { Standing: EvidenceStanding.Erased } => NotUsable,
            { Standing: not EvidenceStanding.Quarantined } => Refusal.Conflict("not-quarantined", "The item is not quarantined."),
            { SubmittedBy: var submitter } when submitter == By.Id => OwnWork,
            _ when string.IsNullOrWhiteSpace(Reason) => Transitions.NoReason,
            { Payload.Sha256: var recorded } when recorded != FoundSha256 =>
                Refusal.Conflict("still-damaged", "The stored bytes still do not have the recorded digest (E1); the quarantine stays."),
            { } item => new CaseEvent.Restored(Evidence, StandingAfter(state, item.Damage!), FoundSha256, Reason),
        };

        // What was frozen without the item would change if it counted again: there it has to be accepted anew, when that is possible.
        private static EvidenceStanding StandingAfter(Case state, BeforeDamage damage) =>
            damage.Standing == EvidenceStanding.Accepted &&
            ((state.CurrentAssessment is { } frozen && frozen.Id != damage.Assessment) || (state.EvidenceRoot is { } root && root != damage.EvidenceRoot))
                ? EvidenceStanding.Submitted
                : damage.Standing;
    }
}

public abstract partial record CaseEvent
{
    /// <summary>All stored bytes were hashed again and have the recorded digest; the item counts as before, or waits for admission.</summary>
    public sealed record Restored(EvidenceId Evidence, EvidenceStanding Standing, string Sha256, string Reason) : CaseEvent
    {
        internal override Case Apply(Case? state, Recorded recorded) => state!.Change(Evidence, e => e with
        {
            Standing = Standing,
            StandingReason = Standing == e.Damage!.Standing ? e.Damage.Reason : "Restored after something was frozen without it; it is to be judged again.",
            Damage = null,
            Custody = e.Custody.Add(new CustodyEvent(CustodyKind.Restored, e.Holder, e.Holder, recorded.By, recorded.At, Reason)
            {
                Circumstances = new Circumstances { SeenSha256 = Sha256 },
            }),
        });
    }
}

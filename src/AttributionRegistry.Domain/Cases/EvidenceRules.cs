using System.Collections.Immutable;
using AttributionRegistry.Domain.Scales;

namespace AttributionRegistry.Domain.Cases;

public abstract partial record CaseCommand
{
    private static readonly IReadOnlyList<Stage> EvidenceOpen = [.. Stages.Working];

    private static readonly IReadOnlyList<Stage> EvidenceHandled = [.. Stages.Open, .. Stages.Decided, .. Stages.Standing, Stage.Reconsidering];

    /// <summary>Records the bytes of an item: they have been stored, hashed and synced before this command.</summary>
    public sealed record SealPayload(EvidenceId Evidence, Payload Payload) : CaseCommand
    {
        public override Duty Duty { get; } = new([Role.Analyst, Role.Custodian], EvidenceOpen);

        internal override Decision<CaseEvent> Decide(Case state, Policy policy) => state.Find(Evidence) switch
        {
            null => CaseDecider.NoSuchCase,
            { SubmittedBy: var submitter } item when submitter != By.Id && item.Holder != By.Id =>
                Refusal.Forbidden("not-the-holder", "Only the submitter or the present holder brings the bytes."),
            { Described.PayloadHeldElsewhere: true } => Refusal.Conflict("payload-held-elsewhere", "This item was described as held elsewhere; its bytes are not taken."),
            { Payload: not null } => Refusal.Conflict("payload-sealed", "The original is sealed and is never altered (E3); submit a new item instead."),
            _ => new CaseEvent.PayloadSealed(Evidence, Payload),
        };
    }

    /// <summary>Accepts an item into the case, or rejects it with a reason.</summary>
    public sealed record JudgeAdmissibility(EvidenceId Evidence, bool Accepted, string Reason) : CaseCommand
    {
        public override Duty Duty { get; } = new([Role.Custodian, Role.LeadAssessor], EvidenceOpen, BeforeFreezing: true);

        internal override Decision<CaseEvent> Decide(Case state, Policy policy) => state.Find(Evidence) switch
        {
            null => CaseDecider.NoSuchCase,
            { SubmittedBy: var submitter } when submitter == By.Id => OwnWork,
            { Standing: EvidenceStanding.Quarantined or EvidenceStanding.Erased } => NotUsable,
            { Payload: null, Described.PayloadHeldElsewhere: false } => Refusal.Conflict("payload-missing", "An item is accepted once its bytes are here."),
            _ when string.IsNullOrWhiteSpace(Reason) => Transitions.NoReason,
            _ => new CaseEvent.AdmissibilityJudged(Evidence, Accepted, Reason),
        };
    }

    /// <summary>Grades source and information in the Admiralty code; never the submitter (E4). Old grades stay (E5).</summary>
    public sealed record Grade(EvidenceId Evidence, SourceGrade Source, InformationGrade Information, string Reason) : CaseCommand
    {
        public override Duty Duty { get; } = new([Role.Analyst, Role.Custodian, Role.LeadAssessor], EvidenceOpen, BeforeFreezing: true);

        internal override Decision<CaseEvent> Decide(Case state, Policy policy) => state.Find(Evidence) switch
        {
            null => CaseDecider.NoSuchCase,
            { SubmittedBy: var submitter } when submitter == By.Id => OwnWork,
            { Standing: EvidenceStanding.Quarantined or EvidenceStanding.Erased } => NotUsable,
            _ when string.IsNullOrWhiteSpace(Reason) => Refusal.Invalid("reason-missing", "A grade has a reason.", "/reason"),
            _ => new CaseEvent.Graded(Evidence, Source, Information, Reason),
        };
    }

    /// <summary>Changes the TLP label. Widening needs the source's recorded consent (E6).</summary>
    public sealed record Relabel(EvidenceId Evidence, Tlp Tlp, string? SourceConsent, string Reason) : CaseCommand
    {
        public override Duty Duty { get; } = new([Role.Custodian], EvidenceHandled);

        internal override Decision<CaseEvent> Decide(Case state, Policy policy) => state.Find(Evidence) switch
        {
            null => CaseDecider.NoSuchCase,
            { Standing: EvidenceStanding.Erased } => NotUsable,
            { Tlp: var old } when Tlp.IsWiderThan(old) && string.IsNullOrWhiteSpace(SourceConsent) =>
                Refusal.Conflict("source-consent-missing", "Widening a TLP label needs the source's recorded consent (E6).", "/sourceConsent"),
            { ReleasedTo: var already } when already > Release.Widest(Tlp) =>
                Refusal.Conflict("already-released", "The item has been released further than this label allows; a release is not taken back (E6).", "/tlp"),
            { Tlp: var same } when Tlp == same => Refusal.Conflict("label-unchanged", $"The label is {Tlp.WireName()} already.", "/tlp"),
            _ when string.IsNullOrWhiteSpace(Reason) => Transitions.NoReason,
            _ => new CaseEvent.Relabelled(Evidence, Tlp, SourceConsent) { Reason = Reason },
        };
    }

    /// <summary>Lets an item out, never wider than its label (E6).</summary>
    public sealed record Release(EvidenceId Evidence, Audience To, string Reason) : CaseCommand
    {
        public override Duty Duty { get; } = new([Role.Custodian], EvidenceHandled);

        internal override Decision<CaseEvent> Decide(Case state, Policy policy) => state.Find(Evidence) switch
        {
            null => CaseDecider.NoSuchCase,
            { Standing: not EvidenceStanding.Accepted } => Refusal.Conflict("evidence-not-accepted", "Only accepted evidence is released."),
            { Described.PayloadHeldElsewhere: true } => Refusal.Conflict("payload-held-elsewhere", "What the registry does not hold it cannot release; write a gist."),
            { Tlp: var label } when To > Widest(label) =>
                Refusal.Conflict("wider-than-label", $"{label.WireName()} does not allow release to {CaseDecider.Name(To)} (E6).", "/to"),
            { ReleasedTo: var already } when To <= already => Refusal.Conflict("already-released", "The item is released that far already; a release is not taken back."),
            _ when string.IsNullOrWhiteSpace(Reason) => Transitions.NoReason,
            _ => new CaseEvent.Released(Evidence, To, Reason),
        };

        /// <summary>How far a TLP 2.0 label lets an item go: clear to the public, green and amber to the parties, the rest stays in the case.</summary>
        internal static Audience Widest(Tlp label) => label switch
        {
            Tlp.Clear => Audience.Public,
            Tlp.Green or Tlp.Amber => Audience.Parties,
            _ => Audience.Case,
        };
    }

    /// <summary>Writes the gist of an item that stays withheld: its essence without what must be protected (P4).</summary>
    public sealed record WriteGist(EvidenceId Evidence, Text Gist, string ReasonCode, string SeenBy) : CaseCommand
    {
        public override Duty Duty { get; } = new([Role.Custodian, Role.LeadAssessor], [.. Stages.Working, Stage.Reviewing, Stage.Replying]);

        internal override Decision<CaseEvent> Decide(Case state, Policy policy) => state.Find(Evidence) switch
        {
            null => CaseDecider.NoSuchCase,
            _ when Gist.IsBlank => Refusal.Invalid("gist-missing", "A gist says the essence in words.", "/gist/value"),
            _ when string.IsNullOrWhiteSpace(ReasonCode) => Refusal.Invalid("withholding-reason", "Withholding has a reason code.", "/reasonCode"),
            { Disclosed: true } => Refusal.Conflict("already-released", "The item is disclosed; a gist is for what is withheld."),
            _ => new CaseEvent.GistWritten(Evidence, Gist, ReasonCode, SeenBy),
        };
    }

    /// <summary>Quarantines an item whose bytes no longer match their digest (E1). The machine gives this command on the reader's behalf.</summary>
    public sealed record Quarantine(EvidenceId Evidence, string FoundSha256) : CaseCommand
    {
        public override Duty Duty { get; } = new([.. Case.Insiders], Stages.All, WhileSuspended: true);

        internal override Decision<CaseEvent> Decide(Case state, Policy policy) => state.Find(Evidence) switch
        {
            null or { Payload: null } => CaseDecider.NoSuchCase,
            { Payload.Sha256: var recorded } when recorded == FoundSha256 => Refusal.Conflict("digest-holds", "The bytes match their recorded digest."),
            { Standing: EvidenceStanding.Erased } => NotUsable,
            { Standing: EvidenceStanding.Quarantined } => Refusal.Conflict("already-quarantined", "The item is quarantined already."),
            _ => new CaseEvent.Quarantined(Evidence, FoundSha256),
        };
    }

    private static Refusal OwnWork { get; } = Refusal.Forbidden("own-work", "Nobody grades, accepts or approves their own work.");

    private static Refusal NotUsable { get; } = Refusal.Conflict("evidence-not-usable", "The item is quarantined or erased.");

    private static Refusal SecondPerson { get; } = Refusal.Conflict("second-person-required", "This act needs a second, different person (L4).");

    private static Refusal AnotherPending(PendingAct pending) =>
        Refusal.Conflict("act-pending", $"The act '{pending.Act}' on {pending.Target} waits for its second person first.");
}

using System.Collections.Immutable;

namespace AttributionRegistry.Domain.Cases;

/// <summary>The closed list of reasons for which a referral is declined.</summary>
public enum DeclineReason
{
    BelowSeverity,
    NoEvidenceAccess,
    VictimRefused,
    SubJudice,
    OutOfMandate,
    Duplicate,
}

/// <summary>The score of one published selection criterion, 0 to 5, with its reason.</summary>
public sealed record CriterionScore(string Criterion, int Score, string Reason);

/// <summary>Planned ends of the stages, as dates.</summary>
public sealed record Timetable(VagueDate EvidenceUntil, VagueDate AssessmentUntil, VagueDate VoteUntil);

/// <summary>What opening a case records.</summary>
public sealed record Opening(ImmutableArray<CriterionScore> Scores, Timetable Timetable);

public abstract partial record CaseCommand
{
    /// <summary>Refers an incident. The case starts here.</summary>
    public sealed record Refer(
        IncidentId Id, IncidentFacts Facts, bool Anonymous, VictimConsent Consent) : CaseCommand
    {
        public override Duty Duty { get; } = new([], []);

        internal override Decision<CaseEvent> Decide(Case state, Policy policy) =>
            throw new InvalidOperationException("A referral is decided on nothing.");

        internal Decision<CaseEvent> DecideOnNothing(Policy policy)
        {
            if (!policy.MayRefer.Any(By.Is) && !By.Is(Role.Registrar))
            {
                return Refusal.Forbidden("role-required", "This needs a role that the instance's policy lets refer incidents.");
            }

            return Facts.Fault() is { } fault ? fault : new CaseEvent.Referred(Id, Facts, Anonymous, Consent);
        }
    }

    /// <summary>Changes the facts of the incident, until the evidence set is frozen. A new concerned state makes its people leave the panel (V-03, V-12).</summary>
    public sealed record ChangeFacts(IncidentFacts Facts) : CaseCommand
    {
        public override Duty Duty { get; } = new(
            [Role.Registrar, Role.LeadAssessor, Role.Analyst],
            [Stage.Referred, Stage.Screening, .. Stages.Working, Stage.Reviewing, Stage.Replying]);

        internal override Decision<CaseEvent> Decide(Case state, Policy policy) =>
            Facts.Fault() is { } fault
                ? fault
                : Decision<CaseEvent>.Accept(
                    [new CaseEvent.FactsChanged(Facts), .. PanelRules.RecusalsFor(state, [.. (state with { Facts = Facts }).ConcernedStates.Except(state.ConcernedStates)])]);
    }

    /// <summary>Records whether the referrer is verified, and what the victim says.</summary>
    public sealed record RecordStanding(ReferrerStanding Standing, VictimConsent Consent, string? WithoutConsentBecause) : CaseCommand
    {
        public override Duty Duty { get; } = new([Role.Registrar], [Stage.Referred, Stage.Screening]);

        internal override Decision<CaseEvent> Decide(Case state, Policy policy) =>
            new CaseEvent.StandingRecorded(Standing, Consent, WithoutConsentBecause);
    }

    /// <summary>Moves the case to another stage. The table of section 3 says by whom and when.</summary>
    public sealed record Move(Stage To, string Reason) : CaseCommand
    {
        public DeclineReason? Decline { get; init; }

        public IncidentId? MergeInto { get; init; }

        /// <summary>True when there is no such case to merge into, or none that the caller may know of.</summary>
        public bool MergeTargetUnknown { get; init; }

        public Opening? Opening { get; init; }

        public string? CallForEvidence { get; init; }

        public bool Expedited { get; init; }

        /// <summary>Merkle root of the frozen evidence set, hex; computed outside over the state that is decided on.</summary>
        public string? EvidenceRoot { get; init; }

        public override Duty Duty { get; } = new([.. Case.Insiders], Stages.All);

        internal override Decision<CaseEvent> Decide(Case state, Policy policy) => Transitions.Decide(state, this, policy);
    }

    /// <summary>Lays a suspension over an open stage.</summary>
    public sealed record Suspend(string Reason) : CaseCommand
    {
        public override Duty Duty { get; } = new([Role.IntegrityOfficer, Role.Registrar], Stages.Suspendable);

        internal override Decision<CaseEvent> Decide(Case state, Policy policy) =>
            string.IsNullOrWhiteSpace(Reason) ? Transitions.NoReason : new CaseEvent.Suspended(state.Stage, Reason);
    }

    /// <summary>Lifts a suspension; the case returns to the stage it was in.</summary>
    public sealed record Resume(string Reason) : CaseCommand
    {
        public override Duty Duty { get; } = new([Role.IntegrityOfficer, Role.Registrar], Stages.Suspendable, WhileSuspended: true);

        internal override Decision<CaseEvent> Decide(Case state, Policy policy) => state.SuspendedBecause is null
            ? Refusal.Conflict("not-suspended", "The case is not suspended.")
            : string.IsNullOrWhiteSpace(Reason) ? Transitions.NoReason : new CaseEvent.Resumed(state.Stage, Reason);
    }
}

public abstract partial record CaseEvent
{
    public sealed record Referred(IncidentId Id, IncidentFacts Facts, bool Anonymous, VictimConsent Consent) : CaseEvent
    {
        internal override Case Apply(Case? state, Recorded recorded) => new()
        {
            Id = Id,
            Stage = Stage.Referred,
            Facts = Facts,
            ReferredBy = recorded.By,
            ReferredAt = recorded.At,
            ReferrerStanding = Anonymous ? ReferrerStanding.Anonymous : ReferrerStanding.Unverified,
            VictimConsent = Consent,
        };
    }

    public sealed record FactsChanged(IncidentFacts Facts) : CaseEvent
    {
        internal override Case Apply(Case? state, Recorded recorded) => state! with { Facts = Facts };
    }

    public sealed record StandingRecorded(ReferrerStanding Standing, VictimConsent Consent, string? WithoutConsentBecause) : CaseEvent
    {
        internal override Case Apply(Case? state, Recorded recorded) => state! with
        {
            ReferrerStanding = Standing,
            VictimConsent = Consent,
            WithoutConsentBecause = WithoutConsentBecause,
        };
    }

    /// <summary>L2: one event per transition, with role, from, to and reason; actor and time are the record's.</summary>
    public sealed record Moved(Stage From, Stage To, Role As, string Reason) : CaseEvent
    {
        public DeclineReason? Decline { get; init; }

        public IncidentId? MergedInto { get; init; }

        public Opening? Opening { get; init; }

        public string? CallForEvidence { get; init; }

        public bool Expedited { get; init; }

        [Open]
        public string? EvidenceRoot { get; init; }

        internal override Case Apply(Case? state, Recorded recorded)
        {
            var next = state! with
            {
                Stage = To,
                Declined = Decline ?? (To == Stage.Screening ? null : state.Declined),
                MergedInto = MergedInto ?? state.MergedInto,
                Opening = Opening ?? state.Opening,
                CallForEvidence = CallForEvidence ?? state.CallForEvidence,
                EvidenceRoot = EvidenceRoot ?? state.EvidenceRoot,
                Expedited = Expedited || state.Expedited,
                Draft = From == Stage.NotAdopted && To == Stage.Voting ? null : state.Draft,

                // A proposed erasure is about an item, whatever the stage; everything else was proposed for the stage that ends.
                Pending = state.Pending is { Act: CaseCommand.Erase.Act } ? state.Pending : null,
            };

            return To == Stage.Assessing && From != Stage.Collecting ? next.BackToAssessing(From) : next;
        }
    }

    public sealed record Suspended(Stage Over, string Reason) : CaseEvent
    {
        internal override Case Apply(Case? state, Recorded recorded) => state! with { SuspendedBecause = Reason };
    }

    public sealed record Resumed(Stage To, string Reason) : CaseEvent
    {
        internal override Case Apply(Case? state, Recorded recorded) => state! with { SuspendedBecause = null };
    }
}

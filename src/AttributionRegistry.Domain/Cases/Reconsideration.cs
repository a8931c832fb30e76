using System.Collections.Immutable;
using AttributionRegistry.Domain.Voting;

namespace AttributionRegistry.Domain.Cases;

public enum PetitionGround
{
    NewEvidence,
    SpecificError,
    BreachOfProcedure,
}

public enum PetitionStanding
{
    Filed,
    Inadmissible,
    Admitted,
    Decided,
}

public enum PetitionOutcome
{
    Upheld,
    Corrected,
    ConfidenceLowered,
    Revised,
    Withdrawn,
}

/// <summary>A petition for reconsideration. Filed ones, also inadmissible ones, are published with their answer (R2).</summary>
public sealed record Petition(PetitionId Id, PersonId By, PetitionGround Ground, Text Showing, DateTimeOffset At)
{
    public PetitionStanding Standing { get; init; }

    public Text? Reasons { get; init; }

    public DateTimeOffset? AnsweredAt { get; init; }

    public PersonId? AnsweredBy { get; init; }

    public PersonId? DecidedBy { get; init; }

    /// <summary>Open votes of the panel that decided last on whether to look again (V-60).</summary>
    public ImmutableDictionary<PersonId, MotionVote> PanelVotes { get; init; } = ImmutableDictionary<PersonId, MotionVote>.Empty;

    public PetitionOutcome? Outcome { get; init; }

    public Text? OutcomeReasons { get; init; }

    public DateTimeOffset? DecidedAt { get; init; }
}

public abstract partial record CaseCommand
{
    private static readonly IReadOnlyList<Role> AnyRoleInTheCase = [.. Case.Insiders];

    /// <summary>Petitions for reconsideration of a published finding. Everyone with an account may: what is published is known.</summary>
    public sealed record FilePetition(PetitionId Id, PetitionGround Ground, Text Showing) : CaseCommand
    {
        public override Duty Duty { get; } = new(AnyRoleInTheCase, [.. Stages.Standing, Stage.Reconsidering]);

        internal override Decision<CaseEvent> Decide(Case state, Policy policy) => Showing.IsBlank
            ? Refusal.Invalid("showing-missing", "A petition shows what is new or what is wrong.", "/showing/value")
            : new CaseEvent.PetitionFiled(Id, Ground, Showing);
    }

    /// <summary>Admits a petition, or answers it as inadmissible with reasons (R2). Never a member of the deciding panel (R1).</summary>
    public sealed record AnswerPetition(PetitionId Petition, bool Admissible, Text Reasons) : CaseCommand
    {
        public override Duty Duty { get; } = new([Role.ReviewPanelMember], [.. Stages.Standing, Stage.Reconsidering]);

        internal override Decision<CaseEvent> Decide(Case state, Policy policy)
        {
            if (state.Petitions.Find(p => p.Id == Petition) is not { } petition)
            {
                return CaseDecider.NoSuchCase;
            }

            if (petition.By == By.Id)
            {
                return OwnWork;
            }

            if (petition.Standing != PetitionStanding.Filed)
            {
                return Refusal.Conflict("petition-answered", "This petition has been answered already.");
            }

            if (Reasons.IsBlank)
            {
                return Refusal.Invalid("reasons-missing", "The answer to a petition has reasons (R2).", "/reasons/value");
            }

            var answered = new CaseEvent.PetitionAnswered(Petition, Admissible, Reasons);
            return Admissible && state.Stage != Stage.Reconsidering
                ? Decision<CaseEvent>.Accept(answered, new CaseEvent.Moved(state.Stage, Stage.Reconsidering, Role.ReviewPanelMember, Reasons.Value))
                : answered;
        }
    }

    /// <summary>
    /// Decides an admitted petition (R3). Withdrawing, and publishing a corrected or lowered version, need two different members
    /// of the review panel (L4): the first proposes, the second gives the same decision again.
    /// </summary>
    public sealed record DecidePetition(PetitionId Petition, PetitionOutcome Outcome, Text Reasons) : CaseCommand
    {
        internal const string Act = "withdraw";

        internal const string NewVersionAct = "publish-on-petition";

        /// <summary>The statement of the new version, for the outcomes that make one.</summary>
        public ImmutableArray<Text> Statements { get; init; } = [];

        /// <summary>The lowered confidence, for that outcome.</summary>
        public Confidence? Confidence { get; init; }

        /// <summary>Digest of the new canonical finding, for the outcomes that make a version.</summary>
        public string? Digest { get; init; }

        /// <summary>Who must witness, as the instance is set up: see the event.</summary>
        public string? WitnessPolicy { get; init; }

        public override Duty Duty { get; } = new([Role.ReviewPanelMember], [Stage.Reconsidering]);

        internal override Decision<CaseEvent> Decide(Case state, Policy policy)
        {
            if (state.Petitions.Find(p => p.Id == Petition) is not { Standing: PetitionStanding.Admitted } petition)
            {
                return state.Petitions.Any(p => p.Id == Petition)
                    ? Refusal.Conflict("petition-not-admitted", "Only an admitted petition is decided.")
                    : CaseDecider.NoSuchCase;
            }

            if (petition.By == By.Id)
            {
                return OwnWork;
            }

            if (Reasons.IsBlank)
            {
                return Refusal.Invalid("reasons-missing", "A decision has reasons.", "/reasons/value");
            }

            // What was annulled is neither upheld nor mended: there is a new assessment, or there is none (V-61).
            if (state.CurrentIsAnnulled && Outcome is not (PetitionOutcome.Revised or PetitionOutcome.Withdrawn))
            {
                return Annulled;
            }

            return Outcome switch
            {
                PetitionOutcome.Upheld => End(state, Stage.Upheld),
                PetitionOutcome.Revised => End(state, Stage.Assessing),
                PetitionOutcome.Withdrawn => Withdraw(state),
                PetitionOutcome.ConfidenceLowered => LowerConfidence(state, policy),
                _ => NewVersion(state, policy, VersionKind.Corrected, state.CurrentVersion!.ConfidenceCap, Stage.Corrected),
            };
        }

        private Decision<CaseEvent> End(Case state, Stage to) => Decision<CaseEvent>.Accept(
            new CaseEvent.PetitionDecided(Petition, Outcome, Reasons),
            new CaseEvent.Moved(state.Stage, to, Role.ReviewPanelMember, Reasons.Value));

        private Decision<CaseEvent> Withdraw(Case state)
        {
            if (state.Pending is not { Act: Act } pending || pending.Target != Petition.Value)
            {
                return state.Pending is { } other ? AnotherPending(other) : new CaseEvent.ActProposed(Act, Petition.Value, Role.ReviewPanelMember, Reasons.Value);
            }

            return pending.By == By.Id ? SecondPerson : End(state, Stage.Withdrawn);
        }

        private Decision<CaseEvent> LowerConfidence(Case state, Policy policy)
        {
            var old = state.CurrentVersion!.ConfidenceCap ?? state.Rounds.Last(r => r.Binding && r.Outcome is not null).Outcome!.Questions.Max(q => q.Confidence);
            return Confidence is { } lower && (old is null || lower < old)
                ? NewVersion(state, policy, VersionKind.ConfidenceLowered, lower, Stage.Revised)
                : Refusal.Invalid("confidence-not-lower", "The new confidence is lower than the published one.", "/confidence");
        }

        private Decision<CaseEvent> NewVersion(Case state, Policy policy, VersionKind kind, Confidence? cap, Stage to)
        {
            if (PublicationRules.StatementFault(state, Statements, policy) is { } fault)
            {
                return fault;
            }

            if (Digest is null)
            {
                return Refusal.Invalid("digest-missing", "A new version comes with the digest of its canonical finding.", "/digest");
            }

            var target = Sha256Hex.Of($"{Petition.Value}\n{Outcome}\n{cap}\n{string.Join('\n', Statements.Select(s => $"{s.Lang} {s.Value}"))}");
            if (state.Pending is not { Act: NewVersionAct } pending || pending.Target != target)
            {
                return state.Pending is { } other ? AnotherPending(other) : new CaseEvent.ActProposed(NewVersionAct, target, Role.ReviewPanelMember, Reasons.Value);
            }

            if (pending.By == By.Id)
            {
                return SecondPerson;
            }

            return Decision<CaseEvent>.Accept(
                new CaseEvent.PetitionDecided(Petition, Outcome, Reasons),
                new CaseEvent.FindingPublished(
                    state.FindingId!.Value, state.FindingNumber!, state.Versions.Count + 1, kind,
                    Digest, Statements, Reasons.Value, cap, policy.Exercise, pending.By) { WitnessPolicy = WitnessPolicy },
                new CaseEvent.Moved(state.Stage, to, Role.ReviewPanelMember, Reasons.Value));
        }
    }
}

public abstract partial record CaseEvent
{
    public sealed record PetitionFiled(PetitionId Petition, PetitionGround Ground, Text Showing) : CaseEvent
    {
        internal override Case Apply(Case? state, Recorded recorded) => state! with
        {
            Petitions = state.Petitions.Add(new Petition(Petition, recorded.By, Ground, Showing, recorded.At)),
        };
    }

    public sealed record PetitionAnswered(PetitionId Petition, bool Admissible, Text Reasons) : CaseEvent
    {
        internal override Case Apply(Case? state, Recorded recorded) => state!.ChangePetition(Petition, p => p with
        {
            Standing = Admissible ? PetitionStanding.Admitted : PetitionStanding.Inadmissible,
            Reasons = Reasons,
            AnsweredAt = recorded.At,
            AnsweredBy = recorded.By,
        });
    }

    public sealed record PetitionDecided(PetitionId Petition, PetitionOutcome Outcome, Text Reasons) : CaseEvent
    {
        internal override Case Apply(Case? state, Recorded recorded) => state!.ChangePetition(Petition, p => p with
        {
            Standing = PetitionStanding.Decided,
            Outcome = Outcome,
            OutcomeReasons = Reasons,
            DecidedAt = recorded.At,
            DecidedBy = recorded.By,
        });
    }
}

/// <summary>What reconsideration makes of a case and of its published versions.</summary>
public static class ReconsiderationState
{
    internal static Case ChangePetition(this Case state, PetitionId id, Func<Petition, Petition> change)
    {
        var petition = state.Petitions.Find(p => p.Id == id)!;
        return state with { Petitions = state.Petitions.Replace(petition, change(petition)) };
    }

    /// <summary>
    /// Back to work on a new version of the assessment. After reconsideration the case also gets a new panel (V-62) and hears
    /// the parties anew.
    /// </summary>
    internal static Case BackToAssessing(this Case state, Stage from)
    {
        var next = state with { Assessments = [.. state.Assessments.Select(a => a with { Superseded = true })] };
        return from == Stage.Reconsidering
            ? next with { Panel = null, Pool = null, Draft = null, Reopenings = state.Reopenings + 1 }
            : next;
    }

    /// <summary>The status that every address of a version shows (R4, L7).</summary>
    public static FindingStatus StatusOf(this Case state, FindingVersion version) =>
        state.AnnulledVersions.Contains(version.Version) ? FindingStatus.Annulled
        : version.Version != state.Versions.Count ? FindingStatus.Superseded
        : state.Stage == Stage.Withdrawn ? FindingStatus.Withdrawn
        : state.Dispute is not null ? FindingStatus.Disputed
        : Stages.Standing.Contains(state.Stage) ? FindingStatus.Current
        : FindingStatus.UnderReconsideration;
}

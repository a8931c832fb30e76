using System.Collections.Immutable;
using AttributionRegistry.Domain.Voting;

namespace AttributionRegistry.Domain.Cases;

/// <summary>The grounds of an appeal. Whether the panel was right on the merits is none (V-61).</summary>
public enum AppealGround
{
    Procedure,
    UndisclosedConflict,
    ForgedEvidence,
    TallyNotReproducible,

    /// <summary>A member declared something false; the one ground without a time limit (V-11).</summary>
    FalseDeclaration,
}

/// <summary>An appeal against one published version. Published with its decision, whatever that is.</summary>
public sealed record Appeal(AppealId Id, PersonId By, int Version, AppealGround Ground, Text Showing, DateTimeOffset At)
{
    /// <summary>Granted annuls the version; refused lets it stand. The chamber never puts another finding in its place.</summary>
    public ChamberRuling? Ruling { get; init; }
}

/// <summary>What no longer reproduces of a published tally (V-63).</summary>
public sealed record Dispute(int Version, ImmutableArray<string> Differences, DateTimeOffset Since);

public abstract partial record CaseCommand
{
    private static Refusal Annulled { get; } = Refusal.Conflict("finding-annulled", "This version has been annulled by the appeals chamber (V-61).");

    /// <summary>Appeals to the chamber: a named party, the victim, the referrer, or a member of the panel that decided (V-61).</summary>
    public sealed record FileAppeal(AppealId Id, AppealGround Ground, Text Showing) : CaseCommand
    {
        public override Duty Duty { get; } = new(AnyRoleInTheCase, [.. Stages.Standing, Stage.Reconsidering]);

        internal override Decision<CaseEvent> Decide(Case state, Policy policy)
        {
            if (!state.Parties.ContainsKey(By.Id) && state.ReferredBy != By.Id && state.DecidedPanel?.SeatOf(By.Id) is not { Removed: false })
            {
                return Refusal.Forbidden("appeal-standing", "Named parties, the victim, the referrer and members of the panel appeal; everybody else petitions.");
            }

            if (state.CurrentIsAnnulled)
            {
                return Annulled;
            }

            if (Showing.IsBlank)
            {
                return Refusal.Invalid("showing-missing", "An appeal shows the facts of its ground.", "/showing/value");
            }

            var (version, days) = (state.CurrentVersion!, RuleSet.Default.Windows.AppealDays);
            return Ground == AppealGround.FalseDeclaration || At < version.At.AddDays(days)
                ? new CaseEvent.AppealFiled(Id, version.Version, Ground, Showing)
                : Refusal.Conflict("appeal-too-late", $"An appeal is filed within {days} days of publication; only a false declaration has no time limit (V-61, V-11).");
        }
    }

    /// <summary>A member of the panel that decided last votes on whether to look again. A third of it is enough (V-60).</summary>
    /// <param name="Petition">The petition.</param>
    /// <param name="Vote">The vote; the last one stands.</param>
    /// <param name="Eligible">E of the last binding count.</param>
    public sealed record VoteOnPetition(PetitionId Petition, MotionVote Vote, int Eligible) : CaseCommand
    {
        public override Duty Duty { get; } = new(AnyRoleInTheCase, [.. Stages.Standing, Stage.Reconsidering]);

        internal override Decision<CaseEvent> Decide(Case state, Policy policy)
        {
            if (state.DecidedPanel?.SeatOf(By.Id) is not { Removed: false })
            {
                return Refusal.Forbidden("role-required", "Members of the panel that decided last vote on reopening (V-60).");
            }

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

            var voted = new CaseEvent.PetitionVoted(Petition, Vote);
            var yes = petition.PanelVotes.SetItem(By.Id, Vote).Values.Count(v => v == MotionVote.Yes);
            var needed = RuleSet.Default.Reopening.CeilingOf(Eligible);
            if (Eligible == 0 || yes < needed)
            {
                return voted;
            }

            // They admit it; the review panel decides it (R1).
            var reasons = new Text($"{yes} of {Eligible} members of the panel that decided want the case looked at again; {needed} are enough (V-60).");
            var answered = new CaseEvent.PetitionAnswered(Petition, true, reasons);
            return state.Stage == Stage.Reconsidering
                ? Decision<CaseEvent>.Accept(voted, answered)
                : Decision<CaseEvent>.Accept(voted, answered, new CaseEvent.Moved(state.Stage, Stage.Reconsidering, Role.PanelMember, reasons.Value));
        }
    }

    /// <summary>Takes into the case what a recount of the published record came to. The machine counts; it has no choice in it (V-63).</summary>
    public sealed record RecordRecount(ImmutableArray<string> Differences) : CaseCommand
    {
        public override Duty Duty { get; } = new([Role.Registrar], [.. Stages.Standing, .. Stages.Open, .. Stages.Decided, Stage.Reconsidering, Stage.Withdrawn], WhileSuspended: true);

        internal override Decision<CaseEvent> Decide(Case state, Policy policy) => state switch
        {
            { HasFinding: false } => Refusal.Conflict("nothing-published", "There is no published tally to recount."),
            { Dispute: null } when !Differences.IsDefaultOrEmpty => new CaseEvent.FindingDisputed(state.CurrentVersion!.Version, Differences),
            { Dispute: not null } when Differences.IsDefaultOrEmpty => new CaseEvent.FindingReproduced(state.Dispute.Version),
            _ => Refusal.Conflict("recount-unchanged", "The recount says what the record says already."),
        };
    }
}

public abstract partial record CaseEvent
{
    public sealed record AppealFiled(AppealId Appeal, int Version, AppealGround Ground, Text Showing) : CaseEvent
    {
        internal override Case Apply(Case? state, Recorded recorded) =>
            state! with { Appeals = state.Appeals.Add(new Appeal(Appeal, recorded.By, Version, Ground, Showing, recorded.At)) };
    }

    public sealed record PetitionVoted(PetitionId Petition, MotionVote Vote) : CaseEvent
    {
        internal override Case Apply(Case? state, Recorded recorded) =>
            state!.ChangePetition(Petition, p => p with { PanelVotes = p.PanelVotes.SetItem(recorded.By, Vote) });
    }

    /// <summary>The tally does not reproduce from the record any more.</summary>
    public sealed record FindingDisputed(int Version, [property: Open] ImmutableArray<string> Differences) : CaseEvent
    {
        internal override Case Apply(Case? state, Recorded recorded) => state! with { Dispute = new Dispute(Version, Differences, recorded.At) };
    }

    /// <summary>It reproduces again, as from a record that was restored.</summary>
    public sealed record FindingReproduced(int Version) : CaseEvent
    {
        internal override Case Apply(Case? state, Recorded recorded) => state! with { Dispute = null };
    }
}

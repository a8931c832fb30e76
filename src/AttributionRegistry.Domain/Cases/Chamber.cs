using System.Collections.Immutable;
using AttributionRegistry.Domain.Voting;

namespace AttributionRegistry.Domain.Cases;

/// <summary>A seat of the appeals chamber.</summary>
public sealed record ChamberSeat(PersonId Person, Region Region, int Order)
{
    public bool Removed { get; init; }

    public string? RemovedBecause { get; init; }

    /// <summary>The member whose seat this one fills, when it came from the alternates.</summary>
    public PersonId? Replaces { get; init; }
}

/// <summary>A member's open vote, with reasons that are published with the decision.</summary>
public sealed record ChamberVote(PersonId Member, MotionVote Vote, Text Reasons, DateTimeOffset At);

/// <summary>What the chamber said on one matter, and how its members voted.</summary>
public sealed record ChamberRuling(bool Granted, ImmutableList<ChamberVote> Votes, DateTimeOffset At);

/// <summary>The appeals chamber of one case (V-61): five people drawn by lot, of whom three decide.</summary>
public sealed record Chamber(
    ChamberId Id, Pool Pool, ImmutableArray<string> SourceValues, ImmutableArray<PublishedSource> Published, string Seed, ImmutableArray<string> ExcludedStates,
    DateTimeOffset DrawnAt)
{
    public ImmutableList<ChamberSeat> Seats { get; init; } = [];

    public ImmutableList<PersonId> Alternates { get; init; } = [];

    public IEnumerable<ChamberSeat> Sitting => Seats.Where(s => !s.Removed);

    /// <summary>With fewer than three members nothing can be granted; another chamber is drawn then.</summary>
    public bool CanDecide => Sitting.Count() >= ChamberRules.Majority;

    public ChamberSeat? SeatOf(PersonId person) => Seats.Find(s => s.Person == person);
}

/// <summary>A request to open the sealed mapping of ballot keys to members (V-71). Only the chamber grants it.</summary>
public sealed record MappingOrder(MappingOrderId Id, RoundId Round, PersonId By, Text Reasons, DateTimeOffset At)
{
    public ChamberRuling? Ruling { get; init; }
}

public abstract partial record CaseCommand
{
    private static readonly IReadOnlyList<Stage> WithPanel =
        [Stage.Screening, .. Stages.Open, .. Stages.Decided, .. Stages.Standing, Stage.Reconsidering, Stage.Withdrawn];

    /// <summary>Freezes the pool of the chamber and announces its seed sources (V-05, V-06, V-61).</summary>
    public sealed record FreezeChamberPool(PoolId Id, ImmutableArray<Candidate> Candidates, string Digest, ImmutableArray<SeedSourcePlan> Sources) : CaseCommand
    {
        public override Duty Duty { get; } = new([Role.Registrar], WithPanel);

        internal override Decision<CaseEvent> Decide(Case state, Policy policy)
        {
            if (state.Panel is not { Drawn: true } && state.DecidedPanel is null)
            {
                return Refusal.Conflict("panel-missing", "The panel is drawn first: nobody of it may sit in the appeals chamber.");
            }

            if (state.Chamber is { CanDecide: true })
            {
                return Refusal.Conflict("chamber-drawn", "The appeals chamber has been drawn; another is drawn only when it can decide nothing any more.");
            }

            return FreezePool.PoolFault(Candidates, Sources, At) is { } fault
                ? fault
                : new CaseEvent.ChamberPoolFrozen(Id, Candidates, Digest, [.. Sources.Select(s => s.Name)]) { Plans = Sources };
        }
    }

    /// <summary>Draws the chamber from its frozen pool, like a panel (V-05 … V-08, V-61).</summary>
    public sealed record DrawChamber(ChamberId Id, PoolId Pool, ImmutableArray<PublishedSource> Published) : CaseCommand
    {
        public override Duty Duty { get; } = new([Role.Registrar], WithPanel);

        internal override Decision<CaseEvent> Decide(Case state, Policy policy)
        {
            if (state.Chamber is { CanDecide: true })
            {
                return Refusal.Conflict("chamber-drawn", "The appeals chamber has been drawn; another is drawn only when it can decide nothing any more.");
            }

            if (state.ChamberPool is not { } pool)
            {
                return Refusal.Conflict("pool-missing", "A pool must be frozen before an appeals chamber is drawn.");
            }

            if (pool.Id != Pool)
            {
                return Refusal.Invalid("pool-unknown", "The appeals chamber is drawn from the pool that was frozen for it last in this case.", "/pool");
            }

            var settled = SeedSources.Settle(new PoolFreeze(pool.FrozenAt, pool.Plans), Published, At);
            if (settled.Refusal is { } unsettled)
            {
                return unsettled;
            }

            var seed = Draw.Seed(Convert.FromHexString(pool.Digest), settled.Events);
            switch (Draw.Run(ChamberDraw.InputOf(state, pool, seed, At)))
            {
                case DrawResult.Infeasible infeasible:
                    return Refusal.Conflict("draw-infeasible", $"The constraints cannot be met: short of candidates in {string.Join(", ", infeasible.ShortRegions)} (V-08). Freeze a larger pool with new sources.");
                case DrawResult.Refused refused:
                    return refused.Refusal;
                case DrawResult.Drawn drawn:
                    var regions = pool.Candidates.ToDictionary(c => c.Id, c => c.Region);
                    return new CaseEvent.ChamberDrawn(
                        Id, pool.Id, [.. settled.Events], Convert.ToHexStringLower(seed), [.. state.ConcernedStates],
                        [.. drawn.Seated.Select(id => new CaseEvent.SeatDrawn(PersonId.Of(id), regions[id]))],
                        [.. drawn.Alternates.SelectMany(a => a.Value).Select(PersonId.Of)])
                    {
                        Published = Published,
                    };
                default:
                    throw new InvalidOperationException("A draw is drawn, infeasible or refused.");
            }
        }
    }

    /// <summary>A member of the chamber leaves it: at their own wish, or found by the integrity officer. The alternate of the region moves up.</summary>
    public sealed record RecuseFromChamber(PersonId Member, string Ground) : CaseCommand
    {
        public override Duty Duty { get; } = new([Role.ChamberMember, Role.IntegrityOfficer], WithPanel);

        internal override Decision<CaseEvent> Decide(Case state, Policy policy)
        {
            if (state.Chamber?.SeatOf(Member) is not { Removed: false })
            {
                return Refusal.NotFound("not-seated", "This person holds no seat of this chamber.", "/member");
            }

            if (Member != By.Id && !state.Is(By, Role.IntegrityOfficer))
            {
                return Refusal.Forbidden("role-required", "Only the integrity officer recuses somebody else.");
            }

            return string.IsNullOrWhiteSpace(Ground)
                ? Refusal.Invalid("reason-missing", "A recusal has a ground.", "/ground")
                : Decision<CaseEvent>.Accept([.. ChamberDraw.Removal(state, Member, Ground, new Recorded(By.Id, At))]);
        }
    }

    /// <summary>
    /// An open vote in the chamber, with reasons: on a challenge referred to it, an appeal, or a request to open the mapping. The vote
    /// that settles the matter decides it.
    /// </summary>
    public sealed record VoteInChamber(string Matter, MotionVote Vote, Text Reasons) : CaseCommand
    {
        public override Duty Duty { get; } = new([Role.ChamberMember], WithPanel);

        internal override Decision<CaseEvent> Decide(Case state, Policy policy)
        {
            if (!state.ChamberMatters().Contains(Matter))
            {
                return CaseDecider.NoSuchCase;
            }

            if (state.VotesOn(Matter).Any(v => v.Member == By.Id))
            {
                return Refusal.Conflict("voted-already", "You have voted on this matter.");
            }

            if (Reasons.IsBlank)
            {
                return Refusal.Invalid("reasons-missing", "Each vote of the chamber has reasons, published with its decision (V-17).", "/reasons/value");
            }

            var (voted, recorded) = (new CaseEvent.ChamberVoted(Matter, Vote, Reasons), new Recorded(By.Id, At));
            return Decision<CaseEvent>.Accept([voted, .. ChamberDraw.Settled(voted.Apply(state, recorded))]);
        }
    }

    /// <summary>Asks the chamber to open the mapping of ballot keys to members of a counted round (V-71).</summary>
    public sealed record RequestMapping(MappingOrderId Id, RoundId Round, Text Reasons, bool IsSealed) : CaseCommand
    {
        public override Duty Duty { get; } = new([Role.IntegrityOfficer], WithPanel);

        internal override Decision<CaseEvent> Decide(Case state, Policy policy) =>
            !state.Rounds.Any(r => r.Id == Round) ? CaseDecider.NoSuchCase
            : !IsSealed ? Refusal.Conflict("mapping-not-sealed", "There is no sealed mapping of this round: it is a roll call, is not counted, or the mapping is open.")
            : state.MappingOrders.Any(o => o.Round == Round && o.Ruling is null) ? Refusal.Conflict("mapping-requested", "The appeals chamber has such a request before it already.")
            : Reasons.IsBlank ? Refusal.Invalid("reasons-missing", "A request to open the mapping has reasons.", "/reasons/value")
            : new CaseEvent.MappingRequested(Id, Round, Reasons);
    }
}

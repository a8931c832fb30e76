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

public abstract partial record CaseEvent
{
    public sealed record ChamberPoolFrozen(PoolId Pool, ImmutableArray<Candidate> Candidates, [property: Open] string Digest, ImmutableArray<string> Sources) : CaseEvent
    {
        public ImmutableArray<SeedSourcePlan> Plans { get; init; } = [];

        internal override Case Apply(Case? state, Recorded recorded) =>
            state! with { ChamberPool = new Pool(Pool, Candidates, Digest, Sources, recorded.At) { Plans = Plans } };
    }

    public sealed record ChamberDrawn(
        ChamberId Chamber, PoolId Pool, ImmutableArray<string> SourceValues, [property: Open] string Seed, ImmutableArray<string> ExcludedStates,
        ImmutableArray<SeatDrawn> Seats, ImmutableArray<PersonId> Alternates) : CaseEvent
    {
        public ImmutableArray<PublishedSource> Published { get; init; } = [];

        // A new chamber has heard nothing yet: votes of the one before it are void.
        internal override Case Apply(Case? state, Recorded recorded) => state! with
        {
            Chamber = new Chamber(Chamber, state.ChamberPool!, SourceValues, Published, Seed, ExcludedStates, recorded.At)
            {
                Seats = [.. Seats.Select((s, i) => new ChamberSeat(s.Person, s.Region, i + 1))],
                Alternates = [.. Alternates],
            },
            ChamberVotes = state.ChamberVotes.Clear(),
        };
    }

    /// <summary>A member leaves the chamber, and does not see the case any more.</summary>
    public sealed record ChamberMemberRecused(PersonId Member, string Ground) : CaseEvent
    {
        internal override Case Apply(Case? state, Recorded recorded)
        {
            var chamber = state!.Chamber!;
            var seat = chamber.SeatOf(Member)!;
            return state with
            {
                Chamber = chamber with { Seats = chamber.Seats.Replace(seat, seat with { Removed = true, RemovedBecause = Ground }) },
                Recused = state.Recused.Add(Member),
            };
        }
    }

    public sealed record ChamberSeatFilled(PersonId Member, Region Region, PersonId Replaces) : CaseEvent
    {
        internal override Case Apply(Case? state, Recorded recorded)
        {
            var chamber = state!.Chamber!;
            return state with
            {
                Chamber = chamber with
                {
                    Seats = chamber.Seats.Add(new ChamberSeat(Member, Region, chamber.Seats.Count + 1) { Replaces = Replaces }),
                    Alternates = chamber.Alternates.Remove(Member),
                },
            };
        }
    }

    public sealed record ChamberVoted([property: Open] string Matter, MotionVote Vote, Text Reasons) : CaseEvent
    {
        internal override Case Apply(Case? state, Recorded recorded) => state! with
        {
            ChamberVotes = state.ChamberVotes.SetItem(
                Matter, (state.ChamberVotes.GetValueOrDefault(Matter) ?? []).Add(new ChamberVote(recorded.By, Vote, Reasons, recorded.At))),
        };
    }

    /// <summary>The chamber has decided. An appeal that is granted annuls the version it is about.</summary>
    public sealed record ChamberRuled([property: Open] string Matter, bool Granted) : CaseEvent
    {
        internal override Case Apply(Case? state, Recorded recorded)
        {
            var ruling = new ChamberRuling(Granted, state!.VotesOn(Matter), recorded.At);
            var next = state! with { ChamberVotes = state.ChamberVotes.Remove(Matter) };
            if (next.Appeals.Find(a => a.Id.Value == Matter) is { } appeal)
            {
                return next with
                {
                    Appeals = next.Appeals.Replace(appeal, appeal with { Ruling = ruling }),
                    AnnulledVersions = Granted ? next.AnnulledVersions.Add(appeal.Version) : next.AnnulledVersions,
                };
            }

            return next.MappingOrders.Find(o => o.Id.Value == Matter) is { } order
                ? next with { MappingOrders = next.MappingOrders.Replace(order, order with { Ruling = ruling }) }
                : next.ChangeChallenge(ChallengeId.Of(Matter), c => c with { Ruling = ruling });
        }
    }

    public sealed record MappingRequested(MappingOrderId Order, RoundId Round, Text Reasons) : CaseEvent
    {
        internal override Case Apply(Case? state, Recorded recorded) =>
            state! with { MappingOrders = state.MappingOrders.Add(new MappingOrder(Order, Round, recorded.By, Reasons, recorded.At)) };
    }
}

/// <summary>What lies before the chamber, who may sit in it, who takes a seat that fell free.</summary>
public static class ChamberDraw
{
    /// <summary>What the chamber has to decide, by id: challenges referred to it, appeals, requests to open the mapping.</summary>
    public static IReadOnlyList<string> ChamberMatters(this Case state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return
        [
            .. (state.Panel?.PendingChallenges ?? []).Where(c => c.IsBeforeTheChamber).Select(c => c.Id.Value),
            .. state.Appeals.Where(a => a.Ruling is null).Select(a => a.Id.Value),
            .. state.MappingOrders.Where(o => o.Ruling is null).Select(o => o.Id.Value),
        ];
    }

    /// <summary>The votes of members who still sit.</summary>
    public static ImmutableList<ChamberVote> VotesOn(this Case state, string matter)
    {
        ArgumentNullException.ThrowIfNull(state);
        return [.. (state.ChamberVotes.GetValueOrDefault(matter) ?? []).Where(v => state.Chamber?.SeatOf(v.Member) is { Removed: false })];
    }

    /// <summary>Everything that the draw of the chamber depends on.</summary>
    public static DrawInput InputOf(Case state, Pool pool, byte[] seed, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(pool);
        var on = DateOnly.FromDateTime(at.UtcDateTime);
        return new DrawInput(
            seed, [.. pool.Candidates.Select(c => c.ForDraw(on))], ChamberRules.Composition, state.ConcernedStates,
            Excluded(state, pool, at).Select(e => e.Id).ToHashSet())
        {
            ForChamber = true,
        };
    }

    /// <summary>Who of the pool was kept out, and why; without a ground of V-03 for whoever has or had another part in the case.</summary>
    public static IReadOnlyList<ExcludedCandidate> Excluded(Case state, Pool pool, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(pool);
        var on = DateOnly.FromDateTime(at.UtcDateTime);
        var concerns = PanelRules.ConcernsOf(state, pool, on);
        return
        [
            .. pool.Candidates.Select(c => (Candidate: c, Grounds: Exclusion.Of(c, concerns, on)))
                .Where(x => x.Grounds.Count > 0 || PanelRules.IsTaken(state, x.Candidate) || HadAPart(state, PersonId.Of(x.Candidate.Id)))
                .Select(x => new ExcludedCandidate(x.Candidate.Id, x.Grounds)),
        ];
    }

    internal static IEnumerable<CaseEvent> Removal(Case state, PersonId member, string ground, Recorded recorded)
    {
        var chamber = state.Chamber!;
        var recused = new CaseEvent.ChamberMemberRecused(member, ground);
        yield return recused;
        var now = recused.Apply(state, recorded);
        if (Successor(state, chamber, member) is { } next)
        {
            yield return next;
            now = next.Apply(now, recorded);
        }

        foreach (var ruled in Settled(now))
        {
            yield return ruled;
        }
    }

    /// <summary>Members of the chamber who belong to a state named for the first time leave it (V-03, V-12).</summary>
    internal static IEnumerable<CaseEvent> RecusalsFor(Case state, ImmutableArray<string> newStates)
    {
        if (state.Chamber is not { } chamber || newStates.IsEmpty)
        {
            yield break;
        }

        var entries = chamber.Pool.Candidates.ToDictionary(c => c.Id);
        var on = DateOnly.FromDateTime(chamber.DrawnAt.UtcDateTime);
        var affected = newStates.SelectMany(s => Exclusion.AffectedBy(s, [.. chamber.Sitting.Select(x => entries[x.Person.Value])], on)).Distinct().ToList();
        var now = state with { Facts = state.Facts with { VictimStates = [.. state.Facts.VictimStates, .. newStates] } };
        foreach (var member in affected.Select(PersonId.Of))
        {
            var recorded = new Recorded(member, chamber.DrawnAt);
            foreach (var @event in Removal(now, member, "concerned-state", recorded))
            {
                now = @event.Apply(now, recorded);
                yield return @event;
            }
        }
    }

    /// <summary>The rulings that the votes given so far make, and what follows from them. A chamber of fewer than three rules on nothing.</summary>
    internal static IEnumerable<CaseEvent> Settled(Case state)
    {
        if (state.Chamber is not { CanDecide: true } chamber)
        {
            yield break;
        }

        foreach (var matter in state.ChamberMatters())
        {
            var votes = state.VotesOn(matter);
            if (votes.IsEmpty || ChamberRules.Outcome([.. votes.Select(v => v.Vote)], chamber.Sitting.Count()) is not { } granted)
            {
                continue;
            }

            yield return new CaseEvent.ChamberRuled(matter, granted);
            var challenged = granted ? state.Panel?.Challenges.Find(c => c.Id.Value == matter) : null;
            if (challenged is { Member: var member } && state.Panel!.SeatOf(member) is { Removed: false })
            {
                foreach (var removal in PanelRules.Removal(state, member, "challenge-upheld"))
                {
                    yield return removal;
                }
            }
        }
    }

    private static CaseEvent.ChamberSeatFilled? Successor(Case state, Chamber chamber, PersonId leaving)
    {
        var input = InputOf(state, chamber.Pool, Convert.FromHexString(chamber.Seed), chamber.DrawnAt);
        var regions = chamber.Pool.Candidates.ToDictionary(c => c.Id, c => c.Region);
        var alternates = chamber.Alternates.GroupBy(a => regions[a.Value]).ToDictionary(g => g.Key, g => (IReadOnlyList<string>)[.. g.Select(a => a.Value)]);
        var gone = chamber.Seats.Where(s => s.Removed).Select(s => s.Person.Value).Concat(state.Recused.Select(r => r.Value)).ToHashSet();
        var vacancy = new Vacancy(input, alternates, [.. chamber.Sitting.Select(s => s.Person.Value)], leaving.Value, gone);
        return Replacement.For(vacancy) is ReplacementResult.Replaced next
            ? new CaseEvent.ChamberSeatFilled(PersonId.Of(next.MemberId), regions[next.MemberId], leaving)
            : null;
    }

    // Members and former members of the panel, scrutineers, and whoever asked for, answered or decided something that the chamber may have to look at.
    private static bool HadAPart(Case state, PersonId person) =>
        state.Panel?.SeatOf(person) is not null || state.DecidedPanel?.SeatOf(person) is not null || Separation.IsScrutineer(state, person) ||
        (state.Panel?.Challenges.Any(c => c.By == person) ?? false) || state.Appeals.Any(a => a.By == person) || state.MappingOrders.Any(o => o.By == person) ||
        state.Petitions.Any(p => p.By == person || p.AnsweredBy == person || p.DecidedBy == person);
}

using System.Collections.Immutable;
using AttributionRegistry.Domain.Voting;

namespace AttributionRegistry.Domain.Cases;

public abstract partial record CaseCommand
{
    private static readonly IReadOnlyList<Stage> PanelOpen = [Stage.Screening, .. Stages.Open];

    /// <summary>Freezes a pool and announces the seed sources, before they exist (V-05, V-06).</summary>
    public sealed record FreezePool(PoolId Id, ImmutableArray<Candidate> Candidates, string Digest, ImmutableArray<string> Sources) : CaseCommand
    {
        public override Duty Duty { get; } = new([Role.Registrar], PanelOpen);

        internal override Decision<CaseEvent> Decide(Case state, Policy policy)
        {
            if (state.Panel is { Drawn: true, CanBeQuorate: true })
            {
                return Refusal.Conflict("panel-drawn", "The panel has been drawn; a new pool is frozen only when it can decide nothing any more, or the case is reopened.");
            }

            if (state.CurrentRound is { Outcome: null })
            {
                return Refusal.Conflict("round-open", "The panel of an open round stays until the round is counted.");
            }

            if (Sources.Length < 2 || Sources.Any(string.IsNullOrWhiteSpace))
            {
                return Refusal.Invalid("sources-too-few", "At least two seed sources are announced (V-06).", "/sources");
            }

            for (var i = 0; i < Candidates.Length; i++)
            {
                if (!PersonId.TryParse(Candidates[i].Id, null, out _))
                {
                    return Refusal.Invalid("candidate-unknown", "A candidate is a person with an account.", $"/candidates/{i}/id");
                }

                if (Candidates[i].Nationalities.Count == 0 || !Candidates[i].Nationalities.All(FactsRules.IsStateCode))
                {
                    return Refusal.Invalid("state-code", "A candidate has at least one nationality, as an ISO 3166-1 alpha-2 code.", $"/candidates/{i}/nationalities");
                }
            }

            return Candidates.Select(c => c.Id).Distinct().Count() == Candidates.Length
                ? new CaseEvent.PoolFrozen(Id, Candidates, Digest, Sources)
                : Refusal.Invalid("pool-unsound", "The pool lists a person twice; a person has one lot.", "/candidates");
        }
    }

    /// <summary>Draws the panel from the frozen pool and the published values of the announced sources (V-04 … V-09).</summary>
    public sealed record DrawPanel(PanelId Id, ImmutableArray<string> SourceValues, RuleSet Rules) : CaseCommand
    {
        public override Duty Duty { get; } = new([Role.Registrar], PanelOpen);

        internal override Decision<CaseEvent> Decide(Case state, Policy policy)
        {
            if (state.Pool is not { } pool)
            {
                return Refusal.Conflict("pool-missing", "A pool must be frozen before a panel is drawn.");
            }

            if (state.Panel is { Drawn: true })
            {
                return Refusal.Conflict("panel-drawn", "The panel has been drawn. A draw is not repeated.");
            }

            if (SourceValues.Length != pool.Sources.Length)
            {
                return Refusal.Invalid("source-values", "One value per announced source, in the announced order.", "/sourceValues");
            }

            var seed = Draw.Seed(Convert.FromHexString(pool.Digest), SourceValues);
            var input = PanelDraw.InputOf(state, seed, Rules.Panel, At);
            switch (Draw.Run(input))
            {
                case DrawResult.Infeasible infeasible:
                    return Refusal.Conflict("draw-infeasible", $"The constraints cannot be met: short of candidates in {string.Join(", ", infeasible.ShortRegions)} (V-08). Freeze a larger pool with new sources.");
                case DrawResult.Refused refused:
                    return refused.Refusal;
                case DrawResult.Drawn drawn:
                    var regions = pool.Candidates.ToDictionary(c => c.Id, c => c.Region);
                    return new CaseEvent.PanelDrawn(
                        Id, pool.Id, SourceValues, Convert.ToHexStringLower(seed), Rules.Panel.Seats, [.. state.ConcernedStates],
                        [.. drawn.Seated.Select(id => new CaseEvent.SeatDrawn(PersonId.Of(id), regions[id]))],
                        [.. drawn.Alternates.SelectMany(a => a.Value).Select(PersonId.Of)], policy.VoteMode);
                default:
                    throw new InvalidOperationException("A draw is drawn, infeasible or refused.");
            }
        }
    }

    /// <summary>A drawn member accepts the seat and declares conflicts, or gives the seat up (V-10, V-11, V-13).</summary>
    public sealed record Declare(
        PanelId Panel, bool Accepts, DeclarationKind Kind, Text? Statement, bool NamedAnActor, string TextDigest, BallotKey? Key, bool KeyIsTheirs) : CaseCommand
    {
        public override Duty Duty { get; } = new([Role.PanelMember], PanelOpen);

        internal override Decision<CaseEvent> Decide(Case state, Policy policy)
        {
            if (state.Panel!.Id != Panel)
            {
                return CaseDecider.NoSuchCase;
            }

            if (Kind != DeclarationKind.None && (Statement is null || Statement.IsBlank))
            {
                return Refusal.Invalid("declaration-incomplete", "A declared interest, relationship or statement is described.", "/statement");
            }

            if (state.CurrentRound is { Outcome: null })
            {
                return Refusal.Conflict("round-open", "Declarations and ballot keys are fixed while a round is open.");
            }

            if (Accepts && (Key is null || !KeyIsTheirs))
            {
                return Refusal.Invalid("ballot-key-invalid", "Accepting a seat takes a ballot key signed by one of your registered signing keys (V-70).", "/ballotKey");
            }

            // V-70: exactly one key per seat; a key that two members share would count as one ballot of two people.
            if (Accepts && state.Panel.Seats.Any(s => s.Person != By.Id && s.Key?.Id == Key!.Id))
            {
                return Refusal.Invalid("ballot-key-invalid", "Accepting a seat takes a fresh ballot key of your own (V-70).", "/ballotKey/spki");
            }

            // V-10: silence is refusal. Giving the seat up is never too late.
            var seat = state.Panel.SeatOf(By.Id)!;
            if (Accepts && seat.Declaration is null && At >= seat.OfferedAt.AddDays(RuleSet.Default.Windows.AcceptanceDays))
            {
                return Refusal.Conflict("declaration-too-late", $"A seat is accepted within {RuleSet.Default.Windows.AcceptanceDays} days (V-10); the integrity officer fills it now.");
            }

            var declaration = new Declaration(Accepts, Kind, Statement, NamedAnActor, At, TextDigest);
            var declared = new CaseEvent.Declared(Panel, declaration, Accepts ? Key : null);

            // V-13: whoever attributed this incident in public to a named actor cannot sit. V-10: who declines is replaced.
            var ground = NamedAnActor ? "prior-public-attribution" : Accepts ? null : "declined";
            return ground is null ? declared : Decision<CaseEvent>.Accept([declared, .. PanelRules.Removal(state, By.Id, ground)]);
        }
    }

    /// <summary>Recuses a member: at their own wish, or found by the integrity officer (V-12).</summary>
    public sealed record Recuse(PersonId Member, string Ground) : CaseCommand
    {
        public override Duty Duty { get; } = new([Role.PanelMember, Role.IntegrityOfficer], PanelOpen);

        internal override Decision<CaseEvent> Decide(Case state, Policy policy)
        {
            if (state.Panel?.SeatOf(Member) is not { Removed: false })
            {
                return Refusal.NotFound("not-seated", "This person holds no seat of this panel.", "/member");
            }

            if (Member != By.Id && !state.Is(By, Role.IntegrityOfficer))
            {
                return Refusal.Forbidden("role-required", "Only the integrity officer recuses somebody else.");
            }

            return string.IsNullOrWhiteSpace(Ground)
                ? Refusal.Invalid("reason-missing", "A recusal has a ground.", "/ground")
                : Decision<CaseEvent>.Accept([.. PanelRules.Removal(state, Member, Ground)]);
        }
    }

    /// <summary>Challenges a member; suspends the ballot windows until decided (V-14).</summary>
    public sealed record ChallengeMember(ChallengeId Id, PersonId Member, Text Ground, RuleSet Rules) : CaseCommand
    {
        public override Duty Duty { get; } = new([Role.PanelMember, Role.NamedParty, Role.Victim, Role.IntegrityOfficer], PanelOpen);

        internal override Decision<CaseEvent> Decide(Case state, Policy policy)
        {
            if (state.Panel?.SeatOf(Member) is not { Removed: false } seat)
            {
                return Refusal.NotFound("not-seated", "This person holds no seat of this panel.", "/member");
            }

            if (Ground.IsBlank)
            {
                return Refusal.Invalid("reason-missing", "A challenge states ground and facts.", "/ground/value");
            }

            if (state.CurrentRound is { Outcome: null })
            {
                return Refusal.Conflict("round-open", "A challenge is filed before the ballot windows open.");
            }

            // A party knows of the panel from the first thing that is served on it.
            var known = state.Services.Where(s => s.On == By.Id).Select(s => s.At).DefaultIfEmpty(seat.OfferedAt).Min();
            return ChallengeVote.IsInTime(seat.OfferedAt, known, At, Rules.Windows)
                ? new CaseEvent.Challenged(Id, Member, Ground)
                : Refusal.Conflict("challenge-too-late", $"A challenge is filed within {Rules.Windows.ChallengeDays} days of the panel's publication or of first knowledge (V-14).");
        }
    }

    /// <summary>Votes on a challenge. The challenged member's vote is not taken (V-15).</summary>
    public sealed record VoteOnChallenge(ChallengeId Challenge, MotionVote Vote) : CaseCommand
    {
        public override Duty Duty { get; } = new([Role.PanelMember], PanelOpen);

        internal override Decision<CaseEvent> Decide(Case state, Policy policy) => state.Panel!.Challenges.Find(c => c.Id == Challenge) switch
        {
            null => CaseDecider.NoSuchCase,
            { Outcome: not null } => Refusal.Conflict("challenge-decided", "This challenge has been decided."),
            { Member: var member } when member == By.Id => Refusal.Forbidden("own-cause", "Nobody votes on a challenge to themselves (V-15)."),
            { Votes: var votes } when votes.ContainsKey(By.Id) => Refusal.Conflict("voted-already", "You have voted on this challenge."),
            _ => new CaseEvent.ChallengeVoted(Challenge, Vote),
        };
    }

    /// <summary>Closes the vote on a challenge, with published reasons (V-15, V-17).</summary>
    public sealed record DecideChallenge(ChallengeId Challenge, Text Reasons) : CaseCommand
    {
        public override Duty Duty { get; } = new([Role.IntegrityOfficer], PanelOpen);

        internal override Decision<CaseEvent> Decide(Case state, Policy policy)
        {
            if (state.Panel?.Challenges.Find(c => c.Id == Challenge) is not { } challenge)
            {
                return CaseDecider.NoSuchCase;
            }

            if (challenge.Outcome is not null)
            {
                return Refusal.Conflict("challenge-decided", "This challenge has been decided.");
            }

            if (challenge.By == By.Id)
            {
                return Refusal.Forbidden("own-cause", "Whoever raised a challenge does not close the vote on it.");
            }

            if (Reasons.IsBlank)
            {
                return Refusal.Invalid("reasons-missing", "Each decision on a challenge has published reasons (V-17).", "/reasons/value");
            }

            var members = state.Panel.Sitting.Select(s => new PanelMember(s.Person.Value, s.Region, Standing.Seated)).ToList();
            var result = ChallengeVote.Decide(members, challenge.Member.Value, [.. challenge.Votes.Select(v => new MotionBallot(v.Key.Value, v.Value))]);

            // V-16: a second challenge while one is pending sends both to the appeals chamber.
            var pending = state.Panel.Challenges.Where(c => c.Outcome is null).ToList();
            if (pending.Count > 1)
            {
                return Decision<CaseEvent>.Accept([.. pending.Select(c => new CaseEvent.ChallengeDecided(c.Id, MotionOutcome.Referred, Reasons))]);
            }

            var decided = new CaseEvent.ChallengeDecided(Challenge, result.Outcome, Reasons);
            return result.Outcome == MotionOutcome.Upheld && state.Panel.SeatOf(challenge.Member) is { Removed: false }
                ? Decision<CaseEvent>.Accept([decided, .. PanelRules.Removal(state, challenge.Member, "challenge-upheld")])
                : decided;
        }
    }
}

/// <summary>Why somebody of the pool was not in the draw.</summary>
/// <param name="Id">The person.</param>
/// <param name="Grounds">Grounds of V-03; empty for whoever has another duty in the case, is a party, was recused or sat before (V-62).</param>
public sealed record ExcludedCandidate(string Id, IReadOnlyList<ExclusionGround> Grounds);

/// <summary>The draw as it can be repeated by anybody who knows the case as it was then (V-09).</summary>
public static class PanelDraw
{
    /// <summary>What the draw from the case's frozen pool depended on.</summary>
    public static DrawInput InputOf(Case state, byte[] seed, Voting.PanelRules rules, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(state);
        return PanelRules.Input(state, state.Pool!, seed, rules, DateOnly.FromDateTime(at.UtcDateTime));
    }

    /// <summary>Who of the pool was kept out, and why.</summary>
    public static IReadOnlyList<ExcludedCandidate> Excluded(Case state, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(state);
        var (pool, on) = (state.Pool!, DateOnly.FromDateTime(at.UtcDateTime));
        var concerns = PanelRules.ConcernsOf(state, pool, on);
        return
        [
            .. pool.Candidates
                .Select(c => (Candidate: c, Grounds: Exclusion.Of(c, concerns, on)))
                .Where(x => x.Grounds.Count > 0 || PanelRules.IsTaken(state, x.Candidate))
                .Select(x => new ExcludedCandidate(x.Candidate.Id, x.Grounds)),
        ];
    }
}

/// <summary>Who leaves the panel, and who takes the seat.</summary>
internal static class PanelRules
{
    internal static DrawInput Input(Case state, Pool pool, byte[] seed, Voting.PanelRules rules, DateOnly on)
    {
        var concerns = ConcernsOf(state, pool, on);
        var excluded = pool.Candidates.Where(c => Exclusion.Of(c, concerns, on).Count > 0 || IsTaken(state, c)).Select(c => c.Id);
        return new DrawInput(seed, [.. pool.Candidates.Select(c => c.ForDraw(on))], rules, state.ConcernedStates, excluded.ToHashSet());
    }

    internal static CaseConcerns ConcernsOf(Case state, Pool pool, DateOnly on)
    {
        var submitters = state.Evidence.Select(e => e.SubmittedBy.Value).ToHashSet();
        var employers = pool.Candidates.Where(c => submitters.Contains(c.Id))
            .SelectMany(c => c.Employments).Where(e => e.Until is null || e.Until >= on).Select(e => e.Group).ToHashSet();
        return new CaseConcerns(state.ConcernedStates, submitters, employers);
    }

    /// <summary>Members affected by states named for the first time leave, one after the other (V-03, V-12).</summary>
    internal static IEnumerable<CaseEvent> RecusalsFor(Case state, ImmutableArray<string> newStates)
    {
        if (state.Panel is not { Drawn: true } panel || newStates.IsEmpty)
        {
            yield break;
        }

        var entries = state.Pool!.Candidates.ToDictionary(c => c.Id);
        var on = DateOnly.FromDateTime(panel.DrawnAt.UtcDateTime);
        var affected = newStates
            .SelectMany(s => Exclusion.AffectedBy(s, [.. panel.Sitting.Select(x => entries[x.Person.Value])], on))
            .Distinct().Select(PersonId.Of).ToList();

        // The replacements must not belong to the new states either: they count as concerned from now on.
        var now = state with { Facts = state.Facts with { VictimStates = [.. state.Facts.VictimStates, .. newStates] } };
        foreach (var member in affected)
        {
            foreach (var @event in Removal(now, member, "concerned-state"))
            {
                now = @event.Apply(now, new Recorded(member, panel.DrawnAt));
                yield return @event;
            }
        }
    }

    /// <summary>A member leaves; before the vote an alternate or the next rank takes the seat, else it stays empty (V-12, V-35).</summary>
    internal static IEnumerable<CaseEvent> Removal(Case state, PersonId member, string ground)
    {
        yield return new CaseEvent.MemberRecused(member, ground);
        var panel = state.Panel!;
        if (state.Rounds.Any(r => r.OpenedAt >= panel.DrawnAt) || state.Pool is not { } pool)
        {
            yield break;
        }

        var input = Input(state, pool, Convert.FromHexString(panel.Seed), RuleSet.Default.Panel with { Seats = panel.Size }, DateOnly.FromDateTime(panel.DrawnAt.UtcDateTime));
        var gone = panel.Seats.Where(s => s.Removed).Select(s => s.Person.Value).Concat(state.Recused.Select(r => r.Value)).ToHashSet();
        var regions = pool.Candidates.ToDictionary(c => c.Id, c => c.Region);
        var alternates = panel.Alternates.GroupBy(a => regions[a.Value]).ToDictionary(g => g.Key, g => (IReadOnlyList<string>)[.. g.Select(a => a.Value)]);
        var vacancy = new Vacancy(input, alternates, [.. panel.Sitting.Select(s => s.Person.Value)], member.Value, gone);
        if (Replacement.For(vacancy) is ReplacementResult.Replaced next)
        {
            yield return new CaseEvent.SeatFilled(PersonId.Of(next.MemberId), regions[next.MemberId], member);
        }
    }

    // Whoever worked on the case or referred it, parties, those recused, and the last panel (V-62 would allow a third) are not drawn.
    internal static bool IsTaken(Case state, Candidate candidate)
    {
        var person = PersonId.Of(candidate.Id);
        return state.WorkedOn(person) || state.ReferredBy == person || state.Recused.Contains(person) || state.FormerPanel.Contains(person);
    }
}

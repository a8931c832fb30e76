using System.Collections.Immutable;
using AttributionRegistry.Domain.Voting;

namespace AttributionRegistry.Domain.Cases;

public abstract partial record CaseCommand
{
    private static readonly IReadOnlyList<Stage> PanelOpen = [Stage.Screening, .. Stages.Open];

    /// <summary>Freezes a pool and announces the seed sources, before they exist (V-05, V-06).</summary>
    public sealed record FreezePool(PoolId Id, ImmutableArray<Candidate> Candidates, string Digest, ImmutableArray<SeedSourcePlan> Sources) : CaseCommand
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

            return PoolFault(Candidates, Sources, At) is { } fault
                ? fault
                : new CaseEvent.PoolFrozen(Id, Candidates, Digest, [.. Sources.Select(s => s.Name)]) { Plans = Sources };
        }

        internal static Refusal? PoolFault(ImmutableArray<Candidate> candidates, ImmutableArray<SeedSourcePlan> sources, DateTimeOffset at)
        {
            if (SeedSources.AnnouncementFault(sources, at) is { } fault)
            {
                return fault;
            }

            for (var i = 0; i < candidates.Length; i++)
            {
                if (!PersonId.TryParse(candidates[i].Id, null, out _))
                {
                    return Refusal.Invalid("candidate-unknown", "A candidate is a person with an account.", $"/candidates/{i}/id");
                }

                if (candidates[i].Nationalities.Count == 0 || !candidates[i].Nationalities.All(FactsRules.IsStateCode))
                {
                    return Refusal.Invalid("state-code", "A candidate has at least one nationality, as an ISO 3166-1 alpha-2 code.", $"/candidates/{i}/nationalities");
                }
            }

            return candidates.Select(c => c.Id).Distinct().Count() == candidates.Length
                ? null
                : Refusal.Invalid("pool-unsound", "The pool lists a person twice; a person has one lot.", "/candidates");
        }
    }

    /// <summary>Draws the panel from the frozen pool and the published values of the announced sources (V-04 … V-09).</summary>
    public sealed record DrawPanel(PanelId Id, ImmutableArray<PublishedSource> Published, RuleSet Rules) : CaseCommand
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

            var settled = SeedSources.Settle(new PoolFreeze(pool.FrozenAt, pool.Plans), Published, At);
            if (settled.Refusal is { } unsettled)
            {
                return unsettled;
            }

            var seed = Draw.Seed(Convert.FromHexString(pool.Digest), settled.Events);
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
                        Id, pool.Id, [.. settled.Events], Convert.ToHexStringLower(seed), Rules.Panel.Seats, [.. state.ConcernedStates],
                        [.. drawn.Seated.Select(id => new CaseEvent.SeatDrawn(PersonId.Of(id), regions[id]))],
                        [.. drawn.Alternates.SelectMany(a => a.Value).Select(PersonId.Of)], policy.VoteMode)
                    {
                        Published = Published,
                    };
                default:
                    throw new InvalidOperationException("A draw is drawn, infeasible or refused.");
            }
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

    /// <summary>Who of the pool was kept out for anything but their state: a reader of the record, who knows the states, needs their names to repeat the draw.</summary>
    public static IReadOnlyList<string> KeptOut(Case state, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(state);
        if (state.Pool is not { } pool)
        {
            return [];
        }

        var on = DateOnly.FromDateTime(at.UtcDateTime);
        var byState = new CaseConcerns(state.ConcernedStates.ToHashSet(StringComparer.Ordinal), new HashSet<string>(), new HashSet<string>());
        var excluded = Excluded(state, at).Select(each => each.Id).ToHashSet(StringComparer.Ordinal);
        return [.. pool.Candidates.Where(c => excluded.Contains(c.Id) && Exclusion.Of(c, byState, on).Count == 0).Select(c => c.Id).Order(StringComparer.Ordinal)];
    }
}

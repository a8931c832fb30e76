using System.Collections.Immutable;
using AttributionRegistry.Domain.Voting;

namespace AttributionRegistry.Domain.Cases;

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

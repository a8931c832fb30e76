using System.Collections.Immutable;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.Voting;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Incidents;
using AttributionRegistry.Server.Panels;
using AttributionRegistry.Server.Registry;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AttributionRegistry.Server.Chambers;

/// <summary>A seat of the chamber.</summary>
public sealed record ChamberSeatView(PersonId Member, Region Region, int Order, bool Removed, string? RemovedBecause, PersonId? Replaces);

/// <summary>A member's open vote with its reasons.</summary>
public sealed record ChamberVoteView(PersonId Member, MotionVote Vote, Text Reasons, DateTimeOffset At);

/// <summary>What the chamber is asked for.</summary>
public enum ChamberMatterKind
{
    Challenge,
    Appeal,
    Mapping,
}

/// <summary>One matter before the chamber, or decided by it.</summary>
/// <param name="Id">The challenge, the appeal, or the request to open a mapping.</param>
/// <param name="Kind">Which of them.</param>
/// <param name="Asked">What it says.</param>
/// <param name="Votes">The votes: while it is undecided, for members of the chamber only.</param>
/// <param name="Granted">How it was decided; null while it is not.</param>
/// <param name="DecidedAt">When.</param>
public sealed record ChamberMatterView(string Id, ChamberMatterKind Kind, Text Asked, IReadOnlyList<ChamberVoteView>? Votes, bool? Granted, DateTimeOffset? DecidedAt);

/// <summary>The appeals chamber of a case (V-61).</summary>
/// <param name="Id">The chamber; null while none is drawn.</param>
/// <param name="Incident">The case.</param>
/// <param name="Pool">The pool frozen last.</param>
/// <param name="DrawnAt">When it was drawn.</param>
/// <param name="Seats">Its seats, those left included.</param>
/// <param name="Alternates">Who may still move up.</param>
/// <param name="Matters">What it has decided or has to decide.</param>
public sealed record ChamberView(
    ChamberId? Id, IncidentId Incident, PoolId? Pool, DateTimeOffset? DrawnAt, IReadOnlyList<ChamberSeatView> Seats, IReadOnlyList<PersonId> Alternates,
    IReadOnlyList<ChamberMatterView> Matters)
{
    public static ChamberView Of(Case state, Caller viewer)
    {
        ArgumentNullException.ThrowIfNull(state);
        var chamber = state.Chamber;
        var inside = state.Is(viewer, Role.ChamberMember);
        var challenges = (state.Panel?.Challenges ?? []).Where(c => c.IsBeforeTheChamber || c.Ruling is not null)
            .Select(c => Matter(c.Id.Value, ChamberMatterKind.Challenge, c.Ground, c.Ruling));
        var appeals = state.Appeals.Select(a => Matter(a.Id.Value, ChamberMatterKind.Appeal, a.Showing, a.Ruling));
        var orders = state.MappingOrders.Select(o => Matter(o.Id.Value, ChamberMatterKind.Mapping, o.Reasons, o.Ruling));
        return new ChamberView(
            chamber?.Id, state.Id, state.ChamberPool?.Id, chamber?.DrawnAt,
            [.. (chamber?.Seats ?? []).Select(s => new ChamberSeatView(s.Person, s.Region, s.Order, s.Removed, s.RemovedBecause, s.Replaces))],
            chamber?.Alternates ?? [], [.. challenges, .. appeals, .. orders]);

        ChamberMatterView Matter(string id, ChamberMatterKind kind, Text asked, ChamberRuling? ruling) => new(
            id, kind, asked,
            (ruling?.Votes ?? (inside ? state.VotesOn(id) : null))?.Select(v => new ChamberVoteView(v.Member, v.Vote, v.Reasons, v.At)).ToList(),
            ruling?.Granted, ruling?.At);
    }
}

public static class ReadChamber
{
    /// <summary>The appeals chamber of a case and what lies before it, for those who work on the case and for its own members.</summary>
    public static Results<Ok<ChamberView>, StatusCodeHttpResult, ProblemHttpResult> Handle(
        IncidentId incidentId, HttpContext http, Caller caller, CaseReads reads) =>
        reads.Read(http, incidentId, caller, state => state.ChamberPool is null && state.ChamberMatters().Count == 0 ? null : ChamberView.Of(state, caller));
}

/// <summary>The draw of a chamber with everything it depended on; read like a panel's.</summary>
public sealed record ChamberDrawView(
    ChamberId Chamber, IncidentId Incident, PoolId Pool, string PoolDigest, DateTimeOffset FrozenAt, DateTimeOffset DrawnAt,
    ImmutableArray<string> Sources, ImmutableArray<string> SourceValues, ImmutableArray<SeedSourcePlan> Plans, ImmutableArray<PublishedSource> Published,
    string Seed, Domain.Voting.PanelRules Rules, ImmutableArray<string> ConcernedStates, IReadOnlyList<ExcludedCandidate> Excluded,
    ImmutableArray<Candidate> Candidates, ImmutableArray<PersonId> Seated, IReadOnlyDictionary<Region, IReadOnlyList<string>> Alternates);

public static class ReadChamberDraw
{
    /// <summary>All inputs of the draw of the chamber and its result, recomputable by anybody who has them (V-09): <c>attribution draw verify</c>.</summary>
    public static Results<Ok<ChamberDrawView>, StatusCodeHttpResult, ProblemHttpResult> Handle(
        IncidentId incidentId, HttpContext http, Caller caller, CaseReads reads, RegistryCore core) =>
        reads.Read(http, incidentId, caller, state => View(core, state.Id));

    // The case as it was at the draw tells who was excluded; the last draw is the one that counts.
    private static ChamberDrawView? View(RegistryCore core, IncidentId incident)
    {
        ChamberDrawView? last = null;
        Case? before = null;
        foreach (var stored in core.Store.Events.ReadStream(CaseJournal.Stream(incident)))
        {
            var (@event, recorded) = CaseJournal.Definition.Read(stored);
            if (@event is CaseEvent.ChamberDrawn drawn)
            {
                last = View(before!, drawn, recorded.At);
            }

            before = CaseDecider.Evolve(before, @event, recorded);
        }

        return last;
    }

    private static ChamberDrawView View(Case before, CaseEvent.ChamberDrawn drawn, DateTimeOffset at)
    {
        var pool = before.ChamberPool!;
        var regions = pool.Candidates.ToDictionary(c => c.Id, c => c.Region);
        return new ChamberDrawView(
            drawn.Chamber, before.Id, pool.Id, pool.Digest, pool.FrozenAt, at, pool.Sources, drawn.SourceValues, pool.Plans, drawn.Published, drawn.Seed,
            ChamberRules.Composition, [.. before.ConcernedStates], ChamberDraw.Excluded(before, pool, at), pool.Candidates,
            [.. drawn.Seats.Select(s => s.Person)],
            drawn.Alternates.GroupBy(a => regions[a.Value]).OrderBy(g => g.Key).ToDictionary(g => g.Key, g => (IReadOnlyList<string>)[.. g.Select(a => a.Value)]));
    }
}

using System.Collections.Immutable;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.Voting;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Incidents;
using AttributionRegistry.Server.Registry;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AttributionRegistry.Server.Panels;

/// <summary>What the announced sources said.</summary>
/// <param name="Pool">The frozen pool.</param>
/// <param name="Published">Each source that has spoken, what it said and when; a fallback only where its turn has come (V-06).</param>
public sealed record DrawPanelRequest(PoolId Pool, ImmutableArray<PublishedSource> Published);

public static class DrawPanel
{
    /// <summary>Draws the panel by lot. Anyone can repeat the draw from what <c>GET /panels/{id}/draw</c> answers (V-09).</summary>
    public static Task<Results<Created<Written>, ProblemHttpResult>> HandleAsync(
        IncidentId incidentId, Body<DrawPanelRequest> body, Ask ask, Writes writes, RegistryCore core, CancellationToken cancel)
    {
        var id = core.Entropy.NewId<PanelId>();
        return writes.CreateAsync(
            ask.With(body),
            new Act(
                session => CaseWrites.Append(session, incidentId, _ => new CaseCommand.DrawPanel(
                    id, body.Value.Published, RuleSet.Default) { By = ask.By, At = ask.At })
                    ?? OtherPool(session, incidentId, body.Value.Pool),
                id.Value, CaseJournal.Stream(incidentId)),
            $"/v1/panels/{id}", cancel);
    }

    private static Refusal? OtherPool(Session session, IncidentId incident, PoolId wanted) =>
        session.Load(CaseJournal.Definition, CaseJournal.Stream(incident))!.Pool!.Id == wanted
            ? null
            : Refusal.Invalid("pool-unknown", "The panel is drawn from the pool that was frozen last in this case.", "/pool");
}

/// <summary>A draw with everything it depended on.</summary>
/// <param name="Panel">The panel that was drawn.</param>
/// <param name="Incident">The case.</param>
/// <param name="Pool">The pool.</param>
/// <param name="PoolDigest">SHA-256 of the canonical JSON of <c>candidates</c>, hex.</param>
/// <param name="FrozenAt">When the pool was frozen: before the sources existed.</param>
/// <param name="DrawnAt">When the panel was drawn; employments are looked at on this day (UTC).</param>
/// <param name="Sources">The announced sources.</param>
/// <param name="SourceValues">The values that made the seed, one per announced source.</param>
/// <param name="Plans">Until when each source had to speak, and who stood in for it.</param>
/// <param name="Published">What was published, and when.</param>
/// <param name="Seed">SHA-256 over tag, pool digest and source values, hex.</param>
/// <param name="Rules">Seats and caps.</param>
/// <param name="ConcernedStates">States whose people are excluded (V-03).</param>
/// <param name="Excluded">Who of the pool was kept out, and why.</param>
/// <param name="Candidates">The frozen pool.</param>
/// <param name="Seated">Members in the order in which their seats were filled.</param>
/// <param name="Alternates">Per region, in the order of moving up.</param>
public sealed record DrawView(
    PanelId Panel, IncidentId Incident, PoolId Pool, string PoolDigest, DateTimeOffset FrozenAt, DateTimeOffset DrawnAt,
    ImmutableArray<string> Sources, ImmutableArray<string> SourceValues, ImmutableArray<SeedSourcePlan> Plans, ImmutableArray<PublishedSource> Published,
    string Seed, Domain.Voting.PanelRules Rules,
    ImmutableArray<string> ConcernedStates, IReadOnlyList<ExcludedCandidate> Excluded, ImmutableArray<Candidate> Candidates,
    ImmutableArray<PersonId> Seated, IReadOnlyDictionary<Region, IReadOnlyList<string>> Alternates);

public static class ReadDraw
{
    /// <summary>All inputs of a draw and its result, recomputable by anybody who has them (V-09).</summary>
    public static Results<Ok<DrawView>, StatusCodeHttpResult, ProblemHttpResult> Handle(
        PanelId panelId, HttpContext http, Caller caller, CaseWrites cases, CaseReads reads, RegistryCore core) =>
        reads.Read(http, cases.Locate(panelId.Value), caller, state => View(core, state.Id, panelId));

    /// <summary>The case as it was at the draw tells who was excluded; later evidence and duties do not change the answer.</summary>
    private static DrawView? View(RegistryCore core, IncidentId incident, PanelId panel)
    {
        Case? before = null;
        foreach (var stored in core.Store.Events.ReadStream(CaseJournal.Stream(incident)))
        {
            var (@event, recorded) = CaseJournal.Definition.Read(stored);
            if (@event is CaseEvent.PanelDrawn drawn && drawn.Panel == panel)
            {
                return View(before!, drawn, recorded.At);
            }

            before = CaseDecider.Evolve(before, @event, recorded);
        }

        return null;
    }

    private static DrawView View(Case before, CaseEvent.PanelDrawn drawn, DateTimeOffset at)
    {
        var (pool, rules) = (before.Pool!, RuleSet.Default.Panel with { Seats = drawn.Size });
        var regions = pool.Candidates.ToDictionary(c => c.Id, c => c.Region);
        return new DrawView(
            drawn.Panel, before.Id, pool.Id, pool.Digest, pool.FrozenAt, at, pool.Sources, drawn.SourceValues, pool.Plans, drawn.Published, drawn.Seed, rules,
            [.. before.ConcernedStates], PanelDraw.Excluded(before, at), pool.Candidates,
            [.. drawn.Seats.Select(s => s.Person)],
            drawn.Alternates.GroupBy(a => regions[a.Value]).OrderBy(g => g.Key)
                .ToDictionary(g => g.Key, g => (IReadOnlyList<string>)[.. g.Select(a => a.Value)]));
    }
}

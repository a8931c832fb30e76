using System.Collections.Immutable;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.Voting;
using AttributionRegistry.Server.Findings;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Incidents;
using AttributionRegistry.Server.Panels;
using AttributionRegistry.Server.People;
using AttributionRegistry.Server.Registry;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AttributionRegistry.Server.Chambers;

/// <summary>A pool to freeze for the appeals chamber, and the seed sources that do not exist yet.</summary>
/// <param name="Candidates">Everybody who may be drawn; each has an account with the role reviewPanelMember.</param>
/// <param name="Sources">At least two, with times and fallbacks (V-06).</param>
public sealed record FreezeChamberPoolRequest(ImmutableArray<Candidate> Candidates, ImmutableArray<SeedSourcePlan> Sources);

public static class FreezeChamberPool
{
    /// <summary>Freezes the pool of the appeals chamber: its digest is in the log before the seed sources exist.</summary>
    public static Task<Results<Created<Written>, ProblemHttpResult>> HandleAsync(
        IncidentId incidentId, Body<FreezeChamberPoolRequest> body, Ask ask, Writes writes, RegistryCore core, CancellationToken cancel)
    {
        var (request, id) = (body.Value, core.Entropy.NewId<PoolId>());
        return writes.CreateAsync(
            ask.With(body),
            new Act(
                session => CaseWrites.Append(session, incidentId, _ => new CaseCommand.FreezeChamberPool(
                    id, request.Candidates, PoolDigest.Of(request.Candidates), request.Sources) { By = ask.By, At = ask.At })
                    ?? Unfit(session, request.Candidates),
                id.Value, CaseJournal.Stream(incidentId)),
            $"/v1/pools/{id}", cancel);
    }

    // Asked only after the case has accepted the pool: whoever may not freeze one does not learn who has which role.
    private static Refusal? Unfit(Session session, ImmutableArray<Candidate> candidates)
    {
        for (var i = 0; i < candidates.Length; i++)
        {
            var person = session.Load(PersonJournal.Definition, PersonJournal.Stream(PersonId.Of(candidates[i].Id)));
            if (person is null || !person.Roles.Contains(Role.ReviewPanelMember) || person.Suspended is not null)
            {
                return Refusal.Invalid("candidate-unfit", "A candidate for the appeals chamber is a person with an account and the role reviewPanelMember.", $"/candidates/{i}/id");
            }
        }

        return null;
    }
}

/// <summary>What the announced sources said.</summary>
public sealed record DrawChamberRequest(PoolId Pool, ImmutableArray<PublishedSource> Published);

public static class DrawChamber
{
    /// <summary>Draws the five members of the appeals chamber by lot. Anyone can repeat the draw from what <c>GET …/chamber/draw</c> answers.</summary>
    public static Task<Results<Created<Written>, ProblemHttpResult>> HandleAsync(
        IncidentId incidentId, Body<DrawChamberRequest> body, Ask ask, CaseWrites cases, RegistryCore core, CancellationToken cancel)
    {
        var id = core.Entropy.NewId<ChamberId>();
        return cases.CreateAsync(
            ask.With(body), incidentId, id.Value, $"/v1/incidents/{incidentId}/chamber",
            (_, _) => new CaseCommand.DrawChamber(id, body.Value.Pool, body.Value.Published) { By = ask.By, At = ask.At }, cancel);
    }
}

/// <summary>A member to take out of the chamber, and why.</summary>
public sealed record RecuseFromChamberRequest(PersonId Member, string Ground);

public static class RecuseFromChamber
{
    /// <summary>Recuses a member of the chamber: oneself, or another by the integrity officer. The alternate of the region moves up.</summary>
    public static Task<Results<Ok<Written>, ProblemHttpResult>> HandleAsync(
        IncidentId incidentId, Body<RecuseFromChamberRequest> body, Ask ask, Writes writes, Publisher publisher, CancellationToken cancel) =>
        writes.ChangeAsync(
            ask.With(body),
            ChamberActs.On(incidentId, body.Value.Member.Value, publisher, _ => new CaseCommand.RecuseFromChamber(body.Value.Member, body.Value.Ground) { By = ask.By, At = ask.At }),
            cancel);
}

/// <summary>An open vote, and why.</summary>
/// <param name="Vote">Yes grants what is asked: the challenge, the appeal, the opening of the mapping.</param>
/// <param name="Reasons">Published with the decision.</param>
public sealed record ChamberVoteRequest(MotionVote Vote, Text Reasons);

public static class VoteInChamber
{
    /// <summary>Votes on a matter before the chamber. Three of five decide; the vote that settles it decides it at once.</summary>
    public static Task<Results<Ok<Written>, ProblemHttpResult>> HandleAsync(
        IncidentId incidentId, string matter, Body<ChamberVoteRequest> body, Ask ask, Writes writes, Publisher publisher, CancellationToken cancel) =>
        writes.ChangeAsync(
            ask.With(body),
            ChamberActs.On(incidentId, matter, publisher, _ => new CaseCommand.VoteInChamber(matter, body.Value.Vote, body.Value.Reasons) { By = ask.By, At = ask.At }),
            cancel);
}

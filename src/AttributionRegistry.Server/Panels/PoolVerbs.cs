using System.Collections.Immutable;
using System.Text.Json;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.Voting;
using AttributionRegistry.Log;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Incidents;
using AttributionRegistry.Server.People;
using AttributionRegistry.Server.Registry;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AttributionRegistry.Server.Panels;

/// <summary>A pool to freeze, and the names of the seed sources that do not exist yet (V-05, V-06).</summary>
/// <param name="Incident">The case that needs a panel.</param>
/// <param name="Candidates">Everybody who may be drawn; each has an account.</param>
/// <param name="Sources">At least two, in the order in which they will make the seed: each with the time by which it speaks, and who stands in for it.</param>
public sealed record FreezePoolRequest(IncidentId Incident, ImmutableArray<Candidate> Candidates, ImmutableArray<SeedSourcePlan> Sources);

public static class FreezePool
{
    /// <summary>Freezes a pool: its digest is in the log before the seed sources exist.</summary>
    public static Task<Results<Created<Written>, ProblemHttpResult>> HandleAsync(
        Body<FreezePoolRequest> body, Ask ask, Writes writes, RegistryCore core, CancellationToken cancel)
    {
        var (request, id) = (body.Value, core.Entropy.NewId<PoolId>());
        return writes.CreateAsync(
            ask.With(body),
            new Act(
                session => CaseWrites.Append(session, request.Incident, _ => new CaseCommand.FreezePool(
                    id, request.Candidates, PoolDigest.Of(request.Candidates), request.Sources) { By = ask.By, At = ask.At })
                    ?? Strangers(session, request.Candidates),
                id.Value, CaseJournal.Stream(request.Incident)),
            $"/v1/pools/{id}", cancel);
    }

    // Asked only after the case has accepted the pool: whoever may not freeze one does not learn who has an account.
    private static Refusal? Strangers(Session session, ImmutableArray<Candidate> candidates)
    {
        for (var i = 0; i < candidates.Length; i++)
        {
            if (session.Load(PersonJournal.Definition, PersonJournal.Stream(PersonId.Of(candidates[i].Id))) is null)
            {
                return Refusal.Invalid("candidate-unknown", "A candidate is a person with an account.", $"/candidates/{i}/id");
            }
        }

        return null;
    }
}

/// <summary>SHA-256 of the canonical list of candidates.</summary>
public static class PoolDigest
{
    public static string Of(ImmutableArray<Candidate> candidates) =>
        Sha256Hex.Of(CanonicalJson.CanonicalizeIntegers(JsonSerializer.SerializeToUtf8Bytes(candidates, ApiJson.Options)));
}

/// <summary>A frozen pool.</summary>
/// <param name="Id">The pool.</param>
/// <param name="Incident">The case it was frozen for.</param>
/// <param name="Digest">SHA-256 of the canonical JSON of <c>candidates</c>, hex.</param>
/// <param name="Sources">The announced seed sources, with their times and fallbacks.</param>
/// <param name="FrozenAt">When it was frozen.</param>
/// <param name="Candidates">Everybody in it.</param>
public sealed record PoolView(
    PoolId Id, IncidentId Incident, string Digest, ImmutableArray<SeedSourcePlan> Sources, DateTimeOffset FrozenAt, ImmutableArray<Candidate> Candidates);

public static class ReadPool
{
    /// <summary>A frozen pool, for those who work on its case.</summary>
    public static Results<Ok<PoolView>, StatusCodeHttpResult, ProblemHttpResult> Handle(
        PoolId poolId, HttpContext http, Caller caller, CaseWrites cases, CaseReads reads) =>
        reads.Read(http, cases.Locate(poolId.Value), caller, state => new[] { state.Pool, state.ChamberPool }.FirstOrDefault(p => p?.Id == poolId) is { } pool
            ? new PoolView(pool.Id, state.Id, pool.Digest, pool.Plans, pool.FrozenAt, pool.Candidates)
            : null);
}

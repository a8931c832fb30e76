using System.Collections.Immutable;
using System.Text.Json;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Log;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Incidents;
using AttributionRegistry.Server.Registry;
using AttributionRegistry.Storage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AttributionRegistry.Server.Evidence;

/// <summary>Several items at once.</summary>
/// <param name="Items">1 to 100 descriptions.</param>
/// <param name="DryRun">True: nothing is recorded, the answer says what would be.</param>
public sealed record BulkEvidenceRequest(ImmutableArray<EvidenceDescription> Items, bool DryRun = false);

/// <summary>Why one item was refused; the pointer starts at the item.</summary>
public sealed record BulkProblem(string Code, string Detail, string? Pointer);

/// <summary>What became of one item.</summary>
/// <param name="Index">Its place in the request, from 0.</param>
/// <param name="Status">201, or the status with which it would have been refused alone.</param>
/// <param name="Id">The new item; null when it was refused, and in a dry run.</param>
/// <param name="Problem">Null when it was taken.</param>
public sealed record BulkItemResult(int Index, int Status, EvidenceId? Id = null, BulkProblem? Problem = null);

/// <summary>What became of a bulk submission. Those taken are one act with one receipt.</summary>
/// <param name="DryRun">True: nothing was recorded.</param>
/// <param name="Results">One for each item, in order.</param>
/// <param name="Etag">The case's entity tag after the act; null when nothing was recorded.</param>
/// <param name="Receipt">Proof of the act, by its first item; null when nothing was recorded.</param>
public sealed record BulkEvidenceResult(bool DryRun, IReadOnlyList<BulkItemResult> Results, string? Etag = null, Receipt? Receipt = null);

public static class SubmitBulk
{
    private const int MaxItems = 100;

    /// <summary>
    /// Describes up to 100 items in one act. Each is decided for itself: those refused are named with the reason, the others go in
    /// together, with one receipt. A dry run records nothing and says what would happen.
    /// </summary>
    public static async Task<Results<Ok<BulkEvidenceResult>, ProblemHttpResult>> HandleAsync(
        IncidentId incidentId, Body<BulkEvidenceRequest> body, Ask ask, RegistryCore core, CancellationToken cancel)
    {
        var (items, dryRun) = (body.Value.Items, body.Value.DryRun);
        if (items.IsDefaultOrEmpty || items.Length > MaxItems)
        {
            return Problems.Of(
                StatusCodes.Status422UnprocessableEntity, EvidenceProblems.BulkSize, $"A bulk submission has 1 to {MaxItems} items.",
                new ProblemError("/items", EvidenceProblems.BulkSize, $"1 to {MaxItems} items."));
        }

        ask = ask.With(body);
        var caller = ask.By.Id.Value;
        if (ask.Key is { } key && core.Store.Events.FindIdempotency(caller, key) is { } known)
        {
            return Repeat(core, body.Sha256, known);
        }

        var ids = items.Select(_ => core.Entropy.NewId<EvidenceId>()).ToArray(); // Before the first attempt: a repeated one keeps them.
        IReadOnlyList<BulkItemResult> results = [];
        Refusal? DecideAll(Session session) =>
            session.Load(CaseJournal.Definition, CaseJournal.Stream(incidentId))?.MaySee(ask.By) == true
                ? Keep(results = [.. items.Select((item, i) => Decide(session, incidentId, ask, ids[i], item, i))])
                : CaseWrites.NoSuchThing;

        var rehearsal = new Session(core, ask.By, ask.At, core.Policy);
        if (DecideAll(rehearsal) is { } hidden)
        {
            return hidden.ToProblem();
        }

        if (dryRun || rehearsal.IsEmpty)
        {
            return TypedResults.Ok(new BulkEvidenceResult(dryRun, dryRun ? [.. results.Select(r => r with { Id = null })] : results));
        }

        var outcome = await core.RunAsync(
            ask.By, ask.At, DecideAll,
            ask.Key is null ? null : session => new IdempotencyRow(
                caller, ask.Key, body.Sha256, StatusCodes.Status200OK, null, TagOf(session), JsonSerializer.Serialize(results, ApiJson.Options), null, ask.At),
            cancel, ask.Authorship);
        return outcome switch
        {
            Outcome.Done done => TypedResults.Ok(new BulkEvidenceResult(false, results, TagOf(done.Session), done.Receipt)),
            Outcome.Refused({ Code: "idempotency-in-flight" }) when core.Store.Events.FindIdempotency(caller, ask.Key!) is { } raced => Repeat(core, body.Sha256, raced),
            Outcome.Refused(var refusal) => refusal.ToProblem(),
            _ => throw new InvalidOperationException("An outcome is done or refused."),
        };

        string TagOf(Session session) => Precondition.ETag(session.VersionOf(CaseJournal.Stream(incidentId)));
        static Refusal? Keep(IReadOnlyList<BulkItemResult> _) => null;
    }

    private static BulkItemResult Decide(Session session, IncidentId incident, Ask ask, EvidenceId id, EvidenceDescription item, int index) =>
        CaseWrites.Append(session, incident, state => WriteEvidence.Submission(state, id, item, ask)) is { } refusal
            ? new BulkItemResult(index, Problems.StatusOf(refusal.Kind), Problem: new BulkProblem(refusal.Code, refusal.Message, refusal.Pointer))
            : new BulkItemResult(index, StatusCodes.Status201Created, id);

    private static Results<Ok<BulkEvidenceResult>, ProblemHttpResult> Repeat(RegistryCore core, string requestSha256, IdempotencyRow row) =>
        row.RequestHash == requestSha256
            ? TypedResults.Ok(new BulkEvidenceResult(
                false, JsonSerializer.Deserialize<IReadOnlyList<BulkItemResult>>(row.Body!, ApiJson.Options)!, row.ETag, core.ReceiptOf(row.LeafIndex!.Value)))
            : Problems.Of(
                StatusCodes.Status422UnprocessableEntity, ProblemCodes.IdempotencyKeyReused,
                "This Idempotency-Key was used for another request. Use a new key for a new request.");
}

using AttributionRegistry.Domain;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Storage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AttributionRegistry.Server.Registry;

/// <summary>What a verb hands to <see cref="Writes"/>: the work, and how a success is answered.</summary>
/// <param name="Work">Appends decisions to the session, or returns the refusal.</param>
/// <param name="Id">The id the answer names.</param>
/// <param name="Stream">The record whose version becomes the ETag.</param>
/// <param name="Location">Where the new thing is read; null for a change (200).</param>
public sealed record Act(Func<Session, Refusal?> Work, string Id, string Stream, string? Location = null)
{
    /// <summary>Says after the work whether the act now waits for a second person.</summary>
    public Func<Session, PendingNote?>? Pending { get; init; }
}

/// <summary>Runs the writes of the API and answers them: receipts, locations, entity tags, idempotent repeats.</summary>
public sealed class Writes(RegistryCore core)
{
    public async Task<Results<Created<Written>, Ok<Written>, Accepted<Written>, ProblemHttpResult>> RunAsync(Ask ask, Act act, CancellationToken cancel)
    {
        var caller = ask.By.Id.Value;
        if (ask.Key is { } key && core.Store.Events.FindIdempotency(caller, key) is { } known)
        {
            return Repeat(ask, known);
        }

        PendingNote? pending = null;
        var outcome = await core.RunAsync(
            ask.By, ask.At,
            session =>
            {
                if (act.Work(session) is { } refusal)
                {
                    return refusal;
                }

                pending = act.Pending?.Invoke(session);
                return null;
            },
            ask.Key is null || ask.RequestSha256 is null ? null : session => new IdempotencyRow(
                caller, ask.Key, ask.RequestSha256, StatusOf(act, pending), act.Location, Precondition.ETag(session.VersionOf(act.Stream)),
                act.Id, null, ask.At),
            cancel);
        switch (outcome)
        {
            case Outcome.Done done:
                return Answer(ask, StatusOf(act, pending), act.Location, new Written(act.Id, Precondition.ETag(done.Session.VersionOf(act.Stream)), done.Receipt, pending));
            case Outcome.Refused(var refusal) when refusal.Code == "idempotency-in-flight" && core.Store.Events.FindIdempotency(caller, ask.Key!) is { } raced:
                return Repeat(ask, raced);
            case Outcome.Refused(var refusal):
                return refusal.ToProblem();
            default:
                throw new InvalidOperationException("An outcome is done or refused.");
        }
    }

    private static int StatusOf(Act act, PendingNote? pending) =>
        pending is not null ? StatusCodes.Status202Accepted : act.Location is null ? StatusCodes.Status200OK : StatusCodes.Status201Created;

    private Results<Created<Written>, Ok<Written>, Accepted<Written>, ProblemHttpResult> Repeat(Ask ask, IdempotencyRow row)
    {
        if (row.RequestHash != ask.RequestSha256)
        {
            return Problems.Of(
                StatusCodes.Status422UnprocessableEntity, ProblemCodes.IdempotencyKeyReused,
                "This Idempotency-Key was used for another request. Use a new key for a new request.");
        }

        var receipt = core.ReceiptOf(row.LeafIndex!.Value)!;
        return Answer(ask, row.Status, row.Location, new Written(row.Body!, row.ETag!, receipt));
    }

    private static Results<Created<Written>, Ok<Written>, Accepted<Written>, ProblemHttpResult> Answer(Ask ask, int status, string? location, Written written)
    {
        ask.Http!.Response.Headers.ETag = written.ETag;
        return status switch
        {
            StatusCodes.Status201Created => TypedResults.Created(location, written),
            StatusCodes.Status202Accepted => TypedResults.Accepted(location, written),
            _ => TypedResults.Ok(written),
        };
    }
}

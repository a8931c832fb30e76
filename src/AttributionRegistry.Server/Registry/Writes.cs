using AttributionRegistry.Domain;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Storage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AttributionRegistry.Server.Registry;

/// <summary>What a verb hands to <see cref="Writes"/>: the work, and what the answer names.</summary>
/// <param name="Work">Appends decisions to the session, or returns the refusal. May run several times.</param>
/// <param name="Id">The id the answer names.</param>
/// <param name="Stream">The record whose version becomes the ETag.</param>
public sealed record Act(Func<Session, Refusal?> Work, string Id, string Stream)
{
    /// <summary>Says after the work whether the act now waits for a second person.</summary>
    public Func<Session, PendingNote?>? Pending { get; init; }

    /// <summary>The entity tag of the answer, where the version of the stream would tell what the caller may not know.</summary>
    public Func<Session, string>? ETag { get; init; }

    /// <summary>The leaf of the earlier act, for work that found nothing left to do; without it the record's last leaf is proven.</summary>
    public Func<long?>? EarlierLeaf { get; init; }

    internal string ETagOf(Session session) => ETag?.Invoke(session) ?? Precondition.ETag(session.VersionOf(Stream));
}

/// <summary>Runs the writes of the API and answers them: receipts, locations, entity tags, idempotent repeats.</summary>
public sealed class Writes(RegistryCore core)
{
    /// <summary>For what makes a new thing: 201 with Location.</summary>
    public async Task<Results<Created<Written>, ProblemHttpResult>> CreateAsync(Ask ask, Act act, string location, CancellationToken cancel) =>
        await RunAsync(ask, act, StatusCodes.Status201Created, location, cancel) switch
        {
            (null, var (_, written, at)) => TypedResults.Created(at, written),
            (var problem, _) => problem!,
        };

    /// <summary>For what changes a thing: 200.</summary>
    public async Task<Results<Ok<Written>, ProblemHttpResult>> ChangeAsync(Ask ask, Act act, CancellationToken cancel) =>
        await RunAsync(ask, act, StatusCodes.Status200OK, null, cancel) switch
        {
            (null, var (_, written, _)) => TypedResults.Ok(written),
            (var problem, _) => problem!,
        };

    /// <summary>For what may need a second person: 202 while it waits for them, 200 once it has taken effect.</summary>
    public async Task<Results<Ok<Written>, Accepted<Written>, ProblemHttpResult>> ProposeAsync(Ask ask, Act act, CancellationToken cancel) =>
        await RunAsync(ask, act, StatusCodes.Status200OK, null, cancel) switch
        {
            (null, (StatusCodes.Status202Accepted, var written, _)) => TypedResults.Accepted((string?)null, written),
            (null, var (_, written, _)) => TypedResults.Ok(written),
            (var problem, _) => problem!,
        };

    private async Task<(ProblemHttpResult? Problem, (int Status, Written Written, string? Location) Answer)> RunAsync(
        Ask ask, Act act, int status, string? location, CancellationToken cancel)
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
                var refusal = act.Work(session);
                pending = refusal is null ? act.Pending?.Invoke(session) : null;
                return refusal;
            },
            ask.Key is null || ask.RequestSha256 is null ? null : session => new IdempotencyRow(
                caller, ask.Key, ask.RequestSha256, Status(), location, act.ETagOf(session), act.Id, null, ask.At),
            cancel, ask.Authorship);
        switch (outcome)
        {
            case Outcome.Done done:
                var earlier = done.Session.IsEmpty ? act.EarlierLeaf?.Invoke() : null;
                var receipt = earlier is { } leaf ? core.ReceiptOf(leaf)! : done.Receipt;
                var written = new Written(act.Id, act.ETagOf(done.Session), receipt, pending);
                return Answer(ask, Status(), written, location);
            case Outcome.Refused(var refusal) when refusal.Code == "idempotency-in-flight" && core.Store.Events.FindIdempotency(caller, ask.Key!) is { } raced:
                return Repeat(ask, raced);
            case Outcome.Refused(var refusal):
                return (refusal.ToProblem(), default);
            default:
                throw new InvalidOperationException("An outcome is done or refused.");
        }

        int Status() => pending is null ? status : StatusCodes.Status202Accepted;
    }

    private (ProblemHttpResult? Problem, (int Status, Written Written, string? Location) Answer) Repeat(Ask ask, IdempotencyRow row) =>
        row.RequestHash == ask.RequestSha256
            ? Answer(ask, row.Status, new Written(row.Body!, row.ETag!, core.ReceiptOf(row.LeafIndex!.Value)!), row.Location)
            : (Problems.Of(
                StatusCodes.Status422UnprocessableEntity, ProblemCodes.IdempotencyKeyReused,
                "This Idempotency-Key was used for another request. Use a new key for a new request."), default);

    private static (ProblemHttpResult? Problem, (int Status, Written Written, string? Location) Answer) Answer(
        Ask ask, int status, Written written, string? location)
    {
        ask.Http!.Response.Headers.ETag = written.Etag;
        return (null, (status, written, location));
    }
}

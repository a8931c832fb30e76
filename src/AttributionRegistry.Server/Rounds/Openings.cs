using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Rounds;
using AttributionRegistry.Log;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Registry;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AttributionRegistry.Server.Rounds;

/// <summary>The opening of one's own sealed ballot.</summary>
/// <param name="BallotKeyId">The member's ballot key.</param>
/// <param name="Ballot">The exact canonical bytes, base64url.</param>
/// <param name="Salt">The 32 bytes of salt, base64url.</param>
public sealed record OpeningRequest(string BallotKeyId, string Ballot, string Salt);

public static class OpenBallot
{
    /// <summary>Opens one's ballot. It is shown to nobody before the reveal window has closed (V-54); a wrong opening may be tried again (V-53).</summary>
    public static Task<Results<Created<Written>, ProblemHttpResult>> HandleAsync(
        RoundId roundId, Body<OpeningRequest> body, Ask ask, Writes writes, RoundActs acts, CancellationToken cancel)
    {
        var request = body.Value;
        return writes.CreateAsync(
            ask.With(body),
            acts.On(
                roundId, request.BallotKeyId,
                (session, _, round) => Open(session, roundId, round, request),
                earlier: e => e is RoundEvent.BallotOpened { Opening: var there } && there.BallotKeyId == request.BallotKeyId),
            $"/v1/rounds/{roundId}/openings", cancel);
    }

    private static Refusal? Open(Session session, RoundId id, Round round, OpeningRequest request)
    {
        var (ballot, salt) = (RoundRecord.BytesOf(request.Ballot), RoundRecord.BytesOf(request.Salt));
        var reproduces = RoundRecord.Reproduces(round, request.BallotKeyId, ballot, salt);
        return RoundActs.Decide(session, id, round, new RoundCommand.OpenBallot(request.BallotKeyId, request.Ballot, request.Salt, reproduces)
        {
            By = session.By.Id,
            At = session.At,
            ReadAnswers = RoundRecord.AnswersOf,
        }) ?? RoundRecord.FaultOf(round, request.BallotKeyId, ballot!);
    }
}

/// <summary>An opened ballot as anybody can check it against its commitment.</summary>
public sealed record OpeningView(string BallotKeyId, string Ballot, string Salt);

/// <summary>The openings of a round, sorted by ballot key.</summary>
public sealed record OpeningsView(IReadOnlyList<OpeningView> Openings);

public static class ReadOpenings
{
    /// <summary>
    /// All openings, once the reveal window has closed and nothing is left for scrutineers to open; before that, nothing to nobody (V-54). Ballots of an indicative round are
    /// never shown to others; a member reads back their own (V-76).
    /// </summary>
    public static Results<Ok<OpeningsView>, StatusCodeHttpResult, ProblemHttpResult> Handle(
        RoundId roundId, HttpContext http, Caller caller, RoundReads reads, TimeProvider clock) =>
        reads.Once(
            http, roundId, caller,
            round => round.IsEscrowPending(clock.GetUtcNow()) && round.IsRevealOver(clock.GetUtcNow())
                ? Refusal.Conflict("escrow-pending", "Openings are shown once the scrutineers have opened what members did not, or their time is over (V-56).")
            : round.IsRevealOverForGood(clock.GetUtcNow(), RoundRecord.AnswersOf)
                ? null
                : Refusal.Conflict("reveal-window-open", "Openings are shown once the reveal window has closed (V-54)."),
            round => new OpeningsView(
            [
                .. round.Openings.Where(o => round.Binding || o.BallotKeyId == round.VoterOf(caller.Id)?.BallotKeyId)
                    .OrderBy(o => o.BallotKeyId, StringComparer.Ordinal).Select(o => new OpeningView(o.BallotKeyId, o.Ballot, o.Salt)),
            ]));
}

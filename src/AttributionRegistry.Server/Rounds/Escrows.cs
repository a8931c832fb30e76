using System.Collections.Immutable;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.Rounds;
using AttributionRegistry.Log;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Registry;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AttributionRegistry.Server.Rounds;

/// <summary>The caller's own share of a ballot, as the member boxed it.</summary>
public sealed record BoxedShareView(string Ephemeral, string Box);

/// <summary>A ballot that its member did not open.</summary>
/// <param name="BallotKeyId">The ballot.</param>
/// <param name="Commitment">Its commitment, hex; the share's box is bound to it.</param>
/// <param name="Share">The caller's share; null for who has none.</param>
/// <param name="Released">Whether the caller has released it.</param>
public sealed record PendingBallotView(string BallotKeyId, string Commitment, BoxedShareView? Share, bool Released);

/// <summary>What the scrutineers of a round can still open.</summary>
/// <param name="Threshold">How many shares open a ballot.</param>
/// <param name="Closes">Until when.</param>
/// <param name="KeyId">The caller's escrow key in this round; null for who has none.</param>
/// <param name="Pending">The ballots, by ballot key.</param>
public sealed record PendingEscrowView(int Threshold, DateTimeOffset Closes, string? KeyId, IReadOnlyList<PendingBallotView> Pending);

public static class ReadEscrow
{
    /// <summary>
    /// The ballots that nobody opened, each with the caller's own share: for the round's scrutineers once the reveal window has closed,
    /// and without shares for the auditor. For everybody else there is nothing here.
    /// </summary>
    public static Results<Ok<PendingEscrowView>, StatusCodeHttpResult, ProblemHttpResult> Handle(
        RoundId roundId, HttpContext http, Caller caller, RoundReads reads, TimeProvider clock) =>
        reads.Find(roundId) is var (state, round) && MaySee(state, round, caller)
            ? RoundDecider.EscrowNotOpen(round, Instant.Whole(clock.GetUtcNow()), RoundRecord.AnswersOf) is { } refusal
                ? refusal.ToProblem()
                : RoundReads.Answer(http, Of(round, caller.Id))
            : Problems.NotFound();

    internal static bool IsScrutineer(Round round, PersonId person) => round.Escrow?.NumberOf(person) is not null;

    private static bool MaySee(Case state, Round round, Caller caller) =>
        round.Escrow is not null && (IsScrutineer(round, caller.Id) || state.Is(caller, Role.Auditor));

    private static PendingEscrowView Of(Round round, PersonId viewer)
    {
        var number = round.Escrow!.NumberOf(viewer);
        return new PendingEscrowView(
            RoundEscrow.Threshold, round.EscrowCloses!.Value, number is { } mine ? round.Escrow.Scrutineers[mine - 1].KeyId : null,
            [
                .. round.PendingEscrows.OrderBy(p => p.Envelope.BallotKeyId, StringComparer.Ordinal).Select(p => new PendingBallotView(
                    p.Envelope.BallotKeyId, p.Envelope.Commitment,
                    number is { } n ? new BoxedShareView(p.Deposit.Shares[n - 1].Ephemeral, p.Deposit.Shares[n - 1].Box) : null,
                    round.SharesOf(p.Envelope.BallotKeyId).Any(s => s.Number == number))),
            ]);
    }
}

/// <summary>A share that a scrutineer opened with their escrow key.</summary>
/// <param name="BallotKeyId">The ballot.</param>
/// <param name="Share">33 bytes, base64url.</param>
public sealed record ReleasedShareBody(string BallotKeyId, string Share);

/// <summary>Shares to release.</summary>
public sealed record ReleaseRequest(IReadOnlyList<ReleasedShareBody> Shares);

public static class ReleaseShares
{
    /// <summary>
    /// Releases one's shares of ballots that nobody opened. The third share of a ballot opens it, as if its member had; what cannot be
    /// opened stays unrevealed (V-55, V-56).
    /// </summary>
    public static Task<Results<Created<Written>, ProblemHttpResult>> HandleAsync(
        RoundId roundId, Body<ReleaseRequest> body, Ask ask, Writes writes, RoundActs acts, CancellationToken cancel)
    {
        ImmutableArray<ReleasedShare> shares = [.. body.Value.Shares.Select(s => new ReleasedShare(s.BallotKeyId, s.Share))];
        return writes.CreateAsync(
            ask.With(body),
            acts.On(
                roundId, roundId.Value,
                (session, _, round) => RoundActs.Decide(session, roundId, round, new RoundCommand.ReleaseShares(
                    shares, EscrowRecord.IsShare, (pending, held) => EscrowRecord.Recover(round, pending, held))
                {
                    By = ask.By.Id,
                    At = ask.At,
                    ReadAnswers = RoundRecord.AnswersOf,
                }),
                earlierBy: (e, by) => e is RoundEvent.SharesReleased && by == ask.By.Id,
                sees: (_, round, caller) => ReadEscrow.IsScrutineer(round, caller.Id)),
            $"/v1/rounds/{roundId}/escrow", cancel);
    }
}

/// <summary>The bytes behind an escrow, as every verifier computes them.</summary>
public static class EscrowRecord
{
    /// <summary>Whether a share is what the member boxed under this number.</summary>
    public static bool IsShare(EscrowBox box, int number, string share)
    {
        ArgumentNullException.ThrowIfNull(box);
        return RoundRecord.BytesOf(share) is { } bytes && BallotEscrow.IsShare(bytes, box.Digest, number);
    }

    /// <summary>The ballot in escrow, held to all that an opening by its member is held to (V-53); null when it is none.</summary>
    public static RecoveredBallot? Recover(Round round, PendingEscrow pending, IReadOnlyList<HeldShare> held)
    {
        ArgumentNullException.ThrowIfNull(pending);
        ArgumentNullException.ThrowIfNull(held);
        var statement = EscrowBody.Of(pending.Deposit).ToStatement();
        return BallotEscrow.Open(statement, B64Url.Decode(pending.Deposit.Ciphertext), [.. held.Select(h => B64Url.Decode(h.Share))]) is var (ballot, salt) &&
            RoundRecord.FaultOf(round, pending.Envelope.BallotKeyId, ballot) is null
                ? new RecoveredBallot(B64Url.Encode(ballot), B64Url.Encode(salt))
                : null;
    }
}

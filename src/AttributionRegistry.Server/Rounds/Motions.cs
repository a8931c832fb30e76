using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.Rounds;
using AttributionRegistry.Domain.Voting;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Incidents;
using AttributionRegistry.Server.Registry;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AttributionRegistry.Server.Rounds;

/// <summary>A procedural motion (V-42, V-46, V-48).</summary>
/// <param name="Kind">More time to commit, more time to reveal, or another round.</param>
/// <param name="Reasons">Why.</param>
/// <param name="Seconds">By how much the window would be extended: at most its own length, and 7 days. None for another round.</param>
public sealed record MotionRequest(MotionKind Kind, Text Reasons, long? Seconds = null);

public static class RaiseMotion
{
    /// <summary>Moves that a window be extended, once, before it closes, or that another round be held after one that attributed nothing.</summary>
    public static Task<Results<Created<Written>, ProblemHttpResult>> HandleAsync(
        RoundId roundId, Body<MotionRequest> body, Ask ask, Writes writes, RoundActs acts, RegistryCore core, CancellationToken cancel)
    {
        var id = core.Entropy.NewId<MotionId>();
        return writes.CreateAsync(
            ask.With(body),
            acts.On(roundId, id.Value, (session, state, round) => RoundActs.Decide(
                session, roundId, round, new RoundCommand.RaiseMotion(id, body.Value.Kind, body.Value.Seconds, body.Value.Reasons, IsSettled(session, state, round))
                {
                    By = ask.By.Id,
                    At = ask.At,
                })),
            $"/v1/rounds/{roundId}/motions", cancel);
    }

    // V-46: compared with the round before it, where that was held with the same panel.
    private static bool IsSettled(Session session, Case state, Round round)
    {
        if (round.Result is null || state.Rounds.Where(r => r.Number == round.Number - 1 && r.OpenedAt >= state.Panel?.DrawnAt).LastOrDefault() is not { } before)
        {
            return false;
        }

        return session.Load(RoundJournal.Definition, RoundJournal.Stream(before.Id)) is { Result: not null } earlier &&
            Domain.Voting.Rounds.MayStopEarly(earlier.ToTallyInput(RoundRecord.AnswersOf), round.ToTallyInput(RoundRecord.AnswersOf));
    }
}

/// <summary>A vote on a motion.</summary>
public sealed record MotionVoteRequest(MotionVote Vote);

public static class VoteOnMotion
{
    /// <summary>Votes on a motion; the last vote stands. It is decided at once when the votes still missing cannot change it.</summary>
    public static Task<Results<Ok<Written>, ProblemHttpResult>> HandleAsync(
        RoundId roundId, MotionId motionId, Body<MotionVoteRequest> body, Ask ask, Writes writes, RoundActs acts, CancellationToken cancel) =>
        writes.ChangeAsync(
            ask.With(body),
            acts.On(roundId, motionId.Value, (session, state, round) => Motions.Decide(
                session, state, roundId, motionId, new RoundCommand.VoteOnMotion(motionId, body.Value.Vote) { By = ask.By.Id, At = ask.At })),
            cancel);
}

public static class DecideMotion
{
    private static readonly Refusal ChairOnly = Refusal.Forbidden("role-required", "This needs the role chair in this case.");

    /// <summary>Closes the vote on a motion that has its quorum: more than half of the panel. More yes than no carries; the chair has no casting vote.</summary>
    public static Task<Results<Ok<Written>, ProblemHttpResult>> HandleAsync(
        RoundId roundId, MotionId motionId, NoBody body, Ask ask, Writes writes, RoundActs acts, CancellationToken cancel) =>
        writes.ChangeAsync(
            ask.With(body),
            acts.On(roundId, motionId.Value, (session, state, round) => state.Is(ask.By, Role.Chair)
                ? Motions.Decide(session, state, roundId, motionId, new RoundCommand.DecideMotion(motionId) { By = ask.By.Id, At = ask.At })
                : ChairOnly),
            cancel);
}

internal static class Motions
{
    /// <summary>Decides a command on a motion; a carried motion for another round takes the case back to the vote in the same act.</summary>
    internal static Refusal? Decide(Session session, Case state, RoundId id, MotionId motion, RoundCommand command)
    {
        var stream = RoundJournal.Stream(id);
        var before = session.Load(RoundJournal.Definition, stream)!;
        if (RoundActs.Decide(session, id, before, command) is { } refusal)
        {
            return refusal;
        }

        return session.Load(RoundJournal.Definition, stream)!.MotionOf(motion) is { Kind: MotionKind.FurtherRound, Outcome: MotionOutcome.Carried }
            ? CaseWrites.Append(session, state.Id, _ => new CaseCommand.VoteAgain(id) { By = session.By, At = session.At })
            : null;
    }
}

/// <summary>A motion as the panel sees it. How others voted is shown once it is decided.</summary>
/// <param name="Id">The motion.</param>
/// <param name="Kind">What it asks for.</param>
/// <param name="Seconds">By how much a window would be extended; null for another round.</param>
/// <param name="Reasons">Why.</param>
/// <param name="By">Who moved it.</param>
/// <param name="At">When.</param>
/// <param name="Outcome">Carried or failed; null while it is open.</param>
/// <param name="DecidedAt">When it was decided.</param>
/// <param name="Lapsed">Whether its window closed before it was decided; then it is void.</param>
/// <param name="Yes">Votes for it, once decided.</param>
/// <param name="No">Votes against it, once decided.</param>
/// <param name="Abstain">Abstentions, once decided.</param>
/// <param name="Mine">The caller's own vote.</param>
public sealed record MotionView(
    MotionId Id, MotionKind Kind, long? Seconds, Text Reasons, PersonId By, DateTimeOffset At, MotionOutcome? Outcome, DateTimeOffset? DecidedAt, bool Lapsed,
    int? Yes, int? No, int? Abstain, MotionVote? Mine)
{
    public static MotionView Of(Round round, ProceduralMotion motion, PersonId viewer, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(round);
        ArgumentNullException.ThrowIfNull(motion);
        return new MotionView(
            motion.Id, motion.Kind, motion.Seconds, motion.Reasons, motion.By, motion.At, motion.Outcome, motion.DecidedAt, round.HasLapsed(motion, now),
            Number(MotionVote.Yes), Number(MotionVote.No), Number(MotionVote.Abstain), motion.Votes.TryGetValue(viewer, out var mine) ? mine : null);

        int? Number(MotionVote vote) => motion.Outcome is null ? null : motion.Votes.Values.Count(each => each == vote);
    }
}

/// <summary>All motions of a round, in the order in which they were moved.</summary>
public sealed record MotionsView(IReadOnlyList<MotionView> Motions);

public static class ReadMotions
{
    /// <summary>The motions of a round, for its voters and the officers who watch over it.</summary>
    public static Results<Ok<MotionsView>, StatusCodeHttpResult, ProblemHttpResult> Handle(
        RoundId roundId, HttpContext http, Caller caller, RoundReads reads, TimeProvider clock) =>
        reads.Once(
            http, roundId, caller, _ => null,
            round => new MotionsView([.. round.Motions.Select(m => MotionView.Of(round, m, caller.Id, clock.GetUtcNow()))]));
}

public static class Acknowledge
{
    /// <summary>Says that one has read the strongest contrary argument of a binding round; before that no ballot of yours is taken (V-45).</summary>
    public static Task<Results<Ok<Written>, ProblemHttpResult>> HandleAsync(
        RoundId roundId, NoBody body, Ask ask, Writes writes, RoundActs acts, CancellationToken cancel) =>
        writes.ChangeAsync(
            ask.With(body),
            acts.On(
                roundId, roundId.Value,
                (session, _, round) => RoundActs.Decide(session, roundId, round, new RoundCommand.AcknowledgeContraryArgument { By = ask.By.Id, At = ask.At }),
                earlierBy: (e, by) => e is RoundEvent.ContraryArgumentAcknowledged && by == ask.By.Id),
            cancel);
}

using System.Collections.Immutable;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.Voting;

namespace AttributionRegistry.Domain.Rounds;

/// <summary>What a procedural motion asks for (V-42).</summary>
public enum MotionKind
{
    /// <summary>More time to hand in sealed ballots; the reveal window moves by as much (V-48).</summary>
    ExtendCommit,

    /// <summary>More time to open ballots (V-48).</summary>
    ExtendReveal,

    /// <summary>Another round after one that attributed nothing (V-46).</summary>
    FurtherRound,
}

/// <summary>A procedural motion of the panel: votes are open, and the last one of a member stands.</summary>
/// <param name="Id">The motion.</param>
/// <param name="Kind">What it asks for.</param>
/// <param name="Seconds">By how much a window would be extended; null for another round.</param>
/// <param name="Reasons">Why.</param>
/// <param name="By">Who moved it.</param>
/// <param name="At">When.</param>
public sealed record ProceduralMotion(MotionId Id, MotionKind Kind, long? Seconds, Text Reasons, PersonId By, DateTimeOffset At)
{
    public ImmutableDictionary<PersonId, MotionVote> Votes { get; init; } = ImmutableDictionary<PersonId, MotionVote>.Empty;

    public MotionOutcome? Outcome { get; init; }

    public DateTimeOffset? DecidedAt { get; init; }
}

public abstract partial record RoundCommand
{
    /// <summary>Moves that a window be extended, or that another round be held.</summary>
    /// <param name="Id">The motion.</param>
    /// <param name="Kind">What it asks for.</param>
    /// <param name="Seconds">By how much, for an extension.</param>
    /// <param name="Reasons">Why.</param>
    /// <param name="Settled">Whether nothing moved between the indicative round and this one: then the rounds stop (V-46).</param>
    public sealed record RaiseMotion(MotionId Id, MotionKind Kind, long? Seconds, Text Reasons, bool Settled = false) : RoundCommand;

    /// <summary>Votes on a motion. It is decided at once when the votes still missing cannot change it.</summary>
    public sealed record VoteOnMotion(MotionId Motion, MotionVote Vote) : RoundCommand;

    /// <summary>Closes the vote on a motion that has its quorum (V-42).</summary>
    public sealed record DecideMotion(MotionId Motion) : RoundCommand;

    /// <summary>Says that one has read the strongest contrary argument; before that no ballot of the round is taken (V-45).</summary>
    public sealed record AcknowledgeContraryArgument : RoundCommand;

    /// <summary>Extends the reveal window once for ballots that were not opened, if they alone are missing for a quorum (V-49).</summary>
    public sealed record ExtendForUnrevealed(Func<string, IReadOnlyDictionary<string, Answer>> ReadAnswers) : RoundCommand;
}

public abstract partial record RoundEvent
{
    public sealed record MotionRaised(MotionId Motion, MotionKind Kind, long? Seconds, Text Reasons) : RoundEvent;

    public sealed record MotionVoted(MotionId Motion, MotionVote Vote) : RoundEvent;

    public sealed record MotionDecided(MotionId Motion, MotionOutcome Outcome) : RoundEvent;

    /// <summary>A window closes later, for all members alike. <c>Motion</c> is null for the one automatic extension (V-49).</summary>
    public sealed record WindowExtended(bool Reveal, long Seconds, MotionId? Motion) : RoundEvent;

    public sealed record ContraryArgumentAcknowledged : RoundEvent;
}

public static partial class RoundDecider
{
    private static Decision<RoundEvent> RaiseMotion(Round state, RoundCommand.RaiseMotion c)
    {
        if (state.VoterOf(c.By) is null)
        {
            return NoSuchRound;
        }

        if (c.Reasons.IsBlank)
        {
            return Refusal.Invalid("reasons-missing", "A motion has reasons.", "/reasons/value");
        }

        if (state.Motions.Any(m => m.Kind == c.Kind && m.Outcome is null && !state.HasLapsed(m, c.At)))
        {
            return Refusal.Conflict("motion-pending", "The panel is voting on such a motion already.", "/kind");
        }

        return MotionFault(state, c.Kind, c.Seconds, c.Settled, c.At) is { } fault ? fault : new RoundEvent.MotionRaised(c.Id, c.Kind, c.Seconds, c.Reasons);
    }

    private static Refusal? MotionFault(Round state, MotionKind kind, long? seconds, bool settled, DateTimeOffset at)
    {
        if (kind == MotionKind.FurtherRound)
        {
            return seconds is not null ? Refusal.Invalid("extension-not-asked-for", "A motion for another round extends no window.", "/seconds")
                : state.Result is not { } result ? Refusal.Conflict("round-not-counted", "Whether another round follows is asked after the count.")
                : !state.Binding ? Refusal.Conflict("round-not-binding", "After an indicative round the binding one follows without a motion.")
                : settled ? Refusal.Conflict("round-settled", "Nobody supports anything else than in the indicative round and no median has moved: the rounds end here (V-46).")
                : Voting.Rounds.ThirdRoundRefusal(state.Number, result, MotionOutcome.Carried, state.Rules.Windows);
        }

        if (seconds is not { } asked)
        {
            return Refusal.Invalid("extension-missing", "A motion to extend a window says by how many seconds.", "/seconds");
        }

        var window = kind == MotionKind.ExtendCommit
            ? new TimedWindow(state.CommitOpens, state.CommitCloses, state.CommitExtended)
            : new TimedWindow(state.RevealOpens, state.RevealCloses, state.RevealExtended);

        // A span longer than any window is refused by its length, not by the arithmetic.
        var span = asked is > 0 and < int.MaxValue ? TimeSpan.FromSeconds(asked) : TimeSpan.Zero;
        return window.Extend(span, at, state.Rules.Windows).Refusal is { } refusal
            ? refusal with { Pointer = refusal.Code == "extension-too-long" ? "/seconds" : refusal.Pointer }
            : null;
    }

    private static Decision<RoundEvent> VoteOnMotion(Round state, RoundCommand.VoteOnMotion c)
    {
        if (state.VoterOf(c.By) is null || state.MotionOf(c.Motion) is not { } motion)
        {
            return NoSuchRound;
        }

        if (Undecidable(state, motion, c.At) is { } refusal)
        {
            return refusal;
        }

        var voted = new RoundEvent.MotionVoted(c.Motion, c.Vote);
        var after = motion with { Votes = motion.Votes.SetItem(c.By, c.Vote) };
        var result = CountOf(state, after);

        // Whoever is still silent cannot turn it: more than half say yes, or half say no.
        return 2 * result.Yes > result.Eligible || 2 * result.No >= result.Eligible
            ? Decision<RoundEvent>.Accept([voted, .. Outcome(after, result.Outcome)])
            : voted;
    }

    private static Decision<RoundEvent> DecideMotion(Round state, RoundCommand.DecideMotion c)
    {
        if (state.MotionOf(c.Motion) is not { } motion)
        {
            return NoSuchRound;
        }

        if (Undecidable(state, motion, c.At) is { } refusal)
        {
            return refusal;
        }

        var result = CountOf(state, motion);
        return result.Quorum
            ? Decision<RoundEvent>.Accept([.. Outcome(motion, result.Outcome)])
            : Refusal.Conflict("motion-inquorate", "More than half of the panel must have voted before the vote on a motion is closed (V-42).");
    }

    private static Decision<RoundEvent> Acknowledge(Round state, RoundCommand.AcknowledgeContraryArgument c) =>
        state.VoterOf(c.By) is null ? NoSuchRound
        : state.ContraryArgument is null ? Refusal.Conflict("no-contrary-argument", "This round puts no contrary argument before its members.")
        : state.Acknowledged.Contains(c.By) ? Decision<RoundEvent>.Accept()
        : new RoundEvent.ContraryArgumentAcknowledged();

    private static Decision<RoundEvent> ExtendForUnrevealed(Round state, RoundCommand.ExtendForUnrevealed c) =>
        state.DueExtension(c.At, c.ReadAnswers) is { } due
            ? due
            : Refusal.Conflict("quorum-not-missed-by-unrevealed", "Only a quorum that unrevealed ballots could have made extends the reveal window (V-49).");

    private static Refusal? Undecidable(Round state, ProceduralMotion motion, DateTimeOffset at) =>
        motion.Outcome is not null ? Refusal.Conflict("motion-decided", "This motion has been decided.")
        : state.HasLapsed(motion, at) ? Refusal.Conflict("window-closed", "A closed window never reopens; the motion had to be carried before it closed (V-48).")
        : null;

    private static MotionResult CountOf(Round state, ProceduralMotion motion) =>
        Motion.Decide(state.MembersBy(v => v.Person.Value), [.. motion.Votes.Select(v => new MotionBallot(v.Key.Value, v.Value))]);

    private static IEnumerable<RoundEvent> Outcome(ProceduralMotion motion, MotionOutcome outcome)
    {
        yield return new RoundEvent.MotionDecided(motion.Id, outcome);
        if (outcome == MotionOutcome.Carried && motion.Kind != MotionKind.FurtherRound)
        {
            yield return new RoundEvent.WindowExtended(motion.Kind == MotionKind.ExtendReveal, motion.Seconds!.Value, motion.Id);
        }
    }
}

internal static class WindowState
{
    /// <summary>
    /// The window ends when it was cut short, but after whatever was received in it: an act that was acknowledged stays in time, even if
    /// it overtook the one that closed the window.
    /// </summary>
    internal static Round CutShort(this Round state, bool reveal, DateTimeOffset at)
    {
        if (!reveal)
        {
            var commit = End(at, state.Envelopes.Select(e => e.ReceivedAt), state.CommitCloses);
            return state with { CommitCloses = commit, RevealOpens = commit };
        }

        // Whoever cuts a window short in an exercise does not want it extended.
        return state with { RevealCloses = End(at, state.Openings.Select(o => o.ReceivedAt), state.RevealCloses), ExtendedForUnrevealed = true };
    }

    private static DateTimeOffset End(DateTimeOffset at, IEnumerable<DateTimeOffset> received, DateTimeOffset closes) =>
        received.Select(r => r.AddMicroseconds(1)).Append(at).Max() is var end && end < closes ? end : closes;
}

internal static class MotionState
{
    internal static Round ChangeMotion(this Round state, MotionId id, Func<ProceduralMotion, ProceduralMotion> change)
    {
        var motion = state.MotionOf(id)!;
        return state with { Motions = state.Motions.Replace(motion, change(motion)) };
    }

    internal static Round Extended(this Round state, RoundEvent.WindowExtended extension)
    {
        var by = TimeSpan.FromSeconds(extension.Seconds);
        return extension switch
        {
            // The reveal follows the commit window; how long it lasts stays as it was.
            { Reveal: false } => state with
            {
                CommitCloses = state.CommitCloses + by,
                RevealOpens = state.RevealOpens + by,
                RevealCloses = state.RevealCloses + by,
                CommitExtended = true,
            },
            { Motion: null } => state with { RevealCloses = state.RevealCloses + by, ExtendedForUnrevealed = true },
            _ => state with { RevealCloses = state.RevealCloses + by, RevealExtended = true },
        };
    }
}

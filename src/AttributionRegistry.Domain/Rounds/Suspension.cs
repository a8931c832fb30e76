using AttributionRegistry.Domain.Cases;

namespace AttributionRegistry.Domain.Rounds;

public abstract partial record RoundCommand
{
    /// <summary>A challenge to a member was filed: nothing is committed, opened or counted until it is decided (V-14).</summary>
    public sealed record SuspendWindows : RoundCommand;

    /// <summary>No challenge is pending any more: the windows that had not closed run on, longer by the time it took.</summary>
    public sealed record ResumeWindows : RoundCommand;
}

public abstract partial record RoundEvent
{
    public sealed record WindowsSuspended : RoundEvent;

    /// <summary>Each window that had not closed when they were suspended is longer by so many microseconds, for all members alike.</summary>
    public sealed record WindowsResumed(long Microseconds) : RoundEvent;
}

public static partial class RoundDecider
{
    private static Refusal Suspended { get; } =
        Refusal.Conflict("challenge-pending", "A challenge to a member suspends the ballot windows until it is decided; they are longer by the time it takes (V-14).");

    private static Decision<RoundEvent> Suspend(Round state) =>
        state.Result is not null || state.SuspendedSince is not null ? Decision<RoundEvent>.Accept() : new RoundEvent.WindowsSuspended();

    private static Decision<RoundEvent> Resume(Round state, RoundCommand.ResumeWindows c) => state.SuspendedSince is { } since
        ? new RoundEvent.WindowsResumed(Instant.ToMicroseconds(c.At) - Instant.ToMicroseconds(since))
        : Decision<RoundEvent>.Accept();
}

internal static class SuspensionState
{
    /// <summary>What had ended before the suspension stays ended: an envelope is not taken because somebody was challenged later.</summary>
    internal static Round Resumed(this Round state, RoundEvent.WindowsResumed resumed)
    {
        var (since, by) = (state.SuspendedSince!.Value, TimeSpan.FromMicroseconds(resumed.Microseconds));
        return state with
        {
            SuspendedSince = null,
            CommitCloses = Later(state.CommitCloses),
            RevealOpens = Later(state.RevealOpens),
            RevealCloses = Later(state.RevealCloses),
        };

        DateTimeOffset Later(DateTimeOffset end) => since < end ? end + by : end;
    }
}

using AttributionRegistry.Domain.Cases;

namespace AttributionRegistry.Domain.Keys;

/// <summary>What the record knows of its time stamps: how many there are, and the newest.</summary>
public sealed record AnchorRecord(int Count, long Size, DateTimeOffset Time, DateTimeOffset RecordedAt);

public abstract record AnchorEvent
{
    private AnchorEvent()
    {
    }

    /// <summary>A time stamp authority vouches that a checkpoint existed at a time.</summary>
    /// <param name="Size">The size of the checkpoint.</param>
    /// <param name="Root">Its root, base64.</param>
    /// <param name="Checkpoint">SHA-256 of its bytes, hex: what the token is over.</param>
    /// <param name="Token">SHA-256 of the authority's reply, hex.</param>
    /// <param name="Time">The time that the authority names.</param>
    public sealed record Rfc3161(long Size, [property: Open] string Root, [property: Open] string Checkpoint, [property: Open] string Token, DateTimeOffset Time) : AnchorEvent;
}

/// <summary>Anchors are made by the machine: they decide nothing, and the log never waits for one.</summary>
public static class AnchorRules
{
    /// <summary>How old the newest anchor may become.</summary>
    public static TimeSpan Period { get; } = TimeSpan.FromDays(1);

    /// <summary>Whether a new anchor is due. A log that only its own anchor has grown proves nothing new.</summary>
    /// <param name="state">The newest anchor, or null.</param>
    /// <param name="size">The size of the log.</param>
    /// <param name="published">Whether a finding was published that no anchor covers.</param>
    /// <param name="now">The present.</param>
    public static bool IsDue(AnchorRecord? state, long size, bool published, DateTimeOffset now) =>
        state is null || published || (size > state.Size + 1 && now - state.RecordedAt >= Period);

    public static AnchorRecord Evolve(AnchorRecord? state, AnchorEvent @event, Recorded recorded) => @event switch
    {
        AnchorEvent.Rfc3161 e => new AnchorRecord((state?.Count ?? 0) + 1, e.Size, e.Time, recorded.At),
        _ => throw new InvalidOperationException($"No rule for {@event.GetType().Name}."),
    };
}

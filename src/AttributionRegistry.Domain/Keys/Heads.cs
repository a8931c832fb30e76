using AttributionRegistry.Domain.Cases;

namespace AttributionRegistry.Domain.Keys;

/// <summary>When the log last named the ends of all chains, and at which size.</summary>
public sealed record HeadsRecord(long Size, DateTimeOffset RecordedAt);

public abstract record HeadsEvent
{
    private HeadsEvent()
    {
    }

    /// <summary>The ends of all chains that can be read before this entry.</summary>
    /// <param name="Root">Merkle root over them, base64.</param>
    /// <param name="Size">How many entries lie before, which is the index of this one.</param>
    /// <param name="Subjects">How many chains.</param>
    public sealed record Named([property: Open] string Root, long Size, long Subjects) : HeadsEvent;
}

/// <summary>Heads are named by the machine: everybody can recompute them, so there is nothing to decide.</summary>
public static class HeadsRules
{
    /// <summary>Whether the ends of the chains are to be named.</summary>
    /// <param name="period">How old the last entry of this kind may become; zero: there is none.</param>
    /// <param name="state">The last one, or null.</param>
    /// <param name="began">When the log began; null while it is empty.</param>
    /// <param name="now">The present.</param>
    public static bool IsTime(TimeSpan period, HeadsRecord? state, DateTimeOffset? began, DateTimeOffset now) =>
        period > TimeSpan.Zero && (state?.RecordedAt ?? began) is { } last && now - last >= period;

    public static HeadsRecord Evolve(HeadsRecord? state, HeadsEvent @event, Recorded recorded) => @event switch
    {
        HeadsEvent.Named e => new HeadsRecord(e.Size, recorded.At),
        _ => throw new InvalidOperationException($"No rule for {@event.GetType().Name}."),
    };
}

using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Server.Registry;

namespace AttributionRegistry.Server.Evidence;

/// <summary>One read of payload, in the record before its first byte leaves (E7).</summary>
public sealed record Access(PersonId By, DateTimeOffset At, string Range);

/// <summary>Every read of one item's payload.</summary>
public sealed record AccessRecord(EvidenceId Evidence, System.Collections.Immutable.ImmutableList<Access> Reads);

public abstract record AccessEvent
{
    private AccessEvent()
    {
    }

    /// <param name="Evidence">The item.</param>
    /// <param name="Range">The bytes asked for, as the Range header says, or "all".</param>
    public sealed record Read(EvidenceId Evidence, string Range) : AccessEvent;
}

/// <summary>
/// The access record has its own stream per item: reads neither race with the work on the case nor show in its version.
/// </summary>
public static class AccessJournal
{
    public static Journal<AccessRecord, AccessEvent> Definition { get; } = new(
        "access",
        new Dictionary<string, Type> { ["evidence.accessed"] = typeof(AccessEvent.Read) },
        (state, @event, recorded) => @event switch
        {
            AccessEvent.Read e => (state ?? new AccessRecord(e.Evidence, [])) with
            {
                Reads = (state?.Reads ?? []).Add(new Access(recorded.By, recorded.At, e.Range)),
            },
            _ => throw new InvalidOperationException($"No rule for {@event.GetType().Name}."),
        },
        isSealed: _ => true);

    public static string Stream(EvidenceId evidence) => $"access:{evidence.Value}";
}

using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.Voting;

namespace AttributionRegistry.Domain.Rounds;

/// <summary>Who holds which ballot key: committed to at the count, opened by order of the appeals chamber or after ten years (V-71).</summary>
/// <param name="Commitment">SHA-256 over tag, salt and canonical mapping, hex; in the log from the count on.</param>
/// <param name="Salt">Hex. Sealed at rest like the ballots of the round.</param>
public sealed record SealedMapping(string Commitment, string Salt)
{
    public const int YearsSealed = 10;

    public DateTimeOffset? OpenedAt { get; init; }
}

public abstract partial record RoundCommand
{
    /// <summary>Commits to the mapping of a counted pseudonymous round. Commitment and salt are made outside.</summary>
    public sealed record SealMapping(string Commitment, string Salt) : RoundCommand;

    /// <summary>Opens the mapping. The appeals chamber has ordered it.</summary>
    public sealed record OpenMapping(MappingOrderId Order) : RoundCommand;
}

public abstract partial record RoundEvent
{
    public sealed record MappingSealed([property: Open] string Commitment, string Salt) : RoundEvent;

    public sealed record MappingOpened(MappingOrderId Order) : RoundEvent;
}

public static partial class RoundDecider
{
    /// <summary>Whether everybody may know who holds which ballot key, at an instant.</summary>
    public static bool IsMappingOpen(this Round state, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(state);
        return state.Mapping is { } mapping && (mapping.OpenedAt is not null || at >= state.CountedAt!.Value.AddYears(SealedMapping.YearsSealed));
    }

    private static Decision<RoundEvent> SealMapping(Round state, RoundCommand.SealMapping c) =>
        state.Mode != VoteMode.Pseudonymous || !state.Binding || state.Result is null || state.Mapping is not null
            ? Decision<RoundEvent>.Accept()
            : new RoundEvent.MappingSealed(c.Commitment, c.Salt);

    private static Decision<RoundEvent> OpenMapping(Round state, RoundCommand.OpenMapping c) => state.Mapping is { OpenedAt: null }
        ? new RoundEvent.MappingOpened(c.Order)
        : Refusal.Conflict("mapping-not-sealed", "There is no sealed mapping of this round: it is a roll call, is not counted, or the mapping is open.");
}

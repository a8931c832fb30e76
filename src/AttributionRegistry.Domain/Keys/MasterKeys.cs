using System.Collections.Immutable;
using AttributionRegistry.Domain.Cases;

namespace AttributionRegistry.Domain.Keys;

/// <summary>
/// One change of the master key: ids, never a key. DataKeys is how many there were when it was decided; those made until it took effect
/// are wrapped anew with them.
/// </summary>
public sealed record MasterKeyChange(string From, string To, long DataKeys, PersonId By, DateTimeOffset At, string Reason);

/// <summary>What the record knows of the master keys of the instance.</summary>
public sealed record MasterKeyRecord(ImmutableList<MasterKeyChange> Changes);

public abstract record MasterKeyCommand
{
    private MasterKeyCommand()
    {
    }

    /// <summary>Puts another master key in the place of the present one.</summary>
    public sealed record Rotate(Caller By, string From, string To, long DataKeys, string Reason) : MasterKeyCommand;
}

public abstract record MasterKeyEvent
{
    private MasterKeyEvent()
    {
    }

    public sealed record Rotated([property: Open] string From, [property: Open] string To, long DataKeys, string Reason) : MasterKeyEvent;
}

/// <summary>
/// One operator is enough: a rotation lets nobody read anything and destroys nothing, and whoever fears that a key has leaked must
/// not have to look for a second person first.
/// </summary>
public static class MasterKeyDecider
{
    public static Decision<MasterKeyEvent> Decide(MasterKeyRecord? state, MasterKeyCommand command) => command switch
    {
        MasterKeyCommand.Rotate { By: var by } when !by.Is(Role.Operator) => Refusal.Forbidden("role-required", "This needs the role operator."),
        MasterKeyCommand.Rotate { Reason: var reason } when string.IsNullOrWhiteSpace(reason) =>
            Refusal.Invalid("reason-missing", "A new master key has a reason.", "/reason"),
        MasterKeyCommand.Rotate r when state is not null && state.Changes[^1].To != r.From =>
            throw new InvalidOperationException($"The master key is {state.Changes[^1].To}, not {r.From}."),
        MasterKeyCommand.Rotate r => new MasterKeyEvent.Rotated(r.From, r.To, r.DataKeys, r.Reason),
        _ => throw new InvalidOperationException($"No rule for {command.GetType().Name}."),
    };

    public static MasterKeyRecord Evolve(MasterKeyRecord? state, MasterKeyEvent @event, Recorded recorded) => @event switch
    {
        MasterKeyEvent.Rotated e => new MasterKeyRecord(
            (state?.Changes ?? []).Add(new MasterKeyChange(e.From, e.To, e.DataKeys, recorded.By, recorded.At, e.Reason))),
        _ => throw new InvalidOperationException($"No rule for {@event.GetType().Name}."),
    };
}

using System.Collections.Immutable;
using System.Globalization;
using AttributionRegistry.Domain.Cases;

namespace AttributionRegistry.Domain.Keys;

/// <summary>One signing key of the log: its public part, and how long it signs.</summary>
/// <param name="KeyId">8 hex digits.</param>
/// <param name="Vkey">The public key, as verifiers are given it.</param>
/// <param name="Since">When it began to sign; null for the first key, with which the log began.</param>
/// <param name="Until">When it was retired; null while it signs.</param>
public sealed record LogKeyTerm(string KeyId, string Vkey, DateTimeOffset? Since, DateTimeOffset? Until);

/// <summary>Why a log is closed.</summary>
public enum LogClosureReason
{
    /// <summary>Somebody else can sign in its name.</summary>
    KeyCompromised,

    /// <summary>Nobody can sign in its name for long: the keys are lost, or about to be.</summary>
    KeyLost,

    /// <summary>The body moves its record to another log.</summary>
    Superseded,

    /// <summary>The body ends its work.</summary>
    Discontinued,
}

/// <summary>What closing the log says: why, and which log goes on. Both or none of the successor's origin and key.</summary>
public sealed record LogEnding(LogClosureReason Code, string? SuccessorOrigin, string? SuccessorVkey);

/// <summary>An ending that one operator proposed and another has to confirm.</summary>
public sealed record LogEndingProposal(LogEnding Ending, PersonId By, DateTimeOffset At);

/// <summary>What the record knows of the keys that sign the log, oldest first; none before a second key comes.</summary>
public sealed record LogKeyRecord(ImmutableList<LogKeyTerm> Keys)
{
    /// <summary>The ending that waits for a second operator.</summary>
    public LogEndingProposal? Proposed { get; init; }

    /// <summary>How the log ended; null while it grows.</summary>
    public LogEnding? Ended { get; init; }

    /// <summary>The keys that sign now.</summary>
    public IEnumerable<LogKeyTerm> Signing => Keys.Where(key => key.Until is null);
}

public abstract record LogKeyCommand
{
    private LogKeyCommand()
    {
    }

    public required Caller By { get; init; }

    /// <summary>Why; an ending has a code instead.</summary>
    public string Reason { get; init; } = "";

    /// <summary>The key with which the log began; no event names it before a second one comes.</summary>
    public required LogKeyTerm First { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>Lets another key sign beside the present one.</summary>
    public sealed record Introduce(string KeyId, string Vkey) : LogKeyCommand;

    /// <summary>Ends the time of a key. The retirement is the key's own signed word, which names its successor.</summary>
    public sealed record Retire(string KeyId, string Retirement) : LogKeyCommand;

    /// <summary>Ends the log: proposed by one operator, done when another says the same.</summary>
    public sealed record Close(LogEnding Ending) : LogKeyCommand;
}

public abstract record LogKeyEvent
{
    private LogKeyEvent()
    {
    }

    /// <summary>From the head that covers this event on, both keys sign.</summary>
    public sealed record Introduced([property: Open] string KeyId, [property: Open] string Vkey, [property: Open] string Beside, string Reason) : LogKeyEvent;

    /// <summary>The retirement is signed by the key itself: whoever knows only that key comes to its successor, and nobody else can lead them.</summary>
    public sealed record Retired([property: Open] string KeyId, [property: Open] string Retirement, string Reason) : LogKeyEvent;

    /// <summary>One operator wants the log closed; nothing has changed yet.</summary>
    public sealed record ClosureProposed(LogClosureReason Code, [property: Open] string? SuccessorOrigin, [property: Open] string? SuccessorVkey) : LogKeyEvent;

    /// <summary>The last entry of the log.</summary>
    public sealed record Closed(LogClosureReason Code, [property: Open] string? SuccessorOrigin, [property: Open] string? SuccessorVkey) : LogKeyEvent;

    /// <summary>The first entry of a log that goes on from a closed one: that one's origin, a key of it, and its last signed head.</summary>
    public sealed record Begun([property: Open] string Origin, [property: Open] string Vkey, [property: Open] string Checkpoint) : LogKeyEvent;
}

/// <summary>
/// One operator is enough to change keys, as for the master key: a new key takes nothing away from the old one, and the old one goes only when
/// clients have had time to learn of the new one. To end the log takes two: it cannot be undone, and everybody's work stops with it.
/// </summary>
public static class LogKeyDecider
{
    /// <summary>How long two keys sign together at least: so long have clients to learn of the new one.</summary>
    public static TimeSpan Overlap { get; } = TimeSpan.FromDays(30);

    public static Decision<LogKeyEvent> Decide(LogKeyRecord? state, LogKeyCommand command)
    {
        if (!command.By.Is(Role.Operator))
        {
            return Refusal.Forbidden("role-required", "This needs the role operator.");
        }

        if (command is LogKeyCommand.Close close)
        {
            return Close(state ?? new LogKeyRecord([]), close);
        }

        if (string.IsNullOrWhiteSpace(command.Reason))
        {
            return Refusal.Invalid("reason-missing", "A change of the log's keys has a reason.", "/reason");
        }

        var keys = state is { Keys.IsEmpty: false } ? state : new LogKeyRecord([command.First]);
        return command switch
        {
            LogKeyCommand.Introduce i => Introduce(keys, i),
            LogKeyCommand.Retire r => Retire(keys, r),
            _ => throw new InvalidOperationException($"No rule for {command.GetType().Name}."),
        };
    }

    public static LogKeyRecord Evolve(LogKeyRecord? state, LogKeyEvent @event, Recorded recorded) => @event switch
    {
        LogKeyEvent.Introduced e => (state ?? new LogKeyRecord([])) with
        {
            Keys = (state is { Keys.IsEmpty: false } ? state.Keys : [new LogKeyTerm(IdOf(e.Beside), e.Beside, null, null)]).Add(new LogKeyTerm(e.KeyId, e.Vkey, recorded.At, null)),
        },
        LogKeyEvent.Retired e => state! with { Keys = state.Keys.ConvertAll(key => key.KeyId == e.KeyId ? key with { Until = recorded.At } : key) },
        LogKeyEvent.ClosureProposed e => (state ?? new LogKeyRecord([])) with
        {
            Proposed = new LogEndingProposal(new LogEnding(e.Code, e.SuccessorOrigin, e.SuccessorVkey), recorded.By, recorded.At),
        },
        LogKeyEvent.Closed e => state! with { Proposed = null, Ended = new LogEnding(e.Code, e.SuccessorOrigin, e.SuccessorVkey) },
        LogKeyEvent.Begun => state ?? new LogKeyRecord([]),
        _ => throw new InvalidOperationException($"No rule for {@event.GetType().Name}."),
    };

    private static Decision<LogKeyEvent> Introduce(LogKeyRecord keys, LogKeyCommand.Introduce command)
    {
        // Two at a time: a third would only hide which of them clients are to change to.
        var signing = keys.Signing.ToList();
        return signing.Count > 1
            ? Refusal.Conflict("log-key-change-pending", $"The keys {signing[0].KeyId} and {signing[1].KeyId} sign together; retire one of them first.")
            : new LogKeyEvent.Introduced(command.KeyId, command.Vkey, signing[0].Vkey, command.Reason);
    }

    private static Decision<LogKeyEvent> Retire(LogKeyRecord keys, LogKeyCommand.Retire command)
    {
        if (keys.Keys.Find(key => key.KeyId == command.KeyId) is not { } key)
        {
            return Refusal.NotFound("log-key-unknown", "The log has no such key.");
        }

        if (key.Until is not null)
        {
            return Refusal.Conflict("log-key-retired", "This key has been retired already.");
        }

        var signing = keys.Signing.ToList();
        if (signing.Count == 1)
        {
            return Refusal.Conflict("log-key-last", "The log needs a key: introduce another one first.");
        }

        var from = signing.Max(each => each.Since)!.Value + Overlap;
        return command.At < from
            ? Refusal.Conflict(
                "log-key-overlap", $"Both keys sign for {Overlap.Days} days, so that clients can change over; it can be retired from {from.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture)}.")
            : new LogKeyEvent.Retired(command.KeyId, command.Retirement, command.Reason);
    }

    private static Decision<LogKeyEvent> Close(LogKeyRecord keys, LogKeyCommand.Close command)
    {
        var ending = command.Ending;
        if (keys.Ended is not null)
        {
            return Refusal.Conflict("log-closed", "The log is closed; nothing comes after its last entry.");
        }

        if (ending.SuccessorOrigin is null != ending.SuccessorVkey is null)
        {
            return Refusal.Invalid(
                "log-successor-incomplete", "A successor is named by its origin and its key together.", ending.SuccessorVkey is null ? "/successorVkey" : "/successorOrigin");
        }

        return keys.Proposed is not { } proposed || proposed.Ending != ending
            ? new LogKeyEvent.ClosureProposed(ending.Code, ending.SuccessorOrigin, ending.SuccessorVkey)
            : proposed.By == command.By.Id
                ? Refusal.Conflict("second-person-required", "This act needs a second person: you proposed it, another operator confirms it by the same request.")
                : new LogKeyEvent.Closed(ending.Code, ending.SuccessorOrigin, ending.SuccessorVkey);
    }

    // name+id+key; the name has no plus sign.
    private static string IdOf(string vkey) => vkey.Split('+', 3)[1];
}

using System.Collections.Concurrent;
using AttributionRegistry.Storage;

namespace AttributionRegistry.Server.Registry;

/// <summary>
/// The folded states of records, in memory. What is found here is never older than what somebody has been acknowledged: a state only
/// moves forward, nothing is taken out alone, and a full table is replaced by an empty one, into which no older read can fall.
/// </summary>
internal sealed class FoldedStates(EventStore events)
{
    private const int MostKept = 20_000;

    private volatile ConcurrentDictionary<string, (long Version, object State)> _table = NewTable();
    private int _kept;

    /// <summary>The state of a record and its version: 0 and null when there is none.</summary>
    public (long Version, TState? State) Load<TState, TEvent>(Journal<TState, TEvent> journal, string stream)
        where TState : class
        where TEvent : class =>
        _table.TryGetValue(stream, out var kept) ? (kept.Version, (TState)kept.State) : Advance(journal, stream);

    /// <summary>Folds what the record has gained since its state was kept.</summary>
    public (long Version, TState? State) Advance<TState, TEvent>(Journal<TState, TEvent> journal, string stream)
        where TState : class
        where TEvent : class
    {
        var table = _table; // before the read: what is read now must not reach a table that began after it
        var (version, state) = table.TryGetValue(stream, out var kept) ? (kept.Version, (TState?)kept.State) : (0L, null);
        foreach (var stored in events.ReadStream(stream, version, withLost: true))
        {
            version = stored.Version;
            if (stored.Lost)
            {
                continue; // what it recorded is gone: the state stays, and the next event comes after it
            }

            var (@event, recorded) = journal.Read(stored);
            state = journal.Evolve(state, @event, recorded);
        }

        if (state is not null)
        {
            Keep(table, stream, version, state);
        }

        return (version, state);
    }

    /// <summary>What is in memory now; states folded before a <see cref="Forget"/> belong to an older one.</summary>
    public object Generation => _table;

    /// <summary>Keeps what an act has folded; false where that belongs to an older generation and has to be read again.</summary>
    public bool TryKeep(object generation, string stream, long version, object state)
    {
        var table = _table;
        if (!ReferenceEquals(table, generation))
        {
            return false;
        }

        Keep(table, stream, version, state);
        return true;
    }

    /// <summary>Forgets all: what was folded may hold what has been erased.</summary>
    public void Forget()
    {
        _table = NewTable();
        Volatile.Write(ref _kept, 0);
    }

    private void Keep(ConcurrentDictionary<string, (long Version, object State)> table, string stream, long version, object state)
    {
        if (!table.TryAdd(stream, (version, state)))
        {
            table.AddOrUpdate(stream, (version, state), (_, old) => old.Version >= version ? old : (version, state));
        }
        else if (Interlocked.Increment(ref _kept) > MostKept)
        {
            Forget();
        }
    }

    private static ConcurrentDictionary<string, (long Version, object State)> NewTable() => new(StringComparer.Ordinal);
}

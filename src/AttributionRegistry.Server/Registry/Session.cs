using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Log;
using AttributionRegistry.Storage;

namespace AttributionRegistry.Server.Registry;

/// <summary>
/// One attempt at one act: records are loaded, decisions appended, and all of it committed at once or not at all.
/// Used by one request, on one thread.
/// </summary>
public sealed class Session
{
    private readonly RegistryCore _core;
    private readonly object _generation;
    private readonly Dictionary<string, Loaded> _loaded = [];
    private readonly List<Pending> _pending = [];

    internal Session(RegistryCore core, Caller by, DateTimeOffset at, Policy? policy)
    {
        (_core, _generation, By, At) = (core, core.Generation, by, at);
        Policy = policy!;
    }

    public Caller By { get; }

    public DateTimeOffset At { get; }

    public Policy Policy { get; }

    /// <summary>Random bytes for what the act makes; another attempt gets others.</summary>
    internal byte[] RandomBytes(int count) => _core.Entropy.Bytes(count);

    internal bool IsEmpty => _pending.Count == 0;

    internal IEnumerable<string> Streams => _loaded.Keys;

    /// <summary>The records that the act adds to.</summary>
    internal IEnumerable<string> Appended => _pending.Select(p => p.Stream).Distinct();

    /// <summary>The state of a record now, or null when there is none.</summary>
    public TState? Load<TState, TEvent>(Journal<TState, TEvent> journal, string stream)
        where TState : class
        where TEvent : class
    {
        if (!_loaded.TryGetValue(stream, out var loaded))
        {
            var (version, state) = _core.Load(journal, stream);
            _loaded[stream] = loaded = new Loaded { Version = version, State = state, Advance = () => _core.Advance(journal, stream) };
        }

        return (TState?)loaded.State;
    }

    /// <summary>The version of a loaded record; 0 when there is none.</summary>
    public long VersionOf(string stream) => _loaded.TryGetValue(stream, out var loaded) ? loaded.Version + loaded.Added : 0;

    /// <summary>Refuses (428, 412) unless the request's If-Match names the loaded version of the record.</summary>
    public void RequireMatch(HttpContext http, string stream)
    {
        if (Http.Precondition.Require(http, Http.Precondition.ETag(VersionOf(stream))) is { } problem)
        {
            throw new Http.RequestRefusedException(problem);
        }
    }

    /// <summary>Takes a decision: its events join the act, or its refusal is returned.</summary>
    public Refusal? Append<TState, TEvent>(Journal<TState, TEvent> journal, string stream, Decision<TEvent> decision)
        where TState : class
        where TEvent : class
    {
        if (decision.Refusal is { } refusal)
        {
            return refusal;
        }

        _ = Load(journal, stream);
        var loaded = _loaded[stream];
        var recorded = new Recorded(By.Id, At);
        foreach (var @event in decision.Events)
        {
            var before = (TState?)loaded.State;
            var after = journal.Evolve(before, @event, recorded);
            loaded.State = after;
            loaded.Added++;
            // An event of a case that is public, or becomes so with this act, stands open in the log.
            var isSealed = journal.IsSealed(after);
            var (body, openings) = PublicBody.Of(@event, _core.Entropy.Bytes);
            var leaf = new NewEvent(
                journal.StoredName(@event), 1, _core.Pseudonym(stream, By.Id), At, journal.Write(@event, By.Id), isSealed, body,
                isSealed ? _core.Entropy.Bytes(Commitments.SaltSize) : [], openings);
            _pending.Add(new Pending(stream, leaf, (rows, at) =>
                journal.Rows?.Invoke(new RowContext<TState, TEvent>(rows, at, before, after, @event, recorded))));
        }

        return null;
    }

    /// <summary>Adds an event of the machine to a stream that no state is folded from, such as the opening of a seal.</summary>
    internal void AppendRaw(string stream, NewEvent @event)
    {
        if (!_loaded.ContainsKey(stream))
        {
            _loaded[stream] = new Loaded { Version = _core.VersionOf(stream) };
        }

        _loaded[stream].Added++;
        _pending.Add(new Pending(stream, @event, static (_, _) => { }));
    }

    /// <summary>Adds rows that belong to the act but to no single event.</summary>
    public void AlsoWrite(Action<RowWriter> rows) => ExtraRows += rows;

    /// <summary>Done once the act is durable.</summary>
    public void AfterCommit(Action act) => AfterCommitted += act;

    private Action<RowWriter>? ExtraRows { get; set; }

    internal Action? AfterCommitted { get; private set; }

    internal CommitRequest ToRequest(IdempotencyRow? idempotency)
    {
        // Appends are grouped by stream in order of first use: the leaves come out in this order too.
        var appends = _pending.GroupBy(p => p.Stream)
            .Select(g => new StreamAppend(g.Key, _loaded[g.Key].Version, [.. g.Select(p => p.Event)]))
            .ToList();
        var inOrder = _pending.GroupBy(p => p.Stream).SelectMany(g => g).ToList();
        return new CommitRequest(
            appends,
            rows =>
            {
                for (var i = 0; i < inOrder.Count; i++)
                {
                    inOrder[i].Rows(rows, rows.Leaves[i]);
                }

                ExtraRows?.Invoke(rows);
            },
            idempotency);
    }

    /// <summary>What the caller may open of its own first event.</summary>
    internal IReadOnlyDictionary<string, string>? Salts()
    {
        var first = _pending[0].Event;
        var salts = first.Openings.ToDictionary(o => o.Name, o => B64Url.Encode(o.Salt));
        if (first.Sealed)
        {
            salts[""] = B64Url.Encode(first.SealSalt);
        }

        return salts.Count == 0 ? null : salts;
    }

    internal string FirstStream => _pending[0].Stream;

    internal void Keep()
    {
        foreach (var (stream, loaded) in _loaded.Where(l => l.Value is { State: not null, Added: > 0 }))
        {
            if (!_core.TryKeep(_generation, stream, loaded.Version + loaded.Added, loaded.State!))
            {
                loaded.Advance?.Invoke();
            }
        }
    }

    /// <summary>Brings what is kept of the loaded records up to what is committed.</summary>
    internal void AdvanceAll()
    {
        foreach (var loaded in _loaded.Values)
        {
            loaded.Advance?.Invoke();
        }
    }

    private sealed class Loaded
    {
        public required long Version { get; init; }

        public object? State { get; set; }

        public int Added { get; set; }

        public Action? Advance { get; init; }
    }

    private sealed record Pending(string Stream, NewEvent Event, Action<RowWriter, CommittedLeaf> Rows);
}

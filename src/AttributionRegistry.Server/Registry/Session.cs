using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Log;
using AttributionRegistry.Server.Registry.Signing;
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

    private readonly Func<int, byte[]> _entropy;

    /// <param name="core">The registry.</param>
    /// <param name="by">Who acts.</param>
    /// <param name="at">When.</param>
    /// <param name="policy">The policy; null only before there is one.</param>
    /// <param name="entropy">Salts of a drafted act; null for fresh ones.</param>
    internal Session(RegistryCore core, Caller by, DateTimeOffset at, Policy? policy, Func<int, byte[]>? entropy = null)
    {
        (_core, _generation, By, At, _entropy) = (core, core.Generation, by, at, entropy ?? core.Entropy.Bytes);
        Policy = policy!;
    }

    public Caller By { get; }

    public DateTimeOffset At { get; }

    public Policy Policy { get; }

    /// <summary>Random bytes for what the act makes; another attempt gets others.</summary>
    internal byte[] RandomBytes(int count) => _entropy(count);

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
            var (body, openings) = PublicBody.Of(@event, _entropy);
            var leaf = new NewEvent(
                journal.StoredName(@event), 1, _core.Pseudonym(stream, By.Id), At, journal.Write(@event, By.Id), isSealed, body,
                isSealed ? _entropy(Commitments.SaltSize) : [], openings);
            _pending.Add(new Pending(stream, leaf, (rows, at) =>
                journal.Rows?.Invoke(new RowContext<TState, TEvent>(rows, at, before, after, @event, recorded)))
            {
                // The binding of a key is signed by another one, as it says itself.
                With = leaf.Type == CaseKeys.BoundType ? SigningKeys.None : journal.SignedWith,
                MustBeSigned = journal.MustBeSigned(@event),
            });
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

    /// <summary>
    /// The events that the author may sign, in order: those about the case where the act is one on a case, so that no signature ties a round to it; else those
    /// about accounts and policy.
    /// </summary>
    internal IReadOnlyList<SignableEntry> Signable()
    {
        var with = _pending.Exists(p => p.With == SigningKeys.OfTheCase) ? SigningKeys.OfTheCase : SigningKeys.LongTerm;
        return [.. _pending.Where(p => p.With == with).Select(p => new SignableEntry(p.Stream, with, p.Event, author => p.Event = p.Event with { Author = author }))];
    }

    /// <summary>Whether the act makes an entry that the policy wants signed.</summary>
    internal bool MustBeSigned => !_exempt && _pending.Exists(p => p.MustBeSigned);

    /// <summary>The act is the registry's own work for whoever asks, and needs no signature of theirs.</summary>
    internal void ExemptFromSigning() => _exempt = true;

    private bool _exempt;

    /// <summary>The act counts only where the log still has this size; else it is decided again.</summary>
    internal void RequireSize(long size) => _atSize = size;

    private long? _atSize;

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
            idempotency,
            _atSize);
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

    private sealed class Pending(string stream, NewEvent @event, Action<RowWriter, CommittedLeaf> rows)
    {
        public string Stream => stream;

        public NewEvent Event { get; set; } = @event;

        public Action<RowWriter, CommittedLeaf> Rows => rows;

        public SigningKeys With { get; init; }

        public bool MustBeSigned { get; init; }
    }
}

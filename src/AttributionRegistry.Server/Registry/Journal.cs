using System.Text.Json;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Storage;

namespace AttributionRegistry.Server.Registry;

/// <summary>What the rows of a commit see: one event, where it went, and the state around it.</summary>
public sealed record RowContext<TState, TEvent>(RowWriter Rows, CommittedLeaf Leaf, TState? Before, TState After, TEvent Event, Recorded Recorded)
    where TState : class;

/// <summary>With which keys the acts on a kind of record are signed by whoever acts.</summary>
public enum SigningKeys
{
    /// <summary>With none: the machine acts, or what is done carries its own signature.</summary>
    None,

    /// <summary>With a key that is bound in the case itself.</summary>
    OfTheCase,

    /// <summary>With a long-term key of the account.</summary>
    LongTerm,
}

/// <summary>
/// One kind of record: its events' stored names, how they fold, whether the public log shows them, and the rows they change.
/// A stored name is for ever; the shape behind it changes only by a new version.
/// </summary>
public sealed class Journal<TState, TEvent>
    where TState : class
    where TEvent : class
{
    private readonly Dictionary<string, Type> _types;
    private readonly Dictionary<Type, string> _names;

    public Journal(
        string name,
        IReadOnlyDictionary<string, Type> events,
        Func<TState?, TEvent, Recorded, TState> evolve,
        Func<TState, bool> isSealed,
        Action<RowContext<TState, TEvent>>? rows = null)
    {
        (Name, Evolve, IsSealed, Rows) = (name, evolve, isSealed, rows);
        _types = events.ToDictionary();
        _names = events.ToDictionary(e => e.Value, e => e.Key);
        var missing = typeof(TEvent).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(TEvent)) && !t.IsAbstract && !_names.ContainsKey(t)).ToList();
        if (missing.Count > 0)
        {
            throw new InvalidOperationException($"These events have no stored name: {string.Join(", ", missing.Select(t => t.Name))}.");
        }
    }

    public string Name { get; }

    public Func<TState?, TEvent, Recorded, TState> Evolve { get; }

    /// <summary>Whether the leaf of an event that leads to this state is sealed.</summary>
    public Func<TState, bool> IsSealed { get; }

    public Action<RowContext<TState, TEvent>>? Rows { get; }

    /// <summary>With which keys its events may be signed by whoever acts.</summary>
    public SigningKeys SignedWith { get; init; }

    /// <summary>Which events need that signature where the policy demands signatures.</summary>
    public Func<TEvent, bool> MustBeSigned { get; init; } = _ => false;

    public IEnumerable<string> StoredNames => _types.Keys;

    /// <summary>The shape behind each stored name.</summary>
    internal IReadOnlyDictionary<string, Type> Types => _types;

    public string StoredName(TEvent @event) => StoredNameOf(@event.GetType());

    public string StoredNameOf(Type @event) => _names[@event];

    public string Write(TEvent @event, PersonId by) =>
        JsonSerializer.Serialize(new StoredBody(by, JsonSerializer.SerializeToElement(@event, @event.GetType(), ApiJson.Options)), ApiJson.Options);

    public (TEvent Event, Recorded Recorded) Read(StoredEvent stored)
    {
        if (!_types.TryGetValue(stored.Type, out var type))
        {
            throw new InvalidOperationException($"Event {stored.Index} has the type '{stored.Type}', which this version does not know. A newer server wrote it.");
        }

        var body = JsonSerializer.Deserialize<StoredBody>(stored.Body, ApiJson.Options)!;
        return ((TEvent)body.Event.Deserialize(type, ApiJson.Options)!, new Recorded(body.By, Instant.FromMicroseconds(stored.AtMicroseconds)));
    }

    private sealed record StoredBody(PersonId By, JsonElement Event);
}

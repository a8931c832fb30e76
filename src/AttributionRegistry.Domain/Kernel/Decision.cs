namespace AttributionRegistry.Domain;

/// <summary>What sort of "no" a refusal is. The server maps each kind to one HTTP status, in one place.</summary>
public enum RefusalKind
{
    /// <summary>The command does not make sense whatever the state (422).</summary>
    Invalid,

    /// <summary>The caller may know of the thing but not do this to it (403).</summary>
    Forbidden,

    /// <summary>The thing does not exist, or the caller may not know that it does (404).</summary>
    NotFound,

    /// <summary>The state does not allow it now (409).</summary>
    Conflict,
}

/// <summary>A refused command: a stable kebab-case code, a sentence for people, and where the fault lies.</summary>
/// <param name="Kind">The sort of "no".</param>
/// <param name="Code">Stable, kebab-case; documented at <c>/problems/{code}</c>.</param>
/// <param name="Message">Names the thing and the remedy.</param>
/// <param name="Pointer">RFC 6901 JSON Pointer to the member of the request at fault, or null when none is.</param>
public sealed record Refusal(RefusalKind Kind, string Code, string Message, string? Pointer = null)
{
    public static Refusal Invalid(string code, string message, string? pointer = null) => new(RefusalKind.Invalid, code, message, pointer);

    public static Refusal Forbidden(string code, string message, string? pointer = null) => new(RefusalKind.Forbidden, code, message, pointer);

    public static Refusal NotFound(string code, string message, string? pointer = null) => new(RefusalKind.NotFound, code, message, pointer);

    public static Refusal Conflict(string code, string message, string? pointer = null) => new(RefusalKind.Conflict, code, message, pointer);
}

/// <summary>The answer of a decider: events to append, in order, or one refusal. Never both, never neither.</summary>
public readonly record struct Decision<TEvent>
{
    private readonly IReadOnlyList<TEvent>? _events;

    private Decision(IReadOnlyList<TEvent>? events, Refusal? refusal)
    {
        _events = events;
        Refusal = refusal;
    }

    /// <summary>The refusal, or null when the command was accepted.</summary>
    public Refusal? Refusal { get; }

    /// <summary>The events of an accepted command, in order; empty when refused.</summary>
    public IReadOnlyList<TEvent> Events => _events ?? [];

    public bool IsRefused => Refusal is not null;

    public static Decision<TEvent> Accept(params IReadOnlyList<TEvent> events) => new(events, null);

    public static Decision<TEvent> Refuse(Refusal refusal) => new(null, refusal);

    public static implicit operator Decision<TEvent>(TEvent single) => Accept(single);

    public static implicit operator Decision<TEvent>(Refusal refusal) => Refuse(refusal);
}

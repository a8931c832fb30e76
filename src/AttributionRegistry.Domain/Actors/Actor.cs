using System.Collections.Immutable;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.Scales;

namespace AttributionRegistry.Domain.Actors;

/// <summary>Actors are of four kinds; an observed cluster is never the same record as a unit or a state.</summary>
public enum ActorKind
{
    ActivityCluster,
    Organisation,
    Person,
    Territory,
}

/// <summary>How a name relates to the actor it is used for.</summary>
public enum AliasRelation
{
    Exact,
    Overlaps,
    Subset,
    Superset,
    Deprecated,
}

/// <summary>A name, who coined it, where that was read, and how far it covers the actor.</summary>
public sealed record Alias(string Name, string CoinedBy, AliasRelation Relation, Source Source);

/// <summary>That somebody ties this actor to another one: never a fact of ours, always with its source.</summary>
public sealed record Nexus(ActorId To, string Likelihood, AnalyticConfidence Confidence, string AssertedBy, Source Source);

public sealed record Actor
{
    public required ActorId Id { get; init; }

    public required ActorKind Kind { get; init; }

    public required string Name { get; init; }

    public Text? Description { get; init; }

    /// <summary>ISO 3166-1 alpha-2, for a territory.</summary>
    public string? State { get; init; }

    public ImmutableList<Alias> Aliases { get; init; } = [];

    public ImmutableList<Nexus> Nexuses { get; init; } = [];
}

public abstract record ActorCommand
{
    private ActorCommand()
    {
    }

    public required Caller By { get; init; }

    public required DateTimeOffset At { get; init; }

    public sealed record Describe(ActorId Id, ActorKind Kind, string Name, Text? Description, string? State) : ActorCommand;

    public sealed record AddAlias(Alias Alias) : ActorCommand;

    public sealed record AddNexus(Nexus Nexus, bool TargetExists) : ActorCommand;
}

public abstract record ActorEvent
{
    private ActorEvent()
    {
    }

    public sealed record Described(ActorId Actor, ActorKind Kind, string Name, Text? Description, string? State) : ActorEvent;

    public sealed record AliasAdded(Alias Alias) : ActorEvent;

    public sealed record NexusAdded(Nexus Nexus) : ActorEvent;
}

public static class ActorDecider
{
    public static Decision<ActorEvent> Decide(Actor? state, ActorCommand command) => (state, command) switch
    {
        (_, { By: var by }) when !by.Is(Role.Analyst) && !by.Is(Role.Registrar) => Refusal.Forbidden("role-required", "This needs the role analyst or registrar."),
        (not null, ActorCommand.Describe) => Refusal.Conflict("actor-exists", "This actor exists."),
        (null, ActorCommand.Describe { Name: var name }) when string.IsNullOrWhiteSpace(name) => Refusal.Invalid("name-missing", "An actor has a name.", "/name"),
        (null, ActorCommand.Describe { Kind: ActorKind.Territory } d) when d.State is null || !FactsRules.IsStateCode(d.State) =>
            Refusal.Invalid("state-code", "A territory has its ISO 3166-1 alpha-2 code.", "/state"),
        (null, ActorCommand.Describe { Kind: not ActorKind.Territory, State: not null }) =>
            Refusal.Invalid("state-code", "Only a territory has a state code; a tie to a state is a nexus with its source.", "/state"),
        (null, ActorCommand.Describe d) => new ActorEvent.Described(d.Id, d.Kind, d.Name, d.Description, d.State),
        (null, _) => Refusal.NotFound("not-found", "There is nothing here, or nothing that you may see."),
        (_, ActorCommand.AddAlias { Alias: var a }) when string.IsNullOrWhiteSpace(a.Name) || string.IsNullOrWhiteSpace(a.CoinedBy) =>
            Refusal.Invalid("alias-incomplete", "An alias has a name and says who coined it.", "/name"),
        ({ } s, ActorCommand.AddAlias { Alias: var a }) when s.Aliases.Any(x => x.Name == a.Name && x.CoinedBy == a.CoinedBy) =>
            Refusal.Conflict("alias-exists", "This alias by this source is recorded.", "/name"),
        (_, ActorCommand.AddAlias c) => new ActorEvent.AliasAdded(c.Alias),
        (_, ActorCommand.AddNexus { TargetExists: false }) => Refusal.Invalid("actor-unknown", "There is no such actor.", "/to"),
        ({ } s, ActorCommand.AddNexus c) when c.Nexus.To == s.Id => Refusal.Invalid("nexus-to-itself", "A nexus ties two different actors.", "/to"),
        (_, ActorCommand.AddNexus { Nexus: var n }) when Domain.Scales.Scales.Icd203Likelihood.Terms.All(t => t.Code != n.Likelihood) =>
            Refusal.Invalid("likelihood-unknown", "The likelihood is a term code of the ICD 203 scale.", "/likelihood"),
        (_, ActorCommand.AddNexus c) => new ActorEvent.NexusAdded(c.Nexus),
        _ => throw new InvalidOperationException($"No rule for {command.GetType().Name}."),
    };

    public static Actor Evolve(Actor? state, ActorEvent @event, Recorded recorded) => @event switch
    {
        ActorEvent.Described e => new Actor { Id = e.Actor, Kind = e.Kind, Name = e.Name, Description = e.Description, State = e.State },
        ActorEvent.AliasAdded e => state! with { Aliases = state.Aliases.Add(e.Alias) },
        ActorEvent.NexusAdded e => state! with { Nexuses = state.Nexuses.Add(e.Nexus) },
        _ => throw new InvalidOperationException($"No rule for {@event.GetType().Name}."),
    };
}

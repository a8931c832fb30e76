using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Actors;
using AttributionRegistry.Domain.Cases;

namespace AttributionRegistry.Server.Actors;

/// <summary>An actor in a list.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Kind">Activity cluster, organisation, person or territory: four kinds, never mixed in one record.</param>
/// <param name="Name">The name the registry files it under.</param>
/// <param name="State">ISO 3166-1 alpha-2 code, for a territory.</param>
public sealed record ActorSummary(ActorId Id, ActorKind Kind, string Name, string? State);

/// <summary>An actor with every name it goes by, who coined each, and what others tie it to.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Kind">Activity cluster, organisation, person or territory.</param>
/// <param name="Name">The name the registry files it under.</param>
/// <param name="Description">What is known, in words.</param>
/// <param name="State">ISO 3166-1 alpha-2 code, for a territory.</param>
/// <param name="Aliases">Other names, each with who coined it and how far it covers this actor.</param>
/// <param name="Nexuses">Ties to other actors that somebody asserts; never facts of the registry.</param>
public sealed record ActorView(
    ActorId Id, ActorKind Kind, string Name, Text? Description, string? State, IReadOnlyList<Alias> Aliases, IReadOnlyList<Nexus> Nexuses)
{
    public static ActorView Of(Actor actor)
    {
        ArgumentNullException.ThrowIfNull(actor);
        return new ActorView(actor.Id, actor.Kind, actor.Name, actor.Description, actor.State, actor.Aliases, actor.Nexuses);
    }
}

/// <summary>An actor that a name may mean.</summary>
/// <param name="Actor">Its id.</param>
/// <param name="Name">The name the registry files it under.</param>
/// <param name="MatchedName">The recorded name that the query matched.</param>
/// <param name="CoinedBy">Who uses that name; empty for the registry's own.</param>
/// <param name="Relation">How far the name covers the actor.</param>
public sealed record ActorCandidate(ActorId Actor, string Name, string MatchedName, string CoinedBy, AliasRelation Relation);

/// <summary>What a name may mean: candidates, never one pick. An unknown name has none, and that is no error.</summary>
/// <param name="Query">The name as asked for.</param>
/// <param name="Candidates">Every actor that somebody calls so.</param>
public sealed record ActorResolution(string Query, IReadOnlyList<ActorCandidate> Candidates);

using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Actors;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.Scales;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Registry;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AttributionRegistry.Server.Actors;

/// <summary>A new actor.</summary>
/// <param name="Kind">Activity cluster, organisation, person or territory.</param>
/// <param name="Name">The name to file it under.</param>
/// <param name="Description">What is known, in words.</param>
/// <param name="State">ISO 3166-1 alpha-2 code; only for a territory.</param>
public sealed record DescribeActorRequest(ActorKind Kind, string Name, Text? Description = null, string? State = null);

/// <summary>Another name of an actor.</summary>
/// <param name="Name">The name.</param>
/// <param name="CoinedBy">Who uses it.</param>
/// <param name="Relation">How far it covers the actor.</param>
/// <param name="Source">Where that was read.</param>
public sealed record AddAliasRequest(string Name, string CoinedBy, AliasRelation Relation, Source Source);

/// <summary>A tie to another actor that somebody asserts.</summary>
/// <param name="To">The other actor.</param>
/// <param name="Likelihood">A term code of the ICD 203 likelihood scale.</param>
/// <param name="Confidence">Confidence, apart from the likelihood.</param>
/// <param name="AssertedBy">Who says so.</param>
/// <param name="Source">Where that was read.</param>
public sealed record AddNexusRequest(ActorId To, string Likelihood, AnalyticConfidence Confidence, string AssertedBy, Source Source);

/// <summary>Changes to actors, by analysts and registrars.</summary>
public static class WriteActors
{
    /// <summary>Records an actor: what is observed, an organisation, a person or a territory.</summary>
    public static Task<Results<Created<Written>, ProblemHttpResult>> DescribeAsync(
        Body<DescribeActorRequest> body, Ask ask, Writes writes, Entropy entropy, CancellationToken cancel)
    {
        var (id, asked) = (entropy.NewId<ActorId>(), body.Value);
        return RunAsync(
            ask.With(body), id, $"/v1/actors/{id}", writes,
            _ => new ActorCommand.Describe(id, asked.Kind, asked.Name, asked.Description, asked.State) { By = ask.By, At = ask.At }, cancel);
    }

    /// <summary>Records another name of the actor, with who coined it and how far it covers the actor.</summary>
    public static Task<Results<Created<Written>, ProblemHttpResult>> AddAliasAsync(
        ActorId actorId, Body<AddAliasRequest> body, Ask ask, Writes writes, CancellationToken cancel)
    {
        var asked = body.Value;
        return RunAsync(
            ask.With(body), actorId, $"/v1/actors/{actorId}", writes,
            _ => new ActorCommand.AddAlias(new Alias(asked.Name, asked.CoinedBy, asked.Relation, asked.Source)) { By = ask.By, At = ask.At }, cancel);
    }

    /// <summary>Records that somebody ties the actor to another one, with likelihood, confidence and source.</summary>
    public static Task<Results<Created<Written>, ProblemHttpResult>> AddNexusAsync(
        ActorId actorId, Body<AddNexusRequest> body, Ask ask, Writes writes, CancellationToken cancel)
    {
        var asked = body.Value;
        var nexus = new Nexus(asked.To, asked.Likelihood, asked.Confidence, asked.AssertedBy, asked.Source);
        return RunAsync(
            ask.With(body), actorId, $"/v1/actors/{actorId}", writes,
            session => new ActorCommand.AddNexus(nexus, session.Load(ActorJournal.Definition, ActorJournal.Stream(asked.To)) is not null) { By = ask.By, At = ask.At },
            cancel);
    }

    private static Task<Results<Created<Written>, ProblemHttpResult>> RunAsync(
        Ask ask, ActorId actor, string location, Writes writes, Func<Session, ActorCommand> command, CancellationToken cancel)
    {
        var stream = ActorJournal.Stream(actor);
        return writes.CreateAsync(
            ask,
            new Act(
                session => session.Append(
                    ActorJournal.Definition, stream, ActorDecider.Decide(session.Load(ActorJournal.Definition, stream), command(session))),
                actor.Value, stream),
            location, cancel);
    }
}

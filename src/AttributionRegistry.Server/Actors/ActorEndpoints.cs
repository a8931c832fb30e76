using AttributionRegistry.Server.Http;

namespace AttributionRegistry.Server.Actors;

public static class ActorEndpoints
{
    public static IServiceCollection AddActors(this IServiceCollection services) => services.AddProblems(
        new("actor-exists", 409, "Actor exists", "There is an actor with this id.", "Read it and add a name or a tie."),
        new("alias-incomplete", 422, "Alias incomplete", "A name comes with who coined it.", "Send name and coinedBy."),
        new("alias-exists", 409, "Alias exists", "This name by this source is recorded.", "Nothing is to be done."),
        new("actor-unknown", 422, "Actor unknown", "The other actor does not exist.", "Record it first, or correct the id."),
        new("nexus-to-itself", 422, "Tie to itself", "A tie is between two different actors.", "Name another actor."),
        new("likelihood-unknown", 422, "Likelihood unknown", "The likelihood is no term code of the ICD 203 scale.", "See /v1/scales."));

    public static void MapActors(this IEndpointRouteBuilder routes)
    {
        var actors = routes.MapGroup("/actors").WithTags("Actors");
        actors.MapGet("/", ReadActors.List).WithName("ListActors").PublicRead();
        actors.MapGet("/resolve", ReadActors.Resolve).WithName("ResolveActor").PublicRead();
        actors.MapGet("/{actorId}", ReadActors.Get).WithName("GetActor").PublicRead().Conditional().Refuses(404);
        actors.MapPost("/", WriteActors.DescribeAsync).WithName("DescribeActor").Refuses(403, 409, 422);
        actors.MapPost("/{actorId}/aliases", WriteActors.AddAliasAsync).WithName("AddAlias").Refuses(403, 404, 409, 422);
        actors.MapPost("/{actorId}/nexuses", WriteActors.AddNexusAsync).WithName("AddNexus").Refuses(403, 404, 409, 422);
    }
}

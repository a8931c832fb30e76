using AttributionRegistry.Domain.Scales;
using AttributionRegistry.Server.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AttributionRegistry.Server.Scales;

/// <summary>The scales in which judgements are made, as data. They change only with the program.</summary>
public static class ScaleEndpoints
{
    public static void MapScales(this IEndpointRouteBuilder routes)
    {
        var scales = routes.MapGroup("/scales").WithTags("Scales").PublicRead();
        scales.MapGet("/", List).WithName("ListScales");
        scales.MapGet("/{scaleId}", Get).WithName("GetScale").Refuses(404);
    }

    /// <summary>Every scale with its version, source, terms and bounds. Judgements are never converted from one to another.</summary>
    public static Ok<Page<Scale>> List() => TypedResults.Ok(new Page<Scale>(Domain.Scales.Scales.All, null));

    /// <summary>One scale by its id.</summary>
    public static Results<Ok<Scale>, ProblemHttpResult> Get(string scaleId) =>
        Domain.Scales.Scales.Find(scaleId) is { } scale ? TypedResults.Ok(scale) : Problems.NotFound();
}

using AttributionRegistry.Server.Http;

namespace AttributionRegistry.Server.Chambers;

/// <summary>The appeals chamber, appeals, and the last panel's vote on reopening.</summary>
public static class ChamberEndpoints
{
    public static void MapChambers(this IEndpointRouteBuilder v1)
    {
        ArgumentNullException.ThrowIfNull(v1);
        var chamber = v1.MapGroup("/incidents/{incidentId}/chamber").WithTags("Appeals");
        chamber.MapGet("/", ReadChamber.Handle).WithName("ReadChamber").Conditional().Refuses(404);
        chamber.MapPost("/", DrawChamber.HandleAsync).WithName("DrawChamber").Refuses(403, 404, 409, 422);
        chamber.MapPost("/pool", FreezeChamberPool.HandleAsync).WithName("FreezeChamberPool").Refuses(403, 404, 409, 422);
        chamber.MapGet("/draw", ReadChamberDraw.Handle).WithName("ReadChamberDraw").Conditional().Refuses(404);
        chamber.MapPost("/recusals", RecuseFromChamber.HandleAsync).WithName("RecuseFromChamber").Refuses(403, 404, 409, 422);
        chamber.MapPost("/matters/{matter}/votes", VoteInChamber.HandleAsync).WithName("VoteInChamber").Refuses(403, 404, 409, 422);

        var appeals = v1.MapGroup("/findings/{number}/appeals").WithTags("Appeals");
        appeals.MapGet("/", ReadAppeals.OfFinding).WithName("ListAppeals").PublicRead().Refuses(404);
        appeals.MapPost("/", FileAppeal.HandleAsync).WithName("FileAppeal").Refuses(403, 404, 409, 422);
        v1.MapGet("/appeals/{appealId}", ReadAppeals.Handle).WithName("ReadAppeal").WithTags("Appeals").PublicRead().Refuses(404);

        v1.MapPost("/petitions/{petitionId}/votes", VoteOnPetition.HandleAsync).WithName("VoteOnPetition").WithTags("Appeals").Refuses(403, 404, 409, 422);
    }
}

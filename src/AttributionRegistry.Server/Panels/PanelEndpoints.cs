using AttributionRegistry.Server.Http;

namespace AttributionRegistry.Server.Panels;

/// <summary>Pools, the draw, seats, recusals and challenges.</summary>
public static class PanelEndpoints
{
    public static void MapPanels(this IEndpointRouteBuilder routes)
    {
        ArgumentNullException.ThrowIfNull(routes);
        var pools = routes.MapGroup("/pools").WithTags("Panels");
        pools.MapPost("/", FreezePool.HandleAsync).WithName("FreezePool").Refuses(403, 404, 409, 422);
        pools.MapGet("/{poolId}", ReadPool.Handle).WithName("ReadPool").Conditional().Refuses(404);

        var ofCase = routes.MapGroup("/incidents/{incidentId}/panel").WithTags("Panels");
        ofCase.MapGet("/", ReadPanel.OfCase).WithName("ReadPanelOfIncident").Conditional().Refuses(404);
        ofCase.MapPost("/", DrawPanel.HandleAsync).WithName("DrawPanel").Refuses(403, 404, 409, 422);

        var panels = routes.MapGroup("/panels/{panelId}").WithTags("Panels");
        panels.MapGet("/", ReadPanel.Handle).WithName("ReadPanel").Conditional().Refuses(404);
        panels.MapGet("/draw", ReadDraw.Handle).WithName("ReadDraw").Conditional().Refuses(404);
        panels.MapGet("/declarations", ReadDeclarations.Handle).WithName("ReadDeclarations").Conditional().Refuses(404);
        panels.MapPost("/declarations", Declare.HandleAsync).WithName("DeclareForPanel").Refuses(403, 404, 409, 422);
        panels.MapGet("/recusals", ReadRecusals.Handle).WithName("ReadRecusals").Conditional().Refuses(404);
        panels.MapPost("/recusals", Recuse.HandleAsync).WithName("RecuseMember").Refuses(403, 404, 409, 422);
        panels.MapGet("/challenges", ReadChallenges.Handle).WithName("ReadChallenges").Conditional().Refuses(404);
        panels.MapPost("/challenges", ChallengeMember.HandleAsync).WithName("ChallengeMember").Refuses(403, 404, 409, 422);
        panels.MapPost("/challenges/{challengeId}/votes", VoteOnChallenge.HandleAsync).WithName("VoteOnChallenge").Refuses(403, 404, 409, 422);
        panels.MapPost("/challenges/{challengeId}/decision", DecideChallenge.HandleAsync).WithName("DecideChallenge").Refuses(403, 404, 409, 422);
    }
}

using AttributionRegistry.Server.Http;

namespace AttributionRegistry.Server.Rounds;

/// <summary>Rounds: sealed ballots, openings, counts, opinions.</summary>
public static class RoundEndpoints
{
    public static IServiceCollection AddRounds(this IServiceCollection services)
    {
        services.AddSingleton<RoundReads>();
        services.AddSingleton<RoundActs>();
        services.AddHostedService<Clerk>();
        services.AddHostedService<CoverSeals>();
        return services;
    }

    public static void MapRounds(this IEndpointRouteBuilder routes)
    {
        ArgumentNullException.ThrowIfNull(routes);
        var ofCase = routes.MapGroup("/incidents/{incidentId}/rounds").WithTags("Rounds");
        ofCase.MapGet("/", ReadRounds.OfCase).WithName("ListRounds").Conditional().Refuses(404);
        ofCase.MapPost("/", OpenRound.HandleAsync).WithName("OpenRound").Refuses(403, 404, 409, 422);

        var rounds = routes.MapGroup("/rounds/{roundId}").WithTags("Rounds");
        rounds.MapGet("/", ReadRounds.Handle).WithName("ReadRound").Conditional().Refuses(404);
        rounds.MapGet("/envelopes", ReadEnvelopes.Handle).WithName("ReadEnvelopes").Conditional().Refuses(404, 409);
        rounds.MapPost("/envelopes", CommitBallot.HandleAsync).WithName("CommitBallot").Refuses(403, 404, 409, 422);
        rounds.MapGet("/openings", ReadOpenings.Handle).WithName("ReadOpenings").Conditional().Refuses(404, 409);
        rounds.MapPost("/openings", OpenBallot.HandleAsync).WithName("OpenBallot").Refuses(403, 404, 409, 422);
        rounds.MapGet("/escrow", ReadEscrow.Handle).WithName("ReadEscrow").Conditional().Refuses(404, 409);
        rounds.MapPost("/shares", ReleaseShares.HandleAsync).WithName("ReleaseShares").Refuses(404, 409, 422);
        rounds.MapPost("/windows", CloseWindow.HandleAsync).WithName("CloseWindow").Refuses(403, 404, 409);
        rounds.MapPost("/acknowledgement", Acknowledge.HandleAsync).WithName("AcknowledgeContraryArgument").Refuses(404, 409);
        rounds.MapGet("/motions", ReadMotions.Handle).WithName("ReadMotions").Conditional().Refuses(404);
        rounds.MapPost("/motions", RaiseMotion.HandleAsync).WithName("RaiseMotion").Refuses(404, 409, 422);
        rounds.MapPost("/motions/{motionId}/votes", VoteOnMotion.HandleAsync).WithName("VoteOnMotion").Refuses(404, 409);
        rounds.MapPost("/motions/{motionId}/decision", DecideMotion.HandleAsync).WithName("DecideMotion").Refuses(403, 404, 409);
        rounds.MapGet("/tally", ReadTally.Handle).WithName("ReadTally").Conditional().Refuses(404);
        rounds.MapPost("/tally", CountRound.HandleAsync).WithName("CountRound").Refuses(403, 404, 409);
        rounds.MapGet("/mapping", ReadMapping.Handle).WithName("ReadBallotKeyMapping").PublicRead().Refuses(404);
        rounds.MapPost("/mapping-requests", RequestMapping.HandleAsync).WithName("RequestBallotKeyMapping").Refuses(403, 404, 409, 422);
        rounds.MapGet("/opinions", ReadOpinions.Handle).WithName("ReadOpinions").Conditional().Refuses(404);
        rounds.MapPost("/opinions", FileOpinion.HandleAsync).WithName("FileOpinion").Refuses(404, 409, 422);
    }
}

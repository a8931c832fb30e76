using AttributionRegistry.Server.Http;

namespace AttributionRegistry.Server.Bundles;

public static class BundleEndpoints
{
    public static IServiceCollection AddBundles(this IServiceCollection services)
    {
        services.AddSingleton<PublicOpenings>();
        services.AddSingleton<ProofFiles>();
        services.AddSingleton<BundleCheckpoints>();
        services.AddSingleton<FindingBundles>();
        return services;
    }

    public static void MapBundles(this IEndpointRouteBuilder v1)
    {
        var log = v1.MapGroup("/log").WithTags("Log").PublicRead();
        log.MapGet("/entries/{index}", ReadEntry.Handle).WithName("ReadEntry").Refuses(404);
        log.MapGet("/entries/{index}/proof", ReadEntryProof.Handle).WithName("ReadEntryProof").Refuses(404);
        log.MapGet("/lookup", LookUpEntry.Handle).WithName("LookUpEntry").Refuses(404, 422);

        var findings = v1.MapGroup("/findings/{number}").WithTags("Findings").PublicRead();
        findings.MapGet("/proof", ReadFindingProof.Handle).WithName("ReadFindingProof").Refuses(404);
        findings.MapGet("/versions/{version}/proof", ReadVersionProof.Handle).WithName("ReadVersionProof").Refuses(404);
        findings.MapGet("/bundle", GetBundle.HandleAsync).WithName("GetBundle").Conditional().Refuses(404, 409);
        findings.MapGet("/versions/{version}/bundle", GetVersionBundle.HandleAsync).WithName("GetVersionBundle").Conditional().Refuses(404, 409);

        v1.MapGet("/evidence/{evidenceId}/proof", ReadEvidenceProof.Handle).WithName("ReadEvidenceProof").WithTags("Evidence").PublicRead().Refuses(404);
        v1.MapGet("/rounds/{roundId}/proof", ReadRoundProof.Handle).WithName("ReadRoundProof").WithTags("Rounds").PublicRead().Refuses(404);
    }
}

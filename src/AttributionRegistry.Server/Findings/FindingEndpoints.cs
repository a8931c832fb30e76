using AttributionRegistry.Server.Findings.Search;
using AttributionRegistry.Server.Http;

namespace AttributionRegistry.Server.Findings;

public static class FindingEndpoints
{
    public static IServiceCollection AddFindings(this IServiceCollection services)
    {
        services.AddSingleton<OfficialMark>();
        services.AddSingleton<PublishedDocuments>();
        services.AddSingleton<Publisher>();
        services.AddSingleton<IDerivedFromFindings, SearchIndex>();
        services.AddSingleton<FindingSearch>();
        services.AddSingleton<Derivations>();
        services.AddSingleton<PublishFinding>();
        services.AddSingleton<Reconsider>();
        services.AddSingleton<FindingLocator>();
        services.AddSingleton<FindingRecords>();
        services.AddSingleton<PublishedVersions>();
        services.AddHostedService<RecordCheck>();
        return services;
    }

    public static void MapFindings(this IEndpointRouteBuilder v1)
    {
        var drafts = v1.MapGroup("/incidents/{incidentId}/finding").WithTags("Findings");
        drafts.MapPut("/", DraftFinding.HandleAsync).WithName("DraftFinding").Refuses(403, 404, 409, 422);
        drafts.MapGet("/", PreviewFinding.Handle).WithName("PreviewFinding").Refuses(404);
        drafts.MapPost("/corrections", CorrectFinding.HandleAsync).WithName("CorrectFinding").Idempotent().Refuses(403, 404, 409, 422);

        var findings = v1.MapGroup("/findings").WithTags("Findings");
        findings.MapGet("/", ListFindings.Handle).WithName("ListFindings").PublicRead();
        findings.MapGet("/facets", ReadFindingFacets.Handle).WithName("ReadFindingFacets").PublicRead();
        findings.MapGet("/{number}", ReadFinding.HandleAsync).WithName("ReadFinding").PublicRead().Conditional().Refuses(404).Produces<FindingRepresentation>();
        findings.MapGet("/{number}/versions", ListFindingVersions.Handle).WithName("ListFindingVersions").PublicRead().Refuses(404);
        findings.MapGet("/{number}/versions/{version}", ReadFindingVersion.HandleAsync).WithName("ReadFindingVersion").PublicRead().Conditional().Refuses(404).Produces<FindingRepresentation>();
        findings.MapGet("/{number}/diff", DiffFinding.Handle).WithName("DiffFinding").PublicRead().Refuses(404);
        findings.MapGet("/{number}/record", ReadRecord.Handle).WithName("ReadRecord").PublicRead().Refuses(404);
        findings.MapGet("/{number}/versions/{version}/record", ReadVersionRecord.Handle).WithName("ReadVersionRecord").PublicRead().Refuses(404);
        findings.MapGet("/{number}/petitions", ListPetitions.Handle).WithName("ListPetitions").PublicRead().Refuses(404);
        findings.MapPost("/{number}/petitions", FilePetition.HandleAsync).WithName("FilePetition").Idempotent().Refuses(404, 409, 422);

        var petitions = v1.MapGroup("/petitions/{petitionId}").WithTags("Findings");
        petitions.MapGet("/", ReadPetition.Handle).WithName("ReadPetition").PublicRead().Refuses(404);
        petitions.MapPost("/answer", AnswerPetition.HandleAsync).WithName("AnswerPetition").Idempotent().Refuses(403, 404, 409, 422);
        petitions.MapPost("/decision", DecidePetition.HandleAsync).WithName("DecidePetition").Idempotent().Refuses(403, 404, 409, 422);
    }
}

using AttributionRegistry.Domain;
using AttributionRegistry.Server.Evidence.Bags;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Registry.Signing;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc;

namespace AttributionRegistry.Server.Evidence;

public static class EvidenceEndpoints
{
    public static IServiceCollection AddEvidence(this IServiceCollection services)
    {
        services.AddProblems(EvidenceProblems.All);
        services.AddSingleton<Payloads>();
        services.AddSingleton<PayloadAlarm>();
        services.AddSingleton<PayloadChecks>();
        services.AddSingleton<Restorations>();
        services.AddSingleton<Quota>();
        services.AddSingleton<PayloadIntake>();
        services.AddSingleton<SubmitUploaded>();
        services.AddSingleton<PayloadOutlet>();
        services.AddSingleton<AccessRecorder>();
        services.AddSingleton<WholePayloads>();
        services.AddSingleton<EvidenceBags>();
        services.AddSingleton<MetadataStripper>();
        services.AddSingleton<PayloadScans>();
        services.AddHostedService<ScanQueue>();
        services.AddHostedService<PayloadSweeper>();
        services.AddHostedService<IntegritySweep>();
        return services;
    }

    public static void MapEvidence(this IEndpointRouteBuilder routes)
    {
        var ofIncident = routes.MapGroup("/incidents/{incidentId}/evidence").WithTags("Evidence");
        ofIncident.MapGet("/", EvidenceReads.List).WithName("ListEvidence").PublicRead().Refuses(404);
        ofIncident.MapPost("/", WriteEvidence.SubmitAsync).WithName("SubmitEvidence").Refuses(403, 404, 409, 413, 422, 507);
        ofIncident.MapPost("/bulk", SubmitBulk.HandleAsync).WithName("SubmitEvidenceInBulk").Refuses(404, 409, 422);

        ofIncident.MapGet("/bag", GetBag.HandleAsync).WithName("ExportEvidence")
            .Produces(StatusCodes.Status200OK, contentType: EvidenceBags.MediaType)
            .DisableRequestTimeout()
            .Refuses(403, 404, 409);
        routes.MapGet("/integrity", ReadIntegrity.Handle).WithName("ReadIntegrity").WithTags("Evidence")
            .RequiresRole(Role.Custodian, Role.Auditor, Role.Operator).Refuses(403);

        var evidence = routes.MapGroup("/evidence/{evidenceId}").WithTags("Evidence");
        evidence.MapGet("/", EvidenceReads.Get).WithName("GetEvidence").PublicRead().Conditional().Refuses(404);
        evidence.MapGet("/custody", EvidenceReads.Custody).WithName("ListCustody").Refuses(404);
        evidence.MapPost("/custody", CustodyVerbs.RecordAsync).WithName("RecordCustody").Refuses(403, 404, 409, 422);
        evidence.MapPost("/custody/offer/acceptance", CustodyVerbs.AnswerOfferAsync).WithName("AnswerCustodyOffer").Refuses(403, 404, 409, 422);
        evidence.MapPost("/custody/offer/withdrawal", CustodyVerbs.WithdrawOfferAsync).WithName("WithdrawCustodyOffer").Refuses(403, 404, 409, 422);
        evidence.MapPost("/custody/takeover", CustodyVerbs.OrderTakeoverAsync).WithName("OrderCustodyTakeover").Refuses(403, 404, 409, 422);
        evidence.MapGet("/custody-report", ReadCustodyReport.Handle).WithName("ReadCustodyReport")
            .Produces<CustodyReport>(StatusCodes.Status200OK, "application/json", "text/html").Refuses(404, 406);
        evidence.MapGet("/custody-report.html", ReadCustodyReport.Page).WithName("ReadCustodyReportPage").Produces<string>(StatusCodes.Status200OK, "text/html").Refuses(404);
        evidence.MapGet("/provenance", ReadProvenance.Handle).WithName("ReadProvenance").PublicRead()
            .Produces<ProvenanceGraph>(StatusCodes.Status200OK, ProvenanceGraph.MediaType).Refuses(404);
        evidence.MapGet("/metadata", Derive.ReadMetadataAsync).WithName("ReadEvidenceMetadata").Refuses(404, 409, 422);
        evidence.MapPost("/derivations", Derive.HandleAsync).WithName("DeriveEvidence").NotSignable().Refuses(403, 404, 409, 422);
        evidence.MapPost("/origin-links", WriteEvidence.LinkOriginAsync).WithName("LinkOrigin").Refuses(403, 404, 409, 422);
        evidence.MapGet("/source", ReadSource.HandleAsync).WithName("ReadEvidenceSource").Refuses(403, 404);
        evidence.MapGet("/grades", EvidenceReads.Grades).WithName("ListGrades").Refuses(404);
        evidence.MapPost("/grades", WriteEvidence.GradeAsync).WithName("GradeEvidence").Refuses(403, 404, 409, 422);
        evidence.MapPut("/gist", WriteEvidence.WriteGistAsync).WithName("WriteGist").Refuses(403, 404, 409, 412, 422);
        evidence.MapPost("/release", WriteEvidence.ReleaseAsync).WithName("ReleaseEvidence").Refuses(403, 404, 409, 422);
        evidence.MapPut("/label", WriteEvidence.RelabelAsync).WithName("RelabelEvidence").Refuses(403, 404, 409, 412, 422);
        evidence.MapPost("/admissibility", WriteEvidence.JudgeAsync).WithName("JudgeEvidence").Refuses(403, 404, 409, 422);
        evidence.MapPost("/erasure", WriteEvidence.EraseAsync).WithName("EraseEvidence").Refuses(403, 404, 409, 422);
        evidence.MapPost("/restoration", RestoreEvidence.HandleAsync).WithName("RestoreEvidence").NotSignable().DisableRequestTimeout().Refuses(403, 404, 409, 422);
        evidence.MapGet("/accesses", EvidenceReads.Accesses).WithName("ListAccesses").Refuses(403, 404);
        evidence.MapPost("/scans", ScanEvidence.HandleAsync).WithName("ScanEvidence").NotSignable().DisableRequestTimeout().Refuses(404, 409, 503);
        MapContent(evidence, routes.ServiceProvider.GetRequiredService<RegistrySettings>().MaxEvidenceBytes);
    }

    // A large file takes longer than any other request may; the least data rate still ends those that stand still.
    private static void MapContent(IEndpointRouteBuilder evidence, long maxBytes)
    {
        evidence.MapPut("/content", PutContent.HandleAsync).WithName("PutEvidenceContent").NotSignable()
            .WithMetadata(new RequestSizeLimitAttribute(maxBytes), new AcceptsMetadata(["application/octet-stream", "*/*"], typeof(Stream), isOptional: true))
            .DisableRequestTimeout()
            .Refuses(400, 403, 404, 409, 413, 415, 422, 429, 507);
        evidence.MapGet("/content", GetContent.HandleAsync).WithName("GetEvidenceContent").PublicRead().Conditional()
            .Produces(StatusCodes.Status200OK, contentType: MediaTypes.Unknown, additionalContentTypes: ProtectedZip.MediaType)
            .Produces(StatusCodes.Status206PartialContent, contentType: MediaTypes.Unknown)
            .DisableRequestTimeout()
            .Refuses(404, 409, 410, 416);
    }
}

using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Registry;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AttributionRegistry.Server.Incidents;

/// <summary>What the assessment comes to, in words.</summary>
public sealed record FreezeRequest(Text Summary);

public static class ListAssessments
{
    /// <summary>The frozen versions of the assessment, each with the digest of its canonical document.</summary>
    public static Results<Ok<Page<FrozenAssessment>>, StatusCodeHttpResult, ProblemHttpResult> Handle(
        IncidentId incidentId, PageQuery page, Caller caller, CaseLists lists, HttpContext http) =>
        lists.ForReader(http, incidentId, caller, page, state => state.Assessments);
}

public static class FreezeAssessment
{
    /// <summary>Freezes the assessment by digest: hypotheses, graded evidence, the complete matrix, assumptions, gaps and memo.</summary>
    public static Task<Results<Created<Written>, ProblemHttpResult>> HandleAsync(
        IncidentId incidentId, Body<FreezeRequest> body, Ask ask, CaseWrites cases, RegistryCore core, CancellationToken cancel)
    {
        var id = core.Entropy.NewId<AssessmentId>();
        return cases.CreateAsync(
            ask.With(body), incidentId, id.Value, $"/v1/incidents/{incidentId}/assessments",
            (_, state) => new CaseCommand.FreezeAssessment(id, body.Value.Summary, AssessmentDocument.Digest(state, body.Value.Summary)) { By = ask.By, At = ask.At },
            cancel);
    }
}

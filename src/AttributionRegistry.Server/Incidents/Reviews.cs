using System.Collections.Immutable;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Registry;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AttributionRegistry.Server.Incidents;

/// <summary>An external review of a frozen assessment.</summary>
/// <param name="Assessment">The version that was reviewed.</param>
/// <param name="NoConflict">That the reviewer has no conflict of interest.</param>
/// <param name="Conclusion">What the review comes to.</param>
/// <param name="Points">Its points; each is answered.</param>
public sealed record ReviewRequest(AssessmentId Assessment, bool NoConflict, Text Conclusion, ImmutableArray<Text> Points);

public static class ListReviews
{
    /// <summary>The external reviews with the answers to their points.</summary>
    public static Results<Ok<Page<Review>>, StatusCodeHttpResult, ProblemHttpResult> Handle(
        IncidentId incidentId, PageQuery page, Caller caller, CaseLists lists, HttpContext http) =>
        lists.ForReader(http, incidentId, caller, page, state => state.Reviews);
}

public static class FileReview
{
    /// <summary>Files a review of the frozen assessment.</summary>
    public static Task<Results<Created<Written>, ProblemHttpResult>> HandleAsync(
        IncidentId incidentId, Body<ReviewRequest> body, Ask ask, CaseWrites cases, RegistryCore core, CancellationToken cancel)
    {
        var (id, review) = (core.Entropy.NewId<ReviewId>(), body.Value);
        return cases.CreateAsync(
            ask.With(body), incidentId, id.Value, $"/v1/incidents/{incidentId}/reviews",
            (_, _) => new CaseCommand.FileReview(id, review.Assessment, review.NoConflict, review.Conclusion, review.Points) { By = ask.By, At = ask.At },
            cancel);
    }
}

using AttributionRegistry.Server.Http;

namespace AttributionRegistry.Server.Incidents;

public static class IncidentEndpoints
{
    /// <summary>Incidents and their cases.</summary>
    public static IEndpointRouteBuilder MapIncidents(this IEndpointRouteBuilder routes)
    {
        ArgumentNullException.ThrowIfNull(routes);
        var incidents = routes.MapGroup("/incidents").WithTags("Incidents");
        incidents.MapGet("/", ListIncidents.Handle).WithName("ListIncidents").PublicRead();
        incidents.MapPost("/", ReferIncident.HandleAsync).WithName("ReferIncident").Refuses(403, 422);
        var one = incidents.MapGroup("/{incidentId}");
        one.MapGet("/", ReadIncident.Handle).WithName("ReadIncident").PublicRead().Conditional().Refuses(404);
        one.MapPut("/", ChangeIncident.HandleAsync).WithName("ChangeIncident").RequiresIfMatch().Refuses(403, 404, 409, 422);
        one.MapPut("/standing", RecordStanding.HandleAsync).WithName("RecordStanding").Refuses(403, 404, 409, 422);
        one.MapPost("/transitions", MoveIncident.HandleAsync).WithName("MoveIncident").Refuses(403, 404, 409, 422);
        one.MapPost("/suspension", SuspendIncident.HandleAsync).WithName("SuspendIncident").Refuses(403, 404, 409, 422);
        one.MapPost("/resumption", ResumeIncident.HandleAsync).WithName("ResumeIncident").Refuses(403, 404, 409, 422);
        one.MapPost("/pending/drop", DropPendingAct.HandleAsync).WithName("DropPendingAct").Refuses(403, 404, 409, 422);
        one.MapGet("/history", ReadHistory.Handle).WithName("ReadHistory").Refuses(404);
        one.MapGet("/entries", ReadDossier.List).WithName("ListCaseEntries").Refuses(404);
        one.MapGet("/entries/{index:long}", ReadDossier.Open).WithName("OpenCaseEntry").Refuses(404);
        one.MapPost("/entries/{index:long}/erasure", EraseText.HandleAsync).WithName("EraseEntryText").Refuses(403, 404, 409, 422);
        one.MapGet("/keys", ListCaseKeys.Handle).WithName("ListCaseKeys").PublicRead().Refuses(404);
        one.MapPost("/keys", BindCaseKey.HandleAsync).WithName("BindCaseKey").Refuses(403, 404, 409, 422);
        one.MapGet("/claims", ListClaims.Handle).WithName("ListClaims").PublicRead().Conditional().Refuses(404);
        one.MapPost("/claims", RecordClaim.HandleAsync).WithName("RecordClaim").Refuses(403, 404, 409, 422);
        one.MapPost("/claims/{claimId}/withdrawal", WithdrawClaim.HandleAsync).WithName("WithdrawClaim").Refuses(403, 404, 409, 422);
        MapPeople(one);
        MapAssessment(one);
        return routes;
    }

    private static void MapPeople(RouteGroupBuilder one)
    {
        one.MapGet("/roles", ListCaseRoles.Handle).WithName("ListCaseRoles").Conditional().Refuses(404);
        one.MapPost("/roles", AssignRole.HandleAsync).WithName("AssignRole").Refuses(403, 404, 409, 422);
        one.MapPost("/roles/removals", RemoveRole.HandleAsync).WithName("RemoveRole").Refuses(403, 404, 409, 422);
        one.MapGet("/parties", ListParties.Handle).WithName("ListParties").Conditional().Refuses(404);
        one.MapPost("/parties", NameParty.HandleAsync).WithName("NameParty").Refuses(403, 404, 409, 422);
        one.MapPost("/interests", DeclareInterests.HandleAsync).WithName("DeclareInterests").Refuses(403, 404, 409, 422);
        one.MapGet("/services", ListServices.Handle).WithName("ListServices").Conditional().Refuses(404);
        one.MapPost("/services", ServeParty.HandleAsync).WithName("ServeParty").Refuses(403, 404, 409, 422);
        one.MapGet("/statements", ReadStatements.Handle).WithName("ListStatements").Conditional().Refuses(404);
        one.MapPost("/statements", FileStatement.HandleAsync).WithName("FileStatement").Refuses(403, 404, 409, 422);
        one.MapGet("/replies", ListReplies.Handle).WithName("ListReplies").Conditional().Refuses(404);
        one.MapPost("/replies", FileReply.HandleAsync).WithName("FileReply").Refuses(403, 404, 409, 422);
        one.MapPost("/replies/{replyId}/points/{n:int}/answer", AnswerReplyPoint.HandleAsync).WithName("AnswerReplyPoint").Refuses(403, 404, 409, 422);
    }

    private static void MapAssessment(RouteGroupBuilder one)
    {
        one.MapGet("/hypotheses", ListHypotheses.Handle).WithName("ListHypotheses").Conditional().Refuses(404);
        one.MapPost("/hypotheses", ProposeHypothesis.HandleAsync).WithName("ProposeHypothesis").Refuses(403, 404, 409, 422);
        one.MapGet("/matrix", ReadMatrix.Handle).WithName("ReadMatrix").Conditional().Refuses(404);
        one.MapPost("/matrix", RateCells.HandleAsync).WithName("RateCells").Refuses(403, 404, 409, 422);
        one.MapPost("/assumptions", ListAssumption.HandleAsync).WithName("ListAssumption").Refuses(403, 404, 409, 422);
        one.MapPost("/gaps", ListGap.HandleAsync).WithName("ListGap").Refuses(403, 404, 409, 422);
        one.MapPost("/memo", FileMemo.HandleAsync).WithName("FileMemo").Refuses(403, 404, 409, 422);
        one.MapGet("/assessments", ListAssessments.Handle).WithName("ListAssessments").Conditional().Refuses(404);
        one.MapPost("/assessments", FreezeAssessment.HandleAsync).WithName("FreezeAssessment").Refuses(403, 404, 409, 422);
        one.MapGet("/reviews", ListReviews.Handle).WithName("ListReviews").Conditional().Refuses(404);
        one.MapPost("/reviews", FileReview.HandleAsync).WithName("FileReview").Refuses(403, 404, 409, 422);
        one.MapPost("/reviews/{reviewId}/points/{n:int}/answer", AnswerReviewPoint.HandleAsync).WithName("AnswerReviewPoint").Refuses(403, 404, 409, 422);
    }
}

using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Registry;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AttributionRegistry.Server.Incidents;

/// <summary>The answer to one point.</summary>
public sealed record AnswerRequest(Text Answer);

public static class AnswerReplyPoint
{
    /// <summary>Answers one point of a reply.</summary>
    public static Task<Results<Ok<Written>, ProblemHttpResult>> HandleAsync(
        IncidentId incidentId, ReplyId replyId, int n, Body<AnswerRequest> body, Ask ask, CaseWrites cases, CancellationToken cancel) =>
        Points.AnswerAsync(incidentId, replyId.Value, body, ask, cases, answer => new CaseCommand.AnswerReplyPoint(replyId, n, answer) { By = ask.By, At = ask.At }, cancel);
}

public static class AnswerReviewPoint
{
    /// <summary>Answers one point of a review.</summary>
    public static Task<Results<Ok<Written>, ProblemHttpResult>> HandleAsync(
        IncidentId incidentId, ReviewId reviewId, int n, Body<AnswerRequest> body, Ask ask, CaseWrites cases, CancellationToken cancel) =>
        Points.AnswerAsync(incidentId, reviewId.Value, body, ask, cases, answer => new CaseCommand.AnswerReviewPoint(reviewId, n, answer) { By = ask.By, At = ask.At }, cancel);
}

internal static class Points
{
    internal static Task<Results<Ok<Written>, ProblemHttpResult>> AnswerAsync(
        IncidentId incident, string id, Body<AnswerRequest> body, Ask ask, CaseWrites cases, Func<Text, CaseCommand> command, CancellationToken cancel) =>
        cases.ChangeAsync(ask.With(body), incident, id, (_, _) => command(body.Value.Answer), cancel);
}

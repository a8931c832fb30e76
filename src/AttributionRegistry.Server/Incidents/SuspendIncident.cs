using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Registry;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AttributionRegistry.Server.Incidents;

/// <summary>Why.</summary>
public sealed record ReasonRequest(string Reason);

public static class SuspendIncident
{
    /// <summary>Suspends an open case. It keeps its stage and returns to it.</summary>
    public static Task<Results<Ok<Written>, ProblemHttpResult>> HandleAsync(
        IncidentId incidentId, Body<ReasonRequest> body, Ask ask, CaseWrites cases, CancellationToken cancel) =>
        cases.ChangeAsync(
            ask.With(body), incidentId, incidentId.Value, (_, _) => new CaseCommand.Suspend(body.Value.Reason) { By = ask.By, At = ask.At }, cancel);
}

public static class ResumeIncident
{
    /// <summary>Lifts a suspension.</summary>
    public static Task<Results<Ok<Written>, ProblemHttpResult>> HandleAsync(
        IncidentId incidentId, Body<ReasonRequest> body, Ask ask, CaseWrites cases, CancellationToken cancel) =>
        cases.ChangeAsync(
            ask.With(body), incidentId, incidentId.Value, (_, _) => new CaseCommand.Resume(body.Value.Reason) { By = ask.By, At = ask.At }, cancel);
}

public static class DropPendingAct
{
    /// <summary>Takes back an act that its second person has not confirmed.</summary>
    public static Task<Results<Ok<Written>, ProblemHttpResult>> HandleAsync(
        IncidentId incidentId, Body<ReasonRequest> body, Ask ask, CaseWrites cases, CancellationToken cancel) =>
        cases.ChangeAsync(
            ask.With(body), incidentId, incidentId.Value, (_, _) => new CaseCommand.DropPendingAct(body.Value.Reason) { By = ask.By, At = ask.At }, cancel);
}

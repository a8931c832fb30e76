using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Registry;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AttributionRegistry.Server.Incidents;

/// <summary>Something that is not known and would matter.</summary>
public sealed record GapRequest(Text Gap);

/// <summary>The strongest case against the leading hypothesis.</summary>
public sealed record MemoRequest(Text Body);

public static class ListAssumption
{
    /// <summary>Lists a key assumption of the assessment and what would break it (A7).</summary>
    public static Task<Results<Created<Written>, ProblemHttpResult>> HandleAsync(
        IncidentId incidentId, Body<KeyAssumption> body, Ask ask, CaseWrites cases, CancellationToken cancel) =>
        cases.CreateAsync(
            ask.With(body), incidentId, incidentId.Value, $"/v1/incidents/{incidentId}",
            (_, _) => new CaseCommand.ListAssumption(body.Value) { By = ask.By, At = ask.At }, cancel);
}

public static class ListGap
{
    /// <summary>Lists an intelligence gap.</summary>
    public static Task<Results<Created<Written>, ProblemHttpResult>> HandleAsync(
        IncidentId incidentId, Body<GapRequest> body, Ask ask, CaseWrites cases, CancellationToken cancel) =>
        cases.CreateAsync(
            ask.With(body), incidentId, incidentId.Value, $"/v1/incidents/{incidentId}",
            (_, _) => new CaseCommand.ListGap(body.Value.Gap) { By = ask.By, At = ask.At }, cancel);
}

public static class FileMemo
{
    /// <summary>Files the mandatory contrary memo of the devil's advocate.</summary>
    public static Task<Results<Created<Written>, ProblemHttpResult>> HandleAsync(
        IncidentId incidentId, Body<MemoRequest> body, Ask ask, CaseWrites cases, CancellationToken cancel) =>
        cases.CreateAsync(
            ask.With(body), incidentId, incidentId.Value, $"/v1/incidents/{incidentId}",
            (_, _) => new CaseCommand.FileContraryMemo(body.Value.Body) { By = ask.By, At = ask.At }, cancel);
}

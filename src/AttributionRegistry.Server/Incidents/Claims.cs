using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Registry;
using AttributionRegistry.Server.Security;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AttributionRegistry.Server.Incidents;

/// <summary>That a speaker took a claim back.</summary>
/// <param name="Date">When they did.</param>
/// <param name="Words">In which words.</param>
/// <param name="Source">Where that was read.</param>
public sealed record WithdrawClaimRequest(VagueDate Date, string Words, Source? Source = null);

public static class ListClaims
{
    /// <summary>Who has said what about the incident: attributions, denials, refusals to attribute. Never merged; public with the finding.</summary>
    public static Results<Ok<Page<ClaimView>>, StatusCodeHttpResult, ProblemHttpResult> Handle(
        IncidentId incidentId, PageQuery page, Visitor visitor, CaseLists lists, HttpContext http) =>
        lists.ForReaderOrPublic(http, incidentId, visitor, page, state => state.Claims.Select(c => new ClaimView(c.Id, c.Content, c.RecordedAt, c.Withdrawn)));
}

public static class RecordClaim
{
    /// <summary>Records an outside statement about the incident, in its own words and on its own scale.</summary>
    public static Task<Results<Created<Written>, ProblemHttpResult>> HandleAsync(
        IncidentId incidentId, Body<ClaimContent> body, Ask ask, CaseWrites cases, RegistryCore core, CancellationToken cancel)
    {
        var id = core.Entropy.NewId<ClaimId>();
        return cases.CreateAsync(
            ask.With(body), incidentId, id.Value, $"/v1/incidents/{incidentId}/claims",
            (_, _) => new CaseCommand.RecordClaim(id, body.Value) { By = ask.By, At = ask.At }, cancel);
    }
}

public static class WithdrawClaim
{
    /// <summary>Records that the speaker withdrew a claim. The claim stays readable.</summary>
    public static Task<Results<Ok<Written>, ProblemHttpResult>> HandleAsync(
        IncidentId incidentId, ClaimId claimId, Body<WithdrawClaimRequest> body, Ask ask, CaseWrites cases, CancellationToken cancel) =>
        cases.ChangeAsync(
            ask.With(body), incidentId, claimId.Value,
            (_, _) => new CaseCommand.RecordWithdrawalOfClaim(claimId, new ClaimWithdrawal(body.Value.Date, body.Value.Words, body.Value.Source)) { By = ask.By, At = ask.At },
            cancel);
}

using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Registry;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AttributionRegistry.Server.Incidents;

/// <summary>The facts of an incident as they shall stand from now on, all of them.</summary>
public sealed record ChangeFactsRequest(IncidentFacts Facts);

/// <summary>What the secretariat found out about the referral.</summary>
/// <param name="Standing">Whether the referrer is verified, or stays anonymous.</param>
/// <param name="Consent">What the victim says.</param>
/// <param name="WithoutConsentBecause">Why the case goes on without the victim's consent.</param>
public sealed record StandingRequest(ReferrerStanding Standing, VictimConsent Consent, string? WithoutConsentBecause = null);

public static class ChangeIncident
{
    /// <summary>Replaces the facts of an incident, until the evidence set is frozen. If-Match names the case's version.</summary>
    public static Task<Results<Ok<Written>, ProblemHttpResult>> HandleAsync(
        IncidentId incidentId, Body<ChangeFactsRequest> body, Ask ask, CaseWrites cases, CancellationToken cancel) =>
        cases.ChangeAsync(
            ask.With(body), incidentId, incidentId.Value,
            (_, _) => new CaseCommand.ChangeFacts(body.Value.Facts) { By = ask.By, At = ask.At }, cancel, ifMatch: true);
}

public static class RecordStanding
{
    /// <summary>Records whether the referrer is verified, and what the victim says to an examination.</summary>
    public static Task<Results<Ok<Written>, ProblemHttpResult>> HandleAsync(
        IncidentId incidentId, Body<StandingRequest> body, Ask ask, CaseWrites cases, CancellationToken cancel) =>
        cases.ChangeAsync(
            ask.With(body), incidentId, incidentId.Value,
            (_, _) => new CaseCommand.RecordStanding(body.Value.Standing, body.Value.Consent, body.Value.WithoutConsentBecause) { By = ask.By, At = ask.At },
            cancel);
}

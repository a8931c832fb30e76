using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Registry;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AttributionRegistry.Server.Incidents;

/// <summary>A party of the case.</summary>
/// <param name="Person">Who speaks for it.</param>
/// <param name="As">Named party or victim.</param>
/// <param name="Represents">The state (ISO code), organisation or person it stands for.</param>
/// <param name="Lang">The language in which it is addressed.</param>
public sealed record NamePartyRequest(PersonId Person, Role As, string Represents, string Lang);

/// <summary>Interests in the outcome of this case; null declares that there are none.</summary>
public sealed record InterestsRequest(Text? Statement = null);

public static class ListParties
{
    /// <summary>The parties of the case and what they stand for.</summary>
    public static Results<Ok<Page<Party>>, StatusCodeHttpResult, ProblemHttpResult> Handle(
        IncidentId incidentId, PageQuery page, Caller caller, CaseLists lists, HttpContext http) =>
        lists.ByKey(http, incidentId, caller, page, state => state.Parties.Values, party => party.Person.Value);
}

public static class NameParty
{
    /// <summary>Names a party: the accused state's or organisation's representative, or the victim. It learns of the case by service.</summary>
    public static Task<Results<Created<Written>, ProblemHttpResult>> HandleAsync(
        IncidentId incidentId, Body<NamePartyRequest> body, Ask ask, CaseWrites cases, CancellationToken cancel) =>
        cases.CreateAsync(
            ask.With(body), incidentId, body.Value.Person.Value, $"/v1/incidents/{incidentId}/parties",
            (session, _) => new CaseCommand.NameParty(
                body.Value.Person, body.Value.As, body.Value.Represents, body.Value.Lang, InstanceRoles.Of(session, body.Value.Person))
            { By = ask.By, At = ask.At },
            cancel);
}

public static class DeclareInterests
{
    /// <summary>Declares one's own interests in this case. A declaration holds for a year.</summary>
    public static Task<Results<Created<Written>, ProblemHttpResult>> HandleAsync(
        IncidentId incidentId, Body<InterestsRequest> body, Ask ask, CaseWrites cases, CancellationToken cancel) =>
        cases.CreateAsync(
            ask.With(body), incidentId, ask.By.Id.Value, $"/v1/incidents/{incidentId}",
            (_, _) => new CaseCommand.DeclareInterests(body.Value.Statement) { By = ask.By, At = ask.At }, cancel);
}

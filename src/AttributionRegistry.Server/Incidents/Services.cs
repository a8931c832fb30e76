using System.Collections.Immutable;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Registry;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AttributionRegistry.Server.Incidents;

/// <summary>A service on a party.</summary>
/// <param name="On">The party's person.</param>
/// <param name="Documents">What was served.</param>
/// <param name="Method">How.</param>
/// <param name="Letter">The words that went with it.</param>
public sealed record ServeRequest(PersonId On, ImmutableArray<ServedDocument> Documents, string Method, Text? Letter = null);

public static class ListServices
{
    /// <summary>What was served on the parties. A party sees what was served on itself.</summary>
    public static Results<Ok<Page<ServiceView>>, StatusCodeHttpResult, ProblemHttpResult> Handle(
        IncidentId incidentId, PageQuery page, Caller caller, CaseLists lists, HttpContext http) =>
        lists.ForReaderOrParty(
            http, incidentId, caller, page,
            state => state.Services.Select(ServiceView.Of),
            state => state.Services.Where(s => s.On == caller.Id).Select(ServiceView.Of));
}

public static class ServeParty
{
    /// <summary>Records a service on a party. The reply clock starts at the last one (L6).</summary>
    public static Task<Results<Created<Written>, ProblemHttpResult>> HandleAsync(
        IncidentId incidentId, Body<ServeRequest> body, Ask ask, CaseWrites cases, RegistryCore core, CancellationToken cancel)
    {
        var id = core.Entropy.NewId<ServiceId>();
        return cases.CreateAsync(
            ask.With(body), incidentId, id.Value, $"/v1/incidents/{incidentId}/services",
            (_, _) => new CaseCommand.Serve(id, body.Value.On, body.Value.Documents, body.Value.Method, body.Value.Letter) { By = ask.By, At = ask.At },
            cancel);
    }
}

using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Registry;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AttributionRegistry.Server.Incidents;

public static class ListHypotheses
{
    /// <summary>The explanations that the assessment weighs.</summary>
    public static Results<Ok<Page<HypothesisView>>, StatusCodeHttpResult, ProblemHttpResult> Handle(
        IncidentId incidentId, PageQuery page, Caller caller, CaseLists lists, HttpContext http) =>
        lists.ForReader(http, incidentId, caller, page, state => state.Hypotheses.Select(h => new HypothesisView(h.Id, h.Content, h.ProposedBy)));
}

public static class ProposeHypothesis
{
    /// <summary>Adds a hypothesis. One that names a new state makes the recusals of the panel be computed again (V-12).</summary>
    public static Task<Results<Created<Written>, ProblemHttpResult>> HandleAsync(
        IncidentId incidentId, Body<HypothesisContent> body, Ask ask, CaseWrites cases, RegistryCore core, CancellationToken cancel)
    {
        var id = core.Entropy.NewId<HypothesisId>();
        return cases.CreateAsync(
            ask.With(body), incidentId, id.Value, $"/v1/incidents/{incidentId}/hypotheses",
            (_, _) => new CaseCommand.ProposeHypothesis(id, body.Value) { By = ask.By, At = ask.At }, cancel);
    }
}

using AttributionRegistry.Domain;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Incidents;
using AttributionRegistry.Server.Registry;
using AttributionRegistry.Server.Security;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AttributionRegistry.Server.Evidence;

public static class ReadProvenance
{
    /// <summary>
    /// Where an item comes from and what was made of it, as JSON-LD in the terms of W3C PROV. Outsiders see what is disclosed; of a hidden
    /// original they see its id and the commitment to its bytes, which stands in the log too.
    /// </summary>
    public static Results<JsonHttpResult<ProvenanceGraph>, ProblemHttpResult> Handle(
        EvidenceId evidenceId, Visitor visitor, CaseWrites locator, CaseReads cases, RegistryCore core) =>
        cases.Load(locator.Locate(evidenceId.Value)) is var (state, _) &&
        ProvenanceGraph.Of(state, state.Find(evidenceId)!, visitor.Caller, person => core.Pseudonym(CaseJournal.Stream(state.Id), person)) is { } graph
            ? TypedResults.Json(graph, ApiJson.Options, ProvenanceGraph.MediaType)
            : Problems.NotFound();
}

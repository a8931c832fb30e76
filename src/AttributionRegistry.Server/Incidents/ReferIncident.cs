using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Registry;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AttributionRegistry.Server.Incidents;

/// <summary>An incident that somebody asks the registry to examine.</summary>
/// <param name="Facts">What is known of it, with sources.</param>
/// <param name="Anonymous">Whether the referrer asks to be flagged as anonymous.</param>
/// <param name="Consent">What the victim says to an examination.</param>
public sealed record ReferRequest(IncidentFacts Facts, bool Anonymous, VictimConsent Consent);

public static class ReferIncident
{
    /// <summary>Refers an incident; its case starts here. Referring alone does not let the referrer see the case.</summary>
    public static Task<Results<Created<Written>, ProblemHttpResult>> HandleAsync(
        Body<ReferRequest> body, Ask ask, Writes writes, RegistryCore core, CancellationToken cancel)
    {
        var id = core.Entropy.NewId<IncidentId>();
        var stream = CaseJournal.Stream(id);
        var command = new CaseCommand.Refer(id, body.Value.Facts, body.Value.Anonymous, body.Value.Consent) { By = ask.By, At = ask.At };
        return writes.CreateAsync(
            ask.With(body),
            new Act(session => session.Append(CaseJournal.Definition, stream, CaseDecider.Decide(null, command, session.Policy)), id.Value, stream),
            $"/v1/incidents/{id}", cancel);
    }
}

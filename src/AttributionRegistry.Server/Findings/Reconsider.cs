using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Server.Registry;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AttributionRegistry.Server.Findings;

/// <summary>
/// Takes a standing finding back to reconsideration for a petition that is still open. What is published says so in the same act (R4): its
/// bytes are rendered once, so a transition that renders nothing would leave them saying that the finding is current.
/// </summary>
public sealed class Reconsider(Writes writes, Publisher publisher)
{
    public Task<Results<Ok<Written>, Accepted<Written>, ProblemHttpResult>> HandleAsync(IncidentId incident, string reason, Ask ask, CancellationToken cancel) =>
        writes.ProposeAsync(
            ask,
            FindingActs.On(incident, incident.Value, publisher, null, _ => new CaseCommand.Move(Stage.Reconsidering, reason) { By = ask.By, At = ask.At }),
            cancel);
}

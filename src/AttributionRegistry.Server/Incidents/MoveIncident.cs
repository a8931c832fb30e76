using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Registry;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AttributionRegistry.Server.Incidents;

/// <summary>A step of the case from one stage to another.</summary>
/// <param name="To">The stage to enter.</param>
/// <param name="Reason">Why; each transition has a reason.</param>
/// <param name="Decline">When declining: one reason of the closed list.</param>
/// <param name="MergeInto">When merging: the case it joins.</param>
/// <param name="Opening">When opening: scored selection criteria and timetable.</param>
/// <param name="CallForEvidence">When collecting starts: the written call.</param>
/// <param name="Expedited">When opening: whether the reply period is the short one.</param>
public sealed record MoveRequest(
    Stage To, string Reason, DeclineReason? Decline = null, IncidentId? MergeInto = null, Opening? Opening = null,
    string? CallForEvidence = null, bool Expedited = false);

public static class MoveIncident
{
    /// <summary>Moves the case to another stage. Which steps there are, who may take them and what must be true is fixed (L1).</summary>
    public static Task<Results<Ok<Written>, Accepted<Written>, ProblemHttpResult>> HandleAsync(
        IncidentId incidentId, Body<MoveRequest> body, Ask ask, CaseWrites cases, Findings.PublishFinding publish, Findings.Reconsider reconsider, CancellationToken cancel) =>
        body.Value.To == Stage.Published
        ? publish.HandleAsync(incidentId, body.Value.Reason, ask.With(body), cancel)
        : body.Value.To == Stage.Reconsidering
        ? reconsider.HandleAsync(incidentId, body.Value.Reason, ask.With(body), cancel)
        : cases.ProposeAsync(
            ask.With(body), incidentId, incidentId.Value, needs: "chair",
            (session, state) => new CaseCommand.Move(body.Value.To, body.Value.Reason)
            {
                By = ask.By,
                At = ask.At,
                Decline = body.Value.Decline,
                MergeInto = body.Value.MergeInto,
                MergeTargetUnknown = body.Value.MergeInto is { } other && !MaySee(session, other),
                Opening = body.Value.Opening,
                CallForEvidence = body.Value.CallForEvidence,
                Expedited = body.Value.Expedited,
                EvidenceRoot = body.Value.To == Stage.Deliberating ? EvidenceRoot.Of(state) : null,
            },
            cancel);

    private static bool MaySee(Session session, IncidentId incident) =>
        session.Load(CaseJournal.Definition, CaseJournal.Stream(incident))?.MaySee(session.By) == true;
}

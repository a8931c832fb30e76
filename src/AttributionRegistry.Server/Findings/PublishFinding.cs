using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Incidents;
using AttributionRegistry.Server.Registry;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AttributionRegistry.Server.Findings;

/// <param name="Statements">The plain statement, once per language; at most 200 words, with "the panel assesses".</param>
public sealed record DraftFindingRequest(IReadOnlyList<Text> Statements);

public static class DraftFinding
{
    /// <summary>Drafts the plain statement. Everything else a finding says is computed from the record.</summary>
    public static Task<Results<Ok<Written>, ProblemHttpResult>> HandleAsync(
        IncidentId incidentId, Body<DraftFindingRequest> body, Ask ask, CaseWrites cases, RegistryCore core, CancellationToken cancel)
    {
        var id = core.Entropy.NewId<FindingId>();
        return cases.ChangeAsync(
            ask.With(body), incidentId, id.Value,
            (_, _) => new CaseCommand.DraftFinding(id, [.. body.Value.Statements]) { By = ask.By, At = ask.At }, cancel);
    }
}

public static class PreviewFinding
{
    /// <summary>The canonical finding as it would be published now; for those who work on the case.</summary>
    public static Results<Ok<CanonicalFinding>, ProblemHttpResult> Handle(
        IncidentId incidentId, Caller caller, CaseReads cases, Publisher publisher, RegistryCore core, TimeProvider clock)
    {
        if (cases.ForReader(incidentId, caller) is not var (state, _) || publisher.Composer(state, core.Policy!) is not { } composer)
        {
            return Problems.NotFound();
        }

        var at = Instant.Whole(clock.GetUtcNow());
        return TypedResults.Ok(composer.Compose(new VersionInfo(
            state.FindingNumber ?? "AR-0000-0000", state.Versions.Count + 1, VersionKind.Published, at, state.Draft?.Statements ?? [], null, null)));
    }
}

/// <summary>Publishes a drafted finding: the transition to <c>published</c>. Registrar and chair, two people (L4).</summary>
public sealed class PublishFinding(Writes writes, Publisher publisher)
{
    public Task<Results<Ok<Written>, Accepted<Written>, ProblemHttpResult>> HandleAsync(
        IncidentId incident, string reason, Ask ask, CancellationToken cancel) =>
        writes.ProposeAsync(
            ask,
            new Act(session => Work(session, incident, reason, ask), incident.Value, CaseJournal.Stream(incident))
            {
                Pending = FindingActs.RegistrarAndChair(incident),
            },
            cancel);

    private Refusal? Work(Session session, IncidentId incident, string reason, Ask ask)
    {
        var stream = CaseJournal.Stream(incident);
        if (session.Load(CaseJournal.Definition, stream) is not { } state)
        {
            return CaseWrites.NoSuchThing;
        }

        var composer = publisher.Composer(session, state);
        var number = state.FindingNumber ?? publisher.NextNumber(ask.At);
        var kind = state.HasFinding ? VersionKind.Revised : VersionKind.Published;
        var finding = state.Draft is { } draft
            ? composer?.Compose(new VersionInfo(number, state.Versions.Count + 1, kind, ask.At, draft.Statements, null, null))
            : null;
        var command = new CaseCommand.Publish(
            number, finding is null ? "" : Sha256Hex.Of(FindingComposer.Canonical(finding)), composer?.Essence() ?? new EssenceCheck(true, ""), reason)
        { By = ask.By, At = ask.At, WitnessPolicy = publisher.WitnessPolicy };
        if (session.Append(CaseJournal.Definition, stream, CaseDecider.Decide(state, command, session.Policy)) is { } refusal)
        {
            // Seen from outside this is one of the transitions: a stage it cannot be entered from is refused like any other (L1).
            return refusal.Code == "wrong-stage" ? Refusal.Conflict("transition-not-allowed", refusal.Message, "/to") : refusal;
        }

        if (session.Load(CaseJournal.Definition, stream)!.Versions.Count > state.Versions.Count)
        {
            publisher.Publish(session, state, finding!);
        }

        return null;
    }
}

/// <param name="Statements">The corrected statement, once per language.</param>
/// <param name="ChangeNote">What was wrong. Both people send the same text.</param>
public sealed record CorrectFindingRequest(IReadOnlyList<Text> Statements, string ChangeNote);

public static class CorrectFinding
{
    /// <summary>Corrects an error that does not touch the assessment: registrar and chair, two people. The old version stays readable.</summary>
    public static Task<Results<Ok<Written>, Accepted<Written>, ProblemHttpResult>> HandleAsync(
        IncidentId incidentId, Body<CorrectFindingRequest> body, Ask ask, Writes writes, Publisher publisher, CancellationToken cancel) =>
        writes.ProposeAsync(
            ask.With(body),
            FindingActs.On(
                incidentId, incidentId.Value, publisher, new NewVersion(VersionKind.Corrected, body.Value.Statements, null, body.Value.ChangeNote),
                digest => new CaseCommand.Correct([.. body.Value.Statements], body.Value.ChangeNote, digest)
                {
                    By = ask.By,
                    At = ask.At,
                    WitnessPolicy = publisher.WitnessPolicy,
                }) with
            {
                Pending = FindingActs.RegistrarAndChair(incidentId),
            },
            cancel);
}

using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Incidents;
using AttributionRegistry.Server.Registry;
using AttributionRegistry.Storage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AttributionRegistry.Server.Evidence;

/// <summary>That the file of a quarantined item was restored.</summary>
/// <param name="Reason">What was done, such as from which backup the file came.</param>
public sealed record RestorationRequest(string Reason);

public static class RestoreEvidence
{
    /// <summary>
    /// Lifts the quarantine of an item whose file was restored: all stored bytes are hashed first, and only the recorded digest lifts it
    /// (E1). By a custodian, never the submitter of the item. It then stands as before the damage; an accepted item without which an
    /// assessment or evidence set was frozen meanwhile has to be accepted anew.
    /// </summary>
    public static Task<Results<Created<Written>, ProblemHttpResult>> HandleAsync(
        EvidenceId evidenceId, Body<RestorationRequest> body, Ask ask, Restorations restorations, CancellationToken cancel) =>
        restorations.RestoreAsync(evidenceId, body.Value.Reason, ask.With(body), cancel);
}

/// <summary>Hashes the bytes of quarantined items and lets the rule decide on what was found.</summary>
public sealed class Restorations(RegistryCore core, CaseWrites cases, Payloads payloads, PayloadChecks checks)
{
    public async Task<Results<Created<Written>, ProblemHttpResult>> RestoreAsync(EvidenceId evidence, string reason, Ask ask, CancellationToken cancel)
    {
        var incident = cases.Locate(evidence.Value);
        var found = "";
        if (incident is { } known && core.Load(CaseJournal.Definition, CaseJournal.Stream(known)).State is { } state && state.Find(evidence)?.Payload is { } payload &&
            payloads.Find(evidence) is { } place && !CaseDecider.Decide(state, Command(payload.Sha256), core.Policy!).IsRefused)
        {
            // Only for whoever would lift it if the bytes were whole: nobody else makes the server read them.
            (var condition, found) = await HashAsync(place, payload, cancel);
            if (condition != PayloadState.Whole)
            {
                await checks.RecordAsync(evidence, condition, ask.At, cancel);
            }
        }

        return await cases.CreateAsync(
            ask, incident, evidence.Value, $"/v1/evidence/{evidence}/custody",
            (session, _) =>
            {
                // The rule accepts whole bytes alone, so this row is written with whole bytes alone.
                session.AlsoWrite(checks.Recording(evidence, PayloadState.Whole, ask.At));
                return Command(found);
            },
            cancel);

        CaseCommand.Restore Command(string sha256) => new(evidence, sha256, reason) { By = ask.By, At = ask.At };
    }

    private async Task<(PayloadState Condition, string Found)> HashAsync(PayloadPlace place, Payload payload, CancellationToken cancel)
    {
        try
        {
            await using var file = await payloads.OpenVerifiedAsync(place, payload.Sha256, cancel);
            return file is null ? (PayloadState.Missing, "") : (PayloadState.Whole, payload.Sha256);
        }
        catch (EvidenceDamagedException damage)
        {
            return (PayloadState.Damaged, damage.Actual);
        }
    }
}

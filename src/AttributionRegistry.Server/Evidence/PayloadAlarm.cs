using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Incidents;
using AttributionRegistry.Server.Registry;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AttributionRegistry.Server.Evidence;

/// <summary>What follows when stored bytes are found damaged, whoever met the damage: an alarm, and the item's quarantine (E1).</summary>
public sealed class PayloadAlarm(RegistryCore core, TimeProvider clock, ILogger<PayloadAlarm> log)
{
    // The machine finds the damage, whoever asked; it needs a role that every case knows.
    internal static readonly Caller Guard = new(Startup.Machine.Id, new HashSet<Role> { Role.Auditor });

    /// <summary>Raises the alarm, and says so to whoever asked for the bytes.</summary>
    public async Task<ProblemHttpResult> QuarantineAsync(IncidentId incident, EvidenceId evidence, Payload payload, string reason, string found)
    {
        await RaiseAsync(incident, evidence, payload, reason, found);
        return Problems.Of(StatusCodes.Status409Conflict, EvidenceProblems.Damaged, "The stored bytes no longer have the recorded digest. The item is quarantined.");
    }

    /// <summary>Raises the alarm. A quarantine that cannot be recorded is in the log of the server, and the next read tries again.</summary>
    /// <param name="found">The SHA-256 of the bytes now, or empty where they could not be read.</param>
    public async Task RaiseAsync(IncidentId incident, EvidenceId evidence, Payload payload, string reason, string found)
    {
        ArgumentNullException.ThrowIfNull(payload);
        log.LogError(
            "ALARM: evidence {Evidence} is damaged: recorded SHA-256 {Recorded}; {Reason}. It is quarantined; restore the file from a backup.",
            evidence, payload.Sha256, reason);
        var outcome = await core.RunAsync(
            Guard, Instant.Whole(clock.GetUtcNow()),
            session => CaseWrites.Append(session, incident, _ => new CaseCommand.Quarantine(evidence, found) { By = Guard, At = session.At }),
            null, CancellationToken.None);
        if (outcome is Outcome.Refused({ Code: not "already-quarantined" } refusal))
        {
            log.LogError("Evidence {Evidence} could not be quarantined: {Code}.", evidence, refusal.Code);
        }
    }
}

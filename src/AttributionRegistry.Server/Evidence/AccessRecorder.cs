using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Server.Incidents;
using AttributionRegistry.Server.Registry;

namespace AttributionRegistry.Server.Evidence;

/// <summary>
/// Puts a read into the access record of an item before anything leaves (E7): of its bytes, of the metadata in them, of the name of its
/// source.
/// </summary>
public sealed class AccessRecorder(RegistryCore core, TimeProvider clock)
{
    // Reads of the same item at the same time wait for each other instead of racing for the next version of its record.
    private readonly Leases _records = new();

    /// <param name="incident">The case.</param>
    /// <param name="evidence">The item.</param>
    /// <param name="reader">Who reads.</param>
    /// <param name="what">What is read, in place of a range of bytes.</param>
    /// <param name="allowed">Asked again in the transaction: rights may have ended meanwhile.</param>
    /// <param name="cancel">Stops waiting.</param>
    /// <returns>Null when the read is on record.</returns>
    public async Task<Refusal?> RecordAsync(
        IncidentId incident, EvidenceId evidence, Caller reader, string what, Func<Case, EvidenceItem, bool> allowed, CancellationToken cancel)
    {
        var stream = AccessJournal.Stream(evidence);
        using (await _records.TakeAsync(stream, cancel))
        {
            var outcome = await core.RunAsync(
                reader, Instant.Whole(clock.GetUtcNow()),
                session => session.Load(CaseJournal.Definition, CaseJournal.Stream(incident)) is { } state && state.Find(evidence) is { } item && allowed(state, item)
                    ? session.Append(AccessJournal.Definition, stream, Decision<AccessEvent>.Accept(new AccessEvent.Read(evidence, what)))
                    : CaseWrites.NoSuchThing,
                null, cancel);
            return outcome is Outcome.Refused(var refusal) ? refusal : null;
        }
    }
}

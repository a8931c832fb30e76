using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Incidents;
using AttributionRegistry.Server.Registry;
using AttributionRegistry.Storage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AttributionRegistry.Server.Evidence;

/// <summary>
/// Reads all bytes of an item into memory for the registry's own work on them: rights, size, digest, access record, bytes; in this
/// order. One such work at a time, so that memory stays bounded.
/// </summary>
public sealed class WholePayloads(RegistryCore core, CaseWrites locator, Payloads payloads, PayloadAlarm alarm, AccessRecorder accesses)
{
    /// <summary>Larger items are refused.</summary>
    public const long MostBytes = 64L << 20;

    private readonly Leases _turn = new();

    /// <summary>Waits until no other work is going on. Dispose the lease when the bytes are done with.</summary>
    public ValueTask<IDisposable> TakeAsync(CancellationToken cancel) => _turn.TakeAsync("whole payload", cancel);

    /// <summary>The bytes with the case and item they are of, or the refusal. The caller has taken the turn.</summary>
    public async Task<(Loaded? Loaded, ProblemHttpResult? Problem)> ReadAsync(EvidenceId evidence, Caller reader, string what, CancellationToken cancel)
    {
        if (locator.Locate(evidence.Value) is not { } incident ||
            core.Load(CaseJournal.Definition, CaseJournal.Stream(incident)).State is not { } state ||
            state.Find(evidence) is not { Payload: { } payload } item || !Allowed(state, item))
        {
            return (null, Problems.NotFound());
        }

        if (item.Standing is EvidenceStanding.Quarantined or EvidenceStanding.Erased)
        {
            return (null, Refusal.Conflict("evidence-not-usable", "The item is quarantined or erased.").ToProblem());
        }

        if (payload.Size > MostBytes)
        {
            return (null, Problems.Of(StatusCodes.Status422UnprocessableEntity, EvidenceProblems.TooLargeToRead, $"The registry itself reads items of at most {MostBytes} bytes; this one has {payload.Size}."));
        }

        try
        {
            await using var file = await OpenAsync(evidence, payload, cancel);
            if (file is null)
            {
                return (null, await alarm.QuarantineAsync(incident, evidence, payload, "there is no file", found: ""));
            }

            if (await accesses.RecordAsync(incident, evidence, reader, what, Allowed, cancel) is { } refusal)
            {
                return (null, refusal.ToProblem());
            }

            var bytes = new byte[payload.Size];
            await file.ReadExactlyAsync(bytes, cancel);
            return (new Loaded(state, item, bytes), null);
        }
        catch (EvidenceDamagedException damage)
        {
            return (null, await alarm.QuarantineAsync(incident, evidence, payload, damage.Message, damage.Actual));
        }

        bool Allowed(Case now, EvidenceItem then) => now.MayRead(reader) && now.MayReadPayload(reader, then);
    }

    // The one place here that knows how bytes are kept. What it gives has been checked against the digest (E1).
    private async Task<Stream?> OpenAsync(EvidenceId evidence, Payload payload, CancellationToken cancel) =>
        payloads.Find(evidence) is { } place ? await payloads.OpenVerifiedAsync(place, payload.Sha256, cancel) : null;

    public sealed record Loaded(Case State, EvidenceItem Item, byte[] Bytes);
}

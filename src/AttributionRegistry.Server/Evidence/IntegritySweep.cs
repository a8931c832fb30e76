using System.Security.Cryptography;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Server.Incidents;
using AttributionRegistry.Server.Registry;
using AttributionRegistry.Storage;

namespace AttributionRegistry.Server.Evidence;

/// <summary>
/// Reads the stored bytes of every item again once in a period, at a bounded rate, so that damage is found while there still is a
/// backup to restore from, and not by the panel that needs the item.
/// </summary>
public sealed class IntegritySweep(
    RegistryCore core, Payloads payloads, PayloadChecks checks, PayloadAlarm alarm, RegistrySettings settings, TimeProvider clock, ILogger<IntegritySweep> log)
    : BackgroundService
{
    private const int ChunkBytes = 256 * 1024;
    private const int BytesOfOpening = 4096; // A file costs something even when it is empty.

    private static readonly TimeSpan LongestPause = TimeSpan.FromHours(1);

    private readonly Pace _pace = new(settings.IntegrityBytesPerSecond, clock);
    private readonly byte[] _chunk = new byte[ChunkBytes]; // plain bytes of evidence; owned by the one loop, cleared after each file

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield(); // Reading must not hold up the start.
        var pause = settings.IntegrityPeriod < LongestPause ? settings.IntegrityPeriod : LongestPause;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await CheckWhatIsDueAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault) when (fault is CommitFailedException or WriterStoppedException or ReadOnlyModeException)
            {
                log.LogError("What the integrity sweep finds cannot be recorded: {Reason} It goes on in {Pause}.", fault.Message, pause);
            }

            await Task.Delay(pause, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task CheckWhatIsDueAsync(CancellationToken cancel)
    {
        // From the start of this round: an item that is checked in it is not due in it again, however short the period.
        var before = clock.GetUtcNow() - settings.IntegrityPeriod;
        while (checks.NextDue(before) is { } evidence)
        {
            if (payloads.Find(evidence) is { } place)
            {
                var state = await CheckAsync(evidence, place, cancel);

                // Crash before this: the item is read once more.
                await checks.RecordAsync(evidence, state, clock.GetUtcNow(), cancel);
            }
        }
    }

    private async Task<PayloadState> CheckAsync(EvidenceId evidence, PayloadPlace place, CancellationToken cancel)
    {
        try
        {
            if (PayloadOf(evidence, place) is not { } payload)
            {
                return PayloadState.Missing; // Erased since it was found; nothing will be recorded.
            }

            var found = await HashAsync(place, cancel);
            if (found == payload.Sha256)
            {
                return PayloadState.Whole;
            }

            await DamagedAsync(evidence, place, found is null ? "there is no file" : $"its bytes have SHA-256 {found}", found ?? "");
            return found is null ? PayloadState.Missing : PayloadState.Damaged;
        }
        catch (EvidenceDamagedException damage)
        {
            await DamagedAsync(evidence, place, damage.Message, damage.Actual);
            return PayloadState.Damaged;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or StoreRefusedException)
        {
            log.LogError("Evidence {Evidence} could not be read again: {Reason}", evidence, fault.Message);
            return PayloadState.Unreadable;
        }
    }

    /// <summary>The digest of the stored bytes; null when the file is not here.</summary>
    private async Task<string?> HashAsync(PayloadPlace place, CancellationToken cancel)
    {
        await _pace.TakeAsync(BytesOfOpening, cancel);
        await using var file = payloads.Open(place);
        if (file is null)
        {
            return null;
        }

        try
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            int read;
            while ((read = file.Read(_chunk)) > 0)
            {
                hash.AppendData(_chunk, 0, read);
                await _pace.TakeAsync(read, cancel);
            }

            return Convert.ToHexStringLower(hash.GetHashAndReset());
        }
        finally
        {
            Array.Clear(_chunk);
        }
    }

    // Whoever is quarantined stays so, and whoever was erased meanwhile is not damaged.
    private Task DamagedAsync(EvidenceId evidence, PayloadPlace place, string reason, string found) =>
        PayloadOf(evidence, place) is { } payload && payloads.Find(evidence)?.Blob == place.Blob
            ? alarm.RaiseAsync(place.Incident, evidence, payload, reason, found)
            : Task.CompletedTask;

    private Payload? PayloadOf(EvidenceId evidence, PayloadPlace place) =>
        core.Load(CaseJournal.Definition, CaseJournal.Stream(place.Incident)).State?.Find(evidence) is { Standing: not EvidenceStanding.Erased, Payload: { } payload } ? payload : null;
}

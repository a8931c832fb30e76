using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Server.Incidents;
using AttributionRegistry.Server.Registry;
using AttributionRegistry.Storage;
using Dapper;

namespace AttributionRegistry.Server.Evidence;

/// <summary>
/// Which files of the evidence store an item names. A file gets its name, and loses it, only under the lease of its digest, so
/// that nobody destroys bytes which another act is about to name.
/// </summary>
public sealed class Payloads(RegistryCore core, ILogger<Payloads> log)
{
    private const string NamedSql = "SELECT count(*) FROM evidence_payload WHERE sha256 = @digest";

    private readonly Leases _leases = new();

    public EvidenceFiles Files => core.Store.Evidence;

    public ValueTask<IDisposable> LeaseAsync(string digest, CancellationToken cancel) => _leases.TakeAsync(digest, cancel);

    /// <summary>Whether an item of any case holds bytes of this digest.</summary>
    public bool IsNamed(string digest) => core.Store.Database.Read(c => c.ExecuteScalar<long>(NamedSql, new { digest })) > 0;

    /// <summary>Destroys a file that no item holds. The caller has the lease of the digest.</summary>
    public void DestroyUnlessNamed(string digest)
    {
        if (!IsNamed(digest))
        {
            Files.Destroy(digest);
        }
    }

    /// <summary>Destroys the bytes of an item that was erased, unless another item of any case holds the same ones (L3).</summary>
    public async Task SettleErasureAsync(IncidentId? incident, EvidenceId evidence)
    {
        if (incident is not { } known || core.Load(CaseJournal.Definition, CaseJournal.Stream(known)).State?.Find(evidence) is not
            { Standing: EvidenceStanding.Erased, Payload.Sha256: var digest })
        {
            return;
        }

        // Crash before the end of this: the order is in the log and its row is gone, the bytes are still there. Nothing serves them
        // any more, and the sweeper destroys them as it does every file that no item holds.
        using (await LeaseAsync(digest, CancellationToken.None))
        {
            try
            {
                DestroyUnlessNamed(digest);
            }
            catch (IOException fault)
            {
                log.LogError(fault, "The erased file {Digest} could not be destroyed; the sweeper will try again.", digest);
            }
        }
    }
}

/// <summary>
/// Once at the start and once a day: removes what uploads that never ended have left, and files older than a day that no item
/// holds: acts that should have named them never committed, or their erasure was cut by a crash.
/// </summary>
public sealed class PayloadSweeper(Payloads payloads, TimeProvider clock, ILogger<PayloadSweeper> log) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromDays(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield(); // Listing a large store must not hold up the start.
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await SweepAsync(stoppingToken);
            }
            catch (IOException fault)
            {
                log.LogError(fault, "The evidence store could not be swept; it will be tried again in a day.");
            }

            await Task.Delay(Pause, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task SweepAsync(CancellationToken cancel)
    {
        var removed = payloads.Files.SweepTemporary(clock.GetUtcNow());
        foreach (var digest in payloads.Files.Orphans(payloads.IsNamed, clock.GetUtcNow()))
        {
            using (await payloads.LeaseAsync(digest, cancel))
            {
                payloads.DestroyUnlessNamed(digest);
                removed++;
            }
        }

        if (removed > 0)
        {
            log.LogInformation("Removed {Count} files that no item of evidence holds.", removed);
        }
    }
}

using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Server.Incidents;
using AttributionRegistry.Server.Registry;
using AttributionRegistry.Storage;
using Dapper;

namespace AttributionRegistry.Server.Evidence;

/// <summary>The file and the key of an item's bytes.</summary>
public sealed record PayloadPlace(IncidentId Incident, string Blob, long Size, byte[] WrappedKey);

/// <summary>Which file of the evidence store holds the bytes of an item. Each item has a file and a key of its own.</summary>
public sealed class Payloads(RegistryCore core, ILogger<Payloads> log)
{
    private const string NamedSql = "SELECT count(*) FROM payload WHERE blob = @blob";

    private const string AllNamedSql = "SELECT blob FROM payload";

    private const string FindSql = "SELECT incident AS Incident, blob AS Blob, size AS Size, wrapped AS Wrapped FROM payload WHERE evidence = @evidence";

    private const string NameSql =
        "INSERT INTO payload (evidence, incident, blob, size, wrapped) VALUES (@evidence, @incident, @blob, @size, @wrapped)";

    private EvidenceFiles Files => core.Store.Evidence;

    /// <summary>Where the bytes of an item are; null where it has none, or has them no more.</summary>
    public PayloadPlace? Find(EvidenceId evidence) =>
        core.Store.Database.Read(c => c.QuerySingleOrDefault<Row>(FindSql, new { evidence = evidence.Value })) is { } row
            ? new PayloadPlace(IncidentId.Of(row.Incident), row.Blob, row.Size, row.Wrapped)
            : null;

    /// <summary>Whether an item of any case holds this file.</summary>
    public bool IsNamed(string blob) => core.Store.Database.Read(c => c.ExecuteScalar<long>(NamedSql, new { blob })) > 0;

    /// <summary>How many files older than a day no item holds.</summary>
    public int CountOrphans(DateTimeOffset now)
    {
        var named = core.Store.Database.Read(c => c.Query<string>(AllNamedSql).ToHashSet(StringComparer.Ordinal));
        return Files.Orphans(named.Contains, now).Count();
    }

    /// <summary>What the record says of stored bytes.</summary>
    /// <param name="stored">The file.</param>
    /// <param name="head">Its first bytes, at most <see cref="MediaTypes.HeadBytes"/>, from which the media type is told.</param>
    public Payload Describe(StoredFile stored, ReadOnlySpan<byte> head)
    {
        ArgumentNullException.ThrowIfNull(stored);
        return new Payload(stored.Digest, stored.Length, MediaTypes.Sniff(head), Convert.ToHexStringLower(core.Entropy.OfTheAct(32)));
    }

    /// <summary>Gives a stored file to an item, as part of the act that seals it. The key goes under the key of the case.</summary>
    public Action<RowWriter> Naming(IncidentId incident, EvidenceId evidence, StoredFile stored)
    {
        ArgumentNullException.ThrowIfNull(stored);
        var wrapped = core.Store.Keys.WrapPayloadKey(CaseJournal.Stream(incident), stored.Blob, stored.Key);
        return rows => rows.Execute(
            NameSql, new { evidence = evidence.Value, incident = incident.Value, blob = stored.Blob, size = stored.Length, wrapped });
    }

    /// <summary>Opens the bytes of an item; null when the file is not here. Segments are checked as they are read.</summary>
    /// <exception cref="EvidenceDamagedException">The file or its key is not what was stored.</exception>
    public SealedStream? Open(PayloadPlace place)
    {
        ArgumentNullException.ThrowIfNull(place);
        return Files.Open(place.Blob, KeyOf(place), place.Size);
    }

    /// <summary>Opens the bytes of an item after hashing all of them (E1); null when the file is not here.</summary>
    /// <exception cref="EvidenceDamagedException">The bytes are not those that were stored.</exception>
    public async Task<SealedStream?> OpenVerifiedAsync(PayloadPlace place, string digest, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(place);
        return await Files.OpenVerifiedAsync(place.Blob, KeyOf(place), place.Size, digest, cancel);
    }

    /// <summary>Removes a file that no item holds.</summary>
    public void DestroyUnlessNamed(string blob)
    {
        if (!IsNamed(blob))
        {
            Files.Destroy(blob);
        }
    }

    /// <summary>
    /// After the act that erased an item: its key went with its row (L3); this removes the file, and the older copies of the row from the
    /// write-ahead log.
    /// </summary>
    public void SettleErasure(PayloadPlace place)
    {
        ArgumentNullException.ThrowIfNull(place);

        // Crash before the end of this: the key is gone, the sealed bytes are still there. The sweeper removes them as it does every
        // file that no item holds.
        try
        {
            DestroyUnlessNamed(place.Blob);
            if (!core.Store.Database.EmptyWriteAheadLog())
            {
                log.LogWarning("The write-ahead log was busy after an erasure; older copies of the erased key go with its next checkpoint.");
            }
        }
        catch (IOException fault)
        {
            log.LogError(fault, "The erased file {Blob} could not be removed; its key is gone, and the sweeper will try again.", place.Blob);
        }
    }

    private byte[] KeyOf(PayloadPlace place)
    {
        try
        {
            return core.Store.Keys.UnwrapPayloadKey(CaseJournal.Stream(place.Incident), place.Blob, place.WrappedKey);
        }
        catch (StoreRefusedException fault)
        {
            throw new EvidenceDamagedException(place.Blob, fault.Message);
        }
    }

    private sealed class Row
    {
        public string Incident { get; init; } = "";

        public string Blob { get; init; } = "";

        public long Size { get; init; }

        public byte[] Wrapped { get; init; } = [];
    }
}

/// <summary>
/// Once at the start and once a day: removes what uploads that never ended have left, and files older than a day that no item
/// holds: acts that should have named them never committed, or their erasure was cut by a crash.
/// </summary>
public sealed class PayloadSweeper(RegistryCore core, Payloads payloads, TimeProvider clock, ILogger<PayloadSweeper> log) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromDays(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield(); // Listing a large store must not hold up the start.
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                Sweep(stoppingToken);
            }
            catch (IOException fault)
            {
                log.LogError(fault, "The evidence store could not be swept; it will be tried again in a day.");
            }

            await Task.Delay(Pause, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Sweep(CancellationToken cancel)
    {
        var files = core.Store.Evidence;
        var removed = files.SweepTemporary(clock.GetUtcNow());
        foreach (var blob in files.Orphans(payloads.IsNamed, clock.GetUtcNow()))
        {
            cancel.ThrowIfCancellationRequested();
            payloads.DestroyUnlessNamed(blob);
            removed++;
        }

        if (removed > 0)
        {
            log.LogInformation("Removed {Count} files that no item of evidence holds.", removed);
        }
    }
}

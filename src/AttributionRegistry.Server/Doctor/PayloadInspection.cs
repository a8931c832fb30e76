using System.Security.Cryptography;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Server.Incidents;
using AttributionRegistry.Storage;
using Dapper;

namespace AttributionRegistry.Server.Doctor;

/// <summary>The stored bytes of a stopped registry against the digests in its record. It first hears every event.</summary>
internal sealed class PayloadInspection(Database database, DataKeys keys)
{
    private const string PayloadsSql = "SELECT evidence AS Evidence, incident AS Incident, blob AS Blob, size AS Size, wrapped AS Wrapped FROM payload ORDER BY evidence";

    private readonly Dictionary<EvidenceId, string> _recorded = []; // digests of the items that should have bytes here
    private readonly EvidenceFiles _files = EvidenceFiles.OpenStopped(Path.Combine(database.DataFolder, "evidence"));

    /// <summary>Hears an event of the record.</summary>
    public void Note(string stream, StoredEvent stored)
    {
        if (!CaseJournal.Definition.StoredNames.Contains(stored.Type))
        {
            return;
        }

        switch (CaseJournal.Definition.Read(stored).Event)
        {
            case CaseEvent.PayloadSealed e:
                _recorded[e.Evidence] = e.Payload.Sha256;
                break;
            case CaseEvent.Erased e:
                _recorded.Remove(e.Evidence);
                break;
        }
    }

    /// <summary>Whether every item that should have bytes has them, and they have the recorded digest.</summary>
    public async Task<Inspected> HoldAsync(CancellationToken cancel)
    {
        var faults = new List<string>();
        var (waiting, bytes) = (new Dictionary<EvidenceId, string>(_recorded), 0L);
        foreach (var row in database.Read(c => c.Query<Row>(PayloadsSql).AsList()))
        {
            var evidence = EvidenceId.Of(row.Evidence);
            if (!waiting.Remove(evidence, out var recorded))
            {
                faults.Add($"{evidence} has a file and no event that names one");
                continue;
            }

            bytes += row.Size;
            if (await FaultOfAsync(row, recorded, cancel) is { } fault)
            {
                faults.Add($"{evidence}: {fault}");
            }
        }

        faults.AddRange(waiting.Keys.Order(Comparer<EvidenceId>.Create((a, b) => string.CompareOrdinal(a.Value, b.Value))).Select(e => $"{e} should have bytes and has no file"));
        return StoreInspection.Of("payloads", $"{StoreInspection.Counted(_recorded.Count, "item", "has its digest", "have their digests")}, {bytes} bytes read", faults);
    }

    /// <summary>Files that no item holds. They are harmless: the server removes them after a day.</summary>
    public Inspected Files()
    {
        var named = database.Read(c => c.Query<string>("SELECT blob FROM payload").ToHashSet(StringComparer.Ordinal));
        var orphans = _files.All().Count(blob => !named.Contains(blob));
        return StoreInspection.Of("files", $"{named.Count} held by items, {orphans} by none, {_files.Incoming()} half received; the server removes these after a day", []);
    }

    private async Task<string?> FaultOfAsync(Row row, string recorded, CancellationToken cancel)
    {
        try
        {
            var key = keys.UnwrapPayloadKey(CaseJournal.Stream(IncidentId.Of(row.Incident)), row.Blob, row.Wrapped);
            await using var file = _files.Open(row.Blob, key, row.Size);
            if (file is null)
            {
                return "its file is missing";
            }

            var actual = Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancel));
            return actual == recorded ? null : $"its bytes have SHA-256 {actual}, recorded is {recorded}";
        }
        catch (Exception damage) when (damage is EvidenceDamagedException or StoreRefusedException or IOException or UnauthorizedAccessException)
        {
            return damage.Message;
        }
    }

    private sealed class Row
    {
        public string Evidence { get; init; } = "";

        public string Incident { get; init; } = "";

        public string Blob { get; init; } = "";

        public long Size { get; init; }

        public byte[] Wrapped { get; init; } = [];
    }
}

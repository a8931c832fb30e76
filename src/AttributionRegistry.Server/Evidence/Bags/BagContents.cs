using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Log;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Incidents;
using AttributionRegistry.Server.Registry;
using AttributionRegistry.Storage;

namespace AttributionRegistry.Server.Evidence.Bags;

/// <summary>What stands in the files of a bag, apart from the bytes. Everything is as of one head of the log.</summary>
internal sealed class BagContents(RegistryCore core, Case state, IReadOnlyList<BagItem> items, Caller reader, DateTimeOffset at, SignedHead head)
{
    // Whoever may read the name of a source reads it one by one, on record.
    private static readonly HashSet<string> KeptBack = [JsonNamingPolicy.CamelCase.ConvertName(nameof(CaseEvent.EvidenceSubmitted.SourceName))];

    private readonly bool _seesAccesses = state.RolesOf(reader).Overlaps([Role.Custodian, Role.Auditor]);
    private readonly ILookup<EvidenceId, long> _events = EventsOf(core, state.Id, head.Size);

    /// <summary>bagit.txt.</summary>
    public const string Declaration = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";

    /// <summary>bag-info.txt.</summary>
    public string Info()
    {
        var text = new StringBuilder();
        var bytes = items.Where(i => i.Place is not null).Sum(i => i.Place!.Size);
        Line("Source-Organization", core.Store.Signer.Name);
        Line("External-Identifier", state.Id.Value);
        if (state.FindingNumber is { } number)
        {
            Line("External-Identifier", number);
        }

        if (core.Policy!.Exercise)
        {
            Line("External-Description", "EXERCISE on public reporting; not the finding of any body.");
        }

        Line("Bagging-Date", at.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        Line("Payload-Oxum", string.Create(CultureInfo.InvariantCulture, $"{bytes}.{items.Count(i => i.Place is not null)}"));
        return text.ToString();

        void Line(string label, string value) => text.Append(label).Append(": ").Append(value).Append('\n');
    }

    /// <summary>manifest-sha256.txt, from the recorded digests.</summary>
    public string Manifest()
    {
        var text = new StringBuilder();
        foreach (var item in items.Where(i => i.Place is not null))
        {
            text.Append(item.Item.Payload!.Sha256).Append("  ").Append(item.File).Append('\n');
        }

        return text.ToString();
    }

    public byte[] List() => Json(new BagList(
        state.Id.Value, core.Store.Signer.Name, head.Size, [.. items.Select(i => new BagEntry(i.Item.Id.Value, i.File, i.Without, i.Item.Payload?.Sha256))]));

    /// <summary>The document of each item, made when it is asked for.</summary>
    public IEnumerable<(string Name, byte[] Bytes)> Documents() => items.Select(item => ($"metadata/{item.Item.Id}.json", Json(new BagItemDocument(
        EvidenceView.For(state, item.Item, reader)!, item.File, item.Without, _seesAccesses ? AccessesOf(item.Item.Id) : null, EventsOf(item.Item.Id)))));

    /// <summary>The files that prove one event: the entry, its proof against the checkpoint, what opens it.</summary>
    public IEnumerable<(string Name, byte[] Bytes)> Proof(long index)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"tlog/{index}");
        yield return ($"{name}.entry", core.Store.Events.ReadLeaf(index)!.Entry);
        var proof = new TlogProof(index, core.Store.Writer.InclusionProof(index, head.Size), head.Checkpoint);
        yield return ($"{name}.tlog-proof", Encoding.UTF8.GetBytes(proof.ToString()));
        yield return ($"{name}.openings.json", Json(OpeningsOf(index)));
    }

    /// <summary>The events of all items in the order of the log.</summary>
    public IEnumerable<long> Events() => items.SelectMany(i => EventsOf(i.Item.Id)).Order();

    private List<long> EventsOf(EvidenceId item) =>
        [.. _events[item].Concat(_seesAccesses ? Indexes(AccessJournal.Stream(item)) : []).Order()];

    private IEnumerable<long> Indexes(string stream) => core.Store.Events.ReadStream(stream).Select(e => e.Index).Where(i => i < head.Size);

    private IReadOnlyList<AccessView> AccessesOf(EvidenceId item) =>
        [.. (core.Load(AccessJournal.Definition, AccessJournal.Stream(item)).State?.Reads ?? []).Select((r, i) => new AccessView(i + 1, r.By, r.At, r.Range))];

    private BagOpenings OpeningsOf(long index)
    {
        var all = core.Store.Events.Openings(index);
        return new BagOpenings(
            index,
            all.FirstOrDefault(o => o.Name.Length == 0) is { } seal ? new BagSeal(B64Url.Encode(seal.Salt), seal.ValueJson) : null,
            [.. all.Where(o => o.Name.Length > 0 && !KeptBack.Contains(o.Name)).Select(o => new BagField(o.Name, B64Url.Encode(o.Salt), JsonNode.Parse(o.ValueJson)))],
            [.. all.Select(o => o.Name).Where(KeptBack.Contains)]);
    }

    /// <summary>Which events of the case are about which item; their bodies are not kept.</summary>
    private static ILookup<EvidenceId, long> EventsOf(RegistryCore core, IncidentId incident, long size) =>
        core.Store.Events.ReadStream(CaseJournal.Stream(incident)).Where(e => e.Index < size)
            .Select(e => (Item: ItemOf(CaseJournal.Definition.Read(e).Event), e.Index))
            .Where(e => e.Item is not null)
            .ToLookup(e => e.Item!.Value, e => e.Index);

    private static EvidenceId? ItemOf(CaseEvent @event) => @event.GetType().GetProperty("Evidence")?.GetValue(@event) as EvidenceId?;

    private static byte[] Json<T>(T document) => [.. JsonSerializer.SerializeToUtf8Bytes(document, ApiJson.Options), (byte)'\n'];
}

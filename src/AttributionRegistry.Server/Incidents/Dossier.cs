using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Log;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Registry;
using AttributionRegistry.Storage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AttributionRegistry.Server.Incidents;

/// <summary>How a field of a log entry stands.</summary>
public enum FieldStanding
{
    /// <summary>It stands in the entry as it is.</summary>
    Open,

    /// <summary>The entry has a salted commitment to it, and the registry what opens it.</summary>
    Committed,

    /// <summary>What opened it was destroyed by order.</summary>
    Erased,

    /// <summary>It is committed to, and nobody is shown it this way: votes and names of sources.</summary>
    KeptBack,
}

/// <param name="Name">The member of the entry's body.</param>
/// <param name="Standing">How it stands.</param>
/// <param name="OrderedBy">The leaf of the order that erased it.</param>
public sealed record DossierField(string Name, FieldStanding Standing, long? OrderedBy);

/// <summary>One entry of a case in the log.</summary>
/// <param name="Index">Its leaf.</param>
/// <param name="Seq">Its place in the case, from 1 without a gap.</param>
/// <param name="Type">What happened.</param>
/// <param name="At">When.</param>
/// <param name="Sealed">Whether the public log shows only a commitment to the whole of it.</param>
/// <param name="Fields">What its body holds.</param>
public sealed record DossierEntry(long Index, long Seq, string Type, DateTimeOffset At, bool Sealed, IReadOnlyList<DossierField> Fields);

/// <summary>What opens one commitment: SHA-256 over tag, salt and canonical message (the format page on commitments).</summary>
/// <param name="Field">The field; empty for the seal of a whole entry, whose value is the entry itself.</param>
/// <param name="Salt">Base64url.</param>
/// <param name="Value">What was committed to.</param>
public sealed record OpenedField(string Field, string Salt, JsonNode? Value);

/// <summary>One entry with everything that shows what it says: a stranger can check it with nothing but the log's key.</summary>
/// <param name="Entry">The bytes of the leaf, as text.</param>
/// <param name="Index">The leaf.</param>
/// <param name="LeafHash">Base64url.</param>
/// <param name="Hashes">Inclusion proof, standard base64, the leaf's sibling first.</param>
/// <param name="Checkpoint">The signed checkpoint that the proof is for.</param>
/// <param name="Openings">What opens its commitments.</param>
/// <param name="Fields">How each field stands, the erased ones with their order.</param>
/// <param name="AuthorKey">The key with which its author signed it; null where nobody did.</param>
public sealed record OpenedEntry(
    string Entry, long Index, string LeafHash, IReadOnlyList<string> Hashes, string Checkpoint, IReadOnlyList<OpenedField> Openings, IReadOnlyList<DossierField> Fields,
    CaseKeyView? AuthorKey);

/// <summary>A case as the log has it, entry by entry, for those who answer for the record.</summary>
public sealed class Dossier(CaseReads reads, RegistryCore core)
{
    private static readonly HashSet<string> SecretTypes =
        [.. new[] { typeof(CaseEvent.ChallengeVoted), typeof(CaseEvent.ChamberVoted), typeof(CaseEvent.PetitionVoted) }.Select(CaseJournal.Definition.StoredNameOf)];

    private static readonly string SourceName = JsonNamingPolicy.CamelCase.ConvertName(nameof(CaseEvent.EvidenceSubmitted.SourceName));

    /// <summary>The events of the case after a version, or null where the caller may not see them so.</summary>
    public IReadOnlyList<StoredEvent>? Events(IncidentId incident, Caller caller, long after = 0) =>
        reads.ForReader(incident, caller) is (var state, _) && state.RolesOf(caller).Overlaps([Role.Registrar, Role.IntegrityOfficer, Role.Auditor])
            ? core.Store.Events.ReadStream(CaseJournal.Stream(incident), after)
            : null;

    public DossierEntry Describe(StoredEvent stored) => new(
        stored.Index, stored.Version, stored.Type, Instant.FromMicroseconds(stored.AtMicroseconds), stored.Sealed, Fields(stored));

    public OpenedEntry Open(IncidentId incident, StoredEvent stored)
    {
        var (leaf, fields, receipt) = (core.Store.Events.ReadLeaf(stored.Index)!, Fields(stored), core.ReceiptOf(stored.Index)!);
        var shown = fields.Where(f => f.Standing == FieldStanding.Committed).Select(f => f.Name).Append("").ToHashSet();
        return new OpenedEntry(
            Encoding.UTF8.GetString(leaf.Entry), stored.Index, receipt.LeafHash, receipt.InclusionProof, receipt.Checkpoint,
            [.. core.Store.Events.Openings(stored.Index).Where(o => shown.Contains(o.Name)).Select(o => new OpenedField(o.Name, B64Url.Encode(o.Salt), JsonNode.Parse(o.ValueJson)))],
            fields, AuthorKeyOf(incident, stored));
    }

    private CaseKeyView? AuthorKeyOf(IncidentId incident, StoredEvent stored) =>
        Readable(stored) is { } entry && AuthorSignature.In(entry) is var (key, _) && reads.Load(incident) is var (state, _)
            ? ListCaseKeys.Of(state, core).FirstOrDefault(k => k.Key == key)
            : null;

    private JsonObject? Readable(StoredEvent stored)
    {
        var entry = stored.Sealed
            ? core.Store.Events.Openings(stored.Index).SingleOrDefault(o => o.Name.Length == 0)?.ValueJson
            : Encoding.UTF8.GetString(core.Store.Events.ReadLeaf(stored.Index)!.Entry);
        return entry is null ? null : JsonNode.Parse(entry)!.AsObject();
    }

    /// <summary>The bodies of the log's entries name each field; commitments are objects with the one member c.</summary>
    private List<DossierField> Fields(StoredEvent stored)
    {
        var entry = Readable(stored);
        var erased = core.Store.Events.Erasures(stored.Index).ToDictionary(e => e.Name, e => e.OrderedBy);
        return entry is null ? [] :
        [
            .. entry["body"]!.AsObject().Select(member => erased.TryGetValue(member.Key, out var order)
                ? new DossierField(member.Key, FieldStanding.Erased, order)
                : new DossierField(
                    member.Key,
                    member.Value is not JsonObject { Count: 1 } committed || !committed.ContainsKey("c") ? FieldStanding.Open
                    : SecretTypes.Contains(stored.Type) || member.Key == SourceName ? FieldStanding.KeptBack
                    : FieldStanding.Committed,
                    null)),
        ];
    }
}

public static class ReadDossier
{
    /// <summary>The entries of the case in the log, in their order, and how each field of them stands. For registrar, integrity officer and auditor.</summary>
    public static Results<Ok<Page<DossierEntry>>, ProblemHttpResult> List(IncidentId incidentId, PageQuery page, Caller caller, Dossier dossier, HttpContext http) =>
        dossier.Events(incidentId, caller, page.AfterNumber() ?? 0) is { } events
            ? TypedResults.Ok(page.Cut(http, [.. events.Take(page.Fetch).Select(dossier.Describe)], e => Cursor.Of(e.Seq)))
            : Problems.NotFound();

    /// <summary>One entry with its proof and what opens its commitments, so that it can be shown to anybody, field by field.</summary>
    public static Results<Ok<OpenedEntry>, ProblemHttpResult> Open(IncidentId incidentId, long index, Caller caller, Dossier dossier) =>
        dossier.Events(incidentId, caller)?.FirstOrDefault(e => e.Index == index) is { } stored ? TypedResults.Ok(dossier.Open(incidentId, stored)) : Problems.NotFound();
}

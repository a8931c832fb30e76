using System.Text.Json.Nodes;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.Rounds;
using AttributionRegistry.Log;
using AttributionRegistry.Server.Findings;
using AttributionRegistry.Server.Incidents;
using AttributionRegistry.Server.Registry;
using AttributionRegistry.Server.Rounds;
using AttributionRegistry.Storage;
using Dapper;

namespace AttributionRegistry.Server.Bundles;

/// <summary>
/// What opens an entry of the log for everybody: the seal, once the log has opened it, and those fields whose values are published anyway.
/// All else stays a commitment.
/// </summary>
public sealed class PublicOpenings(RegistryCore core, CaseWrites locator, CaseReads cases, TimeProvider clock)
{
    private const string EntrySql = "SELECT stream FROM event WHERE idx = @index";

    /// <summary>The opening of one entry in canonical JSON, or null where the public may have none.</summary>
    public byte[]? Of(long index)
    {
        if (core.Store.Database.Read(c => c.QuerySingleOrDefault<string>(EntrySql, new { index })) is not { } stream ||
            (IncidentId.TryParse(stream, null, out var own) ? own : locator.Locate(stream[(stream.IndexOf(':', StringComparison.Ordinal) + 1)..])) is not { } incident || cases.Load(incident) is not ({ HasFinding: true } state, _))
        {
            return null;
        }

        var leaf = core.Store.Events.ReadLeaf(index);
        return leaf is null ? null : Of(state, leaf, Unsealing.Of(core, CaseJournal.Stream(incident)).FirstOrDefault(u => u.Opens == index));
    }

    /// <summary>As <see cref="Of(long)"/>, for an entry of a published case.</summary>
    /// <param name="state">The case as it is now.</param>
    /// <param name="leaf">The entry.</param>
    /// <param name="unsealed">What opened it in the log, or null.</param>
    public byte[]? Of(Case state, StoredLeaf leaf, Unsealed? unsealed)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(leaf);
        var entry = unsealed?.Body["event"]!.AsObject() ?? JsonNode.Parse(leaf.Entry)!.AsObject();
        if (entry["body"] is not JsonObject body)
        {
            return null; // Sealed, and not opened.
        }

        var (type, subject) = (entry["type"]!.GetValue<string>(), entry["subject"]!.GetValue<string>());
        var fields = new JsonArray();
        foreach (var opening in MayHave(type) ? core.Store.Events.Openings(leaf.Index).Where(o => o.Name.Length > 0 && IsPublic(state, type, subject, o.Name, body)) : [])
        {
            fields.Add(new JsonObject { ["name"] = opening.Name, ["salt"] = B64Url.Encode(opening.Salt), ["value"] = JsonNode.Parse(opening.ValueJson) });
        }

        return unsealed is null && fields.Count == 0 ? null : CanonicalJson.Serialize(new JsonObject
        {
            ["fields"] = fields,
            ["seal"] = unsealed is null ? null : new JsonObject { ["event"] = unsealed.Body["event"]!.DeepClone(), ["salt"] = unsealed.Body["salt"]!.DeepClone() },
        });
    }

    private static bool MayHave(string type) => type is CaseJournal.FindingVersion or "evidence.sealed" or "vote.committed" or "vote.opened" or "tally.published" or "vote.mapping-sealed";

    private bool IsPublic(Case state, string type, string subject, string field, JsonObject body) => (type, field) switch
    {
        (CaseJournal.FindingVersion, _) => true,
        ("evidence.sealed", "payload") => state.Find(EvidenceId.Of(body["evidence"]!.GetValue<string>())) is { } item && IsDisclosed(state, item),
        ("vote.committed", "envelope") or ("vote.opened", "opening") or ("tally.published", "result") => IsPublished(state, subject),
        ("vote.mapping-sealed", "salt") => core.Load(RoundJournal.Definition, subject).State is { } round && round.IsMappingOpen(clock.GetUtcNow()),
        _ => false,
    };

    /// <summary>Whether everybody may have the bytes of an item, and there are some.</summary>
    public static bool IsDisclosed(Case state, EvidenceItem item)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(item);
        return state.HasFinding && item.ReleasedTo == Audience.Public && item.Standing is not (EvidenceStanding.Rejected or EvidenceStanding.Erased);
    }

    // An indicative round's ballots are never published (V-76). One whose seals are open has led to a published version.
    private static bool IsPublished(Case state, string round) => state.Rounds.Any(r => r.Id.Value == round && r.Binding && r.Outcome is not null);
}

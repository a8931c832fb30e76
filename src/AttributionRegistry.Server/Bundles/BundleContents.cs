using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.People;
using AttributionRegistry.Domain.Rounds;
using AttributionRegistry.Log;
using AttributionRegistry.Server.Findings;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Incidents;
using AttributionRegistry.Server.People;
using AttributionRegistry.Server.Registry;
using AttributionRegistry.Server.Rounds;

namespace AttributionRegistry.Server.Bundles;

/// <summary>Why the bytes of a disclosed item are not in a bundle.</summary>
public enum NotInBundle
{
    /// <summary>It is larger than an item of a bundle may be, or the bundle is full: fetch it from its address.</summary>
    TooLarge,

    /// <summary>Destroyed by order of two people.</summary>
    Erased,

    /// <summary>Found damaged: an alarm.</summary>
    Quarantined,

    /// <summary>Not disclosed any more.</summary>
    NotPublic,
}

/// <summary>data/evidence.json: the frozen set, and the disclosed items of the finding.</summary>
/// <param name="Root">Merkle root of the set, hex.</param>
/// <param name="Set">Its entries, in order: each a commitment to the bytes of an item, and its id.</param>
/// <param name="Disclosed">What everybody may see, by id.</param>
public sealed record BundleEvidence(string Root, IReadOnlyList<BundleSetEntry> Set, IReadOnlyList<BundleItem> Disclosed);

/// <param name="Id">The item.</param>
/// <param name="C">Commitment to its bytes, base64url; null where there are none.</param>
public sealed record BundleSetEntry(string Id, string? C);

/// <param name="Id">The item.</param>
/// <param name="Sha256">Of its bytes, hex.</param>
/// <param name="Size">In bytes.</param>
/// <param name="Salt">Opens its commitment in the set, base64url; null where the bytes may not be had any more.</param>
/// <param name="File">Where its bytes are in the bundle, or null.</param>
/// <param name="Without">Why they are not, or null.</param>
/// <param name="Entry">The entry of the log that took its bytes away, which is in the bundle too; null where they may be had.</param>
/// <param name="Address">Where the registry serves them.</param>
public sealed record BundleItem(string Id, string Sha256, long Size, string? Salt, string? File, NotInBundle? Without, long? Entry, string Address);

/// <summary>What stands in a bundle, all but the proofs, which depend on the checkpoint.</summary>
/// <param name="Files">By name.</param>
/// <param name="Openings">The entries of the log in it, each with what opens it for everybody.</param>
internal sealed record BundleParts(SortedDictionary<string, byte[]> Files, SortedDictionary<long, byte[]?> Openings)
{
    /// <summary>One digest over everything.</summary>
    public string Digest()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (name, bytes) in Files.Concat(Openings.Select(o => KeyValuePair.Create(BundleForm.ProofName(o.Key), o.Value ?? []))))
        {
            hash.AppendData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{name}\n{bytes.Length}\n")));
            hash.AppendData(bytes);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}

/// <summary>Gathers what is public of a version: finding, record, evidence, and the chains of its case in the log.</summary>
internal sealed class BundleContents(
    RegistryCore core, PublishedVersion version, Case now, FindingRecords records, PublishedDocuments documents, PublicOpenings openings, TlogPolicy policy)
{
    public BundleParts Gather(IReadOnlyList<BundleItem> items, IReadOnlyDictionary<string, byte[]> bytes)
    {
        var (number, n) = (version.Number, version.Version.Version);
        var files = new SortedDictionary<string, byte[]>(StringComparer.Ordinal)
        {
            [BundleForm.DeclarationName] = Encoding.UTF8.GetBytes(BundleForm.Declaration),
            [BundleForm.VkeyName] = Encoding.UTF8.GetBytes(core.Store.Signer.Vkey + "\n"),
            [BundleForm.PolicyName] = Encoding.UTF8.GetBytes(policy.ToString()),
            [BundleForm.FindingName] = documents.Find(PublishedDocuments.CanonicalPath(number, n))!.Bytes,
            [BundleForm.RepresentationName] = CanonicalJson.Canonicalize(documents.Find($"/v1/findings/{number}/versions/{n}")!.Bytes),
            [BundleForm.RecordName] = Json(records.Of(version)),
            [BundleForm.EvidenceName] = Json(new BundleEvidence(version.Round.EvidenceRoot, [.. Set()], items)),
        };
        foreach (var (name, content) in bytes)
        {
            files[name] = content;
        }

        var entries = new SortedDictionary<long, byte[]?>();
        foreach (var (index, opening) in Entries().Concat(TakenAway(items)))
        {
            files[BundleForm.EntryName(index)] = core.Store.Events.ReadLeaf(index)!.Entry;
            entries[index] = opening;
        }

        return new BundleParts(files, entries);
    }

    /// <summary>The rest of a bundle: proofs, checkpoint, manifests.</summary>
    public SortedDictionary<string, byte[]> Prove(BundleParts parts, string checkpoint, long size)
    {
        var files = new SortedDictionary<string, byte[]>(parts.Files, StringComparer.Ordinal) { [BundleForm.CheckpointName] = Encoding.UTF8.GetBytes(checkpoint) };
        foreach (var (index, opening) in parts.Openings)
        {
            files[BundleForm.ProofName(index)] = Encoding.UTF8.GetBytes(new TlogProof(index, core.Store.Writer.InclusionProof(index, size), checkpoint, opening).ToString());
        }

        var finding = JsonNode.Parse(files[BundleForm.FindingName])!;
        files[BundleForm.InfoName] = Encoding.UTF8.GetBytes(BundleForm.Info(
            core.Store.Signer.Name, version.Number, version.Version.Version, finding["publishedAt"]!.GetValue<string>()[..10], (string?)finding["exerciseNotice"], files));
        files[BundleForm.ManifestName] = Encoding.UTF8.GetBytes(BundleForm.Manifest(files));
        files[BundleForm.TagManifestName] = Encoding.UTF8.GetBytes(BundleForm.TagManifest(files));
        return files;
    }

    private IEnumerable<BundleSetEntry> Set() => version.Round.Evidence.Select(id => version.State.Find(id)!).OrderBy(e => e.Id.Value, StringComparer.Ordinal)
        .Select(e => new BundleSetEntry(e.Id.Value, EvidenceRoot.Commitment(e)));

    /// <summary>
    /// The chains of the case and its rounds up to the version, what opened their seals, and where the members' keys were introduced. A chain is
    /// there from its first entry on, so that nothing can be left out unseen.
    /// </summary>
    private IEnumerable<(long Index, byte[]? Opening)> Entries()
    {
        var stream = CaseJournal.Stream(now.Id);
        var opened = Unsealing.Of(core, stream);
        var readable = opened.Select(u => u.Opens).ToHashSet();
        // A round that was still running stays sealed until it has led to a version.
        var chained = version.State.Rounds.SelectMany(r => new[] { Chain(RoundJournal.Stream(r.Id)), Chain(CoverSeals.Stream(r.Id)) }).Where(chain => chain.Any(readable.Contains))
            .Prepend(Chain(stream)).SelectMany(chain => chain).ToHashSet();
        // All that had been opened up to the last seal of this version: that chain is whole too.
        var last = opened.Where(u => chained.Contains(u.Opens)).Select(u => u.Index).DefaultIfEmpty(-1).Max();
        var seals = opened.Where(u => u.Index <= last).ToDictionary(u => u.Opens);
        foreach (var index in chained)
        {
            yield return (index, openings.Of(now, core.Store.Events.ReadLeaf(index)!, seals.GetValueOrDefault(index)));
        }

        foreach (var index in seals.Values.Select(u => u.Index).Concat(Introductions()))
        {
            yield return (index, null);
        }
    }

    // Why bytes are not here is no more believed than that they are: the entry that says so comes along.
    private IEnumerable<(long Index, byte[]? Opening)> TakenAway(IReadOnlyList<BundleItem> items) =>
        items.Select(i => i.Entry).OfType<long>().Select(index => (index, openings.Of(now, core.Store.Events.ReadLeaf(index)!, null)));

    private List<long> Chain(string stream) => [.. core.Store.Events.ReadStream(stream, withLost: true).Select(e => e.Index).Where(i => i <= version.Index)];

    private IEnumerable<long> Introductions()
    {
        foreach (var seat in version.State.DecidedPanel!.Seats.Where(s => s.Declaration is not null))
        {
            foreach (var stored in core.Store.Events.ReadStream(PersonJournal.Stream(seat.Person)))
            {
                if (PersonJournal.Definition.Read(stored).Event is PersonEvent.SigningKeyAdded added &&
                    (added.Key == seat.Declaration!.SigningKey || (version.Round.Mode == VoteMode.RollCall && added.Key == seat.Key?.SigningKey)))
                {
                    yield return stored.Index;
                }
            }
        }
    }

    // Canonical, so that another spelling of the same value is not the same file.
    private static byte[] Json<T>(T document) => CanonicalJson.Serialize(JsonSerializer.SerializeToNode(document, ApiJson.Options));
}

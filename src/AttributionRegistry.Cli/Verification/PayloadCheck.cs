using System.Text.Json.Nodes;
using AttributionRegistry.Domain;
using AttributionRegistry.Log;
using static AttributionRegistry.Cli.Verification.FindingCheck;

namespace AttributionRegistry.Cli.Verification;

/// <summary>The frozen evidence set under its root, and the bytes of what was disclosed: those that were sealed, and those that are here.</summary>
internal sealed class PayloadCheck(Bundle bundle, BundleLog log)
{
    private readonly HashSet<long> _reasons = []; // entries that took bytes away, each of one item

    /// <summary>Disclosed items whose bytes are not here, and what the log says of that.</summary>
    public List<string> NotHere { get; } = [];

    public string? Fault()
    {
        var (evidence, round, finding) = (bundle.Evidence, bundle.Record["round"]!, bundle.Finding);
        var set = Items(evidence["set"]).Select(each => (Id: Text(each, "id"), C: (string?)each["c"])).ToList();
        var tree = new MerkleTree();
        foreach (var (id, c) in set)
        {
            tree.Append(Rfc6962.LeafHash(CanonicalJson.Serialize(new JsonObject { ["c"] = c, ["id"] = id })));
        }

        if (Convert.ToHexStringLower(tree.Root()) != Text(round, "evidenceRoot") || Text(evidence, "root") != Text(round, "evidenceRoot"))
        {
            return "the items do not give the root of the evidence set that was voted on";
        }

        if (!set.Select(each => each.Id).SequenceEqual(Items(round["evidence"]).Select(each => (string)each!).Order(StringComparer.Ordinal), StringComparer.Ordinal))
        {
            return "the items are not those that the round names";
        }

        var commitments = set.ToDictionary(each => each.Id, each => each.C, StringComparer.Ordinal);
        var published = Items(finding["disclosed"]).ToDictionary(each => Text(each, "id"), StringComparer.Ordinal);
        var items = Items(evidence["disclosed"]).ToList();
        if (!items.Select(each => Text(each, "id")).SequenceEqual(published.Keys.Order(StringComparer.Ordinal), StringComparer.Ordinal))
        {
            return "the disclosed items are not those of the finding";
        }

        var left = BundleForm.MaxEvidenceBytes;
        var files = new HashSet<string>(StringComparer.Ordinal);
        foreach (var item in items)
        {
            if (ItemFault(item, published[Text(item, "id")], commitments[Text(item, "id")], ref left, files) is { } fault)
            {
                return fault;
            }
        }

        if (log.After.Select(each => each.Index).Except(_reasons).ToList() is [var idle, ..])
        {
            return $"entry {idle} took away nothing that is missing here";
        }

        return bundle.Files.Keys.FirstOrDefault(name => name.StartsWith(BundleForm.EvidenceFolder, StringComparison.Ordinal) && !files.Contains(name)) is { } extra
            ? $"'{extra}' is no disclosed item"
            : null;
    }

    // Gone is what the log says is gone, by an entry later than the version; the bundle's own word for it counts for nothing.
    private string? MissingFault(string id, string? without, long? entry)
    {
        if (entry is not { } index || log.After.FirstOrDefault(each => each.Index == index) is not { } reason || (string?)reason.Body["evidence"] != id ||
            !_reasons.Add(index))
        {
            return $"{id} is MISSING (alarm): nothing in the log says where its bytes went";
        }

        var said = (reason.Type, without) switch
        {
            (BundleLog.Destroyed, "erased") => $"{id} was destroyed by order #{index}",
            (BundleLog.Judged, "notPublic") when (bool?)reason.Body["accepted"] == false => $"{id} is withheld since entry #{index}, which rejected it",
            (BundleLog.Quarantined, "quarantined") => $"{id} is MISSING (alarm): entry #{index} says that its bytes were found damaged",
            _ => null,
        };
        NotHere.Add(said ?? "");
        return said is null ? $"entry {index} is no reason why the bytes of {id} are missing" : null;
    }

    private string? ItemFault(JsonNode item, JsonNode published, string? commitment, ref long left, HashSet<string> files)
    {
        var (id, sha256, size) = (Text(item, "id"), Text(item, "sha256"), (long)item["size"]!);
        if (sha256 != Text(published, "sha256") || size != (long)published["size"]! || Text(item, "address") != $"/v1/evidence/{id}/content")
        {
            return $"{id} is another item than the finding discloses";
        }

        var (file, without) = ((string?)item["file"], (string?)item["without"]);
        if (item["salt"] is null)
        {
            return file is null ? MissingFault(id, without, (long?)item["entry"]) : $"nothing opens the commitment to the bytes of {id}";
        }

        var salt = B64Url.Decode(Text(item, "salt"));
        if (commitment is null || !Commitments.Opens(B64Url.Decode(commitment), Commitments.EvidenceBytes, salt, Convert.FromHexString(sha256)))
        {
            return $"the bytes of {id} are not those that the evidence set commits to";
        }

        var logged = log.Of(Text(bundle.Record["round"]!, "caseId"))
            .LastOrDefault(each => each.Type == "evidence.sealed" && (string?)each.Body["evidence"] == id)?.Fields.GetValueOrDefault("payload");
        if ((string?)logged?["sha256"] != sha256 || (string?)logged["salt"] != Convert.ToHexStringLower(salt) || (long?)logged["size"] != size)
        {
            return $"the bytes of {id} are not those that the log sealed";
        }

        if (file is null)
        {
            NotHere.Add($"{id} is too large for a bundle");
            return without == "tooLarge" && item["entry"] is null && size > Math.Min(BundleForm.MaxItemBytes, left) ? null : $"the bytes of {id} are missing";
        }

        left -= size;
        files.Add(file);
        return without is null && item["entry"] is null && file == BundleForm.EvidenceFile(id) && bundle.Files.TryGetValue(file, out var bytes) && bytes.LongLength == size && Sha256Hex.Of(bytes) == sha256
            ? null
            : $"the bytes of {id} are not those that were disclosed";
    }
}

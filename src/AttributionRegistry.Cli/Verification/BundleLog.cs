using System.Globalization;
using System.Text.Json.Nodes;
using AttributionRegistry.Log;
using static AttributionRegistry.Cli.Verification.FindingCheck;

namespace AttributionRegistry.Cli.Verification;

/// <summary>An entry of the log in a bundle: what it says, once its seal is open; null where it stays sealed.</summary>
/// <param name="Index">Its place.</param>
/// <param name="LeafHash">Its hash.</param>
/// <param name="Event">The readable entry.</param>
/// <param name="Fields">Values of fields that stand as commitments in it, by name.</param>
internal sealed record BundleEntry(long Index, byte[] LeafHash, JsonObject? Event, IReadOnlyDictionary<string, JsonNode?> Fields)
{
    public string? Type => (string?)Event?["type"];

    public string? Subject => (string?)Event?["subject"];

    public JsonObject Body => Event!["body"]!.AsObject();
}

/// <summary>The log in a bundle: proofs against the signed checkpoint, seals, openings, and the chains of the case without a gap.</summary>
internal sealed class BundleLog(Bundle bundle)
{
    private const string Sealed = "sealed";
    private const string Opening = "unsealed";
    private const string Cover = "cover:"; // seals that hide nothing but how many there are
    private const string Introduction = "key.introduced";
    private const string Version = "finding.version";

    /// <summary>Entries that take disclosed bytes away, each later than the version.</summary>
    internal const string Destroyed = "evidence.destroyed", Quarantined = "evidence.quarantined", Judged = "evidence.judged";

    private readonly Dictionary<long, (JsonObject Event, byte[] Salt)> _opened = [];

    private (long Index, long Opens)? _leftOut;

    private (string Incident, long Version) _end = ("", long.MaxValue);

    public SortedDictionary<long, BundleEntry> Entries { get; } = [];

    /// <summary>How many entries of the case stay sealed.</summary>
    public int StillSealed { get; private set; }

    /// <summary>Every entry stands in the log that the key signed.</summary>
    public string? ProofFault(string? pinned)
    {
        var text = bundle.Text(BundleForm.CheckpointName);
        var own = bundle.Text(BundleForm.VkeyName);
        var checkpoint = Open(text, own.EndsWith('\n') ? own[..^1] : own);
        if (pinned is not null)
        {
            checkpoint = Open(text, pinned);
        }

        foreach (var index in bundle.Entries)
        {
            var file = bundle.Text(BundleForm.ProofName(index));
            var proof = TlogProof.Parse(file);
            if (proof.Index != index || proof.Checkpoint != text || proof.ToString() != file)
            {
                return $"the proof of entry {index} is not one of it against the checkpoint of the bundle";
            }

            if (!Rfc6962.VerifyInclusion(index, checkpoint.Size, Rfc6962.LeafHash(bundle.Files[BundleForm.EntryName(index)]), proof.Hashes, checkpoint.Root))
            {
                return $"entry {index} is not proved to be in the signed log";
            }
        }

        return null;
    }

    // A bundle need not carry the entries about the log's keys. Where it does, they bind it; the tree of an earlier size is not in it.
    private Checkpoint Open(string note, string vkey)
    {
        var about = bundle.Entries.Select(index => (index, bundle.Files[BundleForm.EntryName(index)])).Where(each => LogKeyEntry.MayBe(each.Item2));
        var key = PinnedKey.Of(NoteVerifier.Parse(vkey), note, about, size => throw new NoteException($"An entry retires a key as of size {size}, which a bundle does not show; audit the log."));
        return Checkpoint.Open(note, key.Key);
    }

    /// <summary>What the seals and the commitments of fields hide is what was opened.</summary>
    public string? CommitmentFault()
    {
        var entries = bundle.Entries.ToDictionary(index => index, index => JsonNode.Parse(bundle.Files[BundleForm.EntryName(index)])!.AsObject());
        foreach (var (index, entry) in entries.Where(each => Text(each.Value, "type") == Opening))
        {
            var body = entry["body"]!.AsObject();
            var (opens, @event, salt) = ((long)body["index"]!, body["event"]!.AsObject(), B64Url.Decode(Text(body, "salt")));
            if (!entries.ContainsKey(opens))
            {
                _leftOut ??= (index, opens);
            }
            else if (!LogEntry.Unseals(bundle.Files[BundleForm.EntryName(opens)], salt, CanonicalJson.Serialize(@event)) || !_opened.TryAdd(opens, (@event, salt)))
            {
                return $"entry {index} does not open entry {opens}";
            }
        }

        foreach (var (index, entry) in entries)
        {
            var readable = Text(entry, "type") != Sealed ? entry : _opened.TryGetValue(index, out var found) ? found.Event : null;
            var extra = TlogProof.Parse(bundle.Text(BundleForm.ProofName(index))).Extra;
            if (ExtraFault(index, readable, extra, out var fields) is { } fault)
            {
                return fault;
            }

            Entries[index] = new BundleEntry(index, Rfc6962.LeafHash(bundle.Files[BundleForm.EntryName(index)]), readable, fields);
        }

        return null;
    }

    private string? ExtraFault(long index, JsonObject? readable, byte[]? extra, out IReadOnlyDictionary<string, JsonNode?> fields)
    {
        var values = new Dictionary<string, JsonNode?>(StringComparer.Ordinal);
        fields = values;
        var opening = extra is null ? null : JsonNode.Parse(extra)!.AsObject();
        if (extra is not null && (!CanonicalJson.Canonicalize(extra).AsSpan().SequenceEqual(extra) || opening!.Count != 2))
        {
            return $"the opening of entry {index} is not in its one form";
        }

        var expected = _opened.TryGetValue(index, out var found) ? new JsonObject { ["event"] = found.Event.DeepClone(), ["salt"] = B64Url.Encode(found.Salt) } : null;
        if (!Same(opening?["seal"], expected))
        {
            return $"the opening of the seal of entry {index} is not the one in the log";
        }

        foreach (var field in opening is null ? [] : Items(opening["fields"]))
        {
            var name = Text(field, "name");
            var commitment = B64Url.Decode((string?)readable?["body"]?[name]?["c"] ?? throw new FormatException($"entry {index} commits to no {name}"));
            if (field.AsObject().Count != 3 || !values.TryAdd(name, field["value"]) ||
                !Commitments.Opens(commitment, Commitments.Field, B64Url.Decode(Text(field, "salt")), Commitments.FieldMessage(name, field["value"])))
            {
                return $"the opening of {name} of entry {index} does not reproduce its commitment";
            }
        }

        return null;
    }

    /// <summary>The chains of the case, of its rounds and of what was opened are there from their first entry to the version, with no gap.</summary>
    public string? ChainFault(string incident, long version, string digest)
    {
        _end = (incident, version);
        // The end of a chain that nothing follows: what opened it says that it was there.
        if (_leftOut is var (index, opens))
        {
            return $"entry {index} opens entry {opens}, which was left out";
        }

        var subjects = Entries.Values.Where(each => each.Subject is not null && each.Type != Introduction).Select(each => each.Subject!).Distinct().ToList();
        var rounds = Of(incident).Where(each => each.Type == "case.round-opened").Select(each => Text(each.Body, "round")).ToHashSet(StringComparer.Ordinal);
        if (subjects.Find(each => each != incident && each != $"unsealed:{incident}" && !rounds.Contains(each.StartsWith(Cover, StringComparison.Ordinal) ? each[Cover.Length..] : each)) is { } strange)
        {
            return $"{strange} is no part of the case";
        }

        if (Of(incident).Where(each => each.Type == "case.round-concluded").Select(each => Text(each.Body, "round")).FirstOrDefault(each => !subjects.Contains(each)) is { } missing)
        {
            return $"the chain of {missing} is missing";
        }

        if (Of(incident).LastOrDefault() is not { Type: Version } last || last.Index != version || Text(last.Body, "digest") != digest)
        {
            return $"the chain of the case does not end with entry {version}, which publishes this finding";
        }

        var seals = Entries.Values.Where(each => each.Event is null).Select(each => each.Index).ToList();
        StillSealed = seals.Count;
        if (seals.Count > 0 && seals[^1] > _opened.Keys.DefaultIfEmpty(-1).Max())
        {
            return $"what opens the seal at {seals[^1]} was left out";
        }

        foreach (var subject in subjects)
        {
            // Openings stand in the open: no seal can fill a gap between them.
            if (GapIn(Of(subject).ToList(), subject.StartsWith(Opening, StringComparison.Ordinal) ? [] : seals) is { } gap)
            {
                return $"the chain of {subject} {gap}";
            }
        }

        return seals.Count == 0 ? null : $"the seal at {seals[0].ToString(CultureInfo.InvariantCulture)} is in no chain, or what opens it was left out";
    }

    /// <summary>How many entries carry the signature of their author, and how many are readable.</summary>
    public (int Signed, int Readable) Authors { get; private set; }

    /// <summary>Whoever signed what they did, did sign it: with a key that the same chain bound before to the same pseudonym.</summary>
    public string? AuthorFault()
    {
        var signed = 0;
        var readable = Entries.Values.Where(each => each.Event is not null && each.Type is not (Opening or Introduction)).ToList();
        foreach (var each in readable)
        {
            if (AuthorSignature.In(each.Event!) is not var (key, signature))
            {
                continue;
            }

            var bound = readable.Find(other => other.Index < each.Index && other.Type == CaseKeys.BoundType && other.Subject == each.Subject && (string?)other.Body["key"] == key);
            if (bound is null && IsAfter(each))
            {
                continue; // Its key was bound after the version too, and only what took bytes away came along.
            }

            if (bound is null || (string?)bound.Event!["actor"] != (string?)each.Event!["actor"])
            {
                return $"entry {each.Index} is signed with {key}, which its chain has not bound to that author before";
            }

            var spki = B64Url.Decode(Text(bound.Body, "spki"));
            if (BallotSeal.KeyId(spki) != key || !AuthorSignature.Verify(spki, AuthorSignature.MessageOf(each.Event!), signature))
            {
                return $"entry {each.Index} does not carry a signature of {key} over what it says";
            }

            signed++;
        }

        Authors = (signed, readable.Count);
        return null;
    }

    /// <summary>The readable entries of one chain up to the version, in order.</summary>
    public IEnumerable<BundleEntry> Of(string subject) => Entries.Values.Where(each => each.Subject == subject && each.Type != Introduction && !IsAfter(each));

    /// <summary>What took disclosed bytes away after the version was published; outside the chains, each proved by itself.</summary>
    public IEnumerable<BundleEntry> After => Entries.Values.Where(IsAfter);

    private bool IsAfter(BundleEntry each) => each.Index > _end.Version && each.Subject == _end.Incident && each.Type is Destroyed or Quarantined or Judged;

    /// <summary>The public key that a person's chain introduced under an id, or null.</summary>
    public byte[]? KeyOf(string person, string key) => Entries.Values
        .Where(each => each.Type == Introduction && each.Subject == person && (string?)each.Body["key"] == key)
        .Select(each => B64Url.Decode(Text(each.Body, "spki"))).FirstOrDefault();

    // Seals that nothing opens stand between the readable entries of a chain; the entry after them names the last one's hash.
    private string? GapIn(List<BundleEntry> chain, List<long> seals)
    {
        var (seq, previous) = (0L, (BundleEntry?)null);
        foreach (var each in chain)
        {
            var skipped = (long)each.Event!["seq"]! - seq - 1;
            if (skipped < 0)
            {
                return $"has entry {each.Index} out of its place";
            }

            for (; skipped > 0; skipped--)
            {
                var at = seals.FindIndex(index => index > (previous?.Index ?? -1) && index < each.Index);
                if (at < 0)
                {
                    return $"has a gap before entry {each.Index}";
                }

                previous = Entries[seals[at]];
                seals.RemoveAt(at);
            }

            if ((string?)each.Event["prev"] != (previous is null ? null : B64Url.Encode(previous.LeafHash)))
            {
                return $"does not hold together at entry {each.Index}";
            }

            (seq, previous) = ((long)each.Event["seq"]!, each);
        }

        return null;
    }

    internal static bool Same(JsonNode? one, JsonNode? other) => CanonicalJson.Serialize(one).AsSpan().SequenceEqual(CanonicalJson.Serialize(other));
}

using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using AttributionRegistry.Log;
using AttributionRegistry.Server.Tests.Demo;

namespace AttributionRegistry.Server.Tests.Bundles;

/// <summary>
/// Three hundred seeded ways of changing a bundle, half of them under manifests made anew, so that only what is inside can tell. Each must be
/// called by the name of a check.
/// </summary>
public sealed class BundleMutationTests(BundleMutationTests.OneFinding finding) : IClassFixture<BundleMutationTests.OneFinding>
{
    private const int Mutations = 300;

    private static readonly string[] Names =
    [
        "bag", "digest", "matrix", "crosscheck", "representation", "log", "witnesses", "commitments", "chain", "authors", "record", "recorded", "rules", "envelopes", "openings", "escrow", "tally",
        "finding", "draw", "signatures", "mapping", "logged", "payload", "wording",
    ];

    [Fact]
    public async Task Every_mutation_of_a_bundle_is_named()
    {
        (await BundleTests.VerifyAsync(finding.Zip)).Should().StartWith("valid (");
        var said = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var seed = 0; seed < Mutations; seed++)
        {
            var (what, zip) = Mutate(new Random(seed));
            var verdict = await BundleTests.VerifyAsync(zip);
            var name = verdict.Split(':')[0];
            Names.Should().Contain(name, "mutation {0} ({1}) is found, and the verdict was: {2}", seed, what, verdict);
            said[name] = said.GetValueOrDefault(name) + 1;
        }

        said.Keys.Should().Contain(["bag", "digest", "log", "commitments", "representation"], "mutations reach past the manifests");
    }

    /// <summary>Changes with a meaning, each under new manifests; where the finding is changed its digest is made anew too.</summary>
    public static TheoryData<string, string> Meant => new()
    {
        { "an entry is left out of the chain", "chain" },
        { "the end of the chain of the round is left out", "chain" },
        { "the last opening is left out", "chain" },
        { "an opening in the middle is left out", "chain" },
        { "the introduction of a key is left out", "signatures" },
        { "a field is opened to another value", "commitments" },
        { "a field is not opened", "logged" },
        { "an envelope is left out", "openings" },
        { "a declaration is another's", "signatures" },
        { "a candidate has another region", "draw" },
        { "a source of the seed has another name", "recorded" },
        { "an instant of a pool is another", "recorded" },
        { "a salt of evidence is another", "payload" },
        { "the bytes of an item are left out", "payload" },
        { "the bytes of an item are called too large", "payload" },
        { "the evidence set has an item less", "payload" },
        { "the banner is left out", "representation" },
        { "a withdrawn finding is called current", "representation" },
        { "the sentence of the finding is another", "chain" },
        { "a mapping is promised", "mapping" },
        { "a checkpoint is of another time", "log" },
    };

    [Theory]
    [MemberData(nameof(Meant))]
    public async Task A_change_with_a_meaning_is_called_by_its_name(string what, string check)
    {
        var files = finding.Files();
        Change(files, what);
        (await BundleTests.VerifyAsync(Bag(files))).Should().StartWith($"{check}: ", what);
    }

    [Fact]
    public async Task A_bundle_whose_own_entries_retire_the_key_of_its_checkpoint_does_not_hold()
    {
        var files = finding.Files();
        var (old, entry) = (NoteVerifier.Parse(Encoding.UTF8.GetString(files[BundleForm.VkeyName]).Trim()), files.Keys.First(name => name.EndsWith(".tlog-proof", StringComparison.Ordinal)));
        var retired = LogEntry.Plain(
            null, "2026-01-01T12:00:00Z", new JsonObject { ["keyId"] = NoteKey.Hex(old.KeyId), ["retirement"] = "" }, null, 1, LogKeyHistory.Subject, LogKeyHistory.RetiredType, 1);
        (files[BundleForm.EntryName(0)], files[BundleForm.ProofName(0)]) = (retired, files[entry]);

        (await BundleTests.VerifyAsync(Bag(files))).Should().StartWith($"log: Entry 0 retires the key {NoteKey.Hex(old.KeyId)}");
    }

    private static void Change(SortedDictionary<string, byte[]> files, string what)
    {
        switch (what)
        {
            case "an entry is left out of the chain":
                Remove(files, Entry(files, "case.moved", nth: 2));
                break;
            case "the end of the chain of the round is left out":
                Remove(files, Entry(files, "tally.published"));
                break;
            case "the last opening is left out":
                Close(files, Openings(files).Max());
                break;
            case "an opening in the middle is left out":
                Close(files, Openings(files).Order().ElementAt(40));
                break;
            case "the introduction of a key is left out":
                Remove(files, files.Keys.Where(n => n.EndsWith(".entry", StringComparison.Ordinal) && Type(files, n) == "key.introduced").Select(IndexOf).First());
                break;
            case "a field is opened to another value":
                Extra(files, Entry(files, "vote.opened"), e => e["fields"]![0]!["value"]!["receivedAt"] = "2026-01-01T00:00:00+00:00");
                break;
            case "a field is not opened":
                Extra(files, Entry(files, "vote.committed"), e => e["fields"] = new JsonArray());
                break;
            case "an envelope is left out":
                Json(files, "record", r => r["round"]!["envelopes"]!.AsArray().RemoveAt(0));
                break;
            case "a declaration is another's":
                Json(files, "record", r => r["declarations"]![0]!["signature"] = r["declarations"]![1]!["signature"]!.DeepClone());
                break;
            case "a candidate has another region":
                Json(files, "record", r => r["draw"]!["candidates"]![0]!["region"] = r["draw"]!["candidates"]![0]!["region"]!.GetValue<string>() == "APG" ? "EEG" : "APG");
                break;
            case "a source of the seed has another name":
                Json(files, "record", r => r["draw"]!["sources"]![0] = "another");
                break;
            case "an instant of a pool is another":
                Json(files, "record", r => r["draw"]!["frozenAt"] = "2020-01-01T00:00:00+00:00");
                break;
            case "a salt of evidence is another":
                Json(files, "evidence", e => e["disclosed"]![0]!["salt"] = B64Url.Encode(new byte[32]));
                break;
            case "the bytes of an item are left out":
                files.Remove(files.Keys.First(n => n.StartsWith("data/evidence/", StringComparison.Ordinal)));
                break;
            case "the bytes of an item are called too large":
                Json(files, "evidence", e => (e["disclosed"]![0]!["file"], e["disclosed"]![0]!["without"]) = (null, "tooLarge"));
                files.Remove(files.Keys.First(n => n.StartsWith("data/evidence/", StringComparison.Ordinal)));
                break;
            case "the evidence set has an item less":
                Json(files, "evidence", e => e["set"]!.AsArray().RemoveAt(0));
                break;
            case "the banner is left out":
                Json(files, "representation", r => r["banner"] = null);
                break;
            case "a withdrawn finding is called current":
                Json(files, "representation", r => r["banner"] = $"{r["banner"]} This finding is withdrawn. Its text stays readable.");
                break;
            case "the sentence of the finding is another":
                // As thorough as can be: finding, representation and digest agree. What was logged is another digest.
                Json(files, "finding", f => f["statements"]![0]!["value"] = "The panel assesses something else.");
                Json(files, "representation", r => (r["finding"], r["digest"]) = (JsonNode.Parse(files["data/finding.json"]), Domain.Sha256Hex.Of(files["data/finding.json"])));
                break;
            case "a mapping is promised":
                Json(files, "record", r => r["mapping"] = new JsonObject { ["commitment"] = new string('0', 64), ["salt"] = null, ["canonical"] = null });
                break;
            case "a checkpoint is of another time":
                files["tlog/checkpoint"] = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(files["tlog/checkpoint"]).Replace("\n—", "\n\n—", StringComparison.Ordinal));
                break;
        }
    }

    private (string What, byte[] Zip) Mutate(Random random)
    {
        var files = finding.Files();
        var names = files.Keys.ToList();
        var name = names[random.Next(names.Count)];
        // Half of them where most of the meaning is.
        if (random.Next(2) == 0)
        {
            name = new[] { "data/finding.json", "data/representation.json", "data/record.json", "data/evidence.json", "tlog/checkpoint", "tlog/vkey", "tlog/policy", "bag-info.txt" }[random.Next(8)];
        }

        var again = random.Next(3) > 0;
        switch (random.Next(6))
        {
            case 0 or 1:
                var at = random.Next(files[name].Length);
                files[name][at] ^= (byte)(1 << random.Next(8));
                return ($"a bit of {name} at {at}, manifests {(again ? "anew" : "kept")}", again ? Bag(files, name) : BundleZip.Write(files));
            case 2:
                files.Remove(name);
                return ($"{name} dropped, manifests {(again ? "anew" : "kept")}", again ? Bag(files, name) : BundleZip.Write(files));
            case 3:
                var other = names[random.Next(names.Count)];
                if (files[name].AsSpan().SequenceEqual(files[other]))
                {
                    goto case 2;
                }

                (files[name], files[other]) = (files[other], files[name]);
                return ($"{name} and {other} swapped, manifests {(again ? "anew" : "kept")}", again ? Bag(files, name) : BundleZip.Write(files));
            case 4:
                if (random.Next(2) == 0)
                {
                    return ("the zip cut", finding.Zip[..random.Next(finding.Zip.Length)]);
                }

                files[name] = files[name][..random.Next(files[name].Length)];
                return ($"{name} cut, manifests {(again ? "anew" : "kept")}", again ? Bag(files, name) : BundleZip.Write(files));
            default:
                var order = names.ToArray();
                random.Shuffle(order);
                return ("the files in another order", ZipOf(order.Select(n => (n, files[n]))));
        }
    }

    /// <summary>The manifests made anew, as whoever tampers would.</summary>
    internal static byte[] Bag(SortedDictionary<string, byte[]> files, string changed = "")
    {
        try
        {
            var f = JsonNode.Parse(files["data/finding.json"])!;
            if (files.ContainsKey("bag-info.txt") && changed != "bag-info.txt")
            {
                var own = Encoding.UTF8.GetString(files["bag-info.txt"]);
                var made = BundleForm.Info(
                    Encoding.UTF8.GetString(files["tlog/vkey"]).Split('+')[0], f["number"]!.GetValue<string>(), f["version"]!.GetValue<int>(), f["publishedAt"]!.GetValue<string>()[..10],
                    (string?)f["exerciseNotice"], files);
                // Only the number of bytes follows: what else was changed in it stays changed.
                files["bag-info.txt"] = Encoding.UTF8.GetBytes(own.Split("Payload-Oxum")[0] + "Payload-Oxum" + made.Split("Payload-Oxum")[1]);
            }
        }
        catch (Exception fault) when (fault is System.Text.Json.JsonException or InvalidOperationException or NullReferenceException or KeyNotFoundException or FormatException or ArgumentException)
        {
            // What cannot be read cannot be described; it stays as it is.
        }

        files["manifest-sha256.txt"] = Encoding.UTF8.GetBytes(BundleForm.Manifest(files));
        files["tagmanifest-sha256.txt"] = Encoding.UTF8.GetBytes(BundleForm.TagManifest(files));
        return BundleZip.Write(files);
    }

    internal static byte[] ZipOf(IEnumerable<(string Name, byte[] Bytes)> files)
    {
        using var output = new MemoryStream();
        using (var zip = new ZipArchive(output, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, bytes) in files)
            {
                using var content = zip.CreateEntry(name).Open();
                content.Write(bytes);
            }
        }

        return output.ToArray();
    }

    internal static void Json(SortedDictionary<string, byte[]> files, string name, Action<JsonNode> change)
    {
        var document = JsonNode.Parse(files[$"data/{name}.json"])!;
        change(document);
        files[$"data/{name}.json"] = CanonicalJson.Serialize(document);
    }

    internal static void Extra(SortedDictionary<string, byte[]> files, long index, Action<JsonNode> change)
    {
        var proof = TlogProof.Parse(Encoding.UTF8.GetString(files[BundleForm.ProofName(index)]));
        var extra = JsonNode.Parse(proof.Extra!)!;
        change(extra);
        files[BundleForm.ProofName(index)] = Encoding.UTF8.GetBytes((proof with { Extra = CanonicalJson.Serialize(extra) }).ToString());
    }

    internal static IEnumerable<long> Openings(SortedDictionary<string, byte[]> files) =>
        files.Keys.Where(n => n.EndsWith(".entry", StringComparison.Ordinal) && Type(files, n) == "unsealed").Select(IndexOf);

    // Takes away what opened a sealed entry, in the log and beside it.
    internal static void Close(SortedDictionary<string, byte[]> files, long opening)
    {
        var hidden = BundleForm.ProofName(JsonNode.Parse(files[BundleForm.EntryName(opening)])!["body"]!["index"]!.GetValue<long>());
        files[hidden] = Encoding.UTF8.GetBytes((TlogProof.Parse(Encoding.UTF8.GetString(files[hidden])) with { Extra = null }).ToString());
        Remove(files, opening);
    }

    internal static void Remove(SortedDictionary<string, byte[]> files, long index)
    {
        files.Remove(BundleForm.EntryName(index));
        files.Remove(BundleForm.ProofName(index));
    }

    // The sealed entry that was opened as an event of this type.
    internal static long Entry(SortedDictionary<string, byte[]> files, string type, int nth = 0) => files
        .Where(f => f.Key.EndsWith(".tlog-proof", StringComparison.Ordinal))
        .Select(f => TlogProof.Parse(Encoding.UTF8.GetString(f.Value))).OrderBy(p => p.Index)
        .Where(p => p.Extra is not null && (string?)JsonNode.Parse(p.Extra)!["seal"]?["event"]?["type"] == type).ElementAt(nth).Index;

    internal static string Type(SortedDictionary<string, byte[]> files, string name) => JsonNode.Parse(files[name])!["type"]!.GetValue<string>();

    internal static long IndexOf(string name) => long.Parse(name["tlog/".Length..^".entry".Length], System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>A finding of the demo that a real server published; its bundle is fetched once.</summary>
    public sealed class OneFinding : IAsyncLifetime
    {
        private readonly ExerciseFixture _exercise = new(["viasat-kasat-2022"]);

        public byte[] Zip { get; private set; } = [];

        public SortedDictionary<string, byte[]> Files() => BundleZip.Read(Zip);

        public async Task InitializeAsync()
        {
            await _exercise.InitializeAsync();
            Zip = await _exercise.Registry.Stranger.GetByteArrayAsync($"/v1/findings/{_exercise.Loaded[0].Number}/bundle");
        }

        public async Task DisposeAsync() => await _exercise.DisposeAsync();
    }
}

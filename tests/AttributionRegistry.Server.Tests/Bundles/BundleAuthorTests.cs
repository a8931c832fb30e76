using System.Text;
using System.Text.Json.Nodes;
using AttributionRegistry.Log;

namespace AttributionRegistry.Server.Tests.Bundles;

/// <summary>
/// A registry that writes other entries than their authors signed, and signs a log of its own over them: everything in its bundle agrees but the
/// signatures of the authors.
/// </summary>
public sealed class BundleAuthorTests(BundleMutationTests.OneFinding finding) : IClassFixture<BundleMutationTests.OneFinding>
{
    private static readonly byte[] Seed = [.. Enumerable.Repeat((byte)9, NoteSigner.SeedSize)];

    [Fact]
    public async Task What_the_demo_did_is_signed_by_those_who_did_it()
    {
        (await BundleTests.VerifyAsync(Forged(_ => { }))).Should().StartWith("valid");
        var version = Version(finding.Files());
        AuthorSignature.In(JsonNode.Parse(finding.Files()[BundleForm.EntryName(version)])!.AsObject()).Should().NotBeNull("the second of two people published it");
    }

    [Fact]
    public async Task A_flipped_signature_another_key_and_a_key_that_was_not_bound_are_named()
    {
        (await BundleTests.VerifyAsync(Forged(author =>
        {
            var signature = B64Url.Decode((string)author["sig"]!);
            signature[3] ^= 1;
            author["sig"] = B64Url.Encode(signature);
        }))).Should().StartWith("authors: ").And.Contain("does not carry a signature");
        (await BundleTests.VerifyAsync(Forged(author => author["key"] = OtherKey((string)author["key"]!)))).Should().StartWith("authors: ").And.Contain("not bound to that author");
        (await BundleTests.VerifyAsync(Forged(author => author["key"] = "k-0000000000000000"))).Should().StartWith("authors: ").And.Contain("not bound to that author");
    }

    // The entry that publishes is the last of its chain: nothing that follows names it.
    private byte[] Forged(Action<JsonObject> change)
    {
        var files = finding.Files();
        var version = Version(files);
        var entry = JsonNode.Parse(files[BundleForm.EntryName(version)])!.AsObject();
        change(entry["author"]!.AsObject());
        files[BundleForm.EntryName(version)] = CanonicalJson.Serialize(entry);

        var old = Checkpoint.ParseBody(SignedNote.Parse(Text(files, BundleForm.CheckpointName)).Text);
        using var signer = new NoteSigner(old.Origin, Seed);
        var tree = new MerkleTree();
        for (var index = 0L; index < old.Size; index++)
        {
            tree.Append(files.TryGetValue(BundleForm.EntryName(index), out var leaf) ? Rfc6962.LeafHash(leaf) : Rfc6962.LeafHash(BitConverter.GetBytes(index)));
        }

        var note = new Checkpoint(old.Origin, old.Size, tree.Root()).Sign(signer);
        var (vkey, policy) = (Text(files, BundleForm.VkeyName).Trim(), Text(files, BundleForm.PolicyName));
        foreach (var name in files.Keys.Where(name => name.EndsWith(BundleForm.ProofEnding, StringComparison.Ordinal)).ToList())
        {
            var proof = TlogProof.Parse(Text(files, name));
            files[name] = Encoding.UTF8.GetBytes((proof with { Hashes = [.. tree.InclusionProof(proof.Index, old.Size)], Checkpoint = note }).ToString());
        }

        files[BundleForm.CheckpointName] = Encoding.UTF8.GetBytes(note);
        files[BundleForm.VkeyName] = Encoding.UTF8.GetBytes(signer.Vkey + "\n");
        files[BundleForm.PolicyName] = Encoding.UTF8.GetBytes(policy.Replace(vkey, signer.Vkey, StringComparison.Ordinal));
        return BundleMutationTests.Bag(files);
    }

    private string OtherKey(string key) => finding.Files().Where(f => f.Key.EndsWith(BundleForm.ProofEnding, StringComparison.Ordinal))
        .Select(f => TlogProof.Parse(Encoding.UTF8.GetString(f.Value)).Extra).OfType<byte[]>().Select(extra => JsonNode.Parse(extra)!["seal"]?["event"])
        .Where(bound => (string?)bound?["type"] == CaseKeys.BoundType).Select(bound => (string)bound!["body"]!["key"]!).First(other => other != key);

    private static long Version(SortedDictionary<string, byte[]> files) => JsonNode.Parse(files[BundleForm.RecordName])!["logIndex"]!.GetValue<long>();

    private static string Text(SortedDictionary<string, byte[]> files, string name) => Encoding.UTF8.GetString(files[name]);
}

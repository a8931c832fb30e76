using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace AttributionRegistry.Log.Tests;

/// <summary>A whole log with fixed keys, entries and time, written and audited by other tools: ours must come out byte for byte the same.</summary>
public sealed class DeterministicLogTests
{
    private static readonly JsonNode Vector = Vectors.Own("log/own-deterministic-log.json");
    private static readonly byte[][] Entries = [.. Enumerable.Range(0, 1000).Select(Entry)];
    private static readonly MerkleTree Tree = new();
    private static readonly NoteSigner Log = new("registry.example/log/2026", Vector.Hex("logSeedHex"));
    private static readonly NoteSigner Witness = NoteSigner.Witness("witness.example/w1", Vector.Hex("witnessSeedHex"));

    static DeterministicLogTests()
    {
        foreach (var entry in Entries)
        {
            Tree.Append(Rfc6962.LeafHash(entry));
        }
    }

    [Fact]
    public void Keys_and_entries_are_the_recorded_ones()
    {
        Log.Vkey.Should().Be(Vector.Text("logVkey"));
        $"{Log.KeyId:x8}".Should().Be("9c6cbaa2");
        Witness.Vkey.Should().Be(Vector.Text("witnessVkey"));
        Encoding.UTF8.GetString(Entries[5]).Should().Be(Vector.Text("entry5"));
    }

    [Fact]
    public void Every_checkpoint_with_its_cosignature_is_reproduced()
    {
        var checkpoints = Vector["checkpoints"]!.AsObject();

        checkpoints.Should().HaveCount(10);
        foreach (var (size, note) in checkpoints)
        {
            var expected = note!.GetValue<string>();
            var signed = Signed(long.Parse(size));

            signed.Should().Be(expected, $"size {size}");
            Checkpoint.Open(signed, NoteVerifier.Parse(Vector.Text("logVkey"))).Size.Should().Be(long.Parse(size));
            CosignatureV1.Verify(SignedNote.Parse(signed), NoteVerifier.Parse(Vector.Text("witnessVkey")))
                .Should().Be(Vector["cosignatureTime"]!.GetValue<long>());
        }
    }

    [Fact]
    public void Every_proof_file_is_reproduced_read_and_verified()
    {
        var proofs = Vector["proofs"]!.AsObject();
        var verifier = NoteVerifier.Parse(Vector.Text("logVkey"));

        proofs.Should().HaveCount(9);
        foreach (var (sizeText, proof) in proofs)
        {
            var size = long.Parse(sizeText);
            var (leaf, text) = (Encoding.UTF8.GetBytes(proof!.Text("leaf")), proof!.Text("tlogProof"));
            var index = size / 2;

            new TlogProof(index, Tree.InclusionProof(index, size), Signed(size)).ToString().Should().Be(text, $"size {size}");
            Entries[index].Should().Equal(leaf);
            var read = TlogProof.Parse(text);
            read.ToString().Should().Be(text);
            read.Verify(leaf, verifier).Should().BeTrue();
            read.Verify(Encoding.UTF8.GetBytes("another entry"), verifier).Should().BeFalse();
        }
    }

    [Fact]
    public void Every_consistency_proof_is_reproduced_and_verifies()
    {
        var proofs = Vector["consistency"]!.AsObject();

        proofs.Should().HaveCount(36);
        foreach (var (name, expected) in proofs)
        {
            var sizes = name.Split("->").Select(long.Parse).ToArray();
            var proof = Tree.ConsistencyProof(sizes[0], sizes[1]);

            proof.Select(Convert.ToHexString).Should().Equal(expected.Base64List().Select(Convert.ToHexString), name);
            Rfc6962.VerifyConsistency(sizes[0], sizes[1], Tree.RootAt(sizes[0]), Tree.RootAt(sizes[1]), proof).Should().BeTrue(name);
        }
    }

    [Fact]
    public void Every_tile_and_bundle_is_reproduced()
    {
        var files = Vector["files"]!.AsObject();

        files.Should().HaveCount(24);
        foreach (var (path, expected) in files)
        {
            var bytes = File(path);

            bytes.Should().HaveCount(expected!["bytes"]!.GetValue<int>(), path);
            Convert.ToHexStringLower(SHA256.HashData(bytes)).Should().Be(expected!.Text("sha256"), path);
        }
    }

    [Fact]
    public void The_recorded_files_are_those_that_growing_from_checkpoint_to_checkpoint_makes()
    {
        var sizes = Vector["checkpoints"]!.AsObject().Select(c => long.Parse(c.Key)).ToList();

        sizes.Zip(sizes.Skip(1)).SelectMany(step => Tiles.Grown(step.First, step.Second)).Select(t => t.ToString())
            .Should().BeEquivalentTo(Vector["files"]!.AsObject().Select(f => f.Key));
    }

    private static byte[] File(string path)
    {
        TilePath.TryParse(path, out var tile).Should().BeTrue(path);
        tile.ToString().Should().Be(path);
        return tile.IsEntries
            ? EntryBundle.Write(Entries.Skip((int)tile.First).Take(tile.Width))
            : Tiles.Hashes(Tree, tile, Tree.Size)!;
    }

    private static string Signed(long size)
    {
        var checkpoint = new Checkpoint("registry.example/log/2026", size, Tree.RootAt(size));
        return checkpoint.Sign(Log) + CosignatureV1.Sign(Witness, checkpoint.Body(), Vector["cosignatureTime"]!.GetValue<long>());
    }

    private static byte[] Entry(int i) => CanonicalJson.Serialize(new JsonObject
    {
        ["v"] = 1,
        ["type"] = "evidence.received",
        ["seq"] = i,
        ["id"] = i.ToString("D8", CultureInfo.InvariantCulture),
    });
}

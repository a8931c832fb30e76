using System.Text;

namespace AttributionRegistry.Log.Tests.Tree;

public sealed class Rfc6962VectorTests
{
    [SharedDataFact]
    public void The_published_hashes_and_roots_are_reproduced()
    {
        var vectors = Vectors.Shared("rfc6962-roots.json");

        Rfc6962.EmptyRoot.Should().Equal(vectors.Hex("emptyRoot"));
        Rfc6962.LeafHash([]).Should().Equal(vectors.Hex("emptyLeafHash"));
        Rfc6962.LeafHash(Encoding.ASCII.GetBytes(vectors["leaf"]!.Text("dataAscii"))).Should().Equal(vectors["leaf"]!.Hex("hash"));
        var node = vectors["node"]!;
        Rfc6962.NodeHash(Encoding.ASCII.GetBytes(node.Text("leftAscii")), Encoding.ASCII.GetBytes(node.Text("rightAscii"))).Should().Equal(node.Hex("hash"));

        var tree = NaiveTree.Of(vectors.Cases("leavesHex").Select(l => Rfc6962.LeafHash(Convert.FromHexString(l.GetValue<string>()))));
        var roots = vectors["rootsBySize"]!.AsObject();
        roots.Should().HaveCount(9);
        foreach (var (size, root) in roots)
        {
            Convert.ToHexStringLower(tree.RootAt(long.Parse(size))).Should().Be(root!.GetValue<string>(), $"size {size}");
        }
    }

    [SharedDataFact]
    public void Every_published_inclusion_case_is_judged_as_published()
    {
        var cases = Vectors.Shared("rfc6962-inclusion.json").Cases().ToList();
        var misjudged = cases.Where(c => Rfc6962.VerifyInclusion(
            unchecked((long)c["leafIdx"]!.GetValue<ulong>()), c["treeSize"]!.GetValue<long>(), c.Base64("leafHash"),
            c["proof"].Base64List(), c.Base64("root")) == c["wantErr"]!.GetValue<bool>());

        cases.Should().HaveCount(98).And.Contain(c => !c["wantErr"]!.GetValue<bool>());
        misjudged.Select(c => c.Text("file")).Should().BeEmpty();
    }

    [SharedDataFact]
    public void Every_published_consistency_case_is_judged_as_published()
    {
        var cases = Vectors.Shared("rfc6962-consistency.json").Cases().ToList();
        var misjudged = cases.Where(c => Rfc6962.VerifyConsistency(
            c["size1"]!.GetValue<long>(), c["size2"]!.GetValue<long>(), c.Base64("root1"), c.Base64("root2"),
            c["proof"].Base64List()) == c["wantErr"]!.GetValue<bool>());

        cases.Should().HaveCount(98).And.Contain(c => !c["wantErr"]!.GetValue<bool>());
        misjudged.Select(c => c.Text("file")).Should().BeEmpty();
    }

    [Fact]
    public void Large_entries_hash_like_small_ones()
    {
        var entry = new byte[8192];
        new Random(1).NextBytes(entry);

        Rfc6962.LeafHash(entry).Should().Equal(System.Security.Cryptography.SHA256.HashData([0, .. entry]));
    }
}

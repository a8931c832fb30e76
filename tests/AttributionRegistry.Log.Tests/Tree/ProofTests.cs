namespace AttributionRegistry.Log.Tests.Tree;

public sealed class ProofTests
{
    private const int Largest = 70;
    private const int EveryBitUpTo = 17;

    private static readonly byte[][] Leaves = NaiveTree.Leaves(Largest);
    private static readonly MerkleTree Tree = NaiveTree.Of(Leaves);
    private static readonly byte[][] Roots = [.. Enumerable.Range(0, Largest + 1).Select(s => NaiveTree.Root(Leaves.AsSpan(0, s)))];

    [Fact]
    public void Every_inclusion_proof_holds_and_no_altered_one_does()
    {
        var random = new Random(70);
        for (var size = 1; size <= Largest; size++)
        {
            for (var index = 0; index < size; index++)
            {
                var proof = Tree.InclusionProof(index, size);
                var name = $"leaf {index} of {size}";

                Holds(index, size, proof).Should().BeTrue(name);
                foreach (var altered in Alterations(proof, size, random))
                {
                    Require(!Holds(index, size, altered), name);
                }

                Require(!Rfc6962.VerifyInclusion(index, size, Flip(Leaves[index], random.Next(256)), proof, Roots[size]), name);
                Require(!Rfc6962.VerifyInclusion(index, size, Leaves[index], proof, Flip(Roots[size], random.Next(256))), name);
                for (var other = 0; other < size; other++)
                {
                    Require(other == index || !Rfc6962.VerifyInclusion(other, size, Leaves[index], proof, Roots[size]), $"{name} passed off as {other}");
                }
            }
        }

        bool Holds(int index, int size, byte[][] proof) => Rfc6962.VerifyInclusion(index, size, Leaves[index], proof, Roots[size]);
    }

    [Fact]
    public void Every_consistency_proof_holds_and_no_altered_one_does()
    {
        var random = new Random(71);
        for (var newSize = 1; newSize <= Largest; newSize++)
        {
            for (var oldSize = 1; oldSize <= newSize; oldSize++)
            {
                var proof = Tree.ConsistencyProof(oldSize, newSize);
                var name = $"{oldSize} to {newSize}";

                Holds(oldSize, newSize, proof).Should().BeTrue(name);
                foreach (var altered in Alterations(proof, newSize, random))
                {
                    Require(!Holds(oldSize, newSize, altered), name);
                }

                Require(!Rfc6962.VerifyConsistency(oldSize, newSize, Flip(Roots[oldSize], random.Next(256)), Roots[newSize], proof), name);
                Require(!Rfc6962.VerifyConsistency(oldSize, newSize, Roots[oldSize], Flip(Roots[newSize], random.Next(256)), proof), name);
                Require(oldSize == newSize || !Rfc6962.VerifyConsistency(newSize, oldSize, Roots[newSize], Roots[oldSize], proof), $"{name} backwards");
            }
        }

        bool Holds(int oldSize, int newSize, byte[][] proof) =>
            Rfc6962.VerifyConsistency(oldSize, newSize, Roots[oldSize], Roots[newSize], proof);
    }

    [Fact]
    public void From_the_empty_tree_there_is_nothing_to_prove_and_nothing_is_believed()
    {
        Tree.ConsistencyProof(0, 7).Should().BeEmpty();
        Rfc6962.VerifyConsistency(0, 7, Roots[0], Roots[7], []).Should().BeFalse();
        Rfc6962.VerifyInclusion(0, 0, Leaves[0], [], Roots[0]).Should().BeFalse();
        Rfc6962.VerifyInclusion(-1, 5, Leaves[0], Tree.InclusionProof(0, 5), Roots[5]).Should().BeFalse();
    }

    /// <summary>For small trees every single bit, for larger ones a random bit of each hash; then shorter, longer and reordered proofs.</summary>
    private static IEnumerable<byte[][]> Alterations(byte[][] proof, int size, Random random)
    {
        for (var at = 0; at < proof.Length; at++)
        {
            foreach (var bit in size <= EveryBitUpTo ? Enumerable.Range(0, 256) : [random.Next(256)])
            {
                yield return [.. proof[..at], Flip(proof[at], bit), .. proof[(at + 1)..]];
            }

            yield return [.. proof[..at], .. proof[(at + 1)..]];
            yield return [.. proof[..at], proof[at][..31], .. proof[(at + 1)..]];
            if (at > 0)
            {
                yield return [.. proof[..(at - 1)], proof[at], proof[at - 1], .. proof[(at + 1)..]];
            }
        }

        yield return [.. proof, Rfc6962.EmptyRoot];
        yield return [Rfc6962.EmptyRoot, .. proof];
    }

    private static byte[] Flip(byte[] hash, int bit)
    {
        var flipped = (byte[])hash.Clone();
        flipped[bit / 8] ^= (byte)(1 << (bit % 8));
        return flipped;
    }

    // Some hundred thousand checks: the assertion library would take longer over them than the proofs do.
    private static void Require(bool condition, string name)
    {
        if (!condition)
        {
            condition.Should().BeTrue($"an altered proof must fail: {name}");
        }
    }
}

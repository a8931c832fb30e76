using System.Numerics;
using System.Security.Cryptography;

namespace AttributionRegistry.Log.Tests.Tree;

/// <summary>RFC 6962 §2.1 word for word, slow: what the real tree is compared with.</summary>
internal static class NaiveTree
{
    public static byte[] Root(ReadOnlySpan<byte[]> leafHashes)
    {
        if (leafHashes.Length == 0)
        {
            return SHA256.HashData([]);
        }

        if (leafHashes.Length == 1)
        {
            return leafHashes[0];
        }

        var k = 1 << BitOperations.Log2((uint)(leafHashes.Length - 1));
        return SHA256.HashData([1, .. Root(leafHashes[..k]), .. Root(leafHashes[k..])]);
    }

    public static byte[] Leaf(long index) => SHA256.HashData([0, .. BitConverter.GetBytes(index)]);

    public static byte[][] Leaves(int count) => [.. Enumerable.Range(0, count).Select(i => Leaf(i))];

    public static MerkleTree Of(IEnumerable<byte[]> leafHashes)
    {
        var tree = new MerkleTree();
        foreach (var leaf in leafHashes)
        {
            tree.Append(leaf);
        }

        return tree;
    }
}

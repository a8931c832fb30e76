using System.Security.Cryptography;

namespace AttributionRegistry.Log;

/// <summary>Hashing and proof checking of RFC 6962 (and RFC 9162 §2.1.3.2 and §2.1.4.2). Needs no tree: this is all that a stranger runs.</summary>
public static class Rfc6962
{
    public const int HashSize = 32;

    /// <summary>The root of a tree without leaves: SHA-256 of nothing. A fresh array at each call.</summary>
    public static byte[] EmptyRoot => SHA256.HashData([]);

    /// <summary>SHA-256(0x00 ‖ entry).</summary>
    public static byte[] LeafHash(ReadOnlySpan<byte> entry)
    {
        var hash = new byte[HashSize];
        LeafHash(entry, hash);
        return hash;
    }

    /// <summary>As <see cref="LeafHash(ReadOnlySpan{byte})"/>, into a place of the caller's.</summary>
    public static void LeafHash(ReadOnlySpan<byte> entry, Span<byte> target)
    {
        var input = entry.Length < 1024 ? stackalloc byte[entry.Length + 1] : new byte[entry.Length + 1];
        input[0] = 0;
        entry.CopyTo(input[1..]);
        SHA256.HashData(input, target);
    }

    /// <summary>SHA-256(0x01 ‖ left ‖ right).</summary>
    public static byte[] NodeHash(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        var hash = new byte[HashSize];
        NodeHash(left, right, hash);
        return hash;
    }

    internal static void NodeHash(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right, Span<byte> target)
    {
        // Sized by the input: the published vectors hash two short strings; in a tree both are hashes.
        var length = 1 + left.Length + right.Length;
        var input = length <= 256 ? stackalloc byte[length] : new byte[length];
        input[0] = 1;
        left.CopyTo(input[1..]);
        right.CopyTo(input[(1 + left.Length)..]);
        SHA256.HashData(input, target);
    }

    /// <summary>Whether the leaf stands at the index in the tree of that size and root. Proof order: the leaf's sibling first.</summary>
    public static bool VerifyInclusion(long index, long size, byte[] leafHash, IReadOnlyList<byte[]> proof, byte[] root)
    {
        if (index < 0 || index >= size || !AreHashes(proof, leafHash, root))
        {
            return false;
        }

        var (node, last) = (index, size - 1);
        var hash = leafHash;
        foreach (var sibling in proof)
        {
            if (last == 0)
            {
                return false;
            }

            if ((node & 1) == 1 || node == last)
            {
                hash = NodeHash(sibling, hash);
                while ((node & 1) == 0 && node != 0)
                {
                    (node, last) = (node >> 1, last >> 1);
                }
            }
            else
            {
                hash = NodeHash(hash, sibling);
            }

            (node, last) = (node >> 1, last >> 1);
        }

        return last == 0 && hash.AsSpan().SequenceEqual(root);
    }

    /// <summary>
    /// Whether the tree of <paramref name="size2"/> leaves begins with the tree of <paramref name="size1"/>. An old size of zero is refused:
    /// every tree extends the empty one, so such a proof says nothing. A witness must treat "old 0" as a case of its own.
    /// </summary>
    public static bool VerifyConsistency(long size1, long size2, byte[] root1, byte[] root2, IReadOnlyList<byte[]> proof)
    {
        if (size1 < 1 || size1 > size2)
        {
            return false;
        }

        if (size1 == size2)
        {
            return proof.Count == 0 && root1.AsSpan().SequenceEqual(root2);
        }

        if (!AreHashes(proof, root1, root2))
        {
            return false;
        }

        // The old tree is complete: its root is the first node of the path and is not sent.
        var startsWithRoot1 = (size1 & (size1 - 1)) == 0;
        if (!startsWithRoot1 && proof.Count == 0)
        {
            return false;
        }

        var (node, last) = (size1 - 1, size2 - 1);
        while ((node & 1) == 1)
        {
            (node, last) = (node >> 1, last >> 1);
        }

        var old = startsWithRoot1 ? root1 : proof[0];
        var grown = old;
        for (var i = startsWithRoot1 ? 0 : 1; i < proof.Count; i++)
        {
            if (last == 0)
            {
                return false;
            }

            if ((node & 1) == 1 || node == last)
            {
                old = NodeHash(proof[i], old);
                grown = NodeHash(proof[i], grown);
                while ((node & 1) == 0 && node != 0)
                {
                    (node, last) = (node >> 1, last >> 1);
                }
            }
            else
            {
                grown = NodeHash(grown, proof[i]);
            }

            (node, last) = (node >> 1, last >> 1);
        }

        return last == 0 && old.AsSpan().SequenceEqual(root1) && grown.AsSpan().SequenceEqual(root2);
    }

    private static bool AreHashes(IReadOnlyList<byte[]> proof, byte[] first, byte[] second)
    {
        // No tree of at most 2^63 leaves needs more than 64 nodes: a longer proof costs time and can prove nothing.
        if (first.Length != HashSize || second.Length != HashSize || proof.Count > 64)
        {
            return false;
        }

        foreach (var hash in proof)
        {
            if (hash.Length != HashSize)
            {
                return false;
            }
        }

        return true;
    }
}

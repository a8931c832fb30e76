using System.Numerics;

namespace AttributionRegistry.Log;

/// <summary>
/// An RFC 6962 tree that keeps every complete node in memory: 64 bytes a leaf, no object per node. Roots and proofs of any size up to the
/// present one cost a few hashes.
/// </summary>
/// <remarks>
/// <para><b>Threads.</b> One writer calls <see cref="Append(ReadOnlySpan{byte})"/> and <see cref="Truncate"/>. Any number of readers may at the same
/// time ask for sizes up to a size that the writer has published, without a lock. Why that is safe: a node is written once, when its last
/// leaf arrives; it never moves; and the new size is stored with release semantics after the nodes are.</para>
/// <para>The writer keeps two promises in return: it hands a size to readers through something with a memory barrier (a lock, a volatile field,
/// <see cref="Size"/>), and it never truncates below a size it has published. Readers must not use <see cref="Size"/> of a tree whose writer may
/// still roll back; they use the published size.</para>
/// </remarks>
public sealed class MerkleTree
{
    private const int MaxLevels = 48; // 2^47 leaves; the directory of blocks ends earlier

    private readonly HashColumn[] _levels = [.. Enumerable.Range(0, MaxLevels).Select(_ => new HashColumn())];

    // Owner: the one writer. Stored last, so that whoever reads a size finds all nodes of that size.
    private long _size;

    public long Size => Volatile.Read(ref _size);

    /// <summary>Adds a leaf by its hash (see <see cref="Rfc6962.LeafHash(ReadOnlySpan{byte})"/>).</summary>
    public void Append(ReadOnlySpan<byte> leafHash)
    {
        if (leafHash.Length != Rfc6962.HashSize)
        {
            throw new ArgumentException($"A leaf hash has {Rfc6962.HashSize} bytes, not {leafHash.Length}.", nameof(leafHash));
        }

        var index = _size;
        leafHash.CopyTo(_levels[0].Place(index));
        for (var level = 0; ((index >> level) & 1) == 1; level++)
        {
            var right = index >> level;
            Rfc6962.NodeHash(_levels[level][right - 1], _levels[level][right], _levels[level + 1].Place(right >> 1));
        }

        Volatile.Write(ref _size, index + 1);
    }

    /// <summary>Forgets all leaves from <paramref name="size"/> on. Only for leaves that no reader has been told of.</summary>
    public void Truncate(long size)
    {
        Check(size);
        // The nodes stay where they are: each will be written anew, by the leaf that completes it, before any size covers it again.
        Volatile.Write(ref _size, size);
    }

    /// <summary>The root at the present size.</summary>
    public byte[] Root() => RootAt(Size);

    /// <summary>The root of the first <paramref name="size"/> leaves.</summary>
    public byte[] RootAt(long size)
    {
        Check(size);
        return size == 0 ? Rfc6962.EmptyRoot : RangeRoot(0, size);
    }

    /// <summary>The audit path of a leaf, its sibling first.</summary>
    public byte[][] InclusionProof(long index, long size)
    {
        Check(size);
        if (index < 0 || index >= size)
        {
            throw new ArgumentOutOfRangeException(nameof(index), index, $"A tree of size {size} has no such leaf.");
        }

        var path = new List<byte[]>();
        for (var (low, high) = (0L, size); high - low > 1;)
        {
            var middle = low + LeftSize(high - low);
            (var sibling, low, high) = index < middle ? (RangeRoot(middle, high), low, middle) : (RangeRoot(low, middle), middle, high);
            path.Add(sibling);
        }

        path.Reverse(); // collected from the root down, sent from the leaf up
        return [.. path];
    }

    /// <summary>Shows that the first <paramref name="oldSize"/> leaves of the tree of <paramref name="newSize"/> are those of the older tree. Empty from size 0 and between equal sizes.</summary>
    public byte[][] ConsistencyProof(long oldSize, long newSize)
    {
        Check(newSize);
        if (oldSize < 0 || oldSize > newSize)
        {
            throw new ArgumentOutOfRangeException(nameof(oldSize), oldSize, $"Not a size that a tree of {newSize} grew from.");
        }

        if (oldSize == 0)
        {
            return [];
        }

        var path = new List<byte[]>();
        var (low, high) = (0L, newSize);
        while (high != oldSize)
        {
            var middle = low + LeftSize(high - low);
            (var other, low, high) = oldSize <= middle ? (RangeRoot(middle, high), low, middle) : (RangeRoot(low, middle), middle, high);
            path.Add(other);
        }

        if (low > 0)
        {
            path.Add(RangeRoot(low, high)); // otherwise this node is the old root, which the verifier has
        }

        path.Reverse();
        return [.. path];
    }

    /// <summary>A copy of the complete node <paramref name="index"/> of a level; level 0 holds the leaves.</summary>
    public byte[] CopyHash(int level, long index) => CopyHashes(level, index, 1, Size);

    /// <summary>Copies <paramref name="count"/> neighbouring nodes of a level, all of them complete at <paramref name="size"/>.</summary>
    public byte[] CopyHashes(int level, long first, int count, long size)
    {
        Check(size);
        if (level is < 0 or >= MaxLevels || first < 0 || count < 0 || first > (size >> level) - count)
        {
            throw new ArgumentOutOfRangeException(nameof(first), first, $"Level {level} of a tree of size {size} does not hold {count} complete nodes from there.");
        }

        var hashes = new byte[count * Rfc6962.HashSize];
        _levels[level].CopyTo(first, hashes);
        return hashes;
    }

    /// <summary>The largest power of two below <paramref name="width"/>: where RFC 6962 splits a range of two leaves or more.</summary>
    private static long LeftSize(long width) => 1L << BitOperations.Log2((ulong)(width - 1));

    /// <summary>The root over [low, high). Low is a multiple of the width rounded up to a power of two, so all parts are complete nodes.</summary>
    private byte[] RangeRoot(long low, long high)
    {
        var width = high - low;
        var root = new byte[Rfc6962.HashSize];
        var any = false;
        for (var level = 0; width >> level != 0; level++)
        {
            if (((width >> level) & 1) == 0)
            {
                continue;
            }

            var node = _levels[level][((low + ((width >> level) << level)) >> level) - 1];
            if (any)
            {
                Rfc6962.NodeHash(node, root, root);
            }
            else
            {
                node.CopyTo(root);
                any = true;
            }
        }

        return root;
    }

    private void Check(long size)
    {
        if (size < 0 || size > Size)
        {
            throw new ArgumentOutOfRangeException(nameof(size), size, $"The tree has {Size} leaves.");
        }
    }
}

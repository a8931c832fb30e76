namespace AttributionRegistry.Log;

/// <summary>A tile of hashes that has become full, and its bytes.</summary>
public readonly record struct FullTile(TilePath Path, ReadOnlyMemory<byte> Hashes);

/// <summary>
/// The right edge of a tree: of each level of tiles the part that is not full yet. That is all one needs to go on from a size, and it never takes
/// more than eight times 8 KiB.
/// </summary>
public sealed class TileEdge
{
    private const int TileBytes = TilePath.FullWidth * Rfc6962.HashSize;
    private const int Levels = 8;

    private readonly byte[][] _levels = [.. Enumerable.Range(0, Levels).Select(_ => new byte[TileBytes])];

    public long Size { get; private set; }

    /// <summary>Adds leaves that do not fill more than the tile begun, and tells the tiles that they completed.</summary>
    /// <param name="leafHashes">1 to 256 leaf hashes; together with those of the tile begun no more than 256.</param>
    /// <param name="tileRoot">The root over a whole tile of leaves where the caller has it, else empty.</param>
    public IReadOnlyList<FullTile> Append(ReadOnlyMemory<byte> leafHashes, ReadOnlySpan<byte> tileRoot = default)
    {
        var (begun, count) = (Width(0), leafHashes.Length / Rfc6962.HashSize);
        if (count < 1 || leafHashes.Length % Rfc6962.HashSize != 0 || begun + count > TilePath.FullWidth)
        {
            throw new ArgumentException($"{leafHashes.Length} bytes are no hashes that fit beside the {begun} of the tile begun.", nameof(leafHashes));
        }

        leafHashes.Span.CopyTo(_levels[0].AsSpan(begun * Rfc6962.HashSize));
        var full = new List<FullTile>();
        if (begun + count == TilePath.FullWidth)
        {
            full.Add(new FullTile(TilePath.Hashes(0, Size / TilePath.FullWidth), count == TilePath.FullWidth ? leafHashes : _levels[0].ToArray()));
            Raise(tileRoot.Length == Rfc6962.HashSize && count == TilePath.FullWidth ? tileRoot : RootOf(_levels[0]), full);
        }

        Size += count;
        return full;
    }

    /// <summary>The tile that has begun at a level; empty where there is none.</summary>
    public ReadOnlySpan<byte> Partial(int level) => _levels[level].AsSpan(0, Width(level) * Rfc6962.HashSize);

    /// <summary>The root at the present size.</summary>
    public byte[] Root()
    {
        if (Size == 0)
        {
            return Rfc6962.EmptyRoot;
        }

        // From the right: what each level has begun is complete trees, the smaller ones to the right.
        byte[]? root = null;
        for (var level = 0; level < Levels; level++)
        {
            var width = Width(level);
            for (var bit = 0; width >> bit != 0; bit++)
            {
                if (((width >> bit) & 1) == 0)
                {
                    continue;
                }

                var first = (width >> (bit + 1)) << (bit + 1);
                var node = RootOf(_levels[level].AsSpan(first * Rfc6962.HashSize, Rfc6962.HashSize << bit));
                root = root is null ? node : Rfc6962.NodeHash(node, root);
            }
        }

        return root!;
    }

    /// <summary>The root over a number of hashes that is a power of two.</summary>
    public static byte[] RootOf(ReadOnlySpan<byte> hashes)
    {
        Span<byte> work = stackalloc byte[TileBytes / 2];
        var count = hashes.Length / Rfc6962.HashSize;
        if (count == 1)
        {
            return hashes.ToArray();
        }

        Halve(hashes, work, count /= 2);
        while (count > 1)
        {
            Halve(work, work, count /= 2);
        }

        return work[..Rfc6962.HashSize].ToArray();
    }

    /// <summary>The edge of a tree of that size, from the tiles that have begun, level by level; null when they are not that.</summary>
    public static TileEdge? Restore(long size, IReadOnlyList<byte[]> partials)
    {
        var edge = new TileEdge { Size = size };
        for (var level = 0; level < Levels; level++)
        {
            var begun = level < partials.Count ? partials[level] : [];
            if (begun.Length != edge.Width(level) * Rfc6962.HashSize)
            {
                return null;
            }

            begun.CopyTo(edge._levels[level], 0);
        }

        return edge;
    }

    internal IReadOnlyList<byte[]> Partials() => [.. Enumerable.Range(0, Levels).Select(level => Partial(level).ToArray())];

    // Also in place: a pair is read before its node is written, and lies at or behind it.
    private static void Halve(ReadOnlySpan<byte> hashes, Span<byte> nodes, int count)
    {
        var i = 0;
        for (; NodeLanes.IsFast && i + NodeLanes.Count <= count; i += NodeLanes.Count)
        {
            NodeLanes.Hash(hashes.Slice(2 * i * Rfc6962.HashSize, 2 * NodeLanes.Count * Rfc6962.HashSize), nodes[(i * Rfc6962.HashSize)..]);
        }

        for (; i < count; i++)
        {
            Rfc6962.NodeHash(
                hashes.Slice(2 * i * Rfc6962.HashSize, Rfc6962.HashSize), hashes.Slice((2 * i + 1) * Rfc6962.HashSize, Rfc6962.HashSize),
                nodes.Slice(i * Rfc6962.HashSize, Rfc6962.HashSize));
        }
    }

    private int Width(int level) => Tiles.PartialWidth(Size, level);

    private void Raise(ReadOnlySpan<byte> root, List<FullTile> full)
    {
        for (var level = 1; ; level++)
        {
            var width = Width(level);
            root.CopyTo(_levels[level].AsSpan(width * Rfc6962.HashSize));
            if (width + 1 < TilePath.FullWidth)
            {
                return;
            }

            full.Add(new FullTile(TilePath.Hashes(level, Size >> (8 * (level + 1))), _levels[level].ToArray()));
            root = RootOf(_levels[level]);
        }
    }
}

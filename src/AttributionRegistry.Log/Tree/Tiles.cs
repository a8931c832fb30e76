namespace AttributionRegistry.Log;

/// <summary>Which tiles a tree of a given size has, and what stands in them.</summary>
public static class Tiles
{
    /// <summary>The bytes of a tile of hashes, or null when it does not exist at the published size (a route answers 404).</summary>
    /// <exception cref="ArgumentException">The path names a bundle of entries, which are not in the tree.</exception>
    public static byte[]? Hashes(MerkleTree tree, TilePath tile, long publishedSize)
    {
        if (tile.IsEntries)
        {
            throw new ArgumentException($"{tile} holds entries, not hashes; read it from the store of entries.", nameof(tile));
        }

        return Exists(tile, publishedSize) ? tree.CopyHashes(8 * tile.Level, tile.First, tile.Width, publishedSize) : null;
    }

    /// <summary>
    /// Whether the published tree fills the tile. Any width up to what is there exists: it was, or may have been, the edge of an older
    /// checkpoint, and its bytes are a prefix of what is there now.
    /// </summary>
    public static bool Exists(TilePath tile, long publishedSize) =>
        tile.Width > 0 && tile.First <= Count(publishedSize, Math.Max(0, tile.Level)) - tile.Width;

    /// <summary>How many full tiles the level has.</summary>
    public static long FullCount(long size, int level) => Count(size, level) / TilePath.FullWidth;

    /// <summary>The width of the level's partial tile; 0 when it has none.</summary>
    public static int PartialWidth(long size, int level) => (int)(Count(size, level) % TilePath.FullWidth);

    /// <summary>
    /// The tiles that the growth from one published size to the next makes: full ones that were not full before, and the new right edge.
    /// Bundles of entries come first, hashes level by level, so that a reader who finds a hash finds its entry.
    /// </summary>
    public static IEnumerable<TilePath> Grown(long oldSize, long newSize)
    {
        if (oldSize < 0 || oldSize > newSize)
        {
            throw new ArgumentOutOfRangeException(nameof(oldSize), oldSize, $"A log does not shrink; the new size is {newSize}.");
        }

        return GrownTiles(oldSize, newSize);
    }

    private static IEnumerable<TilePath> GrownTiles(long oldSize, long newSize)
    {
        foreach (var (index, width) in GrownAt(oldSize, newSize, 0))
        {
            yield return TilePath.Entries(index, width);
        }

        for (var level = 0; Count(newSize, level) > 0; level++)
        {
            foreach (var (index, width) in GrownAt(oldSize, newSize, level))
            {
                yield return TilePath.Hashes(level, index, width);
            }
        }
    }

    private static IEnumerable<(long Index, int Width)> GrownAt(long oldSize, long newSize, int level)
    {
        if (Count(oldSize, level) == Count(newSize, level))
        {
            yield break;
        }

        for (var index = FullCount(oldSize, level); index < FullCount(newSize, level); index++)
        {
            yield return (index, TilePath.FullWidth);
        }

        if (PartialWidth(newSize, level) is > 0 and var width)
        {
            yield return (FullCount(newSize, level), width);
        }
    }

    /// <summary>Hashes at a level of tiles: one for each full tile of the level below; a partial tile is never hashed upward.</summary>
    private static long Count(long size, int level) => level >= 8 ? 0 : size >> (8 * level);
}

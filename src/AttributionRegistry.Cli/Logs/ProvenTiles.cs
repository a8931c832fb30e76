using System.Numerics;
using System.Runtime.CompilerServices;
using AttributionRegistry.Log;

namespace AttributionRegistry.Cli.Logs;

/// <summary>
/// The tiles of hashes of one signed head, each proven before it is used: the tiles at the right edge must give the signed root, and every other
/// tile must have the hash that stands in the proven tile above it. So a copy can be checked file by file, in any order, without reading it all.
/// </summary>
internal sealed class ProvenTiles(ILogSource source, Checkpoint head)
{
    private const int Kept = 64;

    private readonly Dictionary<(int Level, long Index), byte[]> _proven = [];
    private readonly Queue<(int, long)> _order = new();
    private bool _edgeHolds;

    /// <summary>The hashes of a tile of the head's size, at its full width there.</summary>
    /// <param name="level">Its level.</param>
    /// <param name="index">Its number in the level.</param>
    /// <param name="cancel">Stops it.</param>
    /// <param name="read">The bytes of the tile where the caller has them; they are not believed either.</param>
    /// <exception cref="LogAuditException">It is missing, or not what the signed root demands.</exception>
    public async Task<byte[]> HashesAsync(int level, long index, CancellationToken cancel, byte[]? read = null)
    {
        if (!_edgeHolds)
        {
            await ProveEdgeAsync(cancel);
        }

        if (_proven.TryGetValue((level, index), out var known))
        {
            return known;
        }

        var path = TilePath.Hashes(level, index);
        var bytes = read is { Length: TilePath.FullWidth * Rfc6962.HashSize } ? read : await ReadAsync(path, cancel);
        var above = await HashesAsync(level + 1, index / TilePath.FullWidth, cancel);
        var place = (int)(index % TilePath.FullWidth) * Rfc6962.HashSize;
        if (!TileEdge.RootOf(bytes).AsSpan().SequenceEqual(above.AsSpan(place, Rfc6962.HashSize)))
        {
            throw new LogAuditException(LogChecks.Tile, null, $"{path} does not have the hash that the tile above has for it");
        }

        Keep(level, index, bytes);
        return bytes;
    }

    /// <summary>The root that the first <paramref name="size"/> entries of this head's tree have: what an older checkpoint must have said.</summary>
    public async Task<byte[]> RootAtAsync(long size, CancellationToken cancel)
    {
        if (size == 0)
        {
            return Rfc6962.EmptyRoot;
        }

        byte[]? root = null;
        for (var rest = size; rest > 0; rest &= rest - 1)
        {
            // The smallest complete tree on the right, then the next larger one to its left.
            var bits = BitOperations.TrailingZeroCount(rest);
            var node = await NodeAsync(bits, (rest >> bits) - 1, cancel);
            root = root is null ? node : Rfc6962.NodeHash(node, root);
        }

        return root!;
    }

    /// <summary>Why the head does not grow from an older one: hashes of a consistency proof (RFC 6962) of this tree.</summary>
    public async Task<IReadOnlyList<byte[]>> ConsistencyAsync(long oldSize, CancellationToken cancel)
    {
        var path = new List<byte[]>();
        var (low, high) = (0L, head.Size);
        while (high != oldSize)
        {
            var middle = low + (1L << BitOperations.Log2((ulong)(high - low - 1)));
            (var from, var to, low, high) = oldSize <= middle ? (middle, high, low, middle) : (low, middle, middle, high);
            path.Add(await RangeAsync(from, to, cancel));
        }

        if (low > 0)
        {
            path.Add(await RangeAsync(low, high, cancel));
        }

        path.Reverse();
        return path;
    }

    /// <summary>An entry, proven to stand at its place.</summary>
    /// <exception cref="LogAuditException">It is missing, or another one than the signed root demands.</exception>
    public async Task<byte[]> EntryAsync(long index, CancellationToken cancel) => (await BundleAsync(index / TilePath.FullWidth, cancel))[(int)(index % TilePath.FullWidth)];

    /// <summary>The entries from a place on, each proven to stand at its own.</summary>
    /// <exception cref="LogAuditException">One is missing, or another one than the signed root demands.</exception>
    public async IAsyncEnumerable<(long Index, byte[] Entry)> EntriesFromAsync(long first, [EnumeratorCancellation] CancellationToken cancel)
    {
        for (var index = first; index < head.Size;)
        {
            foreach (var entry in (await BundleAsync(index / TilePath.FullWidth, cancel)).Skip((int)(index % TilePath.FullWidth)))
            {
                yield return (index++, entry);
            }
        }
    }

    private async Task<IReadOnlyList<byte[]>> BundleAsync(long number, CancellationToken cancel)
    {
        var path = TilePath.Entries(number, (int)Math.Min(TilePath.FullWidth, head.Size - number * TilePath.FullWidth));
        var leaves = await HashesAsync(0, number, cancel);
        return ProvenBundle.Split(path, await source.TileAsync(path, cancel), leaves);
    }

    private async Task<byte[]> RangeAsync(long low, long high, CancellationToken cancel)
    {
        byte[]? root = null;
        for (var rest = high - low; rest > 0; rest &= rest - 1)
        {
            var bits = BitOperations.TrailingZeroCount(rest);
            var node = await NodeAsync(bits, ((low + rest) >> bits) - 1, cancel);
            root = root is null ? node : Rfc6962.NodeHash(node, root);
        }

        return root!;
    }

    private async Task<byte[]> NodeAsync(int bits, long index, CancellationToken cancel)
    {
        var (level, below) = (bits / 8, bits % 8);
        var first = index << below;
        var hashes = await HashesAsync(level, first / TilePath.FullWidth, cancel);
        return TileEdge.RootOf(hashes.AsSpan((int)(first % TilePath.FullWidth) * Rfc6962.HashSize, Rfc6962.HashSize << below));
    }

    private async Task ProveEdgeAsync(CancellationToken cancel)
    {
        var partials = new List<byte[]>();
        for (var level = 0; level < 8; level++)
        {
            var width = Tiles.PartialWidth(head.Size, level);
            var path = width > 0 ? TilePath.Hashes(level, Tiles.FullCount(head.Size, level), width) : default;
            partials.Add(width > 0 ? await ReadAsync(path, cancel) : []);
        }

        if (!TileEdge.Restore(head.Size, partials)!.Root().AsSpan().SequenceEqual(head.Root))
        {
            throw new LogAuditException(LogChecks.Tile, null, $"the tiles at the right edge do not give the root that is signed at size {head.Size}");
        }

        for (var level = 0; level < 8; level++)
        {
            if (partials[level].Length > 0)
            {
                _proven[(level, Tiles.FullCount(head.Size, level))] = partials[level]; // few, and needed again and again: never dropped
            }
        }

        _edgeHolds = true;
    }

    private async Task<byte[]> ReadAsync(TilePath path, CancellationToken cancel)
    {
        var bytes = await source.TileAsync(path, cancel);
        return bytes.Length == path.Width * Rfc6962.HashSize
            ? bytes
            : throw new LogAuditException(LogChecks.Tile, null, $"{path} has {bytes.Length} bytes, not {path.Width * Rfc6962.HashSize}");
    }

    private void Keep(int level, long index, byte[] bytes)
    {
        _proven[(level, index)] = bytes;
        _order.Enqueue((level, index));
        if (_order.Count > Kept)
        {
            _proven.Remove(_order.Dequeue());
        }
    }
}

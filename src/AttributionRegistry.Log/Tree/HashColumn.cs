namespace AttributionRegistry.Log;

/// <summary>
/// The complete nodes of one level, side by side in blocks of 128 KiB. Growing adds a block and, now and then, doubles the directory of
/// blocks (eight bytes each): a hash that has been written never moves, which is what lets readers go without a lock.
/// </summary>
internal sealed class HashColumn
{
    private const int HashesPerBlock = 4096;
    private const int BlockBytes = HashesPerBlock * Rfc6962.HashSize;

    // Owner: the tree's one writer. Readers see a directory that is at least as new as the size they were given.
    private byte[][] _blocks = [];

    public ReadOnlySpan<byte> this[long index] =>
        Volatile.Read(ref _blocks)[index / HashesPerBlock].AsSpan((int)(index % HashesPerBlock) * Rfc6962.HashSize, Rfc6962.HashSize);

    /// <summary>The place of a hash for the writer, with its block made if need be.</summary>
    public Span<byte> Place(long index)
    {
        var block = checked((int)(index / HashesPerBlock));
        if (block >= _blocks.Length)
        {
            var grown = new byte[Math.Max(1, _blocks.Length * 2)][];
            _blocks.CopyTo(grown, 0);
            Volatile.Write(ref _blocks, grown);
        }

        _blocks[block] ??= GC.AllocateUninitializedArray<byte>(BlockBytes);
        return _blocks[block].AsSpan((int)(index % HashesPerBlock) * Rfc6962.HashSize, Rfc6962.HashSize);
    }

    /// <summary>Copies neighbours, across blocks where they cross one.</summary>
    public void CopyTo(long first, Span<byte> target)
    {
        var blocks = Volatile.Read(ref _blocks);
        for (var position = first * Rfc6962.HashSize; target.Length > 0;)
        {
            var part = blocks[position / BlockBytes].AsSpan((int)(position % BlockBytes));
            part = part[..Math.Min(part.Length, target.Length)];
            part.CopyTo(target);
            target = target[part.Length..];
            position += part.Length;
        }
    }
}

using AttributionRegistry.Log;

namespace AttributionRegistry.Cli.Logs;

/// <summary>
/// Reads a log up to a signed head, bundle by bundle and a few ahead, and compares every tile of hashes with what the entries give. Bundles are read
/// and hashed at once on all processors; the auditor takes them in order.
/// </summary>
internal sealed class LogWalk(ILogSource source)
{
    private static readonly int Ahead = Math.Max(4, 2 * Environment.ProcessorCount);

    /// <summary>How many tiles of hashes were compared.</summary>
    public int TilesCompared { get; private set; }

    /// <summary>Brings the auditor to the head.</summary>
    /// <exception cref="LogAuditException">The first thing that does not hold.</exception>
    public async Task RunAsync(LogAuditor auditor, Checkpoint head, CancellationToken cancel)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var reading = new Queue<Task<(AuditedBundle Bundle, byte[]? Tile)>>();
        try
        {
            var next = auditor.Size - auditor.Size % TilePath.FullWidth;
            while (auditor.Size < head.Size)
            {
                for (; next < head.Size && reading.Count < Ahead; next += TilePath.FullWidth)
                {
                    var path = TilePath.Entries(next / TilePath.FullWidth, (int)Math.Min(TilePath.FullWidth, head.Size - next));
                    reading.Enqueue(Task.Run(() => ReadAsync(path, stop.Token), stop.Token));
                }

                var (bundle, leaves) = await reading.Dequeue();
                foreach (var full in auditor.Append(bundle))
                {
                    Compare(full.Path, full.Hashes, full.Path.Level == 0 ? leaves! : await source.TileAsync(full.Path, cancel));
                }
            }

            auditor.RequireHead(head);
            await CompareEdgeAsync(auditor.Edge, cancel);
        }
        finally
        {
            // Nobody waits for these any more; their failures say nothing new.
            await stop.CancelAsync();
            await Task.WhenAll(reading).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    private async Task<(AuditedBundle Bundle, byte[]? Tile)> ReadAsync(TilePath path, CancellationToken cancel)
    {
        var bundle = AuditedBundle.Read(path, await source.TileAsync(path, cancel));
        return (bundle, path.IsPartial ? null : await source.TileAsync(TilePath.Hashes(0, path.Index), cancel));
    }

    private async Task CompareEdgeAsync(TileEdge edge, CancellationToken cancel)
    {
        for (var level = 0; level < 8; level++)
        {
            if (Tiles.PartialWidth(edge.Size, level) is > 0 and var width)
            {
                var path = TilePath.Hashes(level, Tiles.FullCount(edge.Size, level), width);
                var served = await source.TileAsync(path, cancel);
                Compare(path, edge.Partial(level).ToArray(), served);
            }
        }
    }

    private void Compare(TilePath path, ReadOnlyMemory<byte> ours, ReadOnlyMemory<byte> served)
    {
        if (!ours.Span.SequenceEqual(served.Span))
        {
            throw new LogAuditException(LogChecks.Tile, null, $"{path} is not what the entries give");
        }

        TilesCompared++;
    }
}

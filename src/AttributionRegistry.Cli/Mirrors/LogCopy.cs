using AttributionRegistry.Cli.Logs;
using AttributionRegistry.Cli.Verification;
using AttributionRegistry.Log;

namespace AttributionRegistry.Cli.Mirrors;

/// <summary>
/// Copies a log up to a signed head. Every file is proven against that head before it gets its place, and the checkpoint gets its place last: at
/// any moment, and after any crash, what the folder holds is a whole log of some signed size, and perhaps some more of it. Of what that more is
/// stands in <see cref="Next"/>: a run that was cut is held to that head too.
/// </summary>
internal sealed class LogCopy(ILogSource source, MirrorFolder mirror, SignedCheckpoint head, PinnedKey key)
{
    /// <summary>The head that is being copied, until it has its place.</summary>
    public const string Next = "log/checkpoint.next";

    private const int Ahead = 8;

    /// <summary>How many files were new.</summary>
    public int Copied { get; private set; }

    /// <summary>
    /// Whether the new head grows from what the mirror holds: from the last whole copy, and from the head of a run that was cut, which left files of
    /// its own. A log that shows another tree now is caught here.
    /// </summary>
    /// <returns>The size of the last whole copy.</returns>
    /// <exception cref="ForkException">It does not.</exception>
    public static async Task<long> RequireGrowthAsync(ILogSource source, MirrorFolder mirror, SignedCheckpoint newest, string? pinned, PinnedKey key, CancellationToken cancel)
    {
        foreach (var path in new[] { Next, "log/checkpoint" })
        {
            if (mirror.Read(path) is { } note)
            {
                await LogHistory.RequireGrowthAsync(source, SignedCheckpoint.Open(note, pinned, key), newest, cancel);
            }
        }

        return mirror.Read("log/checkpoint") is { } whole ? SignedCheckpoint.Open(whole, pinned, key).Head.Size : 0;
    }

    public async Task RunAsync(long oldSize, CancellationToken cancel)
    {
        var note = System.Text.Encoding.UTF8.GetBytes(head.Note);
        // Before any file of it: whatever is kept from here on, the log is held to the head that it was proven against.
        mirror.Put(Next, note);
        var tiles = new ProvenTiles(source, head.Head);
        var missing = Bundles(head.Head.Size).Where(path => !mirror.Has($"log/{path}") || !mirror.Has($"log/{TilePath.Hashes(0, path.Index, path.Width)}"));
        await foreach (var (path, bundle, hashes) in AheadAsync(missing, cancel))
        {
            var leaves = await tiles.HashesAsync(0, path.Index, cancel, hashes);
            _ = ProvenBundle.Split(path, bundle, leaves);

            // Crash here or further down: files too many, each of them right. The next run finds what is missing.
            Put(path, bundle);
            Put(TilePath.Hashes(0, path.Index, path.Width), leaves);
        }

        foreach (var path in Tiles.Grown(0, head.Head.Size).Where(each => each.Level > 0 && !mirror.Has($"log/{each}")))
        {
            Put(path, await tiles.HashesAsync(path.Level, path.Index, cancel));
        }

        _ = await key.StillAsync(source, head, KeyEntries(), cancel);
        Copied += mirror.Put("log/checkpoint", note) ? 1 : 0;
        // Crash here: both name the same head.
        mirror.Remove(Next);

        // Readers who hold the last checkpoint still find its edge; those of earlier ones take the beginning of a full tile.
        mirror.DropPartials(Edge(head.Head.Size).Concat(Edge(oldSize)).Select(each => $"log/{each}").ToHashSet(StringComparer.Ordinal));
    }

    // From the folder: every bundle of the head is there by now, and was proven when it came.
    private List<(long Index, byte[] Entry)> KeyEntries() =>
    [
        .. Bundles(head.Head.Size).SelectMany(path => EntryBundle.Read(mirror.Read($"log/{path}")!).Select((entry, place) => (path.First + place, entry)))
            .Where(each => LogKeyEntry.MayBe(each.entry)),
    ];

    private static IEnumerable<TilePath> Bundles(long size)
    {
        for (var index = 0L; index * TilePath.FullWidth < size; index++)
        {
            yield return TilePath.Entries(index, (int)Math.Min(TilePath.FullWidth, size - index * TilePath.FullWidth));
        }
    }

    private static IEnumerable<TilePath> Edge(long size) => Tiles.Grown(0, size).Where(each => each.IsPartial);

    private async IAsyncEnumerable<(TilePath Path, byte[] Bundle, byte[] Hashes)> AheadAsync(
        IEnumerable<TilePath> paths, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
    {
        var reading = new Queue<Task<(TilePath, byte[], byte[])>>();
        foreach (var path in paths)
        {
            reading.Enqueue(ReadAsync(path, cancel));
            if (reading.Count == Ahead)
            {
                yield return await reading.Dequeue();
            }
        }

        while (reading.TryDequeue(out var next))
        {
            yield return await next;
        }
    }

    private async Task<(TilePath Path, byte[] Bundle, byte[] Hashes)> ReadAsync(TilePath path, CancellationToken cancel) =>
        (path, await source.TileAsync(path, cancel), await source.TileAsync(TilePath.Hashes(0, path.Index, path.Width), cancel));

    private void Put(TilePath path, byte[] bytes) => Copied += mirror.Put($"log/{path}", bytes) ? 1 : 0;
}

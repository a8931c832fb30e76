using AttributionRegistry.Cli.Http;
using AttributionRegistry.Log;

namespace AttributionRegistry.Cli.Verification;

/// <summary><c>attribution log audit URL</c>: every entry is fetched, hashed and put into a tree of one's own.</summary>
public static class LogAuditCommand
{
    public static async Task<int> RunAsync(string[] args, TextWriter output, Func<int, byte[]> entropy, CancellationToken cancel)
    {
        var read = Arguments.Parse(args, "vkey");
        using var client = Connections.Anonymous(Arguments.Address(read.Single("address")), entropy);
        return await AuditAsync(client, read.Option("vkey"), output, cancel);
    }

    internal static async Task<int> AuditAsync(RegistryClient client, string? pinned, TextWriter output, CancellationToken cancel)
    {
        try
        {
            // Without a pinned key this shows only that the server agrees with itself, and says so.
            var vkey = pinned ?? (await client.GetTextAsync("/log/vkey", cancel)).Trim();
            var followed = await PinnedKey.FollowAsync(vkey, client, cancel);
            var checkpoint = Checkpoint.Open(await client.GetTextAsync("/log/checkpoint", cancel), followed.Key);
            var tree = new MerkleTree();
            foreach (var path in Bundles(checkpoint.Size))
            {
                await AppendAsync(client, path, tree, cancel);
            }

            if (!tree.Root().AsSpan().SequenceEqual(checkpoint.Root))
            {
                await output.WriteLineAsync($"root: the entries give {Convert.ToBase64String(tree.Root())}, the checkpoint says {Convert.ToBase64String(checkpoint.Root)}");
                return ExitCode.DoesNotHold;
            }

            var tiles = await CompareTilesAsync(client, tree, checkpoint.Size, cancel);
            await output.WriteLineAsync(
                $"valid: {checkpoint.Origin}, {checkpoint.Size} entries, {tiles} tiles, root {Convert.ToBase64String(checkpoint.Root)}" +
                (followed.Said.Length == 0 ? "" : $"\n{followed.Said}") +
                (pinned is null ? $"\nkey taken from the server itself; pin it with --vkey '{vkey}'" : ""));
            return ExitCode.Holds;
        }
        catch (Exception fault) when (fault is NoteException or FormatException or LogFaultException)
        {
            await output.WriteLineAsync($"log: {fault.Message}");
            return ExitCode.DoesNotHold;
        }
    }

    /// <summary>One entry, from the bundle that holds it.</summary>
    internal static async Task<byte[]> EntryAsync(RegistryClient client, long index, long size, CancellationToken cancel)
    {
        var bundle = Bundles(size).Single(each => each.Index == index / TilePath.FullWidth);
        var entries = EntryBundle.Read(await client.GetBytesAsync($"/log/{bundle}", cancel));
        return entries.Count == bundle.Width
            ? entries[(int)(index % TilePath.FullWidth)]
            : throw new LogFaultException($"{bundle} holds {entries.Count} entries, not {bundle.Width}.");
    }

    private static IEnumerable<TilePath> Bundles(long size)
    {
        for (var first = 0L; first < size; first += TilePath.FullWidth)
        {
            yield return TilePath.Entries(first / TilePath.FullWidth, (int)Math.Min(TilePath.FullWidth, size - first));
        }
    }

    private static async Task AppendAsync(RegistryClient client, TilePath path, MerkleTree tree, CancellationToken cancel)
    {
        var entries = EntryBundle.Read(await client.GetBytesAsync($"/log/{path}", cancel));
        if (entries.Count != path.Width)
        {
            throw new LogFaultException($"{path} holds {entries.Count} entries, not {path.Width}.");
        }

        foreach (var entry in entries)
        {
            tree.Append(Rfc6962.LeafHash(entry));
        }
    }

    private static async Task<int> CompareTilesAsync(RegistryClient client, MerkleTree tree, long size, CancellationToken cancel)
    {
        var compared = 0;
        foreach (var tile in Tiles.Grown(0, size).Where(each => !each.IsEntries))
        {
            if (!(await client.GetBytesAsync($"/log/{tile}", cancel)).AsSpan().SequenceEqual(Tiles.Hashes(tree, tile, size)))
            {
                throw new LogFaultException($"{tile} is not what the entries give.");
            }

            compared++;
        }

        return compared;
    }
}

/// <summary>The log does not hold together.</summary>
internal sealed class LogFaultException(string message) : Exception(message);

using System.Globalization;
using System.Text;
using AttributionRegistry.Log;

namespace AttributionRegistry.Cli.Logs;

/// <summary>Two signed heads of one log that cannot both be true, with both notes: whoever has the log's key can check them.</summary>
internal sealed class ForkException(string check, string what, string evidence) : Exception($"{check}: {what}")
{
    public string Check { get; } = check;

    /// <summary>What was found and both notes, as text to print and to keep.</summary>
    public string Evidence { get; } = $"{check}: {what}\n{evidence}";
}

/// <summary>A head against an earlier one.</summary>
internal static class LogHistory
{
    /// <summary>Whether the newer head grows from the older one; read from the newer one's proven tiles, so that it needs no entry.</summary>
    /// <exception cref="ForkException">It does not.</exception>
    public static async Task RequireGrowthAsync(ILogSource source, SignedCheckpoint older, SignedCheckpoint newer, CancellationToken cancel)
    {
        if (newer.Head.Size < older.Head.Size)
        {
            throw Contradiction(
                LogChecks.Rollback, $"the log has {newer.Head.Size} entries, and signed {older.Head.Size} before", older, newer, []);
        }

        var tiles = new ProvenTiles(source, newer.Head);
        var same = newer.Head.Size == older.Head.Size;
        var root = same ? newer.Head.Root : await tiles.RootAtAsync(older.Head.Size, cancel);
        if (!root.AsSpan().SequenceEqual(older.Head.Root))
        {
            throw Contradiction(
                LogChecks.Fork, $"two trees are signed: at size {older.Head.Size} the newer one has root {Convert.ToBase64String(root)}, signed was {Convert.ToBase64String(older.Head.Root)}",
                older, newer, same || older.Head.Size == 0 ? [] : await tiles.ConsistencyAsync(older.Head.Size, cancel));
        }
    }

    private static ForkException Contradiction(string check, string what, SignedCheckpoint older, SignedCheckpoint newer, IReadOnlyList<byte[]> proof)
    {
        var evidence = new StringBuilder();
        evidence.Append(CultureInfo.InvariantCulture, $"\n--- signed earlier, size {older.Head.Size}\n{older.Note}\n--- signed now, size {newer.Head.Size}\n{newer.Note}");
        if (proof.Count > 0)
        {
            evidence.Append(CultureInfo.InvariantCulture, $"\n--- consistency proof of the tree signed now, from size {older.Head.Size} (RFC 6962): it leads to its root, and not from the one signed earlier\n");
            foreach (var hash in proof)
            {
                evidence.Append(Convert.ToBase64String(hash)).Append('\n');
            }
        }

        return new ForkException(check, what, evidence.ToString());
    }
}

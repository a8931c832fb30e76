using AttributionRegistry.Cli.Http;
using AttributionRegistry.Log;

namespace AttributionRegistry.Cli.Logs;

/// <summary>What a registry knows of its own log, and by which a copy is measured.</summary>
/// <param name="Vkey">The key that the log began with.</param>
/// <param name="Size">How many entries it still has.</param>
/// <param name="Root">Their root.</param>
/// <param name="SignedSize">The largest size that its signer remembers.</param>
/// <param name="SignedRoot">The root that was signed there.</param>
public sealed record KnownLog(string Vkey, long Size, byte[] Root, long SignedSize, byte[] SignedRoot);

/// <summary>A copy does not have what is missing, or is not of the same log.</summary>
public sealed class NotRecoverableException(string message) : Exception(message);

/// <summary>The entries that a registry has lost, out of a mirror or the tiles of a server; each proven against a checkpoint that the log signed.</summary>
/// <param name="Size">Of the log that they lead to.</param>
/// <param name="Root">Its root.</param>
/// <param name="Entries">From the first missing one on.</param>
public sealed record RecoverTail(long Size, byte[] Root, IReadOnlyList<byte[]> Entries)
{
    /// <summary>Reads what is missing.</summary>
    /// <param name="from">An address or the folder of a mirror.</param>
    /// <param name="known">What is there, and what was signed.</param>
    /// <param name="entropy">The source of random bytes.</param>
    /// <param name="cancel">Stops it.</param>
    /// <exception cref="NotRecoverableException">The copy is shorter than what was signed, or another log.</exception>
    /// <exception cref="LogAuditException">The copy does not prove itself.</exception>
    public static async Task<RecoverTail> ReadAsync(string from, KnownLog known, Func<int, byte[]> entropy, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(known);
        using var source = LogSources.Open(from, entropy);
        var head = (await source.CheckpointAsync(await source.KeyAsync(known.Vkey, cancel), cancel)).Head;
        if (head.Size < known.SignedSize)
        {
            throw new NotRecoverableException(
                $"{source.Name} has {head.Size} entries, {known.SignedSize} were signed: the last ones are not there. Look for a copy that has them (mirrors, monitors, "
                + "caches of the tiles); a log that cannot be completed must not be continued.");
        }

        if (head.Size < known.Size)
        {
            throw new NotRecoverableException($"{source.Name} has {head.Size} entries, the registry has {known.Size}: there is nothing to take from it.");
        }

        var tiles = new ProvenTiles(source, head);
        foreach (var (size, root, whose) in new[] { (known.Size, known.Root, "the registry holds"), (known.SignedSize, known.SignedRoot, "was signed") })
        {
            var there = await tiles.RootAtAsync(size, cancel);
            if (!there.AsSpan().SequenceEqual(root))
            {
                throw new NotRecoverableException(
                    $"{source.Name} has root {Convert.ToBase64String(there)} at size {size}, {whose} {Convert.ToBase64String(root)}: it is another log, or a fork of this one.");
            }
        }

        var entries = new List<byte[]>();
        for (var next = known.Size; next < head.Size;)
        {
            var number = next / TilePath.FullWidth;
            var path = TilePath.Entries(number, (int)Math.Min(TilePath.FullWidth, head.Size - number * TilePath.FullWidth));
            var bundle = ProvenBundle.Split(path, await source.TileAsync(path, cancel), await tiles.HashesAsync(0, number, cancel));
            entries.AddRange(bundle.Skip((int)(next - path.First)));
            next = path.First + path.Width;
        }

        return new RecoverTail(head.Size, head.Root, entries);
    }
}

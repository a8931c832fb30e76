using AttributionRegistry.Log;

namespace AttributionRegistry.Cli.Logs;

/// <summary>A bundle of entries against the proven tile of their hashes.</summary>
internal static class ProvenBundle
{
    /// <summary>The entries of a bundle, each of them the one whose hash the tile has.</summary>
    /// <exception cref="LogAuditException">The bundle is not that.</exception>
    public static IReadOnlyList<byte[]> Split(TilePath path, byte[] bundle, byte[] leafHashes)
    {
        IReadOnlyList<byte[]> entries;
        try
        {
            entries = EntryBundle.Read(bundle);
        }
        catch (FormatException fault)
        {
            throw new LogAuditException(LogChecks.Bundle, null, $"{path}: {fault.Message}");
        }

        if (entries.Count != path.Width || leafHashes.Length < path.Width * Rfc6962.HashSize)
        {
            throw new LogAuditException(LogChecks.Bundle, null, $"{path} holds {entries.Count} entries, not {path.Width}");
        }

        Span<byte> hash = stackalloc byte[Rfc6962.HashSize];
        for (var place = 0; place < entries.Count; place++)
        {
            Rfc6962.LeafHash(entries[place], hash);
            if (!hash.SequenceEqual(leafHashes.AsSpan(place * Rfc6962.HashSize, Rfc6962.HashSize)))
            {
                throw new LogAuditException(LogChecks.Entry, path.First + place, "is not the one whose hash stands in the signed tree");
            }
        }

        return entries;
    }
}

using System.Buffers.Binary;

namespace AttributionRegistry.Log;

/// <summary>A tile of entries: up to 256 times (length in two bytes, big-endian; entry).</summary>
public static class EntryBundle
{
    /// <exception cref="ArgumentException">An entry does not fit its length prefix, or there are more than a tile holds.</exception>
    public static byte[] Write(IEnumerable<byte[]> entries)
    {
        using var bundle = new MemoryStream();
        Span<byte> prefix = stackalloc byte[2];
        var count = 0;
        foreach (var entry in entries)
        {
            if (entry.Length > ushort.MaxValue || ++count > TilePath.FullWidth)
            {
                throw new ArgumentException($"A bundle holds {TilePath.FullWidth} entries of at most {ushort.MaxValue} bytes.", nameof(entries));
            }

            BinaryPrimitives.WriteUInt16BigEndian(prefix, (ushort)entry.Length);
            bundle.Write(prefix);
            bundle.Write(entry);
        }

        return bundle.ToArray();
    }

    /// <exception cref="FormatException">The bundle ends inside an entry, or holds more than a tile does.</exception>
    public static IReadOnlyList<byte[]> Read(ReadOnlySpan<byte> bundle)
    {
        var entries = new List<byte[]>();
        while (bundle.Length > 0)
        {
            if (entries.Count == TilePath.FullWidth)
            {
                throw new FormatException($"The bundle holds more than {TilePath.FullWidth} entries.");
            }

            if (bundle.Length < 2 || bundle.Length - 2 < BinaryPrimitives.ReadUInt16BigEndian(bundle))
            {
                throw new FormatException($"The bundle ends inside entry {entries.Count}.");
            }

            var length = BinaryPrimitives.ReadUInt16BigEndian(bundle);
            entries.Add(bundle.Slice(2, length).ToArray());
            bundle = bundle[(2 + length)..];
        }

        return entries;
    }
}

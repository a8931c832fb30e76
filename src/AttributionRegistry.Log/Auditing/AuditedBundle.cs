using System.Buffers.Binary;

namespace AttributionRegistry.Log;

/// <summary>
/// A bundle of entries, read as far as that goes without knowing what came before: split, hashed, each entry checked for its form. Bundles are
/// read independently of each other, so by many threads at once; <see cref="LogAuditor.Append(AuditedBundle)"/> takes them in order.
/// </summary>
public sealed class AuditedBundle
{
    private readonly ReadOnlyMemory<byte> _bundle;
    private readonly (int Start, int Length)[] _places; // of the entries
    private readonly EntryShape[] _shapes;

    private AuditedBundle(TilePath path, ReadOnlyMemory<byte> bundle)
    {
        Path = path;
        _bundle = bundle;
        (_places, _shapes, LeafHashes) = (new (int, int)[path.Width], new EntryShape[path.Width], GC.AllocateUninitializedArray<byte>(path.Width * Rfc6962.HashSize));
    }

    public TilePath Path { get; }

    /// <summary>Leaf hashes of the entries, side by side: also the tile of hashes that belongs to this bundle.</summary>
    public byte[] LeafHashes { get; }

    /// <summary>The root over a full bundle; empty for others.</summary>
    internal byte[] Root { get; private set; } = [];

    /// <summary>What is wrong with an entry; those before it may still tell of an earlier fault.</summary>
    internal LogAuditException? Fault { get; private set; }

    /// <summary>How many entries were read.</summary>
    internal int Count { get; private set; }

    /// <summary>Reads a bundle of the width that its path says.</summary>
    /// <exception cref="ArgumentException">The path is not that of a bundle.</exception>
    public static AuditedBundle Read(TilePath path, ReadOnlyMemory<byte> bundle)
    {
        if (!path.IsEntries)
        {
            throw new ArgumentException($"{path} is a tile of hashes.", nameof(path));
        }

        var read = new AuditedBundle(path, bundle);
        read.Run();
        return read;
    }

    internal ReadOnlySpan<byte> Entry(int place) => _bundle.Span.Slice(_places[place].Start, _places[place].Length);

    internal ref readonly EntryShape Shape(int place) => ref _shapes[place];

    internal LeafKey Leaf(int place) => LeafKey.Of(LeafHashes.AsSpan(place * Rfc6962.HashSize));

    private void Run()
    {
        var bytes = _bundle.Span;
        var at = 0;
        for (var place = 0; place < Path.Width; place++)
        {
            var left = bytes.Length - at;
            if (left < 2 || left - 2 < BinaryPrimitives.ReadUInt16BigEndian(bytes[at..]))
            {
                Fault = new LogAuditException(LogChecks.Bundle, null, $"{Path} ends before entry {Path.First + place}");
                return;
            }

            var entry = bytes.Slice(at + 2, BinaryPrimitives.ReadUInt16BigEndian(bytes[at..]));
            _places[place] = (at + 2, entry.Length);
            at += 2 + entry.Length;
            if (EntryShape.Read(entry, out var fault) is not { } shape)
            {
                Fault = new LogAuditException(LogChecks.Entry, Path.First + place, fault!);
                return;
            }

            Rfc6962.LeafHash(entry, LeafHashes.AsSpan(place * Rfc6962.HashSize, Rfc6962.HashSize));
            _shapes[place] = shape;
            Count++;
        }

        if (at != bytes.Length)
        {
            Fault = new LogAuditException(LogChecks.Bundle, null, $"{Path} goes on after its {Path.Width} entries");
            return;
        }

        if (!Path.IsPartial)
        {
            Root = TileEdge.RootOf(LeafHashes);
        }
    }
}

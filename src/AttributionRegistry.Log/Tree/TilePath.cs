using System.Globalization;

namespace AttributionRegistry.Log;

/// <summary>
/// The name of a tile: <c>tile/&lt;L&gt;/&lt;N&gt;[.p/&lt;W&gt;]</c> for hashes, <c>tile/entries/&lt;N&gt;[.p/&lt;W&gt;]</c> for bundles of entries (C2SP tlog-tiles).
/// Read strictly: a tile has one name, so that caches and mirrors hold one copy.
/// </summary>
public readonly record struct TilePath
{
    /// <summary>Hashes or entries in a full tile.</summary>
    public const int FullWidth = 256;

    private const int EntriesLevel = -1;
    private const int MaxLevel = 63;

    private TilePath(int level, long index, int width)
    {
        Level = level;
        Index = index;
        Width = width;
    }

    /// <summary>0 to 63 for hashes; −1 for a bundle of entries.</summary>
    public int Level { get; }

    public long Index { get; }

    /// <summary>1 to 255 for a partial tile, 256 for a full one.</summary>
    public int Width { get; }

    public bool IsEntries => Level == EntriesLevel;

    public bool IsPartial => Width < FullWidth;

    /// <summary>The first leaf, or the first hash of the level, that the tile holds.</summary>
    public long First => Index * FullWidth;

    public static TilePath Hashes(int level, long index, int width = FullWidth) =>
        level is >= 0 and <= MaxLevel ? Checked(level, index, width) : throw new ArgumentOutOfRangeException(nameof(level), level, "A level is 0 to 63.");

    public static TilePath Entries(long index, int width = FullWidth) => Checked(EntriesLevel, index, width);

    /// <summary>Reads <c>tile/…</c>, without a leading slash. False for every other spelling, also of a tile that exists.</summary>
    public static bool TryParse(string? path, out TilePath tile)
    {
        tile = default;
        if (path is null || !path.StartsWith("tile/", StringComparison.Ordinal))
        {
            return false;
        }

        var rest = path.AsSpan("tile/".Length);
        var slash = rest.IndexOf('/');
        if (slash < 0 || !TryLevel(rest[..slash], out var level))
        {
            return false;
        }

        rest = rest[(slash + 1)..];
        var width = FullWidth;
        var partial = rest.IndexOf(".p/", StringComparison.Ordinal);
        if (partial >= 0)
        {
            if (!TryDecimal(rest[(partial + 3)..], 1, FullWidth - 1, out width))
            {
                return false;
            }

            rest = rest[..partial];
        }

        if (!TryIndex(rest, out var index))
        {
            return false;
        }

        tile = new TilePath(level, index, width);
        return true;
    }

    /// <summary>The path of an index: <c>x001/x234/067</c> for 1234067.</summary>
    public static string IndexPath(long index)
    {
        var text = (index % 1000).ToString("D3", CultureInfo.InvariantCulture);
        for (var rest = index / 1000; rest > 0; rest /= 1000)
        {
            text = $"x{(rest % 1000).ToString("D3", CultureInfo.InvariantCulture)}/{text}";
        }

        return text;
    }

    public override string ToString() =>
        $"tile/{(IsEntries ? "entries" : Level)}/{IndexPath(Index)}{(IsPartial ? $".p/{Width}" : "")}";

    private static TilePath Checked(int level, long index, int width)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(index, long.MaxValue / FullWidth - 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(width, FullWidth);
        return new TilePath(level, index, width);
    }

    private static bool TryLevel(ReadOnlySpan<char> text, out int level)
    {
        level = EntriesLevel;
        return text.SequenceEqual("entries") || TryDecimal(text, 0, MaxLevel, out level);
    }

    private static bool TryDecimal(ReadOnlySpan<char> text, int least, int most, out int value)
    {
        value = 0;
        return text.Length is >= 1 and <= 3 && text.IndexOfAnyExceptInRange('0', '9') < 0 && (text.Length == 1 || text[0] != '0') &&
            int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value >= least && value <= most;
    }

    private static bool TryIndex(ReadOnlySpan<char> text, out long index)
    {
        index = 0;
        for (var first = true; ; first = false)
        {
            var more = text.Length > 0 && text[0] == 'x';
            var group = more ? text[1..] : text;
            if (group.Length < 3 || group[..3].IndexOfAnyExceptInRange('0', '9') >= 0)
            {
                return false;
            }

            var value = int.Parse(group[..3], NumberStyles.None, CultureInfo.InvariantCulture);
            if (first && more && value == 0)
            {
                return false; // a leading group of zeros is another name for the same tile
            }

            // Above this no leaf index fits a long; there is no such tile anywhere.
            if (index > (long.MaxValue / FullWidth - 1 - value) / 1000)
            {
                return false;
            }

            index = index * 1000 + value;
            if (!more)
            {
                return group.Length == 3;
            }

            if (group.Length < 4 || group[3] != '/')
            {
                return false;
            }

            text = group[4..];
        }
    }
}

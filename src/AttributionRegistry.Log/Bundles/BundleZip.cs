using System.IO.Compression;

namespace AttributionRegistry.Log;

/// <summary>No bundle, or one that nobody should unpack.</summary>
public sealed class BundleException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>
/// The zip around a bundle. Files stand in the order of their names, uncompressed and with one fixed instant: the same files are the same
/// bytes, whatever library wrote them. What is read may be hostile: all limits hold before memory is taken.
/// </summary>
public static class BundleZip
{
    public const int MaxFiles = 20_000;
    public const long MaxZipBytes = 256L << 20;
    public const long MaxFileBytes = 32L << 20;
    public const long MaxAllBytes = 256L << 20;

    private const int MaxNameChars = 100;
    private const int MaxDirectoryLine = 46 + MaxNameChars + 64; // with room for the extra field of other writers
    private const int EndBytes = 22;
    private const int MaxCommentBytes = ushort.MaxValue;
    private const uint EndSignature = 0x06054b50;
    private const int PlainFile = 0x81A4 << 16; // rw-r--r--

    // The earliest instant that a zip can name.
    private static readonly DateTimeOffset Always = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static byte[] Write(IReadOnlyDictionary<string, byte[]> files)
    {
        ArgumentNullException.ThrowIfNull(files);
        using var output = new MemoryStream();
        using (var zip = new ZipArchive(output, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, bytes) in files.OrderBy(each => each.Key, StringComparer.Ordinal))
            {
                var entry = zip.CreateEntry(name, CompressionLevel.NoCompression);
                (entry.LastWriteTime, entry.ExternalAttributes) = (Always, PlainFile);
                using var content = entry.Open();
                content.Write(bytes);
            }
        }

        return output.ToArray();
    }

    /// <summary>The files of a bundle by their names.</summary>
    /// <exception cref="BundleException">Not a zip, cut short, too large, too many files, a name twice, out of order or outside, or encrypted.</exception>
    public static SortedDictionary<string, byte[]> Read(byte[] zip)
    {
        ArgumentNullException.ThrowIfNull(zip);
        try
        {
            return Files(zip);
        }
        catch (Exception fault) when (fault is InvalidDataException or EndOfStreamException or IOException or NotSupportedException or ArgumentException or OverflowException)
        {
            throw new BundleException($"the zip is cut short or damaged: {fault.Message}", fault);
        }
    }

    private static SortedDictionary<string, byte[]> Files(byte[] zip)
    {
        if (zip.LongLength > MaxZipBytes)
        {
            throw new BundleException($"the zip has {zip.LongLength} bytes; a bundle has at most {MaxZipBytes}");
        }

        RefuseLargeDirectory(zip);
        using var archive = new ZipArchive(new MemoryStream(zip, writable: false), ZipArchiveMode.Read);
        var files = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        var (all, last) = (0L, "");
        foreach (var entry in archive.Entries)
        {
            Accept(entry, last);
            var bytes = BytesOf(entry, MaxAllBytes - all);
            all += bytes.LongLength;
            last = entry.FullName;
            files.Add(entry.FullName, bytes);
        }

        return files;
    }

    private static void Accept(ZipArchiveEntry entry, string last)
    {
        var name = entry.FullName;
        if (!IsName(name))
        {
            throw new BundleException($"'{Shown(name)}' is no name of a file in a bundle");
        }

        if (entry.IsEncrypted)
        {
            throw new BundleException($"'{name}' is encrypted");
        }

        switch (string.CompareOrdinal(name, last))
        {
            case 0:
                throw new BundleException($"'{name}' is there twice");
            case < 0:
                throw new BundleException($"'{name}' stands after '{last}'; the files of a bundle are in the order of their names");
        }
    }

    // What the header says of the length is not believed: reading stops one byte after the limit.
    private static byte[] BytesOf(ZipArchiveEntry entry, long left)
    {
        var most = Math.Min(MaxFileBytes, left);
        using var content = entry.Open();
        using var kept = new MemoryStream();
        var buffer = new byte[81920];
        for (int count; (count = content.Read(buffer)) > 0;)
        {
            if (kept.Length + count > most)
            {
                throw new BundleException($"'{entry.FullName}' unpacks to more than the {most} bytes that are left for it");
            }

            kept.Write(buffer, 0, count);
        }

        return kept.Length == entry.Length ? kept.ToArray() : throw new BundleException($"'{entry.FullName}' has another length than the zip says");
    }

    /// <summary>Letters, digits and a few marks, in folders; never up, never absolute, never a folder itself.</summary>
    private static bool IsName(string name) =>
        name.Length is > 0 and <= MaxNameChars &&
        name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or '/') &&
        name.Split('/').All(part => part.Length > 0 && part.Any(c => c != '.'));

    private static string Shown(string name) => new([.. name.Take(MaxNameChars).Select(c => char.IsControl(c) ? '?' : c)]);

    // Asked before the directory is read: it is read to its end, whatever number of files it promises.
    private static void RefuseLargeDirectory(ReadOnlySpan<byte> zip)
    {
        for (var at = zip.Length - EndBytes; at >= Math.Max(0, zip.Length - EndBytes - MaxCommentBytes); at--)
        {
            var end = zip[at..];
            if (BitConverter.ToUInt32(end) != EndSignature)
            {
                continue;
            }

            if (BitConverter.ToUInt32(end[4..]) != 0 || BitConverter.ToUInt16(end[8..]) != BitConverter.ToUInt16(end[10..]))
            {
                throw new BundleException("the zip is one of several volumes, or of the larger form; a bundle is neither");
            }

            // 0xFFFF stands for a count in the larger form, which no bundle needs.
            if (BitConverter.ToUInt16(end[10..]) is var promised && promised > MaxFiles)
            {
                throw new BundleException($"the zip says that it holds {promised} files or more; a bundle has at most {MaxFiles}");
            }

            var (size, offset) = (BitConverter.ToUInt32(end[12..]), BitConverter.ToUInt32(end[16..]));
            if (size > (long)promised * MaxDirectoryLine || (long)offset + size != at)
            {
                throw new BundleException("the directory of the zip is not as large as its files need");
            }

            return;
        }

        throw new BundleException("it is no zip, or it is cut short");
    }
}

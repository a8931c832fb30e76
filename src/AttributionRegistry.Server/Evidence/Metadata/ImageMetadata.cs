using System.Buffers.Binary;
using MetadataExtractor;
using MetadataExtractor.Formats.Exif;
using MetadataExtractor.Formats.Xmp;

namespace AttributionRegistry.Server.Evidence.Metadata;

/// <summary>Metadata of images: read by a library, taken out by copying only what is needed to draw the picture.</summary>
internal static class ImageMetadata
{
    private const int MostPerDirectory = 200;

    // What the picture itself needs, beside the private parts of the formats.
    private static readonly string[] Harmless = ["JPEG", "JFIF", "Huffman", "PNG-IHDR", "PNG Chromaticities", "PNG-cHRM", "PNG-gAMA", "PNG-sRGB", "PNG-pHYs", "PNG-PLTE", "PNG-tRNS", "PNG-bKGD", "PNG-sBIT", "PNG-iCCP", "ICC Profile", "WebP", "File Type", "Adobe JPEG", "File"];

    internal static void Find(byte[] file, string place, Findings found)
    {
        IReadOnlyList<MetadataExtractor.Directory> directories;
        try
        {
            directories = ImageMetadataReader.ReadMetadata(new MemoryStream(file));
        }
#pragma warning disable CA1031 // The library meets hostile files: whatever it throws means that this one cannot be read.
        catch (Exception fault) when (fault is not OutOfMemoryException)
#pragma warning restore CA1031
        {
            throw new MetadataRefusedException(EvidenceProblems.Unreadable, "The image cannot be read: it is broken or made to look so.");
        }

        foreach (var directory in directories.Where(d => !Harmless.Contains(d.Name) && !IsOrientationAlone(d)))
        {
            foreach (var tag in directory.Tags.Take(MostPerDirectory))
            {
                found.Add(place + directory.Name, tag.Name, tag.Description ?? directory.GetString(tag.Type) ?? "(unreadable)");
            }

            foreach (var (name, value) in (directory as XmpDirectory)?.GetXmpProperties().Take(MostPerDirectory) ?? [])
            {
                found.Add(place + directory.Name, name, value);
            }
        }
    }

    private static bool IsOrientationAlone(MetadataExtractor.Directory directory) => directory is ExifIfd0Directory && directory.Tags is [{ Type: Orientation.Tag }];

    internal static byte[] Strip(byte[] file, string format, string place, Findings found)
    {
        Find(file, place, found);
        using var copy = new MemoryStream(file.Length);
        try
        {
            switch (format)
            {
                case FileMetadata.Jpeg:
                    Jpeg(file, copy, place, found);
                    break;
                case FileMetadata.Png:
                    Png(file, copy, place, found);
                    break;
                case FileMetadata.WebP:
                    WebP(file, copy, place, found);
                    break;
                default:
                    throw new MetadataRefusedException(EvidenceProblems.NotStrippable, $"Metadata is not taken out of {format}.");
            }
        }
        catch (Exception cut) when (cut is ArgumentOutOfRangeException or IndexOutOfRangeException)
        {
            throw new MetadataRefusedException(EvidenceProblems.Unreadable, "The image ends before its own lengths say.");
        }

        return copy.ToArray();
    }

    /// <summary>Keeps the segments that draw: tables, frames, scans, the JFIF and Adobe headers, the colour profile, the orientation. All else goes.</summary>
    private static void Jpeg(ReadOnlySpan<byte> file, MemoryStream copy, string place, Findings found)
    {
        copy.Write(file[..2]);
        var at = 2;
        var turned = false;
        while (true)
        {
            while (file[at..][0] == 0xFF && file[at + 1] == 0xFF)
            {
                at++; // Fill bytes.
            }

            var marker = file[at..][0] == 0xFF ? file[(at + 1)..][0] : throw new MetadataRefusedException(EvidenceProblems.Unreadable, "The JPEG has bytes where a segment should begin.");
            if (marker == 0xD9)
            {
                copy.Write(file.Slice(at, 2));
                Trailing(file.Length - at - 2, place, found);
                return;
            }

            if (marker is 0x01 or (>= 0xD0 and <= 0xD8))
            {
                throw new MetadataRefusedException(EvidenceProblems.Unreadable, "The JPEG has a mark where a segment should begin.");
            }

            var length = BinaryPrimitives.ReadUInt16BigEndian(file.Slice(at + 2, 2));
            var segment = file.Slice(at, length < 2 ? throw new MetadataRefusedException(EvidenceProblems.Unreadable, "A segment of the JPEG has no length.") : length + 2);
            var body = segment[4..];
            if (marker == 0xE0 && body.StartsWith("JFIF\0"u8))
            {
                // Without the thumbnail that may show what the picture no longer does.
                copy.Write([0xFF, 0xE0, 0, 16]);
                copy.Write(body[..12]);
                copy.Write([0, 0]);
            }
            else if (marker == 0xE1 && !turned && body.StartsWith("Exif\0\0"u8) && Orientation.Of(body) is { } orientation)
            {
                byte[] block = [.. "Exif\0\0"u8, .. Orientation.Block(orientation)];
                copy.Write([0xFF, 0xE1, 0, (byte)(block.Length + 2), .. block]);
                turned = Kept(orientation, place, found);
            }
            else if (marker is >= 0xC0 and <= 0xDF || (marker == 0xE2 && body.StartsWith("ICC_PROFILE\0"u8)) || (marker == 0xEE && body.StartsWith("Adobe"u8)))
            {
                copy.Write(segment);
            }

            at += segment.Length;
            if (marker == 0xDA)
            {
                var end = at;
                while (!(file[end..][0] == 0xFF && file[(end + 1)..][0] is not (0 or (>= 0xD0 and <= 0xD7) or 0xFF)))
                {
                    end++;
                }

                copy.Write(file[at..end]);
                at = end;
            }
        }
    }

    private static void Png(ReadOnlySpan<byte> file, MemoryStream copy, string place, Findings found)
    {
        copy.Write(file[..8]);
        var turned = false;
        for (var at = 8; ;)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(file.Slice(at, 4));
            var chunk = file.Slice(at, checked((int)Math.Min(length, int.MaxValue - 12) + 12));
            var type = System.Text.Encoding.Latin1.GetString(chunk.Slice(4, 4));
            if (char.IsAsciiLetterUpper(type[0]) || type is "tRNS" or "gAMA" or "cHRM" or "sRGB" or "iCCP" or "sBIT" or "bKGD" or "pHYs" or "acTL" or "fcTL" or "fdAT" or "cICP")
            {
                copy.Write(chunk);
            }
            else if (type == "eXIf" && !turned && Orientation.Of(chunk[8..^4]) is { } orientation)
            {
                copy.Write(PngChunk("eXIf"u8, Orientation.Block(orientation)));
                turned = Kept(orientation, place, found);
            }
            else
            {
                found.Add(place + "PNG", $"{type} chunk", $"{length} bytes");
            }

            at += chunk.Length;
            if (type == "IEND")
            {
                Trailing(file.Length - at, place, found);
                return;
            }
        }
    }

    private static byte[] PngChunk(ReadOnlySpan<byte> type, byte[] body)
    {
        byte[] chunk = [0, 0, 0, (byte)body.Length, .. type, .. body, 0, 0, 0, 0];
        var crc = uint.MaxValue;
        foreach (var each in chunk.AsSpan(4..^4))
        {
            crc ^= each;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ ((crc & 1) * 0xEDB8_8320u);
            }
        }

        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(^4..), ~crc);
        return chunk;
    }

    private static void WebP(ReadOnlySpan<byte> file, MemoryStream copy, string place, Findings found)
    {
        var end = checked((int)Math.Min(BinaryPrimitives.ReadUInt32LittleEndian(file.Slice(4, 4)), int.MaxValue - 8) + 8);
        _ = file[..end];
        copy.Write(file[..12]);
        long flags = -1; // Where the copy says what follows; a file without this place can have no EXIF.
        var turned = false;
        for (var at = 12; at < end;)
        {
            var length = BinaryPrimitives.ReadUInt32LittleEndian(file.Slice(at + 4, 4));
            var chunk = file[..end].Slice(at, checked((int)Math.Min((long)length + (length & 1), int.MaxValue - 8) + 8)).ToArray();
            var type = System.Text.Encoding.Latin1.GetString(chunk, 0, 4);
            if (type == "VP8X")
            {
                chunk[8] &= 0b1111_0011; // Says no more that EXIF and XMP follow.
                flags = copy.Length + 8;
            }

            if (type is "VP8 " or "VP8L" or "VP8X" or "ANIM" or "ANMF" or "ALPH" or "ICCP")
            {
                copy.Write(chunk);
            }
            else if (type == "EXIF" && flags >= 0 && !turned && Orientation.Of(chunk.AsSpan(8)) is { } orientation)
            {
                var block = Orientation.Block(orientation);
                copy.Write([.. "EXIF"u8, (byte)block.Length, 0, 0, 0, .. block]);
                turned = Kept(orientation, place, found);
            }
            else
            {
                found.Add(place + "WebP", $"{type} chunk", $"{length} bytes");
            }

            at += chunk.Length;
        }

        Trailing(file.Length - end, place, found);
        Span<byte> size = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(size, (uint)copy.Length - 8);
        copy.Position = 4;
        copy.Write(size);
        if (turned)
        {
            copy.GetBuffer()[flags] |= 0b0000_1000;
        }
    }

    private static bool Kept(ushort orientation, string place, Findings found)
    {
        found.Keep(place + "Exif IFD0", "Orientation", orientation.ToString(System.Globalization.CultureInfo.InvariantCulture));
        return true;
    }

    // Phones put films, programs put whole archives behind the picture.
    private static void Trailing(int bytes, string place, Findings found) => found.Add(place + "File", "Behind the picture", bytes > 0 ? $"{bytes} bytes" : null);
}

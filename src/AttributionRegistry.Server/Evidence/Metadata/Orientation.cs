using System.Buffers.Binary;

namespace AttributionRegistry.Server.Evidence.Metadata;

/// <summary>
/// How a picture is to be turned, the one thing in EXIF that the picture itself needs: without it a photograph lies on its side. It is read as
/// a number from 2 to 8 and written into a new block that holds nothing else; no byte of the old block is copied.
/// </summary>
internal static class Orientation
{
    internal const int Tag = 0x0112;

    private const int Short = 3;
    private const int EntryBytes = 12;

    /// <summary>The orientation in a TIFF block; null where there is none, or the picture is upright.</summary>
    internal static ushort? Of(ReadOnlySpan<byte> block)
    {
        if (block.StartsWith("Exif\0\0"u8))
        {
            block = block[6..]; // Some programs write the mark of JPEG before the block in WebP too.
        }

        bool? big = block.StartsWith("MM\0*"u8) ? true : block.StartsWith("II*\0"u8) ? false : null;
        if (big is not { } order || block.Length < 10)
        {
            return null;
        }

        var start = ReadInt(block[4..], order);
        if (start < 8 || start > block.Length - 2)
        {
            return null;
        }

        var (at, entries) = ((int)start + 2, ReadShort(block[(int)start..], order));
        for (; entries > 0 && at + EntryBytes <= block.Length; entries--, at += EntryBytes)
        {
            var entry = block.Slice(at, EntryBytes);
            if (ReadShort(entry, order) == Tag && ReadShort(entry[2..], order) == Short && ReadInt(entry[4..], order) == 1)
            {
                return ReadShort(entry[8..], order) is var value and >= 2 and <= 8 ? value : null;
            }
        }

        return null;
    }

    /// <summary>A TIFF block of one tag.</summary>
    internal static byte[] Block(ushort orientation) =>
        [.. "MM\0*"u8, 0, 0, 0, 8, 0, 1, Tag >> 8, Tag & 0xFF, 0, Short, 0, 0, 0, 1, 0, (byte)orientation, 0, 0, 0, 0, 0, 0];

    private static ushort ReadShort(ReadOnlySpan<byte> from, bool big) => big ? BinaryPrimitives.ReadUInt16BigEndian(from) : BinaryPrimitives.ReadUInt16LittleEndian(from);

    private static uint ReadInt(ReadOnlySpan<byte> from, bool big) => big ? BinaryPrimitives.ReadUInt32BigEndian(from) : BinaryPrimitives.ReadUInt32LittleEndian(from);
}

using System.IO.Compression;
using System.Text;
using AttributionRegistry.Domain.Cases;

namespace AttributionRegistry.Server.Evidence.Metadata;

/// <summary>A copy of a file without its metadata, and what was taken out.</summary>
public sealed record StrippedFile(byte[] Bytes, MetadataReport Report);

/// <summary>Finds metadata in a file and makes copies without it. What is not fully understood is refused, never half done.</summary>
public static class FileMetadata
{
    public const string Jpeg = "image/jpeg";
    public const string Png = "image/png";
    public const string WebP = "image/webp";
    public const string Tiff = "image/tiff";
    public const string Pdf = "application/pdf";
    public const string Ooxml = "application/vnd.openxmlformats-officedocument";
    public const string OpenDocument = "application/vnd.oasis.opendocument";

    /// <summary>What the metadata of a file says.</summary>
    /// <exception cref="MetadataRefusedException">The format is not understood, or the file is broken.</exception>
    public static MetadataReport Read(byte[] file)
    {
        var found = new Findings();
        var format = FormatOf(file);
        switch (format)
        {
            case Pdf:
                PdfMetadata.Find(file, found);
                break;
            case Ooxml or OpenDocument:
                _ = OfficeMetadata.Strip(file, format == Ooxml, found);
                break;
            default:
                ImageMetadata.Find(file, "", found);
                break;
        }

        return found.Report(format);
    }

    /// <summary>A copy without metadata. It is read again before it is given out: nothing may be found in it.</summary>
    /// <exception cref="MetadataRefusedException">The metadata cannot be taken out safely.</exception>
    public static StrippedFile Strip(byte[] file)
    {
        var found = new Findings();
        var format = FormatOf(file);
        if (format is Pdf or Tiff)
        {
            throw new MetadataRefusedException(EvidenceProblems.NotStrippable, format == Pdf
                ? "A PDF keeps earlier texts and names in many places; print it to a new file by hand and submit that as a redaction. GET …/metadata lists what was found."
                : "A TIFF is made of the same tags as its metadata; convert it by hand and submit that as a working copy. GET …/metadata lists what was found.");
        }

        var copy = format is Ooxml or OpenDocument ? OfficeMetadata.Strip(file, format == Ooxml, found) : ImageMetadata.Strip(file, format, "", found);
        return Read(copy).Entries.IsEmpty
            ? new StrippedFile(copy, found.Report(format))
            : throw new MetadataRefusedException(EvidenceProblems.NotStrippable, "Metadata was still found after it had been taken out; make the copy by hand.");
    }

    /// <summary>The format of an image by its first bytes, or null.</summary>
    internal static string? ImageFormatOf(ReadOnlySpan<byte> file) =>
        file.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]) ? Jpeg
        : file.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]) ? Png
        : file.Length >= 12 && file.StartsWith("RIFF"u8) && file[8..12].SequenceEqual("WEBP"u8) ? WebP
        : file.StartsWith("II*\0"u8) || file.StartsWith("MM\0*"u8) ? Tiff
        : null;

    private static string FormatOf(byte[] file) =>
        ImageFormatOf(file)
        ?? (file.AsSpan().StartsWith("%PDF-"u8) ? Pdf : null)
        ?? (file.AsSpan().StartsWith("PK\x03\x04"u8) ? ArchiveFormatOf(file) : null)
        ?? throw new MetadataRefusedException(
            EvidenceProblems.FormatUnknown, "Metadata is understood in JPEG, PNG, WebP, TIFF, PDF, OOXML and OpenDocument files; this is none of them.");

    private static string? ArchiveFormatOf(byte[] file)
    {
        try
        {
            using var archive = new ZipArchive(new MemoryStream(file), ZipArchiveMode.Read);
            if (archive.GetEntry("[Content_Types].xml") is not null)
            {
                return Ooxml;
            }

            if (archive.GetEntry("mimetype") is not { Length: < 200 } type)
            {
                return null;
            }

            using var text = new StreamReader(type.Open(), Encoding.ASCII);
            var start = new char[OpenDocument.Length];
            return text.ReadBlock(start) == start.Length && new string(start) == OpenDocument ? OpenDocument : null;
        }
        catch (InvalidDataException broken)
        {
            throw new MetadataRefusedException(EvidenceProblems.Unreadable, $"The archive cannot be read: {broken.Message}");
        }
    }
}

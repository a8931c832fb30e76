using System.IO.Compression;
using System.Xml;
using System.Xml.Linq;

namespace AttributionRegistry.Server.Evidence.Metadata;

/// <summary>
/// OOXML and OpenDocument files, rewritten part by part: properties emptied, authors of comments and changes made neutral, revision ids,
/// dates and previews gone, pictures freed of their own metadata. Signed, encrypted and nested documents are refused.
/// </summary>
internal static class OfficeMetadata
{
    private const int MostParts = 5_000;
    private const long MostUnpacked = 256L << 20;
    private const long MostXml = 32L << 20;
    private const int MostRatio = 500; // Deflate reaches 1000 on nothing but zeros; text of documents stays below 50.
    private const long RatioCounts = 1L << 20;

    private static readonly DateTimeOffset Epoch = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    internal static byte[] Strip(byte[] file, bool ooxml, Findings found)
    {
        try
        {
            using var source = new ZipArchive(new MemoryStream(file), ZipArchiveMode.Read);
            Check(source, ooxml);
            found.Add("Archive", "Comment", source.Comment);
            var output = new MemoryStream();
            using (var copy = new ZipArchive(output, ZipArchiveMode.Create, leaveOpen: true))
            {
                long unpacked = 0;
                foreach (var part in source.Entries)
                {
                    if (IsPreview(part.FullName))
                    {
                        found.Add(part.FullName, "Preview", $"{part.Length} bytes");
                        continue;
                    }

                    Copy(part, copy, ooxml, found, ref unpacked);
                }
            }

            return output.ToArray();
        }
        catch (Exception fault) when (fault is InvalidDataException or XmlException or EndOfStreamException)
        {
            throw new MetadataRefusedException(EvidenceProblems.Unreadable, $"The document cannot be read: {fault.Message}");
        }
    }

    private static void Check(ZipArchive source, bool ooxml)
    {
        var names = source.Entries.Select(e => e.FullName).ToList();
        if (names.Count > MostParts || names.Distinct(StringComparer.OrdinalIgnoreCase).Count() != names.Count)
        {
            throw new MetadataRefusedException(EvidenceProblems.Unreadable, $"The document has more than {MostParts} parts, or two parts of one name.");
        }

        if (names.Exists(n => n.StartsWith("_xmlsignatures/", StringComparison.OrdinalIgnoreCase) || n.EndsWith("signatures.xml", StringComparison.OrdinalIgnoreCase)))
        {
            throw new MetadataRefusedException(EvidenceProblems.NotStrippable, "The document is signed; a copy would carry a broken signature and the signer's name.");
        }

        if (ooxml && names.Exists(n => n.Contains("/embeddings/", StringComparison.OrdinalIgnoreCase) || n.EndsWith("vbaProject.bin", StringComparison.OrdinalIgnoreCase)))
        {
            throw new MetadataRefusedException(EvidenceProblems.NotStrippable, "The document holds other documents or programs, which have metadata of their own; take them out by hand.");
        }
    }

    private static void Copy(ZipArchiveEntry part, ZipArchive copy, bool ooxml, Findings found, ref long unpacked)
    {
        var name = part.FullName;
        var bytes = Unpack(part, ref unpacked);
        if (OfficeParts.IsXml(name) && OfficeParts.Concerns(name, ooxml))
        {
            if (bytes.Length > MostXml)
            {
                throw new MetadataRefusedException(EvidenceProblems.Unreadable, $"The part {name} is too large.");
            }

            bytes = Rewrite(bytes, document => OfficeParts.Clean(name, document, ooxml, found));
        }
        else if (FileMetadata.ImageFormatOf(bytes) is { } image)
        {
            bytes = ImageMetadata.Strip(bytes, image, $"{name}: ", found);
        }

        var target = copy.CreateEntry(name, name == "mimetype" ? CompressionLevel.NoCompression : CompressionLevel.Optimal);
        target.LastWriteTime = Epoch;
        using var into = target.Open();
        into.Write(bytes);
    }

    /// <summary>Counts what really comes out: what the archive says of its sizes is only a claim.</summary>
    private static byte[] Unpack(ZipArchiveEntry part, ref long unpacked)
    {
        using var content = part.Open();
        using var whole = new MemoryStream();
        var buffer = new byte[81920];
        for (int count; (count = content.Read(buffer)) > 0;)
        {
            unpacked += count;
            whole.Write(buffer, 0, count);
            if (unpacked > MostUnpacked || (whole.Length > RatioCounts && whole.Length > MostRatio * Math.Max(1, part.CompressedLength)))
            {
                throw new MetadataRefusedException(EvidenceProblems.Unreadable, "The document unpacks to far more than a document has.");
            }
        }

        return whole.ToArray();
    }

    private static byte[] Rewrite(byte[] xml, Func<XDocument, XDocument> change)
    {
        var settings = new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, MaxCharactersInDocument = MostXml };
        using var reader = XmlReader.Create(new MemoryStream(xml), settings);
        var document = change(XDocument.Load(reader, LoadOptions.PreserveWhitespace));
        using var output = new MemoryStream();
        using (var writer = XmlWriter.Create(output, new XmlWriterSettings { Encoding = new System.Text.UTF8Encoding(false), Indent = false }))
        {
            document.Save(writer);
        }

        return output.ToArray();
    }

    internal static bool IsPreview(string name) =>
        name.StartsWith("docProps/thumbnail", StringComparison.OrdinalIgnoreCase) || name.StartsWith("Thumbnails/", StringComparison.OrdinalIgnoreCase);
}

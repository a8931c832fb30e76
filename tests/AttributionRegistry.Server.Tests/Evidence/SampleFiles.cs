using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace AttributionRegistry.Server.Tests.Evidence;

/// <summary>Small files that say too much about their making.</summary>
internal static class SampleFiles
{
    public static byte[] Scan { get; } = [0x12, 0xFF, 0x00, 0x34, 0xFF, 0xD0, 0x56];

    public static byte[] Jpeg() => Jpeg(Exif());

    public static byte[] Png() => Png(Exif());

    public static byte[] WebP() => WebP(Exif());

    /// <summary>A TIFF block: who made the camera, and how it was held.</summary>
    public static byte[] Turned(byte orientation, bool bigEndian) => bigEndian
        ? [.. "MM\0*"u8, .. Big(8), 0, 2, 0x01, 0x0F, 0, 2, .. Big(8), .. Big(38), 0x01, 0x12, 0, 3, .. Big(1), 0, orientation, 0, 0, .. Big(0), .. "Example\0"u8]
        : [.. "II*\0"u8, .. Little(8), 2, 0, 0x0F, 0x01, 2, 0, .. Little(8), .. Little(38), 0x12, 0x01, 3, 0, .. Little(1), orientation, 0, 0, 0, .. Little(0), .. "Example\0"u8];

    public static byte[] Jpeg(byte[] exif) =>
    [
        0xFF, 0xD8, .. Segment(0xE0, [.. "JFIF\0"u8, 1, 1, 0, 0, 1, 0, 1, 1, 1, 9, 9, 9]), .. Segment(0xE1, [.. "Exif\0\0"u8, .. exif]),
        .. Segment(0xFE, "taken by Ada Example"u8), .. Segment(0xDB, new byte[65]), .. Segment(0xC0, [8, 0, 1, 0, 1, 1, 1, 0x11, 0]),
        .. Segment(0xDA, [1, 1, 0, 0, 63, 0]), .. Scan, 0xFF, 0xD9, .. "appended film"u8,
    ];

    public static byte[] Png(byte[] exif) =>
    [
        0x89, .. "PNG\r\n\u001a\n"u8, .. Chunk("IHDR", [0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0]), .. Chunk("tEXt", "Author\0Ada Example"u8), .. Chunk("eXIf", exif),
        .. Chunk("tIME", [0x07, 0xEA, 1, 2, 3, 4, 5]), .. Chunk("IDAT", Compressed([0, 7])), .. Chunk("IEND", []),
    ];

    public static byte[] WebP(byte[] exif)
    {
        byte[] chunks =
        [
            .. "VP8X"u8, 10, 0, 0, 0, 0b0000_1000, 0, 0, 0, 0, 0, 0, 0, 0, 0, .. "VP8L"u8, 6, 0, 0, 0, 0x2F, 0, 0, 0, 0, 0, .. "EXIF"u8, .. Little(exif.Length), .. exif,
        ];
        return [.. "RIFF"u8, .. Little(chunks.Length + 4), .. "WEBP"u8, .. chunks];
    }

    public static byte[] Pdf() => Encoding.Latin1.GetBytes(
        "%PDF-1.7\n1 0 obj\n<< /Author (Ada \\(A\\) Example) /CreationDate (D:20260102030405Z) /Producer <FEFF00570072006900740065> >>\nendobj\n<xmp:CreatorTool>Writer 7</xmp:CreatorTool>\n%%EOF");

    public static byte[] Docx(params (string Name, string Text)[] more) => Zip([
        ("[Content_Types].xml", """<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>"""),
        ("_rels/.rels", """<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://x/officeDocument" Target="word/document.xml"/><Relationship Id="r2" Type="http://x/metadata/thumbnail" Target="docProps/thumbnail.jpeg"/></Relationships>"""),
        ("docProps/core.xml", """<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:creator>Ada Example</dc:creator><cp:revision>17</cp:revision></cp:coreProperties>"""),
        ("docProps/app.xml", """<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"><Company>Example Labs</Company></Properties>"""),
        ("docProps/thumbnail.jpeg", "a picture of the first page"),
        ("word/document.xml", """<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p w:rsidR="00AB12CD"><w:ins w:id="1" w:author="Ada Example" w:date="2026-01-02T03:04:05Z"><w:r><w:t xml:space="preserve"> The text stays. </w:t></w:r></w:ins></w:p></w:body></w:document>"""),
        ("word/settings.xml", """<w:settings xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:rsids><w:rsidRoot w:val="00AB12CD"/></w:rsids></w:settings>"""),
        .. more,
    ]);

    public static byte[] Odt(string manifest = "") => Zip([
        ("mimetype", "application/vnd.oasis.opendocument.text"),
        ("meta.xml", """<office:document-meta xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:meta="urn:oasis:names:tc:opendocument:xmlns:meta:1.0" office:version="1.3"><office:meta><meta:initial-creator>Ada Example</meta:initial-creator></office:meta></office:document-meta>"""),
        ("content.xml", """<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:text="urn:t"><office:annotation><dc:creator>Ada Example</dc:creator><dc:date>2026-01-02T03:04:05</dc:date><text:p>The text stays.</text:p></office:annotation></office:document-content>"""),
        ("META-INF/manifest.xml", $"""<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><m:file-entry m:full-path="Thumbnails/thumbnail.png"/>{manifest}</m:manifest>"""),
        ("Thumbnails/thumbnail.png", "a picture of the first page"),
    ]);

    public static byte[] Zip((string Name, string Text)[] parts)
    {
        var output = new MemoryStream();
        using (var archive = new ZipArchive(output, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, text) in parts)
            {
                using var part = archive.CreateEntry(name).Open();
                part.Write(Encoding.UTF8.GetBytes(text));
            }
        }

        return output.ToArray();
    }

    public static string Part(byte[] archive, string name)
    {
        using var zip = new ZipArchive(new MemoryStream(archive));
        using var text = new StreamReader(zip.GetEntry(name)!.Open());
        return text.ReadToEnd();
    }

    /// <summary>A TIFF block: who made the camera, and where it was (48° 51' N).</summary>
    private static byte[] Exif() =>
    [
        .. "MM\0*"u8, .. Big(8),
        0, 2, 0x01, 0x0F, 0, 2, .. Big(8), .. Big(38), 0x88, 0x25, 0, 4, .. Big(1), .. Big(46), .. Big(0), .. "Example\0"u8,
        0, 2, 0, 1, 0, 2, .. Big(2), (byte)'N', 0, 0, 0, 0, 2, 0, 5, .. Big(3), .. Big(76), .. Big(0),
        .. Big(48), .. Big(1), .. Big(51), .. Big(1), .. Big(0), .. Big(1),
    ];

    private static byte[] Segment(byte marker, ReadOnlySpan<byte> body) => [0xFF, marker, (byte)((body.Length + 2) >> 8), (byte)(body.Length + 2), .. body];

    private static byte[] Chunk(string type, ReadOnlySpan<byte> body)
    {
        byte[] named = [.. Encoding.ASCII.GetBytes(type), .. body];
        return [.. Big(body.Length), .. named, .. Big((int)Crc32(named))];
    }

    private static byte[] Compressed(byte[] bytes)
    {
        var output = new MemoryStream();
        using (var zlib = new ZLibStream(output, CompressionLevel.Optimal))
        {
            zlib.Write(bytes);
        }

        return output.ToArray();
    }

    private static uint Crc32(byte[] bytes)
    {
        var crc = 0xFFFF_FFFFu;
        foreach (var each in bytes)
        {
            crc ^= each;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ ((crc & 1) * 0xEDB8_8320u);
            }
        }

        return ~crc;
    }

    private static byte[] Big(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }

    private static byte[] Little(int value) => [.. Big(value).Reverse()];
}

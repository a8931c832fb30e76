using System.Text;

namespace AttributionRegistry.Server.Evidence;

/// <summary>What the first bytes of a file look like. A hint for people, never a reason to serve it as that type.</summary>
public static class MediaTypes
{
    /// <summary>So many bytes from the start are looked at.</summary>
    public const int HeadBytes = 512;

    public const string Unknown = "application/octet-stream";

    private static readonly (byte[] Start, string Type)[] Signatures =
    [
        ("%PDF-"u8.ToArray(), "application/pdf"),
        ("PK\x03\x04"u8.ToArray(), "application/zip"),
        ("PK\x05\x06"u8.ToArray(), "application/zip"), // An empty archive.
        ([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A], "image/png"),
        ([0xFF, 0xD8, 0xFF], "image/jpeg"),
        ("GIF87a"u8.ToArray(), "image/gif"),
        ("GIF89a"u8.ToArray(), "image/gif"),
        ([0x7F, (byte)'E', (byte)'L', (byte)'F'], "application/x-elf"),
        ("MZ"u8.ToArray(), "application/vnd.microsoft.portable-executable"),
        ([0x1F, 0x8B], "application/gzip"),
        ([0xD4, 0xC3, 0xB2, 0xA1], "application/vnd.tcpdump.pcap"),
        ([0xA1, 0xB2, 0xC3, 0xD4], "application/vnd.tcpdump.pcap"),
        ([0x4D, 0x3C, 0xB2, 0xA1], "application/vnd.tcpdump.pcap"), // Nanosecond stamps, both byte orders.
        ([0xA1, 0xB2, 0x3C, 0x4D], "application/vnd.tcpdump.pcap"),
        ([0x0A, 0x0D, 0x0D, 0x0A], "application/x-pcapng"),
    ];

    /// <param name="head">The first bytes, up to <see cref="HeadBytes"/>.</param>
    public static string Sniff(ReadOnlySpan<byte> head)
    {
        foreach (var (start, type) in Signatures)
        {
            if (head.StartsWith(start))
            {
                return type;
            }
        }

        if (head.IsEmpty || !IsText(head))
        {
            return Unknown;
        }

        var text = head.StartsWith("\uFEFF"u8) ? head[3..] : head;
        return text.TrimStart(" \t\r\n"u8) is [(byte)'{' or (byte)'[', ..] ? "application/json" : "text/plain";
    }

    /// <summary>UTF-8 without control characters other than white space. The last character may be cut by the end of the head.</summary>
    private static bool IsText(ReadOnlySpan<byte> head)
    {
        while (!head.IsEmpty)
        {
            var status = Rune.DecodeFromUtf8(head, out var rune, out var length);
            if (status == System.Buffers.OperationStatus.NeedMoreData)
            {
                return true;
            }

            if (status != System.Buffers.OperationStatus.Done || (Rune.IsControl(rune) && rune.Value is not ('\t' or '\n' or '\r' or '\f')))
            {
                return false;
            }

            head = head[length..];
        }

        return true;
    }
}

/// <summary>Passes a stream on and keeps a copy of its first bytes.</summary>
public sealed class HeadStream(Stream source) : Stream
{
    private readonly byte[] _head = new byte[MediaTypes.HeadBytes];
    private int _kept;

    public ReadOnlySpan<byte> Head => _head.AsSpan(0, _kept);

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await source.ReadAsync(buffer, cancellationToken);
        var more = Math.Min(count, _head.Length - _kept);
        buffer.Span[..more].CopyTo(_head.AsSpan(_kept));
        _kept += more;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Uploads are read asynchronously.");

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}

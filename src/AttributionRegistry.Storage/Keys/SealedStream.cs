using Microsoft.Win32.SafeHandles;

namespace AttributionRegistry.Storage;

/// <summary>Reads a sealed file as its plain bytes. A read decrypts only the segments that it touches, and gives out nothing of one that does not open.</summary>
public sealed class SealedStream : SpanReadStream
{
    private readonly SafeFileHandle _file;
    private readonly SegmentCipher _cipher;
    private readonly string _blob;
    private readonly byte[] _plain = new byte[SegmentCipher.PlainBytes];
    private readonly byte[] _box = new byte[SegmentCipher.SealedBytes];
    private long _inPlain = -1; // which segment
    private int _plainBytes;
    private long _position;

    private SealedStream(SafeFileHandle file, SegmentCipher cipher, string blob, long length)
    {
        (_file, _cipher, _blob, Length) = (file, cipher, blob, length);
    }

    public override long Length { get; }

    public override long Position
    {
        get => _position;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            _position = value;
        }
    }

    /// <exception cref="EvidenceDamagedException">The file is shorter or longer than it was, or is another one.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    internal static SealedStream Open(string path, string blob, byte[] key, long length)
    {
        var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, FileOptions.SequentialScan);
        try
        {
            return Open(file, blob, key, length);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static SealedStream Open(SafeFileHandle file, string blob, byte[] key, long length)
    {
        Span<byte> start = stackalloc byte[SealedHeader.Size];
        if (RandomAccess.GetLength(file) != SegmentCipher.SealedLength(length))
        {
            throw new EvidenceDamagedException(blob, "its length is not the recorded one");
        }

        if (RandomAccess.Read(file, start, 0) != SealedHeader.Size || SealedHeader.Read(start, blob) is not { } header)
        {
            throw new EvidenceDamagedException(blob, "its header is not the one of this file");
        }

        var stream = new SealedStream(file, new SegmentCipher(key, header), blob, length);
        if (length == 0)
        {
            stream.Load(0); // Nobody will ever read a byte of it, and so nobody would notice.
        }

        return stream;
    }

    public override int Read(Span<byte> buffer)
    {
        var total = 0;
        while (total < buffer.Length && _position < Length)
        {
            Load(_position / SegmentCipher.PlainBytes);
            var offset = (int)(_position % SegmentCipher.PlainBytes);
            var count = Math.Min(buffer.Length - total, _plainBytes - offset);
            _plain.AsSpan(offset, count).CopyTo(buffer[total..]);
            total += count;
            _position += count;
        }

        return total;
    }

    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => _position + offset,
        _ => Length + offset,
    };

    /// <summary>Opens every segment of a range once, and gives nothing out: what is read after it is whole.</summary>
    /// <exception cref="EvidenceDamagedException">A segment does not open.</exception>
    public void Check(long from, long count, CancellationToken cancel)
    {
        for (var segment = from / SegmentCipher.PlainBytes; segment * SegmentCipher.PlainBytes < Math.Min(Length, from + count); segment++)
        {
            cancel.ThrowIfCancellationRequested();
            Load(segment);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Array.Clear(_plain);
            _cipher.Dispose();
            _file.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Load(long segment)
    {
        if (segment == _inPlain)
        {
            return;
        }

        _inPlain = -1;
        var last = segment == SegmentCipher.Segments(Length) - 1;
        var plain = (int)Math.Min(SegmentCipher.PlainBytes, Length - (segment * SegmentCipher.PlainBytes));
        var box = _box.AsSpan(0, plain + SegmentCipher.TagBytes);
        if (RandomAccess.Read(_file, box, SealedHeader.Size + (segment * SegmentCipher.SealedBytes)) != box.Length ||
            !_cipher.TryOpen(checked((uint)segment), last, box, _plain))
        {
            throw new EvidenceDamagedException(_blob, $"segment {segment} does not open");
        }

        (_inPlain, _plainBytes) = (segment, plain);
    }
}

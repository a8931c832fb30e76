using System.Buffers;
using Microsoft.Win32.SafeHandles;

namespace AttributionRegistry.Storage;

/// <summary>Writes a sealed file from its beginning. One segment is held back until it is known whether it is the last.</summary>
internal sealed class SegmentWriter : IDisposable
{
    private readonly SafeFileHandle _file;
    private readonly SegmentCipher _cipher;
    private readonly byte[] _held = ArrayPool<byte>.Shared.Rent(SegmentCipher.PlainBytes);
    private byte[] _boxes = ArrayPool<byte>.Shared.Rent(9 * SegmentCipher.SealedBytes);
    private int _heldBytes;
    private int _boxBytes;
    private uint _number;

    public SegmentWriter(SafeFileHandle file, byte[] key, SealedHeader header)
    {
        (_file, _cipher) = (file, new SegmentCipher(key, header));
        RandomAccess.Write(file, header.Bytes, 0);
        Written = SealedHeader.Size;
    }

    /// <summary>Bytes in the file so far.</summary>
    public long Written { get; private set; }

    public void Write(ReadOnlySpan<byte> plain)
    {
        while (!plain.IsEmpty)
        {
            if (_heldBytes == SegmentCipher.PlainBytes)
            {
                Seal(_held.AsSpan(0, _heldBytes), last: false);
                _heldBytes = 0;
            }

            // Whole segments with something behind them go straight from the source.
            if (_heldBytes == 0 && plain.Length > SegmentCipher.PlainBytes)
            {
                Seal(plain[..SegmentCipher.PlainBytes], last: false);
                plain = plain[SegmentCipher.PlainBytes..];
                continue;
            }

            var taken = Math.Min(plain.Length, SegmentCipher.PlainBytes - _heldBytes);
            plain[..taken].CopyTo(_held.AsSpan(_heldBytes));
            _heldBytes += taken;
            plain = plain[taken..];
        }

        Flush();
    }

    /// <summary>Seals what is held as the last segment.</summary>
    public void Finish()
    {
        Seal(_held.AsSpan(0, _heldBytes), last: true);
        Flush();
    }

    public void Dispose()
    {
        _cipher.Dispose();
        ArrayPool<byte>.Shared.Return(_held, clearArray: true);
        ArrayPool<byte>.Shared.Return(_boxes);
        _boxes = [];
    }

    private void Seal(ReadOnlySpan<byte> plain, bool last)
    {
        var length = plain.Length + SegmentCipher.TagBytes;
        if (_boxBytes + length > _boxes.Length)
        {
            Flush();
        }

        _cipher.Seal(_number, last, plain, _boxes.AsSpan(_boxBytes, length));
        _boxBytes += length;
        _number = checked(_number + 1);
    }

    private void Flush()
    {
        RandomAccess.Write(_file, _boxes.AsSpan(0, _boxBytes), Written);
        Written += _boxBytes;
        _boxBytes = 0;
    }
}

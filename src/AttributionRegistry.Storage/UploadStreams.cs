using System.Security.Cryptography;

namespace AttributionRegistry.Storage;

/// <summary>
/// What a sender sends in one request, cut into parts: each ends after so many bytes or so much time, so that a crash loses no more than
/// that. A fault of the source is an end too: what came before it counts.
/// </summary>
/// <param name="source">The body.</param>
/// <param name="most">The most bytes that are taken from it altogether.</param>
/// <param name="hash">Takes in what is read, or null.</param>
/// <param name="clock">For the time of a part.</param>
/// <param name="cancel">Ends the piece early, like a fault.</param>
public sealed class PieceStream(Stream source, long most, IncrementalHash? hash, TimeProvider clock, CancellationToken cancel) : ForwardStream
{
    /// <summary>A part has at most so many bytes.</summary>
    public const long PartBytes = 32L * 1024 * 1024;

    private static readonly TimeSpan PartTime = TimeSpan.FromSeconds(30);

    private long _left = most;
    private long _leftOfPart;
    private long _partBegan;

    /// <summary>Whether nothing more will come.</summary>
    public bool Ended { get; private set; }

    /// <summary>What ended the piece early, or null.</summary>
    public Exception? Fault { get; private set; }

    /// <summary>Begins the next part.</summary>
    public void NextPart() => (_leftOfPart, _partBegan) = (PartBytes, clock.GetTimestamp());

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var room = (int)Math.Min(buffer.Length, Math.Min(_left, _leftOfPart));
        if (_left == 0)
        {
            Ended = true;
        }

        if (Ended || room == 0 || (_leftOfPart < PartBytes && clock.GetElapsedTime(_partBegan) > PartTime))
        {
            return 0;
        }

        try
        {
            var count = await source.ReadAsync(buffer[..room], cancel).ConfigureAwait(false);
            hash?.AppendData(buffer.Span[..count]);
            (_left, _leftOfPart, Ended) = (_left - count, _leftOfPart - count, count == 0);
            return count;
        }
        catch (Exception fault) when (fault is IOException or OperationCanceledException)
        {
            (Ended, Fault) = (true, fault);
            return 0;
        }
    }
}

/// <summary>Sealed parts read one after the other; one is open at a time.</summary>
internal sealed class PartsStream(IReadOnlyList<UploadPart> parts, Func<UploadPart, SealedStream> open) : ForwardStream
{
    private SealedStream? _current;
    private int _next;

    /// <exception cref="EvidenceDamagedException">A part is not what was stored.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!buffer.IsEmpty)
        {
            if (_current is not null && await _current.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is > 0 and var count)
            {
                return count;
            }

            _current?.Dispose();
            _current = null;
            if (_next == parts.Count)
            {
                return 0;
            }

            _current = open(parts[_next++]);
        }

        return 0;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _current?.Dispose();
        }

        base.Dispose(disposing);
    }
}

/// <summary>A stream that is only read, forward, asynchronously.</summary>
public abstract class ForwardStream : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public abstract override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default);

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("This stream is read asynchronously.");

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}

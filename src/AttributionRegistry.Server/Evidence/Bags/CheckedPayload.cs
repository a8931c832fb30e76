using System.Security.Cryptography;
using AttributionRegistry.Storage;

namespace AttributionRegistry.Server.Evidence.Bags;

/// <summary>
/// Plain bytes on their way out, read once from the start; at their end the digest is compared. Whoever reads to the end has either
/// had the recorded bytes or an exception.
/// </summary>
internal sealed class CheckedPayload(SealedStream inner, string blob, string sha256) : SpanReadStream
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private bool _ended;

    // So that the length goes into the header of the archive before the first byte is read; nothing is ever sought.
    public override bool CanSeek => true;

    public override long Length => inner.Length;

    public override long Position
    {
        get => inner.Position;
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        var count = inner.Read(buffer);
        if (count > 0)
        {
            _hash.AppendData(buffer[..count]);
        }
        else if (buffer.Length > 0 && !_ended)
        {
            _ended = true;
            if (Convert.ToHexStringLower(_hash.GetHashAndReset()) is var actual && actual != sha256)
            {
                throw new EvidenceDamagedException(blob, $"its bytes have SHA-256 {actual}", actual);
            }
        }

        return count;
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _hash.Dispose();
            inner.Dispose();
        }

        base.Dispose(disposing);
    }
}

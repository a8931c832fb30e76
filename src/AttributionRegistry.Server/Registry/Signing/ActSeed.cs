using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using AttributionRegistry.Domain;

namespace AttributionRegistry.Server.Registry.Signing;

/// <summary>
/// Where ids and salts of a drafted act come from: the same seed gives the same ones again, so that what is signed is what is recorded.
/// HMAC-SHA256 over label and counter; nobody but the server has the seed.
/// </summary>
public sealed class ActSeed(byte[] seed, DateTimeOffset at, string label = "ids")
{
    public const int Size = 32;

    private int _counter;

    /// <summary>The next bytes.</summary>
    public byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        for (var done = 0; done < count; done += HMACSHA256.HashSizeInBytes)
        {
            var block = HMACSHA256.HashData(seed, Encoding.ASCII.GetBytes($"attribution-registry/act/v1\0{label}\0{Interlocked.Increment(ref _counter)}"));
            block.AsSpan(0, Math.Min(block.Length, count - done)).CopyTo(bytes.AsSpan(done));
        }

        return bytes;
    }

    /// <summary>The next id: a UUID of version 7 at the instant of the draft.</summary>
    public Guid NewGuid()
    {
        const int Clock = 6; // the first bytes are milliseconds, then come version and variant (RFC 9562)
        var bytes = Bytes(16);
        Span<byte> milliseconds = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(milliseconds, at.ToUnixTimeMilliseconds());
        milliseconds[2..].CopyTo(bytes);
        bytes[Clock] = (byte)((bytes[Clock] & 0x0f) | 0x70);
        bytes[Clock + 2] = (byte)((bytes[Clock + 2] & 0x3f) | 0x80);
        return new Guid(bytes, bigEndian: true);
    }

    /// <summary>A sequence of its own under the same seed, from its beginning.</summary>
    public ActSeed Under(string other) => new(seed, at, other);
}

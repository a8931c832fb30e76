using System.Runtime.InteropServices;

namespace AttributionRegistry.Log;

/// <summary>A leaf hash as a value, for tables of many.</summary>
internal readonly record struct LeafKey(ulong A, ulong B, ulong C, ulong D)
{
    public static LeafKey Of(ReadOnlySpan<byte> hash) => MemoryMarshal.Read<LeafKey>(hash);

    public byte[] ToBytes()
    {
        var bytes = new byte[Rfc6962.HashSize];
        MemoryMarshal.Write(bytes, in this);
        return bytes;
    }

    public override int GetHashCode() => (int)A; // a hash is spread already
}

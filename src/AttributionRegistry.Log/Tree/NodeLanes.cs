using System.Buffers.Binary;
using System.Runtime.Intrinsics;

namespace AttributionRegistry.Log;

/// <summary>
/// Node hashes of eight pairs at once. All nodes are of one length, so eight of them go through SHA-256 (FIPS 180-4) side by side, a lane each; one call
/// a node to the platform costs more than the hashing. Used for whole tiles only; every single node and every leaf is hashed by the platform.
/// </summary>
internal static class NodeLanes
{
    /// <summary>How many nodes are made at once.</summary>
    public const int Count = 8;

    private const int Pair = 2 * Rfc6962.HashSize;
    private const int BlockWords = 16;
    private const uint NodeBits = 8 * (1 + Pair);

    private static ReadOnlySpan<uint> Start => [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];

    private static ReadOnlySpan<uint> Rounds =>
    [
        0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
        0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
        0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
        0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
        0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
        0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
        0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
        0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
    ];

    /// <summary>Whether that is faster than one after the other here.</summary>
    public static bool IsFast => Vector256.IsHardwareAccelerated;

    /// <summary>SHA-256(0x01 ‖ left ‖ right) of eight pairs that lie side by side. The nodes may overwrite the pairs.</summary>
    public static void Hash(ReadOnlySpan<byte> pairs, Span<byte> nodes)
    {
        Span<Vector256<uint>> block = stackalloc Vector256<uint>[BlockWords];
        Span<Vector256<uint>> state = stackalloc Vector256<uint>[Count];
        Span<uint> lanes = stackalloc uint[Count];
        for (var i = 0; i < Count; i++)
        {
            state[i] = Vector256.Create(Start[i]);
        }

        // 65 bytes: the prefix shifts all others by one, and the last stands in a second block with the padding.
        for (var word = 0; word < BlockWords; word++)
        {
            for (var lane = 0; lane < Count; lane++)
            {
                var pair = pairs.Slice(lane * Pair, Pair);
                lanes[lane] = word == 0 ? (1u << 24) | (BinaryPrimitives.ReadUInt32BigEndian(pair) >> 8) : BinaryPrimitives.ReadUInt32BigEndian(pair[(4 * word - 1)..]);
            }

            block[word] = Vector256.Create<uint>(lanes);
        }

        Compress(state, block);
        block.Clear();
        for (var lane = 0; lane < Count; lane++)
        {
            lanes[lane] = ((uint)pairs[lane * Pair + Pair - 1] << 24) | 0x0080_0000;
        }

        (block[0], block[BlockWords - 1]) = (Vector256.Create<uint>(lanes), Vector256.Create(NodeBits));
        Compress(state, block);
        for (var word = 0; word < Count; word++)
        {
            for (var lane = 0; lane < Count; lane++)
            {
                BinaryPrimitives.WriteUInt32BigEndian(nodes[(lane * Rfc6962.HashSize + 4 * word)..], state[word].GetElement(lane));
            }
        }
    }

    private static void Compress(Span<Vector256<uint>> state, Span<Vector256<uint>> block)
    {
        var (a, b, c, d) = (state[0], state[1], state[2], state[3]);
        var (e, f, g, h) = (state[4], state[5], state[6], state[7]);
        for (var round = 0; round < Rounds.Length; round++)
        {
            ref var word = ref block[round & (BlockWords - 1)];
            if (round >= BlockWords)
            {
                var (early, late) = (block[(round + 1) & (BlockWords - 1)], block[(round + 14) & (BlockWords - 1)]);
                word += (Right(early, 7) ^ Right(early, 18) ^ (early >>> 3)) + block[(round + 9) & (BlockWords - 1)] + (Right(late, 17) ^ Right(late, 19) ^ (late >>> 10));
            }

            var first = h + (Right(e, 6) ^ Right(e, 11) ^ Right(e, 25)) + Vector256.ConditionalSelect(e, f, g) + Vector256.Create(Rounds[round]) + word;
            var second = (Right(a, 2) ^ Right(a, 13) ^ Right(a, 22)) + ((a & b) | (c & (a | b)));
            (h, g, f, e, d, c, b, a) = (g, f, e, d + first, c, b, a, first + second);
        }

        (state[0], state[1], state[2], state[3]) = (state[0] + a, state[1] + b, state[2] + c, state[3] + d);
        (state[4], state[5], state[6], state[7]) = (state[4] + e, state[5] + f, state[6] + g, state[7] + h);
    }

    private static Vector256<uint> Right(Vector256<uint> value, int bits) => (value >>> bits) | (value << (32 - bits));
}

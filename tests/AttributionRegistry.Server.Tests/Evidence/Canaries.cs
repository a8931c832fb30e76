using System.Buffers.Binary;
using System.Buffers.Text;
using System.Text;

namespace AttributionRegistry.Server.Tests.Evidence;

/// <summary>
/// Secret strings, and a search for them in any bytes: as they are, in UTF-16, hex, base64 and base64url, at any place, and any 16 bytes
/// of them.
/// </summary>
internal sealed class Canaries(int seed)
{
    private const int Window = 16;
    private const string Letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

    private readonly Random _random = new(seed);
    private readonly HashSet<UInt128> _windows = [];

    public int Count { get; private set; }

    /// <summary>A new secret of 32 characters.</summary>
    public string Next()
    {
        var canary = new string([.. Enumerable.Range(0, 32).Select(_ => Letters[_random.Next(Letters.Length)])]);
        foreach (var form in Forms(canary))
        {
            foreach (var window in Windows(form))
            {
                _windows.Add(window);
            }
        }

        Count++;
        return canary;
    }

    /// <summary>Whether any piece of any secret is in the bytes.</summary>
    public bool AnyIn(byte[] bytes) => Windows(bytes).Any(_windows.Contains);

    /// <summary>Every form in which a secret would still be one.</summary>
    public static IEnumerable<byte[]> Forms(string canary)
    {
        var bytes = Encoding.UTF8.GetBytes(canary);
        yield return bytes;
        yield return Encoding.Unicode.GetBytes(canary);
        yield return Encoding.BigEndianUnicode.GetBytes(canary);
        yield return Encoding.ASCII.GetBytes(Convert.ToHexString(bytes));
        yield return Encoding.ASCII.GetBytes(Convert.ToHexStringLower(bytes));

        // Where it begins in a group of three bytes changes every digit; the digits at its edges also depend on what stands beside it.
        for (var before = 0; before < 3; before++)
        {
            byte[] placed = [.. new byte[before], .. bytes, .. new byte[2]];
            yield return Encoding.ASCII.GetBytes(Convert.ToBase64String(placed)[4..^4]);
            yield return Encoding.ASCII.GetBytes(Base64Url.EncodeToString(placed)[4..^4]);
        }
    }

    private static IEnumerable<UInt128> Windows(byte[] bytes)
    {
        for (var i = 0; i + Window <= bytes.Length; i++)
        {
            yield return BinaryPrimitives.ReadUInt128LittleEndian(bytes.AsSpan(i, Window));
        }
    }
}

using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace AttributionRegistry.Log;

/// <summary>
/// Secret sharing after Shamir over GF(2^8) with the polynomial of AES (0x11b): each byte of the secret is the value at 0 of a polynomial of
/// its own. A share is its number x (1 … 255) and the values at x. One share less than the threshold leaves every secret equally likely.
/// </summary>
public static class Shamir
{
    private const int Polynomial = 0x11b;

    /// <summary>Splits a secret into shares numbered from 1; any <paramref name="threshold"/> of them give it back.</summary>
    /// <param name="secret">What is shared.</param>
    /// <param name="threshold">How many shares it takes.</param>
    /// <param name="count">How many shares are made.</param>
    /// <param name="entropy">Random bytes: the coefficients above the constant one, in the order of their degree, for all bytes of the secret.</param>
    public static byte[][] Split(ReadOnlySpan<byte> secret, int threshold, int count, Func<int, byte[]> entropy)
    {
        ArgumentNullException.ThrowIfNull(entropy);
        ArgumentOutOfRangeException.ThrowIfLessThan(threshold, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(threshold, count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, byte.MaxValue);
        var coefficients = new byte[threshold - 1][];
        for (var degree = 0; degree < coefficients.Length; degree++)
        {
            coefficients[degree] = entropy(secret.Length);
        }

        var shares = new byte[count][];
        for (var x = 1; x <= count; x++)
        {
            var share = new byte[secret.Length + 1];
            share[0] = (byte)x;
            for (var i = 0; i < secret.Length; i++)
            {
                var value = 0;
                for (var degree = coefficients.Length - 1; degree >= 0; degree--)
                {
                    value = Multiply(value ^ coefficients[degree][i], x);
                }

                share[i + 1] = (byte)(value ^ secret[i]);
            }

            shares[x - 1] = share;
        }

        foreach (var each in coefficients)
        {
            CryptographicOperations.ZeroMemory(each);
        }

        return shares;
    }

    /// <summary>The secret of which these are shares. Whether they belong together nobody can tell from them alone.</summary>
    /// <returns>False when two have the same number, one has the number 0, or they differ in length.</returns>
    public static bool TryCombine(IReadOnlyList<byte[]> shares, [NotNullWhen(true)] out byte[]? secret)
    {
        ArgumentNullException.ThrowIfNull(shares);
        secret = null;
        if (shares.Count == 0 || shares.Any(s => s.Length < 2 || s.Length != shares[0].Length || s[0] == 0) || shares.Select(s => s[0]).Distinct().Count() != shares.Count)
        {
            return false;
        }

        secret = new byte[shares[0].Length - 1];
        foreach (var share in shares)
        {
            var weight = WeightAtZero(share[0], shares);
            for (var i = 0; i < secret.Length; i++)
            {
                secret[i] ^= (byte)Multiply(share[i + 1], weight);
            }
        }

        return true;
    }

    /// <summary>Lagrange's weight at 0. Subtraction is exclusive or: 0 − x is x.</summary>
    private static int WeightAtZero(int x, IReadOnlyList<byte[]> shares)
    {
        var weight = 1;
        foreach (var other in shares.Select(s => (int)s[0]).Where(other => other != x))
        {
            weight = Multiply(weight, Multiply(other, Inverse(other ^ x)));
        }

        return weight;
    }

    /// <summary>The product in the field, without a table and without a branch on the factors.</summary>
    internal static int Multiply(int a, int b)
    {
        var product = 0;
        for (var bit = 0; bit < 8; bit++)
        {
            product ^= a & -((b >> bit) & 1);
            a = (a << 1) ^ (Polynomial & -((a >> 7) & 1));
        }

        return product;
    }

    /// <summary>a^254: the group of the field has 255 elements.</summary>
    private static int Inverse(int a)
    {
        var power = 1;
        for (var i = 0; i < 254; i++)
        {
            power = Multiply(power, a);
        }

        return power;
    }
}

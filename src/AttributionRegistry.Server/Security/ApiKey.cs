using System.Text;
using AttributionRegistry.Domain;

namespace AttributionRegistry.Server.Security;

/// <summary>
/// A bearer secret: <c>atr_per_</c>, 30 random base-62 characters (178 bits) and a CRC-32 of all that as 6 more. The
/// checksum turns typing errors and scanners away before any look-up; the store keeps only <see cref="Sha256"/>.
/// </summary>
public sealed class ApiKey
{
    public const string PersonType = "per";
    private const string Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private const int SecretChars = 30, ChecksumChars = 6, TypeChars = 3;
    private const int Length = 4 + TypeChars + 1 + SecretChars + ChecksumChars;

    private ApiKey(string text)
    {
        Text = text;
        Type = text.Substring(4, TypeChars);
    }

    /// <summary>The secret itself. Shown once, never stored or logged.</summary>
    public string Text { get; }

    /// <summary>Whom it stands for: <c>per</c> for a person.</summary>
    public string Type { get; }

    /// <summary>What the store keeps. The secret is random, so a slow hash would add nothing.</summary>
    public string Sha256 => Sha256Hex.Of(Text);

    public static ApiKey Create(Func<int, byte[]> entropy, string type = PersonType)
    {
        ArgumentNullException.ThrowIfNull(entropy);
        if (!IsType(type))
        {
            throw new ArgumentException("A key type is three lower-case letters.", nameof(type));
        }

        var body = new StringBuilder($"atr_{type}_", Length);
        var wanted = body.Length + SecretChars;
        while (body.Length < wanted)
        {
            foreach (var b in entropy(SecretChars))
            {
                // 248 = 4 × 62: bytes above would make some characters likelier than others.
                if (b < 248 && body.Length < wanted)
                {
                    body.Append(Alphabet[b % 62]);
                }
            }
        }

        return new ApiKey(body + Checksum(body.ToString()));
    }

    /// <summary>Null unless the form and the checksum are right. Touches no store.</summary>
    public static ApiKey? TryParse(string? text)
    {
        if (text is not { Length: Length } || !text.StartsWith("atr_", StringComparison.Ordinal) || !IsType(text.AsSpan(4, TypeChars)) ||
            text[4 + TypeChars] != '_' || text.AsSpan(5 + TypeChars).IndexOfAnyExcept(Alphabet) >= 0)
        {
            return null;
        }

        return Checksum(text[..^ChecksumChars]) == text[^ChecksumChars..] ? new ApiKey(text) : null;
    }

    /// <summary>Not the secret: a key that slips into a message must not leak.</summary>
    public override string ToString() => $"atr_{Type}_…";

    private static bool IsType(ReadOnlySpan<char> type) => type.Length == TypeChars && type.IndexOfAnyExceptInRange('a', 'z') < 0;

    private static string Checksum(string text)
    {
        var crc = ~0u;
        foreach (var c in text)
        {
            crc ^= c;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ (0xEDB88320u & (0u - (crc & 1)));
            }
        }

        crc = ~crc;
        Span<char> digits = stackalloc char[ChecksumChars];
        for (var i = ChecksumChars - 1; i >= 0; i--)
        {
            digits[i] = Alphabet[(int)(crc % 62)];
            crc /= 62;
        }

        return digits.ToString();
    }
}

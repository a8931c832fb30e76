using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace AttributionRegistry.Domain.Stix;

/// <summary>The formats of single values. Read by hand, each in one pass: no input makes them slow.</summary>
internal static class StixFormats
{
    /// <summary>Lower-case letters, digits and hyphens, beginning with a letter; 3 to 250 of them.</summary>
    internal static bool IsTypeName(string text) =>
        text.Length is >= 3 and <= 250 && text[0] is >= 'a' and <= 'z' && text.All(c => c is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '-') &&
        !text.Contains("--", StringComparison.Ordinal);

    /// <summary>The type in <c>type--uuid</c>, or null where the text is no such identifier.</summary>
    internal static string? TypeOfId(string text)
    {
        var split = text.IndexOf("--", StringComparison.Ordinal);
        return split > 0 && IsTypeName(text[..split]) && IsUuid(text.AsSpan(split + 2)) ? text[..split] : null;
    }

    /// <summary>RFC 3339 in UTC, written with <c>Z</c>: year to second, and a fraction of as many digits as one likes.</summary>
    /// <param name="text">The text.</param>
    /// <param name="leastFraction">How many digits of a fraction there must be.</param>
    /// <returns>A key that sorts as the instants do, or null.</returns>
    internal static string? Timestamp(string text, int leastFraction = 0)
    {
        const string Pattern = "0000-00-00T00:00:00";
        if (text.Length <= Pattern.Length || text.Length > 64 || text[^1] != 'Z')
        {
            return null;
        }

        for (var i = 0; i < Pattern.Length; i++)
        {
            if (Pattern[i] == '0' ? !char.IsAsciiDigit(text[i]) : text[i] != Pattern[i])
            {
                return null;
            }
        }

        var fraction = text.AsSpan(Pattern.Length, text.Length - Pattern.Length - 1);
        if (fraction.Length > 0 && (fraction[0] != '.' || fraction.Length == 1 || fraction[1..].ContainsAnyExceptInRange('0', '9')))
        {
            return null;
        }

        var (year, month, day) = (Number(text, 0, 4), Number(text, 5, 2), Number(text, 8, 2));
        var known = year >= 1 && month is >= 1 and <= 12 && day >= 1 && day <= DateTime.DaysInMonth(year, month) &&
            Number(text, 11, 2) < 24 && Number(text, 14, 2) < 60 && Number(text, 17, 2) <= 60;
        return known && Math.Max(0, fraction.Length - 1) >= leastFraction ? $"{text[..Pattern.Length]}{fraction.TrimEnd('0').TrimEnd('.')}" : null;
    }

    internal static bool IsHex(ReadOnlySpan<char> text) => !text.IsEmpty && text.IndexOfAnyExcept(HexDigits) < 0;

    internal static bool IsBase64(string text) => System.Buffers.Text.Base64.IsValid(text);

    /// <summary>What is wrong with a hash of this name, or null. Names of one's own are allowed.</summary>
    internal static string? HashFault(string name, string value)
    {
        if (name.Length is < 3 or > 250 || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
        {
            return "The name of a hash has 3 to 250 letters, digits, hyphens and underscores.";
        }

        var digits = HashDigits(name);
        return digits switch
        {
            > 0 => value.Length == digits && IsHex(value) ? null : $"{name} has {digits} hexadecimal digits.",
            _ when name == "TLSH" => value.Length is 70 or 72 ? null : "TLSH has 70 hexadecimal digits, after T1 where that is written.",
            _ => value.Length > 0 ? null : "A hash is not empty.",
        };
    }

    /// <summary>How many hexadecimal digits a hash of the specification's vocabulary has; 0 for all others.</summary>
    internal static int HashDigits(string name) => name switch
    {
        "MD5" => 32,
        "SHA-1" => 40,
        "SHA-224" or "SHA3-224" => 56,
        "SHA-256" or "SHA3-256" => 64,
        "SHA-384" or "SHA3-384" => 96,
        "SHA-512" or "SHA3-512" => 128,
        _ => 0,
    };

    /// <summary>An address or, with its prefix length, a block of them.</summary>
    internal static bool IsAddress(string text, AddressFamily family)
    {
        var (most, slash) = (family == AddressFamily.InterNetwork ? 32 : 128, text.IndexOf('/', StringComparison.Ordinal));
        var address = slash < 0 ? text : text[..slash];
        return address.Length is > 1 and <= 45 && !address.Contains('%', StringComparison.Ordinal) &&
            (family == AddressFamily.InterNetwork ? IsDotted(address) : IPAddress.TryParse(address, out var parsed) && parsed.AddressFamily == family && address[0] != '[') &&
            (slash < 0 || (int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var bits) && bits <= most));
    }

    private static bool IsDotted(string text)
    {
        var parts = text.Split('.');
        return parts.Length == 4 && parts.All(p => p.Length is >= 1 and <= 3 && p.All(char.IsAsciiDigit) && (p.Length == 1 || p[0] != '0') && Number(p, 0, p.Length) < 256);
    }

    private static bool IsUuid(ReadOnlySpan<char> text)
    {
        if (text.Length != 36 || text[14] is < '1' or > '5' || text[19] is not ('8' or '9' or 'a' or 'b' or 'A' or 'B'))
        {
            return false;
        }

        for (var i = 0; i < text.Length; i++)
        {
            if (i is 8 or 13 or 18 or 23 ? text[i] != '-' : !char.IsAsciiHexDigit(text[i]))
            {
                return false;
            }
        }

        return true;
    }

    private static int Number(string text, int from, int count) => int.Parse(text.AsSpan(from, count), NumberStyles.None, CultureInfo.InvariantCulture);

    private static readonly System.Buffers.SearchValues<char> HexDigits = System.Buffers.SearchValues.Create("0123456789abcdefABCDEF");
}

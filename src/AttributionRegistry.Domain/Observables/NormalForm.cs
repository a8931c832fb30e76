using System.Globalization;
using System.Net;
using System.Net.Sockets;
using AttributionRegistry.Domain.Stix;

namespace AttributionRegistry.Domain.Observables;

/// <summary>
/// The one spelling under which an observable is kept and searched. The rules are few, and each kind has its own: case, defanging
/// (<c>hxxp</c>, <c>[.]</c>), the shortest form of addresses. Internationalised names are not converted between their two forms.
/// </summary>
public static class NormalForm
{
    /// <summary>Longer values are not observables.</summary>
    public const int MostChars = 4096;

    private static readonly (string Short, string Long)[] Hives =
        [("hklm\\", "hkey_local_machine\\"), ("hkcu\\", "hkey_current_user\\"), ("hkcr\\", "hkey_classes_root\\"), ("hku\\", "hkey_users\\"), ("hkcc\\", "hkey_current_config\\")];

    /// <summary>The normal form, or null where the value is none of this kind.</summary>
    public static string? Of(ObservableKind kind, string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        var text = value.Trim();
        if (text.Length is 0 or > MostChars || text.Any(char.IsControl))
        {
            return null;
        }

        return kind switch
        {
            ObservableKind.Ssdeep => text.Count(c => c == ':') == 2 ? text : null,
            ObservableKind.Tlsh => text.Length is 70 or 72 ? (text.Length == 72 ? text[2..] : text).ToLowerInvariant() : null,
            _ when DigitsOf(kind) is > 0 and var digits => text.Length == digits && StixFormats.IsHex(text) ? text.ToLowerInvariant() : null,
            ObservableKind.Domain => Domain(Refanged(text)),
            ObservableKind.Ipv4 or ObservableKind.Ipv6 => Address(kind, Refanged(text)),
            ObservableKind.Url => Url(Refanged(text)),
            ObservableKind.Email => Email(Refanged(text)),
            ObservableKind.MacAddress => Mac(text),
            ObservableKind.AutonomousSystem => Number(text),
            ObservableKind.FileName or ObservableKind.Software => text.ToLowerInvariant(),
            ObservableKind.Mutex => text,
            ObservableKind.RegistryKey => RegistryKey(text),
            _ => throw new InvalidOperationException($"No normal form for {kind}."),
        };
    }

    /// <summary>Every reading of a value of which no kind is known: each kind that has a normal form for it.</summary>
    public static IReadOnlyList<Observable> AllOf(string value) =>
        [.. Enum.GetValues<ObservableKind>().Select(kind => (Kind: kind, Value: Of(kind, value))).Where(o => o.Value is not null).Select(o => new Observable(o.Kind, o.Value!))];

    internal static ObservableKind? HashKind(string stixName) => stixName switch
    {
        "MD5" => ObservableKind.Md5,
        "SHA-1" => ObservableKind.Sha1,
        "SHA-224" => ObservableKind.Sha224,
        "SHA-256" => ObservableKind.Sha256,
        "SHA-384" => ObservableKind.Sha384,
        "SHA-512" => ObservableKind.Sha512,
        "SHA3-224" => ObservableKind.Sha3224,
        "SHA3-256" => ObservableKind.Sha3256,
        "SHA3-384" => ObservableKind.Sha3384,
        "SHA3-512" => ObservableKind.Sha3512,
        "SSDEEP" => ObservableKind.Ssdeep,
        "TLSH" => ObservableKind.Tlsh,
        _ => null,
    };

    internal static ObservableKind HostKind(string value) =>
        Of(ObservableKind.Ipv4, value) is not null ? ObservableKind.Ipv4 : Of(ObservableKind.Ipv6, value) is not null ? ObservableKind.Ipv6 : ObservableKind.Domain;

    private static int DigitsOf(ObservableKind kind) => kind switch
    {
        ObservableKind.Md5 => 32,
        ObservableKind.Sha1 => 40,
        ObservableKind.Sha224 or ObservableKind.Sha3224 => 56,
        ObservableKind.Sha256 or ObservableKind.Sha3256 => 64,
        ObservableKind.Sha384 or ObservableKind.Sha3384 => 96,
        ObservableKind.Sha512 or ObservableKind.Sha3512 => 128,
        _ => 0,
    };

    private static string Refanged(string text)
    {
        text = text.Replace("[.]", ".", StringComparison.Ordinal).Replace("(.)", ".", StringComparison.Ordinal).Replace("{.}", ".", StringComparison.Ordinal)
            .Replace("[dot]", ".", StringComparison.OrdinalIgnoreCase).Replace("(dot)", ".", StringComparison.OrdinalIgnoreCase)
            .Replace("[://]", "://", StringComparison.Ordinal).Replace("[:]", ":", StringComparison.Ordinal)
            .Replace("[@]", "@", StringComparison.Ordinal).Replace("[at]", "@", StringComparison.OrdinalIgnoreCase);
        return text.StartsWith("hxxp", StringComparison.OrdinalIgnoreCase) || text.StartsWith("fxp", StringComparison.OrdinalIgnoreCase)
            ? text[0] is 'h' or 'H' ? "http" + text[4..] : "ftp" + text[3..]
            : text;
    }

    // Letters of every script: names that are not ASCII are kept in the form in which they came.
    private static string? Domain(string text)
    {
        var name = text.TrimEnd('.').ToLowerInvariant();
        return name.Length is >= 1 and <= 253 && name.Split('.').All(l => l.Length is >= 1 and <= 63 && l.All(c => char.IsLetterOrDigit(c) || c is '-' or '_' || char.IsSurrogate(c) || char.GetUnicodeCategory(c) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark)) &&
            !name.All(c => char.IsAsciiDigit(c) || c == '.') ? name : null;
    }

    private static string? Address(ObservableKind kind, string text)
    {
        var family = kind == ObservableKind.Ipv4 ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6;
        if (!StixFormats.IsAddress(text, family))
        {
            return null;
        }

        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var address = IPAddress.Parse(slash < 0 ? text : text[..slash]).ToString();
        var bits = slash < 0 ? "" : text[(slash + 1)..].TrimStart('0');
        return slash < 0 || bits == (kind == ObservableKind.Ipv4 ? "32" : "128") ? address : $"{address}/{(bits.Length == 0 ? "0" : bits)}";
    }

    // Scheme and host have no case; what follows has.
    private static string? Url(string text)
    {
        var scheme = text.IndexOf("://", StringComparison.Ordinal);
        if (scheme < 1 || text.AsSpan(0, scheme).ContainsAny(" /?#"))
        {
            return null;
        }

        var host = scheme + 3;
        var end = text.AsSpan(host).IndexOfAny('/', '?', '#') is >= 0 and var found ? host + found : text.Length;
        return end == host ? null : text[..end].ToLowerInvariant() + (end == text.Length ? "/" : text[end..]);
    }

    private static string? Email(string text)
    {
        var at = text.LastIndexOf('@');
        return at > 0 && Domain(text[(at + 1)..]) is { } domain ? $"{text[..at].ToLowerInvariant()}@{domain}" : null;
    }

    private static string? Mac(string text)
    {
        var digits = text.Where(c => c is not (':' or '-' or '.')).ToArray();
        return digits.Length == 12 && text.Length is 12 or 14 or 17 && StixFormats.IsHex(digits)
            ? string.Join(':', Enumerable.Range(0, 6).Select(i => new string(digits, i * 2, 2))).ToLowerInvariant()
            : null;
    }

    private static string? Number(string text) =>
        uint.TryParse(text.StartsWith("AS", StringComparison.OrdinalIgnoreCase) ? text.AsSpan(2) : text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number.ToString(CultureInfo.InvariantCulture)
            : null;

    private static string? RegistryKey(string text)
    {
        var key = text.ToLowerInvariant().TrimEnd('\\');
        foreach (var (shorter, longer) in Hives)
        {
            if (key.StartsWith(shorter, StringComparison.Ordinal))
            {
                key = longer + key[shorter.Length..];
            }
        }

        return key.StartsWith("hkey_", StringComparison.Ordinal) ? key : null;
    }
}

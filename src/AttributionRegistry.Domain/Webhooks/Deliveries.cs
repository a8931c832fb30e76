using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace AttributionRegistry.Domain.Webhooks;

/// <summary>When a delivery is tried again: nine attempts in 54 hours.</summary>
public static class RetryPlan
{
    private static readonly ImmutableArray<TimeSpan> Waits =
    [
        TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(30), TimeSpan.FromHours(2), TimeSpan.FromHours(5),
        TimeSpan.FromHours(10), TimeSpan.FromHours(14), new TimeSpan(22, 24, 55),
    ];

    public static TimeSpan Total { get; } = Waits.Aggregate(TimeSpan.Zero, (sum, wait) => sum + wait);

    /// <summary>How long to wait after so many failed attempts; null: it is given up.</summary>
    public static TimeSpan? After(int attempts) => attempts >= 1 && attempts <= Waits.Length ? Waits[attempts - 1] : null;
}

/// <summary>Signatures as Standard Webhooks has them: the receiver knows who sent a message, and that it is not an old one.</summary>
public static class WebhookSignature
{
    /// <summary>The value of webhook-signature.</summary>
    public static string Of(byte[] secret, string id, long timestamp, string body) =>
        $"v1,{Convert.ToBase64String(HMACSHA256.HashData(secret, Encoding.UTF8.GetBytes($"{id}.{timestamp}.{body}")))}";

    /// <summary>The secret as its owner is shown it.</summary>
    public static string Shown(byte[] secret) => $"whsec_{Convert.ToBase64String(secret)}";
}

/// <summary>Which addresses a subscriber may have us call: those of the public internet, and none behind our own walls.</summary>
public static class PublicInternet
{
    private static readonly (byte[] Prefix, int Bits)[] Refused =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16",
            "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
            // Within 2000::/3: what carries an IPv4 address of somebody's choice, and what is for documents.
            "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
        }.Select(r => r.Split('/')).Select(r => (IPAddress.Parse(r[0]).GetAddressBytes(), int.Parse(r[1], System.Globalization.CultureInfo.InvariantCulture))),
    ];

    private static readonly (byte[] Prefix, int Bits) Global6 = (IPAddress.Parse("2000::").GetAddressBytes(), 3);

    public static bool Has(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        var bytes = address.GetAddressBytes();
        return (address.AddressFamily == AddressFamily.InterNetwork || Within(bytes, Global6)) && !Array.Exists(Refused, range => Within(bytes, range));
    }

    /// <summary>The fault of an address to be called, or null.</summary>
    public static string? FaultOf(string url, bool loopbackToo)
    {
        ArgumentNullException.ThrowIfNull(url);
        if (url.Length > 2000 || !Uri.TryCreate(url, UriKind.Absolute, out var address) || address.UserInfo.Length > 0 || address.Fragment.Length > 0)
        {
            return "It is a full https address of at most 2,000 characters, without user name and fragment.";
        }

        if (loopbackToo && address.IsLoopback && address.Scheme is ("http" or "https"))
        {
            return null;
        }

        return address.Scheme != Uri.UriSchemeHttps ? "Messages go over https only."
            : IPAddress.TryParse(address.Host.Trim('[', ']'), out var literal) && !Has(literal) ? "It is not on the public internet."
            : null;
    }

    private static bool Within(byte[] bytes, (byte[] Prefix, int Bits) range)
    {
        if (bytes.Length != range.Prefix.Length)
        {
            return false;
        }

        for (var bit = 0; bit < range.Bits; bit++)
        {
            var mask = (byte)(0x80 >> (bit % 8));
            if (((bytes[bit / 8] ^ range.Prefix[bit / 8]) & mask) != 0)
            {
                return false;
            }
        }

        return true;
    }
}

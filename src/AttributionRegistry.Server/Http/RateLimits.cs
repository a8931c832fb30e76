using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;
using AttributionRegistry.Server.Security;
using Microsoft.AspNetCore.RateLimiting;

namespace AttributionRegistry.Server.Http;

/// <summary>Settings under <c>Registry:RateLimit</c>. 0 switches a limit off.</summary>
public sealed class RateLimitOptions
{
    public const string Section = "Registry:RateLimit";

    /// <summary>Per API key.</summary>
    public int PermitsPerMinute { get; set; } = 6000;

    /// <summary>Per IPv4 address or IPv6 /64 without credentials.</summary>
    public int AnonymousPermitsPerMinute { get; set; } = 3000;
}

/// <summary>A token bucket for each caller.</summary>
internal static class RateLimits
{
    /// <summary>Strangers share this many buckets, so that an attacker with a whole network cannot fill the memory with new ones.</summary>
    private const int AnonymousBuckets = 1 << 16;

    public static void Configure(RateLimiterOptions limiter, RateLimitOptions limits)
    {
        limiter.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
        limiter.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(http => PartitionOf(http, limits));
        limiter.OnRejected = static async (context, _) =>
        {
            var seconds = context.Lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)) : 1;
            context.HttpContext.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
            await Problems.Of(StatusCodes.Status429TooManyRequests, ProblemCodes.TooManyRequests, $"You have used up your share for now. Wait {seconds} s.")
                .ExecuteAsync(context.HttpContext);
        };
    }

    private static RateLimitPartition<string> PartitionOf(HttpContext http, RateLimitOptions limits) =>
        http.Features.Get<AuthenticatedPerson>() is { } person
            ? Bucket($"key {person.Key}", limits.PermitsPerMinute)
            : Bucket($"net {(uint)Network(http.Connection.RemoteIpAddress).GetHashCode() % AnonymousBuckets}", limits.AnonymousPermitsPerMinute);

    /// <summary>string.GetHashCode is keyed per process, so nobody can aim at a neighbour's bucket.</summary>
    internal static string Network(IPAddress? address)
    {
        if (address is null)
        {
            return "local";
        }

        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }

        return address.AddressFamily == AddressFamily.InterNetworkV6 ? Convert.ToHexString(address.GetAddressBytes().AsSpan(0, 8)) : address.ToString();
    }

    private static RateLimitPartition<string> Bucket(string name, int permitsPerMinute) => permitsPerMinute <= 0
        ? RateLimitPartition.GetNoLimiter("unlimited")
        : RateLimitPartition.GetTokenBucketLimiter(name, _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = permitsPerMinute,
            TokensPerPeriod = Math.Max(1, permitsPerMinute / 60),
            ReplenishmentPeriod = permitsPerMinute >= 60 ? TimeSpan.FromSeconds(1) : TimeSpan.FromSeconds(60.0 / permitsPerMinute),
            QueueLimit = 0,
            AutoReplenishment = false,
        });
}

using System.Globalization;

namespace AttributionRegistry.Domain;

/// <summary>Instants as the record writes them: UTC microseconds in rows, RFC 3339 in log entries.</summary>
public static class Instant
{
    public static long ToMicroseconds(DateTimeOffset instant) =>
        (instant.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    public static DateTimeOffset FromMicroseconds(long microseconds) =>
        DateTimeOffset.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond);

    /// <summary>The instant without what the record would not keep.</summary>
    public static DateTimeOffset Whole(DateTimeOffset instant) => FromMicroseconds(ToMicroseconds(instant));

    /// <summary>RFC 3339 in UTC; a fraction only where there is one, without trailing zeros.</summary>
    public static string ToRfc3339(long microseconds) =>
        FromMicroseconds(microseconds).ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'", CultureInfo.InvariantCulture);
}

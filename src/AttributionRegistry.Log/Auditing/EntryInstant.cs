namespace AttributionRegistry.Log;

/// <summary>Instants of entries: RFC 3339 in UTC with a Z, a fraction of one to nine digits where there is one.</summary>
internal static class EntryInstant
{
    private const int WholeSeconds = 19; // 2026-11-24T00:00:00

    /// <summary>100-nanosecond ticks. Digits beyond them are dropped, which keeps the order.</summary>
    public static bool TryTicks(ReadOnlySpan<byte> text, out long ticks)
    {
        ticks = 0;
        if (text.Length < WholeSeconds + 1 || text[^1] != 'Z' || text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' || text[16] != ':' ||
            !TryDigits(text[..4], out var year) || !TryDigits(text[5..7], out var month) || !TryDigits(text[8..10], out var day) ||
            !TryDigits(text[11..13], out var hour) || !TryDigits(text[14..16], out var minute) || !TryDigits(text[17..19], out var second) ||
            year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month) || hour > 23 || minute > 59 || second > 60)
        {
            return false;
        }

        ticks = new DateTime(year, month, day, hour, minute, 0, DateTimeKind.Utc).Ticks + second * TimeSpan.TicksPerSecond;
        var fraction = text[WholeSeconds..^1];
        if (fraction.Length == 0)
        {
            return true;
        }

        if (fraction.Length is < 2 or > 10 || fraction[0] != '.' || !TryDigits(fraction[1..], out _))
        {
            return false;
        }

        var unit = TimeSpan.TicksPerSecond;
        foreach (var digit in fraction[1..])
        {
            unit /= 10;
            ticks += (digit - '0') * unit;
        }

        return true;
    }

    private static bool TryDigits(ReadOnlySpan<byte> text, out int value)
    {
        value = 0;
        foreach (var digit in text)
        {
            if (digit is < (byte)'0' or > (byte)'9')
            {
                return false;
            }

            value = value * 10 + (digit - '0');
        }

        return true;
    }
}

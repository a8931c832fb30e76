namespace AttributionRegistry.Domain.Tests.Kernel;

public sealed class InstantTests
{
    [Theory]
    [InlineData("2026-11-24T00:00:00+00:00", "2026-11-24T00:00:00Z")]
    [InlineData("2026-11-24T02:00:00.5+02:00", "2026-11-24T00:00:00.5Z")]
    [InlineData("2026-11-24T00:00:00.0000019+00:00", "2026-11-24T00:00:00.000001Z")]
    [InlineData("2026-11-24T00:00:00.1200000+00:00", "2026-11-24T00:00:00.12Z")]
    [InlineData("1969-12-31T23:59:59.000001+00:00", "1969-12-31T23:59:59.000001Z")]
    public void An_instant_is_written_in_utc_with_no_more_fraction_than_it_has(string given, string written)
    {
        var microseconds = Instant.ToMicroseconds(DateTimeOffset.Parse(given));

        Instant.ToRfc3339(microseconds).Should().Be(written);
        Instant.ToRfc3339(Instant.ToMicroseconds(Instant.Whole(DateTimeOffset.Parse(given)))).Should().Be(written);
        Instant.ToMicroseconds(Instant.FromMicroseconds(microseconds)).Should().Be(microseconds);
    }
}

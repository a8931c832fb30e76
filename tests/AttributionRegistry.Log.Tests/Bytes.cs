namespace AttributionRegistry.Log.Tests;

/// <summary>Comparing long byte strings: the assertion library goes element by element, which takes seconds for a few tiles.</summary>
internal static class Bytes
{
    public static void ShouldBe(this byte[]? actual, ReadOnlySpan<byte> expected, string because = "")
    {
        if (actual is null || !expected.SequenceEqual(actual))
        {
            Convert.ToHexStringLower(actual ?? []).Should().Be(Convert.ToHexStringLower(expected), because);
            actual.Should().NotBeNull(because);
        }
    }
}

namespace AttributionRegistry.Server.Tests.Running;

/// <summary>Waiting for what looks at the record every now and then.</summary>
internal static class Keepers
{
    /// <summary>
    /// Until a keeper that looks every five seconds has looked twice more, so that one whole look lies after what was done before: then what it did
    /// not do, it does not do.
    /// </summary>
    /// <param name="looks">How often it has looked so far.</param>
    public static async Task QuietAsync(this RunningRegistry registry, Func<long> looks)
    {
        var (last, enough) = (-1L, looks() + 2);
        for (var i = 0; looks() < enough; i++)
        {
            i.Should().BeLessThan(3000, "the keeper looks every five seconds of its clock");
            // At once after each look, else seldom: a slow machine must not let a minute of that clock go by.
            if (looks() != last || i % 250 == 249)
            {
                last = looks();
                registry.Clock.Advance(TimeSpan.FromSeconds(5));
            }

            await Task.Delay(20);
        }
    }
}

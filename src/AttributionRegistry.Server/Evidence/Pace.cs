namespace AttributionRegistry.Server.Evidence;

/// <summary>Lets through a bounded number of bytes a second. Unused time is not saved up. Used by one thread at a time.</summary>
public sealed class Pace(long bytesPerSecond, TimeProvider clock)
{
    private readonly long _start = clock.GetTimestamp();
    private TimeSpan _freeAt; // since the start, by the clock that never runs back

    /// <summary>Waits until these bytes are paid for.</summary>
    public async Task TakeAsync(long bytes, CancellationToken cancel)
    {
        var now = clock.GetElapsedTime(_start);
        _freeAt = (_freeAt > now ? _freeAt : now) + TimeSpan.FromSeconds((double)bytes / bytesPerSecond);
        await Task.Delay(_freeAt - now, clock, cancel);
    }
}

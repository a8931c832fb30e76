using System.Collections.Concurrent;

namespace AttributionRegistry.Server.Http;

/// <summary>How many long answers run at once: in all, and to one network, so that a few slow readers in one place do not shut everybody out.</summary>
/// <param name="inAll">The most at once.</param>
/// <param name="ofOneNetwork">The most at once to one IPv4 address or IPv6 /64.</param>
internal sealed class NetworkShares(int inAll, int ofOneNetwork)
{
    private readonly ConcurrentDictionary<string, int> _open = new(StringComparer.Ordinal);
    private int _all;

    /// <returns>A share until it is disposed of; null where none is left.</returns>
    public IDisposable? Take(HttpContext http)
    {
        var network = RateLimits.Network(http.Connection.RemoteIpAddress);
        var (all, own) = (Interlocked.Increment(ref _all), _open.AddOrUpdate(network, 1, (_, n) => n + 1));
        var share = new Share(this, network);
        if (all <= inAll && own <= ofOneNetwork)
        {
            return share;
        }

        share.Dispose();
        return null;
    }

    private void Release(string network)
    {
        Interlocked.Decrement(ref _all);
        if (_open.AddOrUpdate(network, 0, (_, n) => n - 1) == 0)
        {
            _open.TryRemove(KeyValuePair.Create(network, 0));
        }
    }

    private sealed class Share(NetworkShares shares, string network) : IDisposable
    {
        public void Dispose() => shares.Release(network);
    }
}

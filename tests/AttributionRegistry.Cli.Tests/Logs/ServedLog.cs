using AttributionRegistry.Cli.Logs;
using AttributionRegistry.Log.Tests.Auditing;

namespace AttributionRegistry.Cli.Tests.Logs;

/// <summary>A log as it is served at a size; and then something is wrong with what is served.</summary>
internal sealed class ServedLog(HonestLog log, long size) : ILogSource
{
    public long Size { get; set; } = size;

    /// <summary>What is served instead; null serves nothing.</summary>
    public Dictionary<string, byte[]?> Instead { get; } = [];

    public List<string> Asked { get; } = [];

    public string Name => "the served log";

    public Task<byte[]?> ReadAsync(string path, CancellationToken cancel)
    {
        lock (Asked)
        {
            Asked.Add(path);
        }

        return Task.FromResult(Instead.TryGetValue(path, out var other) ? other : log.Serve(path, Size));
    }

    public void Dispose()
    {
    }
}

using System.Diagnostics;
using System.Globalization;
using AttributionRegistry.Storage.Tests.Support;

namespace AttributionRegistry.Storage.Tests;

public sealed class KillTests : IDisposable
{
    private const int Kills = 10;
    private const int Seed = 20261124;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task No_acknowledged_event_is_lost_when_the_server_is_killed_at_any_moment()
    {
        var moments = new Random(Seed);
        var acknowledged = new Dictionary<long, string>();
        for (var kill = 0; kill < Kills; kill++)
        {
            var (known, delay) = (acknowledged.Count, moments.Next(5, 400));
            foreach (var (index, hash) in await AppendUntilKilledAsync(delay))
            {
                acknowledged.TryAdd(index, hash).Should().BeTrue("leaf {0} was acknowledged before", index);
            }

            acknowledged.Count.Should().BeGreaterThan(known, "the child must have written before its end");

            // Opening verifies every entry against its hash and the root against the signed head.
            using var store = Stores.Open(_folder.Path);
            store.Writer.Health.Should().Be(WriterHealth.Healthy);
            var kept = store.Events.ReadEntries(0, int.MaxValue).ToDictionary(leaf => leaf.Index, leaf => Convert.ToHexStringLower(leaf.LeafHash));
            acknowledged.Where(leaf => kept.GetValueOrDefault(leaf.Key) != leaf.Value)
                .Should().BeEmpty("kill {0} with seed {1} after {2} ms lost none", kill, Seed, delay);
        }
    }

    private async Task<List<(long Index, string Hash)>> AppendUntilKilledAsync(int milliseconds)
    {
        var host = Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? Environment.ProcessPath! : "dotnet";
        var start = new ProcessStartInfo(host, [typeof(KillTests).Assembly.Location, "append", _folder.Path]) { RedirectStandardOutput = true };
        using var child = Process.Start(start)!;
        var lines = new List<string>();
        var first = await child.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The child ended before it wrote anything.");
        lines.Add(first);
        var reading = Task.Run(async () =>
        {
            while (await child.StandardOutput.ReadLineAsync() is { } line)
            {
                lines.Add(line);
            }
        });

        await Task.Delay(milliseconds);
        child.Kill(); // SIGKILL to this one process
        await child.WaitForExitAsync();
        await reading;
        child.ExitCode.Should().Be(128 + 9);

        // The last line may be cut short; the child had not finished saying it.
        return
        [
            .. lines.Select(line => line.Split(' '))
                .Where(parts => parts is [_, { Length: 64 }])
                .Select(parts => (long.Parse(parts[0], CultureInfo.InvariantCulture), parts[1])),
        ];
    }
}

using System.Diagnostics;
using System.Globalization;
using System.Text;
using AttributionRegistry.Log;
using AttributionRegistry.Storage.Tests.Support;

namespace AttributionRegistry.Storage.Tests;

public sealed class KillTests : IDisposable
{
    private const int Kills = 10;
    private const int Seed = 20261124;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task No_acknowledged_event_is_lost_and_no_signed_head_contradicted_when_the_server_is_killed_at_any_moment()
    {
        var moments = new Random(Seed);
        var (acknowledged, heads) = (new Dictionary<long, string>(), new Dictionary<long, string>());
        for (var kill = 0; kill < Kills; kill++)
        {
            // Every third one dies by itself inside a transaction, the others at a moment of chance.
            var (known, delay, inside) = (acknowledged.Count, moments.Next(5, 400), kill % 3 == 2);
            foreach (var (index, hash, note) in inside ? await RunAsync(0, "die-inside", _folder.Path, "5") : await RunAsync(delay, "append", _folder.Path))
            {
                acknowledged.TryAdd(index, hash).Should().BeTrue("leaf {0} was acknowledged before", index);
                var head = Checkpoint.Open(note, NoteVerifier.Parse(VKey()));
                var root = Convert.ToHexStringLower(head.Root);
                heads.TryAdd(head.Size, root);
                heads[head.Size].Should().Be(root, "two roots of size {0} would be a fork (kill {1} of seed {2})", head.Size, kill, Seed);
            }

            acknowledged.Count.Should().BeGreaterThan(known, "the child must have written before its end");

            // Opening verifies every entry against its hash and the root against the signed head.
            using var store = Stores.Open(_folder.Path);
            store.Writer.Health.Should().Be(WriterHealth.Healthy);
            var kept = store.Events.ReadEntries(0, int.MaxValue);
            var hashes = kept.ToDictionary(leaf => leaf.Index, leaf => Convert.ToHexStringLower(leaf.LeafHash));
            acknowledged.Where(leaf => hashes.GetValueOrDefault(leaf.Key) != leaf.Value)
                .Should().BeEmpty("kill {0} with seed {1} after {2} ms lost none", kill, Seed, delay);
            HoldsFor(kept, store.Events.Head, heads);
        }
    }

    // As a stranger who has kept every checkpoint that was ever given out.
    private void HoldsFor(IReadOnlyList<StoredLeaf> entries, SignedHead head, Dictionary<long, string> heads)
    {
        var auditor = new LogAuditor();
        foreach (var leaf in entries)
        {
            auditor.Append(leaf.Entry);
            if (heads.TryGetValue(auditor.Size, out var root))
            {
                Convert.ToHexStringLower(auditor.Root()).Should().Be(root, "this was signed at size {0}", auditor.Size);
            }
        }

        auditor.RequireHead(Checkpoint.Open(head.Checkpoint, NoteVerifier.Parse(VKey())));
        heads.Keys.Max().Should().BeLessThanOrEqualTo(auditor.Size);
    }

    private string VKey()
    {
        using var signer = new NoteSigner(Stores.Origin, File.ReadAllBytes(Path.Combine(_folder.Path, "keys", "log.key")));
        return signer.Vkey;
    }

    /// <param name="milliseconds">When to kill it after its first answer; 0 waits until it dies.</param>
    /// <param name="arguments">What the child is to do.</param>
    private static async Task<List<(long Index, string Hash, string Note)>> RunAsync(int milliseconds, params string[] arguments)
    {
        var host = Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? Environment.ProcessPath! : "dotnet";
        var start = new ProcessStartInfo(host, [typeof(KillTests).Assembly.Location, .. arguments]) { RedirectStandardOutput = true };
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

        if (milliseconds > 0)
        {
            await Task.Delay(milliseconds);
            child.Kill(); // SIGKILL to this one process
        }

        await child.WaitForExitAsync();
        await reading;
        child.ExitCode.Should().Be(128 + 9);

        // The last line may be cut short; the child had not finished saying it.
        return
        [
            .. lines.Select(line => line.Split(' '))
                .Where(parts => parts is [_, { Length: 64 }, _, "."])
                .Select(parts => (long.Parse(parts[0], CultureInfo.InvariantCulture), parts[1], Encoding.UTF8.GetString(Convert.FromBase64String(parts[2])))),
        ];
    }
}

using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;
using AttributionRegistry.Log;

namespace AttributionRegistry.Server.Tests.Witness;

/// <summary>The witness as a process of its own, started by its verb, killed by SIGKILL in the middle of contradictory requests.</summary>
public sealed partial class KilledWitnessTests
{
    private const int Kills = 8;
    private const int Seed = 20261124;
    private const int Shared = 20;

    private static readonly MerkleTree Tree = TestLog.Tree(4000);
    private static readonly MerkleTree Fork = TestLog.Tree(4000, forked: Shared);

    [Fact]
    public async Task However_often_it_is_killed_a_witness_never_vouches_for_two_trees_and_forgets_nothing_it_said()
    {
        var folder = Directory.CreateTempSubdirectory("killed-witness-").FullName;
        var (random, vouched, keys) = (new Random(Seed), new ConcurrentBag<(MerkleTree Tree, long Size)>(), new HashSet<string>());
        try
        {
            for (var kill = 0; kill < Kills; kill++)
            {
                var (process, address, vkey) = await StartAsync(folder);
                keys.Add(vkey);
                using var stop = new CancellationTokenSource();
                var known = vouched.Count;
                // Two logs under one name, each trying to get ahead of the other.
                var asking = new[] { Tree, Fork, Tree, Fork }.Select((tree, i) => Task.Run(() => AskAsync(address, tree, Seed + (kill * 10) + i, vkey, vouched, stop.Token))).ToList();
                for (var wait = 0; (vouched.Count <= known || (kill == Kills - 1 && vouched.All(v => v.Size <= Shared))) && wait < 2400; wait++)
                {
                    await Task.Delay(50);
                }

                await Task.Delay(random.Next(1, 300));
                process.Kill(); // SIGKILL to this one process.
                await process.WaitForExitAsync();
                process.Dispose();
                await stop.CancelAsync();
                await Task.WhenAll(asking);
            }

            vouched.Should().HaveCountGreaterThan(Kills);
            keys.Should().ContainSingle("the key is made once");
            var beyond = vouched.Where(v => v.Size > Shared).Select(v => v.Tree).Distinct().ToList();
            beyond.Should().ContainSingle( "beyond what both share only one of them was ever cosigned (seed {0})", Seed);
            await RemembersAsync(folder, vouched.Max(v => v.Size), vouched.MaxBy(v => v.Size).Tree);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // What a reader of the monitoring address sees after the last kill covers everything that was ever answered.
    private static async Task RemembersAsync(string folder, long largest, MerkleTree tree)
    {
        var (process, address, vkey) = await StartAsync(folder);
        try
        {
            using var client = new HttpClient { BaseAddress = address };
            var note = SignedNote.Parse(await client.GetStringAsync(RunningWitness.MonitoringPath(TestLog.Origin)));
            CosignatureV1.Verify(note, NoteVerifier.Parse(vkey)).Should().BePositive();
            var remembered = Checkpoint.ParseBody(note.Text);
            remembered.Size.Should().BeGreaterThanOrEqualTo(largest);
            remembered.Root.Should().Equal(tree.RootAt(remembered.Size));
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }
    }

    private static async Task AskAsync(Uri address, MerkleTree tree, int seed, string vkey, ConcurrentBag<(MerkleTree, long)> vouched, CancellationToken stop)
    {
        var (random, old) = (new Random(seed), 0L);
        using var client = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromSeconds(20) };
        while (!stop.IsCancellationRequested)
        {
            var size = Math.Min(4000, old + random.Next(0, 4));
            try
            {
                using var answer = await client.PostAsync(
                    "/add-checkpoint", new StringContent(AddCheckpointRequest.Format(old, tree.ConsistencyProof(old, size), tree.Checkpoint(size))), CancellationToken.None);
                var text = await answer.Content.ReadAsStringAsync(CancellationToken.None);
                if (answer.StatusCode == HttpStatusCode.OK)
                {
                    CosignatureV1.Verify(SignedNote.Parse(tree.Checkpoint(size) + text), NoteVerifier.Parse(vkey));
                    vouched.Add((tree, size));
                    old = size;
                }
                else if (answer.StatusCode == HttpStatusCode.Conflict)
                {
                    old = long.Parse(text);
                }
            }
            catch (Exception fault) when (fault is HttpRequestException or IOException or TaskCanceledException)
            {
                await Task.Delay(5, CancellationToken.None); // Killed.
            }
        }
    }

    private static async Task<(Process Process, Uri Address, string Vkey)> StartAsync(string folder)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            ArgumentList =
            {
                Path.Combine(AppContext.BaseDirectory, "AttributionRegistry.Server.dll"), "witness", "--listen", "http://127.0.0.1:0",
                "--state", Path.Combine(folder, "state"), "--name", "witness.example/killed", "--log", TestLog.Signer.Vkey,
            },
            RedirectStandardOutput = true,
        };
        var process = Process.Start(start)!;
        var line = await process.StandardOutput.ReadLineAsync(new CancellationTokenSource(TimeSpan.FromMinutes(2)).Token);
        var match = Listening().Match(line ?? "");
        match.Success.Should().BeTrue(line);
        _ = process.StandardOutput.ReadToEndAsync(); // Else a full pipe would stop it.
        return (process, new Uri(match.Groups[1].Value), match.Groups[2].Value);
    }

    [GeneratedRegex(@"^The witness listens on (http://127\.0\.0\.1:\d+); its key is (\S+)$")]
    private static partial Regex Listening();
}

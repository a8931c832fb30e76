using System.Net;
using System.Text.Json.Nodes;
using AttributionRegistry.Domain;
using AttributionRegistry.Log;
using AttributionRegistry.Server.Tests.Running;

namespace AttributionRegistry.Server.Tests.Witness;

/// <summary>A registry whose policy wants two of three witnesses, all of them on loopback ports.</summary>
internal sealed class WitnessedRegistry : IAsyncDisposable
{
    private readonly string _policy;
    private readonly bool _demo;
    private string _folder;

    private WitnessedRegistry(RunningRegistry registry, string folder, string policy, bool demo, IReadOnlyList<RunningWitness> witnesses) =>
        (Registry, _folder, _policy, _demo, Witnesses) = (registry, folder, policy, demo, witnesses);

    public RunningRegistry Registry { get; private set; }

    public IReadOnlyList<RunningWitness> Witnesses { get; }

    public NoteVerifier LogKey => NoteVerifier.Parse(Registry.Core.Store.Signer.Vkey);

    public string PolicyPath => _policy;

    public static async Task<WitnessedRegistry> StartAsync(bool demo = false, int down = 0, Func<string, string>? change = null)
    {
        // The key of the log must exist before witnesses can be told of it.
        var first = await RunningRegistry.StartAsync(demo: demo);
        var (vkey, clock) = (first.Core.Store.Signer.Vkey, first.Clock);
        var folder = await first.StopAsync();
        var witnesses = new List<RunningWitness>();
        for (var i = 1; i <= 3; i++)
        {
            witnesses.Add(await RunningWitness.StartAsync($"witness.example/w{i}", new(RunningRegistry.Noon), vkey));
        }

        var policy = Path.Combine(folder, "witnesses.policy");
        var text = string.Concat(witnesses.Select((w, i) => $"witness w{i + 1} {w.Vkey} {w.Url}\n")) + "group two-of-three 2 w1 w2 w3\nquorum two-of-three\n";
        await File.WriteAllTextAsync(policy, change?.Invoke(text) ?? text);
        foreach (var witness in witnesses.TakeLast(down))
        {
            await witness.StopAsync();
        }

        return new WitnessedRegistry(await RunningRegistry.StartAsync(folder, demo, "--Registry:WitnessPolicy", policy), folder, policy, demo, witnesses);
    }

    /// <summary>Stops the registry and starts it again on the same folder.</summary>
    public async Task RestartAsync(Action? between = null)
    {
        _folder = await Registry.StopAsync();
        between?.Invoke();
        Registry = await RunningRegistry.StartAsync(_folder, _demo, "--Registry:WitnessPolicy", _policy);
    }

    /// <summary>Moves all clocks.</summary>
    public void Pass(TimeSpan time)
    {
        // The witnesses first: what the registry asks at its new time is cosigned at theirs.
        Witnesses.ToList().ForEach(w => w.Clock.Advance(time));
        Registry.Clock.Advance(time);
    }

    /// <summary>An act, so that the log grows.</summary>
    public Task GrowAsync() => Registry.NewPersonAsync(Role.Analyst);

    public async Task<(HttpStatusCode Status, string Text)> GetAsync(string path)
    {
        using var answer = await Registry.Stranger.GetAsync(path);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    public async Task<JsonNode> JsonAsync(string path)
    {
        var (status, text) = await GetAsync(path);
        status.Should().Be(HttpStatusCode.OK, text);
        return JsonNode.Parse(text)!;
    }

    public async Task<JsonNode> WitnessAsync(int number) => (await JsonAsync("/v1/log/witnesses"))["witnesses"]![number - 1]!;

    /// <summary>Waits, in real time and while the clocks move on, until something is so.</summary>
    public async Task EventuallyAsync(Func<Task<bool>> isSo, string because, TimeSpan? step = null)
    {
        for (var attempt = 0; attempt < 900; attempt++)
        {
            if (await isSo())
            {
                return;
            }

            await Task.Delay(100);
            Pass(step ?? TimeSpan.Zero);
        }

        Assert.Fail($"It never came about that {because}: {(await GetAsync("/v1/log/witnesses")).Text}");
    }

    public Task WitnessedAsync(long size, TimeSpan? step = null) => EventuallyAsync(
        async () => await GetAsync("/log/checkpoint/witnessed") is (HttpStatusCode.OK, var note) && Checkpoint.Open(note, LogKey).Size >= size, $"size {size} is witnessed", step);

    public async ValueTask DisposeAsync()
    {
        await Registry.DisposeAsync();
        foreach (var witness in Witnesses)
        {
            await witness.DisposeAsync();
        }
    }
}

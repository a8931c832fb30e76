using System.Net;
using System.Security.Cryptography;
using System.Text;
using AttributionRegistry.Log;
using AttributionRegistry.Server.Witness;
using AttributionRegistry.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace AttributionRegistry.Server.Tests.Witness;

/// <summary>A witness on a loopback port, with a folder of its own; it can be stopped and come back at the same address.</summary>
internal sealed class RunningWitness : IAsyncDisposable
{
    private WebApplication? _app;

    private RunningWitness(WitnessSettings settings, FakeTimeProvider clock) => (Settings, Clock) = (settings, clock);

    public WitnessSettings Settings { get; private set; }

    public FakeTimeProvider Clock { get; }

    public string Vkey { get; private set; } = "";

    public string Url => Settings.Listen;

    public HttpClient Client { get; private set; } = null!;

    public static async Task<RunningWitness> StartAsync(string name, FakeTimeProvider clock, params string[] logs)
    {
        var folder = Directory.CreateTempSubdirectory("witness-").FullName;
        var witness = new RunningWitness(
            new WitnessSettings("http://127.0.0.1:0", Path.Combine(folder, "state"), Path.Combine(folder, "keys"), name, [.. logs.Select(NoteVerifier.Parse)]), clock);
        await witness.ComeBackAsync();
        return witness;
    }

    public async Task ComeBackAsync()
    {
        _app = WitnessApp.Build(Settings, builder =>
        {
            builder.Logging.ClearProviders();
            builder.Services.Replace(ServiceDescriptor.Singleton<TimeProvider>(Clock));
        });
        await _app.StartAsync();
        Settings = Settings with { Listen = _app.Urls.First() };
        Vkey = _app.Services.GetRequiredService<WitnessState>().Signer.Vkey;
        Client = new HttpClient { BaseAddress = new Uri(Settings.Listen) };
    }

    public async Task StopAsync()
    {
        if (_app is { } app)
        {
            _app = null;
            Client.Dispose();
            await app.StopAsync();
            await app.DisposeAsync();
        }
    }

    /// <summary>Another key for the log, as after a mistake of its operator.</summary>
    public void Trust(params string[] logs) => Settings = Settings with { Logs = [.. logs.Select(NoteVerifier.Parse)] };

    public async Task<(HttpStatusCode Status, string? Type, string Body)> AskAsync(long old, IReadOnlyList<byte[]> proof, string checkpoint)
    {
        using var answer = await Client.PostAsync("/add-checkpoint", new StringContent(AddCheckpointRequest.Format(old, proof, checkpoint)));
        return (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType, await answer.Content.ReadAsStringAsync());
    }

    public static string MonitoringPath(string origin) => $"/{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(origin)))}/checkpoint";

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(Path.GetDirectoryName(Settings.StateFolder)!, recursive: true);
    }
}

/// <summary>A log that exists only in a test, and its fork.</summary>
internal static class TestLog
{
    public const string Origin = "registry.example/log";

    public static NoteSigner Signer { get; } = new(Origin, [.. Enumerable.Repeat((byte)7, NoteSigner.SeedSize)]);

    public static MerkleTree Tree(int size, int forked = int.MaxValue)
    {
        var tree = new MerkleTree();
        for (var i = 0; i < size; i++)
        {
            tree.Append(Rfc6962.LeafHash(Encoding.UTF8.GetBytes(i < forked ? $"{i}" : $"another {i}")));
        }

        return tree;
    }

    public static string Checkpoint(this MerkleTree tree, long size) => new Checkpoint(Origin, size, tree.RootAt(size)).Sign(Signer);
}

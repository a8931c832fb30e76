using System.Net;
using System.Net.Sockets;
using AttributionRegistry.Cli;
using AttributionRegistry.Cli.Mirrors;
using AttributionRegistry.Server.Tests.Demo;

namespace AttributionRegistry.Server.Tests.Mirrors;

/// <summary>A copy of a running registry, made, served and verified by the command line alone.</summary>
public sealed class MirrorTests(ExerciseFixture exercise) : IClassFixture<ExerciseFixture>, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mirror-").FullName;
    private readonly StringWriter _output = new();

    public void Dispose()
    {
        _output.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private string Number => exercise.Loaded[0].Number;

    private string VKey => exercise.Registry.Core.Store.Signer.Vkey;

    private string Copy => Path.Combine(_folder, "copy");

    private async Task<int> RunAsync(params string[] args)
    {
        _output.GetStringBuilder().Clear();
        return await Commands.RunAsync(args, _output, _output, count => new byte[count], TimeProvider.System, CancellationToken.None);
    }

    [Fact]
    public async Task What_is_mirrored_verifies_and_audits_as_the_registry_itself_does()
    {
        (await RunAsync("mirror", exercise.Registry.Address, Copy, "--vkey", VKey)).Should().Be(ExitCode.Holds, _output.ToString());
        _output.ToString().Should().Contain("2 findings");
        await ServedAsync(Copy, async address =>
        {
            (await RunAsync("log", "audit", address, "--vkey", VKey)).Should().Be(ExitCode.Holds, _output.ToString());
            (await RunAsync("log", "monitor", address, "--vkey", VKey, "--state", Path.Combine(_folder, "state"))).Should().Be(ExitCode.Holds, _output.ToString());
            foreach (var finding in exercise.Loaded)
            {
                (await RunAsync("verify", $"{address}/v1/findings/{finding.Number}", "--vkey", VKey)).Should().Be(ExitCode.Holds, _output.ToString());
            }

            using var mirror = new HttpClient { BaseAddress = new Uri(address) };
            foreach (var path in new[] { $"/v1/findings/{Number}", $"/v1/findings/{Number}/versions", $"/v1/findings/{Number}/versions/1", $"/v1/findings/{Number}/record", "/v1/policy", "/v1/scales", "/openapi/v1.json" })
            {
                (await mirror.GetByteArrayAsync(path)).Should().Equal(await exercise.Registry.Stranger.GetByteArrayAsync(path), path);
            }

            (await mirror.GetStringAsync("/v1/findings")).Should().Contain(Number).And.Contain(exercise.Loaded[1].Number);
            (await mirror.GetAsync("/v1/findings?status=current")).StatusCode.Should().Be(HttpStatusCode.NotFound, "a mirror searches nothing, and must not seem to");
            (await mirror.GetAsync("/v1/incidents")).StatusCode.Should().Be(HttpStatusCode.NotFound);
            (await mirror.PostAsync("/v1/findings", null)).StatusCode.Should().Be(HttpStatusCode.MethodNotAllowed);
        });
    }

    [Fact]
    public async Task A_second_run_copies_nothing_and_a_mirror_of_the_mirror_is_the_same()
    {
        await RunAsync("mirror", exercise.Registry.Address, Copy, "--vkey", VKey);

        (await RunAsync("mirror", exercise.Registry.Address, Copy)).Should().Be(ExitCode.Holds, _output.ToString());

        _output.ToString().Should().Contain("; 0 files new or changed").And.NotContain("trusted from now on", "the key is known from the first run");
        await ServedAsync(Copy, async address =>
        {
            var second = Path.Combine(_folder, "second");
            (await RunAsync("mirror", address, second, "--vkey", VKey)).Should().Be(ExitCode.Holds, _output.ToString());
            Contents(second).Should().Equal(Contents(Copy));
        });
    }

    [Theory]
    [InlineData("index.json", "digest", "\"outcome\":", "\"outcom\":")]
    [InlineData("record", "", "\"ballot\":\"", "\"ballot\":\"A")]
    public async Task A_finding_that_was_tampered_with_is_named_and_not_taken(string file, string check, string from, string to)
    {
        await RunAsync("mirror", exercise.Registry.Address, Copy, "--vkey", VKey);
        var path = Path.Combine(Copy, "v1", "findings", Number, file);
        var text = await File.ReadAllTextAsync(path);
        text.Should().Contain(from);
        await File.WriteAllTextAsync(path, text.Replace(from, to, StringComparison.Ordinal));
        await ServedAsync(Copy, async address =>
        {
            var second = Path.Combine(_folder, "second");
            (await RunAsync("mirror", address, second, "--vkey", VKey)).Should().Be(ExitCode.DoesNotHold, _output.ToString());

            _output.ToString().Should().Contain($"{Number}: {check}").And.Contain("1 findings");
            Directory.Exists(Path.Combine(second, "v1", "findings", Number)).Should().BeFalse();
            (await File.ReadAllTextAsync(Path.Combine(second, "v1", "findings", "index.json"))).Should().NotContain(Number);
        });
    }

    private static async Task ServedAsync(string folder, Func<string, Task> use)
    {
        using var stop = new CancellationTokenSource();
        var address = $"http://127.0.0.1:{FreePort()}";
        var serving = MirrorServer.RunAsync([folder, "--listen", address], TextWriter.Null, stop.Token);
        try
        {
            await use(address);
        }
        finally
        {
            await stop.CancelAsync();
            await serving;
        }
    }

    private static int FreePort()
    {
        using var any = new TcpListener(IPAddress.Loopback, 0);
        any.Start();
        return ((IPEndPoint)any.LocalEndpoint).Port;
    }

    private static SortedDictionary<string, string> Contents(string folder) => new(
        Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).ToDictionary(file => Path.GetRelativePath(folder, file), File.ReadAllText), StringComparer.Ordinal);
}

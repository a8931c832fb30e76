using System.Net;
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
        _output.ToString().Should().Contain("2 findings, 2 bundles");
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

            foreach (var path in new[] { $"/v1/findings/{Number}/bundle", $"/v1/findings/{Number}/versions/1/bundle" })
            {
                using var bundle = await mirror.GetAsync(path);
                bundle.Content.Headers.ContentType!.MediaType.Should().Be("application/zip");
                (await bundle.Content.ReadAsByteArrayAsync()).Should().Equal(await exercise.Registry.Stranger.GetByteArrayAsync(path), path);
            }

            (await mirror.GetStringAsync("/v1/findings")).Should().Contain(Number).And.Contain(exercise.Loaded[1].Number);
            (await mirror.GetAsync("/v1/findings?status=current")).StatusCode.Should().Be(HttpStatusCode.NotFound, "a mirror searches nothing, and must not seem to");
            (await mirror.GetAsync("/v1/incidents")).StatusCode.Should().Be(HttpStatusCode.NotFound);
            (await mirror.PostAsync("/v1/findings", null)).StatusCode.Should().Be(HttpStatusCode.MethodNotAllowed);
        });
    }

    [Fact]
    public async Task A_run_without_news_copies_nothing_and_a_mirror_of_the_mirror_is_the_same()
    {
        // The first takes the bundles, and that their evidence was read is in the log: the second still finds entries that are new.
        await RunAsync("mirror", exercise.Registry.Address, Copy, "--vkey", VKey);
        await RunAsync("mirror", exercise.Registry.Address, Copy);
        var size = exercise.Registry.Core.Store.Events.Head.Size;

        (await RunAsync("mirror", exercise.Registry.Address, Copy)).Should().Be(ExitCode.Holds, _output.ToString());

        exercise.Registry.Core.Store.Events.Head.Size.Should().Be(size, "bundles that are the same are not read again");

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

    [Fact]
    public async Task A_bundle_that_is_of_another_finding_or_was_tampered_with_is_named_and_its_finding_not_taken()
    {
        await RunAsync("mirror", exercise.Registry.Address, Copy, "--vkey", VKey);
        string PathOf(int n) => Path.Combine(Copy, "v1", "findings", exercise.Loaded[n].Number, "versions", "1", "bundle");
        var (own, other) = (await File.ReadAllBytesAsync(PathOf(0)), await File.ReadAllBytesAsync(PathOf(1)));
        foreach (var (bundle, said) in new[] { (other, "is of another finding"), ([.. own[..^9000], (byte)(own[^9000] ^ 1), .. own[^8999..]], "bag: ") })
        {
            await File.WriteAllBytesAsync(PathOf(0), bundle);
            await ServedAsync(Copy, async address =>
            {
                var second = Path.Combine(_folder, Guid.NewGuid().ToString("N"));
                (await RunAsync("mirror", address, second, "--vkey", VKey)).Should().Be(ExitCode.DoesNotHold, _output.ToString());
                _output.ToString().Should().Contain($"{Number}: ").And.Contain(said);
                Directory.Exists(Path.Combine(second, "v1", "findings", Number)).Should().BeFalse();
            });
        }
    }

    [Fact]
    public async Task A_version_without_a_record_needs_a_proof_of_its_entry_and_a_banner_must_fit()
    {
        await RunAsync("mirror", exercise.Registry.Address, Copy, "--vkey", VKey);
        var version = Path.Combine(Copy, "v1", "findings", Number, "versions", "1");
        File.Delete(Path.Combine(version, "record"));
        File.Delete(Path.Combine(version, "bundle"));
        await SecondAsync(ExitCode.DoesNotHold, "neither a record nor a proof");

        await File.WriteAllTextAsync(Path.Combine(version, "proof"), await exercise.Registry.Stranger.GetStringAsync($"/v1/findings/{exercise.Loaded[1].Number}/proof"));
        await SecondAsync(ExitCode.DoesNotHold, "does not publish this digest");

        await File.WriteAllTextAsync(Path.Combine(version, "proof"), await exercise.Registry.Stranger.GetStringAsync($"/v1/findings/{Number}/versions/1/proof"));
        await SecondAsync(ExitCode.Holds, "2 findings");

        var served = Path.Combine(Copy, "v1", "findings", Number, "index.json");
        await File.WriteAllTextAsync(served, (await File.ReadAllTextAsync(served)).Replace("\"status\":\"current\"", "\"status\":\"withdrawn\"", StringComparison.Ordinal));
        await SecondAsync(ExitCode.DoesNotHold, $"{Number}: representation: ");

        Task SecondAsync(int code, string said) => ServedAsync(Copy, async address =>
        {
            (await RunAsync("mirror", address, Path.Combine(_folder, Guid.NewGuid().ToString("N")), "--vkey", VKey)).Should().Be(code, _output.ToString());
            _output.ToString().Should().Contain(said);
        });
    }

    [Fact]
    public async Task A_version_that_was_here_is_not_taken_for_a_lower_one()
    {
        await RunAsync("mirror", exercise.Registry.Address, Copy, "--vkey", VKey);
        var held = Path.Combine(Copy, "v1", "findings", Number, "index.json");
        var newer = (await File.ReadAllTextAsync(held)).Replace("\"version\":1,", "\"version\":2,", StringComparison.Ordinal);
        await File.WriteAllTextAsync(held, newer);

        (await RunAsync("mirror", exercise.Registry.Address, Copy)).Should().Be(ExitCode.DoesNotHold, _output.ToString());

        _output.ToString().Should().Contain($"{Number}: version: the mirror holds version 2, the registry now serves version 1");
        (await File.ReadAllTextAsync(held)).Should().Be(newer);
    }

    private static async Task ServedAsync(string folder, Func<string, Task> use)
    {
        using var stop = new CancellationTokenSource();
        using var said = new StringWriter();
        var serving = MirrorServer.RunAsync([folder, "--listen", "http://127.0.0.1:0"], said, stop.Token);
        try
        {
            // It says where before it first waits for anybody.
            await use(said.ToString().Split(" at ")[^1].Trim().TrimEnd('/'));
        }
        finally
        {
            await stop.CancelAsync();
            await serving;
        }
    }

    private static SortedDictionary<string, string> Contents(string folder) => new(
        Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).ToDictionary(file => Path.GetRelativePath(folder, file), File.ReadAllText), StringComparer.Ordinal);
}

using AttributionRegistry.Cli.Tests.Cases;

namespace AttributionRegistry.Cli.Tests;

public sealed class CommandsTests : IDisposable
{
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();

    public void Dispose()
    {
        _output.Dispose();
        _error.Dispose();
    }

    private Task<int> RunAsync(params string[] args) => Commands.RunAsync(args, _output, _error, count => new byte[count], TimeProvider.System, CancellationToken.None);

    [Theory]
    [InlineData()]
    [InlineData("frobnicate")]
    [InlineData("case")]
    [InlineData("case", "unload")]
    [InlineData("case", "load")]
    [InlineData("case", "load", "a.json", "--stop-at", "published")]
    [InlineData("tally", "a", "b")]
    [InlineData("tally", "--fast")]
    [InlineData("ballot")]
    [InlineData("ballot", "burn")]
    [InlineData("ballot", "seal", "--round", "a.json")]
    [InlineData("ballot", "seal", "stray", "--round", "a", "--answers", "b", "--key", "c", "--out", "d")]
    [InlineData("ballot", "commit")]
    [InlineData("ballot", "commit", "a.json", "--server", "http://127.0.0.1:1")]
    [InlineData("ballot", "open", "a.json", "--round", "x", "--api-key", "k")]
    [InlineData("ballot", "verify")]
    [InlineData("scrutineer")]
    [InlineData("scrutineer", "key")]
    [InlineData("scrutineer", "release", "--round", "x")]
    [InlineData("scrutineer", "release", "stray", "--round", "x", "--key", "k", "--server", "http://127.0.0.1:1")]
    [InlineData("draw")]
    [InlineData("draw", "verify")]
    [InlineData("draw", "verify", "a.json", "--panel", "pnl_1")]
    [InlineData("evidence")]
    [InlineData("evidence", "submit", "a.bin")]
    [InlineData("evidence", "submit", "a.bin", "--incident", "i", "--title", "t", "--description", "d", "--media-type", "nonsense")]
    [InlineData("evidence", "get", "evd_1", "--server", "http://127.0.0.1:1")]
    [InlineData("evidence", "export")]
    [InlineData("evidence", "export", "inc_1", "--server", "http://127.0.0.1:1")]
    [InlineData("evidence", "custody")]
    [InlineData("evidence", "custody", "evd_1", "--server", "ftp://127.0.0.1")]
    [InlineData("doctor")]
    [InlineData("doctor", "http://127.0.0.1:1")]
    [InlineData("doctor", "--server", "not-an-address")]
    [InlineData("doctor", "--server", "http://127.0.0.1:1", "--credentials", "a.json")]
    [InlineData("log")]
    [InlineData("verify")]
    [InlineData("verify", "a", "b")]
    [InlineData("verify", "http://127.0.0.1:1/v1/findings/AR-2026-0001", "--policy", "p")]
    [InlineData("log", "audit", "http://127.0.0.1:1/", "--witness-lag", "2")]
    [InlineData("log", "monitor", "http://127.0.0.1:1/", "--state", "s", "--witness-lag", "2")]
    [InlineData("verify", "http://127.0.0.1:1/v1/findings/AR-2026-0001", "--record", "r.json")]
    [InlineData("log", "opening", "a.json")]
    [InlineData("log", "audit", "not-an-address")]
    [InlineData("log", "audit", "http://127.0.0.1:1", "--vkey")]
    [InlineData("log", "audit", "http://127.0.0.1:1", "--colour", "red")]
    [InlineData("log", "monitor", "http://127.0.0.1:1")]
    [InlineData("log", "monitor", "http://127.0.0.1:1", "--state", "s", "--embargo", "soon")]
    [InlineData("mirror")]
    [InlineData("mirror", "http://127.0.0.1:1")]
    [InlineData("mirror", "not-an-address", "folder")]
    [InlineData("mirror", "serve")]
    [InlineData("mirror", "serve", "/nowhere/at/all")]
    public async Task What_is_not_understood_gets_the_usage_on_stderr_and_exit_code_two(params string[] args)
    {
        (await RunAsync(args)).Should().Be(ExitCode.WrongUse);

        _error.ToString().Should().Contain("usage: attribution");
        _output.ToString().Should().BeEmpty();
    }

    [Theory]
    [InlineData("case", "load", "--help")]
    [InlineData("tally", "--help")]
    [InlineData("ballot", "--help")]
    [InlineData("ballot", "seal", "--help")]
    [InlineData("evidence", "submit", "--help")]
    [InlineData("verify", "--help")]
    [InlineData("log", "audit", "--help")]
    [InlineData("log", "monitor", "--help")]
    [InlineData("mirror", "--help")]
    [InlineData("--help")]
    [InlineData("-h")]
    public async Task Every_verb_explains_itself(params string[] args)
    {
        (await RunAsync(args)).Should().Be(ExitCode.Holds);

        _output.ToString().Should().StartWith("usage: attribution");
        _error.ToString().Should().BeEmpty();
    }

    [Fact]
    public async Task Help_is_an_answer_and_no_fault()
    {
        (await RunAsync("help")).Should().Be(ExitCode.Holds);

        _output.ToString().Should().Contain("case load FILE").And.Contain("log audit URL");
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_exit_code_three()
    {
        (await RunAsync("log", "audit", "http://127.0.0.1:1")).Should().Be(ExitCode.CouldNotReach);
        (await RunAsync("doctor", "--server", "http://127.0.0.1:1")).Should().Be(ExitCode.CouldNotReach);
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_wrong_use() =>
        (await RunAsync("verify", "/nowhere/at/all.json")).Should().Be(ExitCode.WrongUse);

    [Fact]
    public async Task A_broken_case_file_is_told_with_its_place_before_any_server_is_asked()
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, CaseFiles.With(each => each.Evidence()["ach"]!["H1"] = "CCC"));

            (await RunAsync("case", "load", file, "--server", "http://127.0.0.1:1", "--credentials", "/nowhere")).Should().Be(ExitCode.WrongUse);

            _error.ToString().Should().StartWith("/cases/0/evidence/0/ach/H1: ");
        }
        finally
        {
            File.Delete(file);
        }
    }
}

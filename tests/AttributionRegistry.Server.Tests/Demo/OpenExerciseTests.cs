using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using AttributionRegistry.Cli;
using AttributionRegistry.Cli.Cases;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Server.Demo;
using AttributionRegistry.Server.Tests.Running;

namespace AttributionRegistry.Server.Tests.Demo;

/// <summary>What a visitor of the demo does with the exercises that it leaves open, with the command line.</summary>
public sealed class OpenExerciseTests : IAsyncLifetime
{
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("visitor-").FullName;
    private readonly Dictionary<string, string> _tour = new(StringComparer.Ordinal);
    private RunningRegistry _registry = null!;

    public async Task InitializeAsync()
    {
        _registry = await RunningRegistry.StartAsync(demo: true);
        _registry.Clock.AutoAdvanceAmount = TimeSpan.FromMilliseconds(10);
        await StartDemoAsync();
    }

    public async Task DisposeAsync()
    {
        await _registry.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
        await _output.DisposeAsync();
        await _error.DisposeAsync();
    }

    [Fact]
    public async Task A_visitor_submits_evidence_reads_it_back_and_sees_its_custody()
    {
        var file = At("mine.bin");
        await File.WriteAllBytesAsync(file, [1, 2, 3]);
        string[] analyst = ["--server", _registry.Address, "--credentials", _tour["CREDENTIALS"], "--as", _tour["ANALYST"]];

        (await RunAsync(["evidence", "submit", file, "--incident", _tour["COLLECTING"], "--title", "Mine", "--description", "Three bytes.", .. analyst])).Should().Be(0, _error.ToString());
        var (id, digest) = (Said()[..36], Said()[45..].Trim());
        (await RunAsync(["evidence", "get", id, "--out", At("back.bin"), .. analyst])).Should().Be(0);
        (await File.ReadAllBytesAsync(At("back.bin"))).Should().Equal(1, 2, 3);
        Said().Should().StartWith("3 bytes").And.Contain(digest);
        (await RunAsync(["evidence", "get", id, "--out", At("back.bin"), .. analyst])).Should().Be(2, "no file is replaced");
        (await RunAsync(["evidence", "custody", id, .. analyst])).Should().Be(0);
        Said().Split('\n', StringSplitOptions.RemoveEmptyEntries).Should().HaveCount(2).And.AllSatisfy(line => line.Should().MatchRegex("(received|sealed) .* -> per_"));

        string[] party = ["--server", _registry.Address, "--credentials", _tour["CREDENTIALS"], "--as", "Party A, representative (exercise)"];
        (await RunAsync(["evidence", "get", id, "--out", At("stolen.bin"), .. party])).Should().Be(1);
        (await RunAsync(["evidence", "get", id, "--out", At("stolen.bin"), "--server", _registry.Address, "--credentials", _tour["CREDENTIALS"], "--as", "Nobody"])).Should().Be(2);
        Directory.GetFiles(_folder).Should().BeEquivalentTo(file, At("back.bin"));
    }

    [Fact]
    public async Task A_visitor_seals_commits_and_later_opens_the_ballot_of_a_member_who_has_not_voted()
    {
        using var member = As(_tour["MEMBER_KEY"]);
        await File.WriteAllTextAsync(At("round.json"), await member.GetStringAsync($"/v1/rounds/{_tour["ROUND"]}"));
        await File.WriteAllTextAsync(At("answers.json"), $$$"""
            {"Q1":{"likelihood":{"{{{_tour["H1"]}}}":7000,"{{{_tour["H2"]}}}":1000,"{{{_tour["H3"]}}}":1500,"{{{_tour["H4"]}}}":500},"confidence":"moderate","cites":["{{{_tour["E1"]}}}"],"reasons":"Mine."}}
            """);
        await File.WriteAllTextAsync(At("api.key"), _tour["MEMBER_KEY"] + "\n");
        string[] there = ["--server", _registry.Address, "--round", _tour["ROUND"], "--credentials", _tour["CREDENTIALS"], "--as", _tour["MEMBER"]];

        (await RunAsync("ballot", "seal", "--round", At("round.json"), "--answers", At("answers.json"), "--key", _tour["BALLOT_KEY"], "--out", At("ballot.json"))).Should().Be(0, _error.ToString());
        (await RunAsync("ballot", "verify", At("ballot.json"), "--round", At("round.json"))).Should().Be(0);
        (await RunAsync(["ballot", "commit", At("ballot.json"), .. there])).Should().Be(0, _error.ToString());
        (await RunAsync(["ballot", "open", At("ballot.json"), .. there])).Should().Be(1, "the reveal window is not open yet");
        _error.ToString().Should().Contain("reveal-window-closed");
        using var chair = As(_tour["CHAIR_KEY"]);
        (await chair.PostAsync($"/v1/rounds/{_tour["ROUND"]}/windows", null)).EnsureSuccessStatusCode();
        (await RunAsync("ballot", "open", At("ballot.json"), "--server", _registry.Address, "--round", _tour["ROUND"], "--api-key-file", At("api.key"))).Should().Be(0, _error.ToString());
        JsonNode.Parse(await member.GetStringAsync($"/v1/rounds/{_tour["ROUND"]}"))!["mine"]!["opened"]!.GetValue<bool>().Should().BeTrue();
    }

    [Fact]
    public async Task Every_round_left_open_can_be_voted_on_for_days_and_misses_three_ballots()
    {
        var voting = Find(Stage.Voting);
        OpenExercises.Missing(Settings, voting).Should().HaveCount(StopAt.VotersLeft);
        Directory.GetFiles(OpenExercises.FolderOf(Settings, voting), "*.sealed.json").Should().HaveCount(11 - StopAt.VotersLeft);
        using var member = As(_tour["MEMBER_KEY"]);
        var round = JsonNode.Parse(await member.GetStringAsync($"/v1/rounds/{_tour["ROUND"]}"))!;
        round["commit"]!["closes"]!.GetValue<DateTimeOffset>().Should().BeCloseTo(_registry.Now.AddDays(7), TimeSpan.FromMinutes(1));
        round["mine"]!["envelopes"]!.AsArray().Should().BeEmpty();
    }

    [Fact]
    public async Task A_second_start_finds_what_the_visitors_played_on()
    {
        var before = (Find(Stage.Collecting).Id, Find(Stage.Voting).Id);
        using var chair = As(_tour["CHAIR_KEY"]);
        (await chair.PostAsync($"/v1/rounds/{_tour["ROUND"]}/windows", null)).EnsureSuccessStatusCode();

        await StartDemoAsync();

        _tour["COLLECTING"].Should().Be(before.Item1.Value);
        Find(Stage.Voting).Id.Should().Be(before.Item2);
        (await IncidentsAsync()).Should().Be(2);
    }

    [Fact]
    public async Task A_broken_case_file_is_told_with_its_place_and_nothing_of_it_is_loaded()
    {
        var file = JsonNode.Parse(ExerciseFixture.CaseFile("wannacry-2017"))!;
        file["cases"]![0]!["evidence"]![3]!["ach"]!["H9"] = "C";
        await File.WriteAllTextAsync(At("broken.json"), file.ToJsonString());

        (await RunAsync("case", "load", At("broken.json"), "--server", _registry.Address, "--credentials", _tour["CREDENTIALS"])).Should().Be(2);

        _error.ToString().Should().StartWith("/cases/0/evidence/3/ach/H9: ");
        (await IncidentsAsync()).Should().Be(2);
    }

    [Fact]
    public async Task The_command_line_leaves_a_case_open_where_it_is_told_to()
    {
        await File.WriteAllTextAsync(At("case.json"), ExerciseFixture.CaseFile("viasat-kasat-2022"));

        (await RunAsync("case", "load", At("case.json"), "--server", _registry.Address, "--credentials", _tour["CREDENTIALS"], "--stop-at", "collecting")).Should().Be(0, _error.ToString());

        Said().Should().Contain("left at collecting");
        (await IncidentsAsync()).Should().Be(3);
    }

    private RegistrySettings Settings => new(_registry.DataFolder, "", "", "", 0, true);

    private Case Find(Stage stage) => OpenExercises.Find(_registry.Core, Settings, stage)!;

    private string At(string name) => Path.Combine(_folder, name);

    private string Said() => _output.ToString();

    private async Task StartDemoAsync()
    {
        var credentials = Credentials.Parse(await File.ReadAllTextAsync(await DemoPeople.EnsureAsync(_registry.Core, Settings, _registry.Address, _registry.Now)));
        using var cast = credentials.ToCast(new Uri(_registry.Address), _registry.DataFolder, _registry.Core.Entropy.Bytes);
        await OpenExercises.EnsureAsync(_registry.Core, Settings, cast, TextWriter.Null, CancellationToken.None);
        foreach (var line in (await File.ReadAllLinesAsync(TourFile.Write(_registry.Core, Settings, credentials, _registry.Address))).Where(l => !l.StartsWith('#')))
        {
            var (name, value) = (line[..line.IndexOf('=', StringComparison.Ordinal)], line[(line.IndexOf('=', StringComparison.Ordinal) + 2)..^1]);
            _tour[name] = value.Replace(@"'\''", "'", StringComparison.Ordinal);
        }
    }

    private async Task<int> IncidentsAsync()
    {
        using var registrar = As(Credentials.Parse(await File.ReadAllTextAsync(_tour["CREDENTIALS"])).People.First(p => p.Roles.Contains("registrar")).ApiKey);
        return JsonNode.Parse(await registrar.GetStringAsync("/v1/incidents"))!["items"]!.AsArray().Count;
    }

    private HttpClient As(string key)
    {
        var client = new HttpClient { BaseAddress = new Uri(_registry.Address) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return client;
    }

    private Task<int> RunAsync(params string[] args)
    {
        _output.GetStringBuilder().Clear();
        _error.GetStringBuilder().Clear();
        return Commands.RunAsync(args, _output, _error, _registry.Core.Entropy.Bytes, TimeProvider.System, CancellationToken.None);
    }
}

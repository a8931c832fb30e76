using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using AttributionRegistry.Cli;
using AttributionRegistry.Cli.Ballots;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Server.Registry;
using AttributionRegistry.Server.Rounds;
using AttributionRegistry.Server.Tests.Panels;
using Microsoft.Extensions.Time.Testing;
using static AttributionRegistry.Server.Tests.Panels.PanelCase;

namespace AttributionRegistry.Server.Tests.Rounds;

/// <summary>Counting, opinions, recusal in mid-round, and the member's own tools.</summary>
public sealed class CountTests
{
    [Fact]
    public async Task A_binding_round_is_counted_once_after_the_reveal_and_moves_the_case()
    {
        await using var voting = await InRoundAsync();
        var chair = voting.Sitting[0].Client;
        await VoteAsync(voting, voting.Sitting, dissenters: 2);
        await RefusedAsync(await chair.PostAsync($"/v1/rounds/{voting.Round}/tally", null), 409, "reveal-window-open");
        (await chair.GetAsync($"/v1/rounds/{voting.Round}/tally")).StatusCode.Should().Be(HttpStatusCode.NotFound);
        voting.Registry.Clock.Advance(TimeSpan.FromDays(3));
        await RefusedAsync(await voting.Registry.As(Role.Auditor).PostAsync($"/v1/rounds/{voting.Round}/tally", null), 403, "role-required");
        (await chair.PostAsync($"/v1/rounds/{voting.Round}/tally", null)).StatusCode.Should().Be(HttpStatusCode.Created);
        (await chair.PostAsync($"/v1/rounds/{voting.Round}/tally", null)).StatusCode.Should().Be(HttpStatusCode.Created, "whoever asks again gets the count's receipt");
        voting.Registry.Core.Load(RoundJournal.Definition, voting.Round).Version.Should().Be(1 + 11 + 11 + 1, "it was counted once");

        voting.State.Stage.Should().Be(Stage.Adopted);
        var outcome = voting.State.Rounds[^1].Outcome!.Questions.Single();
        (outcome.Hypothesis, outcome.MedianBp, outcome.Dissents).Should().Be((voting.Named.Value, 9000, 2));
        var tally = await Json(await voting.Registry.As(Role.Analyst).GetAsync($"/v1/rounds/{voting.Round}/tally"));
        ((string?)tally["result"]!["questions"]!["Q1"]!["outcome"]).Should().Be("attributed");
        tally["ballots"]!.AsArray().Should().HaveCount(11);
        var openings = await Json(await chair.GetAsync($"/v1/rounds/{voting.Round}/openings"));
        openings["openings"]!.AsArray().Should().HaveCount(11);
    }

    [Fact]
    public async Task V_50_an_opinion_is_filed_within_fourteen_days_of_the_count_by_a_voter()
    {
        await using var voting = await InRoundAsync();
        var (chair, member) = (voting.Sitting[0].Client, voting.Sitting[10].Client);
        var path = $"/v1/rounds/{voting.Round}/opinions";
        await RefusedAsync(await member.PostAsJsonAsync(path, new { kind = "bareDissent" }), 409, "round-not-counted");
        await VoteAsync(voting, voting.Sitting, dissenters: 1);
        voting.Registry.Clock.Advance(TimeSpan.FromDays(3));
        await chair.PostAsync($"/v1/rounds/{voting.Round}/tally", null);
        await RefusedAsync(await member.PostAsJsonAsync(path, new { kind = "dissent" }), 422, "opinion-empty", "/body");
        (await member.PostAsJsonAsync(path, new { kind = "dissent", body = new { value = "Not shown.", lang = "en" } })).StatusCode.Should().Be(HttpStatusCode.Created);
        (await voting.Registry.As(Role.Analyst).PostAsJsonAsync(path, new { kind = "bareDissent" })).StatusCode.Should().Be(HttpStatusCode.NotFound);
        voting.Registry.Clock.Advance(TimeSpan.FromDays(14));
        await RefusedAsync(await member.PostAsJsonAsync(path, new { kind = "bareDissent" }), 409, "opinion-too-late");
        var opinions = await voting.Registry.As(Role.Registrar).GetStringAsync(path);
        opinions.Should().Contain("Not shown.").And.NotContain(voting.Sitting[10].Id.Value);
    }

    [Fact]
    public async Task V_18_a_member_recused_in_mid_round_leaves_it_and_its_denominator()
    {
        await using var voting = await InRoundAsync();
        var gone = voting.Sitting[5];
        var ballot = voting.Seal(gone);
        (await voting.CommitAsync(gone, ballot)).StatusCode.Should().Be(HttpStatusCode.Created);
        var recused = await voting.Registry.As(Role.IntegrityOfficer).PostAsJsonAsync($"/v1/panels/{voting.Panel}/recusals", new { member = gone.Id.Value, ground = "undisclosed interest" });
        recused.StatusCode.Should().Be(HttpStatusCode.Created, await recused.Content.ReadAsStringAsync());
        (await gone.Client.GetAsync($"/v1/rounds/{voting.Round}")).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await voting.CommitAsync(gone, voting.Seal(gone, 1000, ballot))).StatusCode.Should().Be(HttpStatusCode.NotFound);
        voting.Sitting.Should().HaveCount(10, "nobody is seated once a round is open");

        await VoteAsync(voting, voting.Sitting, dissenters: 0);
        (await voting.OpenAsync(gone, ballot)).StatusCode.Should().Be(HttpStatusCode.NotFound);
        voting.Registry.Clock.Advance(TimeSpan.FromDays(3));
        (await voting.Sitting[0].Client.PostAsync($"/v1/rounds/{voting.Round}/tally", null)).StatusCode.Should().Be(HttpStatusCode.Created);
        var tally = await Json(await voting.Registry.As(Role.Auditor).GetAsync($"/v1/rounds/{voting.Round}/tally"));
        ((int?)tally["result"]!["eligible"]).Should().Be(10);
    }

    [Fact]
    public async Task V_55_who_never_opens_stays_in_the_denominator_and_is_listed()
    {
        await using var voting = await InRoundAsync();
        var silent = voting.Sitting[10];
        await voting.CommitAsync(silent, voting.Seal(silent));
        await VoteAsync(voting, [.. voting.Sitting.Take(10)], dissenters: 0);
        voting.Registry.Clock.Advance(TimeSpan.FromDays(3));
        await voting.Sitting[0].Client.PostAsync($"/v1/rounds/{voting.Round}/tally", null);
        var result = (await Json(await voting.Registry.As(Role.Auditor).GetAsync($"/v1/rounds/{voting.Round}/tally")))["result"]!;
        ((int?)result["eligible"]).Should().Be(11);
        result["unrevealed"]!.AsArray().Select(k => (string?)k).Should().Equal(silent.Sealer.BallotKeyId);
    }

    [Fact]
    public async Task V_44_and_V_76_an_indicative_round_decides_nothing_and_shows_no_ballot_to_others()
    {
        await using var voting = await InRoundAsync(binding: false);
        var (chair, b) = (voting.Sitting[0], voting.Sitting[1]);
        await VoteAsync(voting, voting.Sitting, dissenters: 2);
        voting.Registry.Clock.Advance(TimeSpan.FromDays(3));
        (await chair.Client.PostAsync($"/v1/rounds/{voting.Round}/tally", null)).StatusCode.Should().Be(HttpStatusCode.Created);
        voting.State.Stage.Should().Be(Stage.Voting);
        var openings = await Json(await b.Client.GetAsync($"/v1/rounds/{voting.Round}/openings"));
        openings["openings"]!.AsArray().Select(o => (string?)o!["ballotKeyId"]).Should().Equal(b.Sealer.BallotKeyId);
        var tally = await voting.Registry.As(Role.Analyst).GetStringAsync($"/v1/rounds/{voting.Round}/tally");
        voting.Sitting.Should().OnlyContain(m => !tally.Contains(m.Sealer.BallotKeyId));
        JsonNode.Parse(tally)!["feedback"]!.AsArray().Should().HaveCount(11);
    }

    [Fact]
    public async Task The_member_seals_checks_commits_and_opens_with_the_command_line()
    {
        await using var voting = await InRoundAsync();
        var a = voting.Sitting[0];
        var folder = Directory.CreateTempSubdirectory("ballot-").FullName;
        string At(string name) => Path.Combine(folder, name);
        var ballotKey = BallotSealer.NewKey();
        await File.WriteAllTextAsync(At("round.json"), await a.Client.GetStringAsync($"/v1/rounds/{voting.Round}"));
        await File.WriteAllTextAsync(At("answers.json"), voting.Answers(9000).ToJsonString());
        await File.WriteAllTextAsync(At("other.pem"), ballotKey.ExportPkcs8PrivateKeyPem());
        await File.WriteAllTextAsync(At("mine.json"), voting.Seal(a).ToJson());
        await File.WriteAllTextAsync(At("api.key"), a.Client.DefaultRequestHeaders.Authorization!.Parameter);

        (await RunAsync("seal", "--round", At("round.json"), "--answers", At("answers.json"), "--key", At("other.pem"), "--out", At("sealed.json"))).Should().Be(0);
        (await RunAsync("verify", At("sealed.json"))).Should().Be(0);
        (await RunAsync("verify", At("sealed.json"), "--round", At("round.json"))).Should().Be(1, "this key is on no roster");
        (await RunAsync("verify", At("mine.json"), "--round", At("round.json"))).Should().Be(0);
        (await RunAsync("seal", "--round", At("round.json"))).Should().Be(2);
        string[] there = ["--server", voting.Registry.Address, "--round", voting.Round, "--api-key-file", At("api.key")];
        (await RunAsync(["commit", At("sealed.json"), .. there])).Should().Be(1, "it is another's ballot key");
        (await RunAsync(["commit", At("mine.json"), .. there])).Should().Be(0);
        voting.Registry.Clock.Advance(TimeSpan.FromDays(7));
        (await RunAsync(["open", At("mine.json"), .. there])).Should().Be(0);
        Directory.Delete(folder, recursive: true);
    }

    private static Task<int> RunAsync(params string[] args) => Commands.RunAsync(["ballot", .. args], TextWriter.Null, TextWriter.Null, new Entropy(new FakeTimeProvider()).Bytes, TimeProvider.System, CancellationToken.None);

    // Commits all, then opens all. The last ones dissent.
    private static async Task VoteAsync(PanelCase voting, IReadOnlyList<Member> members, int dissenters)
    {
        var ballots = members.Select((m, i) => (Member: m, Ballot: voting.Seal(m, i >= members.Count - dissenters ? 2000 : 9000))).ToList();
        foreach (var (member, ballot) in ballots)
        {
            (await voting.CommitAsync(member, ballot)).StatusCode.Should().Be(HttpStatusCode.Created);
        }

        voting.Registry.Clock.Advance(TimeSpan.FromDays(7));
        foreach (var (member, ballot) in ballots)
        {
            (await voting.OpenAsync(member, ballot)).StatusCode.Should().Be(HttpStatusCode.Created);
        }
    }
}

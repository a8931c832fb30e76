using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using AttributionRegistry.Cli.Ballots;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.Rounds;
using AttributionRegistry.Log;
using AttributionRegistry.Server.Rounds;
using AttributionRegistry.Server.Tests.Evidence;
using AttributionRegistry.Server.Tests.Rounds;
using AttributionRegistry.Server.Tests.Running;

namespace AttributionRegistry.Server.Tests.Histories;

/// <summary>The server as a process of its own, killed by SIGKILL while members vote, and started again on the same folder.</summary>
public sealed class KilledVoteTests
{
    private const int Kills = 4;
    private const int Seed = 20261124;
    private const int Members = 11;

    [Fact]
    public async Task What_was_acknowledged_survives_a_kill_in_the_middle_of_a_vote_and_what_is_due_is_done_afterwards()
    {
        // The rounds are prepared with a clock that runs ten minutes behind: their ballots are sealed before the process starts.
        var start = DateTimeOffset.UtcNow.AddMinutes(-10);
        var stage = new TallyStage { Begins = start };
        await stage.InitializeAsync();
        var (committing, opening, due) = (new List<StagedCase>(), new List<(StagedCase Case, List<SealedBallot> Ballots)>(), new List<StagedCase>());
        for (var kill = 0; kill < Kills; kill++)
        {
            committing.Add(await PreparedAsync(stage, start.AddHours(5), start.AddHours(10)));
            var opens = await PreparedAsync(stage, start.AddMinutes(5), start.AddHours(5));
            opening.Add((opens, await SealAsync(opens)));
        }

        for (var kill = 0; kill < Kills; kill++)
        {
            // Their reveal windows end one after the other while the process is killed and started.
            var counted = await PreparedAsync(stage, start.AddMinutes(5), start.AddMinutes(10).AddSeconds(20 + (5 * kill)));
            var ballots = await SealAsync(counted);
            due.Add(counted);
            opening.Add((counted, ballots));
        }

        stage.Registry.Clock.SetUtcNow(start.AddMinutes(6));
        foreach (var (counted, ballots) in opening.Skip(Kills))
        {
            for (var n = 0; n < Members; n++)
            {
                (await counted.ClientOf(Name(n)).PostAsJsonAsync($"/v1/rounds/{counted.Round}/openings", ballots[n].OpeningRequest())).StatusCode.Should().Be(HttpStatusCode.Created);
            }
        }

        var folder = await stage.Registry.StopAsync();
        try
        {
            await VoteAndKillAsync(folder, committing, opening, due);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task VoteAndKillAsync(
        string folder, List<StagedCase> committing, List<(StagedCase Case, List<SealedBallot> Ballots)> opening, List<StagedCase> due)
    {
        var (random, acknowledged) = (new Random(Seed), new ConcurrentBag<(string Round, string What, long Leaf, string Hash)>());
        var (data, temporary) = (Path.Combine(folder, "data"), Directory.CreateDirectory(Path.Combine(folder, "tmp")).FullName);
        for (var kill = 0; kill < Kills; kill++)
        {
            var (server, address) = await ServerProcess.StartAsync(data, temporary);
            var (round, known) = (kill, Opened());
            var members = Enumerable.Range(0, Members).Select(n => Task.Run(() => VoteAsync(address, committing[round], opening[round], n, acknowledged))).ToList();
            await EventuallyAsync(() => Task.FromResult(Opened() > known), "nobody's opening was acknowledged");
            await Task.Delay(random.Next(5, 800));
            await server.DisposeAsync(); // SIGKILL to this one process.
            await Task.WhenAll(members);
        }

        var (last, at) = await ServerProcess.StartAsync(data, temporary);
        await using (last)
        {
            foreach (var counted in due)
            {
                using var client = Client(counted.ClientOf(Name(0)), at);
                await EventuallyAsync(async () => (await client.GetAsync($"/v1/rounds/{counted.Round}/tally")).StatusCode == HttpStatusCode.OK, "the clerk has not counted a round whose reveal window is over");
            }

            await last.StopAsync();
        }

        acknowledged.Should().NotBeEmpty();

        // Opening the store verifies every entry and the root against the signed head.
        var registry = await RunningRegistry.StartAsync(folder);
        try
        {
            Check(registry, committing, opening, due, [.. acknowledged]);
        }
        finally
        {
            await registry.StopAsync();
        }

        int Opened() => acknowledged.Count(a => a.What.StartsWith("k-", StringComparison.Ordinal));
    }

    private static void Check(
        RunningRegistry registry, List<StagedCase> committing, List<(StagedCase Case, List<SealedBallot> Ballots)> opening, List<StagedCase> due,
        List<(string Round, string What, long Leaf, string Hash)> acknowledged)
    {
        var leaves = registry.Core.Store.Events.ReadEntries(0, int.MaxValue).ToDictionary(e => e.Index, e => B64Url.Encode(e.LeafHash));
        acknowledged.Where(a => leaves.GetValueOrDefault(a.Leaf) != a.Hash).Should().BeEmpty("every receipt names a leaf of the log (seed {0})", Seed);
        foreach (var committed in committing)
        {
            var round = RoundOf(registry, committed);
            var said = acknowledged.Where(a => a.Round == committed.Round && !a.What.StartsWith("k-", StringComparison.Ordinal)).Select(a => a.What).ToList();
            round.Envelopes.Select(e => e.Digest).Should().OnlyHaveUniqueItems();
            said.Should().NotBeEmpty().And.BeSubsetOf(round.Envelopes.Select(e => e.Digest));
            foreach (var chain in round.Envelopes.GroupBy(e => e.BallotKeyId))
            {
                chain.Select(e => e.Revision).Should().Equal(Enumerable.Range(1, chain.Count()));
                chain.Skip(1).Select(e => e.Previous).Should().Equal(chain.SkipLast(1).Select(e => e.Digest));
                chain.Count(e => !said.Contains(e.Digest)).Should().BeLessThanOrEqualTo(1, "a member has one request on the way");
            }
        }

        foreach (var (opened, ballots) in opening)
        {
            var round = RoundOf(registry, opened);
            round.Openings.Select(o => o.BallotKeyId).Should().OnlyHaveUniqueItems();
            acknowledged.Where(a => a.Round == opened.Round).Select(a => a.What).Should().BeSubsetOf(round.Openings.Select(o => o.BallotKeyId));
            round.Openings.Should().OnlyContain(o => ballots.Any(b => b.BallotKeyId == o.BallotKeyId && B64Url.Encode(b.Ballot) == o.Ballot && B64Url.Encode(b.Salt) == o.Salt));
        }

        foreach (var counted in due)
        {
            var events = registry.Core.Store.Events.ReadStream(counted.Round).Select(e => RoundJournal.Definition.Read(e).Event).ToList();
            events.OfType<RoundEvent.Counted>().Should().ContainSingle();
            RoundOf(registry, counted).Result!.Questions["Q1"].Counts.Votes.Should().Be(Members);
            registry.State(counted.Incident).Stage.Should().Be(Stage.Adopted, "the count and its outcome for the case are one act");
        }
    }

    // Revision after revision in one round, and the opening in another, until the server is gone.
    private static async Task VoteAsync(
        Uri address, StagedCase committing, (StagedCase Case, List<SealedBallot> Ballots) opening, int member, ConcurrentBag<(string, string, long, string)> acknowledged)
    {
        using var client = Client(committing.ClientOf(Name(member)), address);
        try
        {
            SealedBallot? last = null;
            for (var revision = 1; ; revision++)
            {
                last = committing.SealerOf(Name(member)).Seal(committing.Frame, Answers(committing), last);
                await SendAsync(client, committing, "envelopes", last.EnvelopeRequest(), last.Digest, acknowledged);
                if (revision == 1 + (member % 3))
                {
                    await SendAsync(client, opening.Case, "openings", opening.Ballots[member].OpeningRequest(), last.BallotKeyId, acknowledged);
                }
            }
        }
        catch (Exception gone) when (gone is HttpRequestException or IOException)
        {
            // Killed. What was on its way may be in the record or not.
        }
    }

    private static async Task SendAsync(
        HttpClient client, StagedCase on, string what, JsonObject body, string name, ConcurrentBag<(string, string, long, string)> acknowledged)
    {
        using var answer = await client.PostAsJsonAsync($"/v1/rounds/{on.Round}/{what}", body);
        var text = await answer.Content.ReadAsStringAsync();
        answer.StatusCode.Should().Be(HttpStatusCode.Created, text);
        var receipt = JsonNode.Parse(text)!["receipt"]!;
        acknowledged.Add((on.Round, name, (long)receipt["leafIndex"]!, (string)receipt["leafHash"]!));
    }

    private static async Task<StagedCase> PreparedAsync(TallyStage stage, DateTimeOffset commitCloses, DateTimeOffset revealCloses)
    {
        var prepared = await stage.SeatAsync("D01");
        await prepared.OpenRoundAsync(commitCloses, revealCloses);
        return prepared;
    }

    private static async Task<List<SealedBallot>> SealAsync(StagedCase round)
    {
        var ballots = new List<SealedBallot>();
        for (var n = 0; n < Members; n++)
        {
            ballots.Add(round.SealerOf(Name(n)).Seal(round.Frame, Answers(round)));
            var answer = await round.ClientOf(Name(n)).PostAsJsonAsync($"/v1/rounds/{round.Round}/envelopes", ballots[n].EnvelopeRequest());
            answer.StatusCode.Should().Be(HttpStatusCode.Created, await answer.Content.ReadAsStringAsync());
        }

        return ballots;
    }

    private static JsonObject Answers(StagedCase round) => round.Mapped(JsonNode.Parse(
        """{"Q1":{"likelihood":{"H1":9000,"H2":500,"OTHER":500},"confidence":"high","cites":["E1"]}}"""))!.AsObject();

    private static Round RoundOf(RunningRegistry registry, StagedCase staged) => registry.Core.Load(RoundJournal.Definition, staged.Round).State!;

    private static HttpClient Client(HttpClient like, Uri address)
    {
        var client = new HttpClient { BaseAddress = address };
        client.DefaultRequestHeaders.Authorization = like.DefaultRequestHeaders.Authorization;
        return client;
    }

    private static async Task EventuallyAsync(Func<Task<bool>> holds, string otherwise)
    {
        for (var attempt = 0; attempt < 600; attempt++)
        {
            if (await holds())
            {
                return;
            }

            await Task.Delay(100);
        }

        throw new InvalidOperationException($"After a minute {otherwise}.");
    }

    private static string Name(int member) => $"m{member + 1:00}";
}

using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using AttributionRegistry.Cli.Ballots;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Server.Rounds;
using AttributionRegistry.Server.Tests.Running;

namespace AttributionRegistry.Server.Tests.Rounds;

/// <summary>
/// V-58: one registry, copied while its round is open. In one copy nobody else acts, in the other everybody does. Whatever a member, an
/// officer or a stranger is answered must be the same, byte for byte and header for header, but for the receipt's place in the tree.
/// </summary>
public sealed partial class TurnoutTests
{
    private static readonly string[] OfRound = ["", "/envelopes", "/openings", "/escrow", "/motions", "/tally", "/opinions"];
    private static readonly string[] OfCase = ["", "/rounds", "/panel", "/history", "/roles", "/parties", "/services", "/hypotheses", "/assessments", "/evidence"];
    private static readonly string[] OfPanel = ["", "/declarations", "/recusals", "/challenges"];

    [Fact]
    public async Task V_58_before_the_commit_window_closes_no_answer_to_a_member_or_officer_depends_on_who_else_has_voted()
    {
        var (stage, staged, motion, quiet, busy) = await TwoCopiesAsync();
        await using var _ = quiet;
        await using var __ = busy;

        // The member acts first in both, then everybody else in one, then the member again in both.
        var mine = staged.SealerOf("m01").Seal(staged.Frame, Answers(staged));
        var next = staged.SealerOf("m01").Seal(staged.Frame, Answers(staged), mine);
        var (alone, among) = (new Recorder(quiet, staged, stage, motion), new Recorder(busy, staged, stage, motion));
        foreach (var recorder in new[] { alone, among })
        {
            await recorder.ReadAllAsync();
            await recorder.CommitAsync(mine);
        }

        for (var n = 2; n <= 11; n++)
        {
            await among.OtherAsync($"m{n:00}", Answers(staged), revise: n % 3 == 0, equivocate: n % 4 == 0, vote: n is 3 or 4 or 5);
        }

        foreach (var recorder in new[] { alone, among })
        {
            recorder.Advance(TimeSpan.FromHours(2));
            await recorder.ReadAllAsync();
            await recorder.CommitAsync(mine);
            await recorder.CommitAsync(next);
            await recorder.CommitAsync(staged.SealerOf("m01").Enclose(staged.Frame, mine.Ballot, mine.Salt, 7, mine.Digest) with { Signature = mine.Signature });
            await recorder.PostAsync("/openings", mine.OpeningRequest());
            await recorder.PostAsync("/tally", null);
            await recorder.PostAsync("/windows", null);
            await recorder.PostAsync("/acknowledgement", null);
            await recorder.PostAsync($"/motions/{motion}/votes", new JsonObject { ["vote"] = "abstain" });
            await recorder.ReadAllAsync();
        }

        var different = alone.Seen.Zip(among.Seen).Where(pair => pair.First != pair.Second).Select(pair => $"{pair.First}\n!=\n{pair.Second}").ToList();
        alone.Seen.Should().HaveSameCount(among.Seen).And.HaveCountGreaterThan(200);
        alone.Seen.Should().Contain(s => s.Contains("201", StringComparison.Ordinal) && s.Contains("etag", StringComparison.OrdinalIgnoreCase));
        different.Should().BeEmpty();
    }

    [Fact]
    public async Task V_58_when_the_commit_window_closes_the_log_has_as_many_seals_whether_all_have_voted_or_nobody()
    {
        var (stage, staged, motion, quiet, busy) = await TwoCopiesAsync();
        await using var _ = quiet;
        await using var __ = busy;
        var among = new Recorder(busy, staged, stage, motion);
        var closes = quiet.Core.Load(RoundJournal.Definition, staged.Round).State!.CommitCloses;
        for (var n = 2; n <= 11; n++)
        {
            await among.OtherAsync($"m{n:00}", Answers(staged), revise: n % 3 == 0, equivocate: false, vote: false);
            foreach (var registry in new[] { quiet, busy })
            {
                registry.Clock.Advance((closes - registry.Now) / 2);
            }
        }

        var sizes = new List<long>();
        foreach (var registry in new[] { quiet, busy })
        {
            registry.Clock.SetUtcNow(closes);
            sizes.Add(await SettledAsync(registry, staged));
        }

        sizes[0].Should().Be(sizes[1]);
        var round = quiet.Core.Store.Events.ReadStream(staged.Round).Max(e => e.Version);
        var cover = quiet.Core.Store.Events.ReadStream($"cover:{staged.Round}");
        (round - 1 + cover.Count).Should().Be(5 * 11, "five for each seat, acts and cover together");
        cover.Should().OnlyContain(e => e.Sealed && e.Type == "cover");
    }

    // The clock of a test stands still until it is moved, so the machine is given real time, tick by tick, until nothing is added any more.
    private static async Task<long> SettledAsync(RunningRegistry registry, StagedCase staged)
    {
        var (size, quietFor) = (registry.Core.Store.Events.Head.Size, 0);
        for (var tick = 0; tick < 2400 && quietFor < 15; tick++)
        {
            await Task.Delay(50);
            registry.Clock.Advance(TimeSpan.FromSeconds(1));
            var now = registry.Core.Store.Events.Head.Size;
            (size, quietFor) = (now, now == size && All(registry) >= 5 * 11 ? quietFor + 1 : 0);
        }

        return size;

        long All(RunningRegistry running) =>
            running.Core.Store.Events.Last(staged.Round)!.Version - 1 + (running.Core.Store.Events.Last($"cover:{staged.Round}")?.Version ?? 0);
    }

    private static async Task<(TallyStage Stage, StagedCase Staged, string Motion, RunningRegistry Quiet, RunningRegistry Busy)> TwoCopiesAsync()
    {
        var stage = new TallyStage();
        await stage.InitializeAsync();
        var staged = await stage.SeatAsync("D01");
        await staged.OpenRoundAsync();
        var motion = (string)JsonNode.Parse(await (await staged.ClientOf("m02").PostAsJsonAsync($"/v1/rounds/{staged.Round}/motions", new JsonObject
        {
            ["kind"] = "extendCommit", ["seconds"] = 3600, ["reasons"] = new JsonObject { ["value"] = "Two travel.", ["lang"] = "en" },
        })).Content.ReadAsStringAsync())!["id"]!;
        var now = stage.Registry.Now;
        var folder = await stage.Registry.StopAsync();
        var copy = Directory.CreateTempSubdirectory("registry-copy-").FullName;
        Copy(folder, copy);
        var quiet = await RunningRegistry.StartAsync(folder);
        var busy = await RunningRegistry.StartAsync(copy);
        quiet.Clock.SetUtcNow(now);
        busy.Clock.SetUtcNow(now);
        return (stage, staged, motion, quiet, busy);
    }

    private static JsonObject Answers(StagedCase staged) => staged.Mapped(JsonNode.Parse(
        """{"Q1":{"likelihood":{"H1":9000,"H2":500,"OTHER":500},"confidence":"high","cites":["E1"]}}"""))!.AsObject();

    private static void Copy(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    /// <summary>One copy of the registry as some of its readers see it.</summary>
    private sealed partial class Recorder(RunningRegistry registry, StagedCase staged, TallyStage stage, string motion)
    {
        private readonly Dictionary<string, string> _tags = [];

        public List<string> Seen { get; } = [];

        public void Advance(TimeSpan by) => registry.Clock.Advance(by);

        public async Task ReadAllAsync()
        {
            (string Who, HttpClient Like)[] readers =
            [
                ("member", staged.ClientOf("m01")), ("registrar", stage.Registrar), ("integrity officer", stage.Officer), ("outsider", stage.Person(30).Client),
            ];
            string[] paths =
            [
                .. OfRound.Select(p => $"/v1/rounds/{staged.Round}{p}"), .. OfCase.Select(p => $"/v1/incidents/{staged.Incident}{p}"),
                .. OfPanel.Select(p => $"/v1/panels/{staged.Panel}{p}"), "/v1/incidents", "/v1/findings", "/v1/changes", "/v1/me", "/v1/track-record", "/v1/track-record/mine",
            ];
            foreach (var (who, like) in readers)
            {
                using var client = Client(like);
                foreach (var path in paths)
                {
                    using var answer = await client.GetAsync(path);
                    await NoteAsync($"{who} GET {path}", answer);
                    if (answer.Headers.ETag is { } tag)
                    {
                        // With the tag of an earlier answer: whether something has changed is an answer too.
                        using var again = new HttpRequestMessage(HttpMethod.Get, path);
                        again.Headers.TryAddWithoutValidation("If-None-Match", _tags.GetValueOrDefault(who + path, tag.ToString()));
                        _tags.TryAdd(who + path, tag.ToString());
                        using var conditional = await client.SendAsync(again);
                        await NoteAsync($"{who} GET {path} if changed", conditional);
                    }
                }
            }
        }

        public Task CommitAsync(SealedBallot ballot) => PostAsync("/envelopes", ballot.EnvelopeRequest());

        public async Task PostAsync(string path, JsonObject? body)
        {
            using var client = Client(staged.ClientOf("m01"));
            using var answer = body is null ? await client.PostAsync($"/v1/rounds/{staged.Round}{path}", null) : await client.PostAsJsonAsync($"/v1/rounds/{staged.Round}{path}", body);
            await NoteAsync($"POST {path}", answer);
        }

        /// <summary>What another member does in this copy only.</summary>
        public async Task OtherAsync(string member, JsonObject answers, bool revise, bool equivocate, bool vote)
        {
            using var client = Client(staged.ClientOf(member));
            var first = staged.SealerOf(member).Seal(staged.Frame, answers);
            List<SealedBallot> ballots = [first, .. revise ? [staged.SealerOf(member).Seal(staged.Frame, answers, first)] : Array.Empty<SealedBallot>(),
                .. equivocate ? [staged.SealerOf(member).Seal(staged.Frame, answers)] : Array.Empty<SealedBallot>()];
            foreach (var ballot in ballots)
            {
                (await client.PostAsJsonAsync($"/v1/rounds/{staged.Round}/envelopes", ballot.EnvelopeRequest())).IsSuccessStatusCode.Should().BeTrue();
            }

            if (vote)
            {
                (await client.PostAsJsonAsync($"/v1/rounds/{staged.Round}/motions/{motion}/votes", new JsonObject { ["vote"] = "yes" })).IsSuccessStatusCode.Should().BeTrue();
            }
        }

        private async Task NoteAsync(string what, HttpResponseMessage answer)
        {
            var body = await answer.Content.ReadAsStringAsync();
            if (body.StartsWith('{') && JsonNode.Parse(body) is JsonObject json)
            {
                // The proof of the member's own leaf tells how large the tree is; so does the public checkpoint.
                json.Remove("receipt");
                json.Remove("ballotReceipt"); // names the sealed leaf of the receipt, and nothing else that is not the caller's own
                json.Remove("traceId");
                body = json.ToJsonString();
            }

            var headers = answer.Headers.Concat(answer.Content.Headers).Where(h => h.Key is not ("Date" or "Content-Length" or "X-Request-Id"))
                .Select(h => $"{h.Key}: {string.Join(',', h.Value)}").Order();
            Seen.Add($"{what}\n{(int)answer.StatusCode}\n{string.Join('\n', headers)}\n{Port().Replace(body, "")}");
        }

        private HttpClient Client(HttpClient like)
        {
            var client = new HttpClient { BaseAddress = new Uri(registry.Address) };
            client.DefaultRequestHeaders.Authorization = like.DefaultRequestHeaders.Authorization;
            return client;
        }

        [GeneratedRegex(@"(?<=127\.0\.0\.1):\d+")]
        private static partial Regex Port();
    }
}

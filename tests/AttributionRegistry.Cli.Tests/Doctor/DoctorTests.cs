using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using AttributionRegistry.Cli.Doctor;
using AttributionRegistry.Cli.Http;
using AttributionRegistry.Cli.Tests.Http;
using AttributionRegistry.Log;

namespace AttributionRegistry.Cli.Tests.Doctor;

/// <summary>A registry of a few lines that is sound; then one thing is wrong with it, and one line says so.</summary>
public sealed class DoctorTests : IDisposable
{
    private const int Size = 300;

    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly NoteSigner _signer = new("log.example/doctor", new byte[NoteSigner.SeedSize]);
    private readonly List<byte[]> _entries =
        [.. Enumerable.Range(0, Size).Select(n => LogEntry.Plain(null, "2026-01-01T11:00:00Z", new JsonObject { ["n"] = n }, null, 1, $"subject-{n}", "made.for-a-test", 1))];
    private readonly StringWriter _output = new();

    public void Dispose()
    {
        _signer.Dispose();
        _output.Dispose();
    }

    private sealed class Stopped(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }

    /// <param name="instead">What is answered at an address in place of what is sound.</param>
    /// <param name="serverTime">What the server takes for the time.</param>
    /// <param name="withKey">Whether the doctor has somebody's key.</param>
    private async Task<(int Code, string[] Lines)> ExamineAsync(Dictionary<string, (HttpStatusCode Status, string Body)>? instead = null, DateTimeOffset? serverTime = null, bool withKey = true)
    {
        var tree = new MerkleTree();
        _entries.ForEach(each => tree.Append(Rfc6962.LeafHash(each)));
        using var server = new Answering((request, _) =>
        {
            var path = request.RequestUri!.PathAndQuery;
            var answer = instead?.TryGetValue(path, out var other) == true
                ? new HttpResponseMessage(other.Status) { Content = new StringContent(other.Body) }
                : new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent(Sound(path, tree)) };
            answer.Headers.Date = serverTime ?? Noon;
            return answer;
        });
        using var http = new HttpClient(server, disposeHandler: false) { BaseAddress = new Uri("http://registry.example") };
        var examination = new OutsideExamination(http, server.Client(), withKey ? server.Client("key") : null, null, new Stopped(Noon));
        var code = await DoctorCommand.ExamineAsync(examination, _output, CancellationToken.None);
        return (code, _output.ToString().TrimEnd().ReplaceLineEndings("\n").Split('\n'));
    }

    private byte[] Sound(string path, MerkleTree tree) => path switch
    {
        "/health/live" or "/health/ready" => """{"status":"ok","failing":[]}"""u8.ToArray(),
        "/log/vkey" => Encoding.UTF8.GetBytes(_signer.Vkey + "\n"),
        "/log/checkpoint" => Encoding.UTF8.GetBytes(new Checkpoint(_signer.Name, Size, tree.Root()).Sign(_signer)),
        "/log/policy" => Encoding.UTF8.GetBytes($"log {_signer.Vkey}\nquorum none\n"),
        "/v1/changes?since=-1" => """{"items":[{"logIndex":299}],"next":299}"""u8.ToArray(),
        "/v1/changes?since=299" => """{"items":[],"next":299}"""u8.ToArray(),
        "/v1/findings?limit=100" => """{"items":[]}"""u8.ToArray(),
        "/v1/integrity" => Encoding.UTF8.GetBytes(Integrity(damaged: 0, Noon.AddDays(-3))),
        _ when path.StartsWith("/v1/log/proofs/consistency", StringComparison.Ordinal) => """{"hashes":[]}"""u8.ToArray(),
        _ when TilePath.TryParse(path["/log/".Length..], out var tile) => tile.IsEntries
            ? EntryBundle.Write(_entries.Skip((int)tile.First).Take(tile.Width))
            : Tiles.Hashes(tree, tile, Size)!,
        _ => throw new InvalidOperationException($"Nobody asks for {path}."),
    };

    private static string Integrity(int damaged, DateTimeOffset since) => string.Create(
        CultureInfo.InvariantCulture,
        $$"""{"payloads":7,"unchecked":0,"whole":{{7 - damaged}},"damaged":{{damaged}},"checkedSince":"{{since:O}}","periodSeconds":604800,"orphans":0,"damagedItems":[{{(damaged > 0 ? "{\"evidence\":\"evd_1\"}" : "")}}]}""");

    private static void OnlyThisFails((int Code, string[] Lines) found, string check, string because)
    {
        found.Code.Should().Be(ExitCode.DoesNotHold);
        found.Lines.Where(each => each.StartsWith("FAIL", StringComparison.Ordinal)).Should().ContainSingle().Which.Should().StartWith($"FAIL {check}: ").And.Contain(because);
        found.Lines.Should().HaveCount(8, "the other checks are made all the same");
    }

    [Fact]
    public async Task A_sound_registry_has_eight_lines_and_all_of_them_hold()
    {
        var (code, lines) = await ExamineAsync();

        code.Should().Be(ExitCode.Holds, string.Join('\n', lines));
        lines.Should().HaveCount(8).And.OnlyContain(each => each.StartsWith("ok   ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_not_ready_is_told_in_the_servers_words() =>
        OnlyThisFails(await ExamineAsync(new() { ["/health/ready"] = (HttpStatusCode.ServiceUnavailable, """{"code":"unavailable","detail":"Not working: evidence store."}""") }), "ready", "evidence store");

    [Theory]
    [InlineData(31, "31 s ahead")]
    [InlineData(-40, "39 s behind")]
    public async Task A_clock_that_goes_wrong_is_a_fault(int seconds, string because) =>
        OnlyThisFails(await ExamineAsync(serverTime: Noon.AddSeconds(seconds)), "clock", because);

    [Theory]
    [InlineData(29)]
    [InlineData(-30)]
    public async Task A_small_difference_of_clocks_is_none(int seconds) => (await ExamineAsync(serverTime: Noon.AddSeconds(seconds))).Code.Should().Be(ExitCode.Holds);

    [Fact]
    public async Task A_log_whose_entries_do_not_give_its_root_is_a_fault()
    {
        var tree = new MerkleTree();
        _entries.Skip(1).ToList().ForEach(each => tree.Append(Rfc6962.LeafHash(each)));
        tree.Append(Rfc6962.LeafHash(_entries[0]));
        OnlyThisFails(
            await ExamineAsync(new() { ["/log/checkpoint"] = (HttpStatusCode.OK, new Checkpoint(_signer.Name, Size, tree.Root()).Sign(_signer)) }), "log", "entries give");
    }

    [Fact]
    public async Task A_checkpoint_without_the_newest_public_change_is_not_fresh() =>
        OnlyThisFails(
            await ExamineAsync(new()
            {
                ["/v1/changes?since=-1"] = (HttpStatusCode.OK, """{"items":[],"next":300}"""), ["/v1/changes?since=300"] = (HttpStatusCode.OK, """{"items":[],"next":300}"""),
            }),
            "checkpoint", "the newest public change is entry 300");

    [Theory]
    [InlineData(1, 10, "ok", null)]
    [InlineData(0, 10, "ok", "the quorum w1 is not met")]
    [InlineData(1, 61, "ok", "older than an hour")]
    [InlineData(1, 10, "alarm", "w1 is alarm: It holds another tree.")]
    public async Task Witnesses_hold_when_their_quorum_is_there_fresh_and_without_alarm(int cosigned, int minutesAgo, string state, string? because)
    {
        using var witness = NoteSigner.Witness("witness.example/w1", [.. Enumerable.Repeat((byte)1, NoteSigner.SeedSize)]);
        var tree = new MerkleTree();
        _entries.ForEach(each => tree.Append(Rfc6962.LeafHash(each)));
        var checkpoint = new Checkpoint(_signer.Name, Size, tree.Root());
        var note = checkpoint.Sign(_signer) + (cosigned == 0 ? "" : CosignatureV1.Sign(witness, checkpoint.Body(), Noon.AddMinutes(-minutesAgo).ToUnixTimeSeconds()));
        var found = await ExamineAsync(new()
        {
            ["/log/policy"] = (HttpStatusCode.OK, $"log {_signer.Vkey}\nwitness w1 {witness.Vkey}\nquorum w1\n"),
            ["/log/checkpoint/witnessed"] = (HttpStatusCode.OK, note),
            ["/v1/log/witnesses"] = (HttpStatusCode.OK, $$"""{"witnesses":[{"name":"w1","state":"{{state}}","reason":"It holds another tree."}]}"""),
        });
        if (because is null)
        {
            found.Code.Should().Be(ExitCode.Holds, string.Join('\n', found.Lines));
            found.Lines.Should().ContainSingle(each => each.StartsWith("ok   witnesses: ", StringComparison.Ordinal) && each.Contains("w1 at 2026-01-01T11:50:00Z", StringComparison.Ordinal));
        }
        else
        {
            OnlyThisFails(found, "witnesses", because);
        }
    }

    [Fact]
    public async Task A_registry_that_shows_no_witnessed_checkpoint_fails_at_its_witnesses()
    {
        using var witness = NoteSigner.Witness("witness.example/w1", [.. Enumerable.Repeat((byte)1, NoteSigner.SeedSize)]);
        OnlyThisFails(
            await ExamineAsync(new()
            {
                ["/log/policy"] = (HttpStatusCode.OK, $"log {_signer.Vkey}\nwitness w1 {witness.Vkey}\nquorum w1\n"),
                ["/log/checkpoint/witnessed"] = (HttpStatusCode.NotFound, """{"code":"not-found","detail":"No checkpoint has the quorum w1 yet."}"""),
            }),
            "witnesses", "No checkpoint has the quorum");
    }

    [Fact]
    public async Task A_finding_with_another_digest_than_it_says_is_named() =>
        OnlyThisFails(
            await ExamineAsync(new()
            {
                ["/v1/findings?limit=100"] = (HttpStatusCode.OK, """{"items":[{"number":"AR-2026-0001"}]}"""),
                ["/v1/findings/AR-2026-0001"] = (HttpStatusCode.OK, """{"number":"AR-2026-0001","digest":"00","finding":{}}"""),
            }),
            "findings", "AR-2026-0001: digest");

    [Fact]
    public async Task Damaged_bytes_are_a_fault_that_names_the_items() =>
        OnlyThisFails(await ExamineAsync(new() { ["/v1/integrity"] = (HttpStatusCode.OK, Integrity(damaged: 1, Noon.AddDays(-3))) }), "integrity", "1 damaged");

    [Fact]
    public async Task A_sweep_that_stands_still_is_a_fault() =>
        OnlyThisFails(await ExamineAsync(new() { ["/v1/integrity"] = (HttpStatusCode.OK, Integrity(damaged: 0, Noon.AddDays(-15))) }), "integrity", "more than twice the period");

    [Fact]
    public async Task Who_may_not_ask_is_told_so() =>
        OnlyThisFails(await ExamineAsync(new() { ["/v1/integrity"] = (HttpStatusCode.Forbidden, """{"code":"forbidden","detail":"Not yours."}""") }), "integrity", "forbidden");

    [Fact]
    public async Task Without_a_key_the_line_on_stored_bytes_says_that_nobody_asked()
    {
        var (code, lines) = await ExamineAsync(withKey: false);

        code.Should().Be(ExitCode.Holds);
        lines[^1].Should().StartWith("ok   integrity: not asked");
    }
}

using System.Globalization;
using System.Net;
using System.Text;
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
    private readonly List<byte[]> _entries = [.. Enumerable.Range(0, Size).Select(BitConverter.GetBytes)];
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
        found.Lines.Should().HaveCount(7, "the other checks are made all the same");
    }

    [Fact]
    public async Task A_sound_registry_has_seven_lines_and_all_of_them_hold()
    {
        var (code, lines) = await ExamineAsync();

        code.Should().Be(ExitCode.Holds, string.Join('\n', lines));
        lines.Should().HaveCount(7).And.OnlyContain(each => each.StartsWith("ok   ", StringComparison.Ordinal));
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
            await ExamineAsync(new() { ["/log/checkpoint"] = (HttpStatusCode.OK, new Checkpoint(_signer.Name, Size, tree.Root()).Sign(_signer)) }), "log", "the entries give");
    }

    [Fact]
    public async Task A_checkpoint_without_the_newest_public_change_is_not_fresh() =>
        OnlyThisFails(
            await ExamineAsync(new()
            {
                ["/v1/changes?since=-1"] = (HttpStatusCode.OK, """{"items":[],"next":300}"""), ["/v1/changes?since=300"] = (HttpStatusCode.OK, """{"items":[],"next":300}"""),
            }),
            "checkpoint", "the newest public change is entry 300");

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

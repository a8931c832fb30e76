using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using AttributionRegistry.Cli.Ballots;
using AttributionRegistry.Domain;
using AttributionRegistry.Log;
using AttributionRegistry.Server.Tests.Panels;
using static AttributionRegistry.Server.Tests.Panels.PanelCase;
using Dapper;

namespace AttributionRegistry.Server.Tests.Rounds;

/// <summary>Sealed ballots over HTTP: windows, revisions, secrecy (V-47 … V-58).</summary>
public sealed class SealedBallotTests
{
    [Fact]
    public async Task V_47_the_windows_are_half_open_by_the_servers_clock()
    {
        await using var voting = await InRoundAsync();
        var (a, b) = (voting.Sitting[0], voting.Sitting[1]);
        var (first, second) = (voting.Seal(a), voting.Seal(b));
        await RefusedAsync(await voting.OpenAsync(a, first), 409, "reveal-window-closed");
        voting.Registry.Clock.Advance(TimeSpan.FromDays(7) - TimeSpan.FromSeconds(1));
        (await voting.CommitAsync(a, first)).StatusCode.Should().Be(HttpStatusCode.Created);
        await RefusedAsync(await voting.OpenAsync(a, first), 409, "reveal-window-closed");
        voting.Registry.Clock.Advance(TimeSpan.FromSeconds(1));
        await RefusedAsync(await voting.CommitAsync(b, second), 409, "commit-window-closed");
        await RefusedAsync(await voting.OpenAsync(b, second), 409, "nothing-committed");
        voting.Registry.Clock.Advance(TimeSpan.FromDays(3) - TimeSpan.FromSeconds(1));
        (await voting.OpenAsync(a, first)).StatusCode.Should().Be(HttpStatusCode.Created);
        voting.Registry.Clock.Advance(TimeSpan.FromSeconds(1));
        await RefusedAsync(await voting.OpenAsync(b, second), 409, "reveal-window-closed");
    }

    [Fact]
    public async Task V_48_outside_an_exercise_nobody_ends_a_window()
    {
        await using var voting = await InRoundAsync();
        await RefusedAsync(await voting.Sitting[0].Client.PostAsync($"/v1/rounds/{voting.Round}/windows", null), 409, "windows-run-their-course");
        await RefusedAsync(await voting.Sitting[1].Client.PostAsync($"/v1/rounds/{voting.Round}/windows", null), 403, "role-required");
    }

    [Fact]
    public async Task V_51_the_last_revision_counts_and_only_it_can_be_opened()
    {
        await using var voting = await InRoundAsync();
        var a = voting.Sitting[0];
        var first = voting.Seal(a);
        (await voting.CommitAsync(a, first)).StatusCode.Should().Be(HttpStatusCode.Created);
        var second = voting.Seal(a, 1000, first);
        await RefusedAsync(await voting.CommitAsync(a, voting.Seal(a, 1000, second)), 409, "revision-out-of-sequence", "/envelope/revision");
        var astray = a.Sealer.Enclose(voting.Frame, second.Ballot, second.Salt, 2, new string('0', 64));
        await RefusedAsync(await voting.CommitAsync(a, astray), 409, "revision-out-of-sequence", "/envelope/revision");
        (await voting.CommitAsync(a, second)).StatusCode.Should().Be(HttpStatusCode.Created);
        voting.Registry.Clock.Advance(TimeSpan.FromDays(7));
        await RefusedAsync(await voting.OpenAsync(a, first), 422, "opening-does-not-match", "/ballot");
        (await voting.OpenAsync(a, second)).StatusCode.Should().Be(HttpStatusCode.Created);
    }

    [Fact]
    public async Task V_51_two_envelopes_under_one_revision_void_the_ballot_and_both_are_published()
    {
        await using var voting = await InRoundAsync();
        var a = voting.Sitting[0];
        var (one, other) = (voting.Seal(a), voting.Seal(a, 1000));
        await voting.CommitAsync(a, one);
        (await voting.CommitAsync(a, other)).StatusCode.Should().Be(HttpStatusCode.Created);
        voting.Registry.Clock.Advance(TimeSpan.FromDays(7));
        await RefusedAsync(await voting.OpenAsync(a, one), 409, "ballot-void");
        var published = await Json(await voting.Sitting[1].Client.GetAsync($"/v1/rounds/{voting.Round}/envelopes"));
        published["envelopes"]!.AsArray().Select(e => (string?)e!["digest"]).Should().BeEquivalentTo(one.Digest, other.Digest);
    }

    [Fact]
    public async Task V_52_the_same_envelope_again_gets_its_own_earlier_leaf_even_when_others_came_between()
    {
        await using var voting = await InRoundAsync();
        var (a, b) = (voting.Sitting[0], voting.Sitting[1]);
        var ballot = voting.Seal(a);
        var first = await Json(await voting.CommitAsync(a, ballot));
        (await voting.CommitAsync(b, voting.Seal(b))).StatusCode.Should().Be(HttpStatusCode.Created);
        var again = await Json(await voting.CommitAsync(a, ballot));
        ((long?)again["receipt"]!["leafIndex"]).Should().Be((long?)first["receipt"]!["leafIndex"]);
        ((string?)again["receipt"]!["leafHash"]).Should().Be((string?)first["receipt"]!["leafHash"]);
        ((string?)again["etag"]).Should().Be((string?)first["etag"], "a version of the record would count the ballots of others");
    }

    [Fact]
    public async Task V_53_a_wrong_opening_is_refused_and_may_be_tried_again()
    {
        await using var voting = await InRoundAsync();
        var a = voting.Sitting[0];
        var ballot = voting.Seal(a);
        await voting.CommitAsync(a, ballot);
        voting.Registry.Clock.Advance(TimeSpan.FromDays(7));
        await RefusedAsync(await voting.OpenAsync(a, ballot with { Salt = new byte[32] }), 422, "opening-does-not-match", "/ballot");
        await RefusedAsync(await voting.OpenAsync(a, ballot with { Ballot = [.. ballot.Ballot, (byte)' '] }), 422, "opening-does-not-match", "/ballot");
        (await voting.OpenAsync(a, ballot)).StatusCode.Should().Be(HttpStatusCode.Created);
        (await voting.OpenAsync(a, ballot)).StatusCode.Should().Be(HttpStatusCode.Created, "the same opening again changes nothing");
    }

    [Fact]
    public async Task V_53_what_was_committed_to_but_is_no_ballot_of_this_member_and_round_cannot_be_opened()
    {
        await using var voting = await InRoundAsync();
        var members = voting.Sitting;
        var foreign = voting.Seal(members[0]);
        var cases = new (Member Member, byte[] Bytes, string Code, string Pointer)[]
        {
            // Whoever copies another member's commitment cannot open it as their own, even knowing all of it.
            (members[1], foreign.Ballot, "ballot-invalid", "/ballot/ballotKeyId"),
            (members[2], members[2].Sealer.Seal(voting.Frame with { Round = 7 }, voting.Answers(9000)).Ballot, "ballot-invalid", "/ballot/round"),
            (members[3], members[3].Sealer.Seal(voting.Frame with { CaseId = "inc_x" }, voting.Answers(9000)).Ballot, "ballot-invalid", "/ballot/caseId"),
            (members[4], members[4].Sealer.Seal(voting.Frame with { RulesHash = new string('a', 64) }, voting.Answers(9000)).Ballot, "ballot-invalid", "/ballot/rulesHash"),
            (members[5], members[5].Sealer.Seal(voting.Frame with { EvidenceRoot = new string('b', 64) }, voting.Answers(9000)).Ballot, "ballot-invalid", "/ballot/evidenceRoot"),
            (members[6], [.. voting.Seal(members[6]).Ballot, (byte)'\n'], "ballot-not-canonical", "/ballot"),
            (members[7], Encoding.UTF8.GetBytes("not json"), "ballot-not-canonical", "/ballot"),
            (members[8], Encoding.UTF8.GetBytes("[[[[[[[[[[[[1]]]]]]]]]]]]"), "ballot-invalid", "/ballot"),
        };
        var sealedOnes = cases.Select(c => c.Member.Sealer.Enclose(voting.Frame, c.Bytes, foreign.Salt, 1, null)).ToList();
        for (var i = 0; i < cases.Length; i++)
        {
            (await voting.CommitAsync(cases[i].Member, sealedOnes[i])).StatusCode.Should().Be(HttpStatusCode.Created);
        }

        voting.Registry.Clock.Advance(TimeSpan.FromDays(7));
        for (var i = 0; i < cases.Length; i++)
        {
            await RefusedAsync(await voting.OpenAsync(cases[i].Member, sealedOnes[i]), 422, cases[i].Code, cases[i].Pointer);
        }
    }

    [Fact]
    public async Task Envelopes_of_another_case_round_or_key_or_with_a_bad_signature_are_refused()
    {
        await using var voting = await InRoundAsync();
        var (a, b) = (voting.Sitting[0], voting.Sitting[1]);
        await RefusedAsync(await voting.CommitAsync(a, a.Sealer.Seal(voting.Frame with { Round = 2 }, voting.Answers(9000))), 422, "wrong-round", "/envelope/round");
        await RefusedAsync(await voting.CommitAsync(a, a.Sealer.Seal(voting.Frame with { CaseId = "inc_x" }, voting.Answers(9000))), 422, "wrong-round");
        await RefusedAsync(await voting.CommitAsync(a, voting.Seal(b)), 403, "not-your-ballot-key", "/envelope/ballotKeyId");
        await RefusedAsync(await voting.CommitAsync(a, voting.Seal(a) with { Signature = voting.Seal(a).Signature }), 422, "signature-invalid", "/signature");
        await RefusedAsync(await voting.CommitAsync(a, voting.Seal(a) with { Signature = "?" }), 422, "signature-invalid", "/signature");
        var malformed = voting.Seal(a);
        malformed.Envelope["commitment"] = "ABC";
        await RefusedAsync(await voting.CommitAsync(a, malformed), 422, "envelope-malformed", "/envelope/commitment");
    }

    [Fact]
    public async Task A_round_is_not_there_for_those_who_do_not_vote_in_it_and_officers_cannot_vote()
    {
        await using var voting = await InRoundAsync();
        var outsider = voting.People.Values.First(m => !voting.Sitting.Contains(m));
        var ballot = voting.Seal(outsider);
        (await voting.CommitAsync(outsider, ballot)).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await voting.OpenAsync(outsider, ballot)).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await outsider.Client.GetAsync($"/v1/rounds/{voting.Round}")).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await voting.Registry.As(Role.Analyst).GetAsync($"/v1/rounds/{voting.Round}")).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await voting.Registry.As(Role.Operator).GetAsync($"/v1/rounds/{voting.Round}")).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await voting.Registry.As(Role.Auditor).GetAsync($"/v1/rounds/{voting.Round}")).StatusCode.Should().Be(HttpStatusCode.OK);
        var auditor = await voting.Registry.As(Role.Auditor).PostAsJsonAsync($"/v1/rounds/{voting.Round}/envelopes", ballot.EnvelopeRequest());
        auditor.StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task V_54_and_V_58_what_others_see_does_not_change_by_a_byte_when_a_member_commits_or_opens()
    {
        await using var voting = await InRoundAsync();
        var (a, b) = (voting.Sitting[0], voting.Sitting[1]);
        HttpClient[] viewers = [b.Client, voting.Registry.As(Role.Registrar), voting.Registry.As(Role.Auditor), voting.Registry.As(Role.IntegrityOfficer), voting.Registry.As(Role.Analyst)];
        string[] paths =
        [
            $"/v1/rounds/{voting.Round}", $"/v1/rounds/{voting.Round}/envelopes", $"/v1/rounds/{voting.Round}/openings", $"/v1/rounds/{voting.Round}/tally",
            $"/v1/rounds/{voting.Round}/opinions", $"/v1/incidents/{voting.Incident}", $"/v1/incidents/{voting.Incident}/rounds", $"/v1/incidents/{voting.Incident}/panel",
            $"/v1/incidents/{voting.Incident}/history", $"/v1/panels/{voting.Panel}",
        ];
        var ballot = voting.Seal(a);
        var before = await SeenAsync(viewers, paths);
        (await voting.CommitAsync(a, ballot)).StatusCode.Should().Be(HttpStatusCode.Created);
        (await SeenAsync(viewers, paths)).Should().Equal(before);
        (await Json(await a.Client.GetAsync(paths[0])))["mine"]!["envelopes"]!.AsArray().Should().ContainSingle();

        voting.Registry.Clock.Advance(TimeSpan.FromDays(7));
        before = await SeenAsync(viewers, paths);
        (await voting.OpenAsync(a, ballot)).StatusCode.Should().Be(HttpStatusCode.Created);
        (await SeenAsync(viewers, paths)).Should().Equal(before);
        await RefusedAsync(await voting.Registry.As(Role.Auditor).GetAsync(paths[2]), 409, "reveal-window-open");
    }

    [Fact]
    public async Task V_57_before_the_opening_nothing_of_a_ballot_is_on_the_disk_or_in_what_the_operator_can_decrypt()
    {
        await using var voting = await InRoundAsync();
        var a = voting.Sitting[0];
        var ballot = voting.Seal(a, 8765, reasons: "The-operators-left-a-marker-7f3a.");
        await voting.CommitAsync(a, ballot);
        string[] traces = ["operators-left-a-marker", B64Url.Encode(ballot.Ballot), B64Url.Encode(ballot.Ballot)[..60], B64Url.Encode(ballot.Salt), Convert.ToHexStringLower(ballot.Salt)];
        OnDisk(voting, traces).Should().BeEmpty();
        Decrypted(voting, traces).Should().BeEmpty("the operator has all keys of the server, and no salt of a member");
        Decrypted(voting, [ballot.Commitment]).Should().NotBeEmpty("the search must be able to find something");

        voting.Registry.Clock.Advance(TimeSpan.FromDays(7));
        await voting.OpenAsync(a, ballot);
        Decrypted(voting, [B64Url.Encode(ballot.Salt)]).Should().NotBeEmpty();
    }

    private static async Task<List<string>> SeenAsync(HttpClient[] viewers, string[] paths)
    {
        var seen = new List<string>();
        foreach (var viewer in viewers)
        {
            foreach (var path in paths)
            {
                using var answer = await viewer.GetAsync(path);
                seen.Add($"{path} {(int)answer.StatusCode} {answer.Headers.ETag} {await answer.Content.ReadAsStringAsync()}");
            }
        }

        return [.. seen.Select(WithoutTrace)];
    }

    // Problem documents may carry an id of the request, which says nothing about the round.
    private static string WithoutTrace(string text) => System.Text.RegularExpressions.Regex.Replace(text, "\"(traceId|instance|requestId)\":\"[^\"]*\"", "");

    /// <summary>Everything that the keys of the instance open: events and what opens commitments, and what stands open in the log.</summary>
    private static List<string> Decrypted(PanelCase voting, string[] traces)
    {
        var store = voting.Registry.Core.Store;
        var streams = store.Database.Read(c => c.Query<string>("SELECT stream FROM stream_head").AsList());
        var held = streams.SelectMany(s => store.Events.ReadStream(s)).Select(e => e.Body)
            .Concat(Enumerable.Range(0, (int)store.Events.Head.Size).SelectMany(i => store.Events.Openings(i).Select(o => $"{o.ValueJson} {B64Url.Encode(o.Salt)}")))
            .Concat(store.Events.ReadEntries(0, (int)store.Events.Head.Size).Select(e => Encoding.UTF8.GetString(e.Entry)));
        return [.. held.SelectMany(text => traces.Where(t => text.Contains(t, StringComparison.Ordinal)))];
    }

    private static List<string> OnDisk(PanelCase voting, string[] traces)
    {
        var found = new List<string>();
        foreach (var file in Directory.EnumerateFiles(voting.Registry.DataFolder, "*", SearchOption.AllDirectories).Where(f => Path.GetFileName(f) != "registry.lock"))
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var copy = new MemoryStream();
            stream.CopyTo(copy);
            found.AddRange(traces.Where(t => copy.ToArray().AsSpan().IndexOf(Encoding.UTF8.GetBytes(t)) >= 0).Select(t => $"{Path.GetFileName(file)}: {t}"));
        }

        return found;
    }
}

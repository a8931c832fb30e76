using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using AttributionRegistry.Cli;
using AttributionRegistry.Cli.Ballots;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Log;
using AttributionRegistry.Server.Registry;
using AttributionRegistry.Server.Tests.Panels;
using Microsoft.Extensions.Time.Testing;
using static AttributionRegistry.Server.Tests.Panels.PanelCase;

namespace AttributionRegistry.Server.Tests.Rounds;

/// <summary>The escrow of sealed ballots over HTTP (V-56).</summary>
public sealed class EscrowTests
{
    [Fact]
    public async Task V_56_a_round_at_state_level_is_opened_with_five_fit_scrutineers_or_not_at_all()
    {
        await using var escrow = await EscrowCase.ReadyAsync();
        var (voting, five) = (escrow.Voting, escrow.Scrutineers.Select(s => s.Id).ToList());
        var chair = voting.Sitting[0].Client;
        await RefusedAsync(await voting.OpenRoundAsync(chair, level: "state"), 422, "scrutineers-missing", "/scrutineers");
        await RefusedAsync(await voting.OpenRoundAsync(chair, scrutineers: five.Take(4)), 422, "scrutineers-missing", "/scrutineers");
        await RefusedAsync(await voting.OpenRoundAsync(chair, scrutineers: [.. five.Take(4), voting.Sitting[3].Id]), 422, "scrutineer-unfit", "/scrutineers/4");
        var (auditor, keyless) = (await escrow.NewScrutineerAsync(true, Role.Auditor), await escrow.NewScrutineerAsync(withKey: false));
        foreach (var unfit in new[] { auditor.Id, keyless.Id, PersonId.Of($"per_{7:x32}") })
        {
            await RefusedAsync(await voting.OpenRoundAsync(chair, scrutineers: [unfit, .. five.Skip(1)]), 422, "scrutineer-unfit", "/scrutineers/0");
        }

        await voting.OpenedAsync(await voting.OpenRoundAsync(chair, scrutineers: five, level: "state"));
        var shown = await chair.GetStringAsync(escrow.Path);
        var view = JsonNode.Parse(shown)!["escrow"]!;
        ((int?)view["threshold"], view["scrutineers"]!.AsArray().Select(s => (string)s!["keyId"]!).SequenceEqual(escrow.Scrutineers.Select(s => s.KeyId))).Should().Be((3, true));
        five.Should().OnlyContain(id => !shown.Contains(id.Value), "the round shows keys, and nobody's name");
        await RefusedAsync(
            await voting.Registry.As(Role.Registrar).PostAsJsonAsync($"/v1/incidents/{voting.Incident}/roles", new { person = five[0].Value, role = "invitedSpecialist" }),
            409, "duties-not-separable", "/person");
    }

    [Fact]
    public async Task V_56_the_member_whose_key_is_lost_is_opened_for_by_three_scrutineers_with_the_command_line()
    {
        await using var escrow = await EscrowCase.InRoundAsync();
        var ballots = await escrow.VoteAsync(opened: 10);
        var lost = ballots[10].Member.Sealer.BallotKeyId;
        await RefusedAsync(await escrow.Voting.Sitting[0].Client.PostAsync($"{escrow.Path}/tally", null), 409, "escrow-pending");
        await RefusedAsync(await escrow.Voting.Registry.As(Role.Auditor).GetAsync($"{escrow.Path}/openings"), 409, "escrow-pending");
        var folder = Directory.CreateTempSubdirectory("scrutineer-").FullName;
        foreach (var scrutineer in new[] { 4, 0, 2 }.Select(i => escrow.Scrutineers[i]))
        {
            var (key, api) = (Path.Combine(folder, $"{scrutineer.KeyId}.pem"), Path.Combine(folder, "api.key"));
            await File.WriteAllTextAsync(key, scrutineer.Key.ExportPkcs8PrivateKeyPem());
            await File.WriteAllTextAsync(api, scrutineer.Client.DefaultRequestHeaders.Authorization!.Parameter);
            var output = new StringWriter();
            (await RunAsync(output, "scrutineer", "release", "--round", escrow.Voting.Round, "--key", key, "--server", escrow.Voting.Registry.Address, "--api-key-file", api))
                .Should().Be(0, output.ToString());
            output.ToString().Should().Contain("1 shares released");
        }

        Directory.Delete(folder, recursive: true);
        var result = await escrow.CountedAsync();
        ((int?)result["questions"]!["Q1"]!["counts"]!["votes"]).Should().Be(11);
        result["unrevealed"]!.AsArray().Should().BeEmpty();
        var openings = (await Json(await escrow.Voting.Registry.As(Role.Auditor).GetAsync($"{escrow.Path}/openings")))["openings"]!.AsArray();
        var opening = openings.Single(o => (string?)o!["ballotKeyId"] == lost)!;
        ((string?)opening["ballot"], (string?)opening["salt"]).Should().Be((B64Url.Encode(ballots[10].Ballot.Ballot), B64Url.Encode(ballots[10].Ballot.Salt)));
    }

    [Fact]
    public async Task V_56_with_fewer_than_three_scrutineers_the_ballot_stays_unrevealed_once_their_time_is_over()
    {
        await using var escrow = await EscrowCase.InRoundAsync();
        var silent = (await escrow.VoteAsync(opened: 10))[10].Member.Sealer.BallotKeyId;
        await escrow.ReleaseAllAsync(1, 3);
        escrow.Voting.Registry.Clock.Advance(TimeSpan.FromDays(7) - TimeSpan.FromSeconds(1));
        await RefusedAsync(await escrow.Voting.Sitting[0].Client.PostAsync($"{escrow.Path}/tally", null), 409, "escrow-pending");
        var late = await escrow.SharesAsync(escrow.Scrutineers[0]);
        escrow.Voting.Registry.Clock.Advance(TimeSpan.FromSeconds(1));
        ((int)(await escrow.ReleaseAsync(escrow.Scrutineers[0].Client, late)).StatusCode).Should().Be(409);
        (await escrow.CountedAsync())["unrevealed"]!.AsArray().Select(k => (string?)k).Should().Equal(silent);
    }

    [Fact]
    public async Task V_55_garbage_in_escrow_is_found_unusable_and_the_ballot_is_counted_as_unrevealed()
    {
        await using var escrow = await EscrowCase.InRoundAsync();
        var ballots = await escrow.VoteAsync(opened: 10, (m, i) => i == 10 ? escrow.SealWithout(m) : escrow.Seal(m));
        await escrow.ReleaseAllAsync(0, 1, 2);
        var id = ballots[10].Member.Sealer.BallotKeyId;
        (await escrow.CountedAsync())["unrevealed"]!.AsArray().Select(k => (string?)k).Should().Equal(id);
        escrow.Voting.Registry.Core.Load(Server.Rounds.RoundJournal.Definition, escrow.Voting.Round).State!.UnusableEscrows.Should().Equal(id);
    }

    [Fact]
    public async Task V_56_before_the_reveal_window_has_closed_a_scrutineer_sees_no_share_and_everybody_else_nothing_ever()
    {
        await using var escrow = await EscrowCase.InRoundAsync();
        var voting = escrow.Voting;
        var (a, path) = (escrow.Scrutineers[0].Client, $"{escrow.Path}/escrow");
        foreach (var member in voting.Sitting)
        {
            (await voting.CommitAsync(member, escrow.Seal(member))).StatusCode.Should().Be(HttpStatusCode.Created);
        }

        await RefusedAsync(await a.GetAsync(path), 409, "reveal-window-open");
        voting.Registry.Clock.Advance(TimeSpan.FromDays(9));
        await RefusedAsync(await a.GetAsync(path), 409, "reveal-window-open");
        await RefusedAsync(await escrow.ReleaseAsync(a, [new JsonObject { ["ballotKeyId"] = voting.Sitting[1].Sealer.BallotKeyId, ["share"] = "AAAA" }]), 409, "reveal-window-open");
        await OthersAsync();
        // All are unopened: the automatic extension of V-49 comes first.
        voting.Registry.Clock.Advance(TimeSpan.FromDays(1));
        await RefusedAsync(await a.GetAsync(path), 409, "reveal-window-open");
        voting.Registry.Clock.Advance(TimeSpan.FromDays(3));
        (await Json(await a.GetAsync(path)))["pending"]!.AsArray().Should().HaveCount(11);
        await OthersAsync();
        var auditor = await Json(await voting.Registry.As(Role.Auditor).GetAsync(path));
        auditor["pending"]!.AsArray().Should().HaveCount(11).And.OnlyContain(p => p!["share"] == null);
        (await voting.Registry.As(Role.Auditor).PostAsJsonAsync($"{escrow.Path}/shares", new { shares = Array.Empty<object>() })).StatusCode.Should().Be(HttpStatusCode.NotFound);
        foreach (var hidden in new[] { escrow.Path, $"{escrow.Path}/openings", $"{escrow.Path}/envelopes", $"{escrow.Path}/tally", $"/v1/incidents/{voting.Incident}" })
        {
            (await a.GetAsync(hidden)).StatusCode.Should().Be(HttpStatusCode.NotFound, "a scrutineer turns a key and reads nothing");
        }

        async Task OthersAsync()
        {
            var stranger = await voting.Registry.NewPersonAsync(Role.Scrutineer);
            HttpClient[] others =
            [
                stranger.Client, voting.Sitting[0].Client, voting.Sitting[5].Client, voting.Registry.As(Role.Registrar), voting.Registry.As(Role.IntegrityOfficer),
                voting.Registry.As(Role.Operator), voting.Registry.As(Role.Analyst),
            ];
            foreach (var other in others)
            {
                (await other.GetAsync(path)).StatusCode.Should().Be(HttpStatusCode.NotFound);
                (await escrow.ReleaseAsync(other, [new JsonObject { ["ballotKeyId"] = "k", ["share"] = "AAAA" }])).StatusCode.Should().Be(HttpStatusCode.NotFound);
            }
        }
    }

    [Fact]
    public async Task V_56_a_wrong_share_is_named_and_the_others_of_the_request_are_not_taken()
    {
        await using var escrow = await EscrowCase.InRoundAsync();
        await escrow.VoteAsync(opened: 9);
        var (one, other) = (await escrow.SharesAsync(escrow.Scrutineers[0]), await escrow.SharesAsync(escrow.Scrutineers[1]));
        one.Should().HaveCount(2);
        await RefusedAsync(await escrow.ReleaseAsync(escrow.Scrutineers[1].Client, one), 422, "share-invalid", "/shares/0");
        var mixed = new JsonArray(one[0]!.DeepClone(), other[1]!.DeepClone());
        await RefusedAsync(await escrow.ReleaseAsync(escrow.Scrutineers[0].Client, mixed), 422, "share-invalid", "/shares/1");
        (await Json(await escrow.Scrutineers[0].Client.GetAsync($"{escrow.Path}/escrow")))["pending"]!.AsArray().Should().OnlyContain(p => !(bool)p!["released"]!);
        (await escrow.ReleaseAsync(escrow.Scrutineers[0].Client, one)).StatusCode.Should().Be(HttpStatusCode.Created);
        (await escrow.ReleaseAsync(escrow.Scrutineers[0].Client, one)).StatusCode.Should().Be(HttpStatusCode.Created, "the same again changes nothing");
        (await Json(await escrow.Scrutineers[0].Client.GetAsync($"{escrow.Path}/escrow")))["pending"]!.AsArray().Should().OnlyContain(p => (bool)p!["released"]!);
    }

    [Fact]
    public async Task V_56_a_ballot_is_taken_with_the_escrow_that_the_round_wants_and_only_with_that()
    {
        await using var escrow = await EscrowCase.InRoundAsync();
        var (voting, a) = (escrow.Voting, escrow.Voting.Sitting[0]);
        var good = escrow.Seal(a);
        await RefusedAsync(await voting.CommitAsync(a, good with { Escrow = null }), 422, "escrow-missing", "/escrow");
        await RefusedAsync(await voting.CommitAsync(a, good with { Escrow = escrow.Seal(a).Escrow }), 422, "escrow-invalid", "/escrow/escrow/commitment");
        await ChangedAsync(e => e["signature"] = B64Url.Encode(new byte[64]), "escrow-invalid", "/escrow/signature");
        await ChangedAsync(e => e["escrow"]!["nonce"] = new string('0', 24), "escrow-invalid", "/escrow/signature");
        await ChangedAsync(e => e["escrow"]!["shares"]!.AsArray().RemoveAt(4), "escrow-invalid", "/escrow/escrow/shares");
        await ChangedAsync(e => e["escrow"]!["shares"]![0]!["keyId"] = escrow.Scrutineers[1].KeyId, "escrow-invalid", "/escrow/escrow/shares");
        await ChangedAsync(e => e["escrow"]!["type"] = "commit", "escrow-malformed", "/escrow/escrow/type");
        await ChangedAsync(e => e["escrow"]!["v"] = 2, "escrow-malformed", "/escrow/escrow/v");
        await ChangedAsync(e => e["escrow"]!["ciphertextDigest"] = new string('0', 64), "escrow-malformed", "/escrow/escrow/ciphertextDigest");
        await ChangedAsync(e => e["ciphertext"] = B64Url.Encode(new byte[4096]), "escrow-malformed", "/escrow/ciphertext");
        await ChangedAsync(e => e["escrow"]!["shares"]![2]!["ephemeral"] = "AAAA", "escrow-malformed", "/escrow/escrow/shares/2/ephemeral");
        await ChangedAsync(e => e["escrow"]!["shares"]![3]!["box"] = "AAAA", "escrow-malformed", "/escrow/escrow/shares/3/box");
        (await voting.CommitAsync(a, good)).StatusCode.Should().Be(HttpStatusCode.Created);
        (await voting.CommitAsync(a, good)).StatusCode.Should().Be(HttpStatusCode.Created, "the same again is the same");
        BallotCheck.FirstFault(SealedBallot.Parse(good.ToJson()), escrow.File).Should().BeNull();
        BallotCheck.FirstFault(good with { Escrow = null }, escrow.File).Should().Contain("not in escrow");

        async Task ChangedAsync(Action<JsonObject> change, string code, string pointer)
        {
            var changed = good.Escrow!.DeepClone().AsObject();
            change(changed);
            await RefusedAsync(await voting.CommitAsync(a, good with { Escrow = changed }), 422, code, pointer);
        }
    }

    [Fact]
    public async Task V_56_where_there_are_no_scrutineers_nothing_is_taken_in_escrow()
    {
        await using var escrow = await EscrowCase.ReadyAsync();
        await escrow.Voting.OpenedAsync(await escrow.Voting.OpenRoundAsync(escrow.Voting.Sitting[0].Client));
        var a = escrow.Voting.Sitting[0];
        var recipients = escrow.Scrutineers.Select(s => new EscrowRecipient(s.KeyId, s.Key.ExportSubjectPublicKeyInfo())).ToList();
        var ballot = a.Sealer.Seal(escrow.Voting.Frame, escrow.Voting.Answers(9000), scrutineers: recipients);
        await RefusedAsync(await escrow.Voting.CommitAsync(a, ballot), 422, "escrow-unexpected", "/escrow");
        (await escrow.Scrutineers[0].Client.GetAsync($"{escrow.Path}/escrow")).StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task V_56_a_late_change_of_mind_changes_nothing()
    {
        await using var escrow = await EscrowCase.InRoundAsync();
        // The last member supports the finding when sealing, and wants to drop the support by not opening.
        var ballots = await escrow.VoteAsync(opened: 10, (m, i) => escrow.Seal(m, i < 8 ? 9000 : i < 10 ? 2000 : 9000));
        var (member, ballot) = ballots[10];
        await RefusedAsync(await escrow.Voting.OpenAsync(member, ballot), 409, "reveal-window-closed");
        await RefusedAsync(await escrow.Voting.CommitAsync(member, escrow.Seal(member, 2000, ballot)), 409, "commit-window-closed");
        await escrow.ReleaseAllAsync(2, 3, 4);
        var question = (await escrow.CountedAsync())["questions"]!["Q1"]!;
        ((string?)question["outcome"], (int?)question["support"]![escrow.Voting.Named.Value]).Should().Be(("attributed", 9));
        escrow.Voting.State.Stage.Should().Be(Stage.Adopted);
    }

    [Fact]
    public async Task V_56_only_a_person_themselves_registers_an_escrow_key_and_a_signing_key_is_none()
    {
        await using var escrow = await EscrowCase.ReadyAsync();
        var (scrutineer, member) = (escrow.Scrutineers[0], escrow.Voting.Sitting[0]);
        var path = $"/v1/people/{scrutineer.Id}/escrow-keys";
        var spki = B64Url.Encode(BallotSealer.NewKey().ExportSubjectPublicKeyInfo());
        await RefusedAsync(await escrow.Voting.Registry.As(Role.Operator).PostAsJsonAsync(path, new { spki }), 403, "own-keys-only");
        await RefusedAsync(await member.Client.PostAsJsonAsync(path, new { spki }), 404, "not-found");
        await RefusedAsync(await scrutineer.Client.PostAsJsonAsync(path, new { spki = "AAAA" }), 422, "escrow-key-invalid", "/spki");
        await RefusedAsync(
            await member.Client.PostAsJsonAsync($"/v1/people/{member.Id}/escrow-keys", new { spki = B64Url.Encode(member.LongTerm.ExportSubjectPublicKeyInfo()) }),
            409, "escrow-key-exists", "/spki");
        var listed = JsonNode.Parse(await scrutineer.Client.GetStringAsync(path))!.AsArray().Single()!;
        ((string?)listed["keyId"]).Should().Be(scrutineer.KeyId);
        (await scrutineer.Client.DeleteAsync($"{path}/{(string?)listed["id"]}")).StatusCode.Should().Be(HttpStatusCode.OK);
        await RefusedAsync(
            await escrow.Voting.OpenRoundAsync(escrow.Voting.Sitting[0].Client, scrutineers: escrow.Scrutineers.Select(s => s.Id)), 422, "scrutineer-unfit", "/scrutineers/0");
        (await member.Client.GetAsync(path)).StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task V_56_a_scrutineer_makes_and_registers_a_key_with_the_command_line()
    {
        await using var escrow = await EscrowCase.ReadyAsync();
        var scrutineer = await escrow.NewScrutineerAsync(withKey: false);
        var folder = Directory.CreateTempSubdirectory("scrutineer-").FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "api.key"), scrutineer.Client.DefaultRequestHeaders.Authorization!.Parameter);
        var output = new StringWriter();
        (await RunAsync(
            output, "scrutineer", "key", "--out", Path.Combine(folder, "escrow.pem"), "--server", escrow.Voting.Registry.Address, "--api-key-file", Path.Combine(folder, "api.key")))
            .Should().Be(0, output.ToString());
        var listed = JsonNode.Parse(await scrutineer.Client.GetStringAsync($"/v1/people/{scrutineer.Id}/escrow-keys"))!.AsArray().Single()!;
        output.ToString().Trim().Should().Be($"{(string?)listed["keyId"]} {(string?)listed["spki"]}");
        using var key = PrivateFile.ReadEscrowKey(Path.Combine(folder, "escrow.pem"));
        B64Url.Encode(key.ExportSubjectPublicKeyInfo()).Should().Be((string?)listed["spki"]);
        Directory.Delete(folder, recursive: true);
    }

    private static Task<int> RunAsync(TextWriter output, params string[] args) =>
        Commands.RunAsync(args, output, output, new Entropy(new FakeTimeProvider()).Bytes, TimeProvider.System, CancellationToken.None);
}

using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using AttributionRegistry.Cli.Draws;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Log;
using AttributionRegistry.Server.Rounds;
using AttributionRegistry.Server.Tests.Panels;
using static AttributionRegistry.Server.Tests.Panels.PanelCase;

namespace AttributionRegistry.Server.Tests.Chambers;

/// <summary>Challenges during a round, the chamber that decides them, and what it may open, over HTTP.</summary>
public sealed class ChamberTests
{
    [Fact]
    public async Task V_14_V_16_V_61_challenges_stop_the_round_and_the_chamber_decides_them_and_the_windows_are_longer()
    {
        await using var voting = await InRoundAsync();
        var (registry, incident) = (voting.Registry, voting.Incident.Value);
        var closes = (DateTimeOffset)(await RoundOf(voting))["commit"]!["closes"]!;
        var (a, b, c) = (voting.Sitting[1], voting.Sitting[2], voting.Sitting[3]);
        (await voting.CommitAsync(a, voting.Seal(a))).StatusCode.Should().Be(HttpStatusCode.Created);
        registry.Clock.Advance(TimeSpan.FromDays(5));
        var first = await ChallengeAsync(voting, a, b);
        await RefusedAsync(await voting.CommitAsync(c, voting.Seal(c)), 409, "challenge-pending");
        (await RoundOf(voting))["suspendedSince"].Should().NotBeNull();
        (await registry.As(Role.IntegrityOfficer).GetAsync($"/v1/incidents/{incident}/chamber")).StatusCode.Should().Be(HttpStatusCode.NotFound, "the panel has it still");
        var second = await ChallengeAsync(voting, a, c);
        await RefusedAsync(
            await registry.As(Role.IntegrityOfficer).PostAsJsonAsync($"/v1/panels/{voting.Panel}/challenges/{first}/decision", new { reasons = new { value = "Enough.", lang = "en" } }), 409, "challenge-decided");

        var members = await SeatedChamber.SeatAsync(registry, incident, registry.As(Role.Registrar));
        registry.Clock.Advance(TimeSpan.FromDays(10));
        (await a.Client.GetAsync($"/v1/rounds/{voting.Round}/envelopes")).StatusCode.Should().Be(HttpStatusCode.Conflict, "a suspended window is not over");
        var seen = await Json(await members[0].GetAsync($"/v1/incidents/{incident}/chamber"));
        seen["matters"]!.AsArray().Select(m => (string)m!["id"]!).Should().Equal(first, second);
        (await members[0].GetAsync($"/v1/incidents/{incident}")).StatusCode.Should().Be(HttpStatusCode.OK);
        await SeatedChamber.VoteAsync(incident, first, members.Take(3), "yes");
        await RefusedAsync(await voting.CommitAsync(c, voting.Seal(c)), 409, "challenge-pending");
        await SeatedChamber.VoteAsync(incident, second, members.Skip(1).Take(2), "no");
        var hidden = (await Json(await registry.As(Role.Auditor).GetAsync($"/v1/incidents/{incident}/chamber")))["matters"]!.AsArray();
        (hidden[0]!["votes"]!.AsArray().Count, hidden[1]!["votes"]).Should().Be((3, null));
        await SeatedChamber.VoteAsync(incident, second, members.Take(1), "abstain");

        (await members[0].GetAsync($"/v1/incidents/{incident}/chamber")).StatusCode.Should().Be(HttpStatusCode.NotFound, "there is nothing left to decide");
        (await b.Client.GetAsync($"/v1/rounds/{voting.Round}")).StatusCode.Should().Be(HttpStatusCode.NotFound);
        var longer = await RoundOf(voting);
        ((DateTimeOffset)longer["commit"]!["closes"]! - closes).Should().Be(TimeSpan.FromDays(10) + TimeSpan.FromHours(1));
        longer["suspendedSince"].Should().BeNull();
        (await voting.CommitAsync(c, voting.Seal(c))).StatusCode.Should().Be(HttpStatusCode.Created);
        var list = (await Json(await registry.As(Role.Auditor).GetAsync($"/v1/panels/{voting.Panel}/challenges")))["challenges"]!.AsArray();
        list.Select(x => ((string?)x!["outcome"], (bool?)x["chamberUpheld"])).Should().Equal(("referred", true), ("referred", false));
        DrawCheck.Faults(await registry.As(Role.Auditor).GetStringAsync($"/v1/incidents/{incident}/chamber/draw")).Should().BeEmpty();
    }

    [Fact]
    public async Task V_61_the_pool_of_a_chamber_holds_review_panel_members_and_strangers_find_no_chamber()
    {
        await using var panels = await StartAsync();
        await panels.DrawAsync();
        var (registrar, path) = (panels.Registry.As(Role.Registrar), $"/v1/incidents/{panels.Incident}/chamber");
        var people = await SeatedChamber.PeopleAsync(panels.Registry);
        var pool = SeatedChamber.Pool(panels.Registry, people.Keys);
        await RefusedAsync(await panels.Registry.As(Role.Analyst).PostAsJsonAsync($"{path}/pool", pool), 403, "role-required");
        var unfit = pool.DeepClone().AsObject();
        unfit["candidates"]![3]!["id"] = panels.People.Keys.First().Value;
        await RefusedAsync(await registrar.PostAsJsonAsync($"{path}/pool", unfit), 422, "candidate-unfit", "/candidates/3/id");
        var outsider = (await panels.Registry.NewPersonAsync(Role.PanelMember)).Client;
        await RefusedAsync(await outsider.PostAsJsonAsync($"{path}/pool", pool), 404, "not-found");
        foreach (var part in new[] { "", "/draw" })
        {
            (await outsider.GetAsync(path + part)).StatusCode.Should().Be(HttpStatusCode.NotFound);
        }
    }

    [Fact]
    public async Task V_71_V_72_a_pseudonymous_mapping_is_committed_to_at_the_count_and_opened_by_three_of_five()
    {
        await using var voting = await InRoundAsync(policy: p => p with { IndicativeRoundFirst = false, VoteMode = VoteMode.Pseudonymous });
        var (registry, incident) = (voting.Registry, voting.Incident.Value);
        ((string?)(await RoundOf(voting))["notice"]).Should().Contain("Prose can identify its author");
        var ballots = voting.Sitting.ToDictionary(m => m, m => voting.Seal(m));
        foreach (var (member, ballot) in ballots)
        {
            (await voting.CommitAsync(member, ballot)).StatusCode.Should().Be(HttpStatusCode.Created);
        }

        registry.Clock.Advance(TimeSpan.FromDays(7));
        foreach (var (member, ballot) in ballots)
        {
            (await voting.OpenAsync(member, ballot)).StatusCode.Should().Be(HttpStatusCode.Created);
        }

        registry.Clock.Advance(TimeSpan.FromDays(3));
        (await voting.Sitting[0].Client.PostAsync($"/v1/rounds/{voting.Round}/tally", null)).StatusCode.Should().Be(HttpStatusCode.Created);
        ((string?)(await Json(await registry.As(Role.Analyst).GetAsync($"/v1/rounds/{voting.Round}/tally")))["notice"]).Should().Contain("unanimous on Q1");
        await voting.AppendAsync(
            registry.CallerOf(Role.Registrar),
            new CaseEvent.FindingPublished(registry.Core.Entropy.NewId<FindingId>(), "AR-2026-0099", 1, VersionKind.Published, new string('a', 64), [new Text("The panel assesses.")], null, null, false, registry.CallerOf(Role.Registrar).Id));

        var mapping = $"/v1/rounds/{voting.Round}/mapping";
        (await registry.Stranger.GetAsync(mapping)).StatusCode.Should().Be(HttpStatusCode.NotFound);
        var body = new { reasons = new { value = "A bribe was paid for a vote.", lang = "en" } };
        await RefusedAsync(await registry.As(Role.Registrar).PostAsJsonAsync($"{mapping}-requests", body), 403, "role-required");
        var order = await registry.As(Role.IntegrityOfficer).PostAsJsonAsync($"{mapping}-requests", body);
        order.StatusCode.Should().Be(HttpStatusCode.Created, await order.Content.ReadAsStringAsync());
        var members = await SeatedChamber.SeatAsync(registry, incident, registry.As(Role.Registrar));
        var matter = (string)(await Json(order))["id"]!;
        await SeatedChamber.VoteAsync(incident, matter, members.Take(2), "yes");
        (await registry.Stranger.GetAsync(mapping)).StatusCode.Should().Be(HttpStatusCode.NotFound, "two of five open nothing");
        await SeatedChamber.VoteAsync(incident, matter, members.Skip(2).Take(1), "yes");

        var opened = await Json(await registry.Stranger.GetAsync(mapping));
        opened["members"]!.AsArray().ToDictionary(m => (string)m!["ballotKeyId"]!, m => (string)m!["member"]!)
            .Should().BeEquivalentTo(ballots.Keys.ToDictionary(m => m.Sealer.BallotKeyId, m => m.Id.Value));
        var commitment = Commitments.Compute(
            Commitments.BallotKeyMapping, Convert.FromHexString((string)opened["salt"]!), System.Text.Encoding.UTF8.GetBytes((string)opened["canonical"]!));
        Convert.ToHexStringLower(commitment).Should().Be((string)opened["commitment"]!);
        var stored = registry.Core.Store.Events.ReadStream(voting.Round).Single(e => e.Type == "vote.mapping-sealed");
        var body2 = JsonNode.Parse(stored.Body)!["event"]!;
        ((string?)body2["commitment"]).Should().Be((string)opened["commitment"]!, "it was committed to with the count");
    }

    [Fact]
    public async Task V_71_ten_years_after_the_count_the_mapping_is_open()
    {
        await using var voting = await InRoundAsync(policy: p => p with { IndicativeRoundFirst = false, VoteMode = VoteMode.Pseudonymous });
        voting.Registry.Clock.Advance(TimeSpan.FromDays(14)); // nobody votes; the registry counts by itself or is asked to
        await voting.Sitting[0].Client.PostAsync($"/v1/rounds/{voting.Round}/tally", null);
        await voting.AppendAsync(
            voting.Registry.CallerOf(Role.Registrar),
            new CaseEvent.FindingPublished(voting.Registry.Core.Entropy.NewId<FindingId>(), "AR-2026-0099", 1, VersionKind.Published, new string('a', 64), [new Text("The panel assesses.")], null, null, false, voting.Registry.CallerOf(Role.Registrar).Id));
        var counted = voting.Registry.Core.Load(RoundJournal.Definition, voting.Round).State!.CountedAt!.Value;
        voting.Registry.Clock.SetUtcNow(counted.AddYears(10).AddSeconds(-1));
        (await voting.Registry.Stranger.GetAsync($"/v1/rounds/{voting.Round}/mapping")).StatusCode.Should().Be(HttpStatusCode.NotFound);
        voting.Registry.Clock.Advance(TimeSpan.FromSeconds(1));
        (await voting.Registry.Stranger.GetAsync($"/v1/rounds/{voting.Round}/mapping")).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task V_11_a_declaration_is_taken_only_under_the_members_own_signature_over_every_word_of_it()
    {
        await using var panels = await StartAsync();
        await panels.DrawAsync();
        var (a, b, path) = (panels.Sitting[0], panels.Sitting[1], $"/v1/panels/{panels.Panel}/declarations");
        var declaration = panels.Declaration(a);
        JsonObject With(string name, JsonNode? value)
        {
            var changed = declaration.DeepClone().AsObject();
            changed[name] = value;
            return changed;
        }

        await RefusedAsync(await a.Client.PostAsJsonAsync(path, With("signature", null)), 422, "declaration-unsigned", "/signature");
        await RefusedAsync(await a.Client.PostAsJsonAsync(path, With("signature", (string)panels.Declaration(b)["signature"]!)), 422, "declaration-unsigned", "/signature");
        await RefusedAsync(await a.Client.PostAsJsonAsync(path, With("signingKey", b.LongTermId.Value)), 422, "declaration-unsigned", "/signature");
        await RefusedAsync(await a.Client.PostAsJsonAsync(path, With("statement", new JsonObject { ["value"] = "Nothing.", ["lang"] = "en" })), 422, "declaration-unsigned", "/signature");
        (await a.Client.PostAsJsonAsync(path, declaration)).StatusCode.Should().Be(HttpStatusCode.Created);
        var shown = (await Json(await panels.Registry.As(Role.Auditor).GetAsync(path)))["declarations"]![0]!;
        ((string?)shown["signature"], (string?)shown["signingKey"]).Should().Be(((string?)declaration["signature"], a.LongTermId.Value));
    }

    [Fact]
    public async Task V_02_a_roster_entry_is_complete_or_no_pool_is_frozen()
    {
        await using var panels = await StartAsync();
        foreach (var part in new[] { "id", "region", "nationalities", "employments", "funding", "expertise", "signingKeyId" })
        {
            var pool = panels.PoolOf(panels.People.Values, "beacon 1", "lottery 1");
            pool["candidates"]![4]!.AsObject().Remove(part);
            var refused = await panels.Registry.As(Role.Registrar).PostAsJsonAsync("/v1/pools", pool);
            refused.StatusCode.Should().Be(HttpStatusCode.BadRequest, "an entry without {0} is none", part);
            (await refused.Content.ReadAsStringAsync()).Should().Contain("/candidates/4");
        }
    }

    [Fact]
    public async Task V_74_a_receipt_proves_that_the_ballot_is_in_the_log_and_with_its_salt_what_it_says()
    {
        await using var voting = await InRoundAsync();
        var member = voting.Sitting[4];
        var ballot = voting.Seal(member);
        var written = await Json(await voting.CommitAsync(member, ballot));
        var receipt = System.Text.Json.JsonSerializer.Deserialize<Receipt>(written["receipt"]!.ToJsonString(), System.Text.Json.JsonSerializerOptions.Web)!;
        ReceiptVerifier.Verify(receipt, NoteVerifier.Parse(voting.Registry.Core.Store.Signer.Vkey)).FailedCheck.Should().BeNull();
        var (sent, request) = (ballot.EnvelopeRequest()["envelope"]!, ballot.OpeningRequest());
        var (salt, bytes) = (B64Url.Decode((string)request["salt"]!), B64Url.Decode((string)request["ballot"]!));
        Convert.ToHexStringLower(BallotSeal.Commitment(salt, bytes)).Should().Be((string)sent["commitment"]!);
        bytes[^5] ^= 1;
        Convert.ToHexStringLower(BallotSeal.Commitment(salt, bytes)).Should().NotBe((string)sent["commitment"]!);
    }

    [Fact]
    public async Task An_invited_specialist_speaks_to_panel_and_lead_assessor_and_stands_in_the_method_by_role()
    {
        await using var panels = await StartAsync();
        await panels.DrawAsync();
        var (registry, path) = (panels.Registry, $"/v1/incidents/{panels.Incident}/statements");
        var (specialist, lead) = (await registry.NewPersonAsync(Role.InvitedSpecialist), await registry.NewPersonAsync(Role.LeadAssessor));
        await panels.AppendAsync(
            registry.CallerOf(Role.Registrar), new CaseEvent.Moved(Stage.Screening, Stage.Collecting, Role.Registrar, "test"),
            new CaseEvent.Assigned(specialist.Caller.Id, Role.InvitedSpecialist), new CaseEvent.Assigned(lead.Caller.Id, Role.LeadAssessor));
        var body = new { body = new { value = "The loader is old.", lang = "en" }, conflict = new { value = "I sold it.", lang = "en" } };
        await RefusedAsync(await panels.Sitting[0].Client.PostAsJsonAsync(path, body), 403, "role-required");
        (await specialist.Client.PostAsJsonAsync(path, body)).StatusCode.Should().Be(HttpStatusCode.Created);
        foreach (var hearer in new[] { panels.Sitting[0].Client, lead.Client, specialist.Client, registry.As(Role.Auditor) })
        {
            ((string?)(await Json(await hearer.GetAsync(path)))["statements"]![0]!["conflict"]!["value"]).Should().Be("I sold it.");
        }

        (await registry.As(Role.Analyst).GetAsync(path)).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await specialist.Client.GetAsync($"/v1/panels/{panels.Panel}/declarations")).StatusCode.Should().Be(HttpStatusCode.OK);
        await RefusedAsync(await specialist.Client.PostAsJsonAsync($"/v1/panels/{panels.Panel}/declarations", new { accepts = false, kind = "none" }), 403, "role-required");
    }

    private static async Task<JsonObject> RoundOf(PanelCase voting) => await Json(await voting.Sitting[0].Client.GetAsync($"/v1/rounds/{voting.Round}"));

    private static async Task<string> ChallengeAsync(PanelCase voting, Member by, Member against)
    {
        var filed = await by.Client.PostAsJsonAsync($"/v1/panels/{voting.Panel}/challenges", new JsonObject
        {
            ["member"] = against.Id.Value,
            ["ground"] = new JsonObject { ["value"] = "Was paid last week.", ["lang"] = "en" },
            ["knownSince"] = voting.Registry.Now,
        });
        filed.StatusCode.Should().Be(HttpStatusCode.Created, await filed.Content.ReadAsStringAsync());
        return (string)(await Json(filed))["id"]!;
    }
}

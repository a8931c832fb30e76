using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using AttributionRegistry.Cli.Tally;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.Rounds;
using AttributionRegistry.Domain.Voting;
using AttributionRegistry.Server.Findings;
using AttributionRegistry.Server.Rounds;
using AttributionRegistry.Server.Tests.Demo;
using AttributionRegistry.Server.Tests.Rounds;
using static AttributionRegistry.Server.Tests.Panels.PanelCase;

namespace AttributionRegistry.Server.Tests.Chambers;

/// <summary>What becomes of a published finding: appeal, the last panel's vote on reopening, a tally that does not reproduce.</summary>
public sealed class AppealTests(ExerciseFixture exercise) : IClassFixture<ExerciseFixture>
{
    private HttpClient Stranger => exercise.Registry.Stranger;

    [Fact]
    public async Task V_60_three_of_eleven_are_short_of_a_third_as_case_D37_of_the_file_expects()
    {
        var (number, incident, file) = (exercise.Loaded[1].Number, exercise.Loaded[1].Incident, TallyStage.Case("D37"));
        var petition = await exercise.As("analyst").PostAsJsonAsync($"/v1/findings/{number}/petitions", new { ground = "newEvidence", showing = new { value = "A third log.", lang = "en" } });
        var id = (string)(await Json(petition))["id"]!;
        foreach (var (member, ballot) in exercise.Panel(incident).Zip(file.GetProperty("ballots").EnumerateArray()))
        {
            (await member.PostAsJsonAsync($"/v1/petitions/{id}/votes", new { vote = ballot.GetProperty("vote").GetString() })).StatusCode.Should().Be(HttpStatusCode.OK);
        }

        var state = exercise.Registry.State(IncidentId.Of(incident));
        var (filed, count) = (state.Petitions.Find(p => p.Id.Value == id)!, new JsonObject());
        var eligible = state.DecidedPanel!.Sitting.Count();
        foreach (var vote in Enum.GetValues<MotionVote>())
        {
            count[vote.ToString().ToLowerInvariant()] = filed.PanelVotes.Values.Count(v => v == vote);
        }

        (count["eligible"], count["quorum"], count["outcome"]) = (eligible, 2 * filed.PanelVotes.Count > eligible, filed.Standing == PetitionStanding.Filed ? "refused" : "granted");
        JsonDifference.Between(file.GetProperty("expected"), count).Should().BeEmpty();
        ((string?)(await FindingAsync(number))["status"]).Should().Be("current");
    }

    [Fact]
    public async Task V_60_V_61_a_third_of_the_panel_reopens_and_the_chamber_annuls_and_the_text_stays_readable()
    {
        var (number, incident) = (exercise.Loaded[0].Number, exercise.Loaded[0].Incident);
        var members = exercise.Panel(incident);
        var body = new { ground = "forgedEvidence", showing = new { value = "The log was written afterwards.", lang = "en" } };
        await RefusedAsync(await exercise.As("analyst").PostAsJsonAsync($"/v1/findings/{number}/appeals", body), 403, "appeal-standing");
        var filed = await members[2].PostAsJsonAsync($"/v1/findings/{number}/appeals", body);
        filed.StatusCode.Should().Be(HttpStatusCode.Created, await filed.Content.ReadAsStringAsync());
        var appeal = (string)(await Json(filed))["id"]!;
        var pending = await FindingAsync(number);
        ((string?)pending["status"]).Should().Be("current");
        ((string?)pending["banner"]).Should().Contain("An appeal against this version is pending");

        var petition = await exercise.As("analyst").PostAsJsonAsync($"/v1/findings/{number}/petitions", new { ground = "newEvidence", showing = new { value = "A second log.", lang = "en" } });
        var votes = $"/v1/petitions/{(string)(await Json(petition))["id"]!}/votes";
        await RefusedAsync(await exercise.As("reviewPanelMember").PostAsJsonAsync(votes, new { vote = "yes" }), 403, "role-required");
        foreach (var member in members.Take(3))
        {
            (await member.PostAsJsonAsync(votes, new { vote = "yes" })).StatusCode.Should().Be(HttpStatusCode.OK);
        }

        ((string?)(await FindingAsync(number))["status"]).Should().Be("current");
        (await members[3].PostAsJsonAsync(votes, new { vote = "yes" })).StatusCode.Should().Be(HttpStatusCode.OK);
        ((string?)(await FindingAsync(number))["status"]).Should().Be("underReconsideration");

        var chamber = await SeatedChamber.SeatAsync(exercise.Registry, incident, exercise.As("registrar"));
        await SeatedChamber.VoteAsync(incident, appeal, chamber.Take(3), "yes");
        foreach (var address in new[] { $"/v1/findings/{number}", $"/v1/findings/{number}/versions/1" })
        {
            var annulled = await Json(await Stranger.GetAsync(address));
            ((string?)annulled["status"]).Should().Be("annulled");
            ((string?)annulled["banner"]).Should().Contain("the appeals chamber granted an appeal").And.Contain("forged evidence");
            annulled["finding"]!["statements"]!.AsArray().Should().NotBeEmpty("it stays readable");
        }

        var decided = await Json(await Stranger.GetAsync($"/v1/appeals/{appeal}"));
        ((string?)decided["decision"], decided["votes"]!.AsArray().Count, (string?)decided["votes"]![0]!["reasons"]!["value"]).Should().Be(("annulled", 3, "So the record says."));
        decided.ToJsonString().Should().NotContain("per_");
        (await Stranger.GetStringAsync("/v1/findings?status=annulled")).Should().Contain(number);
        var changes = await Stranger.GetStringAsync("/v1/changes?since=0&limit=200");
        changes.Should().Contain("finding.status");
    }

    [Fact]
    public async Task V_63_a_tally_that_does_not_reproduce_from_its_record_makes_the_finding_disputed_by_itself()
    {
        var (number, incident) = (exercise.Loaded[1].Number, exercise.Loaded[1].Incident);
        var registry = exercise.Registry;
        var round = registry.State(IncidentId.Of(incident)).Rounds[^1].Id;
        var result = registry.Core.Load(RoundJournal.Definition, round.Value).State!.Result!;
        registry.Clock.Advance(TimeSpan.FromDays(1));
        await Task.Delay(TimeSpan.FromMilliseconds(300));
        ((string?)(await FindingAsync(number))["status"]).Should().Be("current", "the real record reproduces");

        await StoreAsync(result with { Eligible = result.Eligible + 1 });
        var disputed = await UntilAsync(number, "disputed");
        ((string?)disputed["banner"]).Should().Contain("does not reproduce").And.Contain("/tally/eligible");

        await StoreAsync(result);
        (await UntilAsync(number, "current"))["banner"]?.GetValue<string>().Should().NotContain("disputed");

        // A result that nobody counted: what a fault of the machine, or somebody at the database, would leave behind.
        async Task StoreAsync(TallyResult stored) => (await registry.Core.RunAsync(
            Clerk.Acting, registry.Now,
            session => session.Append(RoundJournal.Definition, round.Value, Decision<RoundEvent>.Accept(new RoundEvent.Counted(stored))), null, CancellationToken.None))
            .Should().BeOfType<Registry.Outcome.Done>();
    }

    [Theory]
    [InlineData(false, "invited specialist")]
    [InlineData(true, "Vera Test")]
    public void P8_what_a_specialist_told_the_panel_stands_in_the_method_by_role_unless_the_policy_names_people(bool names, string by)
    {
        var state = exercise.Registry.State(IncidentId.Of(exercise.Loaded[1].Incident));
        var round = exercise.Registry.Core.Load(RoundJournal.Definition, state.Rounds[^1].Id.Value).State!;
        var said = new SpecialistStatement(StatementId.Of("sta_1"), PersonId.Of("per_1"), new Text("The loader is old."), new Text("I sold it."), exercise.Registry.Now);
        var composer = new FindingComposer(state with { Statements = [said] }, round, new Policy { NameIndividuals = names }, _ => "Vera Test", () => new string('0', 64));
        composer.Compose(new VersionInfo("AR-2026-0001", 1, VersionKind.Published, exercise.Registry.Now, [], null, null)).Method.Specialists
            .Should().Equal(new PublishedStatement(by, said.Conflict, said.Body));
    }

    private async Task<JsonObject> UntilAsync(string number, string status)
    {
        for (var attempt = 0; attempt < 200; attempt++)
        {
            if (attempt % 10 == 0)
            {
                // Another day, until the check has been seen to wait for one.
                exercise.Registry.Clock.Advance(TimeSpan.FromDays(1));
            }

            var finding = await FindingAsync(number);
            if ((string?)finding["status"] == status)
            {
                return finding;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100));
        }

        throw new InvalidOperationException($"{number} did not become {status}.");
    }

    private async Task<JsonObject> FindingAsync(string number) => await Json(await Stranger.GetAsync($"/v1/findings/{number}"));
}

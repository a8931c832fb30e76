using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using AttributionRegistry.Domain;
using AttributionRegistry.Server.Rounds;

namespace AttributionRegistry.Server.Tests.Demo;

/// <summary>What a later fact makes of a published finding: a track record, and nothing else (V-41).</summary>
public sealed class TrackRecordTests(ExerciseFixture exercise) : IClassFixture<ExerciseFixture>
{
    [Fact]
    public async Task V_41_a_later_fact_scores_the_panel_for_all_to_see_and_each_member_for_themselves_alone()
    {
        var (number, stranger) = (exercise.Loaded[1].Number, exercise.Registry.Stranger);
        var before = await GetAsync(stranger, "/v1/track-record");
        ((long)before["findings"]!, (long)before["resolved"]!, before["panelMean"]).Should().Be((2, 0, null));
        ((string)before["note"]!).Should().Contain("no fair sample");

        var (registrar, officer) = (exercise.As("registrar"), exercise.As("integrityOfficer"));
        var state = exercise.Registry.State(IncidentId.Of(exercise.Loaded[1].Incident));
        var question = state.Rounds[^1].Questions[0];
        var truth = state.Rounds[^1].Outcome!.Questions[0].Hypothesis!;
        var body = new JsonObject
        {
            ["question"] = question.Id,
            ["truth"] = truth,
            ["fact"] = "conviction",
            ["on"] = new JsonObject { ["value"] = "2031", ["precision"] = "year" },
            ["words"] = new JsonObject { ["value"] = "An invented court convicted an invented programmer.", ["lang"] = "en" },
            ["sources"] = new JsonArray(new JsonObject { ["reference"] = "https://court.example/1", ["status"] = "read" }),
        };
        var path = $"/v1/findings/{number}/resolutions";
        (await stranger.PostAsJsonAsync(path, body)).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        (await RefusalAsync(exercise.As("analyst"), path, body)).Should().Be((403, "role-required"));
        (await RefusalAsync(registrar, path, With(body, "truth", "hyp_00000000000000000000000000000000"))).Should().Be((422, "truth-not-asked"));
        (await RefusalAsync(registrar, path, With(body, "sources", new JsonArray()))).Should().Be((422, "resolution-unsourced"));
        (await registrar.PostAsJsonAsync(path, body)).StatusCode.Should().Be(HttpStatusCode.Accepted);
        (await RefusalAsync(registrar, path, body)).Should().Be((409, "second-person-required"));
        (await officer.PostAsJsonAsync(path, body)).StatusCode.Should().Be(HttpStatusCode.OK);

        var round = exercise.Registry.Core.Load(RoundJournal.Definition, RoundJournal.Stream(state.Rounds[^1].Id)).State!;
        var told = round.Openings.Select(o => (int)JsonNode.Parse(Log.B64Url.Decode(o.Ballot))!["answers"]![question.Id]!["likelihood"]![truth]!).ToList();
        var after = await GetAsync(stranger, "/v1/track-record");
        var item = after["items"]![0]!;
        ((string)item["finding"]!, (string)item["truth"]!, (int)item["members"]!).Should().Be((number, truth, told.Count));
        ((long)after["panelMean"]!).Should().Be((long)item["panelMean"]!);
        ((long)item["panelMean"]!).Should().BeLessThan((long)item["uninformed"]!, "a panel that was right did better than one that knew nothing");

        var own = new List<long>();
        foreach (var voter in round.Voters)
        {
            var mine = await GetAsync(exercise.Of(voter.Person), "/v1/track-record/mine");
            own.Add((long)mine["items"]![0]!["score"]!);
        }

        (own.Sum() / own.Count).Should().Be((long)item["panelMean"]!);
        ((JsonArray)(await GetAsync(exercise.As("analyst"), "/v1/track-record/mine"))["items"]!).Should().BeEmpty();
        (await stranger.GetAsync("/v1/track-record/mine")).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        after.ToJsonString().Should().NotContain("per_", "the public record names nobody");
        ((string)(await GetAsync(stranger, $"/v1/findings/{number}"))["status"]!).Should().Be("current", "a later fact changes no finding");
    }

    private static JsonObject With(JsonObject body, string name, JsonNode value)
    {
        var changed = body.DeepClone().AsObject();
        changed[name] = value;
        return changed;
    }

    private static async Task<JsonObject> GetAsync(HttpClient client, string path) => JsonNode.Parse(await client.GetStringAsync(path))!.AsObject();

    private static async Task<(int Status, string? Code)> RefusalAsync(HttpClient client, string path, JsonObject body)
    {
        var answer = await client.PostAsJsonAsync(path, body);
        return ((int)answer.StatusCode, (string?)JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["code"]);
    }
}

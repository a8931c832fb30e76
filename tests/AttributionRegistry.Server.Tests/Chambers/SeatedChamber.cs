using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using AttributionRegistry.Domain;
using AttributionRegistry.Server.Tests.Panels;
using AttributionRegistry.Server.Tests.Running;

namespace AttributionRegistry.Server.Tests.Chambers;

/// <summary>An appeals chamber of a case, drawn over HTTP from ten people whose states no test names.</summary>
internal static class SeatedChamber
{
    private static readonly (string Region, string[] Nations)[] World =
        [("AFR", ["BW", "ZM"]), ("APG", ["FJ", "MN"]), ("EEG", ["SI", "HR"]), ("GRULAC", ["UY", "PY"]), ("WEOG", ["IS", "MT"])];

    public static async Task<Dictionary<string, HttpClient>> PeopleAsync(RunningRegistry registry)
    {
        var people = new Dictionary<string, HttpClient>();
        foreach (var _ in World.SelectMany(w => w.Nations))
        {
            var (caller, client) = await registry.NewPersonAsync(Role.ReviewPanelMember);
            people[caller.Id.Value] = client;
        }

        return people;
    }

    public static JsonObject Pool(RunningRegistry registry, IEnumerable<string> people) => new()
    {
        ["candidates"] = new JsonArray([.. World.SelectMany(w => w.Nations.Select(n => (w.Region, Nation: n))).Zip(people, (at, id) => new JsonObject
        {
            ["id"] = id,
            ["region"] = at.Region,
            ["nationalities"] = new JsonArray(at.Nation),
            ["residence"] = at.Nation,
            ["employments"] = new JsonArray(),
            ["funding"] = new JsonArray(),
            ["expertise"] = new JsonArray("law"),
            ["signingKeyId"] = "none",
        })]),
        ["sources"] = new JsonArray([.. new[] { "beacon 7", "lottery 7" }.Select(s => new JsonObject { ["name"] = s, ["dueBy"] = registry.Now.AddDays(2), ["fallbacks"] = new JsonArray() })]),
    };

    /// <summary>The clients of the five who were drawn, in the order of their seats.</summary>
    public static async Task<List<HttpClient>> SeatAsync(RunningRegistry registry, string incident, HttpClient registrar)
    {
        var people = await PeopleAsync(registry);
        var frozen = await registrar.PostAsJsonAsync($"/v1/incidents/{incident}/chamber/pool", Pool(registry, people.Keys));
        frozen.StatusCode.Should().Be(HttpStatusCode.Created, await frozen.Content.ReadAsStringAsync());
        registry.Clock.Advance(TimeSpan.FromHours(1));
        var drawn = await registrar.PostAsJsonAsync($"/v1/incidents/{incident}/chamber", new JsonObject
        {
            ["pool"] = (string)(await PanelCase.Json(frozen))["id"]!,
            ["published"] = new JsonArray([.. new[] { "beacon 7", "lottery 7" }.Select(s => new JsonObject { ["name"] = s, ["value"] = "4711", ["publishedAt"] = registry.Now })]),
        });
        drawn.StatusCode.Should().Be(HttpStatusCode.Created, await drawn.Content.ReadAsStringAsync());
        return [.. registry.State(IncidentId.Of(incident)).Chamber!.Seats.Select(s => people[s.Person.Value])];
    }

    public static async Task VoteAsync(string incident, string matter, IEnumerable<HttpClient> members, string vote)
    {
        foreach (var member in members)
        {
            var voted = await member.PostAsJsonAsync($"/v1/incidents/{incident}/chamber/matters/{matter}/votes", new { vote, reasons = new { value = "So the record says.", lang = "en" } });
            voted.StatusCode.Should().Be(HttpStatusCode.OK, await voted.Content.ReadAsStringAsync());
        }
    }
}

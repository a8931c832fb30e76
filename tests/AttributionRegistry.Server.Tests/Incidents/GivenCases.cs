using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.Scales;
using AttributionRegistry.Domain.Voting;
using AttributionRegistry.Server.Incidents;
using AttributionRegistry.Server.Tests.Running;
using Caller = AttributionRegistry.Domain.Caller;

namespace AttributionRegistry.Server.Tests.Incidents;

/// <summary>One server for the tests of a class; each test has incidents of its own.</summary>
public sealed class OneRegistry : IAsyncLifetime
{
    public RunningRegistry Registry { get; private set; } = null!;

    public async Task InitializeAsync() => Registry = await RunningRegistry.StartAsync();

    public async Task DisposeAsync() => await Registry.DisposeAsync();
}

/// <summary>Cases by their events, and requests to them.</summary>
internal static class GivenCases
{
    public static JsonObject Facts(string name = "Winter grid outage") =>
        JsonNode.Parse($$"""{"name":"{{name}}","summary":{"value":"Lights out.","lang":"en"},"victimStates":["FR"]}""")!.AsObject();

    public static EvidenceDescription Item(string title = "Log of the gateway", bool elsewhere = false) => new()
    {
        Title = title,
        Kind = EvidenceKind.Log,
        Description = new Text("Two weeks."),
        InterestInOutcome = "none",
        Tlp = Tlp.Amber,
        Spoofability = Spoofability.Low,
        PayloadHeldElsewhere = elsewhere,
    };

    public static HypothesisContent Hypothesis(string words, params Domain.Assessment.HypothesisKind[] kinds) =>
        new() { Statement = new Text(words), Kinds = [.. kinds], Level = Level.Group };

    /// <summary>Adds events that happened before the test begins.</summary>
    public static async Task GivenAsync(this RunningRegistry registry, IncidentId incident, Caller by, params CaseEvent[] events)
    {
        var stream = CaseJournal.Stream(incident);
        var outcome = await registry.Core.RunAsync(
            by, registry.Now, session => session.Append(CaseJournal.Definition, stream, Decision<CaseEvent>.Accept(events)), null, CancellationToken.None);
        outcome.Should().BeOfType<Registry.Outcome.Done>();
    }

    /// <summary>An incident at a stage, by the shortest record that leads there.</summary>
    public static async Task<IncidentId> IncidentAtAsync(this RunningRegistry registry, Stage stage, string name = "Winter grid outage")
    {
        var id = registry.Core.Entropy.NewId<IncidentId>();
        var facts = new IncidentFacts { Name = name, Summary = new Text("Lights out."), VictimStates = ["FR"] };
        await registry.GivenAsync(id, registry.CallerOf(Role.Referrer), new CaseEvent.Referred(id, facts, false, VictimConsent.Given));
        if (stage != Stage.Referred)
        {
            await registry.GivenAsync(id, registry.CallerOf(Role.Registrar), new CaseEvent.Moved(Stage.Referred, stage, Role.Registrar, "given"));
        }

        return id;
    }

    /// <summary>The same, with a published finding.</summary>
    public static async Task<IncidentId> PublishedAsync(this RunningRegistry registry, string number, string name = "Published outage")
    {
        var id = await registry.IncidentAtAsync(Stage.Adopted, name);
        await registry.GivenAsync(
            id, registry.CallerOf(Role.Registrar),
            new CaseEvent.FindingPublished(
                registry.Core.Entropy.NewId<FindingId>(), number, 1, VersionKind.Published, new string('a', 64),
                [new Text("The panel assesses that it was a test.")], null, null, false, registry.CallerOf(Role.Registrar).Id),
            new CaseEvent.Moved(Stage.Adopted, Stage.Published, Role.Registrar, "given"));
        return id;
    }

    public static string Path(this IncidentId id, string rest = "") => $"/v1/incidents/{id.Value}{rest}";

    public static async Task<JsonNode> JsonAsync(this HttpResponseMessage response) =>
        JsonNode.Parse(await response.Content.ReadAsStringAsync()) ?? throw new InvalidOperationException("The answer is null.");

    public static async Task<JsonNode> GetJsonAsync(this HttpClient client, string path)
    {
        var response = await client.GetAsync(path);
        response.StatusCode.Should().Be(HttpStatusCode.OK, await response.Content.ReadAsStringAsync());
        return await response.JsonAsync();
    }

    public static Task<HttpResponseMessage> PostAsync(this HttpClient client, string path, object body) => client.PostAsJsonAsync(path, body);

    public static async Task<JsonNode> PostedAsync(this HttpClient client, string path, object body, HttpStatusCode status = HttpStatusCode.Created)
    {
        var response = await client.PostAsJsonAsync(path, body);
        response.StatusCode.Should().Be(status, await response.Content.ReadAsStringAsync());
        return await response.JsonAsync();
    }

    /// <summary>The request is refused just so, and the case is as it was.</summary>
    public static async Task RefusedAsync(
        this RunningRegistry registry, IncidentId incident, Task<HttpResponseMessage> request, int status, string code, string? pointer = null)
    {
        // The request is on its way, and far from done: what it would change is not there yet.
        var before = registry.VersionOf(incident);
        var response = await request;
        var problem = await response.JsonAsync();
        ((int)response.StatusCode).Should().Be(status, problem.ToJsonString());
        response.Content.Headers.ContentType!.MediaType.Should().Be("application/problem+json");
        problem["code"]!.GetValue<string>().Should().Be(code);
        if (pointer is not null)
        {
            problem["errors"]![0]!["pointer"]!.GetValue<string>().Should().Be(pointer);
        }

        registry.VersionOf(incident).Should().Be(before);
    }

    public static long VersionOf(this RunningRegistry registry, IncidentId incident) =>
        registry.Core.Load(CaseJournal.Definition, CaseJournal.Stream(incident)).Version;
}

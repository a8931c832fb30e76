using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using AttributionRegistry.Cli.Cases;
using AttributionRegistry.Domain;
using AttributionRegistry.Log;
using AttributionRegistry.Server.Demo;
using AttributionRegistry.Server.Tests.Demo;

namespace AttributionRegistry.Server.Tests.Witness;

/// <summary>A finding is official once the quorum has cosigned a checkpoint that covers it, and not before; the log goes on meanwhile.</summary>
public sealed class OfficialFindingTests
{
    [Fact]
    public async Task With_two_of_three_witnesses_down_a_finding_is_published_and_not_official_and_becomes_so_when_one_returns()
    {
        await using var running = await WitnessedRegistry.StartAsync(demo: true, down: 2);
        var (number, incident, credentials) = await PublishAsync(running);

        var waiting = await running.JsonAsync($"/v1/findings/{number}");
        ((bool)waiting["official"]!).Should().BeFalse();
        waiting["witnessedSize"].Should().BeNull();
        ((string)waiting["banner"]!).Should().Contain("EXERCISE").And.Contain("not official yet");
        using var first = await running.Registry.Stranger.GetAsync($"/v1/findings/{number}");
        ((bool)(await running.JsonAsync("/v1/findings"))["items"]![0]!["official"]!).Should().BeFalse();
        (await PublishedChangeAsync(running)).Should().BeFalse();

        await running.Witnesses[1].ComeBackAsync();
        await running.EventuallyAsync(async () => (bool)(await running.JsonAsync($"/v1/findings/{number}"))["official"]!, "the finding is official", TimeSpan.FromSeconds(2));

        var official = await running.JsonAsync($"/v1/findings/{number}");
        ((string)official["banner"]!).Should().Contain("EXERCISE").And.NotContain("not official");
        ((string)official["digest"]!).Should().Be((string)waiting["digest"]!, "the finding itself is the same");
        var leaf = (long)(await running.JsonAsync($"/v1/findings/{number}/record"))["logIndex"]!;
        ((long)official["witnessedSize"]!).Should().BeGreaterThan(leaf);
        using var second = await running.Registry.Stranger.GetAsync($"/v1/findings/{number}");
        second.Headers.ETag.Should().NotBe(first.Headers.ETag);
        (await running.GetAsync($"/v1/findings/{number}/versions/1")).Text.Should().Be((await running.GetAsync($"/v1/findings/{number}")).Text);
        var listed = (await running.JsonAsync("/v1/findings"))["items"]![0]!;
        ((bool)listed["official"]!).Should().BeTrue();
        ((long)listed["witnessedSize"]!).Should().Be((long)official["witnessedSize"]!);
        (await PublishedChangeAsync(running)).Should().BeTrue();
        Checkpoint.Open((await running.GetAsync("/log/checkpoint/witnessed")).Text, running.LogKey).Size.Should().BeGreaterThan(leaf);

        // It stays so, with the same bytes, when the log grows, the witnesses are gone and the server starts anew.
        await running.GrowAsync();
        await running.WitnessedAsync(running.Registry.Core.Store.Events.Head.Size, TimeSpan.FromSeconds(2));
        foreach (var witness in running.Witnesses)
        {
            await witness.StopAsync();
        }

        await running.RestartAsync();
        (await running.JsonAsync($"/v1/findings/{number}")).ToJsonString().Should().Be(official.ToJsonString());

        // A correction waits for witnesses of its own; what was official stays so under its address.
        await CorrectAsync(running, incident, credentials);
        var corrected = await running.JsonAsync($"/v1/findings/{number}");
        ((int)corrected["version"]!).Should().Be(2);
        ((bool)corrected["official"]!).Should().BeFalse();
        var old = await running.JsonAsync($"/v1/findings/{number}/versions/1");
        ((bool)old["official"]!).Should().BeTrue();
        ((string)old["banner"]!).Should().Contain("superseded").And.NotContain("not official");
        (await OfficialVersionsAsync(running, number)).Should().Equal(true, false);
        await running.Witnesses[0].ComeBackAsync();
        await running.Witnesses[2].ComeBackAsync();
        await running.EventuallyAsync(async () => (bool)(await running.JsonAsync($"/v1/findings/{number}"))["official"]!, "the correction is official", TimeSpan.FromSeconds(2));
        (await OfficialVersionsAsync(running, number)).Should().Equal(true, true);
        ((long)(await running.JsonAsync($"/v1/findings/{number}"))["witnessedSize"]!).Should().BeGreaterThan((long)official["witnessedSize"]!);
        ((long)(await running.JsonAsync($"/v1/findings/{number}/versions/1"))["witnessedSize"]!).Should().Be((long)official["witnessedSize"]!);
    }

    private static async Task<IEnumerable<bool>> OfficialVersionsAsync(WitnessedRegistry running, string number) =>
        (await running.JsonAsync($"/v1/findings/{number}/versions")).AsArray().Select(v => (bool)v!["official"]!);

    private static async Task CorrectAsync(WitnessedRegistry running, string incident, Credentials credentials)
    {
        var registry = running.Registry;
        var chair = registry.Core.Load(People.PersonJournal.Definition, registry.State(IncidentId.Of(incident)).Panel!.Chair!.Value.Value).State!.Name;
        foreach (var person in new[] { credentials.People.First(p => p.Roles.Contains("registrar")), credentials.People.Single(p => p.Name == chair) })
        {
            using var client = new HttpClient { BaseAddress = new Uri(registry.Address) };
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", person.ApiKey);
            using var answer = await client.PostAsync(
                $"/v1/incidents/{incident}/finding/corrections",
                new StringContent("""{"statements":[{"value":"Exercise on public reporting. The panel assesses the same as before; a name was misspelt.","lang":"en"}],"changeNote":"A name was misspelt."}""", Encoding.UTF8, "application/json"));
            answer.IsSuccessStatusCode.Should().BeTrue(await answer.Content.ReadAsStringAsync());
        }
    }

    private static async Task<bool> PublishedChangeAsync(WitnessedRegistry running) =>
        (bool)(await running.JsonAsync("/v1/changes"))["items"]!.AsArray().Single(c => (string)c!["kind"]! == "finding.published")!["official"]!;

    internal static async Task<(string Number, string Incident, Credentials Credentials)> PublishAsync(WitnessedRegistry running)
    {
        var registry = running.Registry;
        registry.Clock.AutoAdvanceAmount = TimeSpan.FromMilliseconds(10);
        var settings = new RegistrySettings(registry.DataFolder, "", "", "", 0, true);
        var credentials = Credentials.Parse(await File.ReadAllTextAsync(await DemoPeople.EnsureAsync(registry.Core, settings, registry.Address, registry.Now)));
        using var cast = credentials.ToCast(new Uri(registry.Address), registry.DataFolder, registry.Core.Entropy.Bytes);
        var loaded = await CaseLoader.LoadAsync(ExerciseFixture.CaseFile("wannacry-2017"), cast, registry.Core.Entropy.Bytes, TextWriter.Null, CancellationToken.None);
        registry.Clock.AutoAdvanceAmount = TimeSpan.Zero;
        return (loaded.Single().Number, loaded.Single().Incident, credentials);
    }
}

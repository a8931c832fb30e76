using System.Text.Json.Nodes;
using AttributionRegistry.Cli.Cases;
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
        var number = await PublishAsync(running);

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
    }

    private static async Task<bool> PublishedChangeAsync(WitnessedRegistry running) =>
        (bool)(await running.JsonAsync("/v1/changes"))["items"]!.AsArray().Single(c => (string)c!["kind"]! == "finding.published")!["official"]!;

    internal static async Task<string> PublishAsync(WitnessedRegistry running)
    {
        var registry = running.Registry;
        registry.Clock.AutoAdvanceAmount = TimeSpan.FromMilliseconds(10);
        var settings = new RegistrySettings(registry.DataFolder, "", "", "", 0, true);
        var credentials = Credentials.Parse(await File.ReadAllTextAsync(await DemoPeople.EnsureAsync(registry.Core, settings, registry.Address, registry.Now)));
        using var cast = credentials.ToCast(new Uri(registry.Address), registry.DataFolder, registry.Core.Entropy.Bytes);
        var loaded = await CaseLoader.LoadAsync(ExerciseFixture.CaseFile("wannacry-2017"), cast, registry.Core.Entropy.Bytes, TextWriter.Null, CancellationToken.None);
        registry.Clock.AutoAdvanceAmount = TimeSpan.Zero;
        return loaded.Single().Number;
    }
}

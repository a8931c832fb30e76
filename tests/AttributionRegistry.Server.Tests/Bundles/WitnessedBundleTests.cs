using System.Text;
using System.Text.Json.Nodes;
using AttributionRegistry.Log;
using AttributionRegistry.Server.Tests.Witness;

namespace AttributionRegistry.Server.Tests.Bundles;

/// <summary>A bundle of a log with witnesses: held to the policy that its entry names, and to the reader's own, whatever the operator's is today.</summary>
public sealed class WitnessedBundleTests
{
    private const string Status = "that it is current is the bundle's own word; ask the registry or a mirror for today's status";

    [Fact]
    public async Task A_bundle_says_whether_witnesses_have_covered_it_and_carries_what_shows_it_for_good()
    {
        await using var running = await WitnessedRegistry.StartAsync(demo: true, down: 2);
        var (number, _, _) = await OfficialFindingTests.PublishAsync(running);
        var text = (await running.GetAsync("/log/policy")).Text;
        var policy = Path.Combine(running.Registry.DataFolder, "pinned.policy");
        await File.WriteAllTextAsync(policy, text);
        var vkey = running.LogKey.Vkey;

        var waiting = await BundleAsync();
        (await BundleTests.VerifyAsync(waiting, "--vkey", vkey))
            .Should().Be($"valid (no quorum of witnesses has covered it: it is not official; pin who must witness with --policy; {Status})");
        (await BundleTests.VerifyAsync(waiting, "--vkey", vkey, "--policy", policy)).Should().StartWith("witnesses: ").And.Contain("quorum");

        await running.Witnesses[1].ComeBackAsync();
        await running.EventuallyAsync(async () => (bool)(await running.JsonAsync($"/v1/findings/{number}"))["official"]!, "the finding is official", TimeSpan.FromSeconds(2));

        var official = await BundleAsync();
        (await BundleTests.VerifyAsync(official, "--vkey", vkey))
            .Should().Be($"valid (who must witness is what the log named when it published this version, the operator's choice; pin it with --policy; {Status})");
        (await BundleTests.VerifyAsync(official, "--vkey", vkey, "--policy", policy)).Should().Be($"valid ({Status})");
        (await BundleAsync()).Should().Equal(official);
        Named(official).Should().Be(TlogPolicy.Parse(text).Binding);

        // A finding that nobody has witnessed, passed off as official: as it is, under a policy that one witness meets, and under one that nobody need meet.
        foreach (var quorum in new[] { "two-of-three", "w1", "none" })
        {
            var files = BundleZip.Read(waiting);
            var claimed = JsonNode.Parse(BundleZip.Read(official)["data/representation.json"])!;
            claimed["witnessedSize"] = quorum == "none" ? null : claimed["witnessedSize"]!.DeepClone();
            files["data/representation.json"] = CanonicalJson.Serialize(claimed);
            files["tlog/policy"] = Encoding.UTF8.GetBytes(text.Replace("quorum two-of-three", $"quorum {quorum}", StringComparison.Ordinal));
            (await BundleTests.VerifyAsync(BundleMutationTests.Bag(files), "--vkey", vkey)).Should().StartWith(
                quorum == "two-of-three" ? "witnesses: the quorum two-of-three is not met" : "witnesses: the policy is not the one that the log names for this version");
        }

        // The operator demands nobody any more: what was published under the old policy is held to it, with the same bytes.
        await running.RestartAsync(() => File.WriteAllText(running.PolicyPath, "quorum none\n"));
        (await running.GetAsync("/log/policy")).Text.Should().EndWith("quorum none\n");
        (await BundleAsync()).Should().Equal(official);
        ((bool)(await running.JsonAsync($"/v1/findings/{number}"))["official"]!).Should().BeTrue();

        async Task<byte[]> BundleAsync() => await running.Registry.Stranger.GetByteArrayAsync($"/v1/findings/{number}/bundle");
    }

    [Fact]
    public async Task A_version_that_no_quorum_had_covered_does_not_become_official_because_the_operator_demands_fewer()
    {
        await using var running = await WitnessedRegistry.StartAsync(demo: true, down: 2);
        var (number, _, _) = await OfficialFindingTests.PublishAsync(running);

        await running.RestartAsync(() => File.WriteAllText(running.PolicyPath, File.ReadAllText(running.PolicyPath).Replace("quorum two-of-three", "quorum w1", StringComparison.Ordinal)));
        await running.GrowAsync();
        await running.WitnessedAsync(running.Registry.Core.Store.Events.Head.Size, TimeSpan.FromSeconds(2));

        ((bool)(await running.JsonAsync($"/v1/findings/{number}"))["official"]!).Should().BeFalse();
        ((bool)(await running.JsonAsync("/v1/findings"))["items"]![0]!["official"]!).Should().BeFalse();
        (await BundleTests.VerifyAsync(await running.Registry.Stranger.GetByteArrayAsync($"/v1/findings/{number}/bundle")))
            .Should().StartWith("valid (").And.Contain("it is not official");

        await running.Witnesses[1].ComeBackAsync();
        await running.GrowAsync();
        await running.EventuallyAsync(async () => (bool)(await running.JsonAsync($"/v1/findings/{number}"))["official"]!, "the two that its own policy asks for have covered it", TimeSpan.FromSeconds(2));
    }

    private static string? Named(byte[] bundle)
    {
        var files = BundleZip.Read(bundle);
        var index = (long)JsonNode.Parse(files["data/record.json"])!["logIndex"]!;
        return (string?)JsonNode.Parse(files[BundleForm.EntryName(index)])!["body"]!["witnessPolicy"];
    }
}

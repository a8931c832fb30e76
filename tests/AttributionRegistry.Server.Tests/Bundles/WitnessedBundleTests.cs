using System.Text.Json.Nodes;
using AttributionRegistry.Log;
using AttributionRegistry.Server.Tests.Witness;

namespace AttributionRegistry.Server.Tests.Bundles;

/// <summary>A bundle of a log with witnesses: not official before the quorum, cosigned after it, and held to the reader's own policy.</summary>
public sealed class WitnessedBundleTests
{
    [Fact]
    public async Task A_bundle_says_whether_witnesses_have_covered_it_and_carries_what_shows_it()
    {
        await using var running = await WitnessedRegistry.StartAsync(demo: true, down: 2);
        var (number, _, _) = await OfficialFindingTests.PublishAsync(running);
        var policy = Path.Combine(running.Registry.DataFolder, "pinned.policy");
        await File.WriteAllTextAsync(policy, (await running.GetAsync("/log/policy")).Text);
        var vkey = running.LogKey.Vkey;

        var waiting = await BundleAsync();
        (await BundleTests.VerifyAsync(waiting, "--vkey", vkey)).Should().Be("valid (no quorum of witnesses has covered it: it is not official)");
        (await BundleTests.VerifyAsync(waiting, "--vkey", vkey, "--policy", policy)).Should().StartWith("witnesses: ").And.Contain("quorum");

        await running.Witnesses[1].ComeBackAsync();
        await running.EventuallyAsync(async () => (bool)(await running.JsonAsync($"/v1/findings/{number}"))["official"]!, "the finding is official", TimeSpan.FromSeconds(2));

        var official = await BundleAsync();
        (await BundleTests.VerifyAsync(official, "--vkey", vkey)).Should().Be("valid (who must witness was taken from the bundle itself; pin it with --policy)");
        (await BundleTests.VerifyAsync(official, "--vkey", vkey, "--policy", policy)).Should().Be("valid");
        (await BundleAsync()).Should().Equal(official);

        // A finding that nobody has witnessed, passed off as official.
        var files = BundleZip.Read(waiting);
        var claimed = JsonNode.Parse(BundleZip.Read(official)["data/representation.json"])!;
        files["data/representation.json"] = CanonicalJson.Serialize(claimed);
        (await BundleTests.VerifyAsync(BundleMutationTests.Bag(files), "--vkey", vkey)).Should().StartWith("witnesses: ");

        async Task<byte[]> BundleAsync() => await running.Registry.Stranger.GetByteArrayAsync($"/v1/findings/{number}/bundle");
    }
}

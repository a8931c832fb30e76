using System.Net;
using AttributionRegistry.Log;
using AttributionRegistry.Server.Tests.Running;
using Microsoft.Data.Sqlite;

namespace AttributionRegistry.Server.Tests.Witness;

/// <summary>Registry and three witnesses, as servers: who cosigns, what is served, what happens when one is down or sees another tree.</summary>
public sealed class WitnessedLogTests
{
    [Fact]
    public async Task A_head_is_cosigned_by_all_and_the_pinned_policy_holds_for_what_is_served()
    {
        await using var running = await WitnessedRegistry.StartAsync();
        await running.GrowAsync();
        var size = running.Registry.Core.Store.Events.Head.Size;
        await running.EventuallyAsync(async () => (await running.GetAsync("/log/checkpoint")).Text.Split('\n').Count(l => l.StartsWith('—')) == 4, "all three have cosigned the head");

        var policy = TlogPolicy.Parse((await running.GetAsync("/log/policy")).Text);
        policy.ToString().Should().Be((await running.GetAsync("/log/policy")).Text).And.StartWith($"log {running.LogKey.Vkey}\nwitness w1 ");
        foreach (var path in new[] { "/log/checkpoint", "/log/checkpoint/witnessed" })
        {
            var verdict = policy.Evaluate((await running.GetAsync(path)).Text);
            verdict.Holds.Should().BeTrue(verdict.Missing);
            verdict.Checkpoint.Size.Should().Be(size);
            verdict.Cosignatures.Should().HaveCount(3).And.OnlyContain(c => c.UnixSeconds == RunningRegistry.Noon.ToUnixTimeSeconds());
        }

        var seen = await running.JsonAsync("/v1/log/witnesses");
        seen["quorum"]!.GetValue<string>().Should().Be("two-of-three");
        seen["witnessedSize"]!.GetValue<long>().Should().Be(size);
        seen["witnesses"]!.AsArray().Should().HaveCount(3).And.OnlyContain(w => (string)w!["state"]! == "ok" && (long)w["size"]! == size && w["reason"] == null);
        foreach (var witness in running.Witnesses)
        {
            Checkpoint.Open(await witness.Client.GetStringAsync(RunningWitness.MonitoringPath(running.LogKey.Name)), running.LogKey).Size.Should().Be(size, "what the witness shows is what the log shows");
        }
    }

    [Fact]
    public async Task Growth_is_brought_to_the_witnesses_again_and_again_each_from_its_own_size()
    {
        await using var running = await WitnessedRegistry.StartAsync();
        for (var i = 0; i < 4; i++)
        {
            await running.GrowAsync();
            await running.WitnessedAsync(running.Registry.Core.Store.Events.Head.Size);
        }

        // One that missed a lot goes on from where it was.
        await running.Witnesses[2].StopAsync();
        for (var i = 0; i < 3; i++)
        {
            await running.GrowAsync();
            await running.WitnessedAsync(running.Registry.Core.Store.Events.Head.Size);
        }

        await running.Witnesses[2].ComeBackAsync();
        var size = running.Registry.Core.Store.Events.Head.Size;
        await running.EventuallyAsync(async () => (long)(await running.WitnessAsync(3))["size"]! == size, "the third has caught up", TimeSpan.FromSeconds(2));
    }

    [Fact]
    public async Task The_same_head_is_cosigned_anew_after_ten_minutes_and_a_silent_witness_is_late_after_an_hour()
    {
        await using var running = await WitnessedRegistry.StartAsync();
        var size = running.Registry.Core.Store.Events.Head.Size;
        await running.WitnessedAsync(size);
        await running.EventuallyAsync(async () => (string)(await running.WitnessAsync(3))["state"]! == "ok", "the third has cosigned");
        await running.Witnesses[2].StopAsync();
        for (var passed = 0; passed < 7; passed++)
        {
            running.Pass(TimeSpan.FromMinutes(10));
            var now = running.Registry.Now;
            await running.EventuallyAsync(async () => (DateTimeOffset)(await running.WitnessAsync(1))["cosignedAt"]! == now, "the heartbeat has come");
        }

        running.Registry.Core.Store.Events.Head.Size.Should().Be(size, "no entry was needed for that");
        var late = await running.WitnessAsync(3);
        ((string)late["state"]!).Should().Be("late");
        ((long)late["ageSeconds"]!).Should().Be(70 * 60);
        ((string)late["reason"]!).Should().Contain("cannot be reached");
        var ready = await running.JsonAsync("/health/ready");
        ((string)ready["status"]!).Should().Be("ok", "the registry works all the same");
        ready["warnings"]!.AsArray().Select(w => (string)w!).Should().Equal("witness w3: late");
    }

    [Fact]
    public async Task With_two_witnesses_down_the_log_goes_on_and_no_checkpoint_is_called_witnessed()
    {
        await using var running = await WitnessedRegistry.StartAsync(down: 2);
        await running.GrowAsync();
        await running.EventuallyAsync(async () => (string)(await running.WitnessAsync(1))["state"]! == "ok", "the one that is up has cosigned");
        var (status, problem) = await running.GetAsync("/log/checkpoint/witnessed");
        status.Should().Be(HttpStatusCode.NotFound);
        problem.Should().Contain("\"code\":\"not-found\"").And.Contain("two-of-three");

        var size = running.Registry.Core.Store.Events.Head.Size;
        await running.GrowAsync();
        running.Registry.Core.Store.Events.Head.Size.Should().BeGreaterThan(size);

        await running.Witnesses[1].ComeBackAsync();
        await running.WitnessedAsync(size + 1, TimeSpan.FromSeconds(2));
    }

    [Fact]
    public async Task A_witness_that_holds_another_tree_raises_an_alarm_and_the_others_go_on()
    {
        await using var running = await WitnessedRegistry.StartAsync(down: 1);
        var head = running.Registry.Core.Store.Events.Head;
        await running.WitnessedAsync(head.Size);
        // The third is shown another tree, signed by the log's own key, before it hears of ours.
        var signer = running.Registry.Core.Store.Signer;
        var third = running.Witnesses[2];
        await running.EventuallyAsync(async () => ((string)(await running.WitnessAsync(3))["reason"]!).Contains("reached", StringComparison.Ordinal), "the third was found to be down");
        await third.ComeBackAsync();
        (await third.AskAsync(0, [], new Checkpoint(signer.Name, 1, new byte[32]).Sign(signer))).Status.Should().Be(HttpStatusCode.OK);
        await running.EventuallyAsync(async () => (string)(await running.WitnessAsync(3))["state"]! == "alarm", "the third raises an alarm", TimeSpan.FromSeconds(2));
        ((string)(await running.WitnessAsync(3))["reason"]!).Should().Contain("422");
        await running.GrowAsync();
        await running.WitnessedAsync(running.Registry.Core.Store.Events.Head.Size, TimeSpan.FromSeconds(2));
        (await running.JsonAsync("/health/ready"))["warnings"]!.AsArray().Select(w => (string)w!).Should().Equal("witness w3: alarm");
    }

    [Fact]
    public async Task A_witness_that_has_seen_more_than_this_log_holds_raises_an_alarm()
    {
        await using var running = await WitnessedRegistry.StartAsync(down: 1);
        var (signer, third) = (running.Registry.Core.Store.Signer, running.Witnesses[2]);
        // Until the clock moves, the registry waits with its second attempt.
        await running.EventuallyAsync(async () => ((string)(await running.WitnessAsync(3))["reason"]!).Contains("reached", StringComparison.Ordinal), "the third was found to be down");
        await third.ComeBackAsync();
        (await third.AskAsync(0, [], new Checkpoint(signer.Name, 1_000_000, new byte[32]).Sign(signer))).Status.Should().Be(HttpStatusCode.OK);
        await running.EventuallyAsync(async () => (string)(await running.WitnessAsync(3))["state"]! == "alarm", "the third raises an alarm", TimeSpan.FromSeconds(2));
        ((string)(await running.WitnessAsync(3))["reason"]!).Should().Contain("1000000");
    }

    [Fact]
    public async Task What_was_cosigned_is_there_after_a_restart_with_all_witnesses_down()
    {
        await using var running = await WitnessedRegistry.StartAsync();
        await running.GrowAsync();
        var size = running.Registry.Core.Store.Events.Head.Size;
        await running.EventuallyAsync(async () => (await running.GetAsync("/log/checkpoint")).Text.Split('\n').Count(l => l.StartsWith('—')) == 4, "all three have cosigned the head");
        var before = (await running.GetAsync("/log/checkpoint/witnessed")).Text;
        foreach (var witness in running.Witnesses)
        {
            await witness.StopAsync();
        }

        await running.RestartAsync();
        (await running.GetAsync("/log/checkpoint/witnessed")).Should().Be((HttpStatusCode.OK, before));
        (await running.GetAsync("/log/checkpoint")).Text.Should().Be(before);
        Checkpoint.Open(before, running.LogKey).Size.Should().Be(size);
    }

    [Fact]
    public async Task A_stored_cosignature_that_was_altered_is_left_out()
    {
        await using var running = await WitnessedRegistry.StartAsync();
        await running.EventuallyAsync(async () => (await running.GetAsync("/log/checkpoint")).Text.Split('\n').Count(l => l.StartsWith('—')) == 4, "all three have cosigned the head");
        foreach (var witness in running.Witnesses)
        {
            await witness.StopAsync();
        }

        await running.RestartAsync(() =>
        {
            using var connection = new SqliteConnection($"Data Source={Path.Combine(running.Registry.DataFolder, "registry.db")};Pooling=False");
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "UPDATE cosignature SET line = (SELECT line FROM cosignature AS other WHERE other.witness <> cosignature.witness ORDER BY witness LIMIT 1) WHERE witness = $w";
            command.Parameters.AddWithValue("$w", running.Witnesses[0].Vkey);
            command.ExecuteNonQuery().Should().BePositive();
        });
        var note = (await running.GetAsync("/log/checkpoint")).Text;
        TlogPolicy.Parse((await running.GetAsync("/log/policy")).Text).Evaluate(note).Cosignatures.Select(c => c.Witness.Name).Should().Equal("w2", "w3");
        note.Should().NotContain("witness.example/w1");
    }

    [Fact]
    public async Task A_reader_with_a_pinned_policy_is_told_whether_it_holds_today()
    {
        await using var running = await WitnessedRegistry.StartAsync();
        await running.EventuallyAsync(async () => (await running.GetAsync("/log/checkpoint")).Text.Split('\n').Count(l => l.StartsWith('—')) == 4, "all three have cosigned the head");
        var policy = Path.Combine(Path.GetDirectoryName(running.PolicyPath)!, "pinned");
        await File.WriteAllTextAsync(policy, (await running.GetAsync("/log/policy")).Text);

        var (code, said) = await AskAsync(running, "--policy", policy);
        code.Should().Be(0, said);
        said.Should().StartWith($"valid: {running.LogKey.Name}, ").And.Contain("w1 at 2026-01-01T12:00:00Z, w2 at").And.NotContain("from the server itself");
        (code, said) = await AskAsync(running);
        code.Should().Be(0, said);
        said.Should().Contain("pin it with --policy");

        // A policy that names no log says nothing of this one.
        await File.WriteAllTextAsync(policy, string.Concat((await running.GetAsync("/log/policy")).Text.Split('\n').Where(line => !line.StartsWith("log ", StringComparison.Ordinal)).Select(line => line + "\n")));
        (code, said) = await AskAsync(running, "--policy", policy);
        code.Should().Be(1);
        said.Should().StartWith("witnesses: the policy names no log");

        // Whoever pinned another witness is not content with these.
        using var stranger = NoteSigner.Witness("witness.example/stranger", new byte[32]);
        await File.WriteAllTextAsync(policy, (await running.GetAsync("/log/policy")).Text.Replace(running.Witnesses[0].Vkey, stranger.Vkey, StringComparison.Ordinal).Replace("group two-of-three 2", "group two-of-three 3", StringComparison.Ordinal));
        (code, said) = await AskAsync(running, "--policy", policy);
        code.Should().Be(1);
        said.Should().Contain("witnesses: the quorum two-of-three is not met: of 3 witnesses only w2, w3 cosigned");

        foreach (var witness in running.Witnesses)
        {
            await witness.StopAsync();
        }

        running.Pass(TimeSpan.FromHours(2));
        (code, said) = await AskAsync(running);
        code.Should().Be(1);
        said.Should().Contain("older than an hour");
    }

    [Fact]
    public async Task Fresh_cosignatures_over_an_old_head_do_not_cover_what_came_hours_ago()
    {
        await using var running = await WitnessedRegistry.StartAsync();
        var size = running.Registry.Core.Store.Events.Head.Size;
        await running.EventuallyAsync(async () => (await running.GetAsync("/log/checkpoint")).Text.Split('\n').Count(l => l.StartsWith('—')) == 4, "all three have cosigned the head");
        foreach (var witness in running.Witnesses)
        {
            await witness.StopAsync();
        }

        await running.GrowAsync();
        // Half an hour on, the cosignatures are fresh and the growth is new; a lag of a minute is not granted to it.
        running.Registry.Clock.Advance(TimeSpan.FromMinutes(30));
        var (code, said) = await AskAsync(running);
        code.Should().Be(0, said);
        (code, said) = await AskAsync(running, "--witness-lag", "0.1");
        code.Should().Be(1);
        said.Should().StartWith("witnesses: entry ").And.Contain($"no quorum covers it: {size} of ");
        (await AskAsync(running, "--witness-lag", "soon")).Code.Should().Be(2);
    }

    private static async Task<(int Code, string Said)> AskAsync(WitnessedRegistry running, params string[] options)
    {
        var output = new StringWriter();
        var code = await Cli.Commands.RunAsync(["log", "witnesses", running.Registry.Address, .. options], output, output, running.Registry.Core.Entropy.Bytes, running.Registry.Clock, CancellationToken.None);
        return (code, output.ToString());
    }

    [Fact]
    public async Task Without_a_policy_no_witness_is_demanded_and_the_policy_says_so()
    {
        await using var registry = await RunningRegistry.StartAsync();
        var key = registry.Core.Store.Signer.Vkey;
        (await registry.Stranger.GetStringAsync("/log/policy")).Should().Be($"log {key}\nquorum none\n");
        (await registry.Stranger.GetStringAsync("/log/checkpoint/witnessed")).Should().Be(registry.Core.Store.Events.Head.Checkpoint);
        (await registry.Stranger.GetStringAsync("/v1/log/witnesses")).Should().Be($$"""{"quorum":"none","size":{{registry.Core.Store.Events.Head.Size}},"witnessedSize":null,"witnesses":[]}""");
    }

    [Theory]
    [InlineData("quorum nobody\n", "Line 1")]
    [InlineData("witness w {W} http://192.0.2.1/\nquorum w\n", "https")]
    [InlineData("witness w {W} https://user:pw@witness.example/\nquorum w\n", "https")]
    [InlineData("witness w {W} https://witness.example/?x\nquorum w\n", "https")]
    [InlineData("witness w {W} file:///etc/passwd\nquorum w\n", "https")]
    [InlineData("log {L}\nquorum none\n", "not among them")]
    public async Task A_policy_that_cannot_be_followed_stops_the_start(string text, string words)
    {
        using var witness = NoteSigner.Witness("w.example", new byte[32]);
        var folder = Directory.CreateTempSubdirectory("policy-").FullName;
        var path = Path.Combine(folder, "policy");
        await File.WriteAllTextAsync(path, text.Replace("{W}", witness.Vkey, StringComparison.Ordinal).Replace("{L}", TestLog.Signer.Vkey, StringComparison.Ordinal));
        (await FluentActions.Awaiting(() => RunningRegistry.StartAsync(folder, false, "--Registry:WitnessPolicy", path)).Should().ThrowAsync<InvalidOperationException>())
            .WithMessage($"Registry:WitnessPolicy*{words}*");
    }
}

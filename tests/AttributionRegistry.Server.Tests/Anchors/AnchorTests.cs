using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using AttributionRegistry.Cli;
using AttributionRegistry.Domain;
using AttributionRegistry.Log;
using AttributionRegistry.Server.Anchors;
using AttributionRegistry.Server.Tests.Evidence.Scanning;
using AttributionRegistry.Server.Tests.Running;
using AttributionRegistry.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace AttributionRegistry.Server.Tests.Anchors;

/// <summary>Time stamps of an outside authority over the log's checkpoints.</summary>
public sealed class AnchorTests
{
    [NeedsFact("openssl", "openssl")]
    public async Task A_token_over_a_checkpoint_is_logged_served_and_judged_by_openssl_and_by_the_command_line()
    {
        await using var authority = await OpensslAuthority.StartAsync();
        await using var registry = await RunningRegistry.StartAsync(settings: authority.Settings);
        var anchor = await FirstAsync(registry);
        var index = anchor.GetProperty("index").GetInt64();

        using var token = await registry.Stranger.GetAsync($"/v1/log/anchors/{index}/token");
        token.Content.Headers.ContentType!.MediaType.Should().Be("application/timestamp-reply");
        var checkpoint = await registry.Stranger.GetStringAsync($"/v1/log/anchors/{index}/checkpoint");
        Checkpoint.Open(checkpoint, NoteVerifier.Parse(registry.Core.Store.Signer.Vkey)).Size.Should().Be(anchor.GetProperty("size").GetInt64());
        var body = JsonDocument.Parse(registry.Core.Store.Events.ReadLeaf(index)!.Entry).RootElement;
        body.GetProperty("type").GetString().Should().Be("anchor.rfc3161");
        body.GetProperty("body").GetProperty("token").GetString().Should().Be(Sha256Hex.Of(await token.Content.ReadAsByteArrayAsync()));
        body.GetProperty("body").GetProperty("root").GetString().Should().Be(anchor.GetProperty("root").GetString());

        var folder = registry.DataFolder;
        var (reply, note) = (Path.Combine(folder, "reply.tsr"), Path.Combine(folder, "note"));
        await File.WriteAllBytesAsync(reply, await token.Content.ReadAsByteArrayAsync());
        await File.WriteAllTextAsync(note, checkpoint);
        var (code, said) = await OpensslAuthority.OpensslAsync("ts", "-verify", "-data", note, "-in", reply, "-CAfile", authority.Root);
        code.Should().Be(0, said);

        (await AnchorsAsync(registry, "--ca", authority.Root)).Should().Match<(int Code, string Said)>(a => a.Code == ExitCode.Holds && a.Said.Contains("1 time stamps"));
        (await AnchorsAsync(registry)).Said.Should().Contain("--ca");
        (await AnchorsAsync(registry, "--ca", authority.OtherRoot)).Should()
            .Match<(int Code, string Said)>(a => a.Code == ExitCode.DoesNotHold && a.Said.Contains($"entry {index}") && a.Said.Contains("certificate"));
    }

    [NeedsFact("openssl", "openssl")]
    public async Task A_token_that_was_exchanged_is_found_out()
    {
        await using var authority = await OpensslAuthority.StartAsync();
        await using var registry = await RunningRegistry.StartAsync(settings: authority.Settings);
        await FirstAsync(registry);

        await registry.Core.Store.Writer.CommitAsync(new CommitRequest([], rows => rows.Execute("UPDATE anchor SET token = @other", new { other = new byte[] { 1, 2 } })));
        (await AnchorsAsync(registry)).Should().Match<(int Code, string Said)>(a => a.Code == ExitCode.DoesNotHold && a.Said.Contains("the token is not the one"));
        await registry.Core.Store.Writer.CommitAsync(new CommitRequest([], rows => rows.Execute("UPDATE anchor SET checkpoint = @other", new { other = "x" })));
        (await AnchorsAsync(registry)).Said.Should().Contain("the checkpoint is not the one");
    }

    [NeedsFact("openssl", "openssl")]
    public async Task One_a_day_is_enough_none_where_nothing_happened_and_pages_go_on()
    {
        await using var authority = await OpensslAuthority.StartAsync();
        await using var registry = await RunningRegistry.StartAsync(settings: authority.Settings);
        await FirstAsync(registry);
        var size = registry.Core.Store.Events.Head.Size;

        registry.Clock.Advance(TimeSpan.FromDays(2));
        await QuietAsync(registry);
        registry.Core.Store.Events.Head.Size.Should().Be(size, "its own anchor is all that the log has grown by");

        _ = registry.As(Role.Operator); // an account is made
        await UntilAsync(registry, async () => (await HealthAsync(registry)).GetProperty("anchors").GetInt32() == 2);
        _ = registry.As(Role.Analyst);
        await QuietAsync(registry);
        (await HealthAsync(registry)).GetProperty("anchors").GetInt32().Should().Be(2, "the day is not over");

        var first = await registry.Stranger.GetFromJsonAsync<JsonElement>("/v1/log/anchors?limit=1");
        var second = await registry.Stranger.GetFromJsonAsync<JsonElement>($"/v1/log/anchors?limit=1&after={first.GetProperty("next").GetString()}");
        second.GetProperty("items")[0].GetProperty("size").GetInt64().Should().BeGreaterThan(first.GetProperty("items")[0].GetProperty("size").GetInt64());
        second.GetProperty("next").ValueKind.Should().Be(JsonValueKind.Null);
    }

    [NeedsFact("openssl", "openssl")]
    public async Task A_publication_is_stamped_at_once()
    {
        await using var authority = await OpensslAuthority.StartAsync();
        await using var registry = await RunningRegistry.StartAsync(settings: authority.Settings);
        await FirstAsync(registry);
        var size = registry.Core.Store.Events.Head.Size;

        // What a publication leaves for the public: a change of a kind "finding.…", at its entry.
        var events = new StreamAppend("padding", 0, [new NewEvent("test.padding", 1, null, registry.Now, "{}", false, [], [], [])]);
        await registry.Core.Store.Writer.CommitAsync(new CommitRequest([events], rows => rows.Execute(
            "INSERT INTO change (idx, kind, subject, at_us) VALUES (@idx, 'finding.published', 'AR-2026-0001', 0)", new { idx = rows.Leaves[0].Index })));

        await UntilAsync(registry, async () => (await HealthAsync(registry)).GetProperty("covers").GetInt64() > size);
    }

    [NeedsFact("openssl", "openssl")]
    public async Task Whatever_the_authority_does_the_log_goes_on_and_it_is_tried_again_ever_more_rarely()
    {
        await using var authority = await OpensslAuthority.StartAsync();
        authority.Behaviour = Behaviour.Down;
        await using var registry = await RunningRegistry.StartAsync(settings: authority.Settings);
        await UntilAsync(registry, async () => (await HealthAsync(registry)).GetProperty("failures").GetInt32() == 1);
        Gap(await HealthAsync(registry)).Should().Be(TimeSpan.FromMinutes(1));
        var asked = authority.Asked;
        await QuietAsync(registry);
        authority.Asked.Should().Be(asked, "it waits");

        var failures = 1;
        foreach (var (behaviour, fault) in new[]
        {
            (Behaviour.AnotherNonce, "nonce"), (Behaviour.OtherBytes, "digest"), (Behaviour.Expired, "certificate"), (Behaviour.Stranger, "certificate"),
            (Behaviour.Garbage, "malformed"), (Behaviour.Refuses, "refused"), (Behaviour.Silent, "timeout"), (Behaviour.Down, "unreachable"),
        })
        {
            authority.Behaviour = behaviour;
            registry.Clock.Advance(TimeSpan.FromHours(1));
            failures++;
            await UntilAsync(registry, async () => (await HealthAsync(registry)).GetProperty("failures").GetInt32() == failures);
            var health = await HealthAsync(registry);
            health.GetProperty("fault").GetString().Should().Be(fault, behaviour.ToString());
            health.GetProperty("state").GetString().Should().Be("failing");
            Gap(health).Should().Be(TimeSpan.FromMinutes(Math.Min(60, Math.Pow(2, failures - 1))));
        }

        (await registry.Stranger.GetFromJsonAsync<JsonElement>("/v1/log/anchors")).GetProperty("items").GetArrayLength().Should().Be(0);
        (await registry.As(Role.Operator).PostAsJsonAsync("/v1/master-key/rotations", new { reason = "An act." })).StatusCode.Should().Be(HttpStatusCode.Created);

        authority.Behaviour = Behaviour.Honest;
        registry.Clock.Advance(TimeSpan.FromHours(1));
        await FirstAsync(registry);
        (await HealthAsync(registry)).GetProperty("state").GetString().Should().Be("working");
    }

    [Fact]
    public async Task Without_an_authority_the_health_says_off()
    {
        await using var registry = await RunningRegistry.StartAsync();

        (await HealthAsync(registry)).GetProperty("state").GetString().Should().Be("off");
        (await registry.Stranger.GetAsync("/v1/log/anchors/0/token")).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await registry.Stranger.GetAsync("/v1/log/anchors/0/checkpoint")).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await AnchorsAsync(registry)).Said.Should().Contain("none is a time stamp");
    }

    [Theory]
    [InlineData("", "needs Registry:TimeStampCertificates")]
    [InlineData("/nonexistent.pem", "TimeStampCertificates")]
    public async Task Settings_that_cannot_work_stop_the_start(string certificates, string message)
    {
        string[] settings = ["--Registry:TimeStampAuthority", "http://127.0.0.1:9/tsr", "--Registry:TimeStampCertificates", certificates];

        var start = () => RunningRegistry.StartAsync(settings: settings);

        await start.Should().ThrowAsync<InvalidOperationException>().WithMessage($"*{message}*");
    }

    private static TimeSpan Gap(JsonElement health) => health.GetProperty("nextAttempt").GetDateTimeOffset() - health.GetProperty("lastAttempt").GetDateTimeOffset();

    private static Task<JsonElement> HealthAsync(RunningRegistry registry) => registry.Stranger.GetFromJsonAsync<JsonElement>("/v1/log/anchors/health");

    private static async Task<JsonElement> FirstAsync(RunningRegistry registry)
    {
        JsonElement items = default;
        await UntilAsync(registry, async () =>
            (items = (await registry.Stranger.GetFromJsonAsync<JsonElement>("/v1/log/anchors")).GetProperty("items")).GetArrayLength() > 0);
        return items[0];
    }

    private static async Task UntilAsync(RunningRegistry registry, Func<Task<bool>> holds)
    {
        for (var i = 0; !await holds(); i++)
        {
            i.Should().BeLessThan(600, "{0}", await registry.Stranger.GetStringAsync("/v1/log/anchors/health"));
            registry.Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(50);
        }
    }

    private static Task QuietAsync(RunningRegistry registry)
    {
        var keeper = registry.Services.GetRequiredService<AnchorKeeper>();
        return registry.QuietAsync(() => keeper.Looks);
    }

    private static async Task<(int Code, string Said)> AnchorsAsync(RunningRegistry registry, params string[] more)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await Commands.RunAsync(["log", "anchors", registry.Address, .. more], output, error, registry.Core.Entropy.Bytes, registry.Clock, CancellationToken.None);
        return (code, output.ToString() + error);
    }
}

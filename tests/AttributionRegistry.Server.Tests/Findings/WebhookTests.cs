using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using AttributionRegistry.Domain;
using AttributionRegistry.Server.Tests.Demo;
using AttributionRegistry.Server.Tests.Incidents;
using AttributionRegistry.Server.Tests.Running;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace AttributionRegistry.Server.Tests.Findings;

/// <summary>Somebody else's server that takes messages, or does not.</summary>
internal sealed class Receiver : IAsyncDisposable
{
    private readonly WebApplication _app;

    private Receiver(WebApplication app) => _app = app;

    public string Address => _app.Urls.First();

    public Channel<(string Path, string Id, string Timestamp, string Signature, string Body)> Got { get; } = Channel.CreateUnbounded<(string, string, string, string, string)>();

    public Func<JsonNode, IResult> Answer { get; set; } = message =>
        (string)message["type"]! == "webhook.challenge" ? Results.Json(new { challenge = (string)message["data"]!["challenge"]! }) : Results.NoContent();

    public static async Task<Receiver> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var made = new Receiver(app);
        app.Run(async http =>
        {
            using var reader = new StreamReader(http.Request.Body);
            var body = await reader.ReadToEndAsync();
            string Header(string name) => http.Request.Headers[name].ToString();
            await made.Got.Writer.WriteAsync((http.Request.Path, Header("webhook-id"), Header("webhook-timestamp"), Header("webhook-signature"), body));
            await made.Answer(JsonNode.Parse(body)!).ExecuteAsync(http);
        });
        await app.StartAsync();
        return made;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}

[Collection(PublishedSite.Name)]
public sealed class WebhookTests(ExerciseFixture exercise)
{
    [Fact]
    public async Task A_change_is_told_once_signed_and_again_under_the_same_id_until_it_is_taken()
    {
        await using var receiver = await Receiver.StartAsync();
        var (registry, analyst) = (exercise.Registry, exercise.As("analyst"));
        var made = await analyst.PostedAsync("/v1/webhooks", new { url = $"{receiver.Address}/hook" });
        ((string)made["state"]!).Should().Be("pending");
        var (path, secret) = ($"/v1/webhooks/{(string)made["id"]!}", Convert.FromBase64String(((string)made["secret"]!)["whsec_".Length..]));
        Check(await NextAsync(registry, receiver), secret)["type"]!.GetValue<string>().Should().Be("webhook.challenge");
        await EventuallyAsync(registry, async () => (string)(await analyst.GetJsonAsync(path))["webhook"]!["state"]! == "active");
        (await analyst.GetJsonAsync("/v1/webhooks"))[0]!["secret"].Should().BeNull("it is shown once");

        var taking = receiver.Answer;
        receiver.Answer = _ => Results.StatusCode(500);
        await exercise.As("victim").PostedAsync(
            $"/v1/findings/{exercise.Loaded[1].Number}/petitions", JsonNode.Parse("""{"ground":"newEvidence","showing":{"value":"A hook.","lang":"en"}}""")!);
        var first = await NextAsync(registry, receiver);
        receiver.Answer = taking;
        var second = await NextAsync(registry, receiver);
        (second.Id, second.Body).Should().Be((first.Id, first.Body));
        var told = Check(second, secret);
        ((string)told["type"]!).Should().Be("finding.status");
        var finding = await registry.Stranger.GetJsonAsync($"/v1/findings/{exercise.Loaded[1].Number}");
        ((string)told["data"]!["digest"]!).Should().Be((string)finding["digest"]!);
        await EventuallyAsync(registry, async () => (await analyst.GetJsonAsync(path))["deliveries"]!.AsArray().All(d => d!["deliveredAt"] is not null));
        var report = await analyst.GetJsonAsync(path);
        ((int)report["deliveries"]![0]!["attempts"]!).Should().Be(2);
        report["events"]!.AsArray().Select(e => (string)e!["kind"]!).Should().Equal("webhook.created", "webhook.activated");

        // It is its owner's alone.
        (await exercise.As("registrar").GetAsync(path)).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await exercise.As("registrar").DeleteAsync(path)).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await registry.Stranger.GetAsync("/v1/webhooks")).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        (await analyst.PostAsJsonAsync("/v1/webhooks", new { url = $"{receiver.Address}/hook" })).StatusCode.Should().Be(HttpStatusCode.Conflict);
        (await analyst.DeleteAsync(path)).StatusCode.Should().Be(HttpStatusCode.NoContent);
        (await analyst.GetAsync(path)).StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Whoever_takes_nothing_for_fifty_four_hours_is_stopped_and_no_redirect_is_followed()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var registry = await RunningRegistry.StartAsync(null, false, "--Registry:WebhooksMayCallLoopback", "true");
        receiver.Answer = _ => Results.Redirect("/elsewhere");
        var analyst = registry.As(Role.Analyst);
        var path = $"/v1/webhooks/{(string)(await analyst.PostedAsync("/v1/webhooks", new { url = $"{receiver.Address}/hook" }))["id"]!}";
        (await analyst.PostAsync($"{path}/restart", null)).StatusCode.Should().Be(HttpStatusCode.Conflict);
        await EventuallyAsync(registry, async () => (string)(await analyst.GetJsonAsync(path))["webhook"]!["state"]! == "stopped", TimeSpan.FromMinutes(30));
        var report = await analyst.GetJsonAsync(path);
        var challenge = report["deliveries"]!.AsArray().Single()!;
        ((int)challenge["attempts"]!, challenge["dueAt"]).Should().Be((9, null));
        ((string)report["events"]!.AsArray()[^1]!["kind"]!).Should().Be("webhook.stopped");
        receiver.Got.Writer.Complete();
        // The clock runs so fast here that an attempt may be given up before it arrives.
        var got = await receiver.Got.Reader.ReadAllAsync().ToListAsync();
        got.Should().OnlyContain(g => g.Path == "/hook").And.HaveCountLessThanOrEqualTo(9).And.NotBeEmpty();
    }

    [Theory]
    [InlineData("http://hooks.example/")]
    [InlineData("https://127.0.0.1/")]
    [InlineData("https://169.254.169.254/latest/meta-data")]
    [InlineData("https://[::ffff:192.168.0.1]/")]
    [InlineData("https://[fd00::1]/")]
    [InlineData("file:///etc/passwd")]
    public async Task An_address_that_is_not_on_the_public_internet_is_refused(string url)
    {
        using var answer = await exercise.As("analyst").PostAsJsonAsync("/v1/webhooks", new { url });
        // This demo may call its own machine; nothing else that is private.
        answer.StatusCode.Should().Be(url == "https://127.0.0.1/" ? HttpStatusCode.Created : HttpStatusCode.UnprocessableEntity, url);
    }

    [Fact]
    public async Task A_name_that_leads_to_this_machine_is_not_called()
    {
        await using var registry = await RunningRegistry.StartAsync();
        var analyst = registry.As(Role.Analyst);
        (await analyst.PostAsJsonAsync("/v1/webhooks", new { url = "https://127.0.0.1:1/" })).StatusCode.Should().Be(HttpStatusCode.UnprocessableEntity);
        var path = $"/v1/webhooks/{(string)(await analyst.PostedAsync("/v1/webhooks", new { url = "https://localhost:1/" }))["id"]!}";
        await EventuallyAsync(registry, async () => (string?)(await analyst.GetJsonAsync(path))["deliveries"]![0]!["outcome"] == "address refused");
    }

    private static JsonNode Check((string Path, string Id, string Timestamp, string Signature, string Body) got, byte[] secret)
    {
        var mac = HMACSHA256.HashData(secret, Encoding.UTF8.GetBytes($"{got.Id}.{got.Timestamp}.{got.Body}"));
        got.Signature.Should().Be($"v1,{Convert.ToBase64String(mac)}");
        return JsonNode.Parse(got.Body)!;
    }

    private static async Task<(string Path, string Id, string Timestamp, string Signature, string Body)> NextAsync(RunningRegistry registry, Receiver receiver)
    {
        var next = receiver.Got.Reader.ReadAsync().AsTask();
        await EventuallyAsync(registry, () => Task.FromResult(next.IsCompleted));
        return await next;
    }

    private static async Task EventuallyAsync(RunningRegistry registry, Func<Task<bool>> done, TimeSpan? step = null)
    {
        for (var turn = 0; !await done(); turn++)
        {
            turn.Should().BeLessThan(3000, "it comes to pass");
            registry.Clock.Advance(step ?? TimeSpan.FromSeconds(1));
            await Task.Delay(10);
        }
    }
}

using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using AttributionRegistry.Domain;
using AttributionRegistry.Server.Http;

namespace AttributionRegistry.Server.Tests.Http;

public sealed class CatalogueHealthAndLimitTests(ProbeHost host) : IClassFixture<ProbeHost>
{
    [Fact]
    public async Task Every_problem_type_leads_to_its_explanation()
    {
        var entries = (await host.Stranger.GetFromJsonAsync<JsonElement[]>("/problems"))!;
        entries.Select(e => e.GetProperty("code").GetString()).Should().Contain(["too-late", "unknown-member", "internal-error"]).And.BeInAscendingOrder(StringComparer.Ordinal);
        foreach (var code in entries.Select(e => e.GetProperty("code").GetString()))
        {
            var entry = await host.Stranger.GetFromJsonAsync<JsonElement>($"/problems/{code}");
            entry.GetProperty("remedy").GetString().Should().NotBeNullOrEmpty(code);
        }
    }

    [Fact]
    public async Task A_browser_gets_the_explanation_as_a_page_with_text_escaped()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/problems/too-late");
        request.Headers.TryAddWithoutValidation("Accept", "text/html,application/xhtml+xml,*/*;q=0.8");
        using var answer = await host.Stranger.SendAsync(request);
        answer.Content.Headers.ContentType!.MediaType.Should().Be("text/html");
        (await answer.Content.ReadAsStringAsync()).Should().Contain("The &lt;deadline&gt; has passed.");
    }

    [Fact]
    public async Task An_unknown_code_is_not_found()
    {
        using var answer = await host.Stranger.GetAsync("/problems/no-such-code");
        await answer.ShouldBeProblemAsync(404, "not-found");
    }

    [Fact]
    public void One_code_cannot_mean_two_things()
    {
        var make = () => new ProblemCatalogue([new ProblemSet([new("a", 409, "A", "x", "y")]), new ProblemSet([new("a", 422, "A", "x", "y")])]);
        make.Should().Throw<InvalidOperationException>().WithMessage("*'a'*");
    }

    [Fact]
    public async Task Ready_means_that_everything_works_and_live_that_it_answers()
    {
        await using var own = new Own(await ProbeHost.StartAsync());
        (await own.Host.Stranger.GetAsync("/health/ready")).StatusCode.Should().Be(HttpStatusCode.OK);
        own.Host.Keys.StoreWorks = false;
        var failing = await (await own.Host.Stranger.GetAsync("/health/ready")).ShouldBeProblemAsync(503, "unavailable");
        failing.GetProperty("detail").GetString().Should().Contain("works");
        (await own.Host.Stranger.GetAsync("/health/live")).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Whoever_asks_too_much_waits_and_nobody_else()
    {
        await using var own = new Own(await ProbeHost.StartAsync(("Registry:RateLimit:PermitsPerMinute", "3"), ("Registry:RateLimit:AnonymousPermitsPerMinute", "2")));
        var statuses = new List<int>();
        for (var i = 0; i < 4; i++)
        {
            using var answer = await own.Host.Client.GetAsync("/v1/me");
            statuses.Add((int)answer.StatusCode);
            if (i == 3)
            {
                await answer.ShouldBeProblemAsync(429, "too-many-requests");
                answer.Headers.RetryAfter!.Delta.Should().BeGreaterThan(TimeSpan.Zero).And.BeLessThanOrEqualTo(TimeSpan.FromSeconds(60));
            }
        }

        statuses.Should().Equal(200, 200, 200, 429);
        using var other = own.Host.NewClient(own.Host.Keys.Add(ProbeHost.Noon.AddDays(1), Role.Auditor));
        (await other.GetAsync("/v1/me")).StatusCode.Should().Be(HttpStatusCode.OK);
        (await own.Host.Stranger.GetAsync("/v1/rows")).StatusCode.Should().Be(HttpStatusCode.OK);
        (await own.Host.Stranger.GetAsync("/v1/rows")).StatusCode.Should().Be(HttpStatusCode.OK);
        (await own.Host.Stranger.GetAsync("/v1/rows")).StatusCode.Should().Be(HttpStatusCode.TooManyRequests);
        (await own.Host.Stranger.GetAsync("/health/live")).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Zero_switches_the_limit_off()
    {
        await using var own = new Own(await ProbeHost.StartAsync(("Registry:RateLimit:AnonymousPermitsPerMinute", "0")));
        for (var i = 0; i < 50; i++)
        {
            (await own.Host.Stranger.GetAsync("/v1/rows")).StatusCode.Should().Be(HttpStatusCode.OK);
        }
    }

    [Theory]
    [InlineData("10.0.0.1", "10.0.0.1")]
    [InlineData("::ffff:10.0.0.1", "10.0.0.1")]
    [InlineData("2001:db8:1:2:3:4:5:6", "20010DB800010002")]
    public void Strangers_are_told_apart_by_address_or_network(string address, string network) =>
        RateLimits.Network(IPAddress.Parse(address)).Should().Be(network);

    private sealed record Own(ProbeHost Host) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await Host.DisposeAsync();
    }
}

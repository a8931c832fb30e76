using System.Net;

namespace AttributionRegistry.Server.Tests.Http;

public sealed class HeaderTests(ProbeHost host) : IClassFixture<ProbeHost>
{
    private const string Incident = "/v1/incidents/inc_0197a3c5b1f07d3e8c4a2b6d9e0f1a2b";

    [Theory]
    [InlineData(null, 428, "precondition-required")]
    [InlineData("\"v6\"", 412, "precondition-failed")]
    [InlineData("W/\"v7\"", 412, "precondition-failed")]
    [InlineData("v7", 400, "bad-etag")]
    [InlineData("\"v7\"", 204, null)]
    [InlineData("\"v6\", \"v7\"", 204, null)]
    [InlineData("*", 204, null)]
    public async Task A_change_needs_the_current_ETag(string? ifMatch, int status, string? code)
    {
        using var request = new HttpRequestMessage(HttpMethod.Patch, Incident) { Content = new StringContent("""{"name":"a","weight":1}""", null, "application/json") };
        if (ifMatch is not null)
        {
            request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        }

        using var answer = await host.Client.SendAsync(request);
        ((int)answer.StatusCode).Should().Be(status);
        if (code is not null)
        {
            await answer.ShouldBeProblemAsync(status, code);
        }
    }

    [Theory]
    [InlineData("\"v7\"", 304)]
    [InlineData("W/\"v7\"", 304)]
    [InlineData("*", 304)]
    [InlineData("\"v8\"", 200)]
    public async Task A_known_ETag_saves_the_body(string ifNoneMatch, int status)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Incident);
        request.Headers.TryAddWithoutValidation("If-None-Match", ifNoneMatch);
        using var answer = await host.Client.SendAsync(request);
        ((int)answer.StatusCode).Should().Be(status);
        answer.Headers.ETag!.ToString().Should().Be("\"v7\"");
        (await answer.Content.ReadAsByteArrayAsync()).Length.Should().Be(status == 304 ? 0 : 52);
    }

    [Theory]
    [InlineData("abc-123", 201)]
    [InlineData("", 400)]
    [InlineData("two words", 400)]
    [InlineData("ü", 400)]
    public async Task An_idempotency_key_is_visible_ASCII(string key, int status)
    {
        var body = """{"title":"t","count":1,"strength":"weak","incident":"inc_0197a3c5b1f07d3e8c4a2b6d9e0f1a2b","parts":[]}""";
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/bodies") { Content = new StringContent(body, null, "application/json") };
        request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        using var client = new HttpClient(new SocketsHttpHandler { RequestHeaderEncodingSelector = (_, _) => System.Text.Encoding.UTF8 }) { BaseAddress = host.Client.BaseAddress };
        client.DefaultRequestHeaders.Authorization = host.Client.DefaultRequestHeaders.Authorization;
        using var answer = await client.SendAsync(request);
        ((int)answer.StatusCode).Should().Be(status);
        if (status == 400)
        {
            await answer.ShouldBeProblemAsync(400, "bad-idempotency-key");
        }
    }

    [Fact]
    public async Task A_key_of_256_characters_is_too_long()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/bodies")
        {
            Content = new StringContent("""{"title":"t","count":1,"strength":"weak","incident":"inc_0197a3c5b1f07d3e8c4a2b6d9e0f1a2b","parts":[]}""", null, "application/json"),
        };
        request.Headers.Add("Idempotency-Key", new string('k', 256));
        using var answer = await host.Client.SendAsync(request);
        await answer.ShouldBeProblemAsync(400, "bad-idempotency-key");
    }

    [Fact]
    public async Task HEAD_answers_like_GET_without_body()
    {
        using var get = await host.Client.GetAsync(Incident);
        using var head = await host.Client.SendAsync(new HttpRequestMessage(HttpMethod.Head, Incident));
        head.StatusCode.Should().Be(HttpStatusCode.OK);
        head.Headers.ETag.Should().Be(get.Headers.ETag);
        head.Content.Headers.ContentType.Should().Be(get.Content.Headers.ContentType);
        (await head.Content.ReadAsByteArrayAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_wrong_method_is_told_the_right_ones()
    {
        using var answer = await host.Client.DeleteAsync(Incident);
        await answer.ShouldBeProblemAsync(405, "method-not-allowed");
        answer.Content.Headers.Allow.Should().BeEquivalentTo("GET", "HEAD", "OPTIONS", "PATCH");
    }

    [Fact]
    public async Task OPTIONS_lists_the_methods()
    {
        using var answer = await host.Stranger.SendAsync(new HttpRequestMessage(HttpMethod.Options, "/v1/bodies"));
        answer.StatusCode.Should().Be(HttpStatusCode.NoContent);
        answer.Content.Headers.Allow.Should().BeEquivalentTo("OPTIONS", "POST");
    }

    [Fact]
    public async Task Other_sites_may_read_what_is_public_and_nothing_else()
    {
        (await AllowedOrigin(HttpMethod.Get, "/v1/rows")).Should().Be("*");
        (await AllowedOrigin(HttpMethod.Get, "/v1/me")).Should().BeNull();
        using var preflight = new HttpRequestMessage(HttpMethod.Options, "/v1/rows");
        preflight.Headers.Add("Origin", "https://example.org");
        preflight.Headers.Add("Access-Control-Request-Method", "GET");
        using var answer = await host.Stranger.SendAsync(preflight);
        answer.StatusCode.Should().Be(HttpStatusCode.NoContent);
        answer.Headers.GetValues("Access-Control-Allow-Origin").Should().Equal("*");
    }

    [Theory]
    [InlineData("/v1/rows", 200)]
    [InlineData("/v1/me", 200)]
    [InlineData("/v1/broken", 500)]
    [InlineData("/v1/nowhere", 404)]
    [InlineData("/health/live", 200)]
    public async Task Every_answer_carries_the_security_headers(string path, int status)
    {
        using var answer = await host.Client.GetAsync(path);
        ((int)answer.StatusCode).Should().Be(status);
        answer.Headers.GetValues("X-Content-Type-Options").Should().Equal("nosniff");
        answer.Headers.GetValues("Content-Security-Policy").Should().Equal("default-src 'none'; frame-ancestors 'none'");
        answer.Headers.GetValues("Referrer-Policy").Should().Equal("no-referrer");
        answer.Headers.GetValues("Cross-Origin-Resource-Policy").Should().Equal(path == "/v1/rows" ? "cross-origin" : "same-origin");
        answer.Headers.CacheControl!.NoStore.Should().BeTrue();
        answer.Headers.Contains("Server").Should().BeFalse();
    }

    [Theory]
    [InlineData("text/csv", "text/csv")]
    [InlineData("text/*;q=0.5, application/json;q=0.4", "text/csv")]
    [InlineData("*/*, text/csv;q=0", "application/json")]
    [InlineData("", "application/json")]
    public async Task Accept_chooses_the_form(string accept, string expected)
    {
        using var answer = await GetAsync("/v1/form", accept);
        (await answer.Content.ReadAsStringAsync()).Should().Be(expected);
    }

    [Theory]
    [InlineData("image/png")]
    [InlineData("../admin")]
    public async Task What_no_form_fits_is_not_acceptable(string accept)
    {
        using var answer = await GetAsync("/v1/form", accept);
        await answer.ShouldBeProblemAsync(406, "not-acceptable");
    }

    [Theory]
    [InlineData("../admin")]
    [InlineData("text/plain")]
    [InlineData("image/png;q=1")]
    [InlineData("*/*;q=0")]
    public async Task A_problem_is_problem_json_whatever_Accept_says(string accept)
    {
        using var answer = await GetAsync("/v1/nowhere", accept);
        await answer.ShouldBeProblemAsync(404, "not-found");
    }

    private async Task<HttpResponseMessage> GetAsync(string path, string accept)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("Accept", accept);
        return await host.Client.SendAsync(request);
    }

    private async Task<string?> AllowedOrigin(HttpMethod method, string path)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Add("Origin", "https://example.org");
        using var answer = await host.Client.SendAsync(request);
        return answer.Headers.TryGetValues("Access-Control-Allow-Origin", out var values) ? values.Single() : null;
    }
}

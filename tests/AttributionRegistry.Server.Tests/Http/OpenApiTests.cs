using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace AttributionRegistry.Server.Tests.Http;

public sealed class OpenApiTests(ProbeHost host) : IClassFixture<ProbeHost>
{
    [Fact]
    public async Task The_document_is_OpenAPI_3_1_and_the_same_bytes_on_every_start()
    {
        var first = await host.Stranger.GetStringAsync("/openapi/v1.json");
        var other = await ProbeHost.StartAsync();
        (await other.Stranger.GetStringAsync("/openapi/v1.json")).Should().Be(first);
        await other.DisposeAsync();
        var document = JsonDocument.Parse(first).RootElement;
        document.GetProperty("openapi").GetString().Should().StartWith("3.1.");
        document.GetProperty("servers")[0].GetProperty("url").GetString().Should().Be("/");
        document.GetProperty("paths").EnumerateObject().Select(p => p.Name).Should().BeInAscendingOrder(StringComparer.Ordinal);
        document.GetProperty("components").GetProperty("securitySchemes").GetProperty("bearer").GetProperty("scheme").GetString().Should().Be("bearer");
        first.Should().NotContain("127.0.0.1").And.NotContain("\r");
    }

    [Fact]
    public async Task The_document_has_an_ETag_and_no_other_name()
    {
        using var answer = await host.Stranger.GetAsync("/openapi/v1.json");
        using var again = new HttpRequestMessage(HttpMethod.Get, "/openapi/v1.json");
        again.Headers.IfNoneMatch.Add(answer.Headers.ETag!);
        (await host.Stranger.SendAsync(again)).StatusCode.Should().Be(HttpStatusCode.NotModified);
        (await host.Stranger.GetAsync("/openapi/v2.json")).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await host.Stranger.GetAsync("/swagger/v1/swagger.json")).StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_body_is_described_as_it_is_read()
    {
        var document = await DocumentAsync();
        var post = Operation(document, "/v1/bodies", "post");
        post.GetProperty("operationId").GetString().Should().Be("PostBody");
        post.GetProperty("tags")[0].GetString().Should().Be("Probe");
        post.GetProperty("requestBody").GetProperty("content").GetProperty("application/json").GetProperty("schema").GetProperty("$ref").GetString().Should().Be("#/components/schemas/Sent");
        Names(post).Should().Equal("Idempotency-Key");
        Statuses(post).Should().Equal("201", "400", "401", "403", "409", "413", "415", "422", "429", "default");
        post.GetProperty("responses").GetProperty("409").GetProperty("content").GetProperty("application/problem+json").GetProperty("schema").GetProperty("$ref").GetString()
            .Should().Be("#/components/schemas/Problem");

        var sent = document.GetProperty("components").GetProperty("schemas").GetProperty("Sent");
        sent.GetProperty("required").EnumerateArray().Select(r => r.GetString()).Should().BeEquivalentTo("title", "count", "strength", "incident", "parts");
        sent.GetProperty("additionalProperties").GetBoolean().Should().BeFalse();
        var properties = sent.GetProperty("properties");
        properties.GetProperty("title").GetProperty("type").GetString().Should().Be("string");
        properties.GetProperty("note").GetProperty("type").EnumerateArray().Select(t => t.GetString()).Should().BeEquivalentTo("null", "string");
        properties.GetProperty("incident").GetProperty("pattern").GetString().Should().Be("^inc_[0-9a-f]{32}$");
        properties.GetProperty("evidence").GetProperty("pattern").GetString().Should().Be("^evd_[0-9a-f]{32}$");
        properties.GetProperty("evidence").GetProperty("type").EnumerateArray().Select(t => t.GetString()).Should().Contain("null");
        properties.GetProperty("main").GetProperty("oneOf").GetArrayLength().Should().Be(2);
        document.GetProperty("components").GetProperty("schemas").GetProperty("Strength").GetProperty("enum").EnumerateArray().Select(e => e.GetString()).Should().Equal("weak", "veryStrong");
    }

    [Fact]
    public async Task A_closed_case_carries_its_discriminator_and_refers_to_no_parent()
    {
        var schemas = (await DocumentAsync()).GetProperty("components").GetProperty("schemas");
        var circle = schemas.GetProperty("ShapeCircle");
        circle.TryGetProperty("allOf", out _).Should().BeFalse();
        circle.GetProperty("required").EnumerateArray().Select(r => r.GetString()).Should().BeEquivalentTo("kind", "radius");
        circle.GetProperty("properties").GetProperty("kind").GetProperty("const").GetString().Should().Be("circle");
        schemas.GetProperty("Shape").GetProperty("oneOf").GetArrayLength().Should().Be(2);
        schemas.GetProperty("Sent").GetProperty("properties").GetProperty("shape").GetProperty("oneOf").EnumerateArray().First().GetProperty("type").GetString().Should().Be("null");
    }

    [Fact]
    public async Task Parameters_are_those_that_clients_send()
    {
        var document = await DocumentAsync();
        Names(Operation(document, "/v1/rows", "get")).Should().BeEquivalentTo("text", "limit", "after");
        Names(Operation(document, "/v1/me", "get")).Should().BeEmpty();
        Names(Operation(document, "/v1/greeting", "get")).Should().BeEmpty();
        Names(Operation(document, "/v1/nothing", "post")).Should().Equal("Idempotency-Key");
        Names(Operation(document, "/v1/incidents/{id}", "patch")).Should().BeEquivalentTo("id", "If-Match");
        Names(Operation(document, "/v1/incidents/{id}", "get")).Should().BeEquivalentTo("id", "If-None-Match");
        Statuses(Operation(document, "/v1/incidents/{id}", "patch")).Should().Contain(["404", "412", "428"]);
        Statuses(Operation(document, "/v1/incidents/{id}", "get")).Should().Contain("304");
        Operation(document, "/v1/incidents/{id}", "get").GetProperty("parameters")[0].GetProperty("schema").GetProperty("pattern").GetString().Should().Be("^inc_[0-9a-f]{32}$");
        document.GetProperty("paths").GetRawText().Should().NotContain("\"caller\"").And.NotContain("\"http\"");
    }

    [Fact]
    public async Task What_is_public_asks_for_no_credentials()
    {
        var document = await DocumentAsync();
        Operation(document, "/v1/rows", "get").TryGetProperty("security", out _).Should().BeFalse();
        Operation(document, "/v1/me", "get").GetProperty("security")[0].TryGetProperty("bearer", out _).Should().BeTrue();
    }

    [Fact]
    public async Task Comments_of_the_server_become_descriptions()
    {
        var document = await DocumentAsync();
        Operation(document, "/problems/{code}", "get").GetProperty("summary").GetString().Should().Be("Explains one problem code, as JSON or as a page.");
        document.GetProperty("components").GetProperty("schemas").GetProperty("ProblemEntry").GetProperty("properties").GetProperty("remedy").GetProperty("description").GetString()
            .Should().Be("What to do about it.");
    }

    [Fact]
    public async Task The_page_runs_under_its_policy()
    {
        using var page = await host.Stranger.GetAsync("/docs/index.html");
        page.StatusCode.Should().Be(HttpStatusCode.OK);
        page.Headers.GetValues("Content-Security-Policy").Single().Should().Contain("script-src 'self'").And.NotContain("unsafe");
        var html = await page.Content.ReadAsStringAsync();
        html.Should().NotMatchRegex("<script(?![^>]*src=)").And.NotContain("<style").And.NotContain("style=").And.NotContain(" onload=").And.NotContain("https://");
        foreach (System.Text.RegularExpressions.Match asset in System.Text.RegularExpressions.Regex.Matches(html, "(?:src|href)=\"([^\"]+)\""))
        {
            using var answer = await host.Stranger.GetAsync($"/docs/{asset.Groups[1].Value}");
            answer.StatusCode.Should().Be(HttpStatusCode.OK, asset.Value);
        }
    }

    private static JsonElement Operation(JsonElement document, string path, string method) => document.GetProperty("paths").GetProperty(path).GetProperty(method);

    private static IEnumerable<string?> Names(JsonElement operation) =>
        operation.TryGetProperty("parameters", out var parameters) ? parameters.EnumerateArray().Select(p => p.GetProperty("name").GetString()) : [];

    private static IEnumerable<string> Statuses(JsonElement operation) => operation.GetProperty("responses").EnumerateObject().Select(r => r.Name);

    private Task<JsonElement> DocumentAsync() => host.Stranger.GetFromJsonAsync<JsonElement>("/openapi/v1.json");
}

using System.Net.Http.Json;
using System.Text.Json;

namespace AttributionRegistry.Server.Tests.Evidence;

/// <summary>What the description of the API says about bytes.</summary>
public sealed class EvidenceOpenApiTests(EvidenceRegistry fixture) : IClassFixture<EvidenceRegistry>
{
    [Fact]
    public async Task Content_is_described_as_bytes_in_and_bytes_out()
    {
        var document = await fixture.Running.Stranger.GetFromJsonAsync<JsonElement>("/openapi/v1.json");

        var content = document.GetProperty("paths").GetProperty("/v1/evidence/{evidenceId}/content");
        content.GetProperty("put").GetProperty("requestBody").GetProperty("content").TryGetProperty("application/octet-stream", out var taken).Should().BeTrue();
        taken.GetProperty("schema").GetProperty("format").GetString().Should().Be("binary");
        content.GetProperty("get").GetProperty("responses").EnumerateObject().Select(r => r.Name).Should().Contain(["200", "206", "304", "404", "409", "410", "416"]);
        content.GetProperty("put").GetProperty("responses").EnumerateObject().Select(r => r.Name).Should().Contain(["201", "400", "409", "413", "422", "507"]);
        content.GetRawText().Should().NotContain("System.").And.NotContain("`");
    }
}

using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using AttributionRegistry.Server.Tests.Evidence;

namespace AttributionRegistry.Server.Tests.Scales;

public sealed class ScaleEndpointTests(EvidenceRegistry fixture) : IClassFixture<EvidenceRegistry>
{
    [Fact]
    public async Task Every_scale_is_public_with_its_version_source_and_terms()
    {
        var list = await fixture.Running.Stranger.GetFromJsonAsync<JsonElement>("/v1/scales");

        var scales = list.GetProperty("items").EnumerateArray().ToList();
        scales.Select(s => s.GetProperty("id").GetString()).Should().Equal(Domain.Scales.Scales.All.Select(s => s.Id));
        foreach (var scale in scales)
        {
            var one = await fixture.Running.Stranger.GetFromJsonAsync<JsonElement>($"/v1/scales/{scale.GetProperty("id").GetString()}");
            one.GetRawText().Should().Be(scale.GetRawText());
            one.GetProperty("terms").GetArrayLength().Should().BePositive();
        }
    }

    [Fact]
    public async Task An_unknown_scale_is_404() =>
        (await fixture.Running.Stranger.GetAsync("/v1/scales/none")).StatusCode.Should().Be(HttpStatusCode.NotFound);
}

using System.Net;
using System.Net.Http.Json;

namespace AttributionRegistry.Server.Tests.Http;

public sealed class QueryAndRouteTests(ProbeHost host) : IClassFixture<ProbeHost>
{
    [Theory]
    [InlineData("?count=1&colour=red", "unknown-parameter", "?colour")]
    [InlineData("?Count=1", "unknown-parameter", "?Count")]
    [InlineData("?count=1&http=x", "unknown-parameter", "?http")]
    [InlineData("?count=1&count=2", "duplicate-parameter", "?count")]
    [InlineData("?count=x", "wrong-type", "?count")]
    [InlineData("", "missing-parameter", "?count")]
    [InlineData("?count=1&strength=1", "wrong-type", "?strength")]
    [InlineData("?count=1&strength=VERYSTRONG", "wrong-type", "?strength")]
    [InlineData("?count=1&incident=inc_1", "wrong-type", "?incident")]
    [InlineData("?count=1&text=a%00b", "bad-text", "?text")]
    public async Task A_wrong_query_is_refused_by_name(string query, string code, string pointer)
    {
        using var answer = await host.Client.GetAsync("/v1/search" + query);
        await answer.ShouldBeProblemAsync(400, code, pointer);
    }

    [Fact]
    public async Task A_right_query_is_read()
    {
        using var answer = await host.Client.GetAsync("/v1/search?count=3&strength=veryStrong&text=%C3%BC&tags=a&tags=b");
        (await answer.Content.ReadFromJsonAsync<string>()).Should().Be("3 ü VeryStrong  a+b");
    }

    [Fact]
    public async Task Where_no_parameter_is_declared_every_one_is_refused()
    {
        using var answer = await host.Client.GetAsync("/v1/me?verbose=1");
        await answer.ShouldBeProblemAsync(400, "unknown-parameter", "?verbose");
    }

    [Theory]
    [InlineData("/v1/incidents/inc_1")]
    [InlineData("/v1/incidents/INC_0197a3c5b1f07d3e8c4a2b6d9e0f1a2b")]
    [InlineData("/v1/incidents/per_0197a3c5b1f07d3e8c4a2b6d9e0f1a2b")]
    [InlineData("/v1/nowhere")]
    [InlineData("/nowhere")]
    public async Task What_cannot_be_there_is_not_found_in_one_shape(string path)
    {
        using var answer = await host.Client.GetAsync(path);
        var problem = await answer.ShouldBeProblemAsync(404, "not-found");
        problem.GetProperty("errors").GetArrayLength().Should().Be(0);
    }

    [Theory]
    [InlineData("Invalid", 422)]
    [InlineData("Forbidden", 403)]
    [InlineData("NotFound", 404)]
    [InlineData("Conflict", 409)]
    public async Task Each_kind_of_refusal_has_its_status(string kind, int status)
    {
        using var answer = await host.Client.GetAsync($"/v1/refused/{kind}");
        var problem = await answer.ShouldBeProblemAsync(status, "too-late", "/deadline");
        problem.GetProperty("title").GetString().Should().Be("Too late");
    }

    [Fact]
    public async Task Pages_follow_each_other_without_gap_or_repeat()
    {
        var seen = new List<string>();
        var next = "/v1/rows?limit=2&text=%C3%A4";
        var pages = 0;
        while (next is not null)
        {
            using var answer = await host.Stranger.GetAsync(next);
            answer.StatusCode.Should().Be(HttpStatusCode.OK);
            var page = (await answer.Content.ReadFromJsonAsync<PageOfRows>())!;
            seen.AddRange(page.Items.Select(row => row.Id));
            next = answer.Headers.TryGetValues("Link", out var link) ? link.Single().Split('>')[0][1..] : null;
            (page.Next is null).Should().Be(next is null);
            pages++;
        }

        seen.Should().Equal(Enumerable.Range(1, 7).Select(i => $"r{i} üä"));
        pages.Should().Be(4);
    }

    [Theory]
    [InlineData("limit=0", "wrong-type", "?limit")]
    [InlineData("limit=201", "wrong-type", "?limit")]
    [InlineData("limit=-1", "wrong-type", "?limit")]
    [InlineData("limit=", "wrong-type", "?limit")]
    [InlineData("limit=1&limit=2", "duplicate-parameter", "?limit")]
    [InlineData("after=", "bad-cursor", "?after")]
    [InlineData("after=!!", "bad-cursor", "?after")]
    [InlineData("after=e30", "bad-cursor", "?after")] // {}
    [InlineData("after=WzFd", "bad-cursor", "?after")] // [1]: of a list with one key
    [InlineData("after=WyJhIiwiYiJd", "bad-cursor", "?after")] // ["a","b"]
    [InlineData("after=WzEsICJhIl0", "bad-cursor", "?after")] // [1, "a"]: not canonical
    [InlineData("after=WzEsIlx1ZDgwMCJd", "bad-cursor", "?after")] // [1,"\ud800"]
    public async Task A_wrong_page_is_refused(string query, string code, string pointer)
    {
        using var answer = await host.Stranger.GetAsync("/v1/rows?" + query);
        await answer.ShouldBeProblemAsync(400, code, pointer);
    }

    private sealed record PageOfRows(IReadOnlyList<Row> Items, string? Next);
}

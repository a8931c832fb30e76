using System.Net;
using System.Text.Json.Nodes;
using AttributionRegistry.Server.Findings.Search;
using AttributionRegistry.Server.Tests.Incidents;
using AttributionRegistry.Server.Tests.Running;

namespace AttributionRegistry.Server.Tests.Findings;

/// <summary>A registry with 2,500 listed findings, every hundredth with something of its own.</summary>
public sealed class ListedRegistry : IAsyncLifetime
{
    public const int Count = 2_500;

    public RunningRegistry Registry { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Registry = await RunningRegistry.StartAsync();
        await Registry.ListAsync(Enumerable.Range(1, Count).Select(i => new ListedFinding(
            $"AR-2026-{i:0000}",
            i % 100 == 0 ? $"Ströme in Kraftwerk {i}" : $"Outage {i}",
            i == 7 ? "The panel assesses wiper wiper wiper." : "The panel assesses that a wiper was used.",
            i == 9 ? "网络攻击 <script>alert(1)</script>" : "Nothing more.",
            [(FacetsOf.State, i % 2 == 0 ? "RU" : "KP"), (FacetsOf.Sector, i % 100 == 0 ? "energy" : "finance"), (FacetsOf.Level, i % 5 == 0 ? "state" : "state_sponsored")])));
    }

    public Task DisposeAsync() => Registry.DisposeAsync().AsTask();
}

public sealed class FindingSearchTests(ListedRegistry listed) : IClassFixture<ListedRegistry>
{
    private HttpClient Stranger => listed.Registry.Stranger;

    [Fact]
    public async Task Pages_by_key_show_every_finding_once_newest_first()
    {
        foreach (var query in new[] { "", "&q=wiper", "&state=RU", "&q=wiper&sector=energy&level=state" })
        {
            var seen = new List<string>();
            for (var path = $"/v1/findings?limit=200{query}"; path is not null;)
            {
                using var answer = await Stranger.GetAsync(path);
                var page = await answer.JsonAsync();
                seen.AddRange(page["items"]!.AsArray().Select(f => (string)f!["number"]!));
                ((string?)page["next"] is null).Should().Be(!answer.Headers.Contains("Link"), "the link says what the body says");
                path = (string?)page["next"] is { } next ? $"/v1/findings?limit=200{query}&after={next}" : null!;
            }

            seen.Should().HaveCount(query switch { "" or "&q=wiper" => ListedRegistry.Count, "&state=RU" => ListedRegistry.Count / 2, _ => 25 }, query)
                .And.BeInDescendingOrder(StringComparer.Ordinal).And.OnlyHaveUniqueItems();
        }
    }

    [Fact]
    public async Task Counts_are_exact_up_to_two_thousand_and_say_so_beyond()
    {
        (await TotalAsync("")).Should().Be((ListedRegistry.Count, false), "all findings have a counter");
        (await TotalAsync("?state=KP")).Should().Be((1250, false), "and so has each value");
        (await TotalAsync("?q=wiper")).Should().Be((2000, true));
        (await TotalAsync("?q=wiper&state=RU")).Should().Be((1250, false));
        (await TotalAsync("?q=nowhere")).Should().Be((0, false));
    }

    [Fact]
    public async Task Facets_count_what_matches_and_name_the_parameters_that_narrow()
    {
        (await FacetAsync("", "sector")).Should().Equal(("finance", 2475), ("energy", 25));
        (await FacetAsync("?sector=energy", "state")).Should().Equal([("RU", 25)]);
        (await FacetAsync("?q=wiper", "state")).Sum(v => v.Count).Should().Be(2000, "they are counted over the newest two thousand");
        (await FacetAsync("?level=state", "level")).Should().Equal([("state", 500)]);
        (await FacetAsync("?level=state_sponsored", "level")).Should().Equal([("state_sponsored", 2000)]);
    }

    [Fact]
    public async Task Words_are_found_without_their_marks_in_any_case_and_in_scripts_without_spaces()
    {
        (await NumbersAsync("q=kraftwerk+STROME&limit=1")).Should().Equal("AR-2026-2500");
        (await NumbersAsync("q=kraft*&limit=1")).Should().Equal("AR-2026-2500");
        (await NumbersAsync("q=" + Uri.EscapeDataString("络攻"))).Should().Equal("AR-2026-0009");
        (await NumbersAsync("q=" + Uri.EscapeDataString("络网"))).Should().BeEmpty();
        (await NumbersAsync("q=" + Uri.EscapeDataString("\"was used\"") + "&limit=1")).Should().Equal("AR-2026-2500");
        (await NumbersAsync("q=" + Uri.EscapeDataString("\"used was\""))).Should().BeEmpty();
        (await NumbersAsync("q=AR-2026-0009")).Should().BeEmpty("this list was made without numbers in the text");
    }

    [Fact]
    public async Task Relevance_weighs_the_newest_two_thousand_and_pages_through_them_without_repeating_one()
    {
        (await NumbersAsync("q=wiper&sort=relevance&limit=1")).Should().NotEqual(["AR-2026-0007"], "it is older than the newest two thousand");
        (await NumbersAsync("q=wiper+wiper&state=KP&sort=relevance&limit=1")).Should().Equal("AR-2026-0007");
        var seen = new List<string>();
        string? after = null;
        do
        {
            var page = await Stranger.GetJsonAsync($"/v1/findings?q=wiper&sort=relevance&limit=200{(after is null ? "" : $"&after={after}")}");
            seen.AddRange(page["items"]!.AsArray().Select(f => (string)f!["number"]!));
            after = (string?)page["next"];
        }
        while (after is not null);
        seen.Should().HaveCount(2000).And.OnlyHaveUniqueItems();
    }

    [Fact]
    public async Task What_was_searched_for_is_marked_in_parts_and_never_as_markup()
    {
        var found = (await Stranger.GetJsonAsync("/v1/findings?q=" + Uri.EscapeDataString("攻击")))["items"]![0]!["highlight"]!;
        found["text"]!.AsArray().Where(p => (bool)p!["hit"]!).Select(p => (string)p!["text"]!).Should().Equal("攻击");
        string.Concat(found["text"]!.AsArray().Select(p => (string)p!["text"]!)).Should().Be("网络攻击 <script>alert(1)</script>");
        (await Stranger.GetJsonAsync("/v1/findings?limit=1"))["items"]![0]!["highlight"].Should().BeNull();
    }

    [Theory]
    [InlineData("\" OR 1=1 --")]
    [InlineData("facets : fx0000000000000000")]
    [InlineData("{facets} : *")]
    [InlineData("NEAR(a b, 2) AND NOT c")]
    [InlineData("'; DROP TABLE finding_search; --")]
    [InlineData("^ * ( ) : \" \" -")]
    [InlineData("a\"\"b \\\" c")]
    public async Task Whatever_is_typed_is_looked_for_as_words(string typed)
    {
        using var answer = await Stranger.GetAsync("/v1/findings?q=" + Uri.EscapeDataString(typed));
        answer.StatusCode.Should().Be(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
        (await answer.JsonAsync())["items"]!.AsArray().Should().BeEmpty();
        using var weighed = await Stranger.GetAsync("/v1/findings?sort=relevance&q=" + Uri.EscapeDataString(typed));
        weighed.StatusCode.Should().Be(HttpStatusCode.OK);
        using var counted = await Stranger.GetAsync("/v1/findings/facets?q=" + Uri.EscapeDataString(typed));
        counted.StatusCode.Should().Be(HttpStatusCode.OK);
        (await TotalAsync("")).Count.Should().Be(ListedRegistry.Count);
    }

    [Theory]
    [InlineData("quality=high", "unknown-parameter")]
    [InlineData("q=a&q=b", "duplicate-parameter")]
    [InlineData("status=nowhere", "wrong-type")]
    [InlineData("level=stateSponsored", "wrong-type")]
    [InlineData("sort=best", "wrong-type")]
    [InlineData("actor=me", "wrong-type")]
    [InlineData("after=bm90aGluZw", "bad-cursor")]
    public async Task What_is_not_understood_is_refused(string query, string code)
    {
        using var answer = await Stranger.GetAsync($"/v1/findings?{query}");
        answer.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        ((string)(await answer.JsonAsync())["code"]!).Should().Be(code);
    }

    [Fact]
    public async Task A_text_of_more_than_two_hundred_characters_is_refused()
    {
        using var answer = await Stranger.GetAsync($"/v1/findings?q={new string('x', 201)}");
        answer.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        ((string)(await answer.JsonAsync())["errors"]![0]!["pointer"]!).Should().Be("?q");
    }

    private async Task<(long Count, bool AtLeast)> TotalAsync(string query)
    {
        var total = (await Stranger.GetJsonAsync($"/v1/findings{query}"))["total"]!;
        return ((long)total["count"]!, (bool)total["atLeast"]!);
    }

    private async Task<List<(string Value, long Count)>> FacetAsync(string query, string name)
    {
        JsonNode facets = await Stranger.GetJsonAsync($"/v1/findings/facets{query}");
        return [.. facets["facets"]!.AsArray().Single(f => (string)f!["name"]! == name)!["values"]!.AsArray().Select(v => ((string)v!["value"]!, (long)v["count"]!))];
    }

    private async Task<List<string>> NumbersAsync(string query) =>
        [.. (await Stranger.GetJsonAsync($"/v1/findings?{query}"))["items"]!.AsArray().Select(f => (string)f!["number"]!)];
}

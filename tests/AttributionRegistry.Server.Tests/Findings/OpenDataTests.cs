using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using AttributionRegistry.Server.Findings.Search;
using AttributionRegistry.Server.Tests.Demo;
using AttributionRegistry.Server.Tests.Incidents;
using AttributionRegistry.Server.Tests.Running;
using AttributionRegistry.Storage;

namespace AttributionRegistry.Server.Tests.Findings;

[Collection(PublishedSite.Name)]
public sealed class OpenDataTests(ExerciseFixture exercise)
{
    private static readonly XNamespace Map = "http://www.sitemaps.org/schemas/sitemap/0.9";

    private HttpClient Stranger => exercise.Registry.Stranger;

    private string WannaCry => exercise.Loaded[1].Number;

    [Fact]
    public async Task Each_line_of_the_dump_is_the_finding_as_its_address_serves_it()
    {
        var lines = (await Stranger.GetStringAsync("/v1/findings.jsonl")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines.Should().HaveCount(exercise.Loaded.Count);
        foreach (var loaded in exercise.Loaded)
        {
            lines.Should().Contain(await Stranger.GetStringAsync($"/v1/findings/{loaded.Number}"));
        }

        var rows = Parse(await Stranger.GetStringAsync("/v1/findings.csv"));
        rows.Should().HaveCount(1 + exercise.Loaded.Count).And.OnlyContain(r => r.Count == rows[0].Count);
        var row = rows.Single(r => r[0] == WannaCry);
        row[rows[0].IndexOf("sha256")].Should().Be((string)(await Stranger.GetJsonAsync($"/v1/findings/{WannaCry}"))["digest"]!);
        row[rows[0].IndexOf("states")].Should().Be("KP");
        row[rows[0].IndexOf("exercise")].Should().Be("true");
    }

    [Fact]
    public async Task A_cell_that_a_spreadsheet_would_run_is_made_text_and_every_other_comes_out_as_it_went_in()
    {
        await using var registry = await RunningRegistry.StartAsync();
        string[] names = ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(1)", "\tx", "\"quoted\", with comma", "two\r\nlines", "harmless = 1"];
        await registry.ListAsync(names.Select((name, i) => new ListedFinding($"AR-2026-{i + 1:0000}", name, "S.", "B.")));
        var text = await registry.Stranger.GetStringAsync("/v1/findings.csv");
        text.Should().EndWith("\r\n");
        Parse(text).Skip(1).Select(r => r[3]).Should().Equal("'=cmd|' /C calc'!A0", "'+1", "'-1", "'@SUM(1)", "'\tx", "\"quoted\", with comma", "two\r\nlines", "harmless = 1");
    }

    [Fact]
    public async Task The_map_names_every_finding_and_robots_are_told_where_it_is()
    {
        var map = XDocument.Parse(await Stranger.GetStringAsync("/sitemap.xml")).Root!;
        map.Name.Should().Be(Map + "urlset");
        foreach (var loaded in exercise.Loaded)
        {
            map.Elements(Map + "url").Should().ContainSingle(u => u.Element(Map + "loc")!.Value.EndsWith(loaded.Number, StringComparison.Ordinal));
        }

        map.Elements(Map + "url").Should().OnlyContain(u => DateTimeOffset.Parse(u.Element(Map + "lastmod")!.Value, CultureInfo.InvariantCulture).Year == 2026);
        (await Stranger.GetStringAsync("/robots.txt")).Should().Contain("Sitemap: https://demo.attribution-registry.example/sitemap.xml");
    }

    [Fact]
    public async Task Beyond_fifty_thousand_places_the_map_is_an_index_of_maps()
    {
        await using var registry = await RunningRegistry.StartAsync(null, false, "--Registry:PublicUrl", "https://register.example/");
        await registry.ListAsync([new ListedFinding("AR-2026-0001", "First", "S.", "B.", (FacetsOf.State, "FR"))]);
        await registry.Core.Store.Writer.CommitAsync(new CommitRequest([], rows => rows.Execute("UPDATE sqlite_sequence SET seq = 120000 WHERE name = 'finding_search'")));
        await registry.ListAsync([new ListedFinding("AR-2026-0002", "Second", "S.", "B.", (FacetsOf.State, "FR"))]);
        var index = XDocument.Parse(await registry.Stranger.GetStringAsync("/sitemap.xml")).Root!;
        index.Name.Should().Be(Map + "sitemapindex");
        var parts = index.Elements(Map + "sitemap").Select(s => s.Element(Map + "loc")!.Value).ToList();
        parts.Should().Equal("https://register.example/sitemaps/0.xml", "https://register.example/sitemaps/2.xml");
        (await registry.Stranger.GetStringAsync(new Uri(parts[1]).AbsolutePath)).Should().Contain("AR-2026-0002").And.NotContain("AR-2026-0001");
        (await registry.Stranger.GetAsync("/sitemaps/1.xml")).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await registry.Stranger.GetAsync("/sitemaps/9223372036854775807.xml")).StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_finding_describes_itself_to_those_who_embed_or_index_it()
    {
        const string Here = "https://demo.attribution-registry.example";
        foreach (var address in new[] { $"{Here}/v1/findings/{WannaCry}", $"{Here}/en/findings/{WannaCry}/versions/1" })
        {
            var embed = await Stranger.GetJsonAsync($"/oembed?url={Uri.EscapeDataString(address)}&maxwidth=400");
            ((string)embed["type"]!, (string)embed["version"]!).Should().Be(("link", "1.0"));
            ((string)embed["title"]!).Should().StartWith($"Exercise: {WannaCry}");
        }

        (await Stranger.GetAsync($"/oembed?url={Uri.EscapeDataString($"{Here}/v1/findings/AR-2026-9999")}")).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await Stranger.GetAsync($"/oembed?url={Uri.EscapeDataString($"https://elsewhere.example/v1/findings/{WannaCry}")}")).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await Stranger.GetAsync($"/oembed?url={Uri.EscapeDataString($"{Here}/v1/findings/{WannaCry}")}&format=xml")).StatusCode.Should().Be(HttpStatusCode.NotImplemented);

        using var finding = await Stranger.GetAsync($"/v1/findings/{WannaCry}");
        finding.Headers.GetValues("Link").Single().Should().Contain($"<{Here}/v1/findings/{WannaCry}>; rel=\"canonical\"").And.Contain("application/stix+json");
        var review = (await Stranger.GetJsonAsync($"/v1/findings/{WannaCry}/claim-review"))["@graph"]![0]!;
        ((string)review["@type"]!).Should().Be("ClaimReview");
        ((string)review["identifier"]!["value"]!).Should().Be((string)(await finding.JsonAsync())["digest"]!);
        ((string)review["reviewBody"]!).Should().Contain("EXERCISE").And.Contain("The panel assesses");
        review["reviewRating"]!["ratingValue"].Should().BeNull("a likelihood in words is no mark out of five");
        (await Stranger.GetJsonAsync("/v1/dataset"))["distribution"]!.AsArray().Should().HaveCount(2);
    }

    [Fact]
    public async Task Balance_figures_count_what_was_referred_before_this_month_and_whom_findings_name()
    {
        var figures = await Stranger.GetJsonAsync("/v1/statistics");
        ((long)figures["published"]!).Should().Be(exercise.Loaded.Count);
        ((bool)figures["exercise"]!).Should().BeTrue();
        var named = figures["states"]!.AsArray().Single(s => (string)s!["state"]! == "KP")!;
        ((string)named["region"]!, (long)named["named"]!).Should().Be(("APG", 1));

        await using var registry = await RunningRegistry.StartAsync();
        await registry.IncidentAtAsync(Domain.Cases.Stage.Declined);
        await registry.IncidentAtAsync(Domain.Cases.Stage.Collecting);
        await registry.IncidentAtAsync(Domain.Cases.Stage.Screening);
        (await CasesAsync()).Should().Be((0, 0, 0), "they came in this month");
        registry.Clock.Advance(TimeSpan.FromDays(31));
        (await CasesAsync()).Should().Be((3, 1, 1));
        (await registry.Stranger.GetStringAsync("/v1/statistics")).Should().NotContain("FR", "what is not public concerns nobody by name");

        async Task<(long, long, long)> CasesAsync()
        {
            var f = await registry.Stranger.GetJsonAsync("/v1/statistics");
            return ((long)f["referred"]!, (long)f["opened"]!, (long)f["declined"]!);
        }
    }

    // RFC 4180, read by other hands than those that wrote it.
    private static List<List<string>> Parse(string csv)
    {
        var (rows, row, cell, quoted) = (new List<List<string>>(), new List<string>(), new StringBuilder(), false);
        for (var i = 0; i < csv.Length; i++)
        {
            if (quoted)
            {
                if (csv[i] != '"')
                {
                    cell.Append(csv[i]);
                }
                else if (i + 1 < csv.Length && csv[i + 1] == '"')
                {
                    cell.Append(csv[i++]);
                }
                else
                {
                    quoted = false;
                }
            }
            else if (csv[i] == '"')
            {
                quoted = true;
            }
            else if (csv[i] is ',' or '\r')
            {
                row.Add(cell.ToString());
                cell.Clear();
                if (csv[i] == '\r')
                {
                    csv[++i].Should().Be('\n');
                    rows.Add(row);
                    row = [];
                }
            }
            else
            {
                throw new FormatException($"A bare character at {i}.");
            }
        }

        return rows;
    }
}

using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using AttributionRegistry.Server.Tests.Demo;
using AttributionRegistry.Server.Tests.Incidents;

namespace AttributionRegistry.Server.Tests.Findings;

[Collection(PublishedSite.Name)]
public sealed class FeedTests(ExerciseFixture exercise)
{
    private static readonly XNamespace Atom = "http://www.w3.org/2005/Atom";
    private static readonly XNamespace Own = "https://attribution-registry.example/ns/feed/1";

    private HttpClient Stranger => exercise.Registry.Stranger;

    private string WannaCry => exercise.Loaded[1].Number;

    [Fact]
    public async Task Both_forms_list_the_findings_with_the_digest_that_the_finding_has()
    {
        var finding = await Stranger.GetJsonAsync($"/v1/findings/{WannaCry}");
        var json = await Stranger.GetJsonAsync("/feeds/findings.json");
        ((string)json["version"]!).Should().Be("https://jsonfeed.org/version/1.1");
        var item = json["items"]!.AsArray().Single(i => ((string)i!["id"]!).EndsWith(WannaCry, StringComparison.Ordinal))!;
        ((string)item["_attribution_registry"]!["digest"]!).Should().Be((string)finding["digest"]!);
        ((string)item["content_text"]!).Should().Contain("EXERCISE").And.Contain("The panel assesses");
        ((string)item["title"]!).Should().StartWith("Exercise: ");

        var feed = XDocument.Parse(await Stranger.GetStringAsync("/feeds/findings.atom")).Root!;
        feed.Name.Should().Be(Atom + "feed");
        var entry = feed.Elements(Atom + "entry").Single(e => e.Element(Atom + "id")!.Value.EndsWith(WannaCry, StringComparison.Ordinal));
        entry.Element(Own + "digest")!.Value.Should().Be((string)finding["digest"]!);
        // RFC 4287: exactly one id, title and updated, in the feed and in each entry; a self link; content or an alternate link.
        foreach (var each in feed.Elements(Atom + "entry").Prepend(feed))
        {
            foreach (var name in new[] { "id", "title", "updated" })
            {
                each.Elements(Atom + name).Should().ContainSingle();
            }

            Uri.TryCreate(each.Element(Atom + "id")!.Value, UriKind.Absolute, out _).Should().BeTrue();
            DateTimeOffset.TryParse(each.Element(Atom + "updated")!.Value, out _).Should().BeTrue();
        }

        feed.Elements(Atom + "link").Should().Contain(l => l.Attribute("rel")!.Value == "self");
        feed.Elements(Atom + "author").Should().ContainSingle();
    }

    [Fact]
    public async Task A_feed_is_served_as_stored_with_its_tag_and_answers_304()
    {
        using var first = await Stranger.GetAsync("/feeds/findings.atom");
        first.Content.Headers.ContentType!.MediaType.Should().Be("application/atom+xml");
        using var again = new HttpRequestMessage(HttpMethod.Get, "/feeds/findings.atom");
        again.Headers.IfNoneMatch.Add(first.Headers.ETag!);
        (await Stranger.SendAsync(again)).StatusCode.Should().Be(HttpStatusCode.NotModified);
        (await Stranger.GetAsync("/feeds/findings.rss")).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await Stranger.GetAsync("/feeds/states/XX.atom")).StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task States_and_sectors_have_feeds_of_their_own_that_lists_and_facets_agree_with()
    {
        var facets = (await Stranger.GetJsonAsync("/v1/findings/facets"))["facets"]!.AsArray();
        var states = Values(facets, "state");
        states.Should().NotBeEmpty();
        foreach (var state in states)
        {
            var listed = (await Stranger.GetJsonAsync($"/v1/findings?state={state}"))["items"]!.AsArray().Select(f => (string)f!["number"]!);
            var fed = (await Stranger.GetJsonAsync($"/feeds/states/{state}.json"))["items"]!.AsArray().Select(i => (string)i!["_attribution_registry"]!["number"]!);
            fed.Should().BeEquivalentTo(listed, state);
        }

        foreach (var sector in Values(facets, "sector"))
        {
            var slug = string.Join('-', string.Concat(sector.Select(c => char.IsLetterOrDigit(c) ? c : ' ')).Split(' ', StringSplitOptions.RemoveEmptyEntries));
            XDocument.Parse(await Stranger.GetStringAsync($"/feeds/sectors/{slug}.atom")).Root!.Elements(Atom + "entry").Should().NotBeEmpty(sector);
        }
    }

    [Fact]
    public async Task Published_text_is_found_by_its_words_with_facets_and_digest()
    {
        var found = (await Stranger.GetJsonAsync("/v1/findings?q=wannacry&sort=relevance"))["items"]!.AsArray();
        var finding = await Stranger.GetJsonAsync($"/v1/findings/{WannaCry}");
        ((string)found[0]!["number"]!).Should().Be(WannaCry);
        ((string)found[0]!["digest"]!).Should().Be((string)finding["digest"]!);
        found[0]!["highlight"]!["name"]!.AsArray().Should().Contain(p => (bool)p!["hit"]!);
        (await Stranger.GetJsonAsync("/v1/findings?q=" + Uri.EscapeDataString($"\"{WannaCry}\"")))["items"]!.AsArray().Should().ContainSingle("the number is part of the text");

        // What is withheld is found by its gist and by nothing else of it.
        var hidden = exercise.Registry.State(Domain.IncidentId.Of(exercise.Loaded[0].Incident)).Evidence.First(e => !e.Disclosed && e.Gist is not null);
        var gist = string.Join(' ', hidden.Gist!.Value.Split(' ').Take(4)).Replace("\"", "", StringComparison.Ordinal);
        (await NumbersAsync($"\"{gist}\"")).Should().Contain(exercise.Loaded[0].Number);
        (await NumbersAsync($"\"{hidden.Described.Title}\"")).Should().BeEmpty();
    }

    [Fact]
    public async Task A_correction_comes_to_the_top_and_what_is_withdrawn_is_said_in_every_feed_and_in_the_search()
    {
        var (number, incident) = (exercise.Loaded[0].Number, exercise.Loaded[0].Incident);
        using var before = await Stranger.GetAsync("/feeds/findings.atom");
        const string Correction =
            """{"statements":[{"value":"Exercise on public reporting. The panel assesses the same as before; a zebrafish was misspelt.","lang":"en"}],"changeNote":"A name was misspelt."}""";
        foreach (var person in new[] { exercise.As("registrar"), exercise.Chair(incident) })
        {
            using var sent = await person.PostAsync($"/v1/incidents/{incident}/finding/corrections", new StringContent(Correction, Encoding.UTF8, "application/json"));
            sent.IsSuccessStatusCode.Should().BeTrue(await sent.Content.ReadAsStringAsync());
        }

        using var after = await Stranger.GetAsync("/feeds/findings.atom");
        after.Headers.ETag.Should().NotBe(before.Headers.ETag);
        var item = (await Stranger.GetJsonAsync("/feeds/findings.json"))["items"]![0]!;
        ((string)item["_attribution_registry"]!["number"]!).Should().Be(number);
        ((int)item["_attribution_registry"]!["version"]!).Should().Be(2);
        ((string)item["content_text"]!).Should().Contain("zebrafish");
        (await NumbersAsync("zebrafish")).Should().Equal(number);
        ((string)(await Stranger.GetJsonAsync("/v1/findings"))["items"]![0]!["number"]!).Should().Be(number, "its new version is the newest");

        await WithdrawAsync(number);
        ((string)(await Stranger.GetJsonAsync("/feeds/findings.json"))["items"]![0]!["_attribution_registry"]!["status"]!).Should().Be("withdrawn");
        (await Stranger.GetStringAsync("/feeds/findings.atom")).Should().Contain("(withdrawn)");
        (await Stranger.GetJsonAsync("/v1/findings?status=withdrawn&q=zebrafish"))["items"]!.AsArray().Should().ContainSingle();
        (await Stranger.GetJsonAsync("/v1/findings?status=current&q=zebrafish"))["items"]!.AsArray().Should().BeEmpty();
        Values((await Stranger.GetJsonAsync("/v1/findings/facets"))["facets"]!.AsArray(), "status").Should().BeEquivalentTo("current", "withdrawn");
    }

    private async Task WithdrawAsync(string number)
    {
        var filed = await exercise.As("victim").PostedAsync($"/v1/findings/{number}/petitions", JsonNode.Parse("""{"ground":"newEvidence","showing":{"value":"A log.","lang":"en"}}""")!);
        var petition = $"/v1/petitions/{(string)filed["id"]!}";
        await exercise.As("reviewPanelMember").PostedAsync($"{petition}/answer", JsonNode.Parse("""{"admissible":true,"reasons":{"value":"New.","lang":"en"}}""")!, HttpStatusCode.OK);
        var decision = JsonNode.Parse("""{"outcome":"withdrawn","reasons":{"value":"It does not hold.","lang":"en"}}""")!;
        await exercise.As("reviewPanelMember").PostedAsync($"{petition}/decision", decision, HttpStatusCode.Accepted);
        await exercise.As("reviewPanelMember", 1).PostedAsync($"{petition}/decision", decision, HttpStatusCode.OK);
    }

    private async Task<List<string>> NumbersAsync(string words) =>
        [.. (await Stranger.GetJsonAsync("/v1/findings?q=" + Uri.EscapeDataString(words)))["items"]!.AsArray().Select(f => (string)f!["number"]!)];

    private static List<string> Values(JsonArray facets, string name) =>
        [.. facets.Single(f => (string)f!["name"]! == name)!["values"]!.AsArray().Select(v => (string)v!["value"]!)];
}

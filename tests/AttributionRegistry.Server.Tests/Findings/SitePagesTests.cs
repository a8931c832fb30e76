using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using AttributionRegistry.Domain;
using AttributionRegistry.Log;
using AttributionRegistry.Server.Site;
using AttributionRegistry.Server.Tests.Demo;

namespace AttributionRegistry.Server.Tests.Findings;

/// <summary>The public pages through the real server, as readers and their browsers ask for them.</summary>
[Collection(PublishedSite.Name)]
public sealed partial class SitePagesTests(ExerciseFixture exercise)
{
    private HttpClient Stranger => exercise.Registry.Stranger;

    private string WannaCry => exercise.Loaded[1].Number;

    [Fact]
    public async Task The_page_of_a_finding_says_what_the_finding_says()
    {
        var json = (await Stranger.GetFromJsonAsync<System.Text.Json.Nodes.JsonObject>($"/v1/findings/{WannaCry}"))!;
        var text = await TextAsync($"/en/findings/{WannaCry}");

        text.Should().Contain((string)json["digest"]!, "every representation carries the digest (P7)");
        var proposition = json["finding"]!["propositions"]![0]!;
        text.Should().Contain((string)proposition["likelihood"]!["sentence"]!).And.Contain((string)proposition["confidence"]!["sentence"]!);
        text.Should().Contain("Exercise.").And.Contain("those of no body");
        foreach (var dissent in json["finding"]!["dissents"]!.AsArray())
        {
            text.Should().Contain((string)dissent!["by"]!);
        }

        foreach (var point in json["finding"]!["replies"]!.AsArray().SelectMany(r => r!["points"]!.AsArray()))
        {
            text.Should().Contain(((string)point!["answer"]!["value"]!).Split('\n')[0]);
        }

        foreach (var item in json["finding"]!["disclosed"]!.AsArray())
        {
            text.Should().Contain((string)item!["sha256"]!);
        }

        foreach (var member in json["finding"]!["panel"]!["members"]!.AsArray())
        {
            text.Should().Contain((string)member!["name"]!);
        }

        text.Should().Contain($"/recount?bundle={WannaCry}");
        text.IndexOf("id=\"dissents\"", StringComparison.Ordinal).Should().BeInRange(
            text.IndexOf("id=\"assesses\"", StringComparison.Ordinal), text.IndexOf("id=\"replies\"", StringComparison.Ordinal), "dissents stand right behind the finding");
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/findings")]
    [InlineData("/incidents")]
    [InlineData("/actors")]
    [InlineData("/method")]
    [InlineData("/people")]
    [InlineData("/funding")]
    [InlineData("/policy")]
    [InlineData("/track-record")]
    [InlineData("/balance")]
    public async Task Every_page_is_there_in_six_languages_without_script_and_with_a_policy_that_allows_none(string path)
    {
        foreach (var language in Language.All)
        {
            using var answer = await Stranger.GetAsync($"/{language.Code}{path}");
            answer.StatusCode.Should().Be(HttpStatusCode.OK);
            answer.Headers.GetValues("Content-Security-Policy").Single().Should().Be(SiteCache.Policy).And.NotContain("script-src");
            var html = await answer.Content.ReadAsStringAsync();
            html.Should().StartWith($"<!DOCTYPE html>\n<html lang=\"{language.Code}\" dir=\"{language.Direction}\"").And.NotContain("style=").And.NotMatchRegex("<script(?! type=\"application/ld\\+json\")");
            Heading().Matches(html).Should().HaveCount(1);
        }
    }

    [Fact]
    public async Task An_incident_shows_what_others_have_said_beside_each_other_and_each_in_its_words()
    {
        var incident = (await Stranger.GetFromJsonAsync<System.Text.Json.Nodes.JsonObject>($"/v1/findings/{WannaCry}"))!["finding"]!["incident"]!["id"]!;
        var claims = (await Stranger.GetFromJsonAsync<System.Text.Json.Nodes.JsonObject>($"/v1/incidents/{incident}/claims?limit=200"))!["items"]!.AsArray();
        var text = await TextAsync($"/en/incidents/{WannaCry.Replace("AR-", "IN-", StringComparison.Ordinal)}");

        claims.Should().NotBeEmpty();
        claims.Should().OnlyContain(c => text.Contains(((string)c!["content"]!["words"]!["value"]!).Split('\n', StringSplitOptions.None)[0].Trim()));
        text.Should().Contain("id=\"denials\"").And.Contain("id=\"conditional\"");
    }

    [Fact]
    public async Task The_reader_is_led_to_the_language_that_the_browser_asks_for()
    {
        using var handler = new HttpClientHandler { AllowAutoRedirect = false };
        using var client = new HttpClient(handler) { BaseAddress = Stranger.BaseAddress };
        foreach (var (accepted, path) in new[] { ("fr-CA,fr;q=0.9,en;q=0.5", "/fr/"), ("de, ar;q=0.4", "/ar/"), ("de", "/en/"), ("nonsense;;", "/en/") })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/");
            request.Headers.TryAddWithoutValidation("Accept-Language", accepted);
            using var answer = await client.SendAsync(request);
            answer.Headers.Location!.OriginalString.Should().Be(path);
            answer.Headers.Vary.Should().Contain("Accept-Language");
        }
    }

    [Theory]
    [InlineData("br")]
    [InlineData("gzip")]
    public async Task A_page_is_squeezed_once_and_has_an_entity_tag_for_each_form(string encoding)
    {
        using var plain = await Stranger.GetAsync("/en/method");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/en/method");
        request.Headers.AcceptEncoding.ParseAdd(encoding);
        using var squeezed = await Stranger.SendAsync(request);

        squeezed.Content.Headers.ContentEncoding.Should().Equal(encoding);
        squeezed.Headers.ETag.Should().NotBe(plain.Headers.ETag);
        squeezed.Headers.Vary.Should().Contain("Accept-Encoding");
        await using var bytes = await squeezed.Content.ReadAsStreamAsync();
        await using Stream opened = encoding == "br" ? new BrotliStream(bytes, CompressionMode.Decompress) : new GZipStream(bytes, CompressionMode.Decompress);
        using var reader = new StreamReader(opened);
        (await reader.ReadToEndAsync()).Should().Be(await plain.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_page_that_has_not_changed_is_not_sent_again_and_parts_of_it_can_be_asked_for()
    {
        using var first = await Stranger.GetAsync("/en/method");
        using var again = new HttpRequestMessage(HttpMethod.Get, "/en/method");
        again.Headers.IfNoneMatch.Add(first.Headers.ETag!);
        (await Stranger.SendAsync(again)).StatusCode.Should().Be(HttpStatusCode.NotModified);

        using var part = new HttpRequestMessage(HttpMethod.Get, "/en/method");
        part.Headers.Range = new RangeHeaderValue(0, 14);
        using var answer = await Stranger.SendAsync(part);
        answer.StatusCode.Should().Be(HttpStatusCode.PartialContent);
        (await answer.Content.ReadAsStringAsync()).Should().Be("<!DOCTYPE html>");
    }

    [Fact]
    public async Task A_petition_is_on_the_page_as_soon_as_it_is_acknowledged_and_the_entity_tag_is_another()
    {
        using var before = await Stranger.GetAsync($"/en/findings/{WannaCry}");
        var (_, somebody) = await exercise.Registry.NewPersonAsync(Role.Referrer);
        const string Showing = "<script>alert(1)</script> & the sample was signed later.";
        using var filed = await somebody.PostAsJsonAsync($"/v1/findings/{WannaCry}/petitions", new { ground = "specificError", showing = new { value = Showing, lang = "en" } });
        filed.StatusCode.Should().Be(HttpStatusCode.Created);

        using var after = await Stranger.GetAsync($"/en/findings/{WannaCry}");
        var html = await after.Content.ReadAsStringAsync();
        after.Headers.ETag.Should().NotBe(before.Headers.ETag);
        html.Should().NotContain("<script>alert").And.Contain("&lt;script&gt;alert(1)&lt;/script&gt; &amp; the sample was signed later.");
    }

    [Fact]
    public async Task A_search_by_form_marks_what_it_found_and_refuses_what_it_does_not_know()
    {
        (await TextAsync("/en/findings?q=ransomware&status=&year=&sort=")).Should().Contain("<mark>").And.Contain(WannaCry);
        (await Stranger.GetStringAsync("/en/findings?q=%22%3Cimg+src%3Dx%3E")).Should().Contain("&lt;img src=x&gt;").And.NotContain("<img");
        using var unknown = await Stranger.GetAsync("/en/findings?nope=1");
        unknown.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        using var wrong = await Stranger.GetAsync("/en/findings?level=nonsense");
        wrong.StatusCode.Should().Be(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task What_is_not_there_is_a_page_for_browsers_and_a_problem_for_programs()
    {
        foreach (var path in new[] { "/fr/findings/AR-1999-0001", "/fr/nothing", "/fr/actors/act_00000000000000000000000000000000", $"/fr/findings/{WannaCry}/versions/99", $"/fr/findings/{WannaCry}/changes/1/2" })
        {
            using var browser = new HttpRequestMessage(HttpMethod.Get, path);
            browser.Headers.Accept.ParseAdd("text/html,application/xhtml+xml,*/*;q=0.8");
            using var page = await Stranger.SendAsync(browser);
            page.StatusCode.Should().Be(HttpStatusCode.NotFound);
            (await page.Content.ReadAsStringAsync()).Should().Contain("Il n&#x27;y a rien ici");
            using var program = await Stranger.GetAsync(path);
            program.StatusCode.Should().Be(HttpStatusCode.NotFound);
            program.Content.Headers.ContentType!.MediaType.Should().Be("application/problem+json");
        }
    }

    [Fact]
    public async Task A_published_document_is_signed_for_its_address_by_the_key_of_the_log()
    {
        var path = $"/v1/findings/{WannaCry}";
        using var answer = await Stranger.GetAsync(path);
        var bytes = await answer.Content.ReadAsByteArrayAsync();
        var digest = answer.Content.Headers.TryGetValues("Content-Digest", out var inContent) ? inContent.Single() : answer.Headers.GetValues("Content-Digest").Single();
        digest.Should().Be($"sha-256=:{Convert.ToBase64String(SHA256.HashData(bytes))}:");

        var parameters = answer.Headers.GetValues("Signature-Input").Single()["registry=".Length..];
        parameters.Should().StartWith("(\"@status\" \"@path\";req \"content-type\" \"content-digest\");created=").And.Contain("alg=\"ed25519\"");
        var signature = Convert.FromBase64String(answer.Headers.GetValues("Signature").Single()["registry=:".Length..^1]);
        var key = NoteVerifier.Parse((await Stranger.GetStringAsync("/log/vkey")).Trim());
        string Base(string at) => $"\"@status\": 200\n\"@path\";req: {at}\n\"content-type\": {answer.Content.Headers.ContentType}\n\"content-digest\": {digest}\n\"@signature-params\": {parameters}";

        key.Verify(Encoding.UTF8.GetBytes(Base(path)), signature).Should().BeTrue();
        key.Verify(Encoding.UTF8.GetBytes(Base($"{path}0")), signature).Should().BeFalse("one document cannot stand in for another");
    }

    [Fact]
    public void English_and_French_have_words_for_everything_and_no_language_has_words_for_nothing()
    {
        Words.KeysOf("fr").Should().BeEquivalentTo(Words.KeysOf("en"));
        foreach (var language in Language.All)
        {
            Words.KeysOf(language.Code).Except(Words.KeysOf("en")).Should().BeEmpty();
        }

        Words.Of("ar", "method.case.1").Lang.Should().Be("en", "what is not translated is marked as what it is");
    }

    [Fact]
    public void What_changed_between_two_texts_is_shown_word_by_word() =>
        WordDiff.Between("the panel assesses that A holds", "the panel assesses now that B holds").Should().Equal(
            new WordRun(WordChange.Same, "the panel assesses"), new WordRun(WordChange.Added, "now"), new WordRun(WordChange.Same, "that"),
            new WordRun(WordChange.Removed, "A"), new WordRun(WordChange.Added, "B"), new WordRun(WordChange.Same, "holds"));

    private async Task<string> TextAsync(string path) => WebUtility.HtmlDecode(await Stranger.GetStringAsync(path));

    [GeneratedRegex("<h1[ >]")]
    private static partial Regex Heading();
}

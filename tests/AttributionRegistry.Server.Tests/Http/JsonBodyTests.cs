using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace AttributionRegistry.Server.Tests.Http;

public sealed class JsonBodyTests(ProbeHost host) : IClassFixture<ProbeHost>
{
    private const string Incident = "inc_0197a3c5b1f07d3e8c4a2b6d9e0f1a2b";
    private const string Good = $$"""{"title":"t","count":1,"strength":"veryStrong","incident":"{{Incident}}","parts":[{"name":"a","weight":2}]}""";

    [Fact]
    public async Task A_right_body_is_read_whole()
    {
        using var answer = await host.PostAsync("/v1/bodies", Good);
        answer.StatusCode.Should().Be(HttpStatusCode.Created);
        var echo = await answer.Content.ReadFromJsonAsync<JsonElement>();
        echo.GetProperty("strength").GetString().Should().Be("veryStrong");
        echo.GetProperty("incident").GetString().Should().Be(Incident);
        echo.GetProperty("digest").GetString().Should().MatchRegex("^[0-9a-f]{64}$");
    }

    [Theory]
    [InlineData("""{"colour":"red",""", "unknown-member", "/colour")]
    [InlineData("""{"Title":"x",""", "unknown-member", "/Title")]
    [InlineData("""{"a/b~c":"x",""", "unknown-member", "/a~1b~0c")]
    [InlineData("""{"title":"x",""", "duplicate-member", "/title")]
    [InlineData("""{"main":{"name":"n","weight":1,"extra":2},""", "unknown-member", "/main/extra")]
    [InlineData("""{"main":{"name":"n"},""", "missing-member", "/main/weight")]
    [InlineData("""{"main":{"name":null,"weight":1},""", "wrong-type", "/main/name")]
    [InlineData("""{"main":[],""", "wrong-type", "/main")]
    [InlineData("""{"note":5,""", "wrong-type", "/note")]
    [InlineData("""{"note":"a\u0000b",""", "bad-text", "/note")]
    [InlineData("""{"note":"\ud800",""", "bad-text", "/note")]
    [InlineData("""{"note":"\udc00\ud800",""", "bad-text", "/note")]
    [InlineData("""{"\ud800":"x",""", "bad-text", "")]
    [InlineData("""{"scores":{"a":1,"a":2},""", "duplicate-member", "/scores/a")]
    [InlineData("""{"scores":{"a":"1"},""", "wrong-type", "/scores/a")]
    [InlineData("""{"scores":{"a\u0000":1},""", "bad-text", "/scores")]
    [InlineData("""{"evidence":"inc_0197a3c5b1f07d3e8c4a2b6d9e0f1a2b",""", "wrong-type", "/evidence")]
    [InlineData("""{"evidence":7,""", "wrong-type", "/evidence")]
    [InlineData("""{"at":"yesterday",""", "wrong-type", "/at")]
    [InlineData("""{"shape":{"kind":"circle"},""", "missing-member", "/shape/radius")]
    [InlineData("""{"shape":{"kind":"square","radius":1,"side":2},""", "unknown-member", "/shape/radius")]
    [InlineData("""{"shape":{"kind":"blob"},""", "wrong-type", "/shape/kind")]
    [InlineData("""{"shape":{"radius":1},""", "missing-member", "/shape/kind")]
    public async Task A_fault_is_named_with_its_place(string instead, string code, string pointer)
    {
        using var answer = await host.PostAsync("/v1/bodies", instead + Good[1..]);
        await answer.ShouldBeProblemAsync(400, code, pointer);
    }

    [Theory]
    [InlineData("\"count\":1", "\"count\":\"1\"", "wrong-type", "/count")]
    [InlineData("\"count\":1", "\"count\":1.5", "wrong-type", "/count")]
    [InlineData("\"count\":1", "\"count\":99999999999", "wrong-type", "/count")]
    [InlineData("\"count\":1", "\"count\":null", "wrong-type", "/count")]
    [InlineData("\"count\":1,", "", "missing-member", "/count")]
    [InlineData("\"veryStrong\"", "1", "wrong-type", "/strength")]
    [InlineData("\"veryStrong\"", "\"VERYSTRONG\"", "wrong-type", "/strength")]
    [InlineData("\"weight\":2", "\"weight\":true", "wrong-type", "/parts/0/weight")]
    [InlineData("\"count\":1", "\"count\":1,", "malformed-json", null)]
    [InlineData("\"count\":1", "\"count\":01", "malformed-json", null)]
    [InlineData("\"count\":1", "\"count\":NaN", "malformed-json", null)]
    [InlineData("\"count\":1", "/* one */\"count\":1", "malformed-json", null)]
    public async Task A_wrong_value_is_named_with_its_place(string part, string instead, string code, string? pointer)
    {
        using var answer = await host.PostAsync("/v1/bodies", Good.Replace(part, instead, StringComparison.Ordinal));
        await answer.ShouldBeProblemAsync(400, code, pointer);
    }

    [Fact]
    public async Task All_faults_are_told_at_once()
    {
        using var answer = await host.PostAsync("/v1/bodies", """{"x":1,"title":"t","parts":[{},{"name":3,"weight":"q"}]}""");
        var problem = await answer.ShouldBeProblemAsync(400, "unknown-member", "/x");
        problem.GetProperty("errors").EnumerateArray().Select(e => e.GetProperty("pointer").GetString()).Should().BeEquivalentTo(
            "/x", "/parts/0/name", "/parts/0/weight", "/parts/1/name", "/parts/1/weight", "/count", "/strength", "/incident");
    }

    [Theory]
    [InlineData("", "body-required")]
    [InlineData("null", "wrong-type")]
    [InlineData("[]", "wrong-type")]
    [InlineData("\"text\"", "wrong-type")]
    [InlineData("{", "malformed-json")]
    [InlineData("   ", "malformed-json")]
    [InlineData("{} {}", "malformed-json")]
    [InlineData("\uFEFF{}", "malformed-json")]
    public async Task A_body_that_is_no_object_is_refused(string body, string code)
    {
        using var answer = await host.PostAsync("/v1/bodies", body);
        await answer.ShouldBeProblemAsync(400, code);
    }

    [Fact]
    public async Task Bytes_that_are_not_UTF8_are_refused()
    {
        var body = Encoding.Latin1.GetBytes("{\"note\":\"\u00ff\u00fe\"," + Good[1..]);
        using var answer = await host.PostAsync("/v1/bodies", body, "application/json");
        var problem = await answer.ShouldBeProblemAsync(400, "bad-text", "/note");
        problem.GetProperty("errors").GetArrayLength().Should().Be(1);
    }

    [Theory]
    [InlineData("text/plain", "unsupported-media-type")]
    [InlineData("application/xml", "unsupported-media-type")]
    [InlineData("application/json; charset=utf-16", "unsupported-charset")]
    [InlineData("application/json; charset=utf-7", "unsupported-charset")]
    [InlineData("application/json; charset=\"iso-8859-1\"", "unsupported-charset")]
    public async Task Another_type_of_content_is_refused(string contentType, string code)
    {
        using var answer = await host.PostAsync("/v1/bodies", Encoding.UTF8.GetBytes(Good), contentType);
        await answer.ShouldBeProblemAsync(415, code);
    }

    [Theory]
    [InlineData("application/json; charset=utf-8")]
    [InlineData("application/json; charset=\"UTF-8\"")]
    public async Task UTF8_may_be_named(string contentType)
    {
        using var answer = await host.PostAsync("/v1/bodies", Encoding.UTF8.GetBytes(Good), contentType);
        answer.StatusCode.Should().Be(HttpStatusCode.Created);
    }

    [Fact]
    public async Task A_compressed_body_is_refused()
    {
        using var content = new ByteArrayContent([1, 2, 3]);
        content.Headers.ContentType = new("application/json");
        content.Headers.ContentEncoding.Add("gzip");
        using var answer = await host.Client.PostAsync("/v1/bodies", content);
        await answer.ShouldBeProblemAsync(415, "unsupported-encoding");
    }

    [Fact]
    public async Task Thirty_levels_are_read_and_a_thousand_refused()
    {
        using var deep = await host.PostAsync("/v1/bodies", string.Concat(Enumerable.Repeat("[", 1000)) + string.Concat(Enumerable.Repeat("]", 1000)));
        await deep.ShouldBeProblemAsync(400, "malformed-json");
        using var shallow = await host.PostAsync("/v1/bodies", string.Concat(Enumerable.Repeat("[", 30)) + string.Concat(Enumerable.Repeat("]", 30)));
        await shallow.ShouldBeProblemAsync(400, "wrong-type", "");
    }

    [Fact]
    public async Task The_same_word_typed_on_two_keyboards_is_one_word()
    {
        using var answer = await host.PostAsync("/v1/bodies", "{\"note\":\"Cafe\u0301\",\"scores\":{\"e\u0301\":1}," + Good[1..]);
        var echo = await answer.Content.ReadFromJsonAsync<JsonElement>();
        echo.GetProperty("note").GetString().Should().Be("Caf\u00e9");
    }

    [Fact]
    public async Task The_digest_tells_bodies_apart_and_repeats()
    {
        var digests = new List<string>();
        foreach (var body in new[] { Good, Good, Good + " " })
        {
            using var answer = await host.PostAsync("/v1/bodies", body);
            digests.Add((await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("digest").GetString()!);
        }

        digests[0].Should().Be(digests[1]).And.NotBe(digests[2]);
    }

    [Fact]
    public async Task Where_no_body_is_expected_one_is_refused()
    {
        using var none = await host.Client.PostAsync("/v1/nothing", null);
        none.StatusCode.Should().Be(HttpStatusCode.OK);
        using var some = await host.PostAsync("/v1/nothing", "{}");
        await some.ShouldBeProblemAsync(400, "body-not-expected");
    }
}

using System.Text;

namespace AttributionRegistry.Server.Tests.Http;

/// <summary>What only a raw socket can send. Whatever it is, the answer is a refusal, never a failure.</summary>
public sealed class HostileInputTests(ProbeHost host) : IClassFixture<ProbeHost>
{
    private string Authorization => $"Authorization: {host.Client.DefaultRequestHeaders.Authorization}";

    [Theory]
    [InlineData("POST /v1/bodies HTTP/1.1\nContent-Type: application/json; charset=utf-7\nContent-Length: 0", 415, "unsupported-charset")]
    [InlineData("POST /v1/bodies HTTP/1.1\nContent-Type: application/json; charset=utf-8; charset=utf-7\nContent-Length: 0", 415, "unsupported-charset")]
    [InlineData("POST /v1/bodies HTTP/1.1\nContent-Type: ;;;\nContent-Length: 0", 415, "unsupported-media-type")]
    [InlineData("GET /v1/nowhere HTTP/1.1\nAccept: ../admin", 404, "not-found")]
    [InlineData("GET /v1/nowhere HTTP/1.1\nAccept: \u0001", 404, "not-found")]
    [InlineData("GET /v1/search?count=1&%ff=%fe HTTP/1.1", 400, "unknown-parameter")]
    [InlineData("GET /v1/search?count=%ed%a0%80 HTTP/1.1", 400, "wrong-type")]
    [InlineData("GET /v1/incidents/..%2f..%2fetc HTTP/1.1", 404, "not-found")]
    [InlineData("BREW /v1/me HTTP/1.1", 405, "method-not-allowed")]
    [InlineData("GET /v1/me HTTP/1.1\nAuthorization: Bearer", 401, "credentials-missing")]
    [InlineData("GET /v1/me HTTP/1.1\nAuthorization: Bearer \u00ff\u00fe", 401, "credentials-invalid")]
    [InlineData("GET /v1/rows HTTP/1.1\nIf-None-Match: \u00ff", 200, "items")]
    public async Task A_strange_request_is_answered_in_form(string head, int status, string word)
    {
        var authorization = head.Contains("Authorization", StringComparison.Ordinal) ? string.Empty : "\n" + Authorization;
        var answer = await RawHttp.SendAsync(host.Port, head + authorization);
        if (head.Contains('\u0001') || head.Contains('\u00ff'))
        {
            // Kestrel may refuse such bytes before any of our code; then with 400 and an empty body.
            RawHttp.Status(answer).Should().BeOneOf([status, 400], answer);
            return;
        }

        RawHttp.Status(answer).Should().Be(status, answer);
        answer.Should().Contain(word);
    }

    [Theory]
    [InlineData("GET /v1/me\u0000 HTTP/1.1")]
    [InlineData("GET /%00 HTTP/1.1")]
    [InlineData("GARBAGE")]
    [InlineData("GET http://[::1 HTTP/1.1")]
    [InlineData("POST /v1/bodies HTTP/1.1\nContent-Length: 5\nTransfer-Encoding: chunked")]
    [InlineData("POST /v1/bodies HTTP/1.1\nContent-Length: -5")]
    public async Task What_is_no_request_never_ends_in_a_failure(string head)
    {
        var answer = await RawHttp.SendAsync(host.Port, head);
        RawHttp.Status(answer).Should().BeInRange(400, 499, answer);
    }

    [Fact]
    public async Task Ten_megabytes_of_JSON_are_too_large()
    {
        var body = Encoding.ASCII.GetBytes("{\"title\":\"" + new string('x', 10_000_000) + "\"}");
        var answer = await RawHttp.SendAsync(host.Port, $"POST /v1/bodies HTTP/1.1\nContent-Type: application/json\nContent-Length: {body.Length}\n{Authorization}", body);
        // The answer may be lost when the connection is reset below a body still on its way; a lost one is no failure of ours.
        RawHttp.Status(answer).Should().BeOneOf(413, 0);
    }

    [Fact]
    public async Task A_body_said_to_be_too_large_is_refused_before_it_is_sent()
    {
        var answer = await RawHttp.SendAsync(host.Port, $"POST /v1/bodies HTTP/1.1\nContent-Type: application/json\nContent-Length: 10000000\nExpect: 100-continue\n{Authorization}");
        RawHttp.Status(answer).Should().Be(413, answer);
        answer.Should().Contain("payload-too-large").And.Contain("nosniff");
    }

    [Fact]
    public async Task Chunks_without_end_are_cut_at_the_limit()
    {
        var chunk = "10000\r\n" + new string(' ', 0x10000) + "\r\n";
        var body = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(chunk, 17)) + "0\r\n\r\n");
        var answer = await RawHttp.SendAsync(host.Port, $"POST /v1/bodies HTTP/1.1\nContent-Type: application/json\nTransfer-Encoding: chunked\n{Authorization}", body);
        RawHttp.Status(answer).Should().BeOneOf(413, 0);
    }

    [Fact]
    public async Task HEAD_sends_no_body_on_the_wire()
    {
        var answer = await RawHttp.SendAsync(host.Port, "HEAD /v1/rows HTTP/1.1");
        RawHttp.Status(answer).Should().Be(200, answer);
        answer.Should().EndWith("\r\n\r\n");
    }

    [Fact]
    public async Task A_failure_is_logged_once_and_tells_nothing()
    {
        var before = host.Log.Errors;
        using var answer = await host.Client.GetAsync("/v1/broken");
        var problem = await answer.ShouldBeProblemAsync(500, "internal-error");
        problem.ToString().Should().NotContain("secret").And.NotContain("Exception").And.NotContain(".cs");
        host.Log.Errors.Should().Be(before + 1);
    }

    [Fact]
    public async Task Work_without_end_is_stopped_with_a_problem()
    {
        using var answer = await host.Client.GetAsync("/v1/slow");
        await answer.ShouldBeProblemAsync(503, "unavailable");
    }

    [Fact]
    public async Task A_refusal_is_not_logged_as_an_error()
    {
        var before = host.Log.Errors;
        using var answer = await host.PostAsync("/v1/bodies", "{");
        await answer.ShouldBeProblemAsync(400, "malformed-json");
        host.Log.Errors.Should().Be(before);
    }
}

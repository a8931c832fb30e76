using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using AttributionRegistry.Cli.Http;

namespace AttributionRegistry.Cli.Tests.Http;

public sealed class RegistryClientTests
{
    private const string Problem = """
        {"type":"/problems/wrong-type","title":"Wrong type","status":422,"detail":"A member is at fault.","code":"wrong-type",
         "errors":[{"pointer":"/facts/name","code":"wrong-type","detail":"Expected text."}]}
        """;

    [Fact]
    public async Task A_refusal_becomes_its_code_its_sentence_and_its_place()
    {
        using var client = new Answering((_, _) => Answering.Json(HttpStatusCode.UnprocessableEntity, Problem, "application/problem+json")).Client();

        var asking = () => client.PostAsync("/v1/incidents", [], CancellationToken.None);

        var refusal = (await asking.Should().ThrowAsync<RegistryRefusedException>()).Which;
        refusal.Status.Should().Be(422);
        refusal.Code.Should().Be("wrong-type");
        refusal.Pointer.Should().Be("/facts/name");
        refusal.Message.Should().Be("wrong-type (422): A member is at fault. [at /facts/name: Expected text.]");
    }

    [Fact]
    public async Task What_is_no_problem_document_is_told_by_its_status()
    {
        using var client = new Answering((_, _) => Answering.Json(HttpStatusCode.BadGateway, "<html>", "text/html")).Client();

        var asking = () => client.GetAsync("/v1/me", CancellationToken.None);

        (await asking.Should().ThrowAsync<RegistryRefusedException>()).Which.Code.Should().Be("http-502");
    }

    [Fact]
    public async Task A_busy_server_is_asked_again_when_it_says_and_under_the_same_key()
    {
        var server = new Answering((_, attempt) => attempt switch
        {
            1 => Busy(HttpStatusCode.TooManyRequests, new RetryConditionHeaderValue(TimeSpan.FromSeconds(3))),
            2 => Busy(HttpStatusCode.ServiceUnavailable, new RetryConditionHeaderValue(TimeSpan.FromHours(9))),
            _ => Answering.Json(HttpStatusCode.Created, "{\"id\":\"inc_1\"}"),
        });
        using var client = server.Client("atr_per_key");

        var answer = await client.PostAsync("/v1/incidents", new JsonObject { ["a"] = 1 }, CancellationToken.None);

        ((string?)answer["id"]).Should().Be("inc_1");
        server.Asked.Should().HaveCount(3);
        server.Asked.Select(each => each.Key).Distinct().Should().ContainSingle().Which.Should().NotBeNullOrEmpty();
        server.Asked.Should().OnlyContain(each => each.Body == "{\"a\":1}" && each.Authorization == "Bearer atr_per_key");
        server.Waits.Should().Equal(TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task A_server_that_stays_busy_is_given_up_with_its_own_words()
    {
        var server = new Answering((_, _) => Busy(HttpStatusCode.TooManyRequests, new RetryConditionHeaderValue(TimeSpan.Zero)));
        using var client = server.Client();

        var asking = () => client.GetAsync("/v1/me", CancellationToken.None);

        (await asking.Should().ThrowAsync<RegistryRefusedException>()).Which.Status.Should().Be(429);
        server.Asked.Should().HaveCount(5);
    }

    [Fact]
    public async Task An_answer_that_was_lost_on_the_way_is_asked_for_again_under_the_same_key()
    {
        var server = new Answering((_, attempt) => attempt == 1 ? throw new HttpRequestException("connection reset") : Answering.Json(HttpStatusCode.OK, "{}"));
        using var client = server.Client();

        await client.PostAsync("/v1/incidents", [], CancellationToken.None);

        server.Asked.Should().HaveCount(2);
        server.Asked[1].Key.Should().Be(server.Asked[0].Key);
    }

    [Fact]
    public async Task Two_posts_never_share_a_key()
    {
        var server = new Answering((_, _) => Answering.Json(HttpStatusCode.OK, "{}"));
        using var client = server.Client();

        await client.PostAsync("/v1/incidents", [], CancellationToken.None);
        await client.PostAsync("/v1/incidents", [], CancellationToken.None);

        server.Asked[1].Key.Should().NotBe(server.Asked[0].Key);
    }

    [Fact]
    public async Task Silence_is_no_refusal()
    {
        using var client = new Answering((_, _) => throw new HttpRequestException("no route")).Client();

        var asking = () => client.GetAsync("/v1/me", CancellationToken.None);

        await asking.Should().ThrowAsync<RegistryUnreachableException>().WithMessage("*registry.example*no route*");
    }

    [Fact]
    public async Task Bytes_of_evidence_travel_with_their_digest()
    {
        string? digest = null;
        var server = new Answering((request, _) =>
        {
            digest = request.Content!.Headers.GetValues("Content-Digest").Single();
            return Answering.Json(HttpStatusCode.Created, "{}");
        });
        using var client = server.Client();

        await client.PutBytesAsync("/v1/evidence/evd_1/content", "abc"u8.ToArray(), "text/markdown", CancellationToken.None);

        digest.Should().Be($"sha-256=:{Convert.ToBase64String(SHA256.HashData("abc"u8))}:");
    }

    private static HttpResponseMessage Busy(HttpStatusCode status, RetryConditionHeaderValue after)
    {
        var answer = Answering.Json(status, "{\"code\":\"too-many-requests\",\"detail\":\"Wait.\"}", "application/problem+json");
        answer.Headers.RetryAfter = after;
        return answer;
    }
}

using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using AttributionRegistry.Domain;
using AttributionRegistry.Server.Security;
using AttributionRegistry.Server.Tests.Http;

namespace AttributionRegistry.Server.Tests.Security;

public sealed class ApiKeyTests(ProbeHost host) : IClassFixture<ProbeHost>
{
    [Fact]
    public void A_new_key_has_the_form_and_reads_back()
    {
        var key = ApiKey.Create(RandomNumberGenerator.GetBytes);
        key.Text.Should().MatchRegex("^atr_per_[0-9A-Za-z]{36}$");
        ApiKey.TryParse(key.Text)!.Sha256.Should().Be(key.Sha256).And.Be(Sha256Hex.Of(key.Text));
        key.ToString().Should().NotContain(key.Text[8..]);
    }

    [Fact]
    public void The_checksum_is_the_usual_CRC32_in_base_62()
    {
        // Bytes 0..29 give the characters 0..9A..T; CRC-32 (zlib) over "atr_per_0123456789ABCDEFGHIJKLMNOPQRST".
        var key = ApiKey.Create(count => [.. Enumerable.Range(0, count).Select(i => (byte)i)]);
        key.Text.Should().Be("atr_per_0123456789ABCDEFGHIJKLMNOPQRST1Z0RN2");
    }

    [Fact]
    public void Bytes_that_would_favour_some_characters_are_thrown_away()
    {
        var calls = 0;
        var key = ApiKey.Create(count => calls++ == 0 ? [.. Enumerable.Repeat((byte)255, count)] : new byte[count]);
        key.Text[8..38].Should().Be(new string('0', 30));
        calls.Should().Be(2);
    }

    [Fact]
    public void Every_typing_error_is_noticed()
    {
        var text = ApiKey.Create(RandomNumberGenerator.GetBytes).Text;
        for (var i = 0; i < text.Length; i++)
        {
            var typo = text[..i] + (text[i] == 'x' ? 'y' : 'x') + text[(i + 1)..];
            ApiKey.TryParse(typo).Should().BeNull(typo);
        }

        ApiKey.TryParse(text + "0").Should().BeNull();
        ApiKey.TryParse(null).Should().BeNull();
    }

    [Fact]
    public async Task Without_credentials_the_answer_says_what_is_missing()
    {
        using var answer = await host.Stranger.GetAsync("/v1/me");
        await answer.ShouldBeProblemAsync(401, "credentials-missing");
        answer.Headers.WwwAuthenticate.Should().Equal(new AuthenticationHeaderValue("Bearer"));
    }

    [Fact]
    public async Task Unknown_expired_and_revoked_keys_get_the_same_answer()
    {
        var expired = host.Keys.Add(ProbeHost.Noon, Role.Operator);
        var revoked = host.Keys.Add(ProbeHost.Noon.AddDays(1), Role.Operator);
        using (var client = host.NewClient(revoked))
        {
            (await client.GetAsync("/v1/me")).StatusCode.Should().Be(HttpStatusCode.OK);
            host.Keys.Revoke(revoked);
        }

        var answers = new HashSet<string>();
        foreach (var key in new[] { "nonsense", ApiKey.Create(RandomNumberGenerator.GetBytes).Text, expired, revoked })
        {
            using var client = host.NewClient(key);
            using var answer = await client.GetAsync("/v1/me");
            await answer.ShouldBeProblemAsync(401, "credentials-invalid");
            answers.Add(await answer.Content.ReadAsStringAsync() + answer.Headers.WwwAuthenticate);
        }

        answers.Should().ContainSingle();
    }

    [Fact]
    public async Task A_key_with_a_wrong_checksum_never_reaches_the_store()
    {
        var before = host.Keys.Lookups;
        using var client = host.NewClient("atr_per_" + new string('0', 36));
        (await client.GetAsync("/v1/me")).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        host.Keys.Lookups.Should().Be(before);
    }

    [Fact]
    public async Task A_bad_key_is_told_so_even_where_none_is_needed()
    {
        using var client = host.NewClient("nonsense");
        using var answer = await client.GetAsync("/v1/greeting");
        await answer.ShouldBeProblemAsync(401, "credentials-invalid");
    }

    [Fact]
    public async Task A_handler_gets_the_caller_or_none_where_strangers_are_welcome()
    {
        (await host.Client.GetFromJsonAsync<JsonElement>("/v1/me")).GetProperty("roles")[0].GetString().Should().Be("analyst");
        (await host.Client.GetFromJsonAsync<JsonElement>("/v1/greeting")).GetProperty("id").GetString().Should().StartWith("per_");
        (await host.Stranger.GetFromJsonAsync<JsonElement>("/v1/greeting")).GetProperty("id").ValueKind.Should().Be(JsonValueKind.Null);
    }

    [Fact]
    public async Task A_handler_that_wants_a_caller_refuses_strangers_even_where_the_route_forgot_to()
    {
        using var answer = await host.Stranger.GetAsync("/v1/careless");
        await answer.ShouldBeProblemAsync(401, "credentials-missing");
        answer.Headers.WwwAuthenticate.Should().ContainSingle();
    }

    [Fact]
    public async Task A_role_that_is_missing_is_forbidden()
    {
        using var answer = await host.Client.GetAsync("/v1/operators");
        await answer.ShouldBeProblemAsync(403, "role-missing");
        using var client = host.NewClient(host.Keys.Add(ProbeHost.Noon.AddDays(1), Role.Operator));
        (await client.GetAsync("/v1/operators")).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("/nowhere", 404, "not-found")]
    [InlineData("/v1/rows", 405, "method-not-allowed")]
    public async Task Strangers_are_not_asked_who_they_are_where_nothing_is(string path, int status, string code)
    {
        using var answer = await host.Stranger.DeleteAsync(path);
        await answer.ShouldBeProblemAsync(status, code);
    }
}

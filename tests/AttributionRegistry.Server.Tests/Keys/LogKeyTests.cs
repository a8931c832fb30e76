using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using AttributionRegistry.Cli;
using AttributionRegistry.Domain;
using AttributionRegistry.Log;
using AttributionRegistry.Server.Tests.Evidence;
using AttributionRegistry.Server.Tests.Running;
using static AttributionRegistry.Server.Tests.Evidence.EvidenceCase;

namespace AttributionRegistry.Server.Tests.Keys;

/// <summary>Rotation of the log's key while the registry works, as clients with one key or the other see it.</summary>
public sealed class LogKeyTests
{
    [Fact]
    public async Task While_two_keys_sign_a_client_pinned_to_either_goes_on_and_afterwards_only_the_new_one_verifies()
    {
        await using var registry = await RunningRegistry.StartAsync();
        var old = NoteVerifier.Parse((await registry.Stranger.GetStringAsync("/log/vkey")).Trim());
        var receiptBefore = await ActAsync(registry);

        var introduced = await JsonAsync(await IntroduceAsync(registry, HttpStatusCode.Created));
        var next = await NewestAsync(registry);
        var receiptBetween = await ActAsync(registry);

        introduced.GetProperty("id").GetString().Should().Be(NoteKey.Hex(next.KeyId));
        foreach (var key in new[] { old, next })
        {
            Checkpoint.Open(await CheckpointAsync(registry), key).Size.Should().Be(registry.Core.Store.Events.Head.Size);
            ReceiptVerifier.Verify(receiptBetween, key).IsValid.Should().BeTrue();
        }

        (await registry.Stranger.GetStringAsync("/log/vkey")).Should().Be(old.Vkey + "\n", "who knows one key knows this one");
        registry.Clock.Advance(TimeSpan.FromDays(30));
        await JsonAsync(await RetireAsync(registry, old));
        var receiptAfter = await ActAsync(registry);

        ReceiptVerifier.Verify(receiptBefore, old).IsValid.Should().BeTrue("what was proved stays proved");
        ReceiptVerifier.Verify(receiptAfter, next).IsValid.Should().BeTrue();
        ReceiptVerifier.Verify(receiptAfter, old).IsValid.Should().BeFalse();
        (await registry.Stranger.GetStringAsync("/log/vkey")).Should().Be(next.Vkey + "\n");
    }

    [Fact]
    public async Task The_log_names_both_keys_and_no_reason_and_the_old_key_itself_names_the_new_one()
    {
        await using var registry = await RunningRegistry.StartAsync();
        var old = NoteVerifier.Parse(registry.Core.Store.Signer.Vkey);
        var introduced = await ReceiptAsync(await IntroduceAsync(registry, HttpStatusCode.Created));
        registry.Clock.Advance(TimeSpan.FromDays(30));
        var retired = await ReceiptAsync(await RetireAsync(registry, old));

        var entries = registry.Core.Store.Events.ReadEntries(0, (int)registry.Core.Store.Events.Head.Size).Select(leaf => (leaf.Index, leaf.Entry)).ToList();
        var followed = KeySuccession.Follow(old, entries, registry.Core.Store.Events.Tree.RootAt);

        followed.Steps.Should().ContainSingle().Which.Entry.Should().Be(retired.LeafIndex);
        KeyRetirement.Open(((LogKeyEntry.Retired)LogKeyEntry.Read(entries[(int)retired.LeafIndex].Entry)!).Word, old).Size.Should().BeGreaterThan(introduced.LeafIndex).And.BeLessThanOrEqualTo(retired.LeafIndex);
        followed.Trusted.Select(key => key.Vkey).Should().Equal((await NewestAsync(registry)).Vkey);
        foreach (var receipt in new[] { introduced, retired })
        {
            System.Text.Encoding.UTF8.GetString(entries[(int)receipt.LeafIndex].Entry).Should().Contain("\"subject\":\"log-keys\"").And.NotContain("somebody left");
        }
    }

    [Fact]
    public async Task The_list_of_keys_says_since_when_until_when_and_from_when_a_key_may_go()
    {
        await using var registry = await RunningRegistry.StartAsync();
        await IntroduceAsync(registry, HttpStatusCode.Created);

        var keys = (await registry.Stranger.GetFromJsonAsync<JsonElement>("/v1/log/keys")).GetProperty("keys").EnumerateArray().ToList();

        keys.Select(key => key.GetProperty("state").GetString()).Should().Equal("signing", "signing");
        keys[0].GetProperty("since").ValueKind.Should().Be(JsonValueKind.Null);
        keys[1].GetProperty("since").GetDateTimeOffset().Should().Be(RunningRegistry.Noon);
        keys.Should().OnlyContain(key => key.GetProperty("retirableFrom").GetDateTimeOffset() == RunningRegistry.Noon.AddDays(30));
        registry.Clock.Advance(TimeSpan.FromDays(40));
        await JsonAsync(await RetireAsync(registry, keys[0].GetProperty("keyId").GetString()!));

        keys = [.. (await registry.Stranger.GetFromJsonAsync<JsonElement>("/v1/log/keys")).GetProperty("keys").EnumerateArray()];
        keys.Select(key => key.GetProperty("state").GetString()).Should().Equal("retired", "signing");
        keys[0].GetProperty("until").GetDateTimeOffset().Should().Be(RunningRegistry.Noon.AddDays(40));
        keys[0].GetProperty("retiredBy").GetInt64().Should().BeGreaterThan(keys[1].GetProperty("introducedBy").GetInt64());
        keys[1].GetProperty("retirableFrom").ValueKind.Should().Be(JsonValueKind.Null);
    }

    [Fact]
    public async Task What_would_leave_clients_behind_is_refused()
    {
        await using var registry = await RunningRegistry.StartAsync();
        var first = NoteKey.Hex(registry.Core.Store.Signer.KeyId);

        await RefusedAsync(RetireAsync(registry, first), HttpStatusCode.Conflict, "log-key-last");
        await RefusedAsync(RetireAsync(registry, "00000000"), HttpStatusCode.NotFound, "log-key-unknown");
        await IntroduceAsync(registry, HttpStatusCode.Created);
        await RefusedAsync(IntroduceAsync(registry), HttpStatusCode.Conflict, "log-key-change-pending");
        registry.Clock.Advance(TimeSpan.FromDays(30) - TimeSpan.FromSeconds(1));
        await RefusedAsync(RetireAsync(registry, first), HttpStatusCode.Conflict, "log-key-overlap");
        (await JsonAsync(await RetireAsync(registry, first))).GetProperty("detail").GetString().Should().Contain("2026-01-31T12:00:00Z");
        registry.Clock.Advance(TimeSpan.FromSeconds(1));
        await JsonAsync(await RetireAsync(registry, first));
        await RefusedAsync(RetireAsync(registry, first), HttpStatusCode.Conflict, "log-key-retired");
    }

    [Fact]
    public async Task Only_an_operator_changes_keys_with_a_reason_and_a_refusal_makes_no_file()
    {
        await using var registry = await RunningRegistry.StartAsync();

        (await PostAsync(registry.As(Role.Custodian), "/v1/log/keys", "I want to.")).StatusCode.Should().Be(HttpStatusCode.Forbidden);
        (await PostAsync(registry.Stranger, "/v1/log/keys", "I want to.")).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        (await PostAsync(registry.As(Role.Custodian), "/v1/log/keys/00000000/retirement", "I want to.")).StatusCode.Should().Be(HttpStatusCode.Forbidden);
        await RefusedAsync(PostAsync(registry.As(Role.Operator), "/v1/log/keys", " "), HttpStatusCode.UnprocessableEntity, "reason-missing");

        Directory.GetFiles(registry.DataFolder + "-keys", "log-*.key").Should().BeEmpty();
    }

    [Fact]
    public async Task The_same_idempotency_key_introduces_once_and_makes_one_file()
    {
        await using var registry = await RunningRegistry.StartAsync();

        var answers = new[] { await IntroduceAsync(registry, key: "k1"), await IntroduceAsync(registry, key: "k1") };

        answers.Should().OnlyContain(answer => answer.StatusCode == HttpStatusCode.Created);
        Directory.GetFiles(registry.DataFolder + "-keys", "log-*.key").Should().ContainSingle();
        registry.Core.Store.Signers.Should().HaveCount(2);
    }

    [Fact]
    public async Task A_restart_in_the_overlap_and_after_it_goes_on_and_the_old_file_may_leave()
    {
        var registry = await RunningRegistry.StartAsync();
        var old = NoteVerifier.Parse(registry.Core.Store.Signer.Vkey);
        await IntroduceAsync(registry, HttpStatusCode.Created);
        var next = await NewestAsync(registry);
        var folder = await registry.StopAsync();

        registry = await RunningRegistry.StartAsync(folder);
        ReceiptVerifier.Verify(await ActAsync(registry), old).IsValid.Should().BeTrue();
        registry.Clock.Advance(TimeSpan.FromDays(31));
        await JsonAsync(await RetireAsync(registry, old));
        folder = await registry.StopAsync();
        File.Delete(Path.Combine(folder, "data-keys", "log.key"));

        await using var again = await RunningRegistry.StartAsync(folder);
        ReceiptVerifier.Verify(await ActAsync(again), next).IsValid.Should().BeTrue();
        again.Core.Store.Signers.Should().ContainSingle();
    }

    [Fact]
    public async Task A_ballot_receipt_of_the_overlap_is_signed_by_both_keys()
    {
        await using var registry = await RunningRegistry.StartAsync();
        await IntroduceAsync(registry, HttpStatusCode.Created);
        var word = new BallotReceipt("inc_1", 1, "k", 1, "00", "00", "h", registry.Core.Store.Signer.Name, "2026-01-01T12:00:00Z").Sign(registry.Core.Store.Signers);

        foreach (var signer in registry.Core.Store.Signers)
        {
            BallotReceipt.Open(word, NoteVerifier.Parse(signer.Vkey)).Round.Should().Be(1);
        }
    }

    [Fact]
    public async Task The_command_line_comes_from_a_retired_key_to_its_successor_and_says_so()
    {
        await using var registry = await RunningRegistry.StartAsync();
        var old = NoteVerifier.Parse(registry.Core.Store.Signer.Vkey);
        await IntroduceAsync(registry, HttpStatusCode.Created);
        var next = await NewestAsync(registry);
        (await AuditAsync(registry, old.Vkey)).Code.Should().Be(ExitCode.Holds);
        registry.Clock.Advance(TimeSpan.FromDays(30));
        await JsonAsync(await RetireAsync(registry, old));
        await ActAsync(registry);

        var (code, said) = await AuditAsync(registry, old.Vkey);

        code.Should().Be(ExitCode.Holds, said);
        said.Should().Contain($"the key {NoteKey.Hex(old.KeyId)} was retired").And.Contain($"--vkey '{next.Vkey}'");
        using var stranger = new NoteSigner(old.Name, new byte[32]);
        (await AuditAsync(registry, stranger.Vkey)).Code.Should().Be(ExitCode.DoesNotHold);
        (await AuditAsync(registry, next.Vkey)).Should().Match<(int Code, string Said)>(a => a.Code == ExitCode.Holds && !a.Said.Contains("--vkey"));
    }

    private static async Task<(int Code, string Said)> AuditAsync(RunningRegistry registry, string vkey)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await Commands.RunAsync(
            ["log", "audit", registry.Address, "--vkey", vkey], output, error, registry.Core.Entropy.Bytes, registry.Clock, CancellationToken.None);
        return (code, output.ToString() + error);
    }

    private static async Task<Receipt> ActAsync(RunningRegistry registry) =>
        await ReceiptAsync(await PostAsync(registry.As(Role.Operator), "/v1/master-key/rotations", "An act."));

    private static async Task<Receipt> ReceiptAsync(HttpResponseMessage answer) =>
        (await JsonAsync(answer)).GetProperty("receipt").Deserialize<Receipt>(JsonSerializerOptions.Web)!;

    private static async Task<NoteVerifier> NewestAsync(RunningRegistry registry) => NoteVerifier.Parse(
        (await registry.Stranger.GetFromJsonAsync<JsonElement>("/v1/log/keys")).GetProperty("keys").EnumerateArray().Last().GetProperty("vkey").GetString()!);

    private static Task<string> CheckpointAsync(RunningRegistry registry) => registry.Stranger.GetStringAsync("/log/checkpoint");

    private static async Task<HttpResponseMessage> IntroduceAsync(RunningRegistry registry, HttpStatusCode? expected = null, string? key = null)
    {
        var answer = await PostAsync(registry.As(Role.Operator), "/v1/log/keys", "somebody left", key);
        if (expected is { } status)
        {
            answer.StatusCode.Should().Be(status, await answer.Content.ReadAsStringAsync());
        }

        return answer;
    }

    private static Task<HttpResponseMessage> RetireAsync(RunningRegistry registry, NoteVerifier key) => RetireAsync(registry, NoteKey.Hex(key.KeyId));

    private static Task<HttpResponseMessage> RetireAsync(RunningRegistry registry, string keyId) =>
        PostAsync(registry.As(Role.Operator), $"/v1/log/keys/{keyId}/retirement", "somebody left");

    private static Task<HttpResponseMessage> PostAsync(HttpClient client, string address, string reason, string? key = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = JsonContent.Create(new { reason }) };
        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        return client.SendAsync(request);
    }
}

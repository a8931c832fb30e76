using System.Net.Http.Json;
using AttributionRegistry.Domain;
using AttributionRegistry.Log;
using AttributionRegistry.Server.Tests.Running;
using Microsoft.AspNetCore.Http;
using Microsoft.Data.Sqlite;
using static AttributionRegistry.Server.Tests.Witness.FaultyWitness;

namespace AttributionRegistry.Server.Tests.Witness;

/// <summary>Whatever stands at a witness's address: it is called what it is, believed in nothing that does not verify, and holds up nobody.</summary>
public sealed class FaultyWitnessTests
{
    private static readonly DateTimeOffset Later = RunningRegistry.Noon.AddDays(1);

    [Fact]
    public async Task No_wrong_answer_becomes_a_cosignature_and_each_is_told_by_its_kind()
    {
        await using var faulty = await StartAsync();
        await using var running = await WithAsync(faulty);
        using var other = NoteSigner.Witness("witness.example/other", new byte[32]);
        string Cosign(AddCheckpointRequest request, NoteSigner by, DateTimeOffset at) => CosignatureV1.Sign(by, request.Note.Text, at.ToUnixTimeSeconds());
        var cases = new (string State, string Reason, Func<HttpContext, AddCheckpointRequest, Task> Answer)[]
        {
            ("late", "500", (http, _) => Say(http, 500, "")),
            ("late", "302", (http, _) => { http.Response.Headers.Location = running.Witnesses[2].Url + "/add-checkpoint"; return Say(http, 302, ""); }),
            ("late", "404: it does not know this log", (http, _) => Say(http, 404, "")),
            ("late", "403: it does not trust the key", (http, _) => Say(http, 403, "")),
            ("alarm", "409 without a size", (http, _) => Say(http, 409, "")),
            ("late", "no size", (http, _) => Say(http, 409, "-1\n", "text/x.tlog.size")),
            ("late", "another size each time", (http, r) => Say(http, 409, $"{(r.OldSize == 0 ? 1 : 0)}\n", "text/x.tlog.size")),
            ("alarm", "422", (http, _) => Say(http, 422, "")),
            ("alarm", "cosigned size 999999999", (http, _) => Say(http, 409, "999999999\n", "text/x.tlog.size")),
            ("late", "does not verify", (http, _) => Say(http, 200, "")),
            ("late", "does not verify", (http, _) => Say(http, 200, "yes\n")),
            ("late", "cannot be reached", (http, _) => Say(http, 200, new string('x', 1_000_000))),
            ("late", "does not verify", (http, r) => Say(http, 200, Cosign(r, other, Later))),
            ("late", "does not verify", (http, r) => Say(http, 200, CosignatureV1.Sign(faulty.Signer, r.Note.Text.Replace("\n1", "\n2", StringComparison.Ordinal) + "x\n", 1))),
            ("late", "clock is wrong", (http, r) => Say(http, 200, Cosign(r, faulty.Signer, running.Registry.Now.AddHours(1)))),
            ("late", "clock is wrong", (http, r) => Say(http, 200, CosignatureV1.Sign(faulty.Signer, r.Note.Text, 0))),
        };
        foreach (var (state, reason, answer) in cases)
        {
            faulty.Answer = answer;
            await running.EventuallyAsync(
                async () => await running.WitnessAsync(3) is var seen && (string)seen["state"]! == state && ((string)seen["reason"]!).Contains(reason, StringComparison.Ordinal), $"it is {state}: {reason}", TimeSpan.FromSeconds(5));
            (await running.WitnessAsync(3))["size"].Should().BeNull(reason);
            await running.GrowAsync();
            await running.WitnessedAsync(running.Registry.Core.Store.Events.Head.Size, TimeSpan.FromSeconds(1));
        }

        // Among lines of others its own is found.
        faulty.Answer = (http, r) => Say(http, 200, Cosign(r, other, Later) + Cosign(r, faulty.Signer, running.Registry.Now));
        await running.EventuallyAsync(async () => (string)(await running.WitnessAsync(3))["state"]! == "ok", "it is ok at last", TimeSpan.FromSeconds(5));
        (await running.GetAsync("/log/checkpoint")).Text.Should().NotContain("witness.example/other");
    }

    [Fact]
    public async Task A_witness_that_never_answers_holds_up_neither_the_log_nor_the_others()
    {
        await using var faulty = await StartAsync();
        faulty.Answer = (http, _) => Task.Delay(Timeout.Infinite, http.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        await using var running = await WithAsync(faulty);
        await running.EventuallyAsync(() => Task.FromResult(faulty.Busy), "it was asked");
        await running.GrowAsync();
        await running.WitnessedAsync(running.Registry.Core.Store.Events.Head.Size);
        faulty.Asked.Should().Be(1, "one request at a time");
        for (var i = 0; i < 3; i++)
        {
            await running.GrowAsync();
            await running.WitnessedAsync(running.Registry.Core.Store.Events.Head.Size);
        }

        await running.EventuallyAsync(async () => ((string)(await running.WitnessAsync(3))["reason"]!).Contains("does not answer within", StringComparison.Ordinal), "its silence is told");
        faulty.Asked.Should().Be(1, "until the wait after a failure is over");
    }

    [Fact]
    public async Task A_registry_that_has_lost_its_cosignatures_follows_each_witness_from_the_size_it_names()
    {
        await using var running = await WitnessedRegistry.StartAsync();
        await running.GrowAsync();
        var size = running.Registry.Core.Store.Events.Head.Size;
        await running.WitnessedAsync(size);
        await running.RestartAsync(() =>
        {
            using var connection = new SqliteConnection($"Data Source={Path.Combine(running.Registry.DataFolder, "registry.db")};Pooling=False;Foreign Keys=True");
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "DELETE FROM cosigned_checkpoint";
            command.ExecuteNonQuery().Should().BePositive();
        });
        await running.GrowAsync();
        await running.WitnessedAsync(size + 1);
        (await running.JsonAsync("/v1/log/witnesses"))["witnesses"]!.AsArray().Should().OnlyContain(w => (string)w!["state"]! != "alarm");
    }

    [Fact]
    public async Task A_new_key_of_the_log_joins_the_policy_and_witnesses_that_know_the_old_one_go_on()
    {
        await using var running = await WitnessedRegistry.StartAsync();
        var old = running.LogKey;
        using var introduced = await running.Registry.As(Role.Operator).PostAsJsonAsync("/v1/log/keys", new { reason = "A new year." });
        introduced.EnsureSuccessStatusCode();
        var keys = running.Registry.Core.Store.Signers.Select(s => s.Vkey).ToList();
        keys.Should().HaveCount(2);
        (await running.GetAsync("/log/policy")).Text.Should().StartWith($"log {keys[0]}\nlog {keys[1]}\nwitness w1 ");
        var size = running.Registry.Core.Store.Events.Head.Size;
        await running.WitnessedAsync(size);
        var note = (await running.GetAsync("/log/checkpoint/witnessed")).Text;
        foreach (var key in keys)
        {
            TlogPolicy.Parse((await running.GetAsync("/log/policy")).Text).For(NoteVerifier.Parse(key)).Satisfied(note).Should().BeTrue("either key opens it");
        }

        old.Vkey.Should().Be(keys[0]);
    }

    [Fact]
    public async Task What_nothing_rests_on_any_more_is_not_kept()
    {
        await using var running = await WitnessedRegistry.StartAsync();
        for (var i = 0; i < 5; i++)
        {
            await running.GrowAsync();
            await running.WitnessedAsync(running.Registry.Core.Store.Events.Head.Size);
        }

        await running.EventuallyAsync(async () => (await running.GetAsync("/log/checkpoint")).Text.Split('\n').Count(l => l.StartsWith('—')) == 4, "all three have cosigned the head");
        await running.RestartAsync(() =>
        {
            using var connection = new SqliteConnection($"Data Source={Path.Combine(running.Registry.DataFolder, "registry.db")};Pooling=False");
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "SELECT (SELECT count(*) FROM cosigned_checkpoint), (SELECT count(*) FROM cosignature)";
            using var row = command.ExecuteReader();
            row.Read().Should().BeTrue();
            row.GetInt64(0).Should().Be(1, "no finding is published, and every witness's newest word is on the head");
            row.GetInt64(1).Should().Be(3);
        });
    }

    private static Task<WitnessedRegistry> WithAsync(FaultyWitness faulty) => WitnessedRegistry.StartAsync(
        change: policy => string.Join('\n', policy.Split('\n').Select(l => l.StartsWith("witness w3 ", StringComparison.Ordinal) ? $"witness w3 {faulty.Signer.Vkey} {faulty.Url}" : l)));
}

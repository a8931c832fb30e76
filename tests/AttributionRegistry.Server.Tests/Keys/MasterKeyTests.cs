using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using AttributionRegistry.Domain;
using AttributionRegistry.Log;
using AttributionRegistry.Server.Tests.Evidence;
using AttributionRegistry.Server.Tests.Running;
using static AttributionRegistry.Server.Tests.Evidence.EvidenceCase;

namespace AttributionRegistry.Server.Tests.Keys;

/// <summary>Rotation of the master key while the registry works.</summary>
public sealed class MasterKeyTests
{
    [Fact]
    public async Task What_was_sealed_before_a_rotation_reads_after_it_and_after_a_restart_without_the_old_key()
    {
        var registry = await RunningRegistry.StartAsync();
        var opened = await OpenAsync(registry);
        var content = UploadTests.Bytes(200_000, seed: 5);
        var item = await opened.SealedAsync(content);
        var before = await ReadAsync(registry);

        var answer = await RotateAsync(registry.As(Role.Operator), "Yearly change.");

        answer.StatusCode.Should().Be(HttpStatusCode.Created, await answer.Content.ReadAsStringAsync());
        var after = await ReadAsync(registry);
        var (old, now) = (Current(before), Current(after));
        now.Should().NotBe(old);
        Wraps(after).Should().ContainSingle().Which.Master.Should().Be(now);
        Wraps(after).Single().DataKeys.Should().Be(Wraps(before).Sum(w => w.DataKeys) + 1, "the record of the rotation has a key of its own");
        after.GetProperty("changes")[0].GetProperty("from").GetString().Should().Be(old);
        (await opened.Analyst.GetByteArrayAsync($"/v1/evidence/{item}/content")).Should().Equal(content);
        var folder = await registry.StopAsync();
        File.Delete(Path.Combine(folder, "data-keys", $"master-{old}.key"));

        await using var again = await RunningRegistry.StartAsync(folder);
        Current(await ReadAsync(again)).Should().Be(now);
        (await again.As(Role.Auditor).GetByteArrayAsync($"/v1/evidence/{item}/content")).Should().Equal(content);
    }

    [Fact]
    public async Task A_rotation_is_a_leaf_of_the_public_log_that_names_both_ids_and_no_reason()
    {
        await using var registry = await RunningRegistry.StartAsync();
        var old = Current(await ReadAsync(registry));

        var written = await JsonAsync(await RotateAsync(registry.As(Role.Operator), "somebody left"));

        var receipt = written.GetProperty("receipt").Deserialize<Receipt>(JsonSerializerOptions.Web)!;
        var entry = registry.Core.Store.Events.ReadLeaf(receipt.LeafIndex)!.Entry;
        ReceiptVerifier.Verify(receipt, NoteVerifier.Parse(registry.Core.Store.Signer.Vkey), entry).IsValid.Should().BeTrue();
        var leaf = JsonDocument.Parse(entry).RootElement;
        leaf.GetProperty("type").GetString().Should().Be("key.master-rotated");
        leaf.GetProperty("body").GetProperty("from").GetString().Should().Be(old);
        leaf.GetProperty("body").GetProperty("to").GetString().Should().Be(Current(await ReadAsync(registry)));
        leaf.GetProperty("body").GetProperty("dataKeys").GetInt64().Should().BePositive();
        System.Text.Encoding.UTF8.GetString(entry).Should().NotContain("somebody left");
    }

    [Fact]
    public async Task Work_goes_on_during_rotations_and_nothing_is_left_under_an_old_key()
    {
        var registry = await RunningRegistry.StartAsync();
        var opened = await OpenAsync(registry);
        var content = UploadTests.Bytes(70_000, seed: 6);
        var first = await opened.SealedAsync(content);
        using var stop = new CancellationTokenSource();
        var items = new List<EvidenceId>();
        var writing = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                items.Add(await opened.SealedAsync(content));
                _ = await registry.NewPersonAsync(Role.Analyst); // A record of its own: it gets a new data key.
            }
        });
        var reading = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                (await opened.Analyst.GetByteArrayAsync($"/v1/evidence/{first}/content")).Should().Equal(content);
            }
        });

        for (var i = 0; i < 5; i++)
        {
            var two = await Task.WhenAll(RotateAsync(registry.As(Role.Operator), $"Change {i}."), RotateAsync(registry.As(Role.Operator), $"Change {i} again."));
            two.Should().OnlyContain(a => a.StatusCode == HttpStatusCode.Created);
        }

        await stop.CancelAsync();
        await Task.WhenAll(writing, reading);
        items.Should().NotBeEmpty();
        var told = await ReadAsync(registry);
        Wraps(told).Select(w => w.Master).Should().Equal(Current(told));
        told.GetProperty("changes").EnumerateArray().Select(c => (c.GetProperty("from").GetString(), c.GetProperty("to").GetString()))
            .Aggregate((a, b) => a.Item2 == b.Item1 ? b : ("torn", "torn")).Item2.Should().Be(Current(told), "each change starts at the key before");
        var folder = await registry.StopAsync();
        foreach (var file in Directory.EnumerateFiles(Path.Combine(folder, "data-keys"), "master-*.key").Where(f => !f.Contains(Current(told), StringComparison.Ordinal)).ToList())
        {
            File.Delete(file);
        }

        await using var again = await RunningRegistry.StartAsync(folder);
        foreach (var item in items.Prepend(first))
        {
            (await again.As(Role.Auditor).GetByteArrayAsync($"/v1/evidence/{item}/content")).Should().Equal(content);
        }
    }

    [Fact]
    public async Task The_same_idempotency_key_rotates_once_and_makes_one_file()
    {
        await using var registry = await RunningRegistry.StartAsync();

        var answers = new[] { await RotateAsync(registry.As(Role.Operator), "Once.", "k1"), await RotateAsync(registry.As(Role.Operator), "Once.", "k1") };

        answers.Should().OnlyContain(a => a.StatusCode == HttpStatusCode.Created);
        (await ReadAsync(registry)).GetProperty("changes").GetArrayLength().Should().Be(1);
        Directory.GetFiles(registry.DataFolder + "-keys", "master-*.key").Should().HaveCount(2);
    }

    [Fact]
    public async Task Only_an_operator_rotates_with_a_reason_and_a_refusal_makes_no_key()
    {
        await using var registry = await RunningRegistry.StartAsync();

        (await RotateAsync(registry.As(Role.Custodian), "I want to.")).StatusCode.Should().Be(HttpStatusCode.Forbidden);
        (await RotateAsync(registry.Stranger, "I want to.")).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        await RefusedAsync(RotateAsync(registry.As(Role.Operator), " "), HttpStatusCode.UnprocessableEntity, "reason-missing");
        (await registry.As(Role.Analyst).GetAsync("/v1/master-key")).StatusCode.Should().Be(HttpStatusCode.Forbidden);

        Directory.GetFiles(registry.DataFolder + "-keys", "master-*.key").Should().ContainSingle();
    }

    private static Task<HttpResponseMessage> RotateAsync(HttpClient client, string reason, string? key = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/v1/master-key/rotations") { Content = JsonContent.Create(new { reason }) };
        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        return client.SendAsync(request);
    }

    private static Task<JsonElement> ReadAsync(RunningRegistry registry) => registry.As(Role.Operator).GetFromJsonAsync<JsonElement>("/v1/master-key");

    private static string Current(JsonElement told) => told.GetProperty("current").GetString()!;

    private static List<(string Master, long DataKeys)> Wraps(JsonElement told) =>
        [.. told.GetProperty("wraps").EnumerateArray().Select(w => (w.GetProperty("master").GetString()!, w.GetProperty("dataKeys").GetInt64()))];
}

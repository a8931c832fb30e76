using System.Formats.Tar;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Log;
using AttributionRegistry.Server.Tests.Running;
using static AttributionRegistry.Server.Tests.Evidence.EvidenceCase;

namespace AttributionRegistry.Server.Tests.Evidence;

/// <summary>The evidence of a case as a bag, checked as a stranger with the tar and nothing else would.</summary>
public sealed class BagTests(EvidenceRegistry fixture) : IClassFixture<EvidenceRegistry>
{
    private readonly RunningRegistry _registry = fixture.Running;

    [Fact]
    public async Task A_bag_has_every_file_of_its_manifests_with_their_digests_and_no_other()
    {
        var opened = await OpenAsync(_registry);
        var (large, empty, small) = (UploadTests.Bytes(3_000_001, seed: 11), Array.Empty<byte>(), "small"u8.ToArray());
        var items = new[] { await opened.SealedAsync(large), await opened.SealedAsync(empty), await opened.SealedAsync(small) };

        var (bag, order) = await FetchAsync(opened, opened.Custodian);

        var payload = Manifest(bag, "manifest-sha256.txt");
        payload.Should().Equal(items.Zip([large, empty, small], (i, b) => ($"data/{i}.bin", DigestOf(b))).OrderBy(p => p.Item1, StringComparer.Ordinal));
        var tags = Manifest(bag, "tagmanifest-sha256.txt");
        tags.Select(t => t.Name).Should().BeEquivalentTo(bag.Keys.Where(n => !n.StartsWith("data/", StringComparison.Ordinal) && n != "tagmanifest-sha256.txt"));
        payload.Select(p => p.Name).Should().BeEquivalentTo(bag.Keys.Where(n => n.StartsWith("data/", StringComparison.Ordinal)));
        foreach (var (name, digest) in payload.Concat(tags))
        {
            DigestOf(bag[name]).Should().Be(digest, name);
        }

        Text(bag, "bagit.txt").Should().Be("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n");
        Text(bag, "bag-info.txt").Should().Contain($"Payload-Oxum: {large.Length + small.Length}.3\n").And.Contain("Bagging-Date: 2026-01-0").And.Contain($"External-Identifier: {opened.Incident}\n");
        order.Take(3).Should().Equal("bagit.txt", "bag-info.txt", "manifest-sha256.txt");
        order.SkipWhile(n => !n.StartsWith("data/", StringComparison.Ordinal)).Should().HaveCount(3).And.BeInAscendingOrder(StringComparer.Ordinal);
    }

    [Fact]
    public async Task Every_event_of_an_item_is_proven_against_one_checkpoint_and_opened()
    {
        var opened = await OpenAsync(_registry);
        var item = await opened.DisclosedAsync("bytes"u8.ToArray());
        await _registry.As(Role.Auditor).GetAsync($"/v1/evidence/{item}/content");

        var (bag, _) = await FetchAsync(opened, opened.Custodian);

        var log = NoteVerifier.Parse((await _registry.Stranger.GetStringAsync("/log/vkey")).Trim());
        Text(bag, "tlog/vkey").Trim().Should().Be((await _registry.Stranger.GetStringAsync("/log/vkey")).Trim());
        var document = Json(bag, $"metadata/{item}.json");
        var events = document["events"]!.AsArray().Select(e => e!.GetValue<long>()).ToList();
        var types = new List<string>();
        foreach (var index in events)
        {
            var entry = bag[$"tlog/{index}.entry"];
            var proof = TlogProof.Parse(Text(bag, $"tlog/{index}.tlog-proof"));
            proof.Index.Should().Be(index);
            proof.Checkpoint.Should().Be(Text(bag, "tlog/checkpoint"));
            proof.Verify(entry, log).Should().BeTrue();
            types.Add(Opened(entry, Json(bag, $"tlog/{index}.openings.json")));
        }

        types.Should().Equal(
            "evidence.received", "evidence.sealed", "evidence.judged", "evidence.disclosed", "evidence.accessed", "evidence.accessed");
        bag.Keys.Count(n => n.EndsWith(".entry", StringComparison.Ordinal)).Should().Be(events.Count);
        document["accesses"]!.AsArray().Select(a => a!["by"]!.GetValue<string>()).Should()
            .Equal(_registry.CallerOf(Role.Auditor).Id.Value, _registry.CallerOf(Role.Custodian).Id.Value);
        document["item"]!["inside"]!["custody"]!.AsArray().Should().HaveCount(opened.Item(item).Custody.Count);
        document["item"]!["title"]!.GetValue<string>().Should().Be("Wiper sample");
    }

    [Fact]
    public async Task E7_every_item_of_a_bag_is_in_the_access_record_before_the_first_byte()
    {
        var opened = await OpenAsync(_registry);
        var items = new[] { await opened.SealedAsync(new byte[32 * 1024 * 1024]), await opened.SealedAsync([1]) };

        using var answer = await opened.Custodian.GetAsync($"/v1/incidents/{opened.Incident}/evidence/bag", HttpCompletionOption.ResponseHeadersRead);

        answer.StatusCode.Should().Be(HttpStatusCode.OK);
        answer.Content.Headers.ContentType!.ToString().Should().Be("application/x-tar");
        answer.Headers.CacheControl!.NoStore.Should().BeTrue();
        items.Should().OnlyContain(i => opened.AccessesOf(i) == 1, "nothing of the second item can have been sent yet");
    }

    [Fact]
    public async Task What_has_no_bytes_to_give_is_listed_with_the_reason()
    {
        var opened = await OpenAsync(_registry);
        var (whole, damaged, erased, waiting) = (await opened.SealedAsync([1]), await opened.SealedAsync([2]), await opened.SealedAsync([3]), await opened.SubmitAsync());
        var gone = await opened.SealedAsync([4]);
        var elsewhere = EvidenceId.Of((await JsonAsync(await opened.Analyst.PostAsJsonAsync($"/v1/incidents/{opened.Incident}/evidence", new
        {
            title = "Held by a partner", kind = "log", description = new { value = "Not given.", lang = "en" }, interestInOutcome = "none", tlp = "TLP:RED", payloadHeldElsewhere = true,
        }))).GetProperty("id").GetString()!);
        await opened.HappenAsync(
            new CaseEvent.Quarantined(damaged, new string('0', 64)), new CaseEvent.Erased(erased, "Court order", "Ordered.", _registry.CallerOf(Role.Custodian).Id));
        File.Delete(opened.PathOf(gone));

        var (bag, _) = await FetchAsync(opened, opened.Custodian);

        Json(bag, "metadata/items.json")["items"]!.AsArray().Select(i => (i!["id"]!.GetValue<string>(), i["file"]?.GetValue<string>(), i["without"]?.GetValue<string>()))
            .Should().BeEquivalentTo(
            [
                (whole.Value, $"data/{whole}.bin", null), (damaged.Value, null, "quarantined"), (erased.Value, null, "erased"), (waiting.Value, null, "notReceived"),
                (elsewhere.Value, null, "heldElsewhere"), (gone.Value, (string?)null, (string?)"quarantined"),
            ]);
        bag.Keys.Where(n => n.StartsWith("data/", StringComparison.Ordinal)).Should().Equal($"data/{whole}.bin");
        bag.Keys.Should().Contain($"metadata/{erased}.json");
        opened.Item(gone).Standing.Should().Be(EvidenceStanding.Quarantined);
        opened.AccessesOf(damaged).Should().Be(0);
    }

    [Fact]
    public async Task E1_bytes_that_turn_out_damaged_on_the_way_break_the_answer_off_and_quarantine_the_item()
    {
        var opened = await OpenAsync(_registry);
        var item = await opened.SealedAsync(UploadTests.Bytes(1_000_000, seed: 12));
        Damage.FlipBit(opened.PathOf(item)); // In the last segment: header and length are as they were.

        var fetch = async () => await (await opened.Custodian.GetAsync($"/v1/incidents/{opened.Incident}/evidence/bag", HttpCompletionOption.ResponseHeadersRead)).Content.ReadAsByteArrayAsync();

        await fetch.Should().ThrowAsync<HttpRequestException>("the answer must not look whole");
        await UploadTests.EventuallyAsync(() => opened.Item(item).Standing == EvidenceStanding.Quarantined, "the item is quarantined");
    }

    [Fact]
    public async Task A_bag_is_for_custodian_auditor_and_lead_assessor_and_hidden_from_outsiders()
    {
        var opened = await OpenAsync(_registry);
        var item = await opened.SealedAsync([1]);
        var address = $"/v1/incidents/{opened.Incident}/evidence/bag";
        var (lead, client) = await _registry.NewPersonAsync(Role.Analyst);
        await opened.HappenAsync(new CaseEvent.Assigned(lead.Id, Role.LeadAssessor));

        await RefusedAsync(opened.Analyst.GetAsync(address), HttpStatusCode.Forbidden, "role-required");
        await RefusedAsync(_registry.As(Role.Referrer).GetAsync(address), HttpStatusCode.NotFound, "not-found");
        await RefusedAsync(_registry.As(Role.Operator).GetAsync(address), HttpStatusCode.NotFound, "not-found");
        (await _registry.Stranger.GetAsync(address)).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        opened.AccessesOf(item).Should().Be(0);
        (await FetchAsync(opened, _registry.As(Role.Auditor))).Bag.Should().ContainKey($"data/{item}.bin");
        var ofLead = (await FetchAsync(opened, client)).Bag;
        ofLead.Should().ContainKey($"data/{item}.bin");
        Json(ofLead, $"metadata/{item}.json")["accesses"].Should().BeNull("who has read is for custodians and auditors");
        opened.AccessesOf(item).Should().Be(2);
    }

    [Fact]
    public async Task The_name_of_a_living_source_is_in_no_bag()
    {
        var opened = await OpenAsync(_registry);
        var submitted = await opened.Analyst.PostAsJsonAsync($"/v1/incidents/{opened.Incident}/evidence", new
        {
            title = "Statement", kind = "statement", description = new { value = "Heard.", lang = "en" }, interestInOutcome = "none", tlp = "TLP:RED", sourceName = "Maria Canaria",
        });
        var item = EvidenceId.Of((await JsonAsync(submitted)).GetProperty("id").GetString()!);
        await OkAsync(opened.PutAsync(item, [1]));

        var (bag, _) = await FetchAsync(opened, opened.Custodian);

        bag.Keys.Where(name => Text(bag, name).Contains("Maria Canaria", StringComparison.Ordinal)).Should().BeEmpty();
        bag.Where(f => f.Key.EndsWith(".openings.json", StringComparison.Ordinal)).Should().Contain(f => Text(bag, f.Key).Contains("\"keptBack\":[\"sourceName\"]"));
    }

    [Fact]
    public async Task A_case_without_evidence_makes_an_empty_bag()
    {
        var opened = await OpenAsync(_registry);

        var (bag, _) = await FetchAsync(opened, opened.Custodian);

        Manifest(bag, "manifest-sha256.txt").Should().BeEmpty();
        Text(bag, "bag-info.txt").Should().Contain("Payload-Oxum: 0.0\n");
    }

    /// <summary>The files of the bag by their names in it, and the order in which they came.</summary>
    private static async Task<(Dictionary<string, byte[]> Bag, List<string> Order)> FetchAsync(EvidenceCase opened, HttpClient client)
    {
        using var answer = await client.GetAsync($"/v1/incidents/{opened.Incident}/evidence/bag");
        answer.StatusCode.Should().Be(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
        await using var stream = await answer.Content.ReadAsStreamAsync();
        using var tar = new TarReader(stream);
        var (bag, order, folders) = (new Dictionary<string, byte[]>(), new List<string>(), new List<string>());
        while (await tar.GetNextEntryAsync() is { } entry)
        {
            entry.Name.Should().StartWith($"{opened.Incident}/");
            var name = entry.Name[(opened.Incident.Value.Length + 1)..];
            if (entry.EntryType == TarEntryType.Directory)
            {
                folders.Add(name);
                continue;
            }

            using var bytes = new MemoryStream();
            await (entry.DataStream ?? Stream.Null).CopyToAsync(bytes);
            bag.Add(name, bytes.ToArray());
            order.Add(name);
        }

        folders.Should().Equal("data/");
        return (bag, order);
    }

    /// <summary>The type of the event, once its seal and every committed field was found to open.</summary>
    private static string Opened(byte[] entry, JsonNode openings)
    {
        var plain = entry;
        if (openings["seal"] is { } seal)
        {
            plain = Encoding.UTF8.GetBytes(seal["entry"]!.GetValue<string>());
            LogEntry.Sealed(LogEntry.Seal(Salt(seal), plain)).Should().Equal(entry);
        }

        var body = JsonNode.Parse(plain)!["body"]!.AsObject();
        var fields = openings["fields"]!.AsArray();
        foreach (var field in fields)
        {
            var name = field!["name"]!.GetValue<string>();
            B64Url.Encode(Commitments.Compute(Commitments.Field, Salt(field), Commitments.FieldMessage(name, field["value"]))).Should().Be(body[name]!["c"]!.GetValue<string>());
        }

        body.Count(m => m.Value is JsonObject o && o.ContainsKey("c")).Should().Be(fields.Count, "every commitment is opened");
        return JsonNode.Parse(plain)!["type"]!.GetValue<string>();
    }

    private static byte[] Salt(JsonNode node) => B64Url.TryDecode(node["salt"]!.GetValue<string>(), out var salt) ? salt : throw new FormatException("Not base64url.");

    private static List<(string Name, string Digest)> Manifest(Dictionary<string, byte[]> bag, string name) =>
        [.. Text(bag, name).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => (l[66..], l[..64]))];

    private static string Text(Dictionary<string, byte[]> bag, string name) => Encoding.UTF8.GetString(bag[name]);

    private static JsonNode Json(Dictionary<string, byte[]> bag, string name) => JsonNode.Parse(bag[name])!;
}

using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Log;
using AttributionRegistry.Server.Evidence;
using AttributionRegistry.Server.Tests.Running;
using Microsoft.Extensions.DependencyInjection;
using static AttributionRegistry.Server.Tests.Evidence.EvidenceCase;

namespace AttributionRegistry.Server.Tests.Evidence;

/// <summary>Files that are put back from a backup, and items that come out of quarantine.</summary>
public sealed class RestorationTests(EvidenceRegistry fixture) : IClassFixture<EvidenceRegistry>
{
    private static readonly byte[] Content = UploadTests.Bytes(150_000, seed: 31);

    private readonly RunningRegistry _registry = fixture.Running;

    [Fact]
    public async Task E1_a_restored_file_lifts_the_quarantine_and_the_item_stands_and_reads_as_before()
    {
        var opened = await OpenAsync(_registry);
        var item = await opened.DisclosedAsync(Content);
        var backup = await QuarantinedAsync(opened, item);
        await RefusedAsync(RestoreAsync(opened.Custodian, item), HttpStatusCode.Conflict, "still-damaged");
        opened.Item(item).Standing.Should().Be(EvidenceStanding.Quarantined);
        Checked(item).Should().Be(PayloadState.Damaged);
        PutBack(opened.PathOf(item), backup);

        await OkAsync(RestoreAsync(opened.Custodian, item));

        opened.Item(item).Standing.Should().Be(EvidenceStanding.Accepted);
        Checked(item).Should().BeNull();
        (await opened.Analyst.GetByteArrayAsync($"/v1/evidence/{item}/content")).Should().Equal(Content);
        opened.AccessesOf(item).Should().Be(1, "restoring it was no read by a person");
        await RefusedAsync(RestoreAsync(opened.Custodian, item), HttpStatusCode.Conflict, "not-quarantined");
        var report = await opened.Custodian.GetFromJsonAsync<JsonElement>($"/v1/evidence/{item}/custody-report");
        report.GetProperty("proof").GetProperty("firstGap").ValueKind.Should().Be(JsonValueKind.Null);
        var link = report.GetProperty("custody").EnumerateArray().Last();
        link.GetProperty("what").GetProperty("kind").GetString().Should().Be("restored");
        link.GetProperty("what").GetProperty("by").GetString().Should().Be(_registry.CallerOf(Role.Custodian).Id.Value);
        link.GetProperty("what").GetProperty("note").GetString().Should().Be("Put back from the backup of Monday.");
        link.GetProperty("what").GetProperty("circumstances").GetProperty("seenSha256").GetString().Should().Be(DigestOf(Content));
        var leaf = link.GetProperty("leaf");
        B64Url.Encode(Rfc6962.LeafHash(_registry.Core.Store.Events.ReadLeaf(leaf.GetProperty("index").GetInt64())!.Entry)).Should().Be(leaf.GetProperty("hash").GetString());
    }

    [Fact]
    public async Task E1_a_missing_file_or_another_items_file_lifts_nothing()
    {
        var opened = await OpenAsync(_registry);
        var (item, other) = (await opened.SealedAsync(Content), await opened.SealedAsync(Content));
        await QuarantinedAsync(opened, item);
        PutBack(opened.PathOf(item), await File.ReadAllBytesAsync(opened.PathOf(other)));
        await RefusedAsync(RestoreAsync(opened.Custodian, item), HttpStatusCode.Conflict, "still-damaged");
        File.Delete(opened.PathOf(item));
        await RefusedAsync(RestoreAsync(opened.Custodian, item), HttpStatusCode.Conflict, "still-damaged");

        Checked(item).Should().Be(PayloadState.Missing);
        await RefusedAsync(opened.Analyst.GetAsync($"/v1/evidence/{item}/content"), HttpStatusCode.Conflict, "evidence-quarantined");
    }

    [Fact]
    public async Task E1_a_custodian_and_not_the_submitter_lifts_a_quarantine()
    {
        var opened = await OpenAsync(_registry);
        var (_, both) = await _registry.NewPersonAsync(Role.Analyst, Role.Custodian);
        var answer = await both.PostAsJsonAsync($"/v1/incidents/{opened.Incident}/evidence", Description());
        var item = EvidenceId.Of((await JsonAsync(answer)).GetProperty("id").GetString()!);
        await OkAsync(opened.PutAsync(item, Content, client: both));
        PutBack(opened.PathOf(item), await QuarantinedAsync(opened, item));

        await RefusedAsync(RestoreAsync(both, item), HttpStatusCode.Forbidden, "own-work");
        await RefusedAsync(RestoreAsync(opened.Analyst, item), HttpStatusCode.Forbidden, "role-required");
        await RefusedAsync(RestoreAsync(_registry.As(Role.Referrer), item), HttpStatusCode.NotFound, "not-found");
        await RefusedAsync(RestoreAsync(opened.Custodian, item, " "), HttpStatusCode.UnprocessableEntity, "reason-missing");
        await OkAsync(RestoreAsync(opened.Custodian, item));
    }

    [Fact]
    public async Task A_repeated_request_under_one_key_lifts_once_and_answers_alike()
    {
        var opened = await OpenAsync(_registry);
        var item = await opened.SealedAsync(Content);
        PutBack(opened.PathOf(item), await QuarantinedAsync(opened, item));
        async Task<JsonElement> Once()
        {
            var request = new HttpRequestMessage(HttpMethod.Post, $"/v1/evidence/{item}/restoration") { Content = JsonContent.Create(new { reason = "Put back." }) };
            request.Headers.Add("Idempotency-Key", $"restore-{item}");
            var answer = await opened.Custodian.SendAsync(request);
            answer.StatusCode.Should().Be(HttpStatusCode.Created);
            return (await JsonAsync(answer)).GetProperty("receipt").GetProperty("leafIndex");
        }

        var first = await Once();
        (await Once()).GetInt64().Should().Be(first.GetInt64());
        opened.Item(item).Custody.Should().ContainSingle(c => c.Kind == CustodyKind.Restored);
    }

    private PayloadState? Checked(EvidenceId item) => _registry.Services.GetRequiredService<PayloadChecks>().Bad().SingleOrDefault(b => b.Evidence == item)?.State;

    /// <summary>Damages the file and lets a reader meet the damage; the whole file as it was is the answer.</summary>
    private static async Task<byte[]> QuarantinedAsync(EvidenceCase opened, EvidenceId item)
    {
        var whole = await File.ReadAllBytesAsync(opened.PathOf(item));
        Damage.FlipBit(opened.PathOf(item));
        await RefusedAsync(opened.Custodian.GetAsync($"/v1/evidence/{item}/content"), HttpStatusCode.Conflict, "evidence-damaged");
        opened.Item(item).Standing.Should().Be(EvidenceStanding.Quarantined);
        return whole;
    }

    private static void PutBack(string path, byte[] file)
    {
        File.Delete(path);
        File.WriteAllBytes(path, file);
    }

    private static Task<HttpResponseMessage> RestoreAsync(HttpClient client, EvidenceId item, string reason = "Put back from the backup of Monday.") =>
        client.PostAsJsonAsync($"/v1/evidence/{item}/restoration", new { reason });
}

using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Server.Tests.Running;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using static AttributionRegistry.Server.Tests.Evidence.EvidenceCase;
using ICSharpCode.SharpZipLib.Zip;

namespace AttributionRegistry.Server.Tests.Evidence;

/// <summary>GET on the content of an item.</summary>
public sealed class DownloadTests(EvidenceRegistry fixture) : IClassFixture<EvidenceRegistry>
{
    private static readonly byte[] Content = [.. Enumerable.Range(0, 1000).Select(i => (byte)i)];

    private readonly RunningRegistry _registry = fixture.Running;

    [Fact]
    public async Task Bytes_are_served_as_an_attachment_that_no_browser_runs()
    {
        var opened = await OpenAsync(_registry);
        var item = await opened.SealedAsync("<html><script>alert(1)</script>"u8.ToArray());

        var answer = await opened.Analyst.GetAsync($"/v1/evidence/{item}/content");

        answer.StatusCode.Should().Be(HttpStatusCode.OK);
        answer.Content.Headers.ContentType!.ToString().Should().Be("application/octet-stream");
        answer.Content.Headers.GetValues("Content-Disposition").Should().Equal($"attachment; filename=\"{item}.bin\"");
        answer.Headers.GetValues("X-Content-Type-Options").Should().Equal("nosniff");
        answer.Headers.GetValues("Content-Security-Policy").Single().Should().Contain("sandbox");
        answer.Headers.ETag!.Tag.Should().Be($"\"{opened.Item(item).Payload!.Sha256}\"");
        answer.Headers.CacheControl!.NoStore.Should().BeTrue();
    }

    [Fact]
    public async Task Ranges_are_served_and_those_beyond_the_end_are_refused()
    {
        var opened = await OpenAsync(_registry);
        var item = await opened.SealedAsync(Content);

        var part = await opened.Analyst.SendAsync(Ranged(item, 100, 199));
        var beyond = await opened.Analyst.SendAsync(Ranged(item, 1000, 1001));

        part.StatusCode.Should().Be(HttpStatusCode.PartialContent);
        part.Content.Headers.ContentRange!.ToString().Should().Be("bytes 100-199/1000");
        (await part.Content.ReadAsByteArrayAsync()).Should().Equal(Content[100..200]);
        beyond.StatusCode.Should().Be(HttpStatusCode.RequestedRangeNotSatisfiable);
        beyond.Content.Headers.ContentRange!.ToString().Should().Be("bytes */1000");
    }

    [Fact]
    public async Task E7_every_read_is_recorded_with_its_range_and_shown_to_custodian_and_auditor_only()
    {
        var opened = await OpenAsync(_registry);
        var item = await opened.SealedAsync(Content);
        await opened.Analyst.GetAsync($"/v1/evidence/{item}/content");
        await _registry.As(Role.Auditor).SendAsync(Ranged(item, 0, 9));

        var record = await opened.Custodian.GetFromJsonAsync<System.Text.Json.JsonElement>($"/v1/evidence/{item}/accesses");

        record.GetProperty("items").EnumerateArray().Select(a => (a.GetProperty("number").GetInt32(), a.GetProperty("by").GetString(), a.GetProperty("range").GetString()))
            .Should().Equal((1, _registry.CallerOf(Role.Analyst).Id.Value, "all"), (2, _registry.CallerOf(Role.Auditor).Id.Value, "bytes=0-9"));
        await RefusedAsync(opened.Analyst.GetAsync($"/v1/evidence/{item}/accesses"), HttpStatusCode.Forbidden, "role-required");
        await RefusedAsync(_registry.As(Role.Referrer).GetAsync($"/v1/evidence/{item}/accesses"), HttpStatusCode.NotFound, "not-found");
    }

    [Fact]
    public async Task E7_the_read_is_in_the_record_before_the_first_byte_leaves()
    {
        var opened = await OpenAsync(_registry);
        var item = await opened.SealedAsync(new byte[64 * 1024 * 1024]); // More than any buffer on the way: it cannot have been sent whole.

        using var answer = await opened.Analyst.GetAsync($"/v1/evidence/{item}/content", HttpCompletionOption.ResponseHeadersRead);

        opened.AccessesOf(item).Should().Be(1);
    }

    [Fact]
    public async Task E7_when_the_read_cannot_be_recorded_no_byte_leaves()
    {
        await using var registry = await RunningRegistry.StartAsync();
        var opened = await OpenAsync(registry);
        var item = await opened.SealedAsync(Content);
        registry.Core.Store.Writer.Dispose(); // Takes no commits any more.

        var answer = await opened.Analyst.GetAsync($"/v1/evidence/{item}/content");

        ((int)answer.StatusCode).Should().BeGreaterThanOrEqualTo(500);
        (await answer.Content.ReadAsByteArrayAsync()).AsSpan().IndexOf(Content.AsSpan(0, 20)).Should().Be(-1);
    }

    [Fact]
    public async Task Many_reads_at_once_are_all_served_and_all_recorded()
    {
        var opened = await OpenAsync(_registry);
        var item = await opened.SealedAsync(Content);

        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => opened.Analyst.GetAsync($"/v1/evidence/{item}/content")));

        answers.Should().OnlyContain(a => a.StatusCode == HttpStatusCode.OK);
        opened.AccessesOf(item).Should().Be(40);
    }

    [Fact]
    public async Task A_client_that_has_the_bytes_gets_304_and_no_record()
    {
        var opened = await OpenAsync(_registry);
        var item = await opened.SealedAsync(Content);
        var request = new HttpRequestMessage(HttpMethod.Get, $"/v1/evidence/{item}/content");
        request.Headers.TryAddWithoutValidation("If-None-Match", $"\"{DigestOf(Content)}\"");

        (await opened.Analyst.SendAsync(request)).StatusCode.Should().Be(HttpStatusCode.NotModified);

        opened.AccessesOf(item).Should().Be(0);
    }

    [Fact]
    public async Task Malware_may_be_asked_for_in_a_zip_under_the_usual_password_and_that_is_a_read_too()
    {
        var opened = await OpenAsync(_registry);
        var bytes = UploadTests.Bytes(300_000, seed: 41);
        var item = await opened.SealedAsync(bytes);
        var request = new HttpRequestMessage(HttpMethod.Get, $"/v1/evidence/{item}/content?packaging=zip") { Headers = { Range = new RangeHeaderValue(0, 9) } };

        var answer = await opened.Analyst.SendAsync(request);

        answer.StatusCode.Should().Be(HttpStatusCode.OK, "ranges are of the bytes, not of the zip");
        answer.Content.Headers.ContentType!.MediaType.Should().Be("application/zip");
        answer.Content.Headers.ContentDisposition!.FileName.Should().Be($"{item}.zip");
        answer.Headers.GetValues("X-Content-Type-Options").Should().Equal("nosniff");
        using var zip = new ZipFile(new MemoryStream(await answer.Content.ReadAsByteArrayAsync())) { Password = "infected" };
        zip.Cast<ZipEntry>().Should().ContainSingle().Which.Should().Match<ZipEntry>(e => e.Name == $"{item}.bin" && e.IsCrypted);
        var unpacked = new MemoryStream();
        await zip.GetInputStream(0).CopyToAsync(unpacked);
        unpacked.ToArray().Should().Equal(bytes);
        opened.AccessesOf(item).Should().Be(1);
        await RefusedAsync(opened.Analyst.GetAsync($"/v1/evidence/{item}/content?packaging=rar"), HttpStatusCode.BadRequest, "wrong-type");
    }

    [Fact]
    public async Task E1_a_flipped_bit_quarantines_the_item_raises_an_alarm_and_serves_nothing()
    {
        var alarms = new Alarms();
        _registry.Services.GetRequiredService<ILoggerFactory>().AddProvider(alarms);
        var opened = await OpenAsync(_registry);
        var item = await opened.SealedAsync(UploadTests.Bytes(5000, seed: 99));
        Damage.FlipBit(opened.PathOf(item));

        var answer = await opened.Analyst.SendAsync(Ranged(item, 0, 9)); // The flipped bit is in the segment of this range.

        answer.StatusCode.Should().Be(HttpStatusCode.Conflict);
        (await answer.Content.ReadAsStringAsync()).Should().Contain("evidence-damaged");
        answer.Headers.ETag.Should().BeNull();
        opened.Item(item).Standing.Should().Be(EvidenceStanding.Quarantined);
        opened.Item(item).Custody[^1].Kind.Should().Be(CustodyKind.Quarantined);
        opened.AccessesOf(item).Should().Be(0, "nothing was read");
        alarms.Errors.Should().Contain(line => line.Contains("ALARM") && line.Contains(item.Value));
        await RefusedAsync(opened.Analyst.GetAsync($"/v1/evidence/{item}/content"), HttpStatusCode.Conflict, "evidence-quarantined");
        await RefusedAsync(
            opened.Custodian.PostAsJsonAsync($"/v1/evidence/{item}/grades", new { source = "A", information = 1, reason = "x" }), HttpStatusCode.Conflict, "evidence-not-usable");
    }

    [Fact]
    public async Task E1_damage_that_a_stranger_meets_is_found_too()
    {
        var opened = await OpenAsync(_registry);
        var item = await opened.DisclosedAsync(UploadTests.Bytes(100, seed: 7));
        await opened.PublishAsync();
        Damage.FlipBit(opened.PathOf(item));

        await RefusedAsync(_registry.Stranger.GetAsync($"/v1/evidence/{item}/content"), HttpStatusCode.Conflict, "evidence-damaged");

        opened.Item(item).Standing.Should().Be(EvidenceStanding.Quarantined);
    }

    [Fact]
    public async Task E1_a_file_that_is_gone_is_damage()
    {
        var opened = await OpenAsync(_registry);
        var item = await opened.SealedAsync(UploadTests.Bytes(100, seed: 8));
        File.Delete(opened.PathOf(item));

        await RefusedAsync(opened.Analyst.GetAsync($"/v1/evidence/{item}/content"), HttpStatusCode.Conflict, "evidence-damaged");

        opened.Item(item).Standing.Should().Be(EvidenceStanding.Quarantined);
    }

    [Fact]
    public async Task Strangers_read_disclosed_bytes_once_the_finding_is_out_and_nothing_before()
    {
        var opened = await OpenAsync(_registry);
        var (disclosed, kept) = (await opened.DisclosedAsync(Content), await opened.SealedAsync("kept inside"u8.ToArray()));
        await RefusedAsync(_registry.Stranger.GetAsync($"/v1/evidence/{disclosed}/content"), HttpStatusCode.NotFound, "not-found");

        await opened.PublishAsync();

        (await _registry.Stranger.GetByteArrayAsync($"/v1/evidence/{disclosed}/content")).Should().Equal(Content);
        await RefusedAsync(_registry.Stranger.GetAsync($"/v1/evidence/{kept}/content"), HttpStatusCode.NotFound, "not-found");
        var record = await opened.Custodian.GetFromJsonAsync<System.Text.Json.JsonElement>($"/v1/evidence/{disclosed}/accesses");
        record.GetProperty("items")[0].GetProperty("by").GetString().Should().Be(Startup.Machine.Id.Value);
    }

    [Fact]
    public async Task Bytes_of_others_are_hidden_from_those_outside_the_case_and_from_roles_that_only_move_it()
    {
        var opened = await OpenAsync(_registry);
        var item = await opened.SealedAsync(Content);

        await RefusedAsync(_registry.As(Role.Referrer).GetAsync($"/v1/evidence/{item}/content"), HttpStatusCode.NotFound, "not-found");
        await RefusedAsync(_registry.As(Role.Operator).GetAsync($"/v1/evidence/{item}/content"), HttpStatusCode.NotFound, "not-found");
        await RefusedAsync(_registry.As(Role.Registrar).GetAsync($"/v1/evidence/{item}/content"), HttpStatusCode.NotFound, "not-found");
        await RefusedAsync(_registry.Stranger.GetAsync("/v1/evidence/evd_00000000000000000000000000000000/content"), HttpStatusCode.NotFound, "not-found");
        opened.AccessesOf(item).Should().Be(0);
    }

    [Fact]
    public async Task A_recused_submitter_reads_no_more()
    {
        var opened = await OpenAsync(_registry);
        var (caller, client) = await _registry.NewPersonAsync(Role.Analyst);
        var submitted = await JsonAsync(await client.PostAsJsonAsync($"/v1/incidents/{opened.Incident}/evidence", Description()));
        var item = EvidenceId.Of(submitted.GetProperty("id").GetString()!);
        await OkAsync(opened.PutAsync(item, Content, client: client));
        (await client.GetAsync($"/v1/evidence/{item}/content")).StatusCode.Should().Be(HttpStatusCode.OK);

        await opened.HappenAsync(
            new CaseEvent.PanelDrawn(
                _registry.Core.Entropy.NewId<PanelId>(), _registry.Core.Entropy.NewId<PoolId>(), [], new string('b', 64), 1, [], [new CaseEvent.SeatDrawn(caller.Id, default)], [], default),
            new CaseEvent.MemberRecused(caller.Id, "A relative works for a party."));

        await RefusedAsync(client.GetAsync($"/v1/evidence/{item}/content"), HttpStatusCode.NotFound, "not-found");
    }

    [Fact]
    public async Task An_item_without_bytes_has_no_content()
    {
        var opened = await OpenAsync(_registry);

        await RefusedAsync(opened.Analyst.GetAsync($"/v1/evidence/{await opened.SubmitAsync()}/content"), HttpStatusCode.NotFound, "not-found");
    }
}

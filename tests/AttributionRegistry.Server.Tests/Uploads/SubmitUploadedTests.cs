using System.Net;
using System.Net.Http.Json;
using System.Text;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Server.Tests.Evidence;
using AttributionRegistry.Server.Tests.Running;
using static AttributionRegistry.Server.Tests.Evidence.EvidenceCase;

namespace AttributionRegistry.Server.Tests.Uploads;

/// <summary>An upload becomes an item of evidence, once, or stays what it is.</summary>
public sealed class SubmitUploadedTests(EvidenceRegistry fixture) : IClassFixture<EvidenceRegistry>
{
    private readonly RunningRegistry _registry = fixture.Running;

    [Fact]
    public async Task Description_and_bytes_are_one_act_and_pieces_write_nothing_into_the_log()
    {
        var (sender, opened) = (await TusSender.NewAsync(_registry), await OpenAsync(_registry));
        var bytes = Encoding.ASCII.GetBytes("%PDF-1.7\n" + new string('x', 200_000));
        var size = opened.LogSize;
        var upload = await sender.BeginAsync(bytes.Length, opened.Incident, $"sha256 {TusSender.Base64(DigestOf(bytes))}");
        await sender.PatchAsync(upload, 0, bytes[..100]);
        await sender.PatchAsync(upload, 100, bytes[100..]);
        opened.LogSize.Should().Be(size, "an unfinished upload is no official act");

        var answer = await sender.SubmitAsync(opened.Incident, upload, DigestOf(bytes));

        var item = await TusSender.ItemAsync(answer);
        answer.Headers.Location!.ToString().Should().Be($"/v1/evidence/{item}");
        opened.LogSize.Should().Be(size + 2);
        (await JsonAsync(answer)).GetProperty("receipt").GetProperty("leafIndex").GetInt64().Should().Be(size);
        opened.Item(item).Payload.Should().BeEquivalentTo(new { Sha256 = DigestOf(bytes), Size = (long)bytes.Length, SniffedMediaType = "application/pdf" });
        opened.Item(item).Custody.Select(c => c.Kind).Should().Equal(CustodyKind.Received, CustodyKind.Sealed);
        (await sender.Client.GetByteArrayAsync($"/v1/evidence/{item}/content")).Should().Equal(bytes);
        (await sender.HeadAsync(upload)).StatusCode.Should().Be(HttpStatusCode.NotFound, "it is used up");
        TusSender.FilesOf(_registry, upload).Should().BeEmpty();
        await RefusedAsync(sender.SubmitAsync(opened.Incident, upload), HttpStatusCode.UnprocessableEntity, "upload-unknown");
    }

    [Fact]
    public async Task An_empty_file_is_a_file()
    {
        var (sender, opened) = (await TusSender.NewAsync(_registry), await OpenAsync(_registry));

        var item = await TusSender.ItemAsync(await sender.SubmitAsync(opened.Incident, await sender.BeginAsync(0)));

        opened.Item(item).Payload!.Size.Should().Be(0);
    }

    [Fact]
    public async Task Another_digest_is_refused_and_the_upload_stays()
    {
        var (sender, opened) = (await TusSender.NewAsync(_registry), await OpenAsync(_registry));
        var (size, files) = (opened.LogSize, opened.AllFiles.Count);
        var declared = await sender.BeginAsync(3, metadata: $"sha256 {TusSender.Base64(DigestOf("abd"u8.ToArray()))}");
        var free = await sender.BeginAsync(3);
        foreach (var upload in new[] { declared, free })
        {
            await sender.PatchAsync(upload, 0, "abc"u8.ToArray());
        }

        await RefusedAsync(sender.SubmitAsync(opened.Incident, declared), HttpStatusCode.UnprocessableEntity, "digest-mismatch");
        await RefusedAsync(sender.SubmitAsync(opened.Incident, free, DigestOf("abd"u8.ToArray())), HttpStatusCode.UnprocessableEntity, "digest-mismatch");
        await RefusedAsync(sender.SubmitAsync(opened.Incident, free, "abc"), HttpStatusCode.BadRequest, "bad-digest");

        (opened.LogSize, opened.AllFiles.Count).Should().Be((size, files));
        (await sender.OffsetAsync(declared)).Should().Be(3);
        await TusSender.ItemAsync(await sender.SubmitAsync(opened.Incident, free, DigestOf("abc"u8.ToArray())));
    }

    [Fact]
    public async Task An_upload_that_is_not_complete_or_was_begun_for_another_case_is_refused()
    {
        var (sender, opened, other) = (await TusSender.NewAsync(_registry), await OpenAsync(_registry), await OpenAsync(_registry));
        var upload = await sender.BeginAsync(3, opened.Incident);
        await sender.PatchAsync(upload, 0, "ab"u8.ToArray());

        await RefusedAsync(sender.SubmitAsync(opened.Incident, upload), HttpStatusCode.Conflict, "upload-incomplete");
        await sender.PatchAsync(upload, 2, "c"u8.ToArray());
        await RefusedAsync(sender.SubmitAsync(other.Incident, upload), HttpStatusCode.UnprocessableEntity, "upload-of-another-case");
        await RefusedAsync(sender.SubmitAsync(opened.Incident, upload, heldElsewhere: true), HttpStatusCode.Conflict, "payload-held-elsewhere");
        await RefusedAsync(
            sender.Client.PostAsJsonAsync($"/v1/incidents/{opened.Incident}/evidence", new
            {
                title = "x", kind = "file", description = new { value = "x", lang = "en" }, interestInOutcome = "none", tlp = "TLP:CLEAR", sha256 = new string('0', 64),
            }),
            HttpStatusCode.UnprocessableEntity, "upload-missing");

        await TusSender.ItemAsync(await sender.SubmitAsync(opened.Incident, upload));
    }

    [Fact]
    public async Task The_rules_of_the_case_speak_before_the_upload_is_looked_at()
    {
        var (sender, opened) = (await TusSender.NewAsync(_registry), await OpenAsync(_registry));
        var upload = await sender.BeginAsync(1);
        await sender.PatchAsync(upload, 0, [1]);

        await RefusedAsync(sender.SubmitAsync(_registry.Core.Entropy.NewId<IncidentId>(), upload), HttpStatusCode.NotFound, "not-found");
        await opened.HappenAsync(new CaseEvent.Moved(Stage.Collecting, Stage.Reviewing, Role.Registrar, "On."));
        await RefusedAsync(sender.SubmitAsync(opened.Incident, upload), HttpStatusCode.Conflict, "wrong-stage");
        (await sender.OffsetAsync(upload)).Should().Be(1);
    }

    [Fact]
    public async Task A_retry_with_the_same_key_is_answered_as_before_and_many_at_once_act_once()
    {
        var (sender, opened) = (await TusSender.NewAsync(_registry), await OpenAsync(_registry));
        var (size, files) = (opened.LogSize, opened.AllFiles.Count);
        var upload = await sender.BeginAsync(100_000, opened.Incident);
        await sender.PatchAsync(upload, 0, new byte[100_000]);

        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => sender.SubmitAsync(opened.Incident, upload, idempotencyKey: "one")));
        var later = await sender.SubmitAsync(opened.Incident, upload, idempotencyKey: "one");

        var items = await Task.WhenAll(answers.Append(later).Select(TusSender.ItemAsync));
        items.Distinct().Should().ContainSingle();
        (opened.LogSize, opened.AllFiles.Count).Should().Be((size + 2, files + 1));
    }

    [Fact]
    public async Task Of_many_submissions_that_name_one_upload_one_is_taken()
    {
        var (sender, opened) = (await TusSender.NewAsync(_registry), await OpenAsync(_registry));
        var (size, files) = (opened.LogSize, opened.AllFiles.Count);
        var upload = await sender.BeginAsync(100_000, opened.Incident);
        await sender.PatchAsync(upload, 0, new byte[100_000]);

        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => sender.SubmitAsync(opened.Incident, upload)));

        answers.Count(a => a.StatusCode == HttpStatusCode.Created).Should().Be(1);
        answers.Count(a => a.StatusCode == HttpStatusCode.UnprocessableEntity).Should().Be(5);
        (opened.LogSize, opened.AllFiles.Count).Should().Be((size + 2, files + 1));
    }
}

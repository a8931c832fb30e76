using System.Net;
using AttributionRegistry.Domain;
using AttributionRegistry.Server.Tests.Evidence;
using AttributionRegistry.Server.Tests.Http;
using AttributionRegistry.Server.Tests.Running;
using static AttributionRegistry.Server.Tests.Evidence.EvidenceCase;

namespace AttributionRegistry.Server.Tests.Uploads;

/// <summary>What the policy allows an item, a case and a person; refused before a byte is read.</summary>
public sealed class UploadLimitTests
{
    [Fact]
    public async Task An_item_that_is_too_large_is_refused_before_its_bytes_come()
    {
        await using var registry = await RunningRegistry.StartAsync();
        var (sender, opened) = (await TusSender.NewAsync(registry), await OpenAsync(registry));
        await TusSender.SetPolicyAsync(registry, p => p with { MaxItemBytes = 1000 });
        var item = await opened.SubmitAsync();

        await RefusedAsync(sender.CreateAsync(1001), HttpStatusCode.RequestEntityTooLarge, "payload-too-large");
        using var withBytes = await sender.HalfAsync("POST", "/v1/uploads", $"Content-Type: {TusSender.PieceType}\r\nUpload-Length: 1001\r\nContent-Length: 1001", []);
        await ShouldRefuse(withBytes, 413, "payload-too-large");
        await RefusedAsync(opened.PutAsync(item, new byte[1001]), HttpStatusCode.RequestEntityTooLarge, "payload-too-large");

        (await sender.CreateAsync(1000)).StatusCode.Should().Be(HttpStatusCode.Created, "the limit itself is allowed");
        (await opened.PutAsync(item, new byte[1000])).StatusCode.Should().Be(HttpStatusCode.Created);
        var told = await registry.Stranger.SendAsync(new HttpRequestMessage(HttpMethod.Options, "/v1/uploads"));
        told.Headers.GetValues("Tus-Max-Size").Should().Equal("1000");
    }

    [Fact]
    public async Task A_person_has_so_many_unfinished_uploads_and_is_told_when_the_oldest_expires()
    {
        await using var registry = await RunningRegistry.StartAsync();
        await TusSender.SetPolicyAsync(registry, p => p with { MaxOpenUploads = 2 });
        var (sender, other) = (await TusSender.NewAsync(registry), await TusSender.NewAsync(registry));
        var first = await sender.BeginAsync(1);
        registry.Clock.Advance(TimeSpan.FromDays(1));
        await sender.BeginAsync(1);

        var answer = await sender.CreateAsync(1, first: [1]);

        answer.StatusCode.Should().Be(HttpStatusCode.TooManyRequests);
        (await JsonAsync(answer)).GetProperty("code").GetString().Should().Be("open-uploads-used-up");
        answer.Headers.RetryAfter!.Delta.Should().Be(TimeSpan.FromDays(6));
        using var withBytes = await sender.HalfAsync("POST", "/v1/uploads", $"Content-Type: {TusSender.PieceType}\r\nUpload-Length: 1000000\r\nContent-Length: 1000000", []);
        await ShouldRefuse(withBytes, 429, "open-uploads-used-up");
        (await other.CreateAsync(1)).StatusCode.Should().Be(HttpStatusCode.Created, "others have their own share");
        (await sender.DeleteAsync(first)).StatusCode.Should().Be(HttpStatusCode.NoContent);
        (await sender.CreateAsync(1)).StatusCode.Should().Be(HttpStatusCode.Created);
    }

    [Fact]
    public async Task A_person_announces_so_many_bytes_in_unfinished_uploads()
    {
        await using var registry = await RunningRegistry.StartAsync();
        await TusSender.SetPolicyAsync(registry, p => p with { MaxOpenUploadBytes = 1000 });
        var (sender, opened) = (await TusSender.NewAsync(registry), await OpenAsync(registry));
        await sender.BeginAsync(600);

        await RefusedAsync(sender.CreateAsync(401), HttpStatusCode.TooManyRequests, "open-uploads-used-up");
        (await sender.CreateAsync(400)).StatusCode.Should().Be(HttpStatusCode.Created);

        var item = await TusSender.ItemAsync(await sender.Client.PostAsync(
            $"/v1/incidents/{opened.Incident}/evidence", System.Net.Http.Json.JsonContent.Create(Description())));
        using var put = await sender.HalfAsync("PUT", $"/v1/evidence/{item}/content", "Content-Length: 1", []);
        await ShouldRefuse(put, 429, "open-uploads-used-up");
        registry.Clock.Advance(TimeSpan.FromDays(7));
        (await sender.CreateAsync(1000)).StatusCode.Should().Be(HttpStatusCode.Created, "what has expired counts no more");
    }

    [Fact]
    public async Task Many_uploads_begun_at_once_do_not_pass_the_limit_together()
    {
        await using var registry = await RunningRegistry.StartAsync();
        await TusSender.SetPolicyAsync(registry, p => p with { MaxOpenUploads = 3 });
        var sender = await TusSender.NewAsync(registry);

        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => sender.CreateAsync(1)));

        answers.Count(a => a.StatusCode == HttpStatusCode.Created).Should().Be(3);
        answers.Count(a => a.StatusCode == HttpStatusCode.TooManyRequests).Should().Be(9);
        Directory.GetDirectories(Path.Combine(registry.DataFolder, "uploads")).Should().HaveCount(3);
    }

    [Fact]
    public async Task A_case_has_so_many_bytes_whichever_way_they_come()
    {
        await using var registry = await RunningRegistry.StartAsync();
        await TusSender.SetPolicyAsync(registry, p => p with { MaxCaseBytes = 1000 });
        var (sender, opened) = (await TusSender.NewAsync(registry), await OpenAsync(registry));
        await opened.SealedAsync(new byte[300]);
        var (item, other) = (await opened.SubmitAsync(), await opened.SubmitAsync());
        var upload = await sender.BeginAsync(500, opened.Incident);
        var metadata = $"incident {TusSender.Base64(opened.Incident.Value)}";

        await RefusedAsync(sender.CreateAsync(201, metadata), HttpStatusCode.RequestEntityTooLarge, "case-full");
        using var put = await new TusSender(registry, opened.Analyst).HalfAsync("PUT", $"/v1/evidence/{item}/content", "Content-Length: 201", []);
        await ShouldRefuse(put, 413, "case-full");
        var files = opened.AllFiles.Count;
        var chunked = new HttpRequestMessage(HttpMethod.Put, $"/v1/evidence/{item}/content") { Content = new StreamContent(new MemoryStream(new byte[201])), Headers = { TransferEncodingChunked = true } };
        await RefusedAsync(opened.Analyst.SendAsync(chunked), HttpStatusCode.RequestEntityTooLarge, "case-full");
        opened.AllFiles.Should().HaveCount(files);

        (await opened.PutAsync(item, new byte[200])).StatusCode.Should().Be(HttpStatusCode.Created, "the limit itself is allowed");
        await RefusedAsync(opened.PutAsync(other, [1]), HttpStatusCode.RequestEntityTooLarge, "case-full");
        await sender.PatchAsync(upload, 0, new byte[500]);
        await TusSender.ItemAsync(await sender.SubmitAsync(opened.Incident, upload));

        // An upload that named no case meets the limit when it is used, and is not lost.
        var free = await sender.BeginAsync(1);
        await sender.PatchAsync(free, 0, [1]);
        await RefusedAsync(sender.SubmitAsync(opened.Incident, free), HttpStatusCode.RequestEntityTooLarge, "case-full");
        (await sender.OffsetAsync(free)).Should().Be(1);
    }

    [Fact]
    public async Task An_incident_to_which_the_sender_brings_nothing_is_not_told_from_one_that_does_not_exist()
    {
        await using var registry = await RunningRegistry.StartAsync();
        var (sender, opened) = (await TusSender.NewAsync(registry), await OpenAsync(registry));
        var absent = registry.Core.Entropy.NewId<IncidentId>();

        await RefusedAsync(sender.CreateAsync(1, $"incident {TusSender.Base64(absent.Value)}"), HttpStatusCode.UnprocessableEntity, "upload-incident-unknown");
        (await sender.CreateAsync(1, $"incident {TusSender.Base64(opened.Incident.Value)}")).StatusCode.Should().Be(HttpStatusCode.Created);
    }

    private static async Task ShouldRefuse(System.Net.Sockets.TcpClient socket, int status, string code)
    {
        // The body never comes: an answer means that the server did not wait for it.
        var answer = await TusSender.AnswerAsync(socket);
        RawHttp.Status(answer).Should().Be(status, answer);
        answer.Should().Contain(code);
    }
}

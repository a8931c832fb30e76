using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Server.Evidence;
using AttributionRegistry.Server.Tests.Running;
using static AttributionRegistry.Server.Tests.Evidence.EvidenceCase;

namespace AttributionRegistry.Server.Tests.Evidence.Scanning;

/// <summary>Malware is evidence: a scanner labels it, and nobody deletes it or is kept from it.</summary>
public sealed class ScanTests
{
    [NeedsFact("clamd", "clamav-daemon")]
    public async Task A_real_scanner_labels_malware_and_the_bytes_stay_readable()
    {
        await using var clamd = await Clamd.StartAsync();
        await using var registry = await RunningRegistry.StartAsync(settings: ["--Registry:ClamAv", clamd.Socket]);
        var opened = await OpenAsync(registry);
        var (malware, harmless, large) = (await opened.SealedAsync(Clamd.Eicar), await opened.SealedAsync("A log of 2026-11-24."u8.ToArray()), await opened.SealedAsync(UploadTests.Bytes(2_000_000, seed: 5)));

        foreach (var item in new[] { malware, harmless, large })
        {
            await OkAsync(opened.Analyst.PostAsync($"/v1/evidence/{item}/scans", null));
        }

        (await ScanAsync(opened, malware)).Should().Be(("malware", "Eicar-Test-Signature.UNOFFICIAL"), "the signature is not one of the scanner's own");
        (await ScanAsync(opened, harmless)).Should().Be(("clean", null));
        (await ScanAsync(opened, large)).Should().Be(("notScanned", "larger than the scanner takes"));
        (await opened.Analyst.GetByteArrayAsync($"/v1/evidence/{malware}/content")).Should().Equal(Clamd.Eicar, "a scan labels and never deletes");
        opened.AccessesOf(malware).Should().BeGreaterThanOrEqualTo(2, "the scan was a read, and so was the download");
        opened.Item(malware).Standing.Should().NotBe(EvidenceStanding.Quarantined);
    }

    [NeedsFact("clamd", "clamav-daemon")]
    public async Task What_is_stored_is_scanned_without_being_asked_for()
    {
        await using var clamd = await Clamd.StartAsync();
        await using var registry = await RunningRegistry.StartAsync(settings: ["--Registry:ClamAv", clamd.Socket]);
        var opened = await OpenAsync(registry);
        var item = await opened.SealedAsync(Clamd.Eicar);

        await UploadTests.EventuallyAsync(
            () =>
            {
                registry.Clock.Advance(TimeSpan.FromSeconds(5));
                return opened.Item(item).Scans.Count == 1;
            },
            "the queue has come to it");

        opened.Item(item).Scans[0].Should().Match<Scan>(s => s.Verdict == ScanVerdict.Malware && s.By == Startup.Machine.Id);
        registry.Clock.Advance(TimeSpan.FromMinutes(1));
        opened.Item(item).Scans.Should().ContainSingle("one scan is enough");
    }

    [Fact]
    public async Task Without_a_scanner_and_with_one_that_does_not_answer_the_refusal_says_so_and_nothing_is_recorded()
    {
        await using var none = await RunningRegistry.StartAsync();
        var first = await OpenAsync(none);
        var item = await first.SealedAsync([1]);
        await RefusedAsync(first.Analyst.PostAsync($"/v1/evidence/{item}/scans", null), HttpStatusCode.Conflict, "scanner-absent");

        await using var silent = await RunningRegistry.StartAsync(settings: ["--Registry:ClamAv", "/nowhere/clamd.sock"]);
        var second = await OpenAsync(silent);
        item = await second.SealedAsync([1]);
        await RefusedAsync(second.Analyst.PostAsync($"/v1/evidence/{item}/scans", null), HttpStatusCode.ServiceUnavailable, "scanner-unreachable");
        await RefusedAsync(silent.As(Role.PanelMember).PostAsync($"/v1/evidence/{item}/scans", null), HttpStatusCode.NotFound, "not-found");
        second.Item(item).Scans.Should().BeEmpty();
    }

    [Theory]
    [InlineData("stream: OK", ScanVerdict.Clean, null)]
    [InlineData("stream: Win.Test.EICAR_HDB-1 FOUND", ScanVerdict.Malware, "Win.Test.EICAR_HDB-1")]
    [InlineData("stream: \u001b[31mX\r\nY FOUND", ScanVerdict.Malware, "[31mXY")]
    [InlineData("INSTREAM size limit exceeded. ERROR", ScanVerdict.NotScanned, "larger than the scanner takes")]
    public void An_answer_is_read_without_what_a_terminal_would_obey(string answer, ScanVerdict verdict, string? signature) =>
        ClamAv.Read("ClamAV 1.4", answer).Should().Be(new ScanAnswer("ClamAV 1.4", verdict, signature));

    [Theory]
    [InlineData("")]
    [InlineData("stream: ERROR")]
    [InlineData("HTTP/1.1 400 Bad Request")]
    public async Task What_is_no_verdict_is_not_taken_for_one(string answer)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = ServeAsync(listener, answer);
        var scanner = new ClamAv($"127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");

        var scan = () => scanner.ScanAsync(new MemoryStream([1, 2, 3]), CancellationToken.None);

        await scan.Should().ThrowAsync<ScannerUnreachableException>();
        await serving;
    }

    private static async Task ServeAsync(TcpListener listener, string answer)
    {
        foreach (var reply in new[] { "ClamAV 1.4\0", answer + "\0" })
        {
            using var client = await listener.AcceptTcpClientAsync();
            var stream = client.GetStream();
            await stream.ReadExactlyAsync(new byte[reply[0] == 'C' ? 9 : 10 + 4 + 3 + 4]);
            await stream.WriteAsync(Encoding.ASCII.GetBytes(reply));
        }
    }

    private static async Task<(string? Verdict, string? Signature)> ScanAsync(EvidenceCase opened, EvidenceId item)
    {
        var scan = (await JsonAsync(await opened.Custodian.GetAsync($"/v1/evidence/{item}"))).GetProperty("scan");
        return (scan.GetProperty("verdict").GetString(), scan.TryGetProperty("signature", out var signature) ? signature.GetString() : null);
    }
}

using System.Diagnostics;
using System.Net;
using AttributionRegistry.Server.Tests.Running;

namespace AttributionRegistry.Server.Tests.Evidence;

/// <summary>Measures memory, so nothing else may run beside it.</summary>
[CollectionDefinition(nameof(LargeUploadTests), DisableParallelization = true)]
public sealed class Alone;

[Collection(nameof(LargeUploadTests))]
public sealed class LargeUploadTests
{
    private const long Megabyte = 1024 * 1024;
    private const int Chunk = 64 * 1024;

    [Fact]
    public async Task Three_hundred_megabytes_are_streamed_in_flat_memory()
    {
        await using var registry = await RunningRegistry.StartAsync();
        var opened = await EvidenceCase.OpenAsync(registry);
        await opened.SealedAsync(new byte[Megabyte]); // Everything is loaded and compiled once.
        var item = await opened.SubmitAsync();
        GC.Collect();
        using var process = Process.GetCurrentProcess();
        var before = process.WorkingSet64;
        var peak = before;

        var answer = await opened.PutAsync(item, new Generated(300 * Megabyte, () =>
        {
            process.Refresh();
            peak = Math.Max(peak, process.WorkingSet64);
        }));

        answer.StatusCode.Should().Be(HttpStatusCode.Created, await answer.Content.ReadAsStringAsync());
        opened.Item(item).Payload!.Size.Should().Be(300 * Megabyte);
        (peak - before).Should().BeLessThan(120 * Megabyte);
    }

    /// <summary>So many bytes, made while they are sent.</summary>
    private sealed class Generated(long length, Action everyMegabyte) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            var chunk = new byte[Chunk];
            for (long sent = 0; sent < length; sent += Chunk)
            {
                BitConverter.TryWriteBytes(chunk, sent);
                await stream.WriteAsync(chunk);
                if (sent % Megabyte == 0)
                {
                    everyMegabyte();
                }
            }
        }

        protected override bool TryComputeLength(out long computed)
        {
            computed = length;
            return true;
        }
    }
}

using System.Diagnostics;
using System.Security.Cryptography;
using AttributionRegistry.Storage;

namespace AttributionRegistry.Benchmarks;

/// <summary>Receiving 1 GiB of evidence, durable and hashed, next to cp, fsync and openssl on the same bytes.</summary>
internal static class Ingest
{
    private const int Mebibytes = 1024;

    public static async Task MeasureAsync(string folder, int rounds)
    {
        var source = Path.Combine(folder, "source");
        Fill(source);
        var files = EvidenceFiles.Open(Path.Combine(folder, "evidence"), RandomNumberGenerator.GetBytes);
        var (shell, ours) = (new List<double>(), new List<double>());
        for (var round = 0; round < rounds; round++)
        {
            var copy = Path.Combine(folder, "copy");
            var watch = Stopwatch.StartNew();
            await Shell.RunAsync("sh", "-c", $"cp '{source}' '{copy}' && sync '{copy}' && openssl dgst -sha256 '{copy}'");
            shell.Add(watch.Elapsed.TotalSeconds);
            File.Delete(copy);

            watch.Restart();
            await using (var content = new FileStream(source, FileMode.Open, FileAccess.Read, FileShare.Read, 0, FileOptions.SequentialScan))
            {
                var stored = await files.StoreAsync(content, content.Length, long.MaxValue, null, CancellationToken.None);
                ours.Add(watch.Elapsed.TotalSeconds);
                files.Destroy(stored.Blob);
            }

            Console.WriteLine($"round {round + 1}: cp+fsync+openssl {shell[^1]:0.00} s, ingest {ours[^1]:0.00} s");
        }

        var peak = Process.GetCurrentProcess().PeakWorkingSet64 / 1024 / 1024;
        Console.WriteLine($"ingest / (cp+fsync+openssl): {Shell.Median(ours) / Shell.Median(shell):0.00}  (sealed; goal at most 1.25), peak memory {peak} MiB");
    }

    private static void Fill(string path)
    {
        using var file = new FileStream(path, FileMode.CreateNew);
        var block = RandomNumberGenerator.GetBytes(1024 * 1024);
        for (var i = 0; i < Mebibytes; i++)
        {
            BitConverter.TryWriteBytes(block, i);
            file.Write(block);
        }

#pragma warning disable RS0030 // The yardstick is what anybody would write.
        file.Flush(flushToDisk: true);
#pragma warning restore RS0030
    }
}

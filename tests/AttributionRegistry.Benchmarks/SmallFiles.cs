using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using AttributionRegistry.Storage;

namespace AttributionRegistry.Benchmarks;

/// <summary>Small items of evidence from many clients, sealed and durable, next to a loop in C that makes plain files durable one at a time.</summary>
internal static class SmallFiles
{
    private const int Bytes = 64 * 1024;
    private const int Clients = 16;
    private const double Seconds = 3;

    public static async Task MeasureAsync(string folder, int rounds)
    {
        var native = await Shell.CompileAsync(folder, "durable_files");
        var (c, ours) = (new List<double>(), new List<double>());
        await RunAsync(Path.Combine(folder, "unmeasured"));
        for (var round = 0; round < rounds; round++)
        {
            var plain = Directory.CreateDirectory(Path.Combine(folder, $"c{round}")).FullName;
            c.Add(double.Parse(await Shell.RunAsync(native, plain, Bytes.ToString(CultureInfo.InvariantCulture), Seconds.ToString(CultureInfo.InvariantCulture)), CultureInfo.InvariantCulture));
            Directory.Delete(plain, recursive: true);
            ours.Add(await RunAsync(Path.Combine(folder, $"sealed{round}")));
            Console.WriteLine($"round {round + 1}: C loop {c[^1]:0}/s, {Clients} clients sealed {ours[^1]:0}/s");
        }

        var ratios = ours.Zip(c, (rate, loop) => rate / loop).ToList();
        Console.WriteLine($"sealed files of 64 KiB / C loop: {Shell.Median(ratios):0.00}, rounds from {ratios.Min():0.00} to {ratios.Max():0.00}  (goal 1.0)");
    }

    private static async Task<double> RunAsync(string folder)
    {
        var files = EvidenceFiles.Open(folder, RandomNumberGenerator.GetBytes);
        var bytes = RandomNumberGenerator.GetBytes(Bytes);
        var watch = Stopwatch.StartNew();
        var counts = await Task.WhenAll(Enumerable.Range(0, Clients).Select(_ => Task.Run(async () =>
        {
            var count = 0;
            while (watch.Elapsed.TotalSeconds < Seconds)
            {
                await files.StoreAsync(new MemoryStream(bytes), Bytes, long.MaxValue, null, CancellationToken.None);
                count++;
            }

            return count;
        })));
        var rate = counts.Sum() / watch.Elapsed.TotalSeconds;
        Directory.Delete(folder, recursive: true);
        return rate;
    }
}

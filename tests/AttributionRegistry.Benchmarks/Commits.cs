using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Security.Cryptography;
using AttributionRegistry.Storage;

namespace AttributionRegistry.Benchmarks;

/// <summary>Durable commits per second through the group-commit writer, next to C SQLite with one commit at a time.</summary>
internal static class Commits
{
    private const double Seconds = 3;

    public static async Task MeasureAsync(string folder, int rounds)
    {
        var native = await Shell.CompileAsync(folder, "sqlite_commits");
        var (c, many, one) = (new List<double>(), new List<double>(), new List<double>());

        // Not counted: the first seconds measure the compiler, not the writer.
        await RunAsync(Path.Combine(folder, "unmeasured"), 64);
        for (var round = 0; round < rounds; round++)
        {
            c.Add(double.Parse(await Shell.RunAsync(native, Path.Combine(folder, $"c{round}.db"), Seconds.ToString(CultureInfo.InvariantCulture)), CultureInfo.InvariantCulture));
            var (rate, p99, cpu) = await RunAsync(Path.Combine(folder, $"many{round}"), 64);
            many.Add(rate);
            one.Add((await RunAsync(Path.Combine(folder, $"one{round}"), 1)).Rate);
            Console.WriteLine($"round {round + 1}: C SQLite {c[^1]:0}/s, 64 clients {many[^1]:0}/s (p99 {p99:0.0} ms, {cpu:0} us of processor a commit), 1 client {one[^1]:0}/s");
        }

        Report("64 clients", many, c, goal: 5);
        Report("1 client", one, c, goal: 0.4);
        Console.WriteLine($"The yardstick itself went from {c.Min():0}/s to {c.Max():0}/s; where that is more than a factor of two the disk was not steady and the ratios say little.");
    }

    private static void Report(string what, List<double> ours, List<double> yardstick, double goal)
    {
        var ratios = ours.Zip(yardstick, (rate, c) => rate / c).ToList();
        Console.WriteLine($"{what} / C SQLite: {Shell.Median(ratios):0.00}, rounds from {ratios.Min():0.00} to {ratios.Max():0.00}  (goal {goal})");
    }

    private static async Task<(double Rate, double P99Milliseconds, double ProcessorMicroseconds)> RunAsync(string folder, int clients)
    {
        var options = new StoreOptions(Path.Combine(folder, "data"), Path.Combine(folder, "keys"), "bench.example/log", RandomNumberGenerator.GetBytes);
        using var store = RegistryStore.Open(options, DateTimeOffset.UtcNow);
        var body = new string('x', 300);
        await LoadAsync(store, clients, "warm", body, 0.5);
        var processor = Environment.CpuUsage.TotalTime;
        var watch = Stopwatch.StartNew();
        var latencies = await LoadAsync(store, clients, "case", body, Seconds);
        var elapsed = watch.Elapsed.TotalSeconds;
        processor = Environment.CpuUsage.TotalTime - processor;
        latencies.Sort();
        return (latencies.Count / elapsed, latencies[(int)(latencies.Count * 0.99)], processor.TotalMicroseconds / latencies.Count);
    }

    private static async Task<List<double>> LoadAsync(RegistryStore store, int clients, string prefix, string body, double seconds)
    {
        var end = Stopwatch.GetTimestamp() + (long)(seconds * Stopwatch.Frequency);
        var all = await Task.WhenAll(Enumerable.Range(0, clients).Select(client => Task.Run(async () =>
        {
            var latencies = new List<double>();
            for (var version = 0; Stopwatch.GetTimestamp() < end; version++)
            {
                var start = Stopwatch.GetTimestamp();
                var facts = new JsonObject { ["commitment"] = "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU", ["size"] = version };
                var added = new NewEvent("evidence.received", 1, "p_0123456789abcdef", DateTimeOffset.UtcNow, body, false, facts, [], []);
                var result = await store.Writer.CommitAsync(new CommitRequest([new StreamAppend($"{prefix}-{client}", version, [added])]));
                var committed = (CommitResult.Committed)result;
                _ = store.Writer.InclusionProof(committed.Leaves[0].Index, committed.Head.Size);
                latencies.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }

            return latencies;
        })));
        return [.. all.SelectMany(latencies => latencies)];
    }
}

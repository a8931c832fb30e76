using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using AttributionRegistry.Cli.Logs;
using AttributionRegistry.Log;

namespace AttributionRegistry.Benchmarks;

/// <summary>What the log costs beside the hashing that it cannot do without; yardstick and product in turn, medians of the rounds.</summary>
internal static class LogRates
{
    private const int Entries = 400_000;
    private const int ProofLeaves = 10_000_000;
    private const int Proofs = 200_000;

    /// <summary>Leaf hash and append to the tree ÷ one SHA-256 of the same entry.</summary>
    public static void MeasureAppend(int rounds)
    {
        var entries = Make();
        var ratios = new List<double>();
        for (var round = 0; round <= rounds; round++)
        {
            var raw = Seconds(() => HashAll(entries));
            var append = Seconds(() =>
            {
                var tree = new MerkleTree();
                Span<byte> leaf = stackalloc byte[Rfc6962.HashSize];
                foreach (var entry in entries)
                {
                    Rfc6962.LeafHash(entry, leaf);
                    tree.Append(leaf);
                }
            });
            Round(round, ratios, append / raw, $"SHA-256 {raw / Entries * 1e6:0.00} us an entry, leaf hash and append {append / Entries * 1e6:0.00} us");
        }

        Console.WriteLine($"log-append: an appended entry costs {Shell.Median(ratios):0.00} times its SHA-256, rounds from {ratios.Min():0.00} to {ratios.Max():0.00}");
    }

    /// <summary>Inclusion proofs at random places of a tree of ten million leaves.</summary>
    public static void MeasureProof(int rounds)
    {
        var (tree, leaf, random) = (new MerkleTree(), new byte[Rfc6962.HashSize], new Random(1));
        for (var i = 0; i < ProofLeaves; i++)
        {
            BitConverter.TryWriteBytes(leaf, i);
            tree.Append(leaf);
        }

        var micros = new List<double>();
        for (var round = 0; round <= rounds; round++)
        {
            var seconds = Seconds(() =>
            {
                for (var i = 0; i < Proofs; i++)
                {
                    _ = tree.InclusionProof(random.Next(ProofLeaves), ProofLeaves);
                }
            });
            Round(round, micros, seconds / Proofs * 1e6, $"{seconds / Proofs * 1e6:0.00} us a proof");
        }

        Console.WriteLine($"log-proof: {Shell.Median(micros):0.00} us at {ProofLeaves} leaves, rounds from {micros.Min():0.00} to {micros.Max():0.00}  (goal 100, better 20)");
    }

    /// <summary>Entries audited a second, as the command line does it, ÷ entries hashed a second by one processor and nothing else.</summary>
    public static async Task MeasureAuditAsync(int rounds)
    {
        var entries = Make();
        var served = new Served(entries);
        var ratios = new List<double>();
        for (var round = 0; round <= rounds; round++)
        {
            var raw = Seconds(() => HashAll(entries));
            var watch = Stopwatch.StartNew();
            await new LogWalk(served).RunAsync(new LogAuditor(), served.Head, CancellationToken.None);
            var audit = watch.Elapsed.TotalSeconds;
            Round(round, ratios, raw / audit, $"hashed {Entries / raw:0}/s, audited {Entries / audit:0}/s");
        }

        Console.WriteLine($"log-audit: {Shell.Median(ratios):0.00} of the raw rate, rounds from {ratios.Min():0.00} to {ratios.Max():0.00}  (goal 0.7)");
    }

    // Round 0 measures the compiler and is not counted.
    private static void Round(int round, List<double> kept, double value, string said)
    {
        if (round > 0)
        {
            kept.Add(value);
            Console.WriteLine($"round {round}: {said}");
        }
    }

    private static void HashAll(List<byte[]> entries)
    {
        Span<byte> hash = stackalloc byte[Rfc6962.HashSize];
        foreach (var entry in entries)
        {
            SHA256.HashData(entry, hash);
        }
    }

    private static double Seconds(Action act)
    {
        GC.Collect();
        var watch = Stopwatch.StartNew();
        act();
        return watch.Elapsed.TotalSeconds;
    }

    /// <summary>Entries as the registry writes them, of many cases; every fourth is sealed and some of those are opened.</summary>
    private static List<byte[]> Make()
    {
        var (entries, heads, random) = (new List<byte[]>(Entries), new Dictionary<string, (long Seq, byte[] Leaf)>(), new Random(7));
        var hidden = new Queue<(int Index, byte[] Salt, byte[] Event)>();
        while (entries.Count < Entries)
        {
            var opens = hidden.Count > 20_000 && random.Next(8) == 0;
            var subject = opens ? "unsealed:case" : $"case_{random.Next(Entries / 40):D8}";
            var (seq, leaf) = heads.GetValueOrDefault(subject);
            var body = new JsonObject { ["id"] = $"evd_{entries.Count:D26}", ["size"] = entries.Count, ["title"] = new JsonObject { ["c"] = B64Url.Encode(new byte[32]) } };
            if (opens)
            {
                var (index, salt, inside) = hidden.Dequeue();
                body = new JsonObject { ["index"] = index, ["event"] = JsonNode.Parse(inside), ["salt"] = B64Url.Encode(salt) };
            }

            var at = DateTimeOffset.UnixEpoch.AddSeconds(1_700_000_000 + entries.Count).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'");
            var entry = LogEntry.Plain("p_0123456789abcdefghijkl", at, body, leaf is null ? null : B64Url.Encode(leaf), seq + 1, subject, opens ? "unsealed" : "evidence.received", 1);
            if (!opens && random.Next(4) == 0)
            {
                var salt = new byte[32];
                random.NextBytes(salt);
                hidden.Enqueue((entries.Count, salt, entry));
                entry = LogEntry.Sealed(LogEntry.Seal(salt, entry));
            }

            entries.Add(entry);
            heads[subject] = (seq + 1, Rfc6962.LeafHash(entry));
        }

        return entries;
    }

    /// <summary>The log as bundles and tiles in memory: what is measured is the audit, not a network.</summary>
    private sealed class Served : ILogSource
    {
        private readonly Dictionary<string, byte[]> _files = [];

        public Served(List<byte[]> entries)
        {
            var tree = new MerkleTree();
            entries.ForEach(entry => tree.Append(Rfc6962.LeafHash(entry)));
            foreach (var path in Tiles.Grown(0, entries.Count))
            {
                _files[$"log/{path}"] = path.IsEntries ? EntryBundle.Write(entries.GetRange((int)path.First, path.Width)) : Tiles.Hashes(tree, path, entries.Count)!;
            }

            Head = new Checkpoint("bench.example/log", entries.Count, tree.Root());
        }

        public Checkpoint Head { get; }

        public string Name => "memory";

        public Task<byte[]?> ReadAsync(string path, CancellationToken cancel) => Task.FromResult(_files.GetValueOrDefault(path));

        public void Dispose()
        {
        }
    }
}

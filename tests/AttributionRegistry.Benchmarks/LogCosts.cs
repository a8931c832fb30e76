using System.Security.Cryptography;
using AttributionRegistry.Cli.Tally;
using AttributionRegistry.Log;
using BenchmarkDotNet.Attributes;

namespace AttributionRegistry.Benchmarks;

/// <summary>What a leaf costs beside the one hash it cannot do without. The ratio column counts, not the nanoseconds.</summary>
[ShortRunJob]
[MemoryDiagnoser]
public class LogCosts
{
    private const int Leaves = 1_000_000;

    private readonly byte[] _entry = new byte[300];
    private readonly byte[] _leaf = new byte[32];
    private readonly MerkleTree _large = new();
    private MerkleTree _growing = new();
    private long _next;

    [GlobalSetup]
    public void FillTree()
    {
        for (var i = 0; i < Leaves; i++)
        {
            BitConverter.TryWriteBytes(_leaf, i);
            _large.Append(_leaf);
        }
    }

    [IterationSetup(Target = nameof(AppendLeaf))]
    public void EmptyTree() => _growing = new MerkleTree();

    [Benchmark(Baseline = true, Description = "SHA-256 of one entry")]
    public byte[] HashEntry() => SHA256.HashData(_entry);

    [Benchmark(Description = "leaf hash and append", OperationsPerInvoke = 100_000)]
    public void AppendLeaf()
    {
        for (var i = 0; i < 100_000; i++)
        {
            _growing.Append(Rfc6962.LeafHash(_entry));
        }
    }

    [Benchmark(Description = "inclusion proof among a million leaves")]
    public byte[][] Prove()
    {
        _next = (_next + 7919) % Leaves;
        return _large.InclusionProof(_next, Leaves);
    }
}

/// <summary>Recounting all published cases of the tally, reading included.</summary>
[ShortRunJob]
[MemoryDiagnoser]
public class Recount
{
    private string _cases = "";

    [GlobalSetup]
    public void ReadCases() => _cases = File.ReadAllText(Path.Combine(Shell.SourceFolder(), "..", "vectors", "tally-dev.json"));

    [Benchmark(Description = "fifty counts, JSON included")]
    public int FiftyCases() => TallyCases.Run(_cases, TextWriter.Null);
}

using System.Text.Json.Nodes;
using AttributionRegistry.Cli.Verification;
using BenchmarkDotNet.Attributes;

namespace AttributionRegistry.Benchmarks;

/// <summary>
/// The whole offline check of the published record of eleven seats, as <c>attribution verify</c> does it: JSON read, every signature and
/// commitment, the tally, the finding that follows from it, the draw. The goal is 50 ms.
/// </summary>
[MemoryDiagnoser]
public class PanelRecount
{
    private string _finding = "";
    private string _record = "";

    [GlobalSetup]
    public void ReadFiles()
    {
        var folder = Path.Combine(Shell.SourceFolder(), "..", "vectors", "finding");
        (_finding, _record) = (File.ReadAllText(Path.Combine(folder, "finding.json")), File.ReadAllText(Path.Combine(folder, "record.json")));
        if (JsonNode.Parse(_record)!["round"]!["envelopes"]!.AsArray().Count < 11)
        {
            throw new InvalidOperationException("The record holds fewer than eleven ballots.");
        }
    }

    [Benchmark(Description = "record of 11 seats, everything checked")]
    public void Recount() => RecordCheck.Run(JsonNode.Parse(_finding)!.AsObject(), JsonNode.Parse(_record)!.AsObject());
}

using System.Globalization;
using AttributionRegistry.Benchmarks;
using BenchmarkDotNet.Running;

if (args is ["rules", .. var options])
{
    BenchmarkSwitcher.FromAssembly(typeof(LogCosts).Assembly).Run(options.Length > 0 ? options : ["--filter", "*"]);
    return 0;
}

if (args is ["recount", .. var more])
{
    BenchmarkSwitcher.FromTypes([typeof(PanelRecount)]).Run(more.Length > 0 ? more : ["--filter", "*", "--inProcess"]);
    return 0;
}

if (args is ["bare", var port, var bytes])
{
    await BareKestrel.RunAsync(port, int.Parse(bytes, CultureInfo.InvariantCulture));
    return 0;
}

// Ratios only, taken in turn in one run: figures of different runs or machines say nothing about each other.
var rounds = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 3;
var folder = Directory.CreateTempSubdirectory("registry-bench-").FullName;
try
{
    switch (args.FirstOrDefault())
    {
        case "commits":
            await Commits.MeasureAsync(folder, rounds);
            return 0;
        case "evidence":
            await Ingest.MeasureAsync(folder, rounds);
            return 0;
        case "log-append":
            LogRates.MeasureAppend(rounds);
            return 0;
        case "log-proof":
            LogRates.MeasureProof(rounds);
            return 0;
        case "log-audit":
            await LogRates.MeasureAuditAsync(rounds);
            return 0;
        case "search":
            await Searches.MeasureAsync(folder, rounds, args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : 1_000_000);
            return 0;
        case "files":
            await SmallFiles.MeasureAsync(folder, rounds);
            return 0;
        default:
            Console.Error.WriteLine("Usage: commits|evidence|files|log-append|log-proof|log-audit [rounds], search [rounds] [findings], rules|recount [options of BenchmarkDotNet], bare PORT BYTES");
            return 2;
    }
}
finally
{
    Directory.Delete(folder, recursive: true);
}

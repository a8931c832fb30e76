using System.Globalization;
using AttributionRegistry.Benchmarks;

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
        default:
            Console.Error.WriteLine("Usage: commits|evidence [rounds]");
            return 2;
    }
}
finally
{
    Directory.Delete(folder, recursive: true);
}

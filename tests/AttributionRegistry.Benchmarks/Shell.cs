using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace AttributionRegistry.Benchmarks;

/// <summary>Runs the yardsticks.</summary>
internal static class Shell
{
    /// <summary>Compiles a yardstick in C with optimisation; gcc and the SQLite headers must be there.</summary>
    public static async Task<string> CompileAsync(string folder, string name)
    {
        var program = Path.Combine(folder, name);
        await RunAsync("gcc", "-O2", "-o", program, Path.Combine(SourceFolder(), "native", name + ".c"), "-lsqlite3");
        return program;
    }

    public static async Task<string> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? output.Trim() : throw new InvalidOperationException($"{program} ended with {process.ExitCode}.");
    }

    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted[sorted.Count / 2];
    }

    public static string SourceFolder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}

using AttributionRegistry.Cli.Http;

namespace AttributionRegistry.Cli.Draws;

/// <summary><c>attribution draw verify</c>: repeats a panel's draw from its inputs.</summary>
public static class DrawCommand
{
    /// <summary>From a file, or from the server with <c>--panel</c>: 0 the draw is reproduced, 1 it is not.</summary>
    public static async Task<int> VerifyAsync(string[] args, TextWriter output, Func<int, byte[]> entropy, CancellationToken cancel)
    {
        var faults = DrawCheck.Faults(await ReadAsync(Arguments.Parse(args, [.. Connections.CallerOptions, "panel"]), entropy, cancel));
        await output.WriteLineAsync(faults.Count == 0 ? "holds: pool digest, seed, exclusions by state, seats and alternates" : "does not hold");
        foreach (var fault in faults)
        {
            await output.WriteLineAsync(fault);
        }

        return faults.Count == 0 ? ExitCode.Holds : ExitCode.DoesNotHold;
    }

    private static async Task<string> ReadAsync(Arguments args, Func<int, byte[]> entropy, CancellationToken cancel)
    {
        if (args.Option("panel") is not { } panel)
        {
            return await File.ReadAllTextAsync(args.Single("file"), cancel);
        }

        args.None();
        using var client = await Connections.CallerAsync(args, entropy, cancel);
        return await client.GetTextAsync($"/v1/panels/{Uri.EscapeDataString(panel)}/draw", cancel);
    }
}

using System.Security.Cryptography;
using AttributionRegistry.Cli.Http;

namespace AttributionRegistry.Cli.Draws;

/// <summary><c>attribution draw verify</c>: repeats a panel's draw from its inputs.</summary>
public static class DrawCommand
{
    public const string Usage = """
        usage: attribution draw verify FILE
               attribution draw verify --server URL --panel ID [--api-key-file FILE]
        FILE is what GET /v1/panels/{id}/draw answers.
        """;

    /// <summary>0 the draw is reproduced, 1 it is not, 2 wrong use, 3 the server could not be reached.</summary>
    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter error)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(error);
        try
        {
            var faults = DrawCheck.Faults(args is ["verify", .. var rest] ? await ReadAsync(rest) : throw new UsageException(Usage));
            await output.WriteLineAsync(faults.Count == 0 ? "holds: pool digest, seed, exclusions by state, seats and alternates" : "does not hold");
            foreach (var fault in faults)
            {
                await output.WriteLineAsync(fault);
            }

            return faults.Count == 0 ? ExitCode.Holds : ExitCode.DoesNotHold;
        }
        catch (RegistryRefusedException refusal)
        {
            await error.WriteLineAsync(refusal.Message);
            return ExitCode.DoesNotHold;
        }
        catch (RegistryUnreachableException silence)
        {
            await error.WriteLineAsync(silence.Message);
            return ExitCode.CouldNotReach;
        }
        catch (Exception fault) when (fault is UsageException or FormatException or IOException or UnauthorizedAccessException)
        {
            await error.WriteLineAsync(fault.Message);
            return ExitCode.WrongUse;
        }
    }

    private static async Task<string> ReadAsync(string[] rest)
    {
        var args = Arguments.Parse(rest, "server", "panel", "api-key-file");
        if (args.Option("server") is null)
        {
            return await File.ReadAllTextAsync(args.Single("file"));
        }

        var server = Arguments.Address(args.Required("server"));
        var apiKey = args.Option("api-key-file") is { } file ? (await File.ReadAllTextAsync(file)).Trim() : null;
        using var client = new RegistryClient(new HttpClient { BaseAddress = server }, apiKey, FreshBytes);
        return await client.GetTextAsync($"/v1/panels/{Uri.EscapeDataString(args.Required("panel"))}/draw", CancellationToken.None);
    }

#pragma warning disable RS0030 // Idempotency keys of a command that only reads: none is ever made.
    private static byte[] FreshBytes(int count) => RandomNumberGenerator.GetBytes(count);
#pragma warning restore RS0030
}

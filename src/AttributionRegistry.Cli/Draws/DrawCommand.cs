using System.Security.Cryptography;
using AttributionRegistry.Cli.Ballots;
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
            var faults = DrawCheck.Faults(args is ["verify", .. var rest] ? await ReadAsync(rest) : throw new WrongUseException(Usage));
            await output.WriteLineAsync(faults.Count == 0 ? "holds: pool digest, seed, exclusions by state, seats and alternates" : "does not hold");
            foreach (var fault in faults)
            {
                await output.WriteLineAsync(fault);
            }

            return faults.Count == 0 ? BallotCommand.Holds : BallotCommand.DoesNotHold;
        }
        catch (RegistryRefusedException refusal)
        {
            await error.WriteLineAsync(refusal.Message);
            return BallotCommand.DoesNotHold;
        }
        catch (RegistryUnreachableException silence)
        {
            await error.WriteLineAsync(silence.Message);
            return BallotCommand.NotReached;
        }
        catch (Exception fault) when (fault is WrongUseException or FormatException or IOException or UnauthorizedAccessException)
        {
            await error.WriteLineAsync(fault.Message);
            return BallotCommand.WrongUse;
        }
    }

    private static async Task<string> ReadAsync(string[] rest)
    {
        var args = new Ballots.Arguments(rest, "server", "panel", "api-key-file");
        if (args["server"] is null)
        {
            return await File.ReadAllTextAsync(args.OnlyWord("The file"));
        }

        var server = Uri.TryCreate(args.Required("server"), UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
            ? address
            : throw new WrongUseException("--server is an address such as https://registry.example.");
        var apiKey = args["api-key-file"] is { } file ? (await File.ReadAllTextAsync(file)).Trim() : null;
        using var client = new RegistryClient(new HttpClient { BaseAddress = server }, apiKey, FreshBytes);
        return await client.GetTextAsync($"/v1/panels/{Uri.EscapeDataString(args.Required("panel"))}/draw", CancellationToken.None);
    }

#pragma warning disable RS0030 // Idempotency keys of a command that only reads: none is ever made.
    private static byte[] FreshBytes(int count) => RandomNumberGenerator.GetBytes(count);
#pragma warning restore RS0030
}

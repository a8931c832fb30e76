using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using AttributionRegistry.Cli.Http;

namespace AttributionRegistry.Cli.Ballots;

/// <summary><c>attribution ballot seal|commit|open|verify</c>: a member's side of a sealed vote. The ballot stays on this machine until it is opened.</summary>
public static class BallotCommand
{
    public const string Usage = """
        usage: attribution ballot seal --round ROUND.json --answers ANSWERS.json --key KEY.pem --out SEALED.json [--previous SEALED.json]
               attribution ballot commit SEALED.json --server URL --round ID --api-key-file FILE
               attribution ballot open SEALED.json --server URL --round ID --api-key-file FILE
               attribution ballot verify SEALED.json [--round ROUND.json]
        ROUND.json is what GET /v1/rounds/{id} answers. KEY.pem is the member's ballot key for the case (PKCS#8).
        """;

    /// <summary>0 done or holds, 1 refused or does not hold, 2 wrong use, 3 the server could not be reached.</summary>
    public static Task<int> RunAsync(string[] args, TextWriter output, TextWriter error) => RunAsync(args, output, error, FreshBytes, CancellationToken.None);

    /// <summary>As above, with the random bytes from outside.</summary>
    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter error, Func<int, byte[]> entropy, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(args);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(error);
        try
        {
            return args switch
            {
                ["seal", .. var rest] => Seal(Arguments.Parse(rest, "round", "answers", "key", "out", "previous"), output, entropy),
                ["commit", .. var rest] => await SendAsync(Arguments.Parse(rest, "server", "round", "api-key-file"), "envelopes", b => b.EnvelopeRequest(), output, entropy, cancel),
                ["open", .. var rest] => await SendAsync(Arguments.Parse(rest, "server", "round", "api-key-file"), "openings", b => b.OpeningRequest(), output, entropy, cancel),
                ["verify", .. var rest] => Verify(Arguments.Parse(rest, "round"), output),
                _ => throw new UsageException(Usage),
            };
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
        catch (Exception fault) when (fault is UsageException or FormatException or IOException or UnauthorizedAccessException or JsonException or CryptographicException or ArgumentException)
        {
            await error.WriteLineAsync(fault.Message);
            return ExitCode.WrongUse;
        }
    }

    private static int Seal(Arguments args, TextWriter output, Func<int, byte[]> entropy)
    {
        var frame = RoundFile.Read(args.Required("round")).Frame;
        var answers = JsonNode.Parse(File.ReadAllText(args.Required("answers")), documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false }) as JsonObject
            ?? throw new FormatException("The answers are an object by question.");
        var previous = args.Option("previous") is { } file ? SealedBallot.Parse(File.ReadAllText(file)) : null;
        using var key = ECDsa.Create();
        key.ImportFromPem(File.ReadAllText(args.Required("key")));
        var ballot = new BallotSealer(key, entropy).Seal(frame, answers, previous);
        PrivateFile.Write(args.Required("out"), ballot.ToJson());
        output.WriteLine($"{ballot.Commitment} revision {ballot.Revision} by {ballot.BallotKeyId}");
        return ExitCode.Holds;
    }

    private static async Task<int> SendAsync(
        Arguments args, string to, Func<SealedBallot, JsonObject> body, TextWriter output, Func<int, byte[]> entropy, CancellationToken cancel)
    {
        var ballot = SealedBallot.Parse(await File.ReadAllTextAsync(args.Single("sealed ballot"), cancel));
        var apiKey = (await File.ReadAllTextAsync(args.Required("api-key-file"), cancel)).Trim();
        var server = Arguments.Address(args.Required("server"));
        using var client = new RegistryClient(new HttpClient { BaseAddress = server }, apiKey, entropy);
        var answer = await client.PostAsync($"/v1/rounds/{Uri.EscapeDataString(args.Required("round"))}/{to}", body(ballot), cancel);
        await output.WriteLineAsync(answer["receipt"]?.ToJsonString() ?? "");
        return ExitCode.Holds;
    }

    private static int Verify(Arguments args, TextWriter output)
    {
        var ballot = SealedBallot.Parse(File.ReadAllText(args.Single("sealed ballot")));
        var round = args.Option("round") is { } file ? RoundFile.Read(file) : null;
        if (BallotCheck.FirstFault(ballot, round) is { } fault)
        {
            output.WriteLine($"does not hold: {fault}");
            return ExitCode.DoesNotHold;
        }

        output.WriteLine(round is null ? "holds: commitment and digest; the signature needs --round" : "holds: commitment, digest, signature and round");
        return ExitCode.Holds;
    }

#pragma warning disable RS0030 // The root of randomness of this command; everything below takes the function.
    private static byte[] FreshBytes(int count) => RandomNumberGenerator.GetBytes(count);
#pragma warning restore RS0030
}

using System.Text.Json;
using System.Text.Json.Nodes;
using AttributionRegistry.Cli.Http;
using AttributionRegistry.Log;

namespace AttributionRegistry.Cli.Ballots;

/// <summary><c>attribution ballot seal|commit|open|verify</c>: a member's side of a sealed vote. The ballot stays on this machine until it is opened.</summary>
public static class BallotCommand
{
    /// <summary>Seals answers for a round with the member's ballot key for the case; asks no server.</summary>
    public static int Seal(string[] args, TextWriter output, Func<int, byte[]> entropy)
    {
        var read = Arguments.Parse(args, "round", "answers", "key", "out", "previous");
        read.None();
        var (round, answers, key, into) = (read.Required("round"), read.Required("answers"), read.Required("key"), read.Required("out"));
        var file = RoundFile.Read(round);
        var previous = read.Option("previous") is { } last ? SealedBallot.Parse(File.ReadAllText(last)) : null;
        using var ballotKey = PrivateFile.ReadKey(key);
        var ballot = SealOrExplain(new BallotSealer(ballotKey, entropy), file, Answers(answers), previous);
        PrivateFile.Write(into, ballot.ToJson());
        output.WriteLine($"{ballot.Commitment} revision {ballot.Revision} by {ballot.BallotKeyId}");
        return ExitCode.Holds;
    }

    /// <summary>Hands in the envelope, from which nobody can tell the vote.</summary>
    public static Task<int> CommitAsync(string[] args, TextWriter output, Func<int, byte[]> entropy, CancellationToken cancel) =>
        SendAsync(args, "envelopes", ballot => ballot.EnvelopeRequest(), output, entropy, cancel);

    /// <summary>Opens a ballot that was handed in, in the reveal window.</summary>
    public static Task<int> OpenAsync(string[] args, TextWriter output, Func<int, byte[]> entropy, CancellationToken cancel) =>
        SendAsync(args, "openings", ballot => ballot.OpeningRequest(), output, entropy, cancel);

    /// <summary>Checks a sealed ballot, and against its round where that is given; asks no server.</summary>
    public static int Verify(string[] args, TextWriter output)
    {
        var read = Arguments.Parse(args, "round");
        var ballot = SealedBallot.Parse(File.ReadAllText(read.Single("sealed ballot")));
        var round = read.Option("round") is { } file ? RoundFile.Read(file) : null;
        if (BallotCheck.FirstFault(ballot, round) is { } fault)
        {
            output.WriteLine($"does not hold: {fault}");
            return ExitCode.DoesNotHold;
        }

        output.WriteLine(round is null ? "holds: commitment and digest; the signature needs --round" : "holds: commitment, digest, signature and round");
        return ExitCode.Holds;
    }

    private static async Task<int> SendAsync(
        string[] args, string to, Func<SealedBallot, JsonObject> body, TextWriter output, Func<int, byte[]> entropy, CancellationToken cancel)
    {
        var read = Arguments.Parse(args, [.. Connections.CallerOptions, "round"]);
        var (file, round) = (read.Single("sealed ballot"), read.Required("round"));
        var ballot = SealedBallot.Parse(await File.ReadAllTextAsync(file, cancel));
        using var client = await Connections.CallerAsync(read, entropy, cancel);
        var answer = await client.PostAsync($"/v1/rounds/{Uri.EscapeDataString(round)}/{to}", body(ballot), cancel);
        await output.WriteLineAsync(answer["receipt"]?.ToJsonString() ?? "");
        return ExitCode.Holds;
    }

    private static JsonObject Answers(string file)
    {
        try
        {
            return JsonNode.Parse(File.ReadAllText(file), documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false }) as JsonObject
                ?? throw new FormatException($"{file}: the answers are an object by question.");
        }
        catch (JsonException fault)
        {
            throw new FormatException($"{file} is not JSON: {fault.Message}", fault);
        }
    }

    private static SealedBallot SealOrExplain(BallotSealer sealer, RoundFile round, JsonObject answers, SealedBallot? previous)
    {
        try
        {
            return sealer.Seal(round.Frame, answers, previous, round.Scrutineers);
        }
        catch (ArgumentException fault)
        {
            throw new FormatException($"The ballot cannot be put in escrow: {fault.Message}", fault);
        }
        catch (CanonicalJsonException fault)
        {
            throw new FormatException($"The answers have no canonical form: {fault.Message}", fault);
        }
    }
}

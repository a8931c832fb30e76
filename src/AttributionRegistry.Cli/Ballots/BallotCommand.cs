using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using AttributionRegistry.Cli.Http;
using AttributionRegistry.Log;

namespace AttributionRegistry.Cli.Ballots;

/// <summary><c>attribution ballot seal|commit|open|verify</c>: a member's own ballot, sealed on the member's own machine.</summary>
public static class BallotCommand
{
    private const string VectorsSchema = "attribution-registry/vote-vectors/v1";
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Seals the answers in FILE for the round that --round describes, and writes the sealed ballot to a file of the owner's.</summary>
    public static async Task<int> SealAsync(string[] args, TextWriter output, Func<int, byte[]> entropy, CancellationToken cancel)
    {
        var read = Arguments.Parse(args, "key", "round", "out", "previous");
        var answers = Object(await File.ReadAllTextAsync(read.Single("file of answers"), cancel), "a file of answers");
        var round = Object(await File.ReadAllTextAsync(read.Required("round"), cancel), "a round");
        using var key = await KeyAsync(read.Required("key"), cancel);
        var previous = read.Option("previous") is { } file ? SealedBallot.Parse(await File.ReadAllTextAsync(file, cancel)) : null;
        var frame = new BallotFrame(
            Member<string>(round, "incident"), Member<int>(round, "number"), Member<string>(round, "rulesHash"), Member<string>(round, "evidenceRoot"));
        var ballot = new BallotSealer(key, entropy).Seal(frame, answers["answers"] as JsonObject ?? answers, previous);
        await WriteAsync(read.Required("out"), ballot.ToJson(), cancel);
        await output.WriteLineAsync($"sealed as revision {ballot.Revision} under {ballot.BallotKeyId}; keep {read.Required("out")} to yourself until the reveal window");
        return ExitCode.Holds;
    }

    /// <summary>Sends the envelope or the opening of a sealed ballot.</summary>
    public static async Task<int> SendAsync(string[] args, string what, TextWriter output, Func<int, byte[]> entropy, CancellationToken cancel)
    {
        var read = Arguments.Parse(args, "round", "server", "credentials", "as");
        var ballot = SealedBallot.Parse(await File.ReadAllTextAsync(read.Single("sealed ballot"), cancel));
        using var client = await Connections.CallerAsync(read, entropy, cancel);
        var body = what == "openings" ? ballot.OpeningRequest() : ballot.EnvelopeRequest();
        var written = await client.PostAsync($"/v1/rounds/{Uri.EscapeDataString(read.Required("round"))}/{what}", body, cancel);
        await output.WriteLineAsync($"{(what == "openings" ? "opened" : "committed")}, leaf {written["receipt"]?["leafIndex"]}");
        return ExitCode.Holds;
    }

    /// <summary>Checks one sealed ballot, or every commitment and envelope of a file of vote vectors.</summary>
    public static async Task<int> VerifyAsync(string[] args, TextWriter output, CancellationToken cancel)
    {
        var text = await File.ReadAllTextAsync(Arguments.Parse(args).Single("file"), cancel);
        var file = Object(text, "a sealed ballot");
        var faults = (string?)file["schema"] == VectorsSchema ? VectorFaults(file) : SealedFaults(SealedBallot.Parse(text));
        foreach (var fault in faults)
        {
            await output.WriteLineAsync(fault);
        }

        if (faults.Count == 0)
        {
            await output.WriteLineAsync("valid");
        }

        return faults.Count == 0 ? ExitCode.Holds : ExitCode.DoesNotHold;
    }

    private static List<string> SealedFaults(SealedBallot ballot)
    {
        var faults = new List<string>();
        if (Convert.ToHexStringLower(BallotSeal.Commitment(ballot.Salt, ballot.Ballot)) != ballot.Commitment)
        {
            faults.Add("commitment: ballot and salt do not reproduce it");
        }

        if (Convert.ToHexStringLower(BallotSeal.EnvelopeDigest(CanonicalJson.Serialize(ballot.Envelope))) != ballot.Digest)
        {
            faults.Add("digest: it is not the envelope's");
        }

        try
        {
            if (!CanonicalJson.CanonicalizeIntegers(ballot.Ballot).AsSpan().SequenceEqual(ballot.Ballot))
            {
                faults.Add("ballot: the bytes are not in canonical form");
            }
        }
        catch (CanonicalJsonException fault)
        {
            faults.Add($"ballot: {fault.Message}");
        }

        return faults;
    }

    private static List<string> VectorFaults(JsonObject file)
    {
        var faults = new List<string>();
        foreach (var vector in Items(file, "commitments"))
        {
            var bytes = CanonicalJson.Serialize(vector["ballot"]);
            var commitment = Convert.ToHexStringLower(BallotSeal.Commitment(Convert.FromHexString(Member<string>(vector, "saltHex")), bytes));
            Compare(faults, $"commitment {vector["name"]}", commitment, Member<string>(vector, "commitment"));
            Compare(faults, $"canonical bytes {vector["name"]}", Convert.ToHexStringLower(bytes), Member<string>(vector, "canonicalHex"));
        }

        foreach (var vector in Items(file, "envelopes"))
        {
            Compare(faults, "envelope digest", Convert.ToHexStringLower(BallotSeal.EnvelopeDigest(CanonicalJson.Serialize(vector["envelope"]))), Member<string>(vector, "digest"));
        }

        return faults;
    }

    private static void Compare(List<string> faults, string what, string found, string wanted)
    {
        if (found != wanted)
        {
            faults.Add($"{what}: {found}, not {wanted}");
        }
    }

    private static IEnumerable<JsonObject> Items(JsonObject file, string name) => (file[name] as JsonArray ?? []).OfType<JsonObject>();

    private static JsonObject Object(string text, string what)
    {
        try
        {
            return JsonNode.Parse(text, documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false }) as JsonObject
                ?? throw new FormatException($"This is not {what}: an object is expected.");
        }
        catch (JsonException fault)
        {
            throw new FormatException($"This is not {what}: {fault.Message}", fault);
        }
    }

    private static T Member<T>(JsonObject json, string name) =>
        json[name] is JsonValue value && value.TryGetValue<T>(out var found) ? found : throw new FormatException($"The member '{name}' is missing or is not what it must be.");

    private static async Task<ECDsa> KeyAsync(string file, CancellationToken cancel)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(await File.ReadAllTextAsync(file, cancel));
            return BallotSeal.IsKey(key.ExportSubjectPublicKeyInfo()) ? key : throw new FormatException($"{file} is no P-256 key.");
        }
        catch (Exception fault) when (fault is ArgumentException or CryptographicException)
        {
            throw new FormatException($"{file} is no private key in PEM: {fault.Message}", fault);
        }
    }

    // Whoever reads this file before the reveal knows the vote: it is made for its owner alone, and nothing is overwritten.
    private static async Task WriteAsync(string path, string text, CancellationToken cancel)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        await using var file = new FileStream(path, options);
        await file.WriteAsync(System.Text.Encoding.UTF8.GetBytes(text + "\n"), cancel);
    }
}

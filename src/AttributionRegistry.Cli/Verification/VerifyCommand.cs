using System.Text.Json;
using System.Text.Json.Nodes;
using AttributionRegistry.Cli.Http;
using AttributionRegistry.Log;

namespace AttributionRegistry.Cli.Verification;

/// <summary>
/// <c>attribution verify FILE|URL</c>: checks a published finding as a stranger would. A bundle proves everything offline; from an address
/// everything is fetched and checked; a saved finding alone answers for its digest, matrix, crosscheck and wording, and with --record for
/// ballots, count and draw too.
/// </summary>
public static class VerifyCommand
{
    public static async Task<int> RunAsync(string[] args, TextWriter output, Func<int, byte[]> entropy, CancellationToken cancel)
    {
        var read = Arguments.Parse(args, "record", "vkey", "policy");
        var from = read.Single("file or address");
        if (Arguments.IsAddress(from) && (read.Option("policy") ?? read.Option("record")) is not null)
        {
            throw new UsageException("--policy and --record are for files; an address is held to a policy by 'log audit URL --policy FILE'.");
        }

        try
        {
            var (left, also) = Arguments.IsAddress(from)
                ? await FromAddressAsync(Arguments.Address(from), read.Option("vkey"), entropy, cancel)
                : await FromFilesAsync(from, read.Option("record"), read.Option("vkey"), read.Option("policy"), cancel);
            await output.WriteLineAsync(left.Length == 0 ? "valid" : $"valid ({left})");
            if (also.Length > 0)
            {
                await output.WriteLineAsync(also);
            }

            return ExitCode.Holds;
        }
        catch (CheckFailedException failed)
        {
            await output.WriteLineAsync(failed.Message);
            return ExitCode.DoesNotHold;
        }
    }

    private static async Task<(string Left, string Also)> FromFilesAsync(string file, string? record, string? vkey, string? policy, CancellationToken cancel)
    {
        if (new FileInfo(file) is { Exists: true, Length: > BundleZip.MaxZipBytes } large)
        {
            throw new CheckFailedException("bag", $"the file has {large.Length} bytes; a bundle has at most {BundleZip.MaxZipBytes}");
        }

        var bytes = await File.ReadAllBytesAsync(file, cancel);
        if (file.EndsWith(".zip", StringComparison.OrdinalIgnoreCase) || Bundle.IsZip(bytes))
        {
            var (reservations, said) = BundleCheck.Run(bytes, vkey, policy is null ? null : PolicyIn(await File.ReadAllTextAsync(policy, cancel)));
            return (string.Join("; ", reservations), said);
        }

        if (policy is not null)
        {
            throw new UsageException("--policy needs a bundle: a saved finding alone carries no checkpoint.");
        }

        var representation = Parse(System.Text.Encoding.UTF8.GetString(bytes));
        FindingCheck.Run(representation);
        if (record is null)
        {
            WordingCheck.Run(representation);
            return ("digest, matrix, crosscheck and wording; ballots, count, draw and log need the record", "");
        }

        RecordCheck.Run(representation, Parse(await File.ReadAllTextAsync(record, cancel)));
        WordingCheck.Run(representation);
        return ("all but its place in the log, which needs the server or a bundle", "");
    }

    private static async Task<(string Left, string Also)> FromAddressAsync(Uri address, string? vkey, Func<int, byte[]> entropy, CancellationToken cancel)
    {
        using var client = Connections.Anonymous(address, entropy);
        var representation = await client.GetObjectAsync(address.PathAndQuery, cancel);
        FindingCheck.Run(representation);
        var number = (string?)representation["number"] ?? throw new CheckFailedException("digest", "the representation has no number");
        var version = FindingCheck.Named("digest", () => (int)representation["version"]!);
        var record = await client.GetObjectAsync(FormattableString.Invariant($"/v1/findings/{Uri.EscapeDataString(number)}/versions/{version}/record"), cancel);
        RecordCheck.Run(representation, record);
        WordingCheck.Run(representation);
        var (followed, signed) = await LogCheckAsync(client, representation, record, vkey, cancel);
        return (vkey is null ? "the log's key was taken from the server itself; pin it with --vkey" : followed, signed);
    }

    private static async Task<(string Followed, string Signed)> LogCheckAsync(RegistryClient client, JsonObject representation, JsonObject record, string? vkey, CancellationToken cancel)
    {
        const string Check = "log";
        try
        {
            var index = record["logIndex"]!.GetValue<long>();
            // All entries are read for a key that the reader brings: they could have retired it. One from the server itself proves nothing of it.
            Task<byte[]> Read(string path) => client.GetBytesAsync($"/log/{path}", cancel);
            var followed = vkey is null ? await PinnedKey.BeforeReadingAsync((await client.GetTextAsync("/log/vkey", cancel)).Trim(), Read) : await PinnedKey.FollowAsync(vkey, Read);
            var checkpoint = Checkpoint.Open(await client.GetTextAsync("/log/checkpoint", cancel), followed.Key);
            if (index < 0 || index >= checkpoint.Size)
            {
                throw new CheckFailedException(Check, $"the record names entry {index}, the signed log has {checkpoint.Size}");
            }

            var entry = await LogAuditCommand.EntryAsync(client, index, checkpoint, cancel);
            var logged = JsonNode.Parse(entry);
            if ((string?)logged?["type"] != "finding.version" || (string?)logged["body"]?["digest"] != (string?)representation["digest"])
            {
                throw new CheckFailedException(Check, $"entry {index} of the log does not publish this digest");
            }

            RecordCheck.Openings(record, logged["body"]!.AsObject(), index);
            var signed = await AuthorCheck.RunAsync(client, (string)representation["finding"]!["incident"]!["id"]!, index, logged.AsObject(), checkpoint, cancel);
            return (followed.Said, signed);
        }
        catch (Exception fault) when (fault is NoteException or FormatException or LogFaultException or JsonException or InvalidOperationException or NullReferenceException)
        {
            throw new CheckFailedException(Check, fault.Message);
        }
    }

    private static TlogPolicy PolicyIn(string text)
    {
        try
        {
            return TlogPolicy.Parse(text);
        }
        catch (TlogPolicyException fault)
        {
            throw new FormatException($"This is no policy: {fault.Message}", fault);
        }
    }

    private static JsonObject Parse(string text)
    {
        try
        {
            return JsonNode.Parse(text, documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false }) as JsonObject
                ?? throw new FormatException("A saved finding is an object.");
        }
        catch (JsonException fault)
        {
            throw new FormatException($"This is no saved finding: {fault.Message}", fault);
        }
    }
}

/// <summary>A check by its name, and what it found.</summary>
internal sealed class CheckFailedException(string check, string what) : Exception($"{check}: {what}")
{
    public string Check { get; } = check;
}

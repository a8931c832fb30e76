using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Mime;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using AttributionRegistry.Cli.Ballots;
using AttributionRegistry.Cli.Cases;
using AttributionRegistry.Cli.Http;

namespace AttributionRegistry.Cli.Evidence;

/// <summary><c>attribution evidence submit|get|custody</c>.</summary>
public static class EvidenceCommand
{
    private const long ResumableFrom = 64L * 1024 * 1024;

    /// <summary>Describes a file, sends its bytes with their digest, and prints the item's id. Large files survive cuts on their way.</summary>
    public static async Task<int> SubmitAsync(string[] args, TextWriter output, Func<int, byte[]> entropy, CancellationToken cancel)
    {
        var read = Arguments.Parse(args, [.. Connections.CallerOptions, "incident", "title", "description", "kind", "tlp", "interest", "media-type", "resumable", "key"]);
        var (file, incident) = (read.Single("file"), Uri.EscapeDataString(read.Required("incident")));
        var (title, text) = (read.Required("title"), read.Required("description"));
        var mediaType = MediaType(read.Option("media-type") ?? MediaTypeNames.Application.Octet);
        var keyFile = read.Option("key");
        if (keyFile is not null && read.Option("resumable") == "never")
        {
            throw new UsageException("What is signed goes as an upload first, so that one signature covers description and bytes; leave --resumable out.");
        }

        var resumable = keyFile is not null || Resumable(read.Option("resumable"), new FileInfo(file).Length);
        byte[] digest;
        await using (var bytes = File.OpenRead(file))
        {
            digest = await SHA256.HashDataAsync(bytes, cancel);
        }

        using var client = await Connections.CallerAsync(read, entropy, cancel);
        var description = new JsonObject
        {
            ["title"] = title,
            ["kind"] = read.Option("kind") ?? "file",
            ["description"] = Wire.Text(text),
            ["declaredMediaType"] = mediaType,
            ["interestInOutcome"] = read.Option("interest") ?? "none",
            ["tlp"] = read.Option("tlp") ?? "TLP:AMBER",
        };
        if (resumable)
        {
            var sha256 = Convert.ToHexStringLower(digest);
            description["upload"] = await client.UploadFileAsync(
                file, new Dictionary<string, string> { ["incident"] = read.Required("incident"), ["sha256"] = sha256 }, cancel);
            description["sha256"] = sha256;
        }

        using var signer = keyFile is null ? null : await SignerAsync(client, keyFile, read.Required("incident"), cancel);
        var path = $"/v1/incidents/{incident}/evidence";
        var written = signer is null ? await client.PostAsync(path, description, cancel) : await client.PostSignedAsync(path, description, signer, resumable ? ["evidence.received", "evidence.sealed"] : ["evidence.received"], cancel);
        var id = (string?)written["id"] ?? throw new RegistryUnreachableException("The answer names no item.");
        if (!resumable)
        {
            await client.PutFileAsync($"/v1/evidence/{id}/content", file, digest, mediaType, cancel);
        }

        await output.WriteLineAsync($"{id} sha-256 {Convert.ToHexStringLower(digest)}");
        return ExitCode.Holds;
    }

    // The key of the case is kept beside the long-term key, which vouches for it.
    private static async Task<ActSigner> SignerAsync(RegistryClient client, string keyFile, string incident, CancellationToken cancel)
    {
        var caller = new Player("the caller", [], client, PrivateFile.ReadKey(keyFile), null, keyFile);
        try
        {
            return await CaseKeyFiles.SignerAsync(caller, incident, (await client.GetTextAsync("/log/vkey", cancel)).Split('+')[0], cancel)
                ?? throw new FormatException($"There is no case {incident} that you may see.");
        }
        finally
        {
            caller.SigningKey!.Dispose();
        }
    }

    /// <summary>Fetches an item. The file is there only when its digest is the recorded one; no file is replaced.</summary>
    public static async Task<int> GetAsync(string[] args, TextWriter output, Func<int, byte[]> entropy, CancellationToken cancel)
    {
        var read = Arguments.Parse(args, [.. Connections.CallerOptions, "out"]);
        var (id, into) = (Uri.EscapeDataString(read.Single("id")), Path.GetFullPath(read.Required("out")));
        if (Path.Exists(into))
        {
            throw new UsageException($"{into} is there already; nothing was asked for.");
        }

        using var client = await Connections.CallerAsync(read, entropy, cancel);
        var item = await client.GetObjectAsync($"/v1/evidence/{id}", cancel);
        var recorded = (string?)item["payload"]?["sha256"];
        var partial = $"{into}.{Convert.ToHexStringLower(entropy(8))}.part";
        try
        {
            var (length, found) = await client.GetFileAsync($"/v1/evidence/{id}/content", partial, cancel);
            if (found != recorded)
            {
                await output.WriteLineAsync($"digest: the bytes have {found}, the record says {recorded ?? "nothing"}; nothing was written");
                return ExitCode.DoesNotHold;
            }

            File.Move(partial, into);
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{length} bytes, sha-256 {found}"));
            return ExitCode.Holds;
        }
        finally
        {
            File.Delete(partial);
        }
    }

    /// <summary>Fetches all evidence of a case as a bag. The file is there only when the bag holds; no file is replaced.</summary>
    public static async Task<int> ExportAsync(string[] args, TextWriter output, Func<int, byte[]> entropy, CancellationToken cancel)
    {
        var read = Arguments.Parse(args, [.. Connections.CallerOptions, "out"]);
        var (incident, into) = (Uri.EscapeDataString(read.Single("incident")), Path.GetFullPath(read.Required("out")));
        if (Path.Exists(into))
        {
            throw new UsageException($"{into} is there already; nothing was asked for.");
        }

        using var client = await Connections.CallerAsync(read, entropy, cancel);
        var partial = $"{into}.{Convert.ToHexStringLower(entropy(8))}.part";
        try
        {
            var (length, found) = await client.GetFileAsync($"/v1/incidents/{incident}/evidence/bag", partial, cancel);
            BagVerdict verdict;
            await using (var tar = File.OpenRead(partial))
            {
                verdict = await BagCheck.RunAsync(tar, cancel);
            }

            if (verdict.Fault is { } fault)
            {
                await output.WriteLineAsync($"bag: {fault}; nothing was written");
                return ExitCode.DoesNotHold;
            }

            File.Move(partial, into);
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{verdict.Payloads} items with bytes, {verdict.Tags} other files, {length} bytes, sha-256 {found}"));
            return ExitCode.Holds;
        }
        finally
        {
            File.Delete(partial);
        }
    }

    /// <summary>Prints the chain of custody, one link a line, and whether each giver is the last holder.</summary>
    public static async Task<int> CustodyAsync(string[] args, TextWriter output, Func<int, byte[]> entropy, CancellationToken cancel)
    {
        var read = Arguments.Parse(args, [.. Connections.CallerOptions]);
        var id = Uri.EscapeDataString(read.Single("id"));
        using var client = await Connections.CallerAsync(read, entropy, cancel);
        var answer = await client.GetAsync($"/v1/evidence/{id}/custody", cancel);
        var links = (answer as JsonArray ?? answer["items"] as JsonArray ?? []).OfType<JsonObject>().ToList();
        string? holder = null;
        foreach (var link in links)
        {
            var from = (string?)link["from"];
            await output.WriteLineAsync($"{link["at"]} {link["kind"]} {from ?? "(nobody)"} -> {link["holder"]} by {link["by"]}: {link["note"]}");
            if (holder is not null && from is not null && from != holder)
            {
                await output.WriteLineAsync($"custody: {from} gave what {holder} held");
                return ExitCode.DoesNotHold;
            }

            holder = (string?)link["holder"];
        }

        return ExitCode.Holds;
    }

    private static bool Resumable(string? asked, long length) => asked switch
    {
        null => length > ResumableFrom,
        "always" => true,
        "never" => false,
        _ => throw new UsageException($"--resumable is always or never, not '{asked}'."),
    };

    private static string MediaType(string text) => MediaTypeHeaderValue.TryParse(text, out _) ? text : throw new UsageException($"'{text}' is no media type.");
}

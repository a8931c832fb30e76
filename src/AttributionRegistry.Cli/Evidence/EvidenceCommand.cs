using System.Security.Cryptography;
using System.Text.Json.Nodes;
using AttributionRegistry.Cli.Cases;
using AttributionRegistry.Cli.Http;

namespace AttributionRegistry.Cli.Evidence;

/// <summary><c>attribution evidence submit|get|custody</c>.</summary>
public static class EvidenceCommand
{
    /// <summary>Describes a file, sends its bytes with their digest, and prints the item's id.</summary>
    public static async Task<int> SubmitAsync(string[] args, TextWriter output, Func<int, byte[]> entropy, CancellationToken cancel)
    {
        var read = Arguments.Parse(args, "incident", "title", "description", "kind", "tlp", "interest", "media-type", "server", "credentials", "as");
        var bytes = await File.ReadAllBytesAsync(read.Single("file"), cancel);
        var incident = Uri.EscapeDataString(read.Required("incident"));
        var mediaType = read.Option("media-type") ?? "application/octet-stream";
        using var client = await Connections.CallerAsync(read, entropy, cancel);
        var written = await client.PostAsync($"/v1/incidents/{incident}/evidence", new JsonObject
        {
            ["title"] = read.Required("title"),
            ["kind"] = read.Option("kind") ?? "file",
            ["description"] = Wire.Text(read.Required("description")),
            ["declaredMediaType"] = mediaType,
            ["interestInOutcome"] = read.Option("interest") ?? "none",
            ["tlp"] = read.Option("tlp") ?? "TLP:AMBER",
        }, cancel);
        var id = (string?)written["id"] ?? throw new RegistryUnreachableException("The answer names no item.");
        await client.PutBytesAsync($"/v1/evidence/{id}/content", bytes, mediaType, cancel);
        await output.WriteLineAsync($"{id} sha-256 {Convert.ToHexStringLower(SHA256.HashData(bytes))}");
        return ExitCode.Holds;
    }

    /// <summary>Fetches an item. The file is written only when its digest is the recorded one.</summary>
    public static async Task<int> GetAsync(string[] args, TextWriter output, Func<int, byte[]> entropy, CancellationToken cancel)
    {
        var read = Arguments.Parse(args, "out", "server", "credentials", "as");
        var id = Uri.EscapeDataString(read.Single("id"));
        using var client = await Connections.CallerAsync(read, entropy, cancel);
        var item = await client.GetObjectAsync($"/v1/evidence/{id}", cancel);
        var bytes = await client.GetBytesAsync($"/v1/evidence/{id}/content", cancel);
        var found = Convert.ToHexStringLower(SHA256.HashData(bytes));
        var recorded = (string?)item["payload"]?["sha256"] ?? (string?)item["sha256"];
        if (found != recorded)
        {
            await output.WriteLineAsync($"digest: the bytes have {found}, the record says {recorded ?? "nothing"}; nothing was written");
            return ExitCode.DoesNotHold;
        }

        await File.WriteAllBytesAsync(read.Required("out"), bytes, cancel);
        await output.WriteLineAsync($"{bytes.Length} bytes, sha-256 {found}");
        return ExitCode.Holds;
    }

    /// <summary>Prints the chain of custody, one link a line, and whether each giver is the last holder.</summary>
    public static async Task<int> CustodyAsync(string[] args, TextWriter output, Func<int, byte[]> entropy, CancellationToken cancel)
    {
        var read = Arguments.Parse(args, "server", "credentials", "as");
        using var client = await Connections.CallerAsync(read, entropy, cancel);
        var answer = await client.GetAsync($"/v1/evidence/{Uri.EscapeDataString(read.Single("id"))}/custody", cancel);
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
}

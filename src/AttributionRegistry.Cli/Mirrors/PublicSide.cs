using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using AttributionRegistry.Cli.Http;
using AttributionRegistry.Cli.Logs;
using AttributionRegistry.Cli.Verification;
using AttributionRegistry.Log;

namespace AttributionRegistry.Cli.Mirrors;

/// <summary>
/// Copies what the registry publishes beside the log. A finding gets its place only when it holds by itself, its record recounts to it, and the
/// mirrored log publishes its digest; what the log does not cover yet is left for the next run.
/// </summary>
internal sealed class PublicSide(RegistryClient client, ILogSource source, MirrorFolder mirror, Checkpoint head)
{
    // What stands for itself and cannot be checked against anything.
    private static readonly string[] Plain = ["v1/policy", "openapi/v1.json", "log/policy"];

    // What stands beside a finding; who petitions or appeals is public, and proved by the entries it names.
    private static readonly string[] OfFinding = ["petitions", "appeals"];

    private readonly ProvenTiles _tiles = new(source, head);

    public int Copied { get; private set; }

    public int Findings { get; private set; }

    /// <summary>What was not taken, a sentence each.</summary>
    public List<string> Faults { get; } = [];

    /// <summary>Findings that are newer than the mirrored log.</summary>
    public List<string> Waiting { get; } = [];

    public async Task RunAsync(CancellationToken cancel)
    {
        foreach (var path in Plain)
        {
            await CopyAsync(path, path, cancel);
        }

        if (await CopyAsync("v1/scales", $"v1/scales/{MirrorFolder.Index}", cancel) is { } scales)
        {
            foreach (var id in Items(scales).Select(each => (string?)each["id"]).OfType<string>().Where(MirrorFolder.IsName))
            {
                await CopyAsync($"v1/scales/{id}", $"v1/scales/{id}", cancel);
            }
        }

        var list = await ListAsync(cancel);
        var numbers = list.Select(each => (string?)each["number"] ?? "").ToList();
        foreach (var number in numbers)
        {
            await FindingAsync(number, cancel);
        }

        // The list last: what it names is there, or was refused and told.
        var items = new JsonArray([.. list.Where(each => mirror.Has($"v1/findings/{(string)each["number"]!}/{MirrorFolder.Index}")).Select(each => each.DeepClone())]);
        Put($"v1/findings/{MirrorFolder.Index}", JsonSerializer.SerializeToUtf8Bytes(new JsonObject { ["items"] = items, ["next"] = null }));
    }

    private async Task<List<JsonObject>> ListAsync(CancellationToken cancel)
    {
        var all = new List<JsonObject>();
        for (string? next = null; ;)
        {
            // The first page without a query: so a mirror can be made of a mirror, which has only that one.
            var page = await client.GetObjectAsync($"v1/findings{(next is null ? "" : $"?after={Uri.EscapeDataString(next)}")}", cancel);
            all.AddRange((page["items"] as JsonArray ?? []).OfType<JsonObject>().Where(each => each["number"] is JsonValue name && name.TryGetValue(out string? text) && MirrorFolder.IsName(text)));
            var after = (string?)page["next"];
            if (after is null || after == next)
            {
                return all;
            }

            next = after;
        }
    }

    private async Task FindingAsync(string number, CancellationToken cancel)
    {
        var at = $"v1/findings/{number}";
        try
        {
            var (representation, record) = (await ReadAsync(at, cancel), await ReadAsync($"{at}/record", cancel));
            if (representation is null || record is null)
            {
                throw new CheckFailedException("record", "the finding or its record is not served");
            }

            RequirePlace(Parse(representation), at, null);
            if (!await HoldsAsync(Parse(representation), Parse(record), cancel))
            {
                Waiting.Add(number);
                return;
            }

            var versions = await ReadAsync($"{at}/versions", cancel);
            var taken = await VersionsAsync(at, versions, cancel);

            // Crash between these: a finding whose record or versions are newer than it says; the next run mends it.
            Put($"{at}/record", record);
            taken.ForEach(each => Put(each.Path, each.Bytes));
            foreach (var more in OfFinding)
            {
                await CopyAsync($"{at}/{more}", $"{at}/{more}", cancel);
            }

            if (versions is not null)
            {
                Put($"{at}/versions/{MirrorFolder.Index}", versions);
            }

            Put($"{at}/{MirrorFolder.Index}", representation);
            Findings++;
        }
        catch (Exception fault) when (fault is CheckFailedException or LogAuditException or FormatException)
        {
            Faults.Add($"{number}: {fault.Message}");
        }
    }

    // A version whose record is served is held to it, as the current one is; others to their own digest, matrix and crosscheck.
    private async Task<List<(string Path, byte[] Bytes)>> VersionsAsync(string at, byte[]? versions, CancellationToken cancel)
    {
        var taken = new List<(string, byte[])>();
        foreach (var version in versions is null ? [] : (JsonNode.Parse(versions) as JsonArray ?? []).Select(each => (int?)each?["version"]).OfType<int>())
        {
            var path = FormattableString.Invariant($"{at}/versions/{version}");
            if (await ReadAsync(path, cancel) is not { } bytes)
            {
                continue;
            }

            RequirePlace(Parse(bytes), at, version);

            if (await ReadAsync($"{path}/record", cancel) is { } record)
            {
                if (!await HoldsAsync(Parse(bytes), Parse(record), cancel))
                {
                    continue;
                }

                taken.Add(($"{path}/record", record));
            }
            else
            {
                FindingCheck.Run(Parse(bytes));
            }

            taken.Add(($"{path}/{MirrorFolder.Index}", bytes));
        }

        return taken;
    }

    // What is served at an address must be what belongs there: a true document at another one is a lie too.
    private static void RequirePlace(JsonObject representation, string at, int? version)
    {
        if (!at.EndsWith($"/{(string?)representation["number"]}", StringComparison.Ordinal) || (version is { } n && (int?)representation["version"] != n))
        {
            throw new CheckFailedException("digest", FormattableString.Invariant($"what is served at {at}{(version is null ? "" : $"/versions/{version}")} is another finding or version"));
        }
    }

    /// <returns>False when the log that is mirrored does not reach the finding.</returns>
    private async Task<bool> HoldsAsync(JsonObject representation, JsonObject record, CancellationToken cancel)
    {
        FindingCheck.Run(representation);
        RecordCheck.Run(representation, record);
        WordingCheck.Run(representation);
        var index = record["logIndex"] is JsonValue place && place.TryGetValue(out long read) && read >= 0 ? read : throw new CheckFailedException("log", "the record names no entry");
        if (index >= head.Size)
        {
            return false;
        }

        var logged = JsonNode.Parse(await _tiles.EntryAsync(index, cancel));
        return (string?)logged?["type"] == "finding.version" && (string?)logged["body"]?["digest"] == (string?)representation["digest"]
            ? true
            : throw new CheckFailedException("log", $"entry {index} of the log does not publish this digest");
    }

    private async Task<byte[]?> ReadAsync(string path, CancellationToken cancel) => await source.ReadAsync(path, cancel);

    private async Task<byte[]?> CopyAsync(string from, string to, CancellationToken cancel)
    {
        if (await ReadAsync(from, cancel) is not { } bytes)
        {
            return null;
        }

        Put(to, bytes);
        return bytes;
    }

    private void Put(string path, byte[] bytes) => Copied += mirror.Put(path, bytes) ? 1 : 0;

    private static IEnumerable<JsonNode> Items(byte[] page) => (JsonNode.Parse(page)?["items"] as JsonArray ?? []).OfType<JsonNode>();

    private static JsonObject Parse(byte[] bytes)
    {
        try
        {
            return JsonNode.Parse(bytes, documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false }) as JsonObject ?? throw new FormatException("not an object");
        }
        catch (JsonException fault)
        {
            throw new FormatException(fault.Message, fault);
        }
    }
}

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
/// mirrored log publishes its digest; what the log does not cover yet is left for the next run. A version that was here is never taken for a lower one.
/// </summary>
internal sealed class PublicSide(RegistryClient client, ILogSource source, MirrorFolder mirror, SignedCheckpoint newest, PinnedKey key)
{
    // What stands for itself and cannot be checked against anything.
    private static readonly string[] Plain = ["v1/policy", "openapi/v1.json", "log/policy"];

    // What stands beside a finding; who petitions or appeals is public, and proved by the entries it names.
    private static readonly string[] OfFinding = ["petitions", "appeals"];

    private readonly ProvenTiles _tiles = new(source, newest.Head);

    private readonly BundleCopy _bundles = new(client, source, mirror, newest, key);

    public int Copied { get; private set; }

    public int Findings { get; private set; }

    /// <summary>Versions with their bundle.</summary>
    public int Bundles { get; private set; }

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

        var list = (await Listing.AllAsync(client, "v1/findings", cancel))
            .Where(each => each["number"] is JsonValue name && name.TryGetValue(out string? text) && MirrorFolder.IsName(text)).ToList();
        foreach (var each in list)
        {
            await FindingAsync((string)each["number"]!, cancel);
        }

        // The list last: what it names is there, or was refused and told.
        Put($"v1/findings/{MirrorFolder.Index}", Listing.Page(list.Where(each => mirror.Has($"v1/findings/{(string)each["number"]!}/{MirrorFolder.Index}"))));
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
            RequireNoStepBack(Parse(representation), at);
            if (!await HoldsAsync(Parse(representation), Parse(record), cancel))
            {
                Waiting.Add(number);
                return;
            }

            var versions = await ReadAsync($"{at}/versions", cancel);
            var taken = await VersionsAsync(at, versions, cancel);
            if (taken.LastOrDefault(each => each.Path == FormattableString.Invariant($"{at}/versions/{(int)Parse(representation)["version"]!}/bundle")) is { Bytes: { } current })
            {
                taken.Add(($"{at}/bundle", current));
            }

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

    // A version whose record is served is held to it, as the current one is; others to themselves, and to the entry that their proof names.
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
            else if (!await StandsInLogAsync(Parse(bytes), path, cancel))
            {
                continue;
            }

            taken.Add(($"{path}/{MirrorFolder.Index}", bytes));
            if (await _bundles.ReadAsync(path, Parse(bytes), cancel) is { } bundle)
            {
                taken.Add(($"{path}/bundle", bundle));
                Bundles++;
            }
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

    // Versions only grow: a registry that serves an older one again has lost a publication, or hides it.
    private void RequireNoStepBack(JsonObject served, string at)
    {
        if (mirror.Read($"{at}/{MirrorFolder.Index}") is { } kept && (int?)Parse(kept)["version"] is { } had && (int?)served["version"] is var has && !(has >= had))
        {
            throw new CheckFailedException("version", FormattableString.Invariant($"the mirror holds version {had}, the registry now serves version {has}"));
        }
    }

    /// <returns>False when the log that is mirrored does not reach the finding.</returns>
    private async Task<bool> HoldsAsync(JsonObject representation, JsonObject record, CancellationToken cancel)
    {
        CheckAlone(representation);
        RecordCheck.Run(representation, record);
        WordingCheck.Run(representation);
        var index = record["logIndex"] is JsonValue place && place.TryGetValue(out long read) && read >= 0 ? read : throw new CheckFailedException("log", "the record names no entry");
        return await IsPublishedByAsync(index, representation, cancel);
    }

    private async Task<bool> StandsInLogAsync(JsonObject representation, string path, CancellationToken cancel)
    {
        CheckAlone(representation);
        try
        {
            var proof = await ReadAsync($"{path}/proof", cancel) is { } file ? TlogProof.Parse(Encoding.UTF8.GetString(file))
                : throw new CheckFailedException("log", $"neither a record nor a proof of {path} is served");
            return await IsPublishedByAsync(proof.Index, representation, cancel);
        }
        catch (NoteException malformed)
        {
            throw new CheckFailedException("log", $"the proof of {path}: {malformed.Message}");
        }
    }

    private static void CheckAlone(JsonObject representation)
    {
        FindingCheck.Run(representation);
        FindingCheck.Named("representation", () =>
            RepresentationCheck.Fault(representation, representation["finding"]!.AsObject(), CanonicalJson.Serialize(representation["finding"])));
    }

    private async Task<bool> IsPublishedByAsync(long index, JsonObject representation, CancellationToken cancel)
    {
        if (index >= newest.Head.Size)
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

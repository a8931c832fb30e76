using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text;

namespace AttributionRegistry.Cli.Evidence;

/// <summary>What a check of a bag came to.</summary>
/// <param name="Fault">The first thing that does not hold, or null.</param>
/// <param name="Payloads">How many files of evidence it has.</param>
/// <param name="Tags">How many other files.</param>
public sealed record BagVerdict(string? Fault, int Payloads, int Tags);

/// <summary>
/// Checks a bag in a tar (RFC 8493): all in one folder, every file of the two manifests with its digest, and no file beside them.
/// </summary>
public static class BagCheck
{
    private const string Manifest = "manifest-sha256.txt";
    private const string TagManifest = "tagmanifest-sha256.txt";
    private const int DigestChars = 64;

    public static async Task<BagVerdict> RunAsync(Stream tar, CancellationToken cancel)
    {
        var (digests, manifests) = (new Dictionary<string, string>(StringComparer.Ordinal), new Dictionary<string, string>(StringComparer.Ordinal));
        string? folder = null;
        await using var reader = new TarReader(tar, leaveOpen: true);
        try
        {
            while (await reader.GetNextEntryAsync(copyData: false, cancel) is { } entry)
            {
                var slash = entry.Name.IndexOf('/', StringComparison.Ordinal);
                folder ??= slash > 0 ? entry.Name[..slash] : null;
                if (folder is null || !entry.Name.StartsWith(folder + "/", StringComparison.Ordinal))
                {
                    return Fault($"'{entry.Name}' is outside its one folder");
                }

                var name = entry.Name[(folder.Length + 1)..];
                if (entry.EntryType is not TarEntryType.Directory && !await AddAsync(name, entry, digests, manifests, cancel))
                {
                    return Fault($"'{name}' is there twice, or is no plain file");
                }
            }
        }
        catch (Exception cut) when (cut is EndOfStreamException or InvalidDataException)
        {
            return Fault($"the tar is cut short or damaged: {cut.Message}");
        }

        return Compare(digests, manifests);
    }

    private static async Task<bool> AddAsync(
        string name, TarEntry entry, Dictionary<string, string> digests, Dictionary<string, string> manifests, CancellationToken cancel)
    {
        if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile))
        {
            return false;
        }

        if (name is not (Manifest or TagManifest))
        {
            return digests.TryAdd(name, Convert.ToHexStringLower(await SHA256.HashDataAsync(entry.DataStream ?? Stream.Null, cancel)));
        }

        using var text = new MemoryStream();
        await (entry.DataStream ?? Stream.Null).CopyToAsync(text, cancel);
        return manifests.TryAdd(name, Encoding.UTF8.GetString(text.ToArray())) && digests.TryAdd(name, Convert.ToHexStringLower(SHA256.HashData(text.ToArray())));
    }

    private static BagVerdict Compare(Dictionary<string, string> digests, Dictionary<string, string> manifests)
    {
        if (!manifests.TryGetValue(Manifest, out var payload) || !manifests.TryGetValue(TagManifest, out var tags) || !digests.ContainsKey("bagit.txt"))
        {
            return Fault($"it is no bag: bagit.txt, {Manifest} or {TagManifest} is missing");
        }

        digests.Remove(TagManifest);
        var (payloads, others) = (0, 0);
        foreach (var line in payload.Split('\n', StringSplitOptions.RemoveEmptyEntries).Concat(tags.Split('\n', StringSplitOptions.RemoveEmptyEntries)))
        {
            var name = line.Length > DigestChars ? line[DigestChars..].TrimStart() : "";
            if (!digests.Remove(name, out var digest))
            {
                return Fault($"'{name}' is in a manifest and not in the bag");
            }

            if (digest != line[..DigestChars])
            {
                return Fault($"'{name}' has SHA-256 {digest}, its manifest says {line[..DigestChars]}");
            }

            _ = name.StartsWith("data/", StringComparison.Ordinal) ? payloads++ : others++;
        }

        return digests.Count == 0 ? new BagVerdict(null, payloads, others) : Fault($"'{digests.Keys.Order(StringComparer.Ordinal).First()}' is in no manifest");
    }

    private static BagVerdict Fault(string what) => new(what, 0, 0);
}

using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace AttributionRegistry.Log;

/// <summary>
/// The form of a finding bundle: the names of its files and those texts that follow from the others. Whoever writes a bundle and whoever
/// checks it make these texts with the same code, so that no byte of a bundle is free.
/// </summary>
public static class BundleForm
{
    public const string Declaration = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";

    public const string DeclarationName = "bagit.txt";
    public const string InfoName = "bag-info.txt";
    public const string ManifestName = "manifest-sha256.txt";
    public const string TagManifestName = "tagmanifest-sha256.txt";
    public const string FindingName = "data/finding.json";
    public const string RepresentationName = "data/representation.json";
    public const string RecordName = "data/record.json";
    public const string EvidenceName = "data/evidence.json";
    public const string EvidenceFolder = "data/evidence/";
    public const string LogFolder = "tlog/";
    public const string CheckpointName = "tlog/checkpoint";
    public const string VkeyName = "tlog/vkey";
    public const string PolicyName = "tlog/policy";
    public const string EntryEnding = ".entry";
    public const string ProofEnding = ".tlog-proof";

    /// <summary>A larger item is not in a bundle; it is named with its digest and address.</summary>
    public const long MaxItemBytes = 4L << 20;

    /// <summary>Items that no longer fit, in the order of their ids, are named with digest and address too.</summary>
    public const long MaxEvidenceBytes = 32L << 20;

    /// <summary>Where the bytes of an item are.</summary>
    public static string EvidenceFile(string id) => $"{EvidenceFolder}{id}.bin";

    public static string EntryName(long index) => string.Create(CultureInfo.InvariantCulture, $"{LogFolder}{index}{EntryEnding}");

    public static string ProofName(long index) => string.Create(CultureInfo.InvariantCulture, $"{LogFolder}{index}{ProofEnding}");

    /// <summary>bag-info.txt.</summary>
    /// <param name="origin">The log's origin.</param>
    /// <param name="number">The finding.</param>
    /// <param name="version">Its version.</param>
    /// <param name="date">The day of its publication, yyyy-MM-dd.</param>
    /// <param name="exercise">The notice of an exercise, or null.</param>
    /// <param name="files">All files of the bundle.</param>
    public static string Info(string origin, string number, int version, string date, string? exercise, IReadOnlyDictionary<string, byte[]> files)
    {
        ArgumentNullException.ThrowIfNull(files);
        var payload = files.Where(each => IsPayload(each.Key)).ToList();
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"Source-Organization: {origin}\nExternal-Identifier: {number} version {version}\n");
        if (exercise is not null)
        {
            text.Append(CultureInfo.InvariantCulture, $"External-Description: {exercise}\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"Bagging-Date: {date}\nPayload-Oxum: {payload.Sum(each => (long)each.Value.Length)}.{payload.Count}\n");
        return text.ToString();
    }

    /// <summary>manifest-sha256.txt: the files under data/.</summary>
    public static string Manifest(IReadOnlyDictionary<string, byte[]> files) => Lines(files, IsPayload);

    /// <summary>tagmanifest-sha256.txt: all other files but itself.</summary>
    public static string TagManifest(IReadOnlyDictionary<string, byte[]> files) => Lines(files, name => !IsPayload(name) && name != TagManifestName);

    public static bool IsPayload(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.StartsWith("data/", StringComparison.Ordinal);
    }

    private static string Lines(IReadOnlyDictionary<string, byte[]> files, Func<string, bool> which)
    {
        var text = new StringBuilder();
        foreach (var (name, bytes) in files.Where(each => which(each.Key)).OrderBy(each => each.Key, StringComparer.Ordinal))
        {
            text.Append(Convert.ToHexStringLower(SHA256.HashData(bytes))).Append("  ").Append(name).Append('\n');
        }

        return text.ToString();
    }
}

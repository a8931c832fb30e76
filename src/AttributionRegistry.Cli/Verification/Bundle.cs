using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using AttributionRegistry.Log;

namespace AttributionRegistry.Cli.Verification;

/// <summary>A finding bundle, unpacked: its files, and the documents in them.</summary>
internal sealed class Bundle
{
    private const string Check = "bag";
    private const string Exotic = "''''";

    private static readonly HashSet<string> Known = new(StringComparer.Ordinal)
    {
        BundleForm.DeclarationName, BundleForm.InfoName, BundleForm.ManifestName, BundleForm.TagManifestName, BundleForm.FindingName,
        BundleForm.RepresentationName, BundleForm.RecordName, BundleForm.EvidenceName, BundleForm.CheckpointName, BundleForm.VkeyName, BundleForm.PolicyName,
    };

    private Bundle(SortedDictionary<string, byte[]> files) => Files = files;

    public IReadOnlyDictionary<string, byte[]> Files { get; }

    public JsonObject Finding => Document(BundleForm.FindingName);

    public JsonObject Representation => Document(BundleForm.RepresentationName);

    public JsonObject Record => Document(BundleForm.RecordName);

    public JsonObject Evidence => Document(BundleForm.EvidenceName);

    public string Text(string name) => Utf8(Files[name]);

    /// <summary>The indexes of the log's entries in it, in order.</summary>
    public IReadOnlyList<long> Entries { get; private set; } = [];

    /// <summary>Whether a file is a zip at all, rather than a saved finding.</summary>
    public static bool IsZip(ReadOnlySpan<byte> file) => file.StartsWith("PK"u8);

    /// <summary>Opens a bundle: every file is one that belongs there, is what its manifest says, and is in its one form.</summary>
    /// <exception cref="CheckFailedException">Under the name bag.</exception>
    public static Bundle Open(byte[] zip)
    {
        try
        {
            var bundle = new Bundle(BundleZip.Read(zip));
            FindingCheck.Named(Check, bundle.Fault);
            return bundle;
        }
        catch (BundleException refused)
        {
            throw new CheckFailedException(Check, refused.Message);
        }
    }

    private string? Fault() => Known.FirstOrDefault(name => !Files.ContainsKey(name)) is { } missing
        ? $"'{missing}' is missing"
        : (Files[BundleForm.DeclarationName].AsSpan().SequenceEqual(Encoding.UTF8.GetBytes(BundleForm.Declaration)) ? null : $"'{BundleForm.DeclarationName}' is not that of a bag of version 1.0")
            ?? Lists(BundleForm.ManifestName, BundleForm.Manifest(Files))
            ?? Lists(BundleForm.TagManifestName, BundleForm.TagManifest(Files))
            ?? Strange()
            ?? Files.Keys.Where(name => name.EndsWith(".json", StringComparison.Ordinal)).Select(Form).FirstOrDefault(fault => fault is not null)
            ?? Described();

    private string? Lists(string manifest, string expected)
    {
        var (found, wanted) = (Text(manifest).Split('\n'), expected.Split('\n'));
        if (found.SequenceEqual(wanted, StringComparer.Ordinal))
        {
            return null;
        }

        const int Digest = 66; // and the two spaces after it
        var line = found.Except(wanted, StringComparer.Ordinal).FirstOrDefault() ?? wanted.Except(found, StringComparer.Ordinal).FirstOrDefault() ?? "";
        var name = line.Length > Digest ? line[Digest..] : Exotic;
        return !Files.ContainsKey(name) ? $"'{manifest}' names a file that is not there, or does not name one that is"
            : $"'{name}' is not the file that '{manifest}' names";
    }

    // Entries and proofs come in pairs; evidence is asked for where it is named.
    private string? Strange()
    {
        var indexes = new SortedSet<long>();
        foreach (var name in Files.Keys.Where(each => !Known.Contains(each)))
        {
            if (IndexOf(name) is { } index)
            {
                indexes.Add(index);
            }
            else if (!name.StartsWith(BundleForm.EvidenceFolder, StringComparison.Ordinal))
            {
                return $"'{name}' does not belong into a bundle";
            }
        }

        Entries = [.. indexes];
        return indexes.SelectMany(index => new[] { BundleForm.EntryName(index), BundleForm.ProofName(index) }).FirstOrDefault(name => !Files.ContainsKey(name)) is { } missing
            ? $"'{missing}' is missing"
            : null;
    }

    private static long? IndexOf(string name)
    {
        var ending = name.EndsWith(BundleForm.EntryEnding, StringComparison.Ordinal) ? BundleForm.EntryEnding : BundleForm.ProofEnding;
        return name.StartsWith(BundleForm.LogFolder, StringComparison.Ordinal) && name.EndsWith(ending, StringComparison.Ordinal) &&
            long.TryParse(name[BundleForm.LogFolder.Length..^ending.Length], NumberStyles.None, CultureInfo.InvariantCulture, out var index) &&
            name == $"{BundleForm.LogFolder}{index.ToString(CultureInfo.InvariantCulture)}{ending}"
                ? index
                : null;
    }

    private string? Form(string name) =>
        CanonicalJson.Canonicalize(Files[name]).AsSpan().SequenceEqual(Files[name]) ? null : $"'{name}' is not in canonical form";

    private string? Described()
    {
        var finding = Finding;
        var vkey = Text(BundleForm.VkeyName);
        var expected = BundleForm.Info(
            vkey.Split('+', 2)[0], FindingCheck.Text(finding, "number"), (int)finding["version"]!, FindingCheck.Text(finding, "publishedAt")[..10],
            (string?)finding["exerciseNotice"], Files);
        return Text(BundleForm.InfoName) == expected ? null : $"'{BundleForm.InfoName}' does not say what is in the bundle";
    }

    private JsonObject Document(string name) =>
        JsonNode.Parse(Files[name], documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false }) as JsonObject
            ?? throw new FormatException($"'{name}' is no object");

    private static string Utf8(byte[] bytes) => new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes);
}

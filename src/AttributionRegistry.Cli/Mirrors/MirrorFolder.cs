using System.Text.RegularExpressions;
using AttributionRegistry.Cli.Logs;

namespace AttributionRegistry.Cli.Mirrors;

/// <summary>
/// The files of a mirror: the paths of the server below one folder. Where a path is also the beginning of others (<c>/v1/findings</c>), its own
/// answer is <c>index.json</c> in the folder of that name, which every web server can be told to serve.
/// </summary>
internal sealed partial class MirrorFolder(string folder)
{
    public const string Index = "index.json";

    /// <summary>The newest checkpoint with a quorum: its path lies below that of a file, so here it has a name beside it.</summary>
    public const string Witnessed = "log/checkpoint.witnessed";

    public string Path => folder;

    public bool Has(string path) => File.Exists(FileOf(path));

    public byte[]? Read(string path) => Has(path) ? File.ReadAllBytes(FileOf(path)) : null;

    /// <summary>Puts a file in place, as a whole or not at all; one that is the same stays untouched.</summary>
    /// <returns>Whether it was new or another.</returns>
    public bool Put(string path, byte[] bytes)
    {
        var file = FileOf(path);
        if (File.Exists(file) && new FileInfo(file).Length == bytes.Length && File.ReadAllBytes(file).AsSpan().SequenceEqual(bytes))
        {
            return false;
        }

        DurableFile.Write(file, bytes);
        return true;
    }

    /// <summary>Removes a file; also after a power cut it is gone.</summary>
    public void Remove(string path) => DurableFile.Delete(FileOf(path));

    /// <summary>Removes partial tiles that no kept path names; the full ones, or wider ones, serve in their place.</summary>
    public void DropPartials(IReadOnlySet<string> kept)
    {
        var tiles = System.IO.Path.Combine(folder, "log", "tile");
        foreach (var partials in Directory.Exists(tiles) ? Directory.GetDirectories(tiles, "*.p", SearchOption.AllDirectories) : [])
        {
            foreach (var file in Directory.GetFiles(partials).Where(each => !kept.Contains(System.IO.Path.GetRelativePath(folder, each))))
            {
                File.Delete(file);
            }

            if (!Directory.EnumerateFileSystemEntries(partials).Any())
            {
                Directory.Delete(partials);
            }
        }
    }

    /// <summary>Whether a text may be a part of a path: what a server names is not believed before that.</summary>
    public static bool IsName(string text) => Name().IsMatch(text);

    private string FileOf(string path) => System.IO.Path.Combine(folder, path);

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Name();
}

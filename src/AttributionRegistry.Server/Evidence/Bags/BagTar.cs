using System.Formats.Tar;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace AttributionRegistry.Server.Evidence.Bags;

/// <summary>
/// A bag (RFC 8493) as a tar under one folder, written as it goes. Tag files are small and made one at a time; of each only the digest
/// is kept, for the manifest of tag files.
/// </summary>
internal sealed class BagTar(Stream output, string folder, DateTimeOffset at) : IAsyncDisposable
{
    private const long MostOfUstar = (8L << 30) - 1; // Eleven octal digits.
    private const UnixFileMode FileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode FolderMode = FileMode | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private readonly TarWriter _tar = new(output, TarEntryFormat.Ustar, leaveOpen: true);
    private readonly StringBuilder _manifest = new();

    public async Task FolderAsync(string name, CancellationToken cancel) => await _tar.WriteEntryAsync(
        new UstarTarEntry(TarEntryType.Directory, $"{folder}/{name}/") { Mode = FolderMode, ModificationTime = at }, cancel);

    /// <summary>A tag file; it goes into the manifest of tag files.</summary>
    public Task TagAsync(string name, string text, CancellationToken cancel) => TagAsync(name, Encoding.UTF8.GetBytes(text), cancel);

    public async Task TagAsync(string name, byte[] bytes, CancellationToken cancel)
    {
        _manifest.Append(CultureInfo.InvariantCulture, $"{Convert.ToHexStringLower(SHA256.HashData(bytes))}  {name}\n");
        await FileAsync(name, new MemoryStream(bytes, writable: false), cancel);
    }

    /// <summary>The manifest of all tag files so far. No tag file follows it.</summary>
    public Task TagManifestAsync(CancellationToken cancel) =>
        FileAsync("tagmanifest-sha256.txt", new MemoryStream(Encoding.UTF8.GetBytes(_manifest.ToString()), writable: false), cancel);

    /// <summary>A file of known length.</summary>
    public async Task FileAsync(string name, Stream content, CancellationToken cancel)
    {
        var path = $"{folder}/{name}";
        TarEntry entry = content.Length <= MostOfUstar ? new UstarTarEntry(TarEntryType.RegularFile, path) : new PaxTarEntry(TarEntryType.RegularFile, path);
        (entry.Mode, entry.ModificationTime, entry.DataStream) = (FileMode, at, content);
        await _tar.WriteEntryAsync(entry, cancel);
    }

    public ValueTask DisposeAsync() => _tar.DisposeAsync();
}

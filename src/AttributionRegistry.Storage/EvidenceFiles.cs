using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace AttributionRegistry.Storage;

/// <summary>A stored file.</summary>
/// <param name="Blob">Its random id, 32 hex digits: the name of the file says nothing about its bytes.</param>
/// <param name="Key">The key of its bytes; it exists nowhere else until the caller has wrapped and kept it.</param>
/// <param name="Digest">The SHA-256 of the plain bytes in lower-case hex.</param>
/// <param name="Length">How many plain bytes.</param>
public sealed record StoredFile(string Blob, byte[] Key, string Digest, long Length);

/// <summary>
/// Evidence bytes in sealed files, each under a random key of its own. Immutable: nothing is ever replaced, no plain byte is on the disk.
/// When <see cref="StoreAsync"/> returns, the bytes and their name survive a power cut.
/// </summary>
public sealed class EvidenceFiles
{
    private const string TemporaryFolder = "incoming";
    private const UnixFileMode ReadOnly = UnixFileMode.UserRead;
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private static readonly TimeSpan TemporaryLife = TimeSpan.FromDays(1);

    private readonly string _folder;
    private readonly string _incoming;
    private readonly Func<int, byte[]> _entropy;

    private EvidenceFiles(string folder, Func<int, byte[]> entropy)
    {
        _folder = folder;
        _incoming = Path.Combine(folder, TemporaryFolder);
        _entropy = entropy;
    }

    /// <summary>Opens the folder and makes its 256 subfolders, so that storing never has to make one durable.</summary>
    public static EvidenceFiles Open(string folder, Func<int, byte[]> entropy)
    {
        folder = Path.GetFullPath(folder);
        var files = new EvidenceFiles(folder, entropy);
        if (!Directory.Exists(Path.Combine(folder, "ff")) || !Directory.Exists(files._incoming))
        {
            Directory.CreateDirectory(files._incoming);
            for (var i = 0; i < 256; i++)
            {
                Directory.CreateDirectory(Path.Combine(folder, i.ToString("x2")));
            }

            // Crash before this: some folders may be missing, ff among them or not yet made; the next start makes them again.
            Durable.SyncDirectory(folder);
            Durable.SyncDirectory(Path.GetDirectoryName(folder)!);
        }

        return files;
    }

    /// <summary>The files of a stopped registry, as they are: nothing is made.</summary>
    public static EvidenceFiles OpenStopped(string folder) => new(Path.GetFullPath(folder), _ => throw new InvalidOperationException("Nothing is stored in a stopped registry."));

    /// <summary>Receives a file: hashed and sealed while it is written, durable when this returns.</summary>
    /// <param name="declaredLength">What the sender announced, or null.</param>
    /// <param name="limit">The most bytes that are taken.</param>
    /// <param name="progress">Called with the bytes received so far, after every full buffer and at the end.</param>
    /// <param name="beforeNaming">
    /// Called with the digest once all bytes are durable and before they get their name. What it throws, this throws, and nothing is left.
    /// </param>
    /// <exception cref="EvidenceTooLargeException">More than the limit, or more than declared. Nothing is left.</exception>
    /// <exception cref="EvidenceCutShortException">Less than declared. Nothing is left.</exception>
    public async Task<StoredFile> StoreAsync(
        Stream content, long? declaredLength, long limit, Func<long, ValueTask>? progress, CancellationToken cancel,
        Action<string>? beforeNaming = null)
    {
        if (declaredLength > limit)
        {
            throw new EvidenceTooLargeException(limit);
        }

        var blob = Convert.ToHexStringLower(_entropy(16));
        var key = _entropy(KeyWrap.KeyBytes);
        var temporary = Path.Combine(_incoming, blob);
        try
        {
            var (digest, length) = await ReceiveAsync(temporary, SealedHeader.New(blob, _entropy), key, content, declaredLength, limit, progress, cancel).ConfigureAwait(false);
            beforeNaming?.Invoke(digest);
            Name(temporary, blob);
            return new StoredFile(blob, key, digest, length);
        }
        finally
        {
            // Crash before this: a file in the incoming folder, perhaps a second name of a stored one. The sweeper removes it after a day.
            File.Delete(temporary);
        }
    }

    /// <summary>Opens a file; null when it is not here. Its segments are checked when they are read.</summary>
    /// <exception cref="EvidenceDamagedException">The file is not the one that was stored.</exception>
    public SealedStream? Open(string blob, byte[] key, long length)
    {
        try
        {
            return SealedStream.Open(PathOf(blob), blob, key, length);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Opens a file after reading all of it and comparing its digest; null when it is not here.</summary>
    /// <exception cref="EvidenceDamagedException">The bytes are no longer those that were stored.</exception>
    public async Task<SealedStream?> OpenVerifiedAsync(string blob, byte[] key, long length, string digest, CancellationToken cancel)
    {
        var file = Open(blob, key, length);
        if (file is null)
        {
            return null;
        }

        try
        {
            var actual = Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancel).ConfigureAwait(false));
            if (actual != digest)
            {
                throw new EvidenceDamagedException(blob, $"its bytes have SHA-256 {actual}", actual);
            }

            // The same open file is handed on: what was verified is what will be read.
            file.Position = 0;
            return file;
        }
        catch
        {
            await file.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Whether a file of this id is here, without reading it.</summary>
    public bool Contains(string blob) => File.Exists(PathOf(blob));

    /// <summary>Removes a file by order. Its key has been destroyed first: what the disk still holds of it opens no more.</summary>
    /// <returns>False when it was not here.</returns>
    public bool Destroy(string blob)
    {
        var path = PathOf(blob);
        if (!File.Exists(path))
        {
            return false;
        }

        File.Delete(path);

        // Crash before this: the name may come back with its bytes; no row names it, and the sweeper removes it.
        Durable.SyncDirectory(Path.GetDirectoryName(path)!);
        return true;
    }

    /// <summary>Removes what uploads that never ended left behind more than a day ago.</summary>
    /// <returns>How many files were removed.</returns>
    public int SweepTemporary(DateTimeOffset now)
    {
        var old = Directory.EnumerateFiles(_incoming).Where(path => File.GetLastWriteTimeUtc(path) < now.UtcDateTime - TemporaryLife).ToList();
        old.ForEach(File.Delete);
        return old.Count;
    }

    /// <summary>Files older than a day that no event names: the act that should have named them never committed.</summary>
    /// <param name="isNamed">Whether an item names this file.</param>
    public IEnumerable<string> Orphans(Func<string, bool> isNamed, DateTimeOffset now) =>
        from folder in Directory.EnumerateDirectories(_folder)
        where Path.GetFileName(folder) != TemporaryFolder
        from path in Directory.EnumerateFiles(folder)
        let blob = Path.GetFileName(path)
        where IsBlob(blob) && File.GetLastWriteTimeUtc(path) < now.UtcDateTime - TemporaryLife && !isNamed(blob)
        select blob;

    /// <summary>How many files are being received, or were left half received.</summary>
    public int Incoming() => Directory.Exists(_incoming) ? Directory.EnumerateFiles(_incoming).Count() : 0;

    /// <summary>The files in the store, those that are being received left out.</summary>
    public IEnumerable<string> All() =>
        from folder in Directory.Exists(_folder) ? Directory.EnumerateDirectories(_folder) : []
        where Path.GetFileName(folder) != TemporaryFolder
        from path in Directory.EnumerateFiles(folder)
        select Path.GetFileName(path);

    private static async Task<(string Digest, long Length)> ReceiveAsync(
        string temporary, SealedHeader header, byte[] key, Stream content, long? declaredLength, long limit, Func<long, ValueTask>? progress, CancellationToken cancel)
    {
        using var file = OpenNew(temporary);
        using var intake = new EvidenceIntake(file, key, header);
        var length = await intake.CopyAsync(content, Math.Min(limit, declaredLength ?? limit), progress, cancel).ConfigureAwait(false);
        if (length < declaredLength)
        {
            throw new EvidenceCutShortException(declaredLength.Value, length);
        }

        File.SetUnixFileMode(file, ReadOnly);

        // Crash before this: a temporary file of any content, which nothing names.
        Durable.SyncFile(file, temporary);
        return (intake.Digest(), length);
    }

    private static SafeFileHandle OpenNew(string path)
    {
        var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        File.SetUnixFileMode(file, Private);
        return file;
    }

    private void Name(string temporary, string blob)
    {
        var path = PathOf(blob);

        // Crash here: whole bytes under a temporary name, which nothing names. The sweeper removes them after a day.
        if (!Durable.Link(temporary, path))
        {
            throw new IOException($"The id {blob} is taken; ids are random, so the source of random bytes repeats itself.");
        }

        // Crash here: the final name may be lost with its bytes; nobody was told that it exists.
        Durable.SyncDirectory(Path.GetDirectoryName(path)!);

        // Crash here: stored, and no event names it. Harmless: its key is lost, and it is listed as an orphan.
    }

    private string PathOf(string blob) =>
        IsBlob(blob) ? Path.Combine(_folder, blob[..2], blob) : throw new ArgumentException("The id of a file is 32 lower-case hex digits.", nameof(blob));

    /// <summary>Whether a name is the id of a sealed file: 32 lower-case hex digits.</summary>
    internal static bool IsBlob(string name) => name.Length == 32 && name.All(char.IsAsciiHexDigitLower);
}

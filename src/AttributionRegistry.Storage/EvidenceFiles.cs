using System.Security.Cryptography;
using AttributionRegistry.Domain;
using Microsoft.Win32.SafeHandles;

namespace AttributionRegistry.Storage;

/// <summary>A stored file: its SHA-256 in lower-case hex, its length, and whether the same bytes were there before.</summary>
public sealed record StoredFile(string Digest, long Length, bool AlreadyThere);

/// <summary>
/// Evidence bytes by SHA-256, in plain files. Immutable: nothing is ever replaced.
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

    /// <summary>Receives a file: hashed while it is written, durable under its digest when this returns.</summary>
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
        Func<string, ValueTask>? beforeNaming = null)
    {
        if (declaredLength > limit)
        {
            throw new EvidenceTooLargeException(limit);
        }

        var temporary = Path.Combine(_incoming, Convert.ToHexStringLower(_entropy(16)));
        try
        {
            var (digest, length) = await ReceiveAsync(temporary, content, declaredLength, limit, progress, cancel).ConfigureAwait(false);
            if (beforeNaming is not null)
            {
                await beforeNaming(digest).ConfigureAwait(false);
            }

            return new StoredFile(digest, length, AlreadyThere: !Name(temporary, digest));
        }
        finally
        {
            // Crash before this: a file in the incoming folder, perhaps a second name of a stored one. The sweeper removes it after a day.
            File.Delete(temporary);
        }
    }

    /// <summary>Opens a file after hashing all of it against its name; null when it is not here.</summary>
    /// <exception cref="EvidenceDamagedException">The bytes are no longer those that were stored.</exception>
    public async Task<FileStream?> OpenVerifiedAsync(string digest, CancellationToken cancel)
    {
        var file = OpenUnverified(digest);
        if (file is null)
        {
            return null;
        }

        try
        {
            var actual = Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancel).ConfigureAwait(false));
            if (actual != digest)
            {
                throw new EvidenceDamagedException(digest, actual);
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

    /// <summary>Whether a file of this digest is here, without reading it.</summary>
    public bool Contains(string digest) => File.Exists(PathOf(digest));

    /// <summary>Destroys the bytes of a file by order. The caller has logged the order first.</summary>
    /// <returns>False when it was not here.</returns>
    public bool Destroy(string digest)
    {
        var path = PathOf(digest);
        if (!File.Exists(path))
        {
            return false;
        }

        File.Delete(path);

        // Crash before this: the name may come back with its bytes; the order is logged, and destroying again repairs it.
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
    /// <param name="isNamed">Whether an event names this digest.</param>
    public IEnumerable<string> Orphans(Func<string, bool> isNamed, DateTimeOffset now) =>
        from folder in Directory.EnumerateDirectories(_folder)
        where Path.GetFileName(folder) != TemporaryFolder
        from path in Directory.EnumerateFiles(folder)
        let digest = Path.GetFileName(path)
        where Sha256Hex.IsWellFormed(digest) && File.GetLastWriteTimeUtc(path) < now.UtcDateTime - TemporaryLife && !isNamed(digest)
        select digest;

    private static async Task<(string Digest, long Length)> ReceiveAsync(
        string temporary, Stream content, long? declaredLength, long limit, Func<long, ValueTask>? progress, CancellationToken cancel)
    {
        using var file = OpenNew(temporary);
        using var intake = new EvidenceIntake(file);
        var length = await intake.CopyAsync(content, Math.Min(limit, declaredLength ?? limit), progress, cancel).ConfigureAwait(false);
        if (length < declaredLength)
        {
            throw new EvidenceCutShortException(declaredLength.Value, length);
        }

        File.SetUnixFileMode(file, ReadOnly);

        // Crash before this: a temporary file of any content, which nothing names.
        RandomAccess.FlushToDisk(file);
        return (intake.Digest(), length);
    }

    private static SafeFileHandle OpenNew(string path)
    {
        var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        File.SetUnixFileMode(file, Private);
        return file;
    }

    /// <returns>False when the same bytes were here.</returns>
    private bool Name(string temporary, string digest)
    {
        var path = PathOf(digest);

        // Crash here: whole bytes under a temporary name, which nothing names. The sweeper removes them after a day.
        var isNew = Durable.Link(temporary, path);

        // Crash here: the final name may be lost with its bytes; nobody was told that it exists.
        // Also when the name was there: whoever made it may not have come to this line yet.
        Durable.SyncDirectory(Path.GetDirectoryName(path)!);

        // Crash here: stored, and no event names it. Harmless: it is listed as an orphan.
        return isNew;
    }

    private FileStream? OpenUnverified(string digest)
    {
        try
        {
            return new FileStream(PathOf(digest), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0, FileOptions.SequentialScan);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    private string PathOf(string digest) =>
        Sha256Hex.IsWellFormed(digest)
            ? Path.Combine(_folder, digest[..2], digest)
            : throw new ArgumentException("A digest is 64 lower-case hex digits.", nameof(digest));
}

using System.Security.Cryptography;
using System.Text;

namespace AttributionRegistry.Storage;

/// <summary>A sealed file with some of the bytes of an unfinished upload.</summary>
/// <param name="Blob">Its random id, 32 hex digits.</param>
/// <param name="Size">How many plain bytes; never 0.</param>
public sealed record UploadPart(string Blob, long Size);

/// <summary>
/// The bytes of unfinished uploads, in sealed parts: a folder for each upload, a file and a key for each part. The key of a part follows
/// from the key of its upload, so that destroying that one destroys them all. A part exists for others once a row names it; what no row
/// names was never acknowledged, and goes with the folder.
/// </summary>
public sealed class UploadFiles
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode PrivateFolder = Private | UnixFileMode.UserExecute;

    private static readonly TimeSpan AbandonedAfter = TimeSpan.FromDays(1);

    private readonly string _folder;
    private readonly Func<int, byte[]> _entropy;

    private UploadFiles(string folder, Func<int, byte[]> entropy) => (_folder, _entropy) = (folder, entropy);

    public static UploadFiles Open(string folder, Func<int, byte[]> entropy)
    {
        folder = Path.GetFullPath(folder);
        if (!Directory.Exists(folder))
        {
            Directory.CreateDirectory(folder, PrivateFolder);
            Durable.SyncDirectory(Path.GetDirectoryName(folder)!);
        }

        return new UploadFiles(folder, entropy);
    }

    /// <summary>A key for a new upload.</summary>
    public byte[] NewKey() => _entropy(KeyWrap.KeyBytes);

    /// <summary>Makes the folder of a new upload; durable when this returns.</summary>
    public void Begin(string upload)
    {
        Directory.CreateDirectory(PathOf(upload), PrivateFolder);

        // Crash after this: an empty folder that no row names. The sweeper removes it.
        Durable.SyncDirectory(_folder);
    }

    /// <summary>
    /// Receives one part, as far as the stream and its limits let it. Durable when this returns, but not yet named by a row.
    /// </summary>
    /// <returns>Null when there was nothing to receive; then no file is left.</returns>
    public async Task<UploadPart?> ReceiveAsync(string upload, byte[] key, PieceStream content)
    {
        ArgumentNullException.ThrowIfNull(content);
        var blob = Convert.ToHexStringLower(_entropy(16));
        var path = PathOf(upload, blob);
        var kept = false;
        try
        {
            long size;
            using (var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                File.SetUnixFileMode(file, Private);
                using var intake = new EvidenceIntake(file, KeyOf(key, "part", blob), SealedHeader.New(blob, _entropy));
                size = await intake.CopyAsync(content, long.MaxValue, progress: null, CancellationToken.None).ConfigureAwait(false);
                if (size == 0)
                {
                    return null;
                }

                Durable.SyncFile(file, path);
            }

            // Crash here or after: a part that no row names. It goes with the folder of its upload.
            Durable.SyncDirectory(PathOf(upload));
            kept = true;
            return new UploadPart(blob, size);
        }
        finally
        {
            if (!kept)
            {
                File.Delete(path);
            }
        }
    }

    /// <summary>All parts of an upload, one after the other, as one stream of plain bytes.</summary>
    public Stream OpenAll(string upload, byte[] key, IReadOnlyList<UploadPart> parts) => new PartsStream(parts, part => Open(upload, key, part));

    /// <summary>Removes a part that no row names.</summary>
    public void Discard(string upload, UploadPart part)
    {
        ArgumentNullException.ThrowIfNull(part);
        File.Delete(PathOf(upload, part.Blob));
    }

    /// <summary>Removes all bytes of an upload. Its row has gone first, and with it the key: what the disk still holds opens no more.</summary>
    /// <returns>False when there was nothing.</returns>
    public bool Remove(string upload)
    {
        var path = PathOf(upload);
        if (!Directory.Exists(path))
        {
            return false;
        }

        // Crash before the end of this: a folder, perhaps with parts, that no row names. The sweeper removes it.
        Directory.Delete(path, recursive: true);
        Durable.SyncDirectory(_folder);
        return true;
    }

    /// <summary>Uploads older than a day that no row names: they were never acknowledged, or their removal was cut by a crash.</summary>
    public IEnumerable<string> Abandoned(Func<string, bool> isNamed, DateTimeOffset now) =>
        from path in Directory.EnumerateDirectories(_folder)
        where Directory.GetLastWriteTimeUtc(path) < now.UtcDateTime - AbandonedAfter
        let upload = Path.GetFileName(path)
        where !isNamed(upload)
        select upload;

    /// <summary>Seals what the sender said of the upload, for its row.</summary>
    public string SealNote(string upload, byte[] key, string note)
    {
        using var cipher = new RowCipher(KeyOf(key, "note", upload));
        return cipher.Seal(note, upload, _entropy);
    }

    /// <exception cref="StoreRefusedException">The value was altered or is of another upload.</exception>
    public string OpenNote(string upload, byte[] key, string value)
    {
        using var cipher = new RowCipher(KeyOf(key, "note", upload));
        return cipher.OpenText(value, upload);
    }

    private SealedStream Open(string upload, byte[] key, UploadPart part)
    {
        try
        {
            return SealedStream.Open(PathOf(upload, part.Blob), part.Blob, KeyOf(key, "part", part.Blob), part.Size);
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new EvidenceDamagedException(part.Blob, "it is not there");
        }
    }

    private static byte[] KeyOf(byte[] key, string use, string of) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, key, KeyWrap.KeyBytes, salt: [], Encoding.UTF8.GetBytes($"attribution-registry/upload/v1\0{use}\0{of}"));

    private string PathOf(string upload) =>
        upload.Length > 0 && upload.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_')
            ? Path.Combine(_folder, upload)
            : throw new ArgumentException("The id of an upload is lower-case letters, digits and underscores.", nameof(upload));

    private string PathOf(string upload, string blob) =>
        EvidenceFiles.IsBlob(blob)
            ? Path.Combine(PathOf(upload), blob)
            : throw new ArgumentException("The id of a part is 32 lower-case hex digits.", nameof(blob));
}

namespace AttributionRegistry.Storage;

/// <summary>The seed of the log's signing key: a file of 32 bytes in the keys folder, for its owner only.</summary>
public static class LogKey
{
    private const string FileName = "log.key";
    private const int SeedBytes = 32;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public static bool Exists(string keysFolder) => File.Exists(Path.Combine(keysFolder, FileName));

    /// <summary>Reads the seed, or makes one at the first start. Refuses a seed that others may read.</summary>
    /// <param name="entropy">The source of random bytes.</param>
    public static byte[] LoadOrCreate(string keysFolder, Func<int, byte[]> entropy)
    {
        Directory.CreateDirectory(keysFolder, OwnerOnly | UnixFileMode.UserExecute);
        var path = Path.Combine(keysFolder, FileName);
        if (!File.Exists(path))
        {
            Create(keysFolder, path, entropy(SeedBytes));
        }

        if ((File.GetUnixFileMode(path) & ~OwnerOnly) != 0)
        {
            throw new StoreRefusedException($"{path} may be read by others; set its mode to 0600, and replace the key if someone could have.");
        }

        var seed = File.ReadAllBytes(path);
        return seed.Length == SeedBytes
            ? seed
            : throw new StoreRefusedException($"{path} has {seed.Length} bytes, a seed has {SeedBytes}. Restore the key from its own backup.");
    }

    private static void Create(string keysFolder, string path, byte[] seed)
    {
        var temporary = path + ".new";
        File.Delete(temporary);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly };
        using (var file = new FileStream(temporary, options))
        {
            file.Write(seed);
            file.Flush(flushToDisk: true);
        }

        // Crash here: a key under its temporary name that has signed nothing; the next start makes another.
        File.Move(temporary, path);

        // Crash here: the name may be lost, and still nothing was signed with it.
        Durable.SyncDirectory(keysFolder);
    }
}

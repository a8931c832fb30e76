namespace AttributionRegistry.Storage;

/// <summary>The seed of the log's signing key: a file of 32 bytes in the keys folder, for its owner only.</summary>
public static class LogKey
{
    private const string FileName = "log.key";
    private const int SeedBytes = 32;

    public static bool Exists(string keysFolder) => File.Exists(Path.Combine(keysFolder, FileName));

    /// <summary>Reads the seed, or makes one at the first start. Refuses a seed that others may read.</summary>
    /// <param name="entropy">The source of random bytes.</param>
    public static byte[] LoadOrCreate(string keysFolder, Func<int, byte[]> entropy)
    {
        ArgumentNullException.ThrowIfNull(entropy);
        var path = Path.Combine(keysFolder, FileName);
        if (!File.Exists(path))
        {
            SecretFile.Create(path, entropy(SeedBytes));
        }

        return SecretFile.Read(path, SeedBytes);
    }
}

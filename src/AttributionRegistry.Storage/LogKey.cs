namespace AttributionRegistry.Storage;

/// <summary>
/// The seeds of the log's signing keys: files of 32 bytes in the keys folder, for their owner only. The first is log.key; a later one has its
/// key id in its name.
/// </summary>
public static class LogKey
{
    private const string FileName = "log.key";
    private const int SeedBytes = 32;

    public static string PathOfFirst(string keysFolder) => Path.Combine(keysFolder, FileName);

    public static string PathOf(string keysFolder, string keyId) => Path.Combine(keysFolder, $"log-{keyId}.key");

    /// <summary>Reads the first seed, or makes it at the first start. Refuses a seed that others may read.</summary>
    /// <param name="entropy">The source of random bytes.</param>
    public static byte[] LoadOrCreate(string keysFolder, Func<int, byte[]> entropy)
    {
        ArgumentNullException.ThrowIfNull(entropy);
        var path = PathOfFirst(keysFolder);
        if (!File.Exists(path))
        {
            SecretFile.Create(path, entropy(SeedBytes));
        }

        return SecretFile.Read(path, SeedBytes);
    }
}

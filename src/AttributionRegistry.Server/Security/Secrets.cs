using AttributionRegistry.Storage;

namespace AttributionRegistry.Server.Security;

/// <summary>Secrets of the instance as files of 32 bytes, readable by the server's user only, in the keys folder.</summary>
public static class Secrets
{
    private const int Size = 32;

    public static byte[] LoadOrCreate(string folder, string name, Func<int, byte[]> entropy)
    {
        ArgumentNullException.ThrowIfNull(entropy);
        var path = Path.Combine(folder, name);
        if (!File.Exists(path))
        {
            SecretFile.Create(path, entropy(Size));
        }

        var secret = File.ReadAllBytes(path);
        return secret.Length == Size
            ? secret
            : throw new InvalidOperationException($"{path} has {secret.Length} bytes instead of {Size}. Restore it from the keys' backup.");
    }
}

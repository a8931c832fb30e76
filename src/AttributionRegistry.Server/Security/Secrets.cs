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
            Directory.CreateDirectory(folder);
            var temporary = path + ".new";
            using (var file = new FileStream(temporary, new FileStreamOptions
            {
                Mode = FileMode.Create,
                Access = FileAccess.Write,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            }))
            {
                file.Write(entropy(Size));
                file.Flush(flushToDisk: true);
            }

            // Crash here: a temporary file that the next start writes anew.
            File.Move(temporary, path);
        }

        var secret = File.ReadAllBytes(path);
        return secret.Length == Size
            ? secret
            : throw new InvalidOperationException($"{path} has {secret.Length} bytes instead of {Size}. Restore it from the keys' backup.");
    }
}

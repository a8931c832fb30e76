namespace AttributionRegistry.Storage;

/// <summary>A secret in a file of fixed length in the keys folder, for its owner only.</summary>
public static class SecretFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <exception cref="StoreRefusedException">Others may read it, or it has another length.</exception>
    public static byte[] Read(string path, int length)
    {
        if ((File.GetUnixFileMode(path) & ~OwnerOnly) != 0)
        {
            throw new StoreRefusedException($"{path} may be read by others; set its mode to 0600, and replace the key if someone could have.");
        }

        var secret = File.ReadAllBytes(path);
        return secret.Length == length
            ? secret
            : throw new StoreRefusedException($"{path} has {secret.Length} bytes, not {length}. Restore the key from its own backup.");
    }

    /// <summary>Makes the file, and its folder if need be; durable when this returns.</summary>
    public static void Create(string path, byte[] secret)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!, OwnerOnly | UnixFileMode.UserExecute);
        Put(path, secret, overwrite: false);
    }

    /// <summary>Replaces a file of the folder as a whole; durable when this returns.</summary>
    public static void Replace(string path, byte[] content) => Put(path, content, overwrite: true);

    private static void Put(string path, byte[] content, bool overwrite)
    {
        ArgumentNullException.ThrowIfNull(content);
        var temporary = path + ".new";
        File.Delete(temporary);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly };
        using (var file = new FileStream(temporary, options))
        {
            file.Write(content);
            file.Flush();
            Durable.SyncFile(file.SafeFileHandle, temporary);
        }

        // Crash here: a file under its temporary name that nothing was done with; the next time it is made anew.
        File.Move(temporary, path, overwrite);

        // Crash here: the new name may be lost, and still nothing was done with what it holds.
        Durable.SyncDirectory(Path.GetDirectoryName(path)!);
    }
}

using System.Security.Cryptography;

namespace AttributionRegistry.Cli.Ballots;

/// <summary>Files that only their owner may read: whoever reads a sealed ballot's file knows the vote.</summary>
public static class PrivateFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Never replaces a file: a salt that is lost cannot be made again.</summary>
    public static void Write(string path, string text)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        using var writer = new StreamWriter(path, options);
        writer.Write(text);
    }

    /// <summary>The folder, which nobody but its owner can look into.</summary>
    public static void MakeFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, OwnerOnly | UnixFileMode.UserExecute);
        }
    }

    /// <summary>A private escrow key: the same form, for agreeing on keys instead of signing.</summary>
    /// <exception cref="FormatException">The file is not there, or is no key in PKCS#8 PEM.</exception>
    public static ECDiffieHellman ReadEscrowKey(string path)
    {
        using var key = ReadKey(path);
        var escrowKey = ECDiffieHellman.Create();
        escrowKey.ImportPkcs8PrivateKey(key.ExportPkcs8PrivateKey(), out _);
        return escrowKey;
    }

    /// <summary>A private key.</summary>
    /// <exception cref="FormatException">The file is not there, or is no key in PKCS#8 PEM.</exception>
    public static ECDsa ReadKey(string path)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(File.ReadAllText(path));
            return key;
        }
        catch (Exception fault) when (fault is ArgumentException or CryptographicException or IOException or UnauthorizedAccessException)
        {
            key.Dispose();
            throw new FormatException($"{path} is no key in PKCS#8 PEM: {fault.Message}", fault);
        }
    }
}

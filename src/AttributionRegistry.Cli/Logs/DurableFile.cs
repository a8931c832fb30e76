using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace AttributionRegistry.Cli.Logs;

/// <summary>Files that are there as a whole or not at all, also after a power cut: written aside, flushed, renamed, the folder flushed.</summary>
internal static partial class DurableFile
{
    private const string Aside = ".part";
    private const int OpenCloseOnExec = 0x80000; // O_CLOEXEC, with O_RDONLY = 0

    /// <summary>Replaces a file. A crash before the rename leaves the old one, and a file aside that the next write replaces.</summary>
    public static void Write(string path, ReadOnlySpan<byte> bytes)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        MakeFolder(folder);
        using (var file = File.OpenHandle(path + Aside, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            RandomAccess.Write(file, bytes, 0);
            Sync(file, path);
        }

        File.Move(path + Aside, path, overwrite: true);
        Sync(folder);
    }

    /// <summary>Removes a file, if it is there.</summary>
    public static void Delete(string path)
    {
        if (File.Exists(path))
        {
            File.Delete(path);
            Sync(Path.GetDirectoryName(Path.GetFullPath(path))!);
        }
    }

    // The names of new folders must survive too.
    private static void MakeFolder(string folder)
    {
        if (Directory.Exists(folder))
        {
            return;
        }

        var parent = Path.GetDirectoryName(folder)!;
        MakeFolder(parent);
        Directory.CreateDirectory(folder);
        Sync(parent);
    }

    // Not by the base library where there is another way: it says nothing when the disk reports an error.
    private static void Sync(SafeFileHandle file, string path)
    {
        if (OperatingSystem.IsWindows())
        {
#pragma warning disable RS0030 // The only way there.
            RandomAccess.FlushToDisk(file);
#pragma warning restore RS0030
        }
        else if (NativeFsync(file) != 0)
        {
            throw Failure($"Could not flush {path}");
        }
    }

    private static void Sync(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            return; // NTFS journals names by itself
        }

        var descriptor = NativeOpen(folder, OpenCloseOnExec);
        if (descriptor < 0)
        {
            throw Failure($"Could not flush the folder {folder}");
        }

        try
        {
            if (NativeFsync(descriptor) != 0)
            {
                throw Failure($"Could not flush the folder {folder}");
            }
        }
        finally
        {
            _ = NativeClose(descriptor);
        }
    }

    private static IOException Failure(string what)
    {
        var error = Marshal.GetLastPInvokeError();
        return new IOException($"{what}: {new Win32Exception(error).Message}", error);
    }

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int NativeFsync(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int NativeOpen(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int NativeFsync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int NativeClose(int descriptor);
}

using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace AttributionRegistry.Storage;

/// <summary>The few system calls that durability needs and the base library does not offer.</summary>
internal static partial class Durable
{
    private const int OpenDirectory = 0x10000; // O_DIRECTORY, with O_RDONLY = 0
    private const int OpenCloseOnExec = 0x80000; // O_CLOEXEC
    private const int OpenDirectoryArm64 = 0x4000;
    private const int FileExists = 17; // EEXIST
    private const uint SyncFileRangeWrite = 2;

    /// <summary>
    /// Makes the bytes of a file survive a power cut. The base library's own way (RandomAccess.FlushToDisk, FileStream.Flush) says nothing when the
    /// disk reports an error, so it is banned here. A failure is not retried: the caller's write has failed.
    /// </summary>
    public static void SyncFile(SafeFileHandle file, string path)
    {
        if (NativeFsync(file) != 0)
        {
            throw Failure($"fsync {path}");
        }
    }

    /// <summary>Makes the names in a directory survive a power cut. A failure is not retried: the caller's write has failed.</summary>
    public static void SyncDirectory(string path)
    {
        var flags = OpenCloseOnExec | (RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm ? OpenDirectoryArm64 : OpenDirectory);
        var descriptor = NativeOpen(path, flags);
        if (descriptor < 0)
        {
            throw Failure($"open directory {path}");
        }

        try
        {
            if (NativeFsync(descriptor) != 0)
            {
                throw Failure($"fsync directory {path}");
            }
        }
        finally
        {
            _ = NativeClose(descriptor);
        }
    }

    /// <summary>Gives a file a second name unless that name is taken. Unlike rename it never replaces.</summary>
    /// <returns>False when the name was taken.</returns>
    public static bool Link(string existing, string name)
    {
        if (NativeLink(existing, name) == 0)
        {
            return true;
        }

        return Marshal.GetLastPInvokeError() == FileExists ? false : throw Failure($"link {name}");
    }

    /// <summary>Asks the kernel to start writing a range now, so that the fsync at the end has less to wait for. A hint only.</summary>
    public static void StartWriteBack(SafeFileHandle file, long offset, long length)
    {
        try
        {
            _ = NativeSyncFileRange(file, offset, length, SyncFileRangeWrite);
        }
        catch (EntryPointNotFoundException)
        {
            // Absent from some C libraries; the fsync at the end does all the work then.
        }
    }

    private static IOException Failure(string what)
    {
        var error = Marshal.GetLastPInvokeError();
        return new IOException($"Could not {what}: {new Win32Exception(error).Message}", error);
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int NativeOpen(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int NativeFsync(int descriptor);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int NativeFsync(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int NativeClose(int descriptor);

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int NativeLink(string existing, string name);

    [LibraryImport("libc", EntryPoint = "sync_file_range", SetLastError = true)]
    private static partial int NativeSyncFileRange(SafeFileHandle file, long offset, long length, uint flags);
}

using System.Runtime.InteropServices;

namespace AttributionRegistry.Server.Tests.Evidence;

/// <summary>Puts /dev/full behind open files: from then on every write to them fails for lack of room.</summary>
internal static class FullDisk
{
    private const int WriteOnly = 1;

    /// <returns>How many open files of this process were found in the folder.</returns>
    public static int PutBehindFilesIn(string folder)
    {
        var full = Open("/dev/full", WriteOnly);
        full.Should().BePositive();
        var replaced = 0;
        foreach (var link in Directory.GetFiles("/proc/self/fd"))
        {
            if (TargetOf(link)?.StartsWith(folder, StringComparison.Ordinal) == true)
            {
                Dup2(full, int.Parse(Path.GetFileName(link))).Should().BePositive();
                replaced++;
            }
        }

        Close(full).Should().Be(0);
        return replaced;
    }

    /// <summary>Null where the descriptor was closed since it was listed.</summary>
    private static string? TargetOf(string link)
    {
        try
        {
            return File.ResolveLinkTarget(link, returnFinalTarget: false)?.FullName;
        }
        catch (IOException)
        {
            return null;
        }
    }

    [DllImport("libc", EntryPoint = "open", CharSet = CharSet.Ansi)]
    private static extern int Open(string path, int flags);

    [DllImport("libc", EntryPoint = "dup2")]
    private static extern int Dup2(int from, int to);

    [DllImport("libc", EntryPoint = "close")]
    private static extern int Close(int descriptor);
}

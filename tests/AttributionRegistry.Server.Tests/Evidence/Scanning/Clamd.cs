using System.Diagnostics;

namespace AttributionRegistry.Server.Tests.Evidence.Scanning;

/// <summary>A real clamd with one signature, on a socket in a folder of its own.</summary>
internal sealed class Clamd : IAsyncDisposable
{
    /// <summary>The test file of the anti-virus industry, in two parts so that no scanner takes the source for it.</summary>
    public static readonly byte[] Eicar = [.. @"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-"u8, .. "ANTIVIRUS-TEST-FILE!$H+H*"u8];

    private readonly string _folder;
    private readonly Process _process;

    private Clamd(string folder, Process process) => (_folder, _process) = (folder, process);

    public string Socket => Path.Combine(_folder, "s");

    public static async Task<Clamd> StartAsync()
    {
        var folder = Directory.CreateTempSubdirectory("clamd-").FullName;
        var database = Directory.CreateDirectory(Path.Combine(folder, "db")).FullName;
        await File.WriteAllTextAsync(Path.Combine(database, "own.hdb"), "44d88612fea8a8f36de82e1278abb02f:68:Eicar-Test-Signature\n");
        var settings = Path.Combine(folder, "clamd.conf");
        await File.WriteAllTextAsync(settings, $"DatabaseDirectory {database}\nLocalSocket {folder}/s\nForeground yes\nStreamMaxLength 1M\nTemporaryDirectory {folder}\n");
        var process = Process.Start(new ProcessStartInfo(NeedsFactAttribute.PathOf("clamd")!, ["-c", settings]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        _ = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        var clamd = new Clamd(folder, process);
        for (var i = 0; i < 600 && !File.Exists(clamd.Socket); i++)
        {
            if (process.HasExited)
            {
                throw new InvalidOperationException($"clamd ended: {await errors}");
            }

            await Task.Delay(100);
        }

        return clamd;
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}

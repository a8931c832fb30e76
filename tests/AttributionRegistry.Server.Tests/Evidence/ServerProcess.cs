using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;

namespace AttributionRegistry.Server.Tests.Evidence;

/// <summary>The server as a process of its own, with a folder of its own for temporary files, and all that it prints.</summary>
internal sealed partial class ServerProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _printed = new(); // Locked by itself: two threads print.
    private readonly TaskCompletionSource<Uri> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ServerProcess(Process process) => _process = process;

    public string Printed
    {
        get
        {
            lock (_printed)
            {
                return _printed.ToString();
            }
        }
    }

    public static async Task<(ServerProcess Server, Uri Address)> StartAsync(string data, string temporary)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            ArgumentList =
            {
                Path.Combine(AppContext.BaseDirectory, "AttributionRegistry.Server.dll"), "--urls", "http://127.0.0.1:0", "--Registry:DataPath", data,
                "--Logging:LogLevel:Default", "Trace", "--Registry:RateLimit:PermitsPerMinute", "0",
            },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["TMPDIR"] = temporary;
        start.Environment["ASPNETCORE_TEMP"] = temporary;
        start.Environment["DOTNET_EnableDiagnostics"] = "0"; // No pipes for debuggers among the temporary files.
        var process = new Process { StartInfo = start, EnableRaisingEvents = true };
        var server = new ServerProcess(process);
        process.OutputDataReceived += (_, line) => server.Print(line.Data);
        process.ErrorDataReceived += (_, line) => server.Print(line.Data);
        process.Exited += (_, _) => server._address.TrySetException(new InvalidOperationException($"The server ended: {server.Printed}"));
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return (server, await server._address.Task.WaitAsync(TimeSpan.FromMinutes(2)));
    }

    /// <summary>Asks it to stop, as an operator would, and waits until it has.</summary>
    public async Task StopAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]);
        await kill.WaitForExitAsync();
        await _process.WaitForExitAsync(new CancellationTokenSource(TimeSpan.FromMinutes(1)).Token);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private void Print(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (_printed)
        {
            _printed.AppendLine(line);
        }

        if (Listening().Match(line) is { Success: true } match)
        {
            _address.TrySetResult(new Uri(match.Groups[1].Value));
        }
    }

    [GeneratedRegex(@"listens on (http://127\.0\.0\.1:\d+)")]
    private static partial Regex Listening();
}

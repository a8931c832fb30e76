using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace AttributionRegistry.Server.Tests.Evidence;

/// <summary>What time does to disks.</summary>
internal static class Damage
{
    /// <summary>Flips the last bit of a file, which is read-only as all stored ones are.</summary>
    public static void FlipBit(string path)
    {
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var bytes = File.ReadAllBytes(path);
        bytes[^1] ^= 1;
        File.WriteAllBytes(path, bytes);
    }
}

/// <summary>Collects what the server logs as errors.</summary>
internal sealed class Alarms : ILoggerProvider, ILogger
{
    public ConcurrentQueue<string> Errors { get; } = [];

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
        {
            Errors.Enqueue(formatter(state, exception));
        }
    }

    public void Dispose()
    {
    }
}

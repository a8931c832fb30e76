namespace AttributionRegistry.Cli;

/// <summary>What the tool answers to the shell. Scripts rely on these numbers.</summary>
public static class ExitCode
{
    /// <summary>It holds, or it was done.</summary>
    public const int Holds = 0;

    /// <summary>It does not hold, or the registry refused it.</summary>
    public const int DoesNotHold = 1;

    /// <summary>Wrong use: unknown verb, missing argument, unreadable file.</summary>
    public const int WrongUse = 2;

    /// <summary>The server could not be reached.</summary>
    public const int CouldNotReach = 3;
}

/// <summary>The command line is not understood; the message says what is wrong with it.</summary>
public sealed class UsageException(string message) : Exception(message);

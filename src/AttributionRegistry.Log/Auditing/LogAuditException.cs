namespace AttributionRegistry.Log;

/// <summary>
/// A log that does not hold, by the name of the check and the entry at which it showed. The names are stable: scripts and tests rely on them.
/// </summary>
/// <param name="check">One of <see cref="LogChecks"/>.</param>
/// <param name="index">The entry, or null where no single one is at fault.</param>
/// <param name="what">What was found, a sentence.</param>
public sealed class LogAuditException(string check, long? index, string what)
    : Exception(index is null ? $"{check}: {what}" : FormattableString.Invariant($"{check}: entry {index}: {what}"))
{
    public string Check { get; } = check;

    public long? Index { get; } = index;
}

/// <summary>The names of what can be wrong with a log.</summary>
public static class LogChecks
{
    /// <summary>An entry is too large, not canonical, or of no known shape.</summary>
    public const string Entry = "entry";

    /// <summary>An entry does not follow from its subject's entry before: left out, put twice, out of order.</summary>
    public const string Chain = "chain";

    /// <summary>What an entry says of the ends of all chains is not what the entries before it give.</summary>
    public const string Heads = "heads";

    /// <summary>A seal is repeated, or opened twice, wrongly, or before it was laid.</summary>
    public const string Seal = "seal";

    /// <summary>The signature of an entry's author is wrong, or its key was not bound for that pseudonym in that chain before.</summary>
    public const string Author = "author";

    /// <summary>An instant lies before that of an earlier entry.</summary>
    public const string Time = "time";

    /// <summary>A bundle of entries is cut short, too long, missing, or not the one that was read before.</summary>
    public const string Bundle = "bundle";

    /// <summary>A tile of hashes is missing, or not what the entries give.</summary>
    public const string Tile = "tile";

    /// <summary>The entries do not give the root that is signed.</summary>
    public const string Root = "root";

    /// <summary>The checkpoint is malformed, another log's, or not signed by the key that is trusted.</summary>
    public const string Checkpoint = "checkpoint";

    /// <summary>Two signed heads contradict each other.</summary>
    public const string Fork = "fork";

    /// <summary>The log is shorter than one that it signed before.</summary>
    public const string Rollback = "rollback";

    /// <summary>An entry stands behind the one that closed the log, or names a predecessor in the middle of it; or the predecessor is not as it is named.</summary>
    public const string Closed = "closed";

    /// <summary>The newest entry is older than it may be.</summary>
    public const string Stale = "stale";

    /// <summary>Fewer witnesses vouch for the log than the policy asks for, or not lately.</summary>
    public const string Witnesses = "witnesses";
}

namespace AttributionRegistry.Storage;

/// <summary>The store cannot be opened as it is; the message names the fault and the remedy.</summary>
public sealed class StoreRefusedException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>The log in the database does not prove itself; the message names the first entry or the two roots that differ.</summary>
public sealed class LogDamagedException(string message) : Exception(message);

/// <summary>Reading works, writing would risk a forked log; the message says why and what to do.</summary>
public sealed class ReadOnlyModeException(string message) : Exception(message);

/// <summary>The log has its last entry: nothing is appended any more, and nothing was.</summary>
public sealed class LogClosedException(string message) : Exception(message);

/// <summary>The batch could not be committed and nothing of it was kept; the same request may be sent again.</summary>
public sealed class CommitFailedException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>
/// The writer has stopped. A commit that was under way may or may not have survived: after a restart
/// a retry with the same idempotency key gives the one true answer.
/// </summary>
public sealed class WriterStoppedException(string message, Exception? inner = null) : Exception(message, inner);

using System.Text.Json.Nodes;

namespace AttributionRegistry.Storage;

/// <summary>What opens one committed field: its name, the salt, and the value as JSON.</summary>
public sealed record FieldOpening(string Name, byte[] Salt, string ValueJson);

/// <summary>An event to append.</summary>
/// <param name="Type">Stored name, such as <c>evidence.received</c>.</param>
/// <param name="SchemaVersion">Version of the body's shape, from 1.</param>
/// <param name="Actor">The pseudonym that the log shows, or null for the machine.</param>
/// <param name="At">The instant of the command. Where it lies before the log's last instant, that one is used instead.</param>
/// <param name="Body">Private JSON from which state is folded; never shown by the log.</param>
/// <param name="Sealed">Whether the leaf shows only a commitment to the whole entry.</param>
/// <param name="PublicBody">What the leaf shows: open facts and commitments to fields.</param>
/// <param name="SealSalt">32 random bytes; used only if sealed.</param>
/// <param name="Openings">The openings of the commitments in <paramref name="PublicBody"/>.</param>
public sealed record NewEvent(
    string Type,
    int SchemaVersion,
    string? Actor,
    DateTimeOffset At,
    string Body,
    bool Sealed,
    JsonObject PublicBody,
    byte[] SealSalt,
    IReadOnlyList<FieldOpening> Openings)
{
    /// <summary>The acting person's signature over <see cref="Log.LogEntry.AuthorMessage"/>, where the type requires one.</summary>
    public JsonObject? Author { get; init; }
}

/// <summary>Events for one stream, which must stand at the expected version (0: the stream is new).</summary>
public sealed record StreamAppend(string Stream, long ExpectedVersion, IReadOnlyList<NewEvent> Events);

/// <summary>The answer kept for a caller's idempotency key.</summary>
/// <param name="LeafIndex">Null on the way in: the writer puts the index of the commit's first leaf there.</param>
public sealed record IdempotencyRow(
    string Caller,
    string Key,
    string RequestHash,
    int Status,
    string? Location,
    string? ETag,
    string? Body,
    long? LeafIndex,
    DateTimeOffset At);

/// <summary>Everything one act writes; all of it is kept or none.</summary>
/// <param name="Rows">
/// Runs on the writer's thread inside the transaction, after the events: keep it short, and keep no reference to its argument.
/// </param>
/// <param name="AtSize">Where the log must stand: what an entry says of all entries before it is true nowhere else. Null: anywhere.</param>
public sealed record CommitRequest(IReadOnlyList<StreamAppend> Appends, Action<RowWriter>? Rows = null, IdempotencyRow? Idempotency = null, long? AtSize = null);

/// <summary>Where an event went.</summary>
public sealed record CommittedLeaf(string Stream, long Version, long Index, byte[] LeafHash)
{
    /// <summary>The instant that the log entry carries.</summary>
    public long AtMicroseconds { get; init; }
}

/// <summary>A head of the log: size, root, and the signed checkpoint that names both.</summary>
public sealed record SignedHead(long Size, byte[] Root, string Checkpoint);

/// <summary>What became of a commit.</summary>
public abstract record CommitResult
{
    private CommitResult() { }

    /// <summary>Durable. The head is signed and covers the leaves.</summary>
    public sealed record Committed(IReadOnlyList<CommittedLeaf> Leaves, SignedHead Head) : CommitResult;

    /// <summary>Nothing was written: the stream or the log has moved on, or a row that must be unique exists. Reload and decide again.</summary>
    public sealed record VersionConflict(string Stream) : CommitResult;

    /// <summary>Nothing was written: the caller has used this idempotency key before. Answer with the kept row.</summary>
    public sealed record IdempotencyTaken : CommitResult;
}

/// <summary>Whether the writer takes commits, and if not, why.</summary>
public sealed record WriterHealth(bool Accepting, string? Reason)
{
    public static WriterHealth Healthy { get; } = new(true, null);
}

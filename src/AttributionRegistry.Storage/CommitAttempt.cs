using System.Text;
using AttributionRegistry.Domain;
using AttributionRegistry.Log;
using Microsoft.Data.Sqlite;

namespace AttributionRegistry.Storage;

/// <summary>Writes one commit inside a batch's transaction, or leaves no trace of it. Runs on the writer's thread.</summary>
internal sealed class CommitAttempt(SqliteConnection connection, CommitStatements statements, WriterCiphers ciphers, MerkleTree tree, long lastAtMicroseconds, bool closed)
{
    private readonly StreamHeads _heads = new(statements);

    // Whether the log has its last entry, be it one of the batch that is not durable yet.
    private bool _closed = closed;

    /// <summary>The instant of the newest entry: the log's time never goes back, whatever the clock does.</summary>
    public long LastAtMicroseconds { get; private set; } = lastAtMicroseconds;

    /// <returns>What to answer; <see cref="Outcome.Leaves"/> still waits for the batch's head.</returns>
    /// <exception cref="BatchLostException">The whole transaction is gone, not only this commit.</exception>
    public Outcome Run(CommitRequest request)
    {
        var (size, lastAt, closed) = (tree.Size, LastAtMicroseconds, _closed);
        statements.Savepoint();
        try
        {
            var outcome = Write(request);
            if (!statements.InTransaction)
            {
                throw new InvalidOperationException("The rows of a commit ended its transaction.");
            }

            if (outcome is Outcome.Leaves)
            {
                statements.Release();
                return outcome;
            }

            Undo(request, size, lastAt, closed);
            return outcome;
        }
        catch (Exception failure) when (statements.InTransaction && !IsFatal(failure))
        {
            Undo(request, size, lastAt, closed);
            return IsUniqueViolation(failure)
                ? new Outcome.Answer(new CommitResult.VersionConflict(request.Appends.Count > 0 ? request.Appends[0].Stream : ""))
                : new Outcome.Failure(failure);
        }
        catch (Exception failure)
        {
            throw new BatchLostException(failure);
        }
    }

    internal static bool IsFatal(Exception failure) => failure is SqliteException
    {
        SqliteErrorCode: SqliteCode.IoError or SqliteCode.Corrupt or SqliteCode.CannotOpen or SqliteCode.NotADatabase,
    };

    private static bool IsUniqueViolation(Exception failure) => failure is SqliteException
    {
        SqliteExtendedErrorCode: SqliteCode.ConstraintUnique or SqliteCode.ConstraintPrimaryKey or SqliteCode.ConstraintRowId,
    };

    private Outcome Write(CommitRequest request)
    {
        if (request.AtSize is { } size && size != tree.Size)
        {
            return new Outcome.Answer(new CommitResult.VersionConflict(request.Appends[0].Stream));
        }

        if (request.Idempotency is { } row)
        {
            var events = request.Appends.Sum(append => append.Events.Count);
            if (!statements.InsertIdempotency(row, row.LeafIndex ?? (events > 0 ? tree.Size : null)))
            {
                return new Outcome.Answer(new CommitResult.IdempotencyTaken());
            }
        }

        var leaves = new List<CommittedLeaf>();
        foreach (var append in request.Appends)
        {
            var (version, previous) = _heads.Of(append.Stream);
            if (version != append.ExpectedVersion)
            {
                return new Outcome.Answer(new CommitResult.VersionConflict(append.Stream));
            }

            foreach (var added in append.Events)
            {
                version++;
                var leaf = Append(append.Stream, version, added, previous);
                leaves.Add(leaf);
                previous = leaf.LeafHash;
            }

            if (append.Events.Count > 0)
            {
                _heads.Move(append.Stream, append.ExpectedVersion, version, previous!);
            }
        }

        request.Rows?.Invoke(new RowWriter(connection, leaves));
        return new Outcome.Leaves(leaves);
    }

    private CommittedLeaf Append(string stream, long version, NewEvent added, byte[]? previous)
    {
        if (_closed)
        {
            throw new LogClosedException("The log is closed: nothing comes after its last entry.");
        }

        var index = tree.Size;
        var at = Math.Max(LastAtMicroseconds, Instant.ToMicroseconds(added.At));
        var prev = previous is null ? null : B64Url.Encode(previous);
        var plain = LogEntry.Plain(
            added.Actor, Instant.ToRfc3339(at), added.PublicBody, prev, version, stream, added.Type, added.SchemaVersion, added.Author);
        var entry = added.Sealed ? LogEntry.Sealed(LogEntry.Seal(added.SealSalt, plain)) : plain;
        var leafHash = Rfc6962.LeafHash(entry);

        statements.InsertEvent(index, stream, version, added, at);
        statements.InsertEntry(index, leafHash, entry);
        if (added.Sealed)
        {
            statements.InsertOpening(stream, index, "", added.SealSalt, Encoding.UTF8.GetString(plain));
        }

        foreach (var opening in added.Openings)
        {
            statements.InsertOpening(stream, index, opening.Name, opening.Salt, opening.ValueJson);
        }

        tree.Append(leafHash);
        LastAtMicroseconds = at;
        _closed = stream == LogKeyHistory.Subject && added.Type == LogKeyHistory.ClosedType;
        return new CommittedLeaf(stream, version, index, leafHash) { AtMicroseconds = at };
    }

    /// <summary>Nothing of the batch was kept: what is remembered of it must not be believed.</summary>
    public void Forget(long lastAt, bool closed)
    {
        _closed = closed;
        _heads.Clear();
        ciphers.Clear();
        LastAtMicroseconds = lastAt;
    }

    private void Undo(CommitRequest request, long size, long lastAt, bool closed)
    {
        _closed = closed;
        foreach (var append in request.Appends)
        {
            _heads.Forget(append.Stream);
            ciphers.Forget(append.Stream);
        }

        ciphers.Forget(DataKeys.InstanceScope);
        tree.Truncate(size);
        LastAtMicroseconds = lastAt;
        statements.RollbackToSavepoint();
    }
}

/// <summary>What one commit of a batch came to.</summary>
internal abstract record Outcome
{
    private Outcome() { }

    public sealed record Leaves(IReadOnlyList<CommittedLeaf> Written) : Outcome;

    public sealed record Answer(CommitResult Result) : Outcome;

    public sealed record Failure(Exception Cause) : Outcome;
}

/// <summary>The batch's transaction is gone; nothing of it was kept.</summary>
internal sealed class BatchLostException(Exception cause) : Exception(cause.Message, cause)
{
    public Exception Cause => InnerException!;
}

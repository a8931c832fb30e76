using Microsoft.Data.Sqlite;

namespace AttributionRegistry.Storage;

/// <summary>The writer's prepared statements. Owned by the writer's thread.</summary>
internal sealed class CommitStatements(SqliteConnection connection) : IDisposable
{
    private readonly Statement _begin = new(connection, "BEGIN IMMEDIATE");
    private readonly Statement _commit = new(connection, "COMMIT");
    private readonly Statement _rollback = new(connection, "ROLLBACK");
    private readonly Statement _savepoint = new(connection, "SAVEPOINT one");
    private readonly Statement _release = new(connection, "RELEASE one");
    private readonly Statement _rollbackTo = new(connection, "ROLLBACK TO one");

    private readonly Statement _streamHead = new(
        connection, "SELECT version, leaf_hash FROM stream_head WHERE stream = @stream", "@stream");

    private readonly Statement _newStream = new(
        connection,
        "INSERT INTO stream_head (stream, version, leaf_hash) VALUES (@stream, @version, @leafHash)",
        "@stream", "@version", "@leafHash");

    private readonly Statement _moveStream = new(
        connection,
        "UPDATE stream_head SET version = @version, leaf_hash = @leafHash WHERE stream = @stream AND version = @expected",
        "@stream", "@version", "@leafHash", "@expected");

    private readonly Statement _event = new(
        connection,
        """
        INSERT INTO event (idx, stream, version, type, schema_version, actor, at_us, body, sealed)
        VALUES (@idx, @stream, @version, @type, @schemaVersion, @actor, @atUs, @body, @sealed)
        """,
        "@idx", "@stream", "@version", "@type", "@schemaVersion", "@actor", "@atUs", "@body", "@sealed");

    private readonly Statement _entry = new(
        connection,
        "INSERT INTO log_entry (idx, leaf_hash, entry) VALUES (@idx, @leafHash, @entry)",
        "@idx", "@leafHash", "@entry");

    private readonly Statement _opening = new(
        connection,
        "INSERT INTO opening (idx, name, salt, value) VALUES (@idx, @name, @salt, @value)",
        "@idx", "@name", "@salt", "@value");

    private readonly Statement _idempotency = new(
        connection,
        """
        INSERT INTO idempotency (caller, key, request_hash, status, location, etag, body, leaf_index, at_us)
        VALUES (@caller, @key, @requestHash, @status, @location, @etag, @body, @leafIndex, @atUs)
        ON CONFLICT (caller, key) DO NOTHING
        """,
        "@caller", "@key", "@requestHash", "@status", "@location", "@etag", "@body", "@leafIndex", "@atUs");

    private readonly Statement _head = new(
        connection,
        """
        UPDATE log_head SET size = @size, root = @root, checkpoint = @checkpoint, at_us = @atUs
        WHERE id = 1 AND size = @oldSize AND root = @oldRoot
        """,
        "@size", "@root", "@checkpoint", "@atUs", "@oldSize", "@oldRoot");

    /// <summary>False once SQLite has rolled the whole transaction back on its own, as it does after some errors.</summary>
    public bool InTransaction => SQLitePCL.raw.sqlite3_get_autocommit(connection.Handle) == 0;

    public void Begin() => _begin.Execute();

    public void Commit() => _commit.Execute();

    public void Rollback() => _rollback.Execute();

    public void Savepoint() => _savepoint.Execute();

    public void Release() => _release.Execute();

    public void RollbackToSavepoint()
    {
        _rollbackTo.Execute();
        _release.Execute();
    }

    public (long Version, byte[]? LeafHash) StreamHead(string stream)
    {
        using var row = _streamHead.Query(stream);
        return row.Read() ? (row.GetInt64(0), row.GetFieldValue<byte[]>(1)) : (0, null);
    }

    public void MoveStream(string stream, long expected, long version, byte[] leafHash)
    {
        var moved = expected == 0
            ? _newStream.Execute(stream, version, leafHash)
            : _moveStream.Execute(stream, version, leafHash, expected);
        if (moved != 1)
        {
            throw new InvalidOperationException($"Stream {stream} stood at {expected} a moment ago and no longer does; only one writer may exist.");
        }
    }

    public void InsertEvent(long index, string stream, long version, NewEvent added, long atMicroseconds) =>
        _event.Execute(
            index, stream, version, added.Type, added.SchemaVersion, added.Actor, atMicroseconds, added.Body, added.Sealed ? 1 : 0);

    public void InsertEntry(long index, byte[] leafHash, byte[] entry) => _entry.Execute(index, leafHash, entry);

    public void InsertOpening(long index, string name, byte[] salt, string value) => _opening.Execute(index, name, salt, value);

    /// <returns>False when the caller's key was taken.</returns>
    public bool InsertIdempotency(IdempotencyRow row, long? leafIndex) =>
        _idempotency.Execute(
            row.Caller, row.Key, row.RequestHash, row.Status, row.Location, row.ETag, row.Body, leafIndex, Instant.ToMicroseconds(row.At)) == 1;

    /// <summary>Replaces the head if it is still the old one.</summary>
    public void MoveHead(SignedHead old, SignedHead head, long atMicroseconds)
    {
        if (_head.Execute(head.Size, head.Root, head.Checkpoint, atMicroseconds, old.Size, old.Root) != 1)
        {
            throw new StoreRefusedException(
                $"The head of the log in the database is no longer {old.Size} {Convert.ToHexStringLower(old.Root)}; another program has written to it.");
        }
    }

    public void Dispose()
    {
        Statement[] all =
            [_begin, _commit, _rollback, _savepoint, _release, _rollbackTo, _streamHead, _newStream, _moveStream, _event, _entry, _opening, _idempotency, _head];
        foreach (var statement in all)
        {
            statement.Dispose();
        }
    }
}

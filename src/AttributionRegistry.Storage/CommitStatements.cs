using AttributionRegistry.Domain;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace AttributionRegistry.Storage;

/// <summary>The writer's prepared statements. Owned by the writer's thread. Parameters are bound in the order in which the text first names them.</summary>
internal sealed class CommitStatements(SqliteConnection connection, WriterCiphers ciphers) : IDisposable
{
    private static readonly byte[] NoSalt = new byte[32];

    private readonly Statement _begin = new(connection, "BEGIN IMMEDIATE");
    private readonly Statement _commit = new(connection, "COMMIT");
    private readonly Statement _rollback = new(connection, "ROLLBACK");
    private readonly Statement _savepoint = new(connection, "SAVEPOINT one");
    private readonly Statement _release = new(connection, "RELEASE one");
    private readonly Statement _rollbackTo = new(connection, "ROLLBACK TO one");

    private readonly Statement _streamHead = new(
        connection, "SELECT version, leaf_hash FROM stream_head WHERE stream = @stream");

    private readonly Statement _newStream = new(
        connection,
        "INSERT INTO stream_head (stream, version, leaf_hash) VALUES (@stream, @version, @leafHash)");

    private readonly Statement _moveStream = new(
        connection,
        "UPDATE stream_head SET version = @version, leaf_hash = @leafHash WHERE stream = @stream AND version = @expected");

    private readonly Statement _event = new(
        connection,
        """
        INSERT INTO event (idx, stream, version, type, schema_version, actor, at_us, body, sealed)
        VALUES (@idx, @stream, @version, @type, @schemaVersion, @actor, @atUs, @body, @sealed)
        """);

    private readonly Statement _eventKey = new(
        connection,
        "INSERT INTO event_key (idx, sealed) VALUES (@idx, @sealed)");

    private readonly Statement _entry = new(
        connection,
        "INSERT INTO log_entry (idx, leaf_hash, entry) VALUES (@idx, @leafHash, @entry)");

    private readonly Statement _opening = new(
        connection,
        "INSERT INTO opening (idx, name, salt, value) VALUES (@idx, @name, @salt, @value)");

    private readonly Statement _idempotency = new(
        connection,
        """
        INSERT INTO idempotency (caller, key, request_hash, status, location, etag, body, leaf_index, at_us)
        VALUES (@caller, @key, @requestHash, @status, @location, @etag, @body, @leafIndex, @atUs)
        ON CONFLICT (caller, key) DO NOTHING
        """);

    private readonly Statement _head = new(
        connection,
        """
        UPDATE log_head SET size = @size, root = @root, checkpoint = @checkpoint, at_us = @atUs
        WHERE id = 1 AND size = @oldSize AND root = @oldRoot
        """);

    /// <summary>False once SQLite has rolled the whole transaction back on its own, as it does after some errors.</summary>
    public bool InTransaction => raw.sqlite3_get_autocommit(connection.Handle) == 0;

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
        // No row: version 0 and no leaf, which is what default says.
        return _streamHead.Bind(1, stream).First(row => (raw.sqlite3_column_int64(row, 0), raw.sqlite3_column_blob(row, 1).ToArray()));
    }

    public void MoveStream(string stream, long expected, long version, byte[] leafHash)
    {
        var moved = expected == 0
            ? _newStream.Bind(1, stream).Bind(2, version).Bind(3, leafHash).Execute()
            : _moveStream.Bind(1, version).Bind(2, leafHash).Bind(3, stream).Bind(4, expected).Execute();
        if (moved != 1)
        {
            throw new InvalidOperationException($"Stream {stream} stood at {expected} a moment ago and no longer does; only one writer may exist.");
        }
    }

    public void InsertEvent(long index, string stream, long version, NewEvent added, long atMicroseconds)
    {
        var body = ciphers.SealEvent(stream, version, added.Body);
        _event.Bind(1, index).Bind(2, stream).Bind(3, version).Bind(4, added.Type).Bind(5, added.SchemaVersion).Bind(6, added.Actor)
            .Bind(7, atMicroseconds).Bind(8, body.Sealed).Bind(9, added.Sealed ? 1 : 0).Execute();
        _eventKey.Bind(1, index).Bind(2, body.Key).Execute();
    }

    public void InsertEntry(long index, byte[] leafHash, byte[] entry) => _entry.Bind(1, index).Bind(2, leafHash).Bind(3, entry).Execute();

    /// <summary>The salt opens as much as the value does: both go into the sealed value, and the column of the salt holds nothing.</summary>
    public void InsertOpening(string stream, long index, string name, byte[] salt, string value) =>
        _opening.Bind(1, index).Bind(2, name).Bind(3, NoSalt).Bind(4, ciphers.SealOpening(stream, index, name, salt, value)).Execute();

    /// <returns>False when the caller's key was taken.</returns>
    public bool InsertIdempotency(IdempotencyRow row, long? leafIndex) =>
        _idempotency.Bind(1, row.Caller).Bind(2, row.Key).Bind(3, row.RequestHash).Bind(4, row.Status).Bind(5, row.Location).Bind(6, row.ETag)
            .Bind(7, ciphers.SealAnswer(row.Caller, row.Key, row.Body)).Bind(8, leafIndex).Bind(9, Instant.ToMicroseconds(row.At)).Execute() == 1;

    /// <summary>Replaces the head if it is still the old one.</summary>
    public void MoveHead(SignedHead old, SignedHead head, long atMicroseconds)
    {
        if (_head.Bind(1, head.Size).Bind(2, head.Root).Bind(3, head.Checkpoint).Bind(4, atMicroseconds).Bind(5, old.Size).Bind(6, old.Root).Execute() != 1)
        {
            throw new StoreRefusedException(
                $"The head of the log in the database is no longer {old.Size} {Convert.ToHexStringLower(old.Root)}; another program has written to it.");
        }
    }

    public void Dispose()
    {
        Statement[] all =
            [_begin, _commit, _rollback, _savepoint, _release, _rollbackTo, _streamHead, _newStream, _moveStream, _event, _eventKey, _entry, _opening, _idempotency, _head];
        foreach (var statement in all)
        {
            statement.Dispose();
        }
    }
}

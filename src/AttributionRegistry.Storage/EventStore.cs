using System.Text;
using AttributionRegistry.Domain;
using AttributionRegistry.Log;
using Dapper;
using Microsoft.Data.Sqlite;

namespace AttributionRegistry.Storage;

/// <summary>An event as it is kept.</summary>
public sealed record StoredEvent(long Version, string Type, int SchemaVersion, string? Actor, long AtMicroseconds, string Body, long Index)
{
    public bool Sealed { get; init; }

    /// <summary>Only the entry is left of it (<see cref="LogRecovery"/>): it has its version, and nothing that a state could be folded from.</summary>
    public bool Lost { get; init; }
}

/// <summary>Where an event stands: its version in its stream, and its leaf in the log.</summary>
public sealed record StreamPosition(long Version, long Index);

/// <summary>A leaf of the log: its hash and the bytes that it is the hash of.</summary>
public sealed record StoredLeaf(long Index, byte[] LeafHash, byte[] Entry);

/// <summary>A sealed event with what opens it: the canonical entry and the salt.</summary>
public sealed record SealedEvent(long Index, string EntryJson, byte[] Salt);

/// <summary>Reads the record. Nothing is shown that the published head does not cover.</summary>
public sealed class EventStore(Database database, DataKeys keys, GroupCommitWriter writer)
{
    private const string StreamSql = """
        SELECT event.version, event.type, event.schema_version, event.actor, event.at_us, event.idx, event.sealed, event.body, event_key.sealed, redacted_event.body
        FROM event
        LEFT JOIN event_key ON event_key.idx = event.idx
        LEFT JOIN redacted_event ON redacted_event.idx = event.idx
        WHERE event.stream = @stream AND event.version > @afterVersion AND event.idx < @size AND (@lost = 1 OR event.body <> '')
        ORDER BY event.version
        """;

    private const string LastSql = """
        SELECT version, idx
        FROM event
        WHERE stream = @stream AND idx < @size
        ORDER BY version DESC
        LIMIT 1
        """;

    private const string LastOfTypeSql = """
        SELECT version, idx
        FROM event
        WHERE stream = @stream AND type = @type AND idx < @size AND body <> ''
        ORDER BY version DESC
        LIMIT 1
        """;

    private const string ErasuresSql = """
        SELECT name, ordered_by_idx
        FROM erasure
        WHERE idx = @index AND ordered_by_idx < @size
        ORDER BY name
        """;

    private const string OwnKeySql = """
        SELECT 1 FROM event_key WHERE idx = @index UNION SELECT 1 FROM redacted_event WHERE idx = @index
        """;

    private const string EntriesSql = """
        SELECT idx, leaf_hash, entry
        FROM log_entry
        WHERE idx >= @from AND idx < @to
        ORDER BY idx
        """;

    private const string SealedSql = """
        SELECT event.idx, opening.value
        FROM event
        JOIN opening ON opening.idx = event.idx AND opening.name = ''
        WHERE event.stream = @stream AND event.sealed = 1 AND event.idx < @size
        ORDER BY event.version
        """;

    private const string OpeningsSql = """
        SELECT opening.name, opening.value, event.stream
        FROM opening
        JOIN event ON event.idx = opening.idx
        WHERE opening.idx = @index
        ORDER BY opening.name
        """;

    private const string IdempotencySql = """
        SELECT caller, key, request_hash, status, location, etag, body, leaf_index, at_us
        FROM idempotency
        WHERE caller = @caller AND key = @key
        """;

    /// <summary>The newest head that is durable: an immutable snapshot.</summary>
    public SignedHead Head => writer.Head;

    /// <summary>The tree, for proofs and tiles of sizes up to <see cref="Head"/>. Never append to it.</summary>
    public MerkleTree Tree => writer.Tree;

    /// <summary>The events of a stream after a version (0: all), oldest first.</summary>
    /// <param name="stream">The record.</param>
    /// <param name="afterVersion">The version to go on from.</param>
    /// <param name="withLost">Whether those of which only the entry is left are wanted too.</param>
    /// <exception cref="StoreRefusedException">An event was altered, moved, or its key is missing.</exception>
    public IReadOnlyList<StoredEvent> ReadStream(string stream, long afterVersion = 0, bool withLost = false)
    {
        var rows = Rows(
            StreamSql,
            row => (Event: new StoredEvent(row.GetInt64(0), row.GetString(1), row.GetInt32(2), Text(row, 3), row.GetInt64(4), "", row.GetInt64(5))
            {
                Sealed = row.GetInt64(6) == 1,
                Lost = row.GetString(7).Length == 0,
            }, Body: new EventBody(row.GetString(7), Text(row, 8), Text(row, 9))),
            ("@stream", stream), ("@afterVersion", afterVersion), ("@size", Head.Size), ("@lost", withLost ? 1 : 0));
        return Opened(stream, rows, (cipher, row) => row.Event.Lost ? row.Event : row.Event with { Body = row.Body.Open(cipher, stream, row.Event.Version) });
    }

    /// <summary>The last event of a stream, or null when it has none.</summary>
    public StreamPosition? Last(string stream) => Position(LastSql, ("@stream", stream), ("@size", Head.Size));

    /// <summary>The last event of one type in a stream, or null when it has none.</summary>
    public StreamPosition? Last(string stream, string type) => Position(LastOfTypeSql, ("@stream", stream), ("@type", type), ("@size", Head.Size));

    /// <summary>One leaf, or null where the published log does not reach it.</summary>
    public StoredLeaf? ReadLeaf(long index) => index < 0 ? null : ReadEntries(index, 1) is [var leaf] ? leaf : null;

    /// <summary>Up to <paramref name="count"/> leaves from an index on, as far as the published head covers them.</summary>
    public IReadOnlyList<StoredLeaf> ReadEntries(long from, int count) =>
        Rows(
            EntriesSql,
            row => new StoredLeaf(row.GetInt64(0), row.GetFieldValue<byte[]>(1), row.GetFieldValue<byte[]>(2)),
            ("@from", from), ("@to", Math.Min(from + count, Head.Size)));

    /// <summary>The sealed events of a stream whose seals can still be opened, oldest first.</summary>
    public IReadOnlyList<SealedEvent> ReadSealed(string stream)
    {
        var rows = Rows(SealedSql, row => (Index: row.GetInt64(0), Value: row.GetString(1)), ("@stream", stream), ("@size", Head.Size));
        return Opened(stream, rows, (cipher, row) =>
        {
            var (salt, entry) = Parts(cipher.Open(row.Value, Places.Opening(row.Index, "")));
            return new SealedEvent(row.Index, entry, salt);
        });
    }

    /// <summary>What opens the commitments of a leaf; the name '' is the seal of the whole event.</summary>
    public IReadOnlyList<FieldOpening> Openings(long index)
    {
        var rows = Rows(OpeningsSql, row => (Name: row.GetString(0), Value: row.GetString(1), Stream: row.GetString(2)), ("@index", index));
        return rows.Count == 0 ? [] : Opened(rows[0].Stream, rows, (cipher, row) =>
        {
            var (salt, value) = Parts(cipher.Open(row.Value, Places.Opening(index, row.Name)));
            return new FieldOpening(row.Name, salt, value);
        });
    }

    /// <summary>The fields of an event that were erased, each with the leaf of the order.</summary>
    public IReadOnlyList<(string Name, long OrderedBy)> Erasures(long index) =>
        Rows(ErasuresSql, row => (row.GetString(0), row.GetInt64(1)), ("@index", index), ("@size", Head.Size));

    /// <summary>Whether the values of an event lie under a key of their own, which can be destroyed. Events of before have none.</summary>
    public bool HasOwnKey(long index) => Rows(OwnKeySql, static _ => true, ("@index", index)).Count > 0;

    /// <summary>The answer kept for a caller's key, or null when the key is new.</summary>
    public IdempotencyRow? FindIdempotency(string caller, string key)
    {
        var rows = Rows(
            IdempotencySql,
            row => new IdempotencyRow(
                row.GetString(0), row.GetString(1), row.GetString(2), row.GetInt32(3), Text(row, 4), Text(row, 5), Text(row, 6),
                row.IsDBNull(7) ? null : row.GetInt64(7), Instant.FromMicroseconds(row.GetInt64(8))),
            ("@caller", caller), ("@key", key));
        return Opened(DataKeys.InstanceScope, rows, (cipher, row) =>
            row.Body is null ? row : row with { Body = cipher.OpenText(row.Body, Places.Answer(caller, key)) }).SingleOrDefault();
    }

    /// <summary>A setting of the instance, such as the log's origin.</summary>
    public string? Instance(string name) =>
        database.Read(connection => connection.ExecuteScalar<string>("SELECT value FROM instance WHERE name = @name", new { name }));

    // Opened outside the query: finding the key may be a query of its own, and no reader waits for another.
    private List<TOut> Opened<TIn, TOut>(string scope, List<TIn> rows, Func<RowCipher, TIn, TOut> open)
    {
        if (rows.Count == 0)
        {
            return [];
        }

        using var cipher = keys.CipherOf(scope);
        return rows.ConvertAll(row => open(cipher, row));
    }

    private static (byte[] Salt, string Value) Parts(byte[] opened) => (opened[..32], Encoding.UTF8.GetString(opened.AsSpan(32)));

    private StreamPosition? Position(string sql, params (string Name, object Value)[] parameters) =>
        Rows(sql, row => new StreamPosition(row.GetInt64(0), row.GetInt64(1)), parameters).SingleOrDefault();

    private static string? Text(SqliteDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private List<T> Rows<T>(string sql, Func<SqliteDataReader, T> map, params (string Name, object Value)[] parameters) =>
        database.Read(connection =>
        {
            using var command = connection.CreateCommand();
            command.CommandText = sql;
            foreach (var (name, value) in parameters)
            {
                command.Parameters.AddWithValue(name, value);
            }

            using var rows = command.ExecuteReader();
            var found = new List<T>();
            while (rows.Read())
            {
                found.Add(map(rows));
            }

            return found;
        });
}

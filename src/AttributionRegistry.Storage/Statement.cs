using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace AttributionRegistry.Storage;

/// <summary>
/// A prepared statement kept for reuse. It calls SQLite directly: SqliteCommand makes a reader, a list and boxes
/// for every run, and at tens of thousands of commits a second that costs more than the inserts.
/// </summary>
/// <remarks>Used by one thread at a time.</remarks>
internal sealed class Statement : IDisposable
{
    private readonly sqlite3 _database;
    private readonly sqlite3_stmt _statement;

    public Statement(SqliteConnection connection, string sql)
    {
        _database = connection.Handle ?? throw new InvalidOperationException("The connection is closed.");
        SqliteException.ThrowExceptionForRC(raw.sqlite3_prepare_v2(_database, sql, out _statement), _database);
    }

    /// <summary>Binds the parameter that stands at this place in the text, counted from 1.</summary>
    public Statement Bind(int place, long value) => Bound(raw.sqlite3_bind_int64(_statement, place, value));

    public Statement Bind(int place, long? value) =>
        value is { } number ? Bind(place, number) : Bound(raw.sqlite3_bind_null(_statement, place));

    public Statement Bind(int place, string? value) =>
        Bound(value is null ? raw.sqlite3_bind_null(_statement, place) : raw.sqlite3_bind_text(_statement, place, value));

    public Statement Bind(int place, byte[] value) => Bound(raw.sqlite3_bind_blob(_statement, place, value));

    /// <summary>Runs a statement that gives no rows.</summary>
    /// <returns>The number of rows changed by an INSERT, UPDATE or DELETE.</returns>
    public int Execute()
    {
        Step();
        Reset();
        return raw.sqlite3_changes(_database);
    }

    /// <summary>Runs a query for its first row. The reader is called while the row is there, and not at all without one.</summary>
    public T? First<T>(Func<sqlite3_stmt, T> read)
    {
        try
        {
            return Step() == raw.SQLITE_ROW ? read(_statement) : default;
        }
        finally
        {
            Reset();
        }
    }

    public void Dispose() => _statement.Dispose();

    private int Step()
    {
        var code = raw.sqlite3_step(_statement);
        if (code is raw.SQLITE_ROW or raw.SQLITE_DONE)
        {
            return code;
        }

        // Built before the reset, which would change the message and the extended code.
        var failure = new SqliteException(
            $"SQLite Error {code & 0xff}: '{raw.sqlite3_errmsg(_database).utf8_to_string()}'.", code & 0xff, raw.sqlite3_extended_errcode(_database));
        Reset();
        throw failure;
    }

    /// <summary>Ends the run, so that no read stays open over the COMMIT. Its code repeats the step's and says nothing new.</summary>
    private void Reset() => _ = raw.sqlite3_reset(_statement);

    private Statement Bound(int code)
    {
        SqliteException.ThrowExceptionForRC(code, _database);
        return this;
    }
}

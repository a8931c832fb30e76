using System.Collections.Concurrent;
using Dapper;
using Microsoft.Data.Sqlite;

namespace AttributionRegistry.Storage;

/// <summary>The one database file of a data folder: a writer connection, a few readers, and a lock against a second server.</summary>
public sealed class Database : IDisposable
{
    private const string FileName = "registry.db";
    private const string LockName = "registry.lock";
    private const int BusyTimeoutMilliseconds = 5_000;
    private const string EmptyLogSql = "PRAGMA wal_checkpoint(TRUNCATE)";

    private readonly FileStream _lock;
    private readonly SemaphoreSlim _free;
    private readonly ConcurrentStack<Reader> _readers = new();
    private bool _disposed;

    private Database(string dataFolder, FileStream lockFile, SqliteConnection writer, int readers)
    {
        DataFolder = dataFolder;
        _lock = lockFile;
        Writer = writer;
        _free = new SemaphoreSlim(readers, readers);
        for (var i = 0; i < readers; i++)
        {
            _readers.Push(OpenReader(Path.Combine(dataFolder, FileName)));
        }
    }

    public string DataFolder { get; }

    /// <summary>Owned by the thread of <see cref="GroupCommitWriter"/> once that has started.</summary>
    internal SqliteConnection Writer { get; }

    /// <summary>Opens or creates the database, applies missing migrations, and refuses settings that could lose a commit.</summary>
    public static Database Open(string dataFolder, DateTimeOffset at, int readers = 4)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(readers, 1);
        dataFolder = Path.GetFullPath(dataFolder);
        Directory.CreateDirectory(dataFolder);
        var lockFile = Lock(dataFolder);
        SqliteConnection? writer = null;
        try
        {
            writer = OpenWriter(Path.Combine(dataFolder, FileName));
            Migrations.Apply(writer, at);

            // A process before may have ended over an fsync that failed: what it left in the write-ahead log can be read, and a power cut may
            // still take it. Before anything is shown or built on, it is written anew, into the database, and that must succeed.
            writer.Execute(EmptyLogSql);

            // Crash before this: the database file has no durable name yet, and nothing was acknowledged from it.
            Durable.SyncDirectory(dataFolder);
            return new Database(dataFolder, lockFile, writer, readers);
        }
        catch (Exception failure)
        {
            writer?.Dispose();
            lockFile.Dispose();
            if (failure is SqliteException { SqliteErrorCode: SqliteCode.NotADatabase or SqliteCode.Corrupt })
            {
                throw new StoreRefusedException($"{Path.Combine(dataFolder, FileName)} is damaged: {failure.Message} Restore it from a backup.", failure);
            }

            if (failure is SqliteException { SqliteErrorCode: SqliteCode.IoError or SqliteCode.Full })
            {
                throw new StoreRefusedException($"{Path.Combine(dataFolder, FileName)} cannot be written: {failure.Message} Check the disk.", failure);
            }

            throw;
        }
    }

    /// <summary>Opens a stopped data folder to be looked at: its writer cannot write, and nothing is migrated or made.</summary>
    /// <exception cref="StoreRefusedException">There is no database, or a server runs on it.</exception>
    internal static Database OpenStopped(string dataFolder)
    {
        dataFolder = Path.GetFullPath(dataFolder);
        var path = Path.Combine(dataFolder, FileName);
        if (!File.Exists(path))
        {
            throw new StoreRefusedException($"There is no registry in {dataFolder}: {FileName} is missing.");
        }

        var lockFile = Lock(dataFolder);
        SqliteConnection? writer = null;
        try
        {
            writer = Connect(path, SqliteOpenMode.ReadOnly);
            writer.Execute("PRAGMA query_only = ON");
            return new Database(dataFolder, lockFile, writer, readers: 2);
        }
        catch (Exception failure)
        {
            writer?.Dispose();
            lockFile.Dispose();
            if (failure is SqliteException)
            {
                throw new StoreRefusedException($"{path} cannot be opened: {failure.Message} Restore it from a backup.", failure);
            }

            throw;
        }
    }

    /// <summary>Runs a query on a read-only connection, in one snapshot. Waits when all readers are busy.</summary>
    public T Read<T>(Func<SqliteConnection, T> query)
    {
        _free.Wait();
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (!_readers.TryPop(out var reader))
            {
                throw new InvalidOperationException("A free reader was promised and none is there.");
            }

            try
            {
                reader.Begin.Execute();
                return query(reader.Connection);
            }
            finally
            {
                reader.End.Execute();
                _readers.Push(reader);
            }
        }
        finally
        {
            _free.Release();
        }
    }

    /// <summary>
    /// Empties the write-ahead log into the database, so that no older copy of a deleted row stays in it. Called after an erasure.
    /// </summary>
    /// <returns>False when others kept it busy; what is deleted then goes with a later checkpoint.</returns>
    public bool EmptyWriteAheadLog()
    {
        using var connection = Connect(Path.Combine(DataFolder, FileName), SqliteOpenMode.ReadWrite);
        return connection.ExecuteScalar<long>(EmptyLogSql) == 0;
    }

    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        while (_readers.TryPop(out var reader))
        {
            reader.Dispose();
        }

        Writer.Dispose();
        _lock.Dispose();
    }

    internal static void AssertDurable(SqliteConnection connection)
    {
        var journal = connection.ExecuteScalar<string>("PRAGMA journal_mode");
        var synchronous = connection.ExecuteScalar<long>("PRAGMA synchronous");
        if (journal != "wal" || synchronous != 2)
        {
            throw new StoreRefusedException(
                $"The database runs with journal_mode={journal} and synchronous={synchronous}; only wal and 2 (FULL) keep every acknowledged commit. "
                + "Use a local file system that supports both.");
        }
    }

    private static FileStream Lock(string dataFolder)
    {
        try
        {
            // FileShare.None is flock(LOCK_EX) here: the kernel lets go of it however the process ends.
            return new FileStream(Path.Combine(dataFolder, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException failure)
        {
            throw new StoreRefusedException($"The data folder {dataFolder} is in use by another server. Stop that one first.", failure);
        }
    }

    private static SqliteConnection OpenWriter(string path)
    {
        var connection = Connect(path, SqliteOpenMode.ReadWriteCreate);
        try
        {
            connection.Execute($"""
                PRAGMA journal_mode = WAL;
                PRAGMA synchronous = FULL;
                PRAGMA recursive_triggers = ON;
                PRAGMA secure_delete = ON;
                PRAGMA cache_size = -32768;
                """);
            AssertDurable(connection);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private static Reader OpenReader(string path)
    {
        var connection = Connect(path, SqliteOpenMode.ReadOnly);
        connection.Execute("PRAGMA query_only = ON");
        return new Reader(connection);
    }

    private static SqliteConnection Connect(string path, SqliteOpenMode mode)
    {
        // No pool: a pooled connection keeps the file open, which bites restore and file swap.
        var address = new SqliteConnectionStringBuilder { DataSource = path, Mode = mode, Pooling = false, ForeignKeys = true };
        var connection = new SqliteConnection(address.ConnectionString);
        try
        {
            connection.Open();
            connection.Execute($"""
                PRAGMA busy_timeout = {BusyTimeoutMilliseconds};
                PRAGMA foreign_keys = ON;
                PRAGMA trusted_schema = OFF;
                PRAGMA cell_size_check = ON;
                PRAGMA temp_store = MEMORY;
                """);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>One reading connection with its two kept statements. Used by one thread at a time.</summary>
    private sealed class Reader(SqliteConnection connection) : IDisposable
    {
        public SqliteConnection Connection => connection;

        public Statement Begin { get; } = new(connection, "BEGIN");

        public Statement End { get; } = new(connection, "ROLLBACK");

        public void Dispose()
        {
            Begin.Dispose();
            End.Dispose();
            connection.Dispose();
        }
    }
}

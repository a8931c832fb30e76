using AttributionRegistry.Log;
using Dapper;
using Microsoft.Data.Sqlite;

namespace AttributionRegistry.Storage;

/// <summary>Where a witness keeps its memory and, apart from it, its key.</summary>
/// <param name="Name">The name of its key; whoever relies on it knows the witness by it.</param>
/// <param name="Entropy">The source of random bytes.</param>
public sealed record WitnessOptions(string StateFolder, string KeysFolder, string Name, Func<int, byte[]> Entropy);

/// <summary>What a witness answers: the decision, and the cosignature where it cosigned. That is durable by then.</summary>
public sealed record WitnessAnswer(WitnessDecision Decision, string? Cosignature);

/// <summary>
/// The memory of a witness: for each log the largest tree it has cosigned. It exists so that no restart, kill or race makes the witness
/// vouch for two trees: the row is replaced by compare-and-swap, and durable before a cosignature leaves.
/// </summary>
public sealed class WitnessState : IDisposable
{
    public const string KeyFileName = "witness.key";
    private const string FileName = "witness.db";
    private const string LockName = "witness.lock";

    private const string Ddl = """
        CREATE TABLE IF NOT EXISTS identity (
          id INTEGER PRIMARY KEY NOT NULL CHECK (id = 1),
          vkey TEXT NOT NULL
        ) STRICT;
        CREATE TABLE IF NOT EXISTS tree (
          origin TEXT PRIMARY KEY NOT NULL,
          size INTEGER NOT NULL CHECK (size >= 0),
          root BLOB NOT NULL CHECK (length(root) = 32),
          note TEXT NULL, -- the checkpoint with the log's signatures and ours; null until the first
          at_us INTEGER NOT NULL
        ) STRICT;
        """;

    private const string FindSql = "SELECT size AS Size, root AS Root, note AS Note FROM tree WHERE origin = @origin";

    private const string FirstSql = "INSERT INTO tree (origin, size, root, note, at_us) VALUES (@origin, 0, @root, NULL, 0) ON CONFLICT (origin) DO NOTHING";

    private const string GrowSql = "UPDATE tree SET size = @size, root = @root, note = @note, at_us = @at WHERE origin = @origin AND size = @old";

    private readonly Lock _one = new(); // guards the connection: one decision at a time
    private readonly SqliteConnection _connection;
    private readonly FileStream _lock;
    private string? _stopped; // guarded by _one

    private WitnessState(SqliteConnection connection, FileStream lockFile, NoteSigner signer) => (_connection, _lock, Signer) = (connection, lockFile, signer);

    public NoteSigner Signer { get; }

    /// <summary>Opens the memory of a witness, or begins one. Makes the key at the first start.</summary>
    /// <exception cref="StoreRefusedException">
    /// Another process uses it; name or key are not those it began with; or a key is there and its memory is not: such a witness has
    /// forgotten what it cosigned and could vouch for a second tree.
    /// </exception>
    public static WitnessState Open(WitnessOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        KeepApart(options);
        Directory.CreateDirectory(options.StateFolder);
        var (path, key) = (Path.Combine(options.StateFolder, FileName), Path.Combine(options.KeysFolder, KeyFileName));
        var lockFile = Lock(options.StateFolder);
        SqliteConnection? connection = null;
        NoteSigner? signer = null;
        try
        {
            if (File.Exists(key) && !File.Exists(path))
            {
                throw new StoreRefusedException(
                    $"The key {key} has cosigned before and its memory {path} is missing: without it a second tree could be cosigned. "
                    + "Restore the memory as it was last, or move the key away and give the logs' operators the new one.");
            }

            connection = Connect(path);

            // Crash before this: no memory has a durable name yet, and no key exists; the next start begins again.
            Durable.SyncDirectory(options.StateFolder);
            signer = Identify(connection, options, key);
            return new WitnessState(connection, lockFile, signer);
        }
        catch (Exception failure)
        {
            signer?.Dispose();
            connection?.Dispose();
            lockFile.Dispose();
            throw failure is SqliteException ? new StoreRefusedException($"{path} cannot be used: {failure.Message} Restore it as it was last.", failure) : failure;
        }
    }

    /// <summary>The newest cosigned checkpoint of a log, with the log's signature and ours; null before the first.</summary>
    public string? Checkpoint(string origin)
    {
        lock (_one)
        {
            return Find(origin)?.Note;
        }
    }

    /// <summary>Decides on a request and, where it cosigns, remembers the tree before it answers.</summary>
    /// <exception cref="WriterStoppedException">The disk failed, now or before; only a restart reads what is really there.</exception>
    public WitnessAnswer Add(IReadOnlyList<NoteVerifier> logs, AddCheckpointRequest request, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(request);
        lock (_one)
        {
            if (_stopped is { } reason)
            {
                throw new WriterStoppedException(reason);
            }

            try
            {
                return Decide(logs, request, at);
            }
            catch (SqliteException failure)
            {
                // Whether the tree was written is not known, so nothing may be signed from what this connection believes.
                _stopped = $"The witness stopped because its memory failed: {failure.Message} Check the disk and restart.";
                throw new WriterStoppedException(_stopped, failure);
            }
        }
    }

    public void Dispose()
    {
        lock (_one)
        {
            _stopped ??= "The witness is closed.";
            _connection.Dispose();
            _lock.Dispose();
            Signer.Dispose();
        }
    }

    private WitnessAnswer Decide(IReadOnlyList<NoteVerifier> logs, AddCheckpointRequest request, DateTimeOffset at)
    {
        var origin = request.Claimed.Origin;
        var stored = Find(origin);
        var decision = WitnessDecision.Decide(logs, stored?.Tree, request);
        if (decision is not WitnessDecision.Cosign(var checkpoint, var note))
        {
            return new WitnessAnswer(decision, null);
        }

        var line = CosignatureV1.Sign(Signer, note.Text, at.ToUnixTimeSeconds());
        using var transaction = _connection.BeginTransaction();
        if (stored is null)
        {
            _connection.Execute(FirstSql, new { origin, root = Rfc6962.EmptyRoot }, transaction);
        }

        var grown = _connection.Execute(
            GrowSql,
            new { origin, old = request.OldSize, size = checkpoint.Size, root = checkpoint.Root, note = note + line, at = at.ToUnixTimeMilliseconds() * 1000 },
            transaction);
        if (grown != 1)
        {
            // Only this process has the lock, so somebody wrote past it: what they cosigned is what counts.
            transaction.Rollback();
            return new WitnessAnswer(new WitnessDecision.Conflict(Find(origin)?.Size ?? 0), null);
        }

        // Crash before this: nothing was remembered and nothing was answered.
        transaction.Commit();

        // Crash here: remembered and not answered. The log asks again, is told the size, and gets the same tree cosigned.
        return new WitnessAnswer(decision, line);
    }

    private Row? Find(string origin) => _connection.QuerySingleOrDefault<Row>(FindSql, new { origin });

    private static void KeepApart(WitnessOptions options)
    {
        if ((Path.GetFullPath(options.KeysFolder).TrimEnd('/') + "/").StartsWith(Path.GetFullPath(options.StateFolder).TrimEnd('/') + "/", StringComparison.Ordinal))
        {
            throw new StoreRefusedException($"The keys folder {options.KeysFolder} lies inside the state folder {options.StateFolder}: a copy of the memory would carry the key. Choose another place.");
        }
    }

    private static NoteSigner Identify(SqliteConnection connection, WitnessOptions options, string key)
    {
        var known = connection.QuerySingleOrDefault<string>("SELECT vkey FROM identity WHERE id = 1");
        if (!File.Exists(key))
        {
            if (known is not null)
            {
                throw new StoreRefusedException($"The witness is known as {known} and its key {key} is missing. Restore the key from its own backup.");
            }

            SecretFile.Create(key, options.Entropy(NoteSigner.SeedSize));
        }

        var signer = NoteSigner.Witness(options.Name, SecretFile.Read(key, NoteSigner.SeedSize));
        if (known is null)
        {
            // Crash before this: a key that has cosigned nothing; the next start takes it.
            connection.Execute("INSERT INTO identity (id, vkey) VALUES (1, @vkey)", new { vkey = signer.Vkey });
        }
        else if (known != signer.Vkey)
        {
            var ours = signer.Vkey;
            signer.Dispose();
            throw new StoreRefusedException($"This memory is of the witness {known}, the name and key given are {ours}. Use those it began with.");
        }

        return signer;
    }

    private static FileStream Lock(string folder)
    {
        try
        {
            return new FileStream(Path.Combine(folder, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException failure)
        {
            throw new StoreRefusedException($"The state folder {folder} is in use by another witness. Stop that one first.", failure);
        }
    }

    private static SqliteConnection Connect(string path)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadWriteCreate, Pooling = false }.ConnectionString);
        try
        {
            connection.Open();
            connection.Execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;");
            Database.AssertDurable(connection);
            connection.Execute(Ddl);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private sealed class Row
    {
        public long Size { get; init; }

        public byte[] Root { get; init; } = [];

        public string? Note { get; init; }

        public WitnessedTree Tree => new(Size, Root);
    }
}

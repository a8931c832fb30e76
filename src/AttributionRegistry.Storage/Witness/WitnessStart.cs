using AttributionRegistry.Log;
using Dapper;
using Microsoft.Data.Sqlite;

namespace AttributionRegistry.Storage;

/// <summary>The start of a witness: key, memory and marks must belong together and be of now, or it does not start.</summary>
internal static class WitnessStart
{
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

    private const string TreesSql = "SELECT origin AS Origin, size AS Size, root AS Root, note AS Note FROM tree WHERE size > 0";

    private const string TakeSql = """
        INSERT INTO tree (origin, size, root, note, at_us) VALUES (@origin, @size, @root, NULL, 0)
        ON CONFLICT (origin) DO UPDATE SET size = excluded.size, root = excluded.root, note = NULL WHERE tree.size < excluded.size
        """;

    private const string IdentifySql = "INSERT INTO identity (id, vkey) VALUES (1, @vkey) ON CONFLICT (id) DO UPDATE SET vkey = excluded.vkey";

    /// <summary>Opens what <see cref="WitnessState"/> then owns.</summary>
    /// <exception cref="StoreRefusedException">See <see cref="WitnessState.Open"/>.</exception>
    public static (SqliteConnection Connection, FileStream Lock, NoteSigner Signer, WitnessMarks Marks) Run(WitnessOptions options)
    {
        KeepApart(options);
        Directory.CreateDirectory(options.StateFolder);
        var (path, key) = (Path.Combine(options.StateFolder, FileName), Path.Combine(options.KeysFolder, WitnessState.KeyFileName));
        var lockFile = Lock(options.StateFolder);
        SqliteConnection? connection = null;
        NoteSigner? signer = null;
        try
        {
            connection = Connect(path);

            // Crash before this: no memory has a durable name yet, and no key exists; the next start begins again.
            Durable.SyncDirectory(options.StateFolder);
            signer = Identify(connection, options, key);
            return (connection, lockFile, signer, Mark(connection, options, signer.Vkey));
        }
        catch (Exception failure)
        {
            signer?.Dispose();
            connection?.Dispose();
            lockFile.Dispose();
            throw failure switch
            {
                SqliteException => new StoreRefusedException($"{path} cannot be used: {failure.Message} Restore it as it was last.", failure),
                IOException or UnauthorizedAccessException => new StoreRefusedException($"The key or the marks in {options.KeysFolder} cannot be used: {failure.Message}", failure),
                _ => failure,
            };
        }
    }

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
            return MakeKey(connection, options, key, known);
        }

        var signer = NoteSigner.Witness(options.Name, SecretFile.Read(key, NoteSigner.SeedSize));
        var vkey = signer.Vkey;
        if (known == vkey)
        {
            return signer;
        }

        if (known is null && options.RecoverMemory && File.Exists(WitnessMarks.PathIn(options.KeysFolder)))
        {
            connection.Execute(IdentifySql, new { vkey });
            return signer;
        }

        signer.Dispose();
        throw new StoreRefusedException(known is null
            ? $"The key {key} has cosigned before and its memory in {options.StateFolder} is missing: without it a second tree could be cosigned. {WayOut(options)}"
            : $"This memory is of the witness {known}, the name and key given are {vkey}. Use those it began with.");
    }

    // The name is written before the key: a key whose memory does not know it is always an old one.
    private static NoteSigner MakeKey(SqliteConnection connection, WitnessOptions options, string key, string? known)
    {
        if (File.Exists(WitnessMarks.PathIn(options.KeysFolder)) || connection.Query<WitnessRow>(TreesSql).Any())
        {
            throw new StoreRefusedException($"The witness{(known is null ? "" : $" is known as {known}, it")} has cosigned before, and its key {key} is missing. Restore the key from its own backup.");
        }

        var seed = options.Entropy(NoteSigner.SeedSize);
        var signer = NoteSigner.Witness(options.Name, seed);
        connection.Execute(IdentifySql, new { vkey = signer.Vkey });

        // Crash here: a name whose key nobody has, which has cosigned nothing. The next start takes another.
        SecretFile.Create(key, seed);
        return signer;
    }

    // The file is there from the first start on; a memory that knows so (user_version) does not start without it.
    private static WitnessMarks Mark(SqliteConnection connection, WitnessOptions options, string vkey)
    {
        var marks = WitnessMarks.Read(options.KeysFolder, vkey);
        if (marks is null && connection.ExecuteScalar<long>("PRAGMA user_version") > 0)
        {
            throw new StoreRefusedException(
                $"The marks {WitnessMarks.PathIn(options.KeysFolder)} are missing: without them an older memory could pass for the newest. Restore them with the key, from a backup of now; "
                + "or move the key away, with an empty state folder, and give the logs' operators the new one.");
        }

        marks ??= WitnessMarks.None(options.KeysFolder, vkey);
        var remembered = connection.Query<WitnessRow>(TreesSql).ToDictionary(row => row.Origin, row => row.Tree, StringComparer.Ordinal);
        foreach (var (origin, mark) in marks.Trees.Where(each => marks.AreAhead(each.Key, remembered.GetValueOrDefault(each.Key))))
        {
            var ours = remembered.GetValueOrDefault(origin) ?? WitnessedTree.Nothing;
            if (!options.RecoverMemory || ours.Size == mark.Size)
            {
                throw new StoreRefusedException(
                    $"The witness has cosigned {mark.Size} entries of {origin}, and its memory in {options.StateFolder} "
                    + $"{(ours.Size == mark.Size ? "has another tree of that size" : $"knows of {ours.Size}")}: a second tree could be cosigned. {WayOut(options)}");
            }

            connection.Execute(TakeSql, new { origin, size = mark.Size, root = mark.Root });
        }

        foreach (var (origin, tree) in remembered)
        {
            marks.Raise(origin, tree);
        }

        marks.Write();

        // Crash here: marks that the memory does not know of yet; the next start holds it to them all the same.
        connection.Execute("PRAGMA user_version = 1");
        return marks;
    }

    private static string WayOut(WitnessOptions options) =>
        $"Restore the memory as it was last; or start once with --recover-memory, which takes the marks {WitnessMarks.PathIn(options.KeysFolder)} for it; "
        + "or move the key and the marks away, with an empty state folder, and give the logs' operators the new key.";

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
}

/// <summary>What is remembered of a log.</summary>
internal sealed class WitnessRow
{
    public string Origin { get; init; } = "";

    public long Size { get; init; }

    public byte[] Root { get; init; } = [];

    public string? Note { get; init; }

    public WitnessedTree Tree => new(Size, Root);
}

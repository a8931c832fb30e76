using System.Collections.Concurrent;
using Dapper;
using Microsoft.Data.Sqlite;

namespace AttributionRegistry.Storage;

/// <summary>
/// One random key for each record (a stream of events: a case, a round, an account …), wrapped by the master key. Under a case's key
/// are its events, what opens its commitments, and the keys of its evidence.
/// </summary>
public sealed class DataKeys
{
    /// <summary>What belongs to no record: kept answers.</summary>
    public const string InstanceScope = "instance";

    internal const string CurrentName = "master.key";
    private const string CurrentSql = "SELECT value FROM instance WHERE name = 'master.key'";
    private const string FindSql = "SELECT master AS Master, wrapped AS Wrapped FROM data_key WHERE scope = @scope";
    private const int MostKept = 50_000;

    private readonly Database _database;
    private readonly MasterKeys _masters;
    private readonly Func<int, byte[]> _entropy;
    private readonly ConcurrentDictionary<string, byte[]> _kept = new(StringComparer.Ordinal); // committed keys only

    private DataKeys(Database database, MasterKeys masters, Func<int, byte[]> entropy)
    {
        (_database, _masters, _entropy) = (database, masters, entropy);
    }

    /// <summary>The id of the master key that wraps new keys.</summary>
    public string Current => _database.Read(CurrentOf);

    internal Func<int, byte[]> Entropy => _entropy;

    /// <summary>Opens the keys of an instance; its first start makes the first master key. Called before the writer starts.</summary>
    /// <exception cref="StoreRefusedException">A master key that wraps something is missing.</exception>
    public static DataKeys Open(Database database, string keysFolder, Func<int, byte[]> entropy)
    {
        ArgumentNullException.ThrowIfNull(database);
        var masters = MasterKeys.Open(keysFolder);
        var connection = database.Writer;
        if (connection.ExecuteScalar<string>(CurrentSql) is not { } current)
        {
            current = masters.Create(entropy);
            connection.Execute("INSERT INTO instance (name, value) VALUES (@name, @current)", new { name = CurrentName, current });
        }

        var needed = connection.Query<string>("SELECT DISTINCT master FROM data_key").Append(current);
        return needed.FirstOrDefault(id => !masters.Has(id)) is { } missing
            ? throw new StoreRefusedException($"The master key {missing} is missing from {keysFolder}; what it protects cannot be read. Restore master-{missing}.key from the keys' backup.")
            : new DataKeys(database, masters, entropy);
    }

    /// <summary>The committed key of a scope, or null where nothing was ever written under it.</summary>
    public byte[]? Find(string scope)
    {
        if (_kept.TryGetValue(scope, out var kept))
        {
            return kept;
        }

        return _database.Read(connection => connection.QuerySingleOrDefault<Row>(FindSql, new { scope })) is { } row ? Keep(scope, Unwrap(scope, row)) : null;
    }

    /// <summary>What opens the values of a record. Dispose it after use; one thread at a time.</summary>
    /// <exception cref="StoreRefusedException">There is a row of the scope and no key.</exception>
    internal RowCipher CipherOf(string scope) =>
        new(Find(scope) ?? throw new StoreRefusedException($"{scope} has values and no key. Restore the database from a backup."));

    /// <summary>Wraps the key of a payload with the key of its case; no other case opens it.</summary>
    public byte[] WrapPayloadKey(string scope, string blob, byte[] key) =>
        KeyWrap.Wrap(Find(scope) ?? throw new StoreRefusedException($"{scope} has no key."), key, $"payload\0{scope}\0{blob}", _entropy);

    /// <exception cref="StoreRefusedException">The key was altered, or is of another case or payload.</exception>
    public byte[] UnwrapPayloadKey(string scope, string blob, byte[] wrapped) =>
        KeyWrap.Unwrap(Find(scope) ?? [], wrapped, $"payload\0{scope}\0{blob}")
        ?? throw new StoreRefusedException($"The key of payload {blob} does not open with the key of {scope}.");

    /// <summary>How many data keys each master key wraps.</summary>
    public IReadOnlyList<(string Master, long DataKeys)> Wraps() => _database.Read(connection =>
        connection.Query<(string, long)>("SELECT master, count(*) FROM data_key GROUP BY master ORDER BY master").AsList());

    /// <summary>Wraps the key of an unfinished upload, which belongs to no record yet, with the key of the instance.</summary>
    /// <param name="rows">The commit that keeps it: the key of the instance may have to be made first.</param>
    public byte[] WrapUploadKey(RowWriter rows, string upload, byte[] key)
    {
        ArgumentNullException.ThrowIfNull(rows);
        return KeyWrap.Wrap(FindOrMake(rows.Connection, InstanceScope), key, $"upload\0{upload}", _entropy);
    }

    /// <exception cref="StoreRefusedException">The key was altered, or is of another upload.</exception>
    public byte[] UnwrapUploadKey(string upload, byte[] wrapped) =>
        (Find(InstanceScope) is { } wrapping ? KeyWrap.Unwrap(wrapping, wrapped, $"upload\0{upload}") : null)
        ?? throw new StoreRefusedException($"The key of the upload {upload} does not open with the key of the instance. Restore the database from a backup.");

    /// <summary>A new master key, in memory only.</summary>
    public NewMasterKey PrepareMaster() => MasterKeys.New(_entropy);

    /// <summary>Makes the file of a new master key, once; durable when this returns. Nothing is wrapped by it yet.</summary>
    public void Persist(NewMasterKey next) => _masters.Add(next);

    /// <summary>
    /// Puts a new master key in force and wraps every data key with it: the rows of a rotation, in its transaction. Nothing else is encrypted
    /// anew. What the same transaction makes after this, by other commits of the batch, is wrapped by the new key too, since
    /// <see cref="FindOrMake"/> reads the key in force from the transaction; and if this is undone, so is that.
    /// </summary>
    /// <returns>How many keys were wrapped anew.</returns>
    public int Rewrap(RowWriter rows, string to)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var all = rows.Query<Row>("SELECT scope AS Scope, master AS Master, wrapped AS Wrapped FROM data_key");
        foreach (var row in all)
        {
            rows.Execute(
                "UPDATE data_key SET master = @master, wrapped = @wrapped WHERE scope = @scope",
                new { master = to, wrapped = _masters.Wrap(to, Unwrap(row.Scope, row), row.Scope, _entropy), scope = row.Scope });
        }

        rows.Execute("UPDATE instance SET value = @value WHERE name = @name", new { value = to, name = CurrentName });
        return all.Count;
    }

    /// <summary>The writer's own way: it also makes keys, inside its transaction.</summary>
    internal byte[] FindOrMake(SqliteConnection writer, string scope)
    {
        if (_kept.TryGetValue(scope, out var kept))
        {
            return kept;
        }

        if (writer.QuerySingleOrDefault<Row>(FindSql, new { scope }) is { } row)
        {
            return Unwrap(scope, row);
        }

        var key = _entropy(KeyWrap.KeyBytes);
        var master = CurrentOf(writer);
        writer.Execute(
            "INSERT INTO data_key (scope, master, wrapped) VALUES (@scope, @master, @wrapped)",
            new { scope, master, wrapped = _masters.Wrap(master, key, scope, _entropy) });
        return key;
    }

    private static string CurrentOf(SqliteConnection connection) => connection.ExecuteScalar<string>(CurrentSql)!;

    private byte[] Unwrap(string scope, Row row) => _masters.Unwrap(row.Master, row.Wrapped, scope);

    private byte[] Keep(string scope, byte[] key)
    {
        if (_kept.Count > MostKept)
        {
            _kept.Clear();
        }

        return _kept.GetOrAdd(scope, key);
    }

    private sealed class Row
    {
        public string Scope { get; init; } = "";

        public string Master { get; init; } = "";

        public byte[] Wrapped { get; init; } = [];
    }
}

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

    private const string CurrentName = "master.key";
    private const string FindSql = "SELECT master AS Master, wrapped AS Wrapped FROM data_key WHERE scope = @scope";
    private const int MostKept = 50_000;

    private readonly Database _database;
    private readonly MasterKeys _masters;
    private readonly Func<int, byte[]> _entropy;
    private readonly ConcurrentDictionary<string, byte[]> _kept = new(StringComparer.Ordinal); // committed keys only

    private DataKeys(Database database, MasterKeys masters, string current, Func<int, byte[]> entropy)
    {
        (_database, _masters, Current, _entropy) = (database, masters, current, entropy);
    }

    /// <summary>The id of the master key that wraps new keys.</summary>
    public string Current { get; private set; }

    internal Func<int, byte[]> Entropy => _entropy;

    /// <summary>Opens the keys of an instance; its first start makes the first master key. Called before the writer starts.</summary>
    /// <exception cref="StoreRefusedException">A master key that wraps something is missing.</exception>
    public static DataKeys Open(Database database, string keysFolder, Func<int, byte[]> entropy)
    {
        ArgumentNullException.ThrowIfNull(database);
        var masters = MasterKeys.Open(keysFolder);
        var connection = database.Writer;
        var current = connection.ExecuteScalar<string>("SELECT value FROM instance WHERE name = @name", new { name = CurrentName });
        if (current is null)
        {
            current = masters.Create(entropy);
            connection.Execute("INSERT INTO instance (name, value) VALUES (@name, @current)", new { name = CurrentName, current });
        }

        var needed = connection.Query<string>("SELECT DISTINCT master FROM data_key").Append(current);
        return needed.FirstOrDefault(id => !masters.Has(id)) is { } missing
            ? throw new StoreRefusedException($"The master key {missing} is missing from {keysFolder}; what it protects cannot be read. Restore master-{missing}.key from the keys' backup.")
            : new DataKeys(database, masters, current, entropy);
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

    /// <summary>
    /// Wraps every data key with a new master key. Nothing else is encrypted anew, and nothing stops meanwhile. The old file stays where it
    /// is: backups made before still need it.
    /// </summary>
    /// <returns>What to run in a commit; durable with it.</returns>
    public MasterRotation BeginRotation() => new(_masters.Create(_entropy), Current);

    /// <summary>The rows of a rotation, in its transaction.</summary>
    /// <returns>How many keys were wrapped anew.</returns>
    public int Rewrap(RowWriter rows, MasterRotation rotation)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(rotation);
        var all = rows.Query<Row>("SELECT scope AS Scope, master AS Master, wrapped AS Wrapped FROM data_key");
        foreach (var row in all)
        {
            rows.Execute(
                "UPDATE data_key SET master = @master, wrapped = @wrapped WHERE scope = @scope",
                new { master = rotation.To, wrapped = _masters.Wrap(rotation.To, Unwrap(row.Scope, row), row.Scope, _entropy), scope = row.Scope });
        }

        rows.Execute("UPDATE instance SET value = @value WHERE name = @name", new { value = rotation.To, name = CurrentName });
        return all.Count;
    }

    /// <summary>Called once the commit of the rotation is durable.</summary>
    public void EndRotation(MasterRotation rotation)
    {
        ArgumentNullException.ThrowIfNull(rotation);
        Current = rotation.To;
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
        writer.Execute(
            "INSERT INTO data_key (scope, master, wrapped) VALUES (@scope, @master, @wrapped)",
            new { scope, master = Current, wrapped = _masters.Wrap(Current, key, scope, _entropy) });
        return key;
    }

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

/// <summary>A change of the master key. The new file is durable before anything is wrapped by it.</summary>
/// <param name="To">The id of the new key.</param>
/// <param name="From">The id of the one before.</param>
public sealed record MasterRotation(string To, string From);

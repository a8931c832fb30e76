using System.Collections.Concurrent;
using AttributionRegistry.Log;
using Dapper;
using Microsoft.Data.Sqlite;

namespace AttributionRegistry.Storage;

/// <summary>
/// The keys with which the log signs. Which ones says the log itself (<see cref="LogKeyHistory"/>); their seeds are files in the keys folder.
/// A file that no entry names is not used, and the file of a retired key is not needed.
/// </summary>
public sealed class LogSigners : IDisposable
{
    internal const string VKeyName = "log.vkey";

    private const string EntriesSql = """
        SELECT log_entry.idx, log_entry.entry
        FROM event
        JOIN log_entry ON log_entry.idx = event.idx
        WHERE event.stream = 'log-keys'
        ORDER BY event.version
        """;

    private readonly string _keysFolder;
    private readonly string _origin;
    private readonly Func<int, byte[]> _entropy;
    private readonly ConcurrentDictionary<string, NoteSigner> _signers = new(StringComparer.Ordinal); // by vkey

    private volatile LogKeyHistory _history; // replaced by the writer's thread together with the head

    private LogSigners(string keysFolder, string origin, Func<int, byte[]> entropy, LogKeyHistory history) =>
        (_keysFolder, _origin, _entropy, _history) = (keysFolder, origin, entropy, history);

    /// <summary>Every key there ever was, as of the newest durable head.</summary>
    public LogKeyHistory History => _history;

    /// <summary>What closed the log, as of the newest durable head; null while it grows.</summary>
    public LogClosure? Closure => _history.Closure;

    /// <summary>The keys that sign now, the one that has signed longest first.</summary>
    public IReadOnlyList<NoteSigner> Current => Of(_history, long.MaxValue);

    /// <summary>Opens the keys of a log; its first start makes the first key. Called before the writer starts.</summary>
    /// <exception cref="StoreRefusedException">A key that signs is missing, or its file holds another.</exception>
    internal static LogSigners Open(SqliteConnection connection, string keysFolder, string origin, Func<int, byte[]> entropy)
    {
        if (connection.ExecuteScalar<string>("SELECT value FROM instance WHERE name = @VKeyName", new { VKeyName }) is not { } first)
        {
            // Crash between the two: a key that signed nothing. The next start takes it for the first one.
            using var made = new NoteSigner(origin, LogKey.LoadOrCreate(keysFolder, entropy));
            first = made.Vkey;
            connection.Execute("INSERT INTO instance (name, value) VALUES (@VKeyName, @first)", new { VKeyName, first });
        }

        var signers = new LogSigners(keysFolder, origin, entropy, Read(connection, first));
        try
        {
            _ = signers.Current;
            return signers;
        }
        catch
        {
            signers.Dispose();
            throw;
        }
    }

    /// <summary>A new key, in memory only.</summary>
    public NewLogKey Prepare()
    {
        while (true)
        {
            var next = new NewLogKey(_origin, _entropy(NoteSigner.SeedSize));

            // An id has 32 bits: two keys of one log must not share one, or a reader could not tell their signatures apart.
            if (_history.Keys.All(known => known.KeyId != next.KeyId))
            {
                return next;
            }
        }
    }

    /// <summary>Makes the file of a new key, once; durable when this returns. Nothing is signed with it before an entry introduces it.</summary>
    public void Persist(NewLogKey next)
    {
        ArgumentNullException.ThrowIfNull(next);
        var path = LogKey.PathOf(_keysFolder, next.KeyId);
        if (!File.Exists(path))
        {
            SecretFile.Create(path, next.Seed);
        }
    }

    /// <summary>The word of a key that is to sign no more, in favour of the others that sign; empty where there are none, or it does not sign.</summary>
    public string Retirement(string keyId, SignedHead head)
    {
        ArgumentNullException.ThrowIfNull(head);
        var signing = Current;
        List<NoteVerifier> left = [.. signing.Where(key => NoteKey.Hex(key.KeyId) != keyId).Select(key => NoteVerifier.Parse(key.Vkey))];
        return signing.FirstOrDefault(key => NoteKey.Hex(key.KeyId) == keyId) is { } retired && left.Count > 0
            ? new KeyRetirement(head.Size, head.Root, left).Sign(retired)
            : "";
    }

    public void Dispose()
    {
        foreach (var signer in _signers.Values)
        {
            signer.Dispose();
        }
    }

    /// <summary>The keys as the connection sees the log, which inside a transaction is ahead of <see cref="History"/>.</summary>
    internal LogKeyHistory Read(SqliteConnection connection) => Read(connection, _history.Keys[0].Key.Vkey);

    /// <summary>Takes over what a committed batch changed. On the writer's thread.</summary>
    internal void Publish(LogKeyHistory history) => _history = history;

    /// <summary>The signers of a head of this size.</summary>
    /// <exception cref="StoreRefusedException">The file of one of them is missing, or holds another key.</exception>
    internal IReadOnlyList<NoteSigner> Of(LogKeyHistory history, long size) => [.. history.At(size).Select(Signer)];

    private static LogKeyHistory Read(SqliteConnection connection, string firstVkey)
    {
        try
        {
            return LogKeyHistory.Read(firstVkey, connection.Query<(long Index, byte[] Entry)>(EntriesSql));
        }
        catch (NoteException fault)
        {
            throw new LogDamagedException($"What the log says about its own keys does not hold: {fault.Message} Restore the database from a backup or a mirror.");
        }
    }

    private NoteSigner Signer(NoteVerifier key) => _signers.GetOrAdd(key.Vkey, _ => Load(key));

    private NoteSigner Load(NoteVerifier key)
    {
        var isFirst = key.Vkey == _history.Keys[0].Key.Vkey;
        var path = isFirst ? LogKey.PathOfFirst(_keysFolder) : LogKey.PathOf(_keysFolder, NoteKey.Hex(key.KeyId));
        if (!File.Exists(path))
        {
            throw new StoreRefusedException($"The log's key is missing from {_keysFolder}: {path}; the log is signed by {key.Vkey}. Restore the key from its own backup.");
        }

        var signer = new NoteSigner(_origin, SecretFile.Read(path, NoteSigner.SeedSize));
        if (signer.Vkey == key.Vkey)
        {
            return signer;
        }

        var found = signer.Vkey;
        signer.Dispose();
        throw new StoreRefusedException(isFirst
            ? $"This data folder was set up with {VKeyName} '{key.Vkey}', {path} holds '{found}'. Use the matching settings and keys."
            : $"{path} holds the key '{found}', the log says that '{key.Vkey}' signs it. Restore the key from its own backup.");
    }
}

/// <summary>A key that nothing is signed with yet. Its seed is seen by the store only.</summary>
public sealed class NewLogKey
{
    internal NewLogKey(string origin, byte[] seed)
    {
        using var signer = new NoteSigner(origin, seed);
        (Seed, Vkey, KeyId) = (seed, signer.Vkey, NoteKey.Hex(signer.KeyId));
    }

    public string Vkey { get; }

    public string KeyId { get; }

    internal byte[] Seed { get; }
}

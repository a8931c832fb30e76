using System.Globalization;
using System.Text.Json.Nodes;
using AttributionRegistry.Domain;
using AttributionRegistry.Log;
using Dapper;
using Microsoft.Data.Sqlite;

namespace AttributionRegistry.Storage;

/// <summary>An act of which only the entry is left.</summary>
/// <param name="Index">The entry.</param>
/// <param name="Subject">The record it belongs to; null where the entry is sealed.</param>
/// <param name="Version">Its place in the record.</param>
/// <param name="Type">What kind of act; null where the entry is sealed.</param>
/// <param name="At">When; null where the entry is sealed.</param>
public sealed record LostAct(long Index, string? Subject, long Version, string? Type, string? At);

/// <summary>
/// Puts entries of the log back that a database restored from an older backup lacks. What they recorded beyond their bytes is gone: private values,
/// openings, rows. So each becomes an event without values, which no state is folded from; the chains of their records go on behind them.
/// </summary>
public sealed class LogRecovery : IDisposable
{
    /// <summary>The record of losses: its entries say which entries are such.</summary>
    public const string Stream = "log-recoveries";

    /// <summary>The type of its events.</summary>
    public const string Type = "log.recovered";

    /// <summary>Where the events of sealed entries stand: nobody knows whose they were.</summary>
    public const string SealedStream = "lost-seals";

    /// <summary>Named in the instance while entries are back and the log does not say so yet.</summary>
    internal const string UnstatedName = "log.unstated-loss";

    private const string NextTrigger = "event_is_next";

    private const string TriggerSql = "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = @NextTrigger";

    private const string DropTriggerSql = "DROP TRIGGER event_is_next";

    private const string EventSql = """
        INSERT INTO event (idx, stream, version, type, schema_version, actor, at_us, body, sealed)
        VALUES (@index, @stream, @version, @type, @schema, @actor, @at, '', @isSealed)
        """;

    private const string EntrySql = "INSERT INTO log_entry (idx, leaf_hash, entry) VALUES (@index, @leaf, @entry)";

    private const string StreamSql = """
        INSERT INTO stream_head (stream, version, leaf_hash) VALUES (@stream, @version, @leaf)
        ON CONFLICT (stream) DO UPDATE SET version = excluded.version, leaf_hash = excluded.leaf_hash
        """;

    private const string VersionSql = "SELECT coalesce(max(version), 0) FROM event WHERE stream = @stream";

    private const string HeadSql = "UPDATE log_head SET size = @size, root = @root, checkpoint = @checkpoint, at_us = @at WHERE id = 1 AND size = @before";

    private const string UnstatedSql = "INSERT INTO instance (name, value) VALUES (@UnstatedName, @value)";

    private const string StatedSql = "DELETE FROM instance WHERE name = @UnstatedName";

    private readonly Database _database;
    private readonly LogSigners _signers;
    private readonly SignerState _state;
    private readonly LogState _log;

    private LogRecovery(Database database, string origin, LogSigners signers, SignerState state, LogState log) =>
        (_database, Origin, _signers, _state, _log) = (database, origin, signers, state, log);

    public string Origin { get; }

    /// <summary>The key that the log began with.</summary>
    public string Vkey => _signers.History.Keys[0].Key.Vkey;

    /// <summary>How many entries the database has.</summary>
    public long Size => _log.Tree.Size;

    public byte[] Root => _log.Tree.Root();

    /// <summary>The largest head that the signer remembers; its own where it remembers none.</summary>
    public (long Size, byte[] Root) Signed => _state.Last is { } last && last.Size > Size ? (last.Size, last.Root) : (Size, Root);

    /// <summary>Whether entries are back already, and only the log does not say so yet.</summary>
    public bool IsUnstated => RegistryStore.Find(_database, UnstatedName) is not null;

    /// <summary>Opens a stopped registry. No server can start on it meanwhile.</summary>
    /// <exception cref="StoreRefusedException">There is none, one runs, or its keys are missing.</exception>
    /// <exception cref="LogDamagedException">What the database has is damaged: restore it first.</exception>
    public static LogRecovery Open(string dataFolder, string keysFolder, DateTimeOffset at)
    {
        Database.OpenStopped(dataFolder).Dispose(); // refuses where there is nothing to recover
        var database = Database.Open(dataFolder, at);
        LogSigners? signers = null;
        SignerState? state = null;
        try
        {
            var origin = RegistryStore.Find(database, RegistryStore.OriginName) ?? throw new StoreRefusedException($"The database in {dataFolder} names no log.");
            state = SignerState.Open(keysFolder);
            signers = LogSigners.Open(database.Writer, keysFolder, origin, _ => throw new InvalidOperationException("A recovery makes no keys."));
            var log = LogState.Load(database.Writer, origin, signers, at);
            return state.Contradicts(log.Tree) is { } reason && !(state.Last?.Size > log.Tree.Size)
                ? throw new StoreRefusedException(reason) // nothing that entries could mend
                : new LogRecovery(database, origin, signers, state, log);
        }
        catch
        {
            signers?.Dispose();
            state?.Dispose();
            database.Dispose();
            throw;
        }
    }

    /// <summary>Puts the entries back, all or none. They must be proven: here only the root that they lead to is compared.</summary>
    /// <returns>What is lost with them.</returns>
    /// <exception cref="StoreRefusedException">They do not lead to that root, or change the keys of the log.</exception>
    public IReadOnlyList<LostAct> Restore(IReadOnlyList<byte[]> entries, byte[] root)
    {
        ArgumentNullException.ThrowIfNull(entries);
        var tree = _log.Tree;
        var (before, at, lost) = (tree.Size, _log.LastAtMicroseconds, new List<LostAct>());
        using var transaction = _database.Writer.BeginTransaction();

        // Of a record with sealed and open entries only the open ones can be told apart: its versions have gaps here, and nowhere else.
        var trigger = _database.Writer.ExecuteScalar<string>(TriggerSql, new { NextTrigger })!;
        _database.Writer.Execute(DropTriggerSql);
        foreach (var entry in entries)
        {
            var leaf = Rfc6962.LeafHash(entry);
            var (act, row) = Read(tree.Size, entry, at);
            if (act.Subject == LogKeyHistory.Subject)
            {
                throw new StoreRefusedException(
                    $"Entry {act.Index} changes the keys of the log ({act.Type}). What a key is needed for cannot be given back without its record: restore a backup that has this entry.");
            }

            at = row.At;
            _database.Writer.Execute(EventSql, new { index = act.Index, stream = row.Stream, version = act.Version, type = row.Type, schema = row.Schema, actor = row.Actor, at, isSealed = act.Subject is null ? 1 : 0 });
            _database.Writer.Execute(EntrySql, new { index = act.Index, leaf, entry });
            _database.Writer.Execute(StreamSql, new { stream = row.Stream, version = act.Version, leaf });
            tree.Append(leaf);
            lost.Add(act);
        }

        if (!tree.Root().AsSpan().SequenceEqual(root))
        {
            throw new StoreRefusedException($"With these entries the log has root {Convert.ToHexStringLower(tree.Root())} at size {tree.Size}, not {Convert.ToHexStringLower(root)}.");
        }

        _database.Writer.Execute(trigger);
        var checkpoint = new Checkpoint(Origin, tree.Size, root).Sign(_signers.Of(_signers.History, tree.Size));
        _database.Writer.Execute(HeadSql, new { size = tree.Size, root, checkpoint, at, before });
        _database.Writer.Execute(UnstatedSql, new { UnstatedName, value = string.Create(CultureInfo.InvariantCulture, $"{before} {tree.Size}") });

        // Crash before this: nothing is back. Crash after it: all is back, no server starts on it, and the next recovery states the loss.
        transaction.Commit();
        return lost;
    }

    public void Dispose()
    {
        _state.Dispose();
        _signers.Dispose();
        _database.Dispose();
    }

    /// <summary>Has the log say which of its entries are without what they recorded. Afterwards a server may start.</summary>
    /// <param name="options">Where the registry is.</param>
    /// <param name="at">Now.</param>
    /// <returns>The entry that says so; null where there is nothing to state.</returns>
    public static async Task<long?> StateLossAsync(StoreOptions options, DateTimeOffset at)
    {
        using var store = RegistryStore.Open(options, at, stating: true);
        if (RegistryStore.Find(store.Database, UnstatedName) is not { } unstated)
        {
            return null;
        }

        var (from, to) = (long.Parse(unstated.Split(' ')[0], CultureInfo.InvariantCulture), long.Parse(unstated.Split(' ')[1], CultureInfo.InvariantCulture));
        var body = new JsonObject { ["from"] = from, ["to"] = to };
        var stated = new NewEvent(Type, 1, null, at, body.ToJsonString(), false, body, [], []);
        var result = await store.Writer.CommitAsync(new CommitRequest(
            [new StreamAppend(Stream, store.Events.Last(Stream)?.Version ?? 0, [stated])], rows => rows.Execute(StatedSql, new { UnstatedName }))).ConfigureAwait(false);
        return result is CommitResult.Committed done
            ? done.Leaves[0].Index
            : throw new StoreRefusedException("The loss could not be recorded: another program writes to this log.");
    }

    private (LostAct Act, (string Stream, string Type, long Schema, string? Actor, long At) Row) Read(long index, byte[] entry, long lastAt)
    {
        if (LogEntry.IsSealed(entry))
        {
            var version = _database.Writer.ExecuteScalar<long>(VersionSql, new { stream = SealedStream }) + 1;
            return (new LostAct(index, null, version, null, null), (SealedStream, "sealed", 1, null, lastAt));
        }

        var said = JsonNode.Parse(entry)!;
        var (subject, type, at) = (said["subject"]!.GetValue<string>(), said["type"]!.GetValue<string>(), said["at"]!.GetValue<string>());
        var instant = Instant.ToMicroseconds(DateTimeOffset.Parse(at, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal));
        return (new LostAct(index, subject, said["seq"]!.GetValue<long>(), type, at), (subject, type, said["v"]!.GetValue<long>(), (string?)said["actor"], instant));
    }
}

using AttributionRegistry.Log;
using Dapper;
using Microsoft.Data.Sqlite;

namespace AttributionRegistry.Storage;

/// <summary>Where a witness keeps its memory and, apart from it, its key.</summary>
/// <param name="Name">The name of its key; whoever relies on it knows the witness by it.</param>
/// <param name="Entropy">The source of random bytes.</param>
/// <param name="RecoverMemory">Takes what the marks beside the key say for the memory, where that was lost or is older.</param>
public sealed record WitnessOptions(string StateFolder, string KeysFolder, string Name, Func<int, byte[]> Entropy, bool RecoverMemory = false);

/// <summary>What a witness answers: the decision, and the cosignature where it cosigned. That is durable by then.</summary>
public sealed record WitnessAnswer(WitnessDecision Decision, string? Cosignature);

/// <summary>
/// The memory of a witness: for each log the largest tree it has cosigned. It exists so that no restart, kill or race makes the witness
/// vouch for two trees: the row is replaced by compare-and-swap, and durable before a cosignature leaves. Beside the key the same is marked
/// once more (<see cref="WitnessMarks"/>), so that an older memory does not pass for the newest.
/// </summary>
public sealed class WitnessState : IDisposable
{
    public const string KeyFileName = "witness.key";

    private const string FindSql = "SELECT size AS Size, root AS Root, note AS Note FROM tree WHERE origin = @origin";

    private const string FirstSql = "INSERT INTO tree (origin, size, root, note, at_us) VALUES (@origin, 0, @root, NULL, 0) ON CONFLICT (origin) DO NOTHING";

    private const string GrowSql = "UPDATE tree SET size = @size, root = @root, note = @note, at_us = @at WHERE origin = @origin AND size = @old";

    private readonly Lock _one = new(); // guards the connection: one decision at a time
    private readonly SqliteConnection _connection;
    private readonly FileStream _lock;
    private readonly WitnessMarks _marks; // guarded by _one
    private string? _stopped; // guarded by _one

    private WitnessState(SqliteConnection connection, FileStream lockFile, NoteSigner signer, WitnessMarks marks) =>
        (_connection, _lock, Signer, _marks) = (connection, lockFile, signer, marks);

    public NoteSigner Signer { get; }

    /// <summary>Opens the memory of a witness, or begins one. Makes the key at the first start.</summary>
    /// <exception cref="StoreRefusedException">
    /// Another process uses it; name or key are not those it began with; or its memory is not there, or behind the marks beside the key: such
    /// a witness has forgotten what it cosigned and could vouch for a second tree.
    /// </exception>
    public static WitnessState Open(WitnessOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var (connection, lockFile, signer, marks) = WitnessStart.Run(options);
        return new WitnessState(connection, lockFile, signer, marks);
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
            catch (Exception failure) when (failure is SqliteException or IOException or UnauthorizedAccessException)
            {
                // Whether the tree or its mark was written is not known, so nothing may be signed from what this connection believes.
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

        if (_marks.AreAhead(origin, stored?.Tree))
        {
            _stopped = $"The witness stopped: its memory of {origin} went back while it ran. Check who else writes to it.";
            throw new WriterStoppedException(_stopped);
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

        // Crash here: remembered, not marked and not answered. The next start raises the mark; the log asks again and is told the size.
        _marks.Raise(origin, new WitnessedTree(checkpoint.Size, checkpoint.Root));

        // Crash here: remembered and not answered. The log asks again, is told the size, and gets the same tree cosigned.
        return new WitnessAnswer(decision, line);
    }

    private WitnessRow? Find(string origin) => _connection.QuerySingleOrDefault<WitnessRow>(FindSql, new { origin });
}

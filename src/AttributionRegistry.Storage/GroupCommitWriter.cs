using System.Threading.Channels;
using AttributionRegistry.Log;
using Microsoft.Data.Sqlite;

namespace AttributionRegistry.Storage;

/// <summary>
/// The one writer. Waiting commits share a transaction and its fsync; each can still fail alone.
/// It assigns leaf indexes in commit order, signs the head that covers them, and only then answers.
/// </summary>
public sealed class GroupCommitWriter : IDisposable
{
    private const int MaxBatch = 512;
    private const int MaxWaiting = 4096;

    private readonly CommitStatements _statements;
    private readonly WriterCiphers _ciphers; // owned by the writer's thread
    private readonly CommitAttempt _attempt; // owned by the writer's thread
    private readonly MerkleTree _tree; // appended to by the writer's thread; others read sizes up to Head.Size
    private readonly LogSigners _signers;
    private readonly SqliteConnection _connection; // used by the writer's thread
    private readonly SignerState _state; // written by the writer's thread
    private readonly string _origin;
    private readonly Thread _thread;
    private readonly Channel<Pending> _queue = Channel.CreateBounded<Pending>(
        new BoundedChannelOptions(MaxWaiting) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    private volatile SignedHead _head; // replaced by the writer's thread after each COMMIT
    private volatile WriterHealth _health = WriterHealth.Healthy;
    private volatile Exception? _refusal;
    private int _disposed;

    private GroupCommitWriter(SqliteConnection connection, DataKeys keys, LogState log, string origin, LogSigners signers, SignerState state)
    {
        (_connection, _tree, _head, _signers, _state, _origin) = (connection, log.Tree, log.Head, signers, state, origin);
        _ciphers = new WriterCiphers(connection, keys);
        _statements = new CommitStatements(connection, _ciphers);
        _attempt = new CommitAttempt(connection, _statements, _ciphers, _tree, log.LastAtMicroseconds, signers.Closure is not null);
        _thread = new Thread(Run) { Name = "group-commit", IsBackground = true };
    }

    /// <summary>The newest head that is durable: an immutable snapshot.</summary>
    public SignedHead Head => _head;

    /// <summary>The tree, for proofs and tiles of sizes up to <see cref="Head"/>. Never append to it.</summary>
    public MerkleTree Tree => _tree;

    public WriterHealth Health => _health;

    /// <summary>
    /// Rebuilds the tree and checks it against the head and the signer's memory. Where writing would risk a fork
    /// the writer opens read-only: <see cref="Health"/> says why and every commit throws <see cref="ReadOnlyModeException"/>.
    /// </summary>
    /// <exception cref="LogDamagedException">The log in the database does not prove itself.</exception>
    public static GroupCommitWriter Start(Database database, DataKeys keys, string origin, LogSigners signers, SignerState state, DateTimeOffset at)
    {
        var log = LogState.Load(database.Writer, origin, signers, at);
        var writer = new GroupCommitWriter(database.Writer, keys, log, origin, signers, state);
        if (state.Contradicts(log.Tree) is { } reason)
        {
            writer.Refuse(new ReadOnlyModeException(reason));
        }
        else
        {
            state.Remember(log.Head);
        }

        writer._thread.Start();
        return writer;
    }

    /// <summary>Writes all of a request or nothing. When it answers Committed, the commit survives a power cut.</summary>
    /// <remarks>Cancelling works until the commit joins a batch; after that the answer is awaited whatever it is.</remarks>
    public async Task<CommitResult> CommitAsync(CommitRequest request, CancellationToken cancel = default)
    {
        Check(request);
        var pending = new Pending(request, cancel);
        try
        {
            await _queue.Writer.WriteAsync(pending, cancel).ConfigureAwait(false);
        }
        catch (ChannelClosedException)
        {
            throw Refusal();
        }

        return await pending.Task.ConfigureAwait(false);
    }

    /// <summary>The proof that a leaf is in the tree of a committed size.</summary>
    public byte[][] InclusionProof(long index, long size)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size, _head.Size);
        return _tree.InclusionProof(index, size);
    }

    /// <summary>Commits what is waiting, then stops.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        _queue.Writer.TryComplete();
        if (_thread.IsAlive)
        {
            _thread.Join();
        }

        _statements.Dispose();
        _ciphers.Dispose();
        _health = new WriterHealth(false, _health.Reason ?? "The writer is closed.");
    }

    private static void Check(CommitRequest request)
    {
        foreach (var added in request.Appends.SelectMany(append => append.Events))
        {
            if ((added.Sealed && added.SealSalt.Length != 32) || added.Openings.Any(opening => opening.Salt.Length != 32))
            {
                throw new ArgumentException($"Event {added.Type} has a salt that is not 32 bytes long.", nameof(request));
            }

            if (added.Openings.Any(opening => opening.Name.Length == 0))
            {
                throw new ArgumentException($"Event {added.Type} opens a field without a name; that place is the seal's.", nameof(request));
            }
        }
    }

    private void Run()
    {
        var batch = new List<Pending>(MaxBatch);
        while (_queue.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            batch.Clear();
            while (batch.Count < MaxBatch && _queue.Reader.TryRead(out var pending))
            {
                if (!pending.GiveUpIfCancelled())
                {
                    batch.Add(pending);
                }
            }

            if (_refusal is not null)
            {
                batch.ForEach(pending => pending.Fail(Refusal()));
            }
            else if (batch.Count > 0)
            {
                CommitBatch(batch);
            }
        }
    }

    private void CommitBatch(List<Pending> batch)
    {
        var before = _head;
        var lastAt = _attempt.LastAtMicroseconds;
        var committing = false;
        SignedHead head;
        LogKeyHistory signing;
        try
        {
            _statements.Begin();
            foreach (var pending in batch)
            {
                pending.Outcome = _attempt.Run(pending.Request);
            }

            signing = SigningAfter(batch);
            head = Sign(before, signing);
            committing = true;

            // Crash before this: nothing of the batch exists and nobody was told otherwise.
            _statements.Commit();

            // Crash here: events, entries and head are durable, nobody has the answer.
            // A retry finds its idempotency row; the next start rebuilds the tree from log_entry.
        }
        catch (Exception failure)
        {
            Abandon(batch, before, lastAt, failure, committing);
            return;
        }

        _signers.Publish(signing);
        Publish(batch, before, head);
    }

    // The head that covers the introduction of a key carries its signature; the head that covers a retirement lacks it. If the batch is
    // undone, so is this: the entries decide, and nothing is remembered before they are durable.
    private LogKeyHistory SigningAfter(List<Pending> batch)
    {
        if (!batch.Exists(pending => pending.Outcome is Outcome.Leaves(var leaves) && leaves.Any(leaf => leaf.Stream == LogKeyHistory.Subject)))
        {
            return _signers.History;
        }

        var signing = _signers.Read(_connection);
        try
        {
            _ = _signers.Of(signing, _tree.Size);
            return signing;
        }
        catch (StoreRefusedException missing)
        {
            // The key's file went away before its entry was committed: nothing is wrong with the database, so only this batch fails.
            throw new IOException(missing.Message, missing);
        }
    }

    private SignedHead Sign(SignedHead before, LogKeyHistory signing)
    {
        if (_tree.Size == before.Size)
        {
            return before;
        }

        var root = _tree.Root();
        var head = new SignedHead(_tree.Size, root, new Checkpoint(_origin, _tree.Size, root).Sign(_signers.Of(signing, _tree.Size)));
        _statements.MoveHead(before, head, _attempt.LastAtMicroseconds);
        return head;
    }

    private void Publish(List<Pending> batch, SignedHead before, SignedHead head)
    {
        if (head.Size > before.Size)
        {
            try
            {
                // Power loss here: the signer's memory may lag behind the database by some batches. It then guards
                // against a shorter log than it should, and catches up at the next start.
                _state.Remember(head);
            }
            catch (Exception failure)
            {
                Refuse(new WriterStoppedException($"The signer's state cannot be written: {failure.Message} Repair the keys folder and restart.", failure));
            }
        }

        _head = head;
        foreach (var pending in batch)
        {
            pending.Complete(head);
        }
    }

    private void Abandon(List<Pending> batch, SignedHead before, long lastAt, Exception failure, bool committing)
    {
        _tree.Truncate(before.Size);
        _attempt.Forget(lastAt, _signers.Closure is not null);
        var cause = failure is BatchLostException lost ? lost.Cause : failure;
        var full = cause is SqliteException { SqliteErrorCode: SqliteCode.Full };
        var rolledBack = TryRollback();

        // After a failed fsync the kernel may have dropped the pages it could not write and then report success:
        // trying again would acknowledge what is not on the disk. So stop, and let a restart read what is really there.
        if (!rolledBack || CommitAttempt.IsFatal(cause) || cause is StoreRefusedException || (committing && !full))
        {
            Refuse(new WriterStoppedException($"The writer stopped because the database failed: {cause.Message} Check the disk and restart.", cause));
            batch.ForEach(pending => pending.Fail(Refusal()));
            return;
        }

        var answer = new CommitFailedException($"The batch could not be committed, nothing of it was kept: {cause.Message}", cause);
        batch.ForEach(pending => pending.Fail(answer));
    }

    private bool TryRollback()
    {
        try
        {
            if (_statements.InTransaction)
            {
                _statements.Rollback();
            }

            return true;
        }
        catch (SqliteException)
        {
            return false;
        }
    }

    private void Refuse(Exception refusal)
    {
        _refusal = refusal;
        _health = new WriterHealth(false, refusal.Message);
        _queue.Writer.TryComplete();
    }

    /// <summary>A new exception for every caller: a thrown one carries its own stack.</summary>
    private Exception Refusal() => _refusal switch
    {
        ReadOnlyModeException readOnly => new ReadOnlyModeException(readOnly.Message),
        WriterStoppedException stopped => new WriterStoppedException(stopped.Message, stopped.InnerException),
        _ => new WriterStoppedException("The writer is closed."),
    };

    /// <summary>A commit that waits for its answer.</summary>
    private sealed class Pending(CommitRequest request, CancellationToken cancel)
    {
        // Asynchronous continuations: the callers' code must not run on the writer's thread.
        private readonly TaskCompletionSource<CommitResult> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public CommitRequest Request => request;

        public Outcome? Outcome { get; set; }

        public Task<CommitResult> Task => _answer.Task;

        public bool GiveUpIfCancelled() => cancel.IsCancellationRequested && _answer.TrySetCanceled(cancel);

        public void Fail(Exception failure) => _answer.TrySetException(failure);

        public void Complete(SignedHead head)
        {
            _ = Outcome switch
            {
                Outcome.Leaves(var leaves) => _answer.TrySetResult(new CommitResult.Committed(leaves, head)),
                Outcome.Answer(var result) => _answer.TrySetResult(result),
                Outcome.Failure(var cause) => _answer.TrySetException(cause),
                _ => _answer.TrySetException(new InvalidOperationException("A commit of a finished batch has no outcome.")),
            };
        }
    }
}

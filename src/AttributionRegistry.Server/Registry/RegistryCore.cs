using System.Security.Cryptography;
using System.Text;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Log;
using AttributionRegistry.Server.People;
using AttributionRegistry.Server.Registry.Signing;
using AttributionRegistry.Storage;

namespace AttributionRegistry.Server.Registry;

/// <summary>What became of an act.</summary>
public abstract record Outcome
{
    private Outcome()
    {
    }

    /// <summary>Durable and in the log. The receipt proves it.</summary>
    public sealed record Done(Receipt Receipt, Session Session) : Outcome;

    /// <summary>Nothing was changed.</summary>
    public sealed record Refused(Refusal Refusal) : Outcome;

    /// <summary>The same request was answered before; it acts once.</summary>
    public sealed record Repeated(IdempotencyRow Row, Receipt? Receipt) : Outcome;
}

/// <summary>
/// The one way of every write: load, decide, append, commit, receipt. A lost race loads and decides again.
/// </summary>
public sealed class RegistryCore(RegistryStore store, Entropy entropy, byte[] pseudonymKey)
{
    private const int Attempts = 32;
    private const int Queues = 64;

    private readonly FoldedStates _states = new(store.Events);

    // Whoever loses a race for a record waits in line before deciding again; else many acts on one case starve each other.
    private readonly SemaphoreSlim[] _queues = [.. Enumerable.Range(0, Queues).Select(_ => new SemaphoreSlim(1))];

    public RegistryStore Store => store;

    public Entropy Entropy => entropy;

    public Policy? Policy => Load(PolicyJournal.Definition, PolicyJournal.Stream).State;

    /// <summary>Runs one act. <paramref name="work"/> may run several times; it only appends to its session.</summary>
    /// <param name="by">Who acts.</param>
    /// <param name="at">When.</param>
    /// <param name="work">Appends decisions to the session, or returns the refusal.</param>
    /// <param name="idempotency">Builds the row that is kept for the caller's key, or null.</param>
    /// <param name="cancel">Stops waiting before the commit; never undoes one.</param>
    /// <param name="authorship">Where the act is drafted or signed: then <paramref name="at"/> is its instant.</param>
    public async Task<Outcome> RunAsync(
        Caller by, DateTimeOffset at, Func<Session, Refusal?> work, Func<Session, IdempotencyRow>? idempotency, CancellationToken cancel, Authorship? authorship = null)
    {
        if (store.LogKeys.Closure is { } closure)
        {
            return new Outcome.Refused(ClosedLog.Refusal(closure));
        }

        if (authorship?.Rehearse(by, work) is { } refused)
        {
            return new Outcome.Refused(refused);
        }

        SemaphoreSlim? queue = null;
        try
        {
            for (var attempt = 1; ; attempt++)
            {
                var (outcome, lostOn) = await TryAsync(by, at, work, idempotency, authorship, inLine: queue is not null, cancel).ConfigureAwait(false);
                if (outcome is not null)
                {
                    return outcome;
                }

                queue?.Release();
                queue = null;
                if (attempt == Attempts)
                {
                    return new Outcome.Refused(Refusal.Conflict("lost-race", $"Others changed {lostOn} at the same time, several times over; try again."));
                }

                var next = QueueOf(lostOn!);
                await next.WaitAsync(cancel).ConfigureAwait(false);
                queue = next;
            }
        }
        finally
        {
            queue?.Release();
        }
    }

    // One attempt: its outcome, or the record on which it lost the race or has to wait in line.
    private async Task<(Outcome? Outcome, string? LostOn)> TryAsync(
        Caller by, DateTimeOffset at, Func<Session, Refusal?> work, Func<Session, IdempotencyRow>? idempotency, Authorship? authorship, bool inLine, CancellationToken cancel)
    {
        var session = new Session(this, by, at, Policy, authorship?.Salts());
        if ((work(session) ?? Authored(session, authorship)) is { } refusal)
        {
            return (new Outcome.Refused(refusal), null);
        }

        if (session.IsEmpty)
        {
            return (new Outcome.Done(LastReceipt(session), session), null);
        }

        // Where others stand in line nobody overtakes them, or newcomers could starve them.
        if (!inLine && session.Appended.FirstOrDefault(stream => QueueOf(stream).CurrentCount == 0) is { } busy)
        {
            return (null, busy);
        }

        CommitResult result;
        try
        {
            result = await store.Writer.CommitAsync(session.ToRequest(idempotency?.Invoke(session)), cancel).ConfigureAwait(false);
        }
        catch (LogClosedException) when (store.LogKeys.Closure is { } closure)
        {
            // The last entry was committed between the look and the commit.
            return (new Outcome.Refused(ClosedLog.Refusal(closure)), null);
        }

        switch (result)
        {
            case CommitResult.Committed done:
                // A clock that ran back is corrected by the log: then what was folded here has the wrong instant.
                if (done.Leaves[0].AtMicroseconds == Instant.ToMicroseconds(at))
                {
                    session.Keep();
                }
                else
                {
                    session.AdvanceAll();
                }

                session.AfterCommitted?.Invoke();
                return (new Outcome.Done(ReceiptOf(done.Leaves[0].Index, done.Leaves[0].LeafHash, done.Head, session.Salts()), session), null);
            case CommitResult.VersionConflict conflict:
                session.AdvanceAll();
                return (null, conflict.Stream);
            case CommitResult.IdempotencyTaken:
                return (new Outcome.Refused(Refusal.Conflict("idempotency-in-flight", "The same Idempotency-Key is being answered; try again in a moment.")), null);
            default:
                throw new InvalidOperationException("A commit is done, in conflict or taken.");
        }
    }

    private static Refusal? Authored(Session session, Authorship? authorship) =>
        authorship is not null ? authorship.Settle(session)
        : session.MustBeSigned && session.Policy.AuthorSignatures == AuthorSignatures.Required && session.By.Id != Startup.Machine.Id ? Authorship.Required
        : null;

    private SemaphoreSlim QueueOf(string stream) => _queues[(uint)StringComparer.Ordinal.GetHashCode(stream) % Queues];

    /// <summary>The state of a record and its version, at least as new as the last acknowledged act.</summary>
    public (long Version, TState? State) Load<TState, TEvent>(Journal<TState, TEvent> journal, string stream)
        where TState : class
        where TEvent : class => _states.Load(journal, stream);

    /// <summary>The pseudonym under which the log shows a person in one record. Another record, another pseudonym.</summary>
    public string Pseudonym(string stream, PersonId person)
    {
        var mac = HMACSHA256.HashData(pseudonymKey, Encoding.UTF8.GetBytes($"attribution-registry/pseudonym/v1\0{stream}\0{person.Value}"));
        return "p_" + B64Url.Encode(mac.AsSpan(0, 16));
    }

    /// <summary>32 bytes that only this instance can derive, always the same for a label.</summary>
    internal byte[] Secret(string label) => HMACSHA256.HashData(pseudonymKey, Encoding.UTF8.GetBytes($"attribution-registry/secret/v1\0{label}"));

    /// <summary>A receipt for a leaf that is in the log, against the newest head.</summary>
    public Receipt? ReceiptOf(long index)
    {
        var head = store.Events.Head;
        return store.Events.ReadLeaf(index) is { } leaf ? ReceiptOf(index, leaf.LeafHash, head, null) : null;
    }

    public Receipt ReceiptOf(long index, byte[] leafHash, SignedHead head, IReadOnlyDictionary<string, string>? salts) => new(
        index, B64Url.Encode(leafHash), head.Checkpoint,
        [.. store.Writer.InclusionProof(index, head.Size).Select(Convert.ToBase64String)], salts);

    internal long VersionOf(string stream) => store.Events.Last(stream)?.Version ?? 0;

    internal (long Version, TState? State) Advance<TState, TEvent>(Journal<TState, TEvent> journal, string stream)
        where TState : class
        where TEvent : class => _states.Advance(journal, stream);

    internal object Generation => _states.Generation;

    internal bool TryKeep(object generation, string stream, long version, object state) => _states.TryKeep(generation, stream, version, state);

    /// <summary>Forgets all folded states; every record is read again from what is committed.</summary>
    internal void ForgetStates() => _states.Forget();

    // An act that changes nothing (the same envelope again) is answered with the proof of the record's last event.
    private Receipt LastReceipt(Session session)
    {
        var last = session.Streams.Select(store.Events.Last).OfType<StreamPosition>().MaxBy(p => p.Index)
            ?? throw new InvalidOperationException("An act without events needs a record that has some.");
        return ReceiptOf(last.Index)!;
    }
}

using System.Collections.Immutable;
using AttributionRegistry.Domain;
using AttributionRegistry.Log;
using AttributionRegistry.Server.Registry;
using AttributionRegistry.Storage;
using Dapper;

namespace AttributionRegistry.Server.Witness;

/// <summary>A verified cosignature: by which witness, over which size, when, and its line in the note.</summary>
public sealed record Cosignature(PolicyWitness Witness, long Size, long UnixSeconds, string Line);

/// <summary>
/// What the witnesses have said of this log, as stored, and what follows from it by the policy. Cosignatures are verified before they come
/// in and again when they are read from the store.
/// </summary>
public sealed class WitnessBook : IDisposable
{
    private const string CheckpointSql = "INSERT INTO cosigned_checkpoint (size, checkpoint, quorum_us) VALUES (@size, @checkpoint, NULL) ON CONFLICT (size) DO NOTHING";

    private const string CosignatureSql = """
        INSERT INTO cosignature (witness, size, time_s, line) VALUES (@witness, @size, @time, @line)
        ON CONFLICT (witness, size) DO UPDATE SET time_s = excluded.time_s, line = excluded.line WHERE excluded.time_s >= cosignature.time_s
        """;

    private const string QuorumSql = "UPDATE cosigned_checkpoint SET quorum_us = @at WHERE size = @size AND quorum_us IS NULL";

    // Gone is what nothing rests on any more: no witness's newest word, no first cover of a finding, and
    // either below the newest checkpoint with the quorum or too many sizes behind.
    private const string PruneSql = """
        DELETE FROM cosigned_checkpoint
        WHERE (size < (SELECT max(size) FROM cosigned_checkpoint WHERE quorum_us IS NOT NULL)
            OR size NOT IN (SELECT size FROM cosigned_checkpoint ORDER BY size DESC LIMIT 64))
          AND size <> coalesce((SELECT max(size) FROM cosigned_checkpoint WHERE quorum_us IS NOT NULL), -1)
          AND NOT EXISTS (
            SELECT 1 FROM cosignature AS newest
            WHERE newest.size = cosigned_checkpoint.size
              AND NOT EXISTS (SELECT 1 FROM cosignature AS later WHERE later.witness = newest.witness AND later.size > newest.size))
          AND NOT EXISTS (
            SELECT 1 FROM finding_version
            WHERE cosigned_checkpoint.quorum_us IS NOT NULL AND finding_version.idx < cosigned_checkpoint.size
              AND NOT EXISTS (
                SELECT 1 FROM cosigned_checkpoint AS earlier
                WHERE earlier.quorum_us IS NOT NULL AND earlier.size > finding_version.idx AND earlier.size < cosigned_checkpoint.size))
        """;

    private const string LoadSql = """
        SELECT cosigned_checkpoint.size AS Size, checkpoint AS Checkpoint, quorum_us AS QuorumUs, witness AS Witness, time_s AS TimeS, line AS Line
        FROM cosigned_checkpoint
        LEFT JOIN cosignature ON cosignature.size = cosigned_checkpoint.size
        ORDER BY cosigned_checkpoint.size
        """;

    private readonly RegistryCore _core;
    private readonly TimeProvider _clock;
    private readonly ILogger<WitnessBook> _log;
    private readonly SemaphoreSlim _one = new(1); // one change at a time: from the store to _known
    private HashSet<string> _verified = new(StringComparer.Ordinal); // guarded by _one: lines that need no second look
    private volatile Judged _judged; // replaced whenever the log's keys have changed; two who do so at once make the same
    private volatile Known _known; // replaced after a commit, under _one

    public WitnessBook(RegistryCore core, RegistrySettings settings, TimeProvider clock, ILogger<WitnessBook> log)
    {
        ArgumentNullException.ThrowIfNull(core);
        ArgumentNullException.ThrowIfNull(settings);
        (_core, _clock, _log) = (core, clock, log);
        var keys = core.Store.LogKeys.History;
        _judged = new Judged(keys, WitnessPolicyFile.Load(settings.WitnessPolicy, Signing(keys), [.. keys.Keys.Select(k => k.Key)]));
        _known = Load();
    }

    /// <summary>The operator's policy with the keys that sign this log now: what /log/policy serves.</summary>
    public TlogPolicy Policy
    {
        get
        {
            var (judged, keys) = (_judged, _core.Store.LogKeys.History);
            return (ReferenceEquals(judged.Keys, keys) ? judged : _judged = new Judged(keys, judged.Policy.For(Signing(keys)))).Policy;
        }
    }

    /// <summary>The largest size that ever had the quorum of its time: what lies below is official. 0 where none had.</summary>
    public long WitnessedSize => _known.WitnessedSize;

    /// <summary>How often something was learnt of the witnesses since the start.</summary>
    public long Heard => _known.Heard;

    /// <summary>Whether a leaf is covered by a checkpoint with the quorum; at once where none is demanded.</summary>
    public bool Covers(long leaf) => !Policy.DemandsWitnesses || leaf < WitnessedSize;

    /// <summary>A witness's newest word, or null.</summary>
    public Cosignature? Newest(PolicyWitness witness)
    {
        ArgumentNullException.ThrowIfNull(witness);
        return _known.Newest.GetValueOrDefault(witness.Key.Vkey);
    }

    /// <summary>The newest checkpoint with the log's signature and every cosignature of it.</summary>
    public string Checkpoint()
    {
        var head = _core.Store.Events.Head;
        return _known.Sizes.TryGetValue(head.Size, out var there) ? head.Checkpoint + there.CosignatureLines(Policy) : head.Checkpoint;
    }

    /// <summary>The newest checkpoint that satisfies <see cref="Policy"/>, with what shows it; null while there is none.</summary>
    public string? Witnessed()
    {
        if (!Policy.DemandsWitnesses)
        {
            return Checkpoint();
        }

        var known = _known;
        return known.Satisfying is { } size ? known.Sizes[size].Note(Policy, Policy) : null;
    }

    /// <summary>The first size above a leaf that met the quorum of its time; null while there is none.</summary>
    public long? FirstQuorum(long leaf) => First(leaf, each => each.Met);

    /// <summary>The first size above a leaf that the quorum of a policy has cosigned; null while there is none, or none is demanded.</summary>
    public long? FirstCover(TlogPolicy policy, long leaf)
    {
        ArgumentNullException.ThrowIfNull(policy);
        return policy.DemandsWitnesses ? First(leaf, each => policy.IsMet(each.Names(policy))) : null;
    }

    /// <summary>
    /// A checkpoint above a leaf with what shows that witnesses vouch for it: by a policy, if it can be by that of today too, and then the newest.
    /// Null while there is none, or neither demands any.
    /// </summary>
    public string? Covering(TlogPolicy policy, long leaf)
    {
        ArgumentNullException.ThrowIfNull(policy);
        var (best, worth, most) = ((string?)null, 0, (policy.DemandsWitnesses ? 2 : 0) + (Policy.DemandsWitnesses ? 1 : 0));
        foreach (var (_, there) in _known.Sizes.Where(s => s.Key > leaf).OrderByDescending(s => s.Key).TakeWhile(_ => worth < most))
        {
            var note = there.Note(policy, Policy);
            if (Worth(policy, note) is var found && found > worth)
            {
                (best, worth) = (note, found);
            }
        }

        return best;
    }

    /// <summary>How much a checkpoint shows: that the quorum of a policy vouches for it is worth more than that the one of today does.</summary>
    public int Worth(TlogPolicy policy, string note)
    {
        ArgumentNullException.ThrowIfNull(policy);
        return (policy.DemandsWitnesses && policy.Satisfied(note) ? 2 : 0) + (Policy.DemandsWitnesses && Policy.Satisfied(note) ? 1 : 0);
    }

    /// <summary>Keeps a cosignature that has been verified over the checkpoint of its size. Durable when this returns.</summary>
    public async Task KeepAsync(Cosignature cosignature, SignedHead head, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(cosignature);
        ArgumentNullException.ThrowIfNull(head);
        await _one.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            var signed = (_known.Sizes.TryGetValue(head.Size, out var there) ? there.Lines.Keys.AsEnumerable() : []).Append(cosignature.Witness.Key.Vkey);
            var met = Policy.DemandsWitnesses && Policy.IsMet(Names(Policy, signed));
            await _core.Store.Writer.CommitAsync(
                new CommitRequest([], rows =>
                {
                    rows.Execute(CheckpointSql, new { size = head.Size, checkpoint = head.Checkpoint });
                    rows.Execute(CosignatureSql, new { witness = cosignature.Witness.Key.Vkey, size = head.Size, time = cosignature.UnixSeconds, line = cosignature.Line });
                    if (met)
                    {
                        rows.Execute(QuorumSql, new { size = head.Size, at = Instant.ToMicroseconds(_clock.GetUtcNow()) });
                    }

                    rows.Execute(PruneSql);
                }),
                cancel).ConfigureAwait(false);

            // Crash before this: kept, and nobody has seen it; the next start reads it.
            _verified.Add(cosignature.Line);
            _known = Load();
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    private static NoteVerifier[] Signing(LogKeyHistory keys) => [.. keys.Keys.Where(k => k.Retired is null).Select(k => k.Key)];

    private long? First(long leaf, Func<Cosigned, bool> which) =>
        _known.Sizes.Where(s => s.Key > leaf && which(s.Value)).Select(s => (long?)s.Key).Min();

    private static HashSet<string> Names(TlogPolicy policy, IEnumerable<string> keys)
    {
        var signed = keys.ToHashSet(StringComparer.Ordinal);
        return policy.Witnesses.Where(w => signed.Contains(w.Key.Vkey)).Select(w => w.Name).ToHashSet(StringComparer.Ordinal);
    }

    private Known Load()
    {
        var rows = _core.Store.Database.Read(c => c.Query<Row>(LoadSql).AsList());
        var (sizes, newest, verified) = (new SortedDictionary<long, Cosigned>(), new Dictionary<string, Cosignature>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal));
        foreach (var row in rows)
        {
            if (!sizes.TryGetValue(row.Size, out var there))
            {
                sizes[row.Size] = there = new Cosigned(row.Checkpoint, row.QuorumUs is not null, []);
            }

            if (row.Witness is not { } vkey)
            {
                continue; // Nobody has cosigned this size yet.
            }

            // Witnesses of an earlier policy too: versions that were published under it are judged by it for good.
            if (!_verified.Contains(row.Line!) && !Holds(row, vkey))
            {
                _log.LogError("ALARM: the stored cosignature of {Witness} over size {Size} does not verify; it is left out.", vkey.Split('+')[0], row.Size);
                continue;
            }

            verified.Add(row.Line!);
            there.Lines[vkey] = row.Line!;
            if (Policy.Witnesses.FirstOrDefault(w => w.Key.Vkey == vkey) is { } witness)
            {
                newest[vkey] = new Cosignature(witness, row.Size, row.TimeS!.Value, row.Line!);
            }
        }

        _verified = verified;
        long? satisfying = sizes.Reverse().Where(s => Policy.IsMet(s.Value.Names(Policy))).Select(s => (long?)s.Key).FirstOrDefault();
        return new Known(
            sizes.ToImmutableDictionary(), newest.ToImmutableDictionary(StringComparer.Ordinal), satisfying, rows.Where(r => r.QuorumUs is not null).Select(r => r.Size).DefaultIfEmpty().Max(),
            (_known?.Heard ?? 0) + 1);
    }

    // Against the tree, not only against the stored text: a row that was altered must not be shown.
    private bool Holds(Row row, string vkey)
    {
        try
        {
            var note = SignedNote.Parse(row.Checkpoint + row.Line);
            var claimed = Log.Checkpoint.ParseBody(note.Text);
            return claimed.Size == row.Size && row.Size <= _core.Store.Events.Head.Size && claimed.Root.AsSpan().SequenceEqual(_core.Store.Events.Tree.RootAt(row.Size)) &&
                CosignatureV1.Verify(note, NoteVerifier.Parse(vkey)) == row.TimeS;
        }
        catch (NoteException)
        {
            return false;
        }
    }

    private sealed record Judged(LogKeyHistory Keys, TlogPolicy Policy);

    /// <summary>A checkpoint, whether it met the quorum of its time, and the lines of its cosignatures by verifier key. Not changed once it is in <see cref="Known"/>.</summary>
    private sealed record Cosigned(string Checkpoint, bool Met, Dictionary<string, string> Lines)
    {
        public string CosignatureLines(TlogPolicy policy) => string.Concat(policy.Witnesses.Select(w => Lines.GetValueOrDefault(w.Key.Vkey)));

        public HashSet<string> Names(TlogPolicy policy) => WitnessBook.Names(policy, Lines.Keys);

        /// <summary>The checkpoint with the cosignatures of the witnesses of either policy, each once.</summary>
        public string Note(TlogPolicy first, TlogPolicy second) =>
            Checkpoint + string.Concat(first.Witnesses.Concat(second.Witnesses).Select(w => w.Key.Vkey).Distinct(StringComparer.Ordinal).Select(key => Lines.GetValueOrDefault(key)));
    }

    private sealed record Known(ImmutableDictionary<long, Cosigned> Sizes, ImmutableDictionary<string, Cosignature> Newest, long? Satisfying, long WitnessedSize, long Heard);

    private sealed class Row
    {
        public long Size { get; init; }

        public string Checkpoint { get; init; } = "";

        public long? QuorumUs { get; init; }

        public string? Witness { get; init; }

        public long? TimeS { get; init; }

        public string? Line { get; init; }
    }
}

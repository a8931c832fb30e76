namespace AttributionRegistry.Log;

/// <summary>
/// Walks a log as a stranger: every entry in canonical form and of a known shape, every subject's chain unbroken, what is said of their ends true, every opened
/// seal opened once and rightly, time never running back, and the root over all of it. It keeps the right edge of the tree, the ends of the chains, the closed
/// seals, and no entry but the few about the log's own keys; so it can stop, be saved, and go on with new entries only.
/// </summary>
public sealed class LogAuditor
{
    private readonly ClosedSeals _seals = new();
    private readonly AuthorKeys _authors = new();
    private readonly SubjectChains _chains;
    private readonly TileEdge _edge;
    private readonly List<(long Index, byte[] Entry)> _keys = [];
    private long _lastAt;
    private long? _closedBy;

    public LogAuditor()
        : this(new TileEdge(), 0)
    {
    }

    private LogAuditor(TileEdge edge, long lastAt)
    {
        (_chains, _edge, _lastAt) = (new SubjectChains(_seals), edge, lastAt);
    }

    /// <summary>How many entries were walked.</summary>
    public long Size => _edge.Size;

    /// <summary>How many subjects have a chain that can be read.</summary>
    public int Subjects => _chains.Count;

    /// <summary>The instant of the newest readable entry; null before there is one.</summary>
    public DateTimeOffset? LastAt => Instant(_lastAt);

    /// <summary>The right edge of the tree as far as it was walked.</summary>
    public TileEdge Edge => _edge;

    /// <summary>The seals that nothing has opened, oldest first.</summary>
    public IReadOnlyList<ClosedSeal> ClosedSeals =>
        [.. _seals.All.Select(each => new ClosedSeal(each.Seal.Index, Instant(each.Seal.NotBefore))).OrderBy(each => each.Index)];

    /// <summary>The entries about the keys of the log, in order: they say who may sign a head that covers them.</summary>
    public IReadOnlyList<(long Index, byte[] Entry)> KeyEntries => _keys;

    /// <summary>How many entries could be read, opened ones among them.</summary>
    public long Readable => _authors.Readable;

    /// <summary>How many of these carry the signature of their author; each was verified.</summary>
    public long Signed => _authors.Signed;

    /// <summary>The ends of the chains that can be read in what was walked.</summary>
    public SubjectHeads Heads() => HeadsAt(Size);

    /// <summary>The root over what was walked.</summary>
    public byte[] Root() => _edge.Root();

    /// <summary>
    /// Takes the next bundle. Where it begins before <see cref="Size"/>, its first entries must be the ones that were walked before.
    /// </summary>
    /// <returns>The tiles of hashes that it completed, for comparison with what the log serves.</returns>
    /// <exception cref="LogAuditException">The first thing that does not hold. The auditor is of no further use.</exception>
    public IReadOnlyList<FullTile> Append(AuditedBundle bundle)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        var known = Size - bundle.Path.First;
        if (known < 0 || known >= bundle.Path.Width)
        {
            throw new ArgumentException($"{bundle.Path} does not go on from entry {Size}.", nameof(bundle));
        }

        var again = bundle.LeafHashes.AsSpan(0, (int)known * Rfc6962.HashSize);
        if (bundle.Count >= known && !again.SequenceEqual(_edge.Partial(0)))
        {
            throw new LogAuditException(LogChecks.Bundle, null, $"{bundle.Path} no longer begins with the entries that were read before");
        }

        for (var place = (int)known; place < bundle.Count; place++)
        {
            Take(bundle.Path.First + place, bundle.Entry(place), in bundle.Shape(place), bundle.Leaf(place));
        }

        return bundle.Fault is { } fault ? throw fault : _edge.Append(bundle.LeafHashes.AsMemory((int)known * Rfc6962.HashSize), known == 0 ? bundle.Root : []);
    }

    /// <summary>Takes the next entry.</summary>
    /// <exception cref="LogAuditException">The first thing that does not hold. The auditor is of no further use.</exception>
    public void Append(ReadOnlySpan<byte> entry)
    {
        if (EntryShape.Read(entry, out var fault) is not { } shape)
        {
            throw new LogAuditException(LogChecks.Entry, Size, fault!);
        }

        var leafHash = Rfc6962.LeafHash(entry);
        Take(Size, entry, in shape, LeafKey.Of(leafHash));
        _edge.Append(leafHash);
    }

    /// <summary>Whether the walk came to this head.</summary>
    /// <exception cref="LogAuditException">It came to another root, or another size.</exception>
    public void RequireHead(Checkpoint head)
    {
        ArgumentNullException.ThrowIfNull(head);
        _authors.RequireAllBound();
        if (Size != head.Size || !Root().AsSpan().SequenceEqual(head.Root))
        {
            throw new LogAuditException(
                LogChecks.Root, null,
                $"{Size} entries give {Convert.ToBase64String(Root())}, the checkpoint says {Convert.ToBase64String(head.Root)} at size {head.Size}");
        }
    }

    /// <summary>The instant that an entry says it is of; null where it is sealed.</summary>
    /// <exception cref="LogAuditException">It is of no known shape.</exception>
    public static DateTimeOffset? InstantOf(long index, ReadOnlySpan<byte> entry) => EntryShape.Read(entry, out var fault) is { } shape
        ? shape.Kind == EntryKind.Sealed ? null : Instant(shape.Link.At)
        : throw new LogAuditException(LogChecks.Entry, index, fault!);

    /// <summary>Everything that is needed to go on later, as JSON.</summary>
    public byte[] Save() => AuditState.Write(_edge, _lastAt, _seals, _chains, _keys, _authors);

    /// <exception cref="FormatException">Not a saved auditor.</exception>
    public static LogAuditor Load(ReadOnlySpan<byte> saved)
    {
        var (edge, lastAt, seals, chains, keys, (readable, signed, authors)) = AuditState.Read(saved);
        var auditor = new LogAuditor(edge, lastAt);
        foreach (var (index, entry) in keys)
        {
            auditor.TakeKeys(index, entry);
        }

        auditor._authors.Restore(readable, signed, authors);
        foreach (var (leaf, seal) in seals)
        {
            auditor._seals.Restore(leaf, seal);
        }

        foreach (var (subject, runs) in chains)
        {
            auditor._chains.Restore(subject, runs);
        }

        return auditor;
    }

    private void Take(long index, ReadOnlySpan<byte> entry, in EntryShape shape, LeafKey leaf)
    {
        if (_closedBy is { } closing)
        {
            throw new LogAuditException(LogChecks.Closed, index, FormattableString.Invariant($"stands behind entry {closing}, which closed the log"));
        }

        if (shape.Kind == EntryKind.Sealed)
        {
            _seals.Lay(leaf, index, _lastAt);
            return;
        }

        if (shape.Link.At < _lastAt)
        {
            throw new LogAuditException(LogChecks.Time, index, $"is of {Instant(shape.Link.At):O}, an entry before it of {Instant(_lastAt):O}");
        }

        _lastAt = shape.Link.At;
        _seals.Readable(_lastAt);
        var subject = entry.Slice(shape.Link.SubjectStart, shape.Link.SubjectLength);
        var said = subject.SequenceEqual("subject-heads"u8) ? SubjectHeads.BodyOf(entry) : null;
        var found = said is null ? null : HeadsAt(index).Body; // before the entry itself joins a chain
        _chains.Append(shape.Link, subject, leaf, index);
        if (said != found)
        {
            throw new LogAuditException(LogChecks.Heads, index, $"says {said} of the ends of the chains, the entries before it give {found}");
        }

        if (subject.SequenceEqual("log-keys"u8))
        {
            TakeKeys(index, entry.ToArray());
        }

        Sign(entry, shape.Link, shape.Signing, index, index);
        if (shape.Opening is { } opening)
        {
            Open(index, entry, opening);
        }
    }

    private void TakeKeys(long index, byte[] entry)
    {
        _keys.Add((index, entry));
        if (!LogKeyEntry.MayBeginOrEnd(entry))
        {
            return;
        }

        try
        {
            switch (LogKeyEntry.Read(entry))
            {
                case LogKeyEntry.Closed:
                    _closedBy = index;
                    break;
                case LogKeyEntry.Genesis when index > 0:
                    throw new LogAuditException(LogChecks.Closed, index, "names a predecessor; only the first entry may");
            }
        }
        catch (NoteException fault)
        {
            throw new LogAuditException(LogChecks.Closed, index, fault.Message);
        }
    }

    // Inside a bundle the tree lags behind the chains: the size is that of the entry.
    private SubjectHeads HeadsAt(long size) => SubjectHeads.Of(size, _chains.All.Select(each => (each.Key, each.Value[^1].LastSeq, each.Value[^1].LastLeaf.ToBytes())));

    private void Sign(ReadOnlySpan<byte> entry, in EntryLink link, EntrySigning? signing, long index, long by) => _authors.Take(
        signing is null ? "" : System.Text.Encoding.UTF8.GetString(entry.Slice(link.SubjectStart, link.SubjectLength)), signing?.Author, signing?.Introduces, index, by);

    private void Open(long index, ReadOnlySpan<byte> entry, EntryOpening opening)
    {
        var (seal, hidden) = (_seals.Open(opening.Leaf, opening.Index, index), opening.Event);
        if (hidden.At < seal.NotBefore || hidden.At > seal.NotAfter)
        {
            throw new LogAuditException(LogChecks.Time, index, FormattableString.Invariant($"opens entry {seal.Index} of {Instant(hidden.At):O}, which its neighbours are not of"));
        }

        _chains.Open(hidden, entry.Slice(hidden.SubjectStart, hidden.SubjectLength), opening.Leaf, seal, index);
        Sign(entry, hidden, opening.Signing, opening.Index, index);
    }

    private static DateTimeOffset? Instant(long ticks) => ticks == 0 ? null : new DateTimeOffset(Math.Min(ticks, DateTime.MaxValue.Ticks), TimeSpan.Zero);
}

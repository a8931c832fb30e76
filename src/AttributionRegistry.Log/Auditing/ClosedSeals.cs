namespace AttributionRegistry.Log;

/// <summary>A sealed entry that nothing has opened so far.</summary>
/// <param name="Index">Its place in the log.</param>
/// <param name="NotBefore">The instant of the last readable entry before it; null where there is none.</param>
public sealed record ClosedSeal(long Index, DateTimeOffset? NotBefore);

/// <summary>
/// The seals that are closed, by leaf hash. An entry may name one as the entry before its own in a subject's chain: that seal is then known to
/// hide that place and no other.
/// </summary>
internal sealed class ClosedSeals
{
    private readonly Dictionary<LeafKey, Seal> _closed = [];
    private readonly List<Seal> _sinceReadable = []; // whose latest possible instant is not known yet

    public IEnumerable<(LeafKey Leaf, Seal Seal)> All => _closed.Select(each => (each.Key, each.Value));

    public void Lay(LeafKey leaf, long index, long lastAt)
    {
        var seal = new Seal { Index = index, NotBefore = lastAt };
        if (!_closed.TryAdd(leaf, seal))
        {
            throw new LogAuditException(LogChecks.Seal, index, FormattableString.Invariant($"is the seal of entry {_closed[leaf].Index} again"));
        }

        _sinceReadable.Add(seal);
    }

    /// <summary>A readable entry follows: what was sealed before it happened no later.</summary>
    public void Readable(long at)
    {
        foreach (var seal in _sinceReadable)
        {
            seal.NotAfter = at;
        }

        _sinceReadable.Clear();
    }

    /// <summary>The entry at <paramref name="by"/> says that a place of a chain is hidden in this leaf, which lies between two indexes.</summary>
    public void Claim(LeafKey leaf, string subject, long seq, long after, long before, long by)
    {
        if (!_closed.TryGetValue(leaf, out var seal) || seal.Index <= after || seal.Index >= before)
        {
            throw new LogAuditException(LogChecks.Chain, by, FormattableString.Invariant($"names as entry {seq} of {subject} one that is not there"));
        }

        if (seal.ClaimedBy is not null && (seal.ClaimedBy != subject || seal.ClaimedSeq != seq))
        {
            throw new LogAuditException(
                LogChecks.Chain, by, FormattableString.Invariant($"names entry {seal.Index} as {subject} {seq}; another named it as {seal.ClaimedBy} {seal.ClaimedSeq}"));
        }

        (seal.ClaimedBy, seal.ClaimedSeq) = (subject, seq);
    }

    /// <summary>Opens a seal, once.</summary>
    public Seal Open(LeafKey leaf, long index, long by)
    {
        if (!_closed.Remove(leaf, out var seal))
        {
            throw new LogAuditException(
                LogChecks.Seal, by, FormattableString.Invariant($"opens entry {index}, which is no closed seal of this event: it hides another, or was opened before"));
        }

        return seal.Index == index
            ? seal
            : throw new LogAuditException(LogChecks.Seal, by, FormattableString.Invariant($"opens entry {index} with what entry {seal.Index} hides"));
    }

    internal void Restore(LeafKey leaf, Seal seal)
    {
        _closed.Add(leaf, seal);
        if (seal.NotAfter == long.MaxValue)
        {
            _sinceReadable.Add(seal);
        }
    }

    internal sealed class Seal
    {
        public required long Index { get; init; }

        public long NotBefore { get; init; }

        public long NotAfter { get; set; } = long.MaxValue;

        public string? ClaimedBy { get; set; }

        public long ClaimedSeq { get; set; }
    }
}

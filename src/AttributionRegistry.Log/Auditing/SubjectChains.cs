using System.Runtime.InteropServices;
using System.Text;

namespace AttributionRegistry.Log;

/// <summary>
/// What is known of every subject's chain: runs of neighbouring places, with gaps where entries are sealed. Opening seals fills gaps. A subject
/// takes as much memory as it has runs, not as it has entries.
/// </summary>
internal sealed class SubjectChains(ClosedSeals seals)
{
    private readonly Dictionary<string, List<Run>> _runs = new(StringComparer.Ordinal);

    public int Count => _runs.Count;

    public IEnumerable<KeyValuePair<string, List<Run>>> All => _runs;

    /// <summary>A readable entry at the end of the log.</summary>
    public void Append(in EntryLink link, ReadOnlySpan<byte> subject, LeafKey leaf, long index)
    {
        var runs = RunsOf(subject, out var name);
        if (runs.Count == 0)
        {
            if (link.Seq > 1)
            {
                Gap(name, link, -1, 0, index, index);
            }

            runs.Add(Run.Of(link, leaf, index));
            return;
        }

        ref var last = ref CollectionsMarshal.AsSpan(runs)[^1];
        if (link.Seq <= last.LastSeq)
        {
            throw new LogAuditException(LogChecks.Chain, index, FormattableString.Invariant($"is {name} {link.Seq}; the log has come to {last.LastSeq} of it already"));
        }

        if (link.Seq == last.LastSeq + 1)
        {
            last = last.Follow(link, leaf, index, name);
            return;
        }

        Gap(name, link, last.LastIndex, last.LastSeq, index, index);
        runs.Add(Run.Of(link, leaf, index));
    }

    /// <summary>An event that was sealed, opened by the entry at <paramref name="by"/>.</summary>
    public void Open(in EntryLink link, ReadOnlySpan<byte> subject, LeafKey leaf, ClosedSeals.Seal seal, long by)
    {
        var (index, runs) = (seal.Index, RunsOf(subject, out var name));
        if (seal.ClaimedBy is not null && (seal.ClaimedBy != name || seal.ClaimedSeq != link.Seq))
        {
            throw Fault(by, $"opens entry {index} as {name} {link.Seq}; it was named as {seal.ClaimedBy} {seal.ClaimedSeq} before");
        }

        var place = 0;
        while (place < runs.Count && runs[place].FirstSeq <= link.Seq)
        {
            place++;
        }

        Run? before = place > 0 ? runs[place - 1] : null;
        Run? after = place < runs.Count ? runs[place] : null;
        if (before?.LastSeq >= link.Seq)
        {
            throw Fault(by, $"opens entry {index} as {name} {link.Seq}, which another entry is");
        }

        if (before?.LastIndex >= index || after?.FirstIndex <= index || after?.FirstIndex - index < after?.FirstSeq - link.Seq)
        {
            throw Fault(by, $"opens entry {index} as {name} {link.Seq}, which is out of order");
        }

        var joinsAfter = after?.FirstSeq == link.Seq + 1;
        if (joinsAfter && after!.Value.FirstPrev != leaf)
        {
            throw Fault(by, $"opens entry {index} as {name} {link.Seq}, but {name} {link.Seq + 1} follows another entry");
        }

        var joinsBefore = before?.LastSeq + 1 == link.Seq;
        if (!joinsBefore && link.Seq > 1)
        {
            Gap(name, link, before?.LastIndex ?? -1, before?.LastSeq ?? 0, index, by);
        }

        var grown = joinsBefore ? before!.Value.Follow(link, leaf, index, name, by) : Run.Of(link, leaf, index);
        if (joinsAfter)
        {
            grown = grown with { LastSeq = after!.Value.LastSeq, LastIndex = after.Value.LastIndex, LastLeaf = after.Value.LastLeaf };
            runs.RemoveAt(place);
        }

        if (joinsBefore)
        {
            runs[place - 1] = grown;
        }
        else
        {
            runs.Insert(place, grown);
        }
    }

    internal void Restore(string subject, List<Run> runs) => _runs.Add(subject, runs);

    // What lies between must be sealed: there is room for it in the log, and its last place is a seal that is still closed.
    private void Gap(string name, in EntryLink link, long afterIndex, long afterSeq, long index, long by)
    {
        if (index - afterIndex < link.Seq - afterSeq)
        {
            throw Fault(by, $"is {name} {link.Seq} at {index}; after {afterSeq} at {afterIndex} there is no room for what lies between");
        }

        seals.Claim(link.Prev, name, link.Seq - 1, afterIndex, index, by);
    }

    private List<Run> RunsOf(ReadOnlySpan<byte> subject, out string name)
    {
        Span<char> letters = stackalloc char[256];
        if (subject.Length <= letters.Length)
        {
            var text = letters[..Encoding.UTF8.GetChars(subject, letters)];
            if (_runs.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(text, out var key, out var known))
            {
                name = key;
                return known;
            }
        }

        name = Encoding.UTF8.GetString(subject);
        return CollectionsMarshal.GetValueRefOrAddDefault(_runs, name, out _) ??= new List<Run>(1);
    }

    private static LogAuditException Fault(long index, FormattableString what) => new(LogChecks.Chain, index, FormattableString.Invariant(what));

    /// <summary>Neighbouring places of a chain that are all known.</summary>
    internal readonly record struct Run(long FirstSeq, long FirstIndex, LeafKey FirstPrev, long LastSeq, long LastIndex, LeafKey LastLeaf)
    {
        public static Run Of(in EntryLink link, LeafKey leaf, long index) => new(link.Seq, index, link.Prev, link.Seq, index, leaf);

        public Run Follow(in EntryLink link, LeafKey leaf, long index, string subject, long? by = null) => link.Prev == LastLeaf
            ? this with { LastSeq = link.Seq, LastIndex = index, LastLeaf = leaf }
            : throw Fault(by ?? index, $"is {subject} {link.Seq} and does not follow entry {LastIndex}, which is {LastSeq} of it");
    }
}

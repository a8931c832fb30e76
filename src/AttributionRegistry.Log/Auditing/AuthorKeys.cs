namespace AttributionRegistry.Log;

/// <summary>
/// The keys that the log has bound, and the signatures made with them. A case key counts in the chain that bound it, for the pseudonym that bound it;
/// a long-term key wherever no case is. A binding may be sealed until later: its signatures wait for it.
/// </summary>
internal sealed class AuthorKeys
{
    private readonly Dictionary<(string Subject, string Key), Bound> _keys = [];
    private readonly Dictionary<(string Subject, string Key), List<Waiting>> _waiting = [];

    /// <summary>How many readable entries there are.</summary>
    public long Readable { get; private set; }

    /// <summary>How many of them carry a signature that was verified.</summary>
    public long Signed { get; private set; }

    public IEnumerable<((string Subject, string Key) Place, Bound Key)> All => _keys.Select(each => (each.Key, each.Value));

    /// <summary>A readable entry, or one whose seal was opened by the entry at <paramref name="by"/>.</summary>
    public void Take(string subject, EntryAuthor? author, EntryKey? introduced, long index, long by)
    {
        Readable++;
        if (introduced is not null)
        {
            RequireKind(subject, introduced.Key, by, "binds");
            Bind(Place(subject, introduced.Key), introduced, index, by);
        }

        if (author is null)
        {
            return;
        }

        RequireKind(subject, author.Key, index, "is signed with");
        var place = Place(subject, author.Key);
        if (_keys.TryGetValue(place, out var key))
        {
            Check(key, author, index);
        }
        else if (_waiting.TryGetValue(place, out var others))
        {
            others.Add(new Waiting(author, index));
        }
        else
        {
            _waiting.Add(place, [new Waiting(author, index)]);
        }
    }

    /// <summary>At a signed head every signature has found its key: an act and what opens its seals are never parted.</summary>
    public void RequireAllBound()
    {
        if (_waiting.Values.SelectMany(each => each).MinBy(each => each.Index) is { } first)
        {
            throw Fault(first.Index, $"is signed with the key {first.Author.Key}, which no entry binds where it would count");
        }
    }

    internal void Restore(long readable, long signed, IEnumerable<(string Subject, string Key, Bound Bound)> keys)
    {
        (Readable, Signed) = (readable, signed);
        foreach (var (subject, key, bound) in keys)
        {
            _keys.Add((subject, key), bound);
        }
    }

    // In the chain of a case nobody signs but under the pseudonym of that case, and nowhere else with the key of one.
    private static void RequireKind(string subject, string key, long index, string what)
    {
        if (CaseKeys.IsCaseKey(key) != subject.StartsWith("inc_", StringComparison.Ordinal))
        {
            throw Fault(index, $"{what} the key {key}, which does not count in the chain of {subject}");
        }
    }

    private void Bind((string Subject, string Key) place, EntryKey introduced, long index, long by)
    {
        if (CaseKeys.IsCaseKey(introduced.Key) && BallotSeal.KeyId(introduced.Spki) != introduced.Key)
        {
            throw Fault(by, $"binds a key under the id {introduced.Key}, which is not its own");
        }

        var bound = new Bound(introduced.Actor, introduced.Spki, index);
        if (!_keys.TryAdd(place, bound))
        {
            // The same once more says nothing new: a registry that lost the first to a restore cannot know of it.
            if (_keys[place] is var first && (first.Actor != bound.Actor || !first.Spki.AsSpan().SequenceEqual(bound.Spki)))
            {
                throw Fault(by, $"binds the key {introduced.Key} again");
            }

            return;
        }

        if (_waiting.Remove(place, out var waiting))
        {
            waiting.ForEach(each => Check(bound, each.Author, each.Index));
        }
    }

    private void Check(Bound key, EntryAuthor author, long index)
    {
        if (key.Index >= index)
        {
            throw Fault(index, $"is signed with the key {author.Key}, which was bound later, by entry {key.Index}");
        }

        if (CaseKeys.IsCaseKey(author.Key) && key.Actor != author.Actor)
        {
            throw Fault(index, $"is of {author.Actor} and signed with the key {author.Key}, which is bound to {key.Actor}");
        }

        if (!AuthorSignature.Verify(key.Spki, author.Message, author.Signature))
        {
            throw Fault(index, $"does not carry a signature of {author.Key} over what it says");
        }

        Signed++;
    }

    // Long-term keys have ids of their own and are introduced in the chains of accounts; case keys belong to one chain.
    private static (string Subject, string Key) Place(string subject, string key) => (CaseKeys.IsCaseKey(key) ? subject : "", key);

    private static LogAuditException Fault(long index, FormattableString what) => new(LogChecks.Author, index, FormattableString.Invariant(what));

    internal sealed record Bound(string Actor, byte[] Spki, long Index);

    private sealed record Waiting(EntryAuthor Author, long Index);
}

namespace AttributionRegistry.Domain.Cases;

/// <summary>
/// Which items of a case rest on one original report (E8): those that name the same report, copies and their originals, and those
/// that were linked by hand.
/// </summary>
public sealed class Origins
{
    private readonly Dictionary<EvidenceId, EvidenceId> _first = [];
    private readonly Dictionary<EvidenceId, EvidenceItem> _items;

    public Origins(Case state)
    {
        ArgumentNullException.ThrowIfNull(state);
        _items = state.Evidence.ToDictionary(e => e.Id);
        var order = state.Evidence.Select((e, i) => (e.Id, i)).ToDictionary(e => e.Id, e => e.i);
        foreach (var item in state.Evidence)
        {
            _first[item.Id] = item.Id;
        }

        foreach (var item in state.Evidence)
        {
            foreach (var parent in item.Described.Parents.Where(p => order.ContainsKey(p.Original)))
            {
                Join(item.Id, parent.Original, order);
            }
        }

        foreach (var same in state.Evidence.Where(e => e.Described.Origin is not null).GroupBy(e => e.Described.Origin))
        {
            foreach (var item in same.Skip(1))
            {
                Join(item.Id, same.First().Id, order);
            }
        }

        foreach (var link in LinksOf(state))
        {
            Join(link.One, link.Other, order);
        }
    }

    /// <summary>The links by hand that stand: of each pair the last word counts.</summary>
    public static IEnumerable<OriginLink> LinksOf(Case state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return state.OriginLinks.Where((link, i) => link.Linked && !state.OriginLinks.Skip(i + 1).Any(later => later.Is(link.One, link.Other)));
    }

    /// <summary>The name of the group among the given items: the report it names, else its first item; null for an item that stands alone.</summary>
    /// <param name="item">One of them.</param>
    /// <param name="among">Only what these say is in the name: a published name must not tell of what is withheld.</param>
    public string? NameOf(EvidenceId item, IEnumerable<EvidenceItem> among)
    {
        var group = _first[item];
        var members = among.Where(e => _first[e.Id] == group).ToList();
        return members.Select(e => e.Described.Origin).FirstOrDefault(o => o is not null) ?? (members.Count > 1 ? members[0].Id.Value : null);
    }

    /// <summary>The name of the group among all items.</summary>
    public string? NameOf(EvidenceId item) => NameOf(item, _items.Values);

    private void Join(EvidenceId one, EvidenceId other, Dictionary<EvidenceId, int> order)
    {
        var (a, b) = (_first[one], _first[other]);
        var (keep, drop) = order[a] <= order[b] ? (a, b) : (b, a);
        foreach (var id in _first.Where(f => f.Value == drop).Select(f => f.Key).ToList())
        {
            _first[id] = keep;
        }
    }
}

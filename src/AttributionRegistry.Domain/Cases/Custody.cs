namespace AttributionRegistry.Domain.Cases;

/// <summary>What happened to an item. An item is handed over in two steps: offered, then transferred by its receiver.</summary>
public enum CustodyKind
{
    Received,
    Sealed,
    Transferred,
    Copied,
    Examined,
    Redacted,
    Released,
    Quarantined,
    Erased,
    Offered,
    Declined,
    OfferWithdrawn,

    /// <summary>The bytes were restored after damage, and hashed.</summary>
    Restored,

    /// <summary>A custodian is ordered to take the item over, because its holder cannot act.</summary>
    Ordered,
}

/// <summary>Where, how and why an item was handled, and in what condition it was (the minimum of ISO/IEC 27037, 6.1).</summary>
public sealed record Circumstances
{
    public static Circumstances None { get; } = new();

    public string? Place { get; init; }

    public string? Method { get; init; }

    public string? Purpose { get; init; }

    /// <summary>Number of the seal that the handler found on the item or put on it.</summary>
    public string? SealNumber { get; init; }

    /// <summary>SHA-256 in hex as the handler computed it; never another than the recorded one.</summary>
    public string? SeenSha256 { get; init; }

    /// <summary>Any alteration that could not be avoided, and its justification.</summary>
    public string? Alteration { get; init; }
}

/// <summary>One link of the chain of custody. The giver is the holder of the link before (E2).</summary>
public sealed record CustodyEvent(CustodyKind Kind, PersonId? From, PersonId Holder, PersonId By, DateTimeOffset At, string Note)
{
    public Circumstances Circumstances { get; init; } = Circumstances.None;

    /// <summary>To whom the item is offered, or who is ordered to take it over; null in every other link.</summary>
    public PersonId? OfferedTo { get; init; }

    /// <summary>The order by which an item was transferred without its giver; null in every other link.</summary>
    public CustodyOrder? Order { get; init; }
}

/// <summary>By whose order, and why, an item left a holder who could not act.</summary>
public sealed record CustodyOrder(PersonId By, DateTimeOffset At, string Reason);

/// <summary>The first place where a chain of custody does not hold.</summary>
/// <param name="Link">Number of the link, from 1.</param>
/// <param name="Reason">What does not fit.</param>
public sealed record CustodyGap(int Link, string Reason);

/// <summary>Proves a chain of custody by walking it again, from its links alone (E2).</summary>
public static class CustodyChain
{
    /// <summary>The offer or order that waits for its receiver, or null.</summary>
    public static CustodyEvent? OpenOffer(IReadOnlyList<CustodyEvent> links)
    {
        ArgumentNullException.ThrowIfNull(links);
        for (var i = links.Count - 1; i >= 0; i--)
        {
            switch (links[i].Kind)
            {
                case CustodyKind.Offered or CustodyKind.Ordered:
                    return links[i];
                case CustodyKind.Transferred or CustodyKind.Declined or CustodyKind.OfferWithdrawn or CustodyKind.Erased:
                    return null;
            }
        }

        return null;
    }

    internal static CustodyOrder? OrderOf(CustodyEvent? offer) => offer is { Kind: CustodyKind.Ordered } ? new CustodyOrder(offer.By, offer.At, offer.Note) : null;

    /// <summary>The first gap, or null when the chain has none.</summary>
    public static CustodyGap? Check(IReadOnlyList<CustodyEvent> links)
    {
        ArgumentNullException.ThrowIfNull(links);
        CustodyEvent? before = null;
        CustodyEvent? offer = null;
        for (var i = 0; i < links.Count; i++)
        {
            if (Fault(links[i], before, offer) is { } reason)
            {
                return new CustodyGap(i + 1, reason);
            }

            (before, offer) = (links[i], OpenOffer([.. offer is null ? [] : new[] { offer }, links[i]]));
        }

        return links.Count == 0 ? new CustodyGap(1, "Nobody has received the item.") : null;
    }

    private static string? Fault(CustodyEvent link, CustodyEvent? before, CustodyEvent? offer)
    {
        if (before is null)
        {
            return link is { Kind: CustodyKind.Received, From: null } ? null : "The chain begins with the receipt of the item from nobody.";
        }

        return link switch
        {
            { Kind: CustodyKind.Received } => "The item is received a second time.",
            _ when before.Kind == CustodyKind.Erased => "Something happens to an item that has been erased.",
            _ when link.From != before.Holder => $"The giver {link.From} is not the last holder {before.Holder}.",
            _ when link.At < before.At => "The link is older than the one before it.",
            { Kind: CustodyKind.Transferred } => Transfer(link, offer),
            _ when link.Holder != before.Holder => "The holder changes without an accepted transfer.",
            // A holder who can act again is not bound by the order; an order takes the place of an offer that cannot be withdrawn.
            { Kind: CustodyKind.Offered } when offer is { Kind: CustodyKind.Offered } => "The item is offered while another offer is open.",
            { Kind: CustodyKind.Offered or CustodyKind.Ordered, OfferedTo: null } => "The offer names no receiver.",
            { Kind: CustodyKind.Ordered } when link.By == before.Holder || link.By == link.OfferedTo || link.OfferedTo == before.Holder =>
                "An order needs three people: who holds the item, who orders, and who takes it over.",
            { Kind: CustodyKind.Declined } when offer is null || link.By != offer.OfferedTo => "An offer is declined that was not made to this person.",
            { Kind: CustodyKind.OfferWithdrawn } when offer is null || link.By != before.Holder => "An offer is withdrawn that its holder did not make.",
            _ => null,
        };
    }

    private static string? Transfer(CustodyEvent link, CustodyEvent? offer) =>
        offer is null ? "The item is transferred without an offer."
        : link.By != link.Holder || link.Holder != offer.OfferedTo ? "The item is taken over by somebody to whom it was not offered."
        : link.Order != OrderOf(offer) ? "The transfer does not name the order on which it rests."
        : null;
}

using AttributionRegistry.Domain.Cases;

namespace AttributionRegistry.Server.Evidence.Bags;

/// <summary>Why a bag has no bytes of an item.</summary>
public enum Without
{
    /// <summary>The registry was never given them.</summary>
    HeldElsewhere,

    /// <summary>They have not been sent yet.</summary>
    NotReceived,

    /// <summary>They were found damaged.</summary>
    Quarantined,

    /// <summary>They were erased by order of two people.</summary>
    Erased,
}

/// <summary>An item on its way into a bag: with its bytes, or with the reason why not.</summary>
internal sealed record BagItem(EvidenceItem Item, PayloadPlace? Place, Without? Without)
{
    public string? File => Place is null ? null : $"data/{Item.Id}.bin";
}

/// <summary>One item of the bag's list.</summary>
/// <param name="Id">The item.</param>
/// <param name="File">Where its bytes are in the bag; null when it has none.</param>
/// <param name="Without">Why it has none.</param>
/// <param name="Sha256">The recorded digest of its bytes, wherever they are.</param>
public sealed record BagEntry(string Id, string? File, Without? Without, string? Sha256);

/// <summary>metadata/items.json: everything in the bag, and what is not in it.</summary>
/// <param name="Incident">The case.</param>
/// <param name="LogOrigin">The log in which the proofs are.</param>
/// <param name="LogSize">The size of the log at the checkpoint in <c>tlog/checkpoint</c>.</param>
/// <param name="Items">Every item of the case.</param>
public sealed record BagList(string Incident, string LogOrigin, long LogSize, IReadOnlyList<BagEntry> Items);

/// <summary>metadata/{evidence id}.json: all that the reader may know of one item.</summary>
/// <param name="Item">Description, label, grades, custody, releases.</param>
/// <param name="File">Where its bytes are in the bag.</param>
/// <param name="Without">Why they are not.</param>
/// <param name="Accesses">Every read of its bytes, this one included; for custodians and auditors.</param>
/// <param name="Events">Indexes of its events in the log; each has an entry, a proof and its openings under <c>tlog/</c>.</param>
public sealed record BagItemDocument(EvidenceView Item, string? File, Without? Without, IReadOnlyList<AccessView>? Accesses, IReadOnlyList<long> Events);

/// <summary>tlog/{index}.openings.json: what opens the commitments of an entry.</summary>
/// <param name="Index">The entry.</param>
/// <param name="Seal">What opens a sealed entry.</param>
/// <param name="Fields">What opens its committed fields.</param>
/// <param name="KeptBack">Fields whose openings are not in the bag: the names of living sources.</param>
public sealed record BagOpenings(long Index, BagSeal? Seal, IReadOnlyList<BagField> Fields, IReadOnlyList<string> KeptBack);

/// <param name="Salt">base64url.</param>
/// <param name="Entry">The canonical entry, byte for byte.</param>
public sealed record BagSeal(string Salt, string Entry);

/// <param name="Name">The member.</param>
/// <param name="Salt">base64url.</param>
/// <param name="Value">Its value as JSON.</param>
public sealed record BagField(string Name, string Salt, System.Text.Json.Nodes.JsonNode? Value);

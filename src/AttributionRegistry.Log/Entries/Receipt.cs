namespace AttributionRegistry.Log;

/// <summary>What whoever wrote something takes away: proof, for anybody with the log's key, that it stands in the log.</summary>
/// <param name="LeafIndex">The entry's place, from 0.</param>
/// <param name="LeafHash">base64url.</param>
/// <param name="Checkpoint">The signed note that covers the entry.</param>
/// <param name="InclusionProof">Hashes in standard base64, the leaf's sibling first.</param>
/// <param name="Salts">By field: the openings that this receiver may have, base64url. Null when nothing was committed to.</param>
public sealed record Receipt(
    long LeafIndex, string LeafHash, string Checkpoint, IReadOnlyList<string> InclusionProof, IReadOnlyDictionary<string, string>? Salts);

using System.Text.Json.Nodes;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Log;

namespace AttributionRegistry.Server.Incidents;

/// <summary>
/// The Merkle root of the frozen evidence set: RFC 6962 over the accepted items in the order of their ids. A leaf names an item
/// and commits to its bytes, so that a withheld item stays withheld and can still be proved to have been in the set.
/// </summary>
public static class EvidenceRoot
{
    /// <summary>The root over the items that count, in lower-case hex.</summary>
    public static string Of(Case state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return Convert.ToHexStringLower(RootOf([.. Entries(state).Select(e => Rfc6962.LeafHash(e))]));
    }

    /// <summary>The entries under the root, in order: canonical {"c": commitment or null, "id": evidence id}.</summary>
    public static IEnumerable<byte[]> Entries(Case state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return state.Counting.OrderBy(e => e.Id.Value, StringComparer.Ordinal)
            .Select(e => CanonicalJson.Serialize(new JsonObject { ["c"] = Commitment(e), ["id"] = e.Id.Value }));
    }

    /// <summary>The commitment to the bytes of an item in base64url; null when the registry holds none.</summary>
    public static string? Commitment(EvidenceItem item)
    {
        ArgumentNullException.ThrowIfNull(item);
        return item.Payload is not { } payload ? null : B64Url.Encode(Commitments.Compute(
            Commitments.EvidenceBytes, Convert.FromHexString(payload.Salt), Convert.FromHexString(payload.Sha256)));
    }

    /// <summary>The commitments to those originals whose bytes are here; by them a copy names what it was made from (E3).</summary>
    public static IReadOnlyDictionary<EvidenceId, string> CommitmentsTo(Case state, IEnumerable<Parent> parents)
    {
        ArgumentNullException.ThrowIfNull(state);
        return parents.Select(p => state.Find(p.Original)).OfType<EvidenceItem>().Where(e => e.Payload is not null).DistinctBy(e => e.Id)
            .ToDictionary(e => e.Id, e => Commitment(e)!);
    }

    // Section 2.1 of the RFC: the left part is the largest power of two that is smaller than the whole.
    private static byte[] RootOf(ReadOnlySpan<byte[]> leaves)
    {
        switch (leaves.Length)
        {
            case 0:
                return Rfc6962.EmptyRoot;
            case 1:
                return leaves[0];
            default:
                var left = 1 << (31 - int.LeadingZeroCount(leaves.Length - 1));
                return Rfc6962.NodeHash(RootOf(leaves[..left]), RootOf(leaves[left..]));
        }
    }
}

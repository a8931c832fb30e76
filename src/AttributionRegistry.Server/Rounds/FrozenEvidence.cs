using System.Collections.Immutable;
using System.Text.Json.Nodes;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Log;

namespace AttributionRegistry.Server.Rounds;

/// <summary>
/// The evidence that a round votes on, frozen: the RFC 6962 root over the accepted items in the order of their ids. A leaf is the
/// canonical {"c", "id"}, c being the salted commitment to the payload's digest, or null for an item held elsewhere.
/// </summary>
public sealed record FrozenEvidence(ImmutableArray<EvidenceId> Items, string Root)
{
    public static FrozenEvidence Of(Case state)
    {
        ArgumentNullException.ThrowIfNull(state);
        var items = state.Counting.OrderBy(e => e.Id.Value, StringComparer.Ordinal).ToList();
        var tree = new MerkleTree();
        foreach (var item in items)
        {
            tree.Append(Rfc6962.LeafHash(CanonicalJson.Serialize(new JsonObject { ["c"] = CommitmentOf(item), ["id"] = item.Id.Value })));
        }

        return new FrozenEvidence([.. items.Select(e => e.Id)], Convert.ToHexStringLower(tree.Root()));
    }

    private static string? CommitmentOf(EvidenceItem item) => item.Payload is { } payload
        ? B64Url.Encode(Commitments.Compute(Commitments.EvidenceBytes, Convert.FromHexString(payload.Salt), Convert.FromHexString(payload.Sha256)))
        : null;
}

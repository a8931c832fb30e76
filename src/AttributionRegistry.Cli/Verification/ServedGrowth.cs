using AttributionRegistry.Cli.Http;
using AttributionRegistry.Log;

namespace AttributionRegistry.Cli.Verification;

/// <summary>Growth by the proof that a registry serves; a log that only has tiles is asked through LogHistory.</summary>
internal static class ServedGrowth
{
    /// <summary>Whether the proof shows that one head grows from the other.</summary>
    public static async Task<bool> HoldsAsync(RegistryClient client, Checkpoint older, Checkpoint newer, CancellationToken cancel)
    {
        var proof = await client.GetObjectAsync(FormattableString.Invariant($"/v1/log/proofs/consistency?from={older.Size}&to={newer.Size}"), cancel);
        var hashes = proof["hashes"]!.AsArray().Select(each => Convert.FromBase64String((string)each!)).ToList();
        return Rfc6962.VerifyConsistency(older.Size, newer.Size, older.Root, newer.Root, hashes);
    }
}

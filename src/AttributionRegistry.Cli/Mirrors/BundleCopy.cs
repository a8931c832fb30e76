using System.Text.Json.Nodes;
using AttributionRegistry.Cli.Http;
using AttributionRegistry.Cli.Logs;
using AttributionRegistry.Cli.Verification;
using AttributionRegistry.Domain;
using AttributionRegistry.Log;

namespace AttributionRegistry.Cli.Mirrors;

/// <summary>
/// Copies bundles. One gets its place when it holds by itself under the log's key, is of the version beside it, and is proved against a head of
/// the very log that is mirrored. One that is kept is asked for by its digest: no evidence is read again for nothing.
/// </summary>
internal sealed class BundleCopy(RegistryClient client, ILogSource source, MirrorFolder mirror, SignedCheckpoint newest, PinnedKey key)
{
    /// <returns>The bundle of a version; null where none is served.</returns>
    /// <param name="at">The address of the version.</param>
    /// <param name="representation">What is served there.</param>
    /// <param name="cancel">Ends it.</param>
    /// <exception cref="CheckFailedException">It does not hold, or is of another version.</exception>
    /// <exception cref="ForkException">It is proved against another tree than the mirrored one.</exception>
    public async Task<byte[]?> ReadAsync(string at, JsonObject representation, CancellationToken cancel)
    {
        var path = $"{at}/bundle";
        var kept = mirror.Read(path);
        try
        {
            var served = await client.GetChangedAsync(path, kept is null ? null : $"\"{Sha256Hex.Of(kept)}\"", cancel);
            if (served is not null)
            {
                _ = BundleCheck.Run(served, key.Key.Vkey, null);
                RequireVersion(Bundle.Open(served).Representation, representation, at);
            }

            if ((served ?? kept) is { } bundle)
            {
                await RequireLogAsync(bundle, cancel);
            }

            return served ?? kept;
        }
        catch (RegistryRefusedException refused) when (refused.Status is 404 or 409 or 410)
        {
            return kept; // None is served, or an item went while it was made: the next run asks again.
        }
    }

    private static void RequireVersion(JsonObject inside, JsonObject beside, string at)
    {
        if (new[] { "number", "version", "digest" }.Any(name => !BundleLog.Same(inside[name], beside[name])))
        {
            throw new CheckFailedException("bag", $"the bundle at {at} is of another finding or version");
        }
    }

    // Kept ones too, at each run: a head that was signed once binds the log for good.
    private async Task RequireLogAsync(byte[] bundle, CancellationToken cancel)
    {
        var note = BundleZip.Read(bundle)[BundleForm.CheckpointName];
        var head = SignedCheckpoint.Open(note, key.Key);
        // Made while the mirror was: its head is younger than the mirrored one, and grows from it.
        await (head.Head.Size > newest.Head.Size
            ? LogHistory.RequireGrowthAsync(source, newest, head, cancel)
            : LogHistory.RequireGrowthAsync(source, head, newest, cancel));
    }
}

using System.Security.Cryptography;
using System.Text;
using AttributionRegistry.Log;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Registry;
using AttributionRegistry.Server.Witness;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace AttributionRegistry.Server.LogServing;

/// <summary>
/// The public log as C2SP tlog-tiles and signed checkpoints, so that existing tools can audit it. Tiles and entry bundles are
/// pure functions of the committed entries: they are made when asked for and never differ.
/// </summary>
public static class LogEndpoints
{
    private const string Immutable = "public, max-age=31536000, immutable";

    public static void MapLog(this IEndpointRouteBuilder routes)
    {
        var log = routes.MapGroup("/log").WithTags("Log").PublicRead();
        log.MapGet("/checkpoint", ReadCheckpoint).WithName("ReadCheckpoint").Conditional();
        log.MapGet("/vkey", ReadVerifierKey).WithName("ReadVerifierKey");
        log.MapGet("/tile/{**path}", ReadTile).WithName("ReadTile").Refuses(404);
    }

    public static void MapProofs(this IEndpointRouteBuilder v1)
    {
        var proofs = v1.MapGroup("/log/proofs").WithTags("Log").PublicRead();
        proofs.MapGet("/inclusion", ProveInclusion).WithName("ProveInclusion").Refuses(422);
        proofs.MapGet("/consistency", ProveConsistency).WithName("ProveConsistency").Refuses(422);
    }

    /// <summary>The newest signed checkpoint: origin, size, root, the signatures of the log's keys (C2SP tlog-checkpoint), and the cosignatures that witnesses have given this size.</summary>
    public static Results<ContentHttpResult, StatusCodeHttpResult> ReadCheckpoint(HttpContext http, WitnessBook book) => Note(http, book.Checkpoint());

    internal static Results<ContentHttpResult, StatusCodeHttpResult> Note(HttpContext http, string note)
    {
        // Short enough that a reader is never far behind; a shared cache in front takes the crowd.
        http.Response.Headers.CacheControl = "public, max-age=2";
        return Precondition.NotModified(http, Precondition.ETag(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(note)).AsSpan(0, 16))))
            ? TypedResults.StatusCode(StatusCodes.Status304NotModified)
            : TypedResults.Content(note, "text/plain", Encoding.UTF8);
    }

    /// <summary>
    /// One verifier key of the log (C2SP signed-note), a line: of the keys that sign now, the one that has signed longest. All of them are
    /// at /v1/log/keys.
    /// </summary>
    public static ContentHttpResult ReadVerifierKey(HttpContext http, RegistryCore core)
    {
        http.Response.Headers.CacheControl = "public, max-age=300";
        return TypedResults.Content(core.Store.Signer.Vkey + "\n", "text/plain", Encoding.UTF8);
    }

    /// <summary>A tile of hashes or a bundle of entries (C2SP tlog-tiles), full or partial, up to the newest checkpoint.</summary>
    /// <param name="path">Level and index, such as <c>0/x001/234</c> or <c>entries/000.p/17</c>.</param>
    public static Results<FileContentHttpResult, ProblemHttpResult> ReadTile(string path, HttpContext http, RegistryCore core)
    {
        var size = core.Store.Events.Head.Size;
        if (!TilePath.TryParse("tile/" + path, out var tile) || !Tiles.Exists(tile, size))
        {
            return Problems.NotFound();
        }

        http.Response.Headers[HeaderNames.CacheControl] = Immutable;
        var bytes = tile.IsEntries
            ? EntryBundle.Write(core.Store.Events.ReadEntries(tile.First, tile.Width).Select(l => l.Entry))
            : Tiles.Hashes(core.Store.Events.Tree, tile, size)!;
        return TypedResults.Bytes(bytes, "application/octet-stream");
    }

    /// <summary>That a leaf is in the tree of a size; the newest size when none is given.</summary>
    public static Results<Ok<InclusionProof>, ProblemHttpResult> ProveInclusion(long index, RegistryCore core, long? size = null)
    {
        var head = core.Store.Events.Head;
        var at = size ?? head.Size;
        if (at < 1 || at > head.Size)
        {
            return OutOfRange("size", $"The log has {head.Size} entries; ask for a size from 1 to {head.Size}.");
        }

        if (index < 0 || index >= at)
        {
            return OutOfRange("index", $"A tree of size {at} has leaves 0 to {at - 1}.");
        }

        var leaf = core.Store.Events.ReadLeaf(index)!;
        return TypedResults.Ok(new InclusionProof(
            index, at, B64Url.Encode(leaf.LeafHash), [.. core.Store.Events.Tree.InclusionProof(index, at).Select(Convert.ToBase64String)], head.Checkpoint));
    }

    /// <summary>That the tree of one size is the beginning of the tree of another.</summary>
    public static Results<Ok<ConsistencyProof>, ProblemHttpResult> ProveConsistency(long from, RegistryCore core, long? to = null)
    {
        var head = core.Store.Events.Head;
        var last = to ?? head.Size;
        if (last < 0 || last > head.Size)
        {
            return OutOfRange("to", $"The log has {head.Size} entries.");
        }

        return from < 0 || from > last
            ? OutOfRange("from", $"The older size is from 0 to {last}.")
            : TypedResults.Ok(new ConsistencyProof(
                from, last, [.. core.Store.Events.Tree.ConsistencyProof(from, last).Select(Convert.ToBase64String)], head.Checkpoint));
    }

    private static ProblemHttpResult OutOfRange(string parameter, string detail) =>
        Problems.Of(StatusCodes.Status422UnprocessableEntity, "out-of-range", detail, new ProblemError($"?{parameter}", "out-of-range", detail));
}

/// <param name="Index">The leaf.</param>
/// <param name="Size">The size of the tree that the proof is for.</param>
/// <param name="LeafHash">base64url.</param>
/// <param name="Hashes">Standard base64, the leaf's sibling first (RFC 6962, section 2.1.1).</param>
/// <param name="Checkpoint">The newest signed checkpoint.</param>
public sealed record InclusionProof(long Index, long Size, string LeafHash, IReadOnlyList<string> Hashes, string Checkpoint);

/// <param name="From">The older size.</param>
/// <param name="To">The newer size.</param>
/// <param name="Hashes">Standard base64 (RFC 6962, section 2.1.2).</param>
/// <param name="Checkpoint">The newest signed checkpoint.</param>
public sealed record ConsistencyProof(long From, long To, IReadOnlyList<string> Hashes, string Checkpoint);

using System.Text;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Log;
using AttributionRegistry.Server.Findings;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Incidents;
using AttributionRegistry.Server.Registry;
using AttributionRegistry.Server.Rounds;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AttributionRegistry.Server.Bundles;

/// <summary>Proof files (C2SP tlog-proof) of single entries against the newest checkpoint.</summary>
public sealed class ProofFiles(RegistryCore core, PublicOpenings openings)
{
    private const string MediaType = "text/plain";

    /// <summary>The proof of an entry with what opens it for everybody, or the 404 for an entry that is not there.</summary>
    public Results<ContentHttpResult, ProblemHttpResult> Answer(HttpContext http, long? index)
    {
        ArgumentNullException.ThrowIfNull(http);
        var head = core.Store.Events.Head;
        if (index is not { } at || at < 0 || at >= head.Size)
        {
            return Problems.NotFound();
        }

        http.Response.Headers.CacheControl = "public, max-age=2";
        var proof = new TlogProof(at, core.Store.Writer.InclusionProof(at, head.Size), head.Checkpoint, openings.Of(at));
        return TypedResults.Content(proof.ToString(), MediaType, Encoding.UTF8);
    }

    /// <summary>The first entry of a type in a record that says this of itself, or null.</summary>
    public long? IndexOf(string stream, string type, Func<Storage.StoredEvent, bool> which) =>
        core.Store.Events.ReadStream(stream).FirstOrDefault(e => e.Type == type && which(e))?.Index;
}

public static class ReadEntry
{
    /// <summary>One entry of the log, byte for byte as it was hashed: canonical JSON. A sealed entry shows a commitment and nothing else.</summary>
    /// <param name="index">The entry's place, from 0.</param>
    public static Results<FileContentHttpResult, ProblemHttpResult> Handle(long index, HttpContext http, RegistryCore core)
    {
        if (core.Store.Events.ReadLeaf(index) is not { } leaf)
        {
            return Problems.NotFound();
        }

        http.Response.Headers.CacheControl = "public, max-age=31536000, immutable";
        return TypedResults.Bytes(leaf.Entry, "application/json");
    }
}

public static class ReadEntryProof
{
    /// <summary>
    /// A file that proves one entry offline (C2SP tlog-proof). Its line "extra" holds what opens the entry for everybody, where there is such
    /// a thing: canonical JSON {fields: [{name, salt, value}], seal: {event, salt} or null}.
    /// </summary>
    /// <param name="index">The entry's place, from 0.</param>
    public static Results<ContentHttpResult, ProblemHttpResult> Handle(long index, HttpContext http, ProofFiles proofs) => proofs.Answer(http, index);
}

/// <summary>Where an entry stands.</summary>
/// <param name="Index">Its place, from 0.</param>
/// <param name="LeafHash">Its leaf hash, base64url.</param>
/// <param name="Entry">Its address.</param>
/// <param name="Proof">The address of its proof file.</param>
public sealed record FoundEntry(long Index, string LeafHash, string Entry, string Proof);

public static class LookUpEntry
{
    /// <summary>The entry with a leaf hash, as a receipt names it.</summary>
    /// <param name="leafHash">SHA-256 over a zero byte and the entry, base64url.</param>
    public static Results<Ok<FoundEntry>, ProblemHttpResult> Handle(string leafHash, RegistryCore core)
    {
        if (!B64Url.TryDecode(leafHash, out var hash) || hash.Length != Rfc6962.HashSize)
        {
            return Problems.Of(
                StatusCodes.Status422UnprocessableEntity, "out-of-range", "A leaf hash is 32 bytes in base64url.",
                new ProblemError("?leafHash", "out-of-range", "A leaf hash is 32 bytes in base64url."));
        }

        return Find(core.Store.Events.Tree, core.Store.Events.Head.Size, hash) is { } index
            ? TypedResults.Ok(new FoundEntry(index, leafHash, $"/v1/log/entries/{index}", $"/v1/log/entries/{index}/proof"))
            : Problems.NotFound();
    }

    // The hashes are in memory anyway: a million of them are gone through in some milliseconds.
    private static long? Find(MerkleTree tree, long size, byte[] hash)
    {
        for (var first = 0L; first < size; first += TilePath.FullWidth)
        {
            var width = (int)Math.Min(TilePath.FullWidth, size - first);
            var hashes = Tiles.Hashes(tree, TilePath.Hashes(0, first / TilePath.FullWidth, width), size)!;
            for (var i = 0; i < width; i++)
            {
                if (hashes.AsSpan(i * Rfc6962.HashSize, Rfc6962.HashSize).SequenceEqual(hash))
                {
                    return first + i;
                }
            }
        }

        return null;
    }
}

public static class ReadFindingProof
{
    /// <summary>A file that proves offline that the current version of a finding stands in the log (C2SP tlog-proof).</summary>
    public static Results<ContentHttpResult, ProblemHttpResult> Handle(string number, HttpContext http, PublishedVersions versions, ProofFiles proofs) =>
        proofs.Answer(http, versions.IndexOf(number, null));
}

public static class ReadVersionProof
{
    /// <summary>A file that proves offline that one version of a finding stands in the log (C2SP tlog-proof).</summary>
    public static Results<ContentHttpResult, ProblemHttpResult> Handle(string number, int version, HttpContext http, PublishedVersions versions, ProofFiles proofs) =>
        proofs.Answer(http, versions.IndexOf(number, version));
}

public static class ReadEvidenceProof
{
    /// <summary>
    /// A file that proves offline when the bytes of a disclosed item were sealed (C2SP tlog-proof); it opens their digest and the salt of their
    /// commitment in the evidence root.
    /// </summary>
    public static Results<ContentHttpResult, ProblemHttpResult> Handle(
        EvidenceId evidenceId, HttpContext http, CaseWrites locator, CaseReads cases, ProofFiles proofs) =>
        locator.Locate(evidenceId.Value) is { } incident && cases.Load(incident) is var (state, _) && state.Find(evidenceId) is { } item &&
        PublicOpenings.IsDisclosed(state, item)
            ? proofs.Answer(http, proofs.IndexOf(
                CaseJournal.Stream(incident), "evidence.sealed",
                e => CaseJournal.Definition.Read(e).Event is CaseEvent.PayloadSealed sealing && sealing.Evidence == evidenceId))
            : Problems.NotFound();
}

public static class ReadRoundProof
{
    /// <summary>A file that proves offline that the count of a published round stands in the log, and opens it (C2SP tlog-proof).</summary>
    public static Results<ContentHttpResult, ProblemHttpResult> Handle(RoundId roundId, HttpContext http, CaseWrites locator, CaseReads cases, ProofFiles proofs) =>
        locator.Locate(roundId.Value) is { } incident && cases.Load(incident) is ({ HasFinding: true } state, _) &&
        state.Rounds.Any(r => r.Id == roundId && r.Binding && r.Outcome is not null)
            ? proofs.Answer(http, proofs.IndexOf(RoundJournal.Stream(roundId), "tally.published", _ => true))
            : Problems.NotFound();
}

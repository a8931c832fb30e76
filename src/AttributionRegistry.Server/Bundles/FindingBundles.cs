using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Log;
using AttributionRegistry.Server.Evidence;
using AttributionRegistry.Server.Findings;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Incidents;
using AttributionRegistry.Server.Registry;
using AttributionRegistry.Server.Security;
using AttributionRegistry.Storage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AttributionRegistry.Server.Bundles;

public static class GetBundle
{
    /// <summary>
    /// Everything that proves the current version of a finding, in one zip (a BagIt 1.0 bag): finding, record, the case's chain in the log with
    /// proofs and openings, disclosed evidence up to 4 MiB an item and 32 MiB in all, checkpoint and key. It is checked offline by the command
    /// attribution verify FILE and by the page /recount. Reads of evidence are on record before the first byte leaves (E7).
    /// </summary>
    public static Task<Results<FileContentHttpResult, StatusCodeHttpResult, ProblemHttpResult>> HandleAsync(
        string number, HttpContext http, Visitor visitor, PublishedVersions versions, FindingBundles bundles, CancellationToken cancel) =>
        bundles.ServeAsync(versions.Current(number), http, visitor.Caller, cancel);
}

public static class GetVersionBundle
{
    /// <summary>Everything that proves one version of a finding, in one zip. An old version proves itself like the current one.</summary>
    public static Task<Results<FileContentHttpResult, StatusCodeHttpResult, ProblemHttpResult>> HandleAsync(
        string number, int version, HttpContext http, Visitor visitor, PublishedVersions versions, FindingBundles bundles, CancellationToken cancel) =>
        bundles.ServeAsync(versions.Find(number, version), http, visitor.Caller, cancel);
}

/// <summary>Serves bundles: contents, checkpoint, access records, bytes; in this order.</summary>
public sealed class FindingBundles(
    RegistryCore core, CaseReads cases, FindingRecords records, PublishedDocuments documents, PublicOpenings openings, BundleCheckpoints checkpoints,
    OfficialMark official, Payloads payloads, PayloadAlarm alarm, TimeProvider clock)
{
    public const string MediaType = "application/zip";

    private const string Range = "all, in a bundle";

    public async Task<Results<FileContentHttpResult, StatusCodeHttpResult, ProblemHttpResult>> ServeAsync(
        PublishedVersion? version, HttpContext http, Caller? reader, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(http);
        if (version is null)
        {
            return Problems.NotFound();
        }

        var incident = version.State.Id;
        var (items, bytes) = await EvidenceAsync(version, cancel);
        var policy = official.PolicyOf(version.Index);
        var contents = new BundleContents(core, version, cases.Load(incident)!.Value.State, records, documents, openings, policy);
        var parts = contents.Gather(items, bytes);
        var name = $"{version.Number}-v{version.Version.Version}";
        var (checkpoint, size) = checkpoints.For(name, parts.Digest(), parts.Openings.Keys.Last(), policy);
        var zip = BundleZip.Write(contents.Prove(parts, checkpoint, size));
        http.Response.Headers.CacheControl = "no-store"; // A cache would serve evidence without recording it.
        if (Precondition.NotModified(http, Precondition.ETag(Sha256Hex.Of(zip))))
        {
            return TypedResults.StatusCode(StatusCodes.Status304NotModified);
        }

        if (HttpMethods.IsGet(http.Request.Method) && await RecordAsync(incident, [.. items.Where(i => i.File is not null).Select(i => EvidenceId.Of(i.Id))], reader, cancel) is { } refusal)
        {
            return refusal.ToProblem();
        }

        // Crash here: reads are recorded that never happened. The other way round must not be possible.
        return TypedResults.File(zip, MediaType, $"{name}.zip");
    }

    private async Task<(List<BundleItem> Items, Dictionary<string, byte[]> Bytes)> EvidenceAsync(PublishedVersion version, CancellationToken cancel)
    {
        var (items, bytes, left) = (new List<BundleItem>(), new Dictionary<string, byte[]>(), BundleForm.MaxEvidenceBytes);
        foreach (var then in version.State.Counting.Where(e => e.Disclosed).OrderBy(e => e.Id.Value, StringComparer.Ordinal))
        {
            var payload = then.Payload!;
            var (without, content) = await ContentAsync(version.State.Id, then.Id, payload, Math.Min(BundleForm.MaxItemBytes, left), cancel);
            var file = content is null ? null : BundleForm.EvidenceFile(then.Id.Value);
            if (file is not null)
            {
                bytes[file] = content!;
                left -= payload.Size;
            }

            var salt = without is null or NotInBundle.TooLarge ? B64Url.Encode(Convert.FromHexString(payload.Salt)) : null;
            items.Add(new BundleItem(then.Id.Value, payload.Sha256, payload.Size, salt, file, without, TakenAwayBy(version, then.Id, without), $"/v1/evidence/{then.Id}/content"));
        }

        return (items, bytes);
    }

    // Null although bytes are missing: then nobody can say where they went, and whoever checks the bundle raises the alarm.
    private long? TakenAwayBy(PublishedVersion version, EvidenceId id, NotInBundle? without) => without is null or NotInBundle.TooLarge ? null
        : core.Store.Events.ReadStream(CaseJournal.Stream(version.State.Id)).Where(stored => stored.Index > version.Index)
            .LastOrDefault(stored => (without, CaseJournal.Definition.Read(stored).Event) switch
            {
                (NotInBundle.Erased, CaseEvent.Erased gone) => gone.Evidence == id,
                (NotInBundle.Quarantined, CaseEvent.Quarantined damaged) => damaged.Evidence == id,
                (NotInBundle.NotPublic, CaseEvent.AdmissibilityJudged { Accepted: false } judged) => judged.Evidence == id,
                _ => false,
            })?.Index;

    private async Task<(NotInBundle? Without, byte[]? Content)> ContentAsync(IncidentId incident, EvidenceId id, Payload payload, long most, CancellationToken cancel)
    {
        // The place first: bytes go after the order is in the log, so an item without a place and without an order is no race but a loss.
        var place = payloads.Find(id);
        var state = cases.Load(incident)!.Value.State;
        var item = state.Find(id)!;
        if (item.Standing is EvidenceStanding.Erased)
        {
            return (NotInBundle.Erased, null);
        }

        if (place is null || item.Standing is EvidenceStanding.Quarantined || !PublicOpenings.IsDisclosed(state, item))
        {
            return (place is null || item.Standing is EvidenceStanding.Quarantined ? NotInBundle.Quarantined : NotInBundle.NotPublic, null);
        }

        if (payload.Size > most)
        {
            return (NotInBundle.TooLarge, null);
        }

        var (reason, found) = ("there is no file", "");
        try
        {
            await using var file = await payloads.OpenVerifiedAsync(place, payload.Sha256, cancel);
            if (file is not null)
            {
                using var kept = new MemoryStream((int)payload.Size);
                await file.CopyToAsync(kept, cancel);
                return (null, kept.ToArray());
            }
        }
        catch (EvidenceDamagedException damage)
        {
            (reason, found) = (damage.Message, damage.Actual);
        }

        await alarm.RaiseAsync(incident, id, payload, reason, found);
        return (NotInBundle.Quarantined, null);
    }

    // Asked again in the transaction: an item may have been erased since it was read.
    private async Task<Refusal?> RecordAsync(IncidentId incident, EvidenceId[] items, Caller? reader, CancellationToken cancel)
    {
        if (items.Length == 0)
        {
            return null;
        }

        var outcome = await core.RunAsync(
            reader ?? Startup.Machine, Instant.Whole(clock.GetUtcNow()),
            session =>
            {
                var state = session.Load(CaseJournal.Definition, CaseJournal.Stream(incident))!;
                foreach (var id in items)
                {
                    if (state.Find(id) is not { } item || item.Standing is EvidenceStanding.Quarantined || !PublicOpenings.IsDisclosed(state, item))
                    {
                        return Refusal.Conflict(EvidenceProblems.BagOutdated, "An item was erased or quarantined while the bundle was made; ask again.");
                    }

                    session.Append(AccessJournal.Definition, AccessJournal.Stream(id), Decision<AccessEvent>.Accept(new AccessEvent.Read(id, Range)));
                }

                return null;
            },
            null, cancel);
        return outcome is Outcome.Refused(var refusal) ? refusal : null;
    }
}

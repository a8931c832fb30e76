using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Incidents;
using AttributionRegistry.Server.Registry;
using AttributionRegistry.Storage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AttributionRegistry.Server.Evidence.Bags;

public static class GetBag
{
    /// <summary>
    /// All evidence of a case as a BagIt 1.0 bag in a tar: the bytes, what is recorded of each item, and proofs of its events in the log.
    /// For custodian, auditor and lead assessor. The read of each item is on record before the first byte leaves (E7). Bytes that turn out
    /// damaged on the way break the answer off: a tar that ends as it should is whole.
    /// </summary>
    public static Task<Results<PushStreamHttpResult, ProblemHttpResult>> HandleAsync(
        IncidentId incidentId, Caller caller, HttpContext http, EvidenceBags bags, CancellationToken cancel) => bags.ServeAsync(incidentId, caller, http, cancel);
}

/// <summary>Serves bags: rights, files, access records, bytes; in this order.</summary>
public sealed class EvidenceBags(RegistryCore core, CaseReads cases, Payloads payloads, PayloadAlarm alarm, TimeProvider clock, ILogger<EvidenceBags> log)
{
    public const string MediaType = "application/x-tar";

    private const string Range = "all, in a bag";
    private const int ReadsInOneCommit = 200;

    private static readonly Role[] Exporters = [Role.Custodian, Role.Auditor, Role.LeadAssessor];

    public async Task<Results<PushStreamHttpResult, ProblemHttpResult>> ServeAsync(IncidentId incident, Caller reader, HttpContext http, CancellationToken cancel)
    {
        if (cases.ForReader(incident, reader) is not var (state, _))
        {
            return Problems.NotFound();
        }

        if (!state.RolesOf(reader).Overlaps(Exporters))
        {
            return Problems.Of(StatusCodes.Status403Forbidden, "role-required", "This needs the role custodian, auditor or lead assessor in this case.");
        }

        var items = new List<BagItem>();
        foreach (var item in state.Evidence.OrderBy(e => e.Id.Value, StringComparer.Ordinal))
        {
            items.Add(await PlanAsync(incident, item));
        }

        var at = Instant.Whole(clock.GetUtcNow());
        foreach (var some in items.Where(i => i.Place is not null).Select(i => i.Item.Id).Chunk(ReadsInOneCommit))
        {
            if (await RecordAsync(incident, some, reader, at, cancel) is { } refusal)
            {
                return refusal.ToProblem();
            }
        }

        // Crash here: reads are recorded that never happened. The other way round must not be possible.
        var head = core.Store.Events.Head;
        var now = cases.Load(incident)!.Value.State;
        var contents = new BagContents(core, now, [.. items.Select(i => i with { Item = now.Find(i.Item.Id)! })], reader, at, head);
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers.ContentDisposition = $"attachment; filename=\"{incident}.tar\"";
        return TypedResults.Stream(output => WriteAsync(output, incident, items, contents, head, at, http), MediaType);
    }

    /// <summary>What of an item can go into the bag. A file that is gone or not the one that was stored is found here already.</summary>
    private async Task<BagItem> PlanAsync(IncidentId incident, EvidenceItem item)
    {
        if (item.Payload is not { } payload)
        {
            return new BagItem(item, null, item.Described.PayloadHeldElsewhere ? Without.HeldElsewhere : Without.NotReceived);
        }

        if (item.Standing is EvidenceStanding.Erased || payloads.Find(item.Id) is not { } place)
        {
            return new BagItem(item, null, Without.Erased);
        }

        if (item.Standing is EvidenceStanding.Quarantined)
        {
            return new BagItem(item, null, Without.Quarantined);
        }

        var (reason, found) = ("there is no file", "");
        try
        {
            await using var file = payloads.Open(place);
            if (file is not null)
            {
                return new BagItem(item, place, null);
            }
        }
        catch (EvidenceDamagedException damage)
        {
            (reason, found) = (damage.Message, damage.Actual);
        }

        await alarm.RaiseAsync(incident, item.Id, payload, reason, found);
        return new BagItem(item, null, Without.Quarantined);
    }

    private async Task<Refusal?> RecordAsync(IncidentId incident, EvidenceId[] items, Caller reader, DateTimeOffset at, CancellationToken cancel)
    {
        var outcome = await core.RunAsync(
            reader, at,
            session =>
            {
                var state = session.Load(CaseJournal.Definition, CaseJournal.Stream(incident));
                if (state is null || !state.MayRead(reader) || !state.RolesOf(reader).Overlaps(Exporters))
                {
                    return CaseWrites.NoSuchThing;
                }

                foreach (var item in items)
                {
                    if (state.Find(item)!.Standing is EvidenceStanding.Erased or EvidenceStanding.Quarantined)
                    {
                        return Refusal.Conflict(EvidenceProblems.BagOutdated, "An item was erased or quarantined while the bag was prepared; ask again.");
                    }

                    session.Append(AccessJournal.Definition, AccessJournal.Stream(item), Decision<AccessEvent>.Accept(new AccessEvent.Read(item, Range)));
                }

                return null;
            },
            null, cancel);
        return outcome is Outcome.Refused(var refusal) ? refusal : null;
    }

    private async Task WriteAsync(
        Stream output, IncidentId incident, List<BagItem> items, BagContents contents, SignedHead head, DateTimeOffset at, HttpContext http)
    {
        var cancel = http.RequestAborted;
        BagItem? going = null;
        try
        {
            await using var tar = new BagTar(output, incident.Value, at);
            await tar.TagAsync("bagit.txt", BagContents.Declaration, cancel);
            await tar.TagAsync("bag-info.txt", contents.Info(), cancel);
            await tar.TagAsync("manifest-sha256.txt", contents.Manifest(), cancel);
            await tar.TagAsync("metadata/items.json", contents.List(), cancel);
            await tar.TagAsync("tlog/checkpoint", head.Checkpoint, cancel);
            await tar.TagAsync("tlog/vkey", core.Store.Signer.Vkey + "\n", cancel);
            foreach (var (name, bytes) in contents.Documents().Concat(contents.Events().SelectMany(contents.Proof)))
            {
                await tar.TagAsync(name, bytes, cancel);
            }

            await tar.TagManifestAsync(cancel);
            await tar.FolderAsync("data", cancel);
            foreach (var item in items.Where(i => i.Place is not null))
            {
                going = item;
                await using var bytes = new CheckedPayload(
                    payloads.Open(item.Place!) ?? throw new EvidenceDamagedException(item.Place!.Blob, "there is no file"), item.Place!.Blob, item.Item.Payload!.Sha256);
                await tar.FileAsync(item.File!, bytes, cancel);
            }
        }
        catch (EvidenceDamagedException damage)
        {
            // An answer cannot be taken back, but it can be seen not to have ended.
            http.Abort();
            if (payloads.Find(going!.Item.Id) is null)
            {
                log.LogWarning("A bag was broken off: evidence {Evidence} was erased meanwhile.", going.Item.Id);
                return;
            }

            await alarm.RaiseAsync(incident, going.Item.Id, going.Item.Payload!, damage.Message, damage.Actual);
        }
    }
}

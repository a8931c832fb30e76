using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Incidents;
using AttributionRegistry.Server.Registry;
using AttributionRegistry.Server.Uploads;
using AttributionRegistry.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Timeouts;

namespace AttributionRegistry.Server.Evidence;

/// <summary>An item of evidence, and perhaps the upload that holds its bytes.</summary>
public sealed record EvidenceSubmission : EvidenceDescription
{
    /// <summary>A complete upload of the caller (/v1/uploads). Without it the bytes follow with PUT on the item's content.</summary>
    public UploadId? Upload { get; init; }

    /// <summary>SHA-256 that the bytes of the upload must have, in lower-case hex. Without it none is compared but that of the upload's metadata.</summary>
    public string? Sha256 { get; init; }
}

/// <summary>Description and uploaded bytes as one act: both events or none, one receipt.</summary>
public sealed class SubmitUploaded(
    RegistryCore core, Writes writes, Uploads.Uploads uploads, Payloads payloads, Quota quota, ILogger<SubmitUploaded> log)
{
    /// <summary>The answer where a digest is given and no upload.</summary>
    public static Refusal DigestOfNothing { get; } = Refusal.Invalid(UploadProblems.Missing, "A digest is compared with the bytes of an upload, and none is named.", "/sha256");

    public async Task<Results<Created<Written>, ProblemHttpResult>> RunAsync(
        IncidentId incident, UploadId upload, Body<EvidenceSubmission> body, Ask ask, CancellationToken cancel)
    {
        ask = ask.With(body);
        var item = new Item(core.Entropy.NewId<EvidenceId>(), incident, body.Value.Alone(), ask);
        using var taken = await uploads.TakeAsync(upload, ask.By.Id, cancel);
        if (ask.Key is { } key && core.Store.Events.FindIdempotency(ask.By.Id.Value, key) is not null)
        {
            return await RecordAsync(item, PayloadIntake.Expected, _ => { }, cancel); // The kept answer: nothing is decided or written.
        }

        // The case speaks first: who may not know of it learns nothing of it from an upload.
        if (item.AppendTo(new Session(core, ask.By, ask.At, core.Policy), PayloadIntake.Expected) is { } refusal)
        {
            return refusal.ToProblem();
        }

        if (taken is null)
        {
            return Uploads.Uploads.NoSuchUpload.ToProblem();
        }

        // Gigabytes are opened, hashed and sealed anew: that takes as long as it takes, also when the client goes. It asks again with its key.
        ask.Http!.Features.Get<IHttpRequestTimeoutFeature>()?.DisableTimeout();
        return Misfit(taken.Upload, item) is { } problem ? problem : await StoreAsync(taken.Upload, item, DigestsOf(taken.Upload, body.Value));
    }

    private ProblemHttpResult? Misfit(Upload upload, Item item)
    {
        var policy = core.Policy!;
        return upload.Incident is { } other && other != item.Incident
            ? Refusal.Invalid(UploadProblems.OfAnotherCase, "The upload was begun for another incident.", "/upload").ToProblem()
            : !upload.IsComplete
            ? Refusal.Conflict(UploadProblems.Incomplete, $"The upload has {upload.Received} of its {upload.Length} bytes.", "/upload").ToProblem()
            : quota.OfItem(policy, upload.Length) ?? quota.OfCase(policy, item.Incident, upload.Incident is null ? upload.Length : 0, item.Ask.At);
    }

    private async Task<Results<Created<Written>, ProblemHttpResult>> StoreAsync(Upload upload, Item item, IReadOnlyList<string> digests)
    {
        string? unnamed = null;
        try
        {
            using var parts = uploads.Open(upload);
            var content = new HeadStream(parts);
            var stored = await core.Store.Evidence.StoreAsync(
                content, upload.Length, upload.Length, progress: null, CancellationToken.None,
                beforeNaming: digest =>
                {
                    if (digests.FirstOrDefault(declared => declared != digest) is { } declared)
                    {
                        throw new RequestRefusedException(
                            StatusCodes.Status422UnprocessableEntity, EvidenceProblems.DigestMismatch,
                            $"The bytes have SHA-256 {digest}, declared was {declared}. Nothing was recorded; the upload is still there.");
                    }
                });
            unnamed = stored.Blob;
            var payload = payloads.Describe(stored, content.Head);
            var naming = payloads.Naming(item.Incident, item.Id, stored);
            var policy = core.Policy!;

            // Crash here: the file is there, no event names it, and the upload is as it was. The sweeper removes the file; the client asks again.
            return await RecordAsync(
                item, payload,
                session => session.AlsoWrite(rows =>
                {
                    Uploads.Uploads.End(rows, upload);
                    naming(rows);
                    quota.HoldCase(policy, rows, item.Incident, Instant.ToMicroseconds(item.Ask.At));
                }),
                CancellationToken.None);
        }
        catch (Exception fault) when (fault is EvidenceDamagedException or EvidenceCutShortException)
        {
            log.LogError(fault, "The unfinished upload {Upload} is damaged.", upload.Id);
            return Problems.Of(StatusCodes.Status409Conflict, UploadProblems.Damaged, "Bytes of the upload are no longer what was received. Nothing was recorded.");
        }
        catch (IOException noRoom) when (DiskRoom.IsUsedUp(noRoom))
        {
            log.LogError(noRoom, "The evidence store has no room for the upload {Upload}.", upload.Id);
            return DiskRoom.Problem("There is no room for the file. Nothing was recorded; the upload is still there.");
        }
        finally
        {
            Settle(upload, unnamed);
        }
    }

    private Task<Results<Created<Written>, ProblemHttpResult>> RecordAsync(Item item, Payload payload, Action<Session> also, CancellationToken cancel) =>
        writes.CreateAsync(
            item.Ask,
            new Act(
                session =>
                {
                    also(session);
                    return item.AppendTo(session, payload);
                },
                item.Id.Value, CaseJournal.Stream(item.Incident)),
            $"/v1/evidence/{item.Id}", cancel);

    private void Settle(Upload upload, string? unnamed)
    {
        try
        {
            if (unnamed is not null)
            {
                payloads.DestroyUnlessNamed(unnamed);
            }

            // Crash before this: the row of the upload went with the act; its bytes open no more, and the sweeper removes them.
            uploads.Settle(upload.Id);
        }
        catch (IOException fault)
        {
            log.LogError(fault, "What the upload {Upload} leaves could not be removed; the sweeper will try again.", upload.Id);
        }
    }

    private static IReadOnlyList<string> DigestsOf(Upload upload, EvidenceSubmission submission) =>
        submission.Sha256 is null || Sha256Hex.IsWellFormed(submission.Sha256)
            ? [.. new[] { submission.Sha256, UploadMetadata.Parse(upload.Metadata).Sha256 }.OfType<string>()]
            : throw new RequestRefusedException(
                StatusCodes.Status400BadRequest, EvidenceProblems.BadDigest, "A digest is 64 lower-case hex digits.",
                new ProblemError("/sha256", EvidenceProblems.BadDigest, "A digest is 64 lower-case hex digits."));

    /// <summary>The new item: what is decided of it, twice.</summary>
    private sealed record Item(EvidenceId Id, IncidentId Incident, EvidenceDescription Described, Ask Ask)
    {
        public Refusal? AppendTo(Session session, Payload payload) =>
            CaseWrites.Append(session, Incident, state => WriteEvidence.Submission(state, Id, Described, Ask))
            ?? CaseWrites.Append(session, Incident, _ => new CaseCommand.SealPayload(Id, payload) { By = Ask.By, At = Ask.At });
    }
}

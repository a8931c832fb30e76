using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Server.Evidence;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Incidents;
using AttributionRegistry.Server.Registry;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AttributionRegistry.Server.Uploads;

/// <summary>An unfinished upload of the caller.</summary>
/// <param name="Incident">For which incident it was begun, or null.</param>
/// <param name="Length">How many bytes it will have.</param>
/// <param name="Offset">How many of them are durable.</param>
/// <param name="ExpiresAt">When it is removed, unless more bytes come.</param>
public sealed record UploadView(UploadId Id, IncidentId? Incident, long Length, long Offset, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt)
{
    internal static UploadView Of(Upload upload) => new(upload.Id, upload.Incident, upload.Length, upload.Received, upload.CreatedAt, upload.ExpiresAt);
}

public static class DescribeUploads
{
    /// <summary>Says which version and extensions of the tus protocol are spoken here, and how large an upload may be.</summary>
    public static NoContent Handle(HttpResponse response, RegistryCore core, Quota quota)
    {
        var headers = response.Headers;
        headers[Tus.VersionHeader] = Tus.Version;
        headers[Tus.ExtensionHeader] = Tus.Extensions;
        headers[Tus.MaxSizeHeader] = $"{quota.MostBytes(core.Policy!)}";
        headers[Tus.ChecksumAlgorithmHeader] = Checksum.Algorithms;
        return TypedResults.NoContent();
    }
}

public sealed class CreateUpload(RegistryCore core, Uploads uploads, PieceIntake intake, Quota quota, TimeProvider clock)
{
    /// <summary>
    /// Begins an upload of Upload-Length bytes; the first of them may come with it. Upload-Metadata may name the incident and the SHA-256.
    /// The limits of item, case and person are asked before a byte is read.
    /// </summary>
    public static Task<Results<Created, ProblemHttpResult>> HandleAsync(HttpContext http, Caller caller, CreateUpload create) => create.RunAsync(http, caller);

    private async Task<Results<Created, ProblemHttpResult>> RunAsync(HttpContext http, Caller caller)
    {
        var request = http.Request;
        if (request.Headers.ContainsKey(Tus.DeferLengthHeader) || Tus.Bytes(request.Headers, Tus.LengthHeader) is not { } length)
        {
            return Problems.Of(StatusCodes.Status400BadRequest, UploadProblems.BadLength, $"An upload is begun with {Tus.LengthHeader}, a whole number of bytes.");
        }

        var metadata = UploadMetadata.Of(request.Headers);
        var brings = request.ContentLength is > 0 || request.Headers.TransferEncoding.Count > 0;
        if (((brings ? PieceIntake.Refuses(request, length) : null) ?? Refuses(caller, length, metadata)) is { } refused)
        {
            return refused;
        }

        var upload = await uploads.BeginAsync(core.Entropy.NewId<UploadId>(), caller.Id, length, metadata, quota);
        if (brings)
        {
            (upload, var problem) = await intake.ReceiveAsync(request, upload, CancellationToken.None);
            if (problem is not null)
            {
                await uploads.RemoveAsync(upload.Id); // Its address was never told; nobody could go on with it.
                return problem;
            }
        }

        Tus.Tell(http.Response, upload);
        return TypedResults.Created($"{Tus.Address}/{upload.Id}");
    }

    private ProblemHttpResult? Refuses(Caller caller, long length, UploadMetadata metadata)
    {
        var (policy, now) = (core.Policy!, clock.GetUtcNow());
        if (metadata.Incident is { } incident &&
            core.Load(CaseJournal.Definition, CaseJournal.Stream(incident)).State?.RolesOf(caller).Overlaps([Role.Analyst, Role.Custodian]) != true)
        {
            return Problems.Of(
                StatusCodes.Status422UnprocessableEntity, UploadProblems.IncidentUnknown, $"{Tus.MetadataHeader} names an incident to which you do not bring evidence.");
        }

        return quota.OfItem(policy, length)
            ?? (metadata.Incident is { } known ? quota.OfCase(policy, known, length, now) : null)
            ?? quota.OfNewUpload(policy, caller.Id, length, now);
    }
}

public static class ReadUploads
{
    /// <summary>Your unfinished uploads, oldest first.</summary>
    public static Ok<Page<UploadView>> List(PageQuery page, HttpContext http, Caller caller, Uploads uploads) =>
        TypedResults.Ok(page.Cut(http, [.. uploads.List(caller.Id, page.AfterKey<string>() ?? "", page.Fetch).Select(UploadView.Of)], u => Cursor.Of(u.Id.Value)));

    /// <summary>
    /// Where an upload stands; HEAD is the tus way to ask. What HEAD tells is durable, and a piece that is still being received for a
    /// connection given up long ago is ended first.
    /// </summary>
    public static async Task<Results<Ok<UploadView>, ProblemHttpResult>> GetAsync(
        UploadId uploadId, HttpContext http, Caller caller, Uploads uploads, CancellationToken cancel)
    {
        using var taken = HttpMethods.IsHead(http.Features.Get<TusMethod>()?.Sent ?? "") ? await uploads.TakeAsync(uploadId, caller.Id, cancel) : null;
        if ((taken?.Upload ?? uploads.Find(uploadId, caller.Id)) is not { } upload)
        {
            return Problems.NotFound();
        }

        Tus.Tell(http.Response, upload);
        http.Response.Headers[Tus.LengthHeader] = $"{upload.Length}";
        if (upload.Metadata.Length > 0)
        {
            http.Response.Headers[Tus.MetadataHeader] = upload.Metadata;
        }

        return TypedResults.Ok(UploadView.Of(upload));
    }
}

public static class AppendUpload
{
    /// <summary>
    /// Brings the next piece, from Upload-Offset on. What was read of it when it ends is kept, however it ends; only a piece with
    /// Upload-Checksum is taken whole or not at all.
    /// </summary>
    public static async Task<Results<NoContent, ProblemHttpResult>> HandleAsync(
        UploadId uploadId, HttpContext http, Caller caller, Uploads uploads, PieceIntake intake, CancellationToken cancel)
    {
        using var taken = await uploads.TakeAsync(uploadId, caller.Id, cancel);
        if (taken is not { Upload: var upload })
        {
            return Problems.NotFound();
        }

        if (Tus.Bytes(http.Request.Headers, Tus.OffsetHeader) is not { } offset)
        {
            return Problems.Of(StatusCodes.Status400BadRequest, UploadProblems.BadOffset, $"A piece says in {Tus.OffsetHeader} at which byte it begins.");
        }

        Tus.Tell(http.Response, upload);
        if (offset != upload.Received)
        {
            return Problems.Of(StatusCodes.Status409Conflict, UploadProblems.OtherOffset, $"The upload stands at byte {upload.Received}, the piece begins at {offset}.");
        }

        if (PieceIntake.Refuses(http.Request, upload.Length - upload.Received) is { } refused)
        {
            return refused;
        }

        // Not ended by the loss of the client as such: what has arrived is read to its end.
        (upload, var problem) = await intake.ReceiveAsync(http.Request, upload, taken.Hold.Stop);
        Tus.Tell(http.Response, upload);
        return problem is null ? TypedResults.NoContent() : problem;
    }
}

public static class DeleteUpload
{
    /// <summary>Removes an unfinished upload with its bytes and their key.</summary>
    public static async Task<Results<NoContent, ProblemHttpResult>> HandleAsync(
        UploadId uploadId, Caller caller, Uploads uploads, CancellationToken cancel)
    {
        using var taken = await uploads.TakeAsync(uploadId, caller.Id, cancel);
        if (taken is null)
        {
            return Problems.NotFound();
        }

        await uploads.RemoveAsync(uploadId);
        return TypedResults.NoContent();
    }
}

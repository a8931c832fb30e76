using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Incidents;
using AttributionRegistry.Server.Registry;
using AttributionRegistry.Server.Security;
using AttributionRegistry.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;
using ContentResult = Microsoft.AspNetCore.Http.HttpResults.Results<
    Microsoft.AspNetCore.Http.HttpResults.FileStreamHttpResult, Microsoft.AspNetCore.Http.HttpResults.PushStreamHttpResult, Microsoft.AspNetCore.Http.HttpResults.StatusCodeHttpResult, Microsoft.AspNetCore.Http.HttpResults.ProblemHttpResult>;

namespace AttributionRegistry.Server.Evidence;

/// <summary>How the bytes of an item are wrapped.</summary>
public enum Packaging
{
    /// <summary>As they are.</summary>
    None,

    /// <summary>A zip under the password "infected".</summary>
    Zip,
}

public static class GetContent
{
    /// <summary>
    /// The bytes of an item, whole or a range of them, always as an attachment. First what is asked for is checked (E1): all of it against
    /// the recorded digest, a single range by the segments that it touches. The read is in the access record before the first byte leaves (E7).
    /// With packaging=zip all of it comes in a zip under the password "infected", as malware is exchanged.
    /// </summary>
    public static Task<ContentResult> HandleAsync(
        EvidenceId evidenceId, Packaging? packaging, HttpContext http, Visitor visitor, PayloadOutlet outlet, CancellationToken cancel) =>
        outlet.ServeAsync(evidenceId, packaging ?? Packaging.None, http, visitor.Caller, cancel);
}

/// <summary>Serves the bytes of one item: rights, digest, access record, bytes; in this order.</summary>
public sealed class PayloadOutlet(
    RegistryCore core, CaseWrites locator, Payloads payloads, PayloadAlarm alarm, AccessRecorder accesses, TimeProvider clock)
{
    private const string Policy = "default-src 'none'; sandbox";
    private const int MaxRangeChars = 100;

    public async Task<ContentResult> ServeAsync(EvidenceId evidence, Packaging packaging, HttpContext http, Caller? reader, CancellationToken cancel)
    {
        if (locator.Locate(evidence.Value) is not { } incident || Find(incident, evidence, reader) is not { Payload: { } payload } item)
        {
            return Problems.NotFound();
        }

        if (Unusable(item) is { } problem)
        {
            return problem;
        }

        var zipped = packaging == Packaging.Zip;
        if (!zipped && Precondition.NotModified(http, Precondition.ETag(payload.Sha256)))
        {
            return TypedResults.StatusCode(StatusCodes.Status304NotModified);
        }

        http.Response.Headers.Remove(HeaderNames.ETag); // It stands for bytes; an answer without them must not carry it.

        SealedStream? file = null;
        try
        {
            if (payloads.Find(evidence) is { } place)
            {
                file = !zipped && SingleRange(http.Request, place.Size) is var (from, count)
                    ? OpenRange(place, from, count, cancel)
                    : await payloads.OpenVerifiedAsync(place, payload.Sha256, cancel);
            }
        }
        catch (EvidenceDamagedException damage)
        {
            return await alarm.QuarantineAsync(incident, evidence, payload, damage.Message, damage.Actual);
        }

        if (file is null)
        {
            // Erased since the rules were asked; else the file is gone, which is the worst damage.
            return Find(incident, evidence, reader) is { } now && Unusable(now) is { } since ? since : await alarm.QuarantineAsync(incident, evidence, payload, "there is no file", found: "");
        }

        try
        {
            // Asked again in the transaction: hashing a large file takes minutes.
            if (await accesses.RecordAsync(
                incident, evidence, reader ?? Startup.Machine, zipped ? "all, in a zip" : RangeOf(http.Request),
                (now, then) => IsAllowed(now, then, reader) && Unusable(then) is null, cancel) is { } refusal)
            {
                await file.DisposeAsync();
                return refusal.ToProblem();
            }
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }

        // Crash here: a read is recorded that never happened. The other way round must not be possible.
        http.Response.Headers.ContentDisposition = $"attachment; filename=\"{evidence}.{(zipped ? "zip" : "bin")}\"";
        http.Response.Headers.ContentSecurityPolicy = Policy;
        http.Response.Headers.CacheControl = "no-store"; // A cache would serve bytes without recording it.
        if (zipped)
        {
            return TypedResults.Stream(_ => ProtectedZip.WriteAsync(http, file, $"{evidence}.bin", Now), ProtectedZip.MediaType);
        }

        return TypedResults.Stream(file, MediaTypes.Unknown, entityTag: EntityTagHeaderValue.Parse(Precondition.ETag(payload.Sha256)), enableRangeProcessing: true);
    }

    // What the framework will send for this request, where it is one range: each segment of it is opened before the first byte leaves.
    private static (long From, long Count)? SingleRange(HttpRequest request, long size)
    {
        if (request.Headers.IfRange.Count > 0 || request.GetTypedHeaders().Range is not { Unit.Value: "bytes", Ranges.Count: 1 } range)
        {
            return null;
        }

        var only = range.Ranges.Single();
        return only switch
        {
            { From: { } from } when from < size => (from, Math.Min(only.To ?? (size - 1), size - 1) - from + 1),
            { From: null, To: { } last } => (Math.Max(0, size - last), Math.Min(last, size)),
            _ => (0, 0), // Not satisfiable: nothing of it is sent.
        };
    }

    private SealedStream? OpenRange(PayloadPlace place, long from, long count, CancellationToken cancel)
    {
        var file = payloads.Open(place);
        try
        {
            file?.Check(from, count, cancel);
            return file;
        }
        catch
        {
            file?.Dispose();
            throw;
        }
    }

    /// <summary>The item if the reader may have its bytes: who works on it, or anybody once it is disclosed with a published finding.</summary>
    private EvidenceItem? Find(IncidentId incident, EvidenceId evidence, Caller? reader) =>
        core.Load(CaseJournal.Definition, CaseJournal.Stream(incident)).State is { } state && state.Find(evidence) is { } item && IsAllowed(state, item, reader)
            ? item
            : null;

    private static bool IsAllowed(Case state, EvidenceItem item, Caller? reader)
    {
        var inside = reader is not null && state.MayRead(reader) && state.MayReadPayload(reader, item);
        var disclosed = state.HasFinding && item.ReleasedTo == Audience.Public && item.Standing != EvidenceStanding.Rejected;
        return inside || disclosed;
    }

    private static ProblemHttpResult? Unusable(EvidenceItem item) => item.Standing switch
    {
        EvidenceStanding.Erased => Problems.Of(StatusCodes.Status410Gone, EvidenceProblems.Erased, "The bytes of this item were erased by order."),
        EvidenceStanding.Quarantined => Problems.Of(StatusCodes.Status409Conflict, EvidenceProblems.Quarantined, "The item is quarantined: its stored bytes were found damaged."),
        _ => null,
    };

    private DateTimeOffset Now => Instant.Whole(clock.GetUtcNow());

    /// <summary>As far as it is certain that no more leaves: one plain range, else all.</summary>
    private static string RangeOf(HttpRequest request) =>
        request.Headers.IfRange.Count == 0 && request.GetTypedHeaders().Range is { Ranges.Count: 1 } range && range.ToString() is { Length: <= MaxRangeChars } text
            ? text
            : "all";
}

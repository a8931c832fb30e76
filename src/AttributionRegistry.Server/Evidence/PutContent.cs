using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Incidents;
using AttributionRegistry.Server.Registry;
using AttributionRegistry.Server.Registry.Signing;
using AttributionRegistry.Storage;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace AttributionRegistry.Server.Evidence;

public static class PutContent
{
    /// <summary>
    /// Brings the bytes of an item, once: streamed, hashed on the way, on disk before the answer. A declared Content-Digest that does
    /// not fit is refused and nothing is kept. Whether the caller may bring them is decided before the first byte is read.
    /// </summary>
    public static Task<Results<Created<Written>, ProblemHttpResult>> HandleAsync(
        EvidenceId evidenceId, Ask ask, PayloadIntake intake, CancellationToken cancel) => intake.ReceiveAsync(evidenceId, ask, cancel);
}

/// <summary>Receives the bytes of one item: rights, bytes on disk, event; in this order.</summary>
public sealed class PayloadIntake(RegistryCore core, CaseWrites cases, Payloads payloads, Quota quota, ILogger<PayloadIntake> log)
{
    /// <summary>Stands for bytes that have not come yet, to ask the rules whether they may.</summary>
    internal static Payload Expected { get; } = new(new string('0', 64), 0, MediaTypes.Unknown, new string('0', 64));

    public async Task<Results<Created<Written>, ProblemHttpResult>> ReceiveAsync(EvidenceId evidence, Ask ask, CancellationToken cancel)
    {
        var http = ask.Http!;
        var incident = cases.Locate(evidence.Value);
        if (MayBring(incident, evidence, ask) is { } refusal)
        {
            return refusal.ToProblem();
        }

        var policy = core.Policy!;
        var announced = http.Request.ContentLength ?? 0;
        if ((quota.OfItem(policy, announced) ?? quota.OfCase(policy, incident!.Value, announced, ask.At) ?? quota.OfUploads(policy, ask.By.Id, announced, ask.At)) is { } full)
        {
            return full;
        }

        var declared = ReadHeaders(http.Request);
        string? unnamed = null;
        try
        {
            var content = new HeadStream(http.Request.Body);
            var stored = await core.Store.Evidence.StoreAsync(
                content, http.Request.ContentLength, quota.RoomFor(policy, incident!.Value, ask.At), progress: null, cancel,
                beforeNaming: digest =>
                {
                    if (declared is not null && declared != digest)
                    {
                        throw new RequestRefusedException(
                            StatusCodes.Status422UnprocessableEntity, EvidenceProblems.DigestMismatch, $"The bytes have SHA-256 {digest}, declared was {declared}. Nothing was kept.");
                    }
                });
            unnamed = stored.Blob;
            var naming = payloads.Naming(incident.Value, evidence, stored);
            var payload = payloads.Describe(stored, content.Head);

            // Crash here: the file is there, no event names it. Harmless; the sweeper removes it after a day.
            // From here on the client's patience counts no more: half an act must not be left to chance.
            var answer = await cases.CreateAsync(
                ask with { Key = null }, incident, evidence.Value, $"/v1/evidence/{evidence}/content",
                (session, _) =>
                {
                    session.AlsoWrite(naming);
                    session.AlsoWrite(rows => quota.HoldCase(policy, rows, incident.Value, Instant.ToMicroseconds(ask.At)));
                    return new CaseCommand.SealPayload(evidence, payload) { By = ask.By, At = ask.At };
                },
                CancellationToken.None);
            return answer;
        }
        catch (EvidenceTooLargeException tooLarge)
        {
            return quota.OfItem(policy, tooLarge.Limit + 1) ?? Quota.Full(policy);
        }
        catch (EvidenceCutShortException cut)
        {
            return CutShort($"The body was announced as {cut.Declared} bytes and ended after {cut.Received}.");
        }
        catch (BadHttpRequestException bad) when (bad.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return quota.TooLarge(policy);
        }
        catch (BadHttpRequestException bad) when (bad.StatusCode == StatusCodes.Status400BadRequest)
        {
            return CutShort("The body ended before its announced end, or its framing is broken.");
        }
        catch (ConnectionResetException)
        {
            return CutShort("The connection broke before the end of the body."); // Nobody hears it; the log of requests does.
        }
        catch (IOException noRoom) when (DiskRoom.IsUsedUp(noRoom))
        {
            log.LogError(noRoom, "The evidence store has no room for {Evidence}.", evidence);
            return DiskRoom.Problem("There is no room for the file. Nothing was kept.");
        }
        finally
        {
            if (unnamed is not null)
            {
                payloads.DestroyUnlessNamed(unnamed);
            }
        }
    }

    /// <summary>Asks the rules with a stand-in for the bytes; nothing is written.</summary>
    private Refusal? MayBring(IncidentId? incident, EvidenceId evidence, Ask ask) =>
        incident is { } known && core.Load(CaseJournal.Definition, CaseJournal.Stream(known)).State is { } state
            ? CaseDecider.Decide(state, new CaseCommand.SealPayload(evidence, Expected) { By = ask.By, At = ask.At }, core.Policy!).Refusal ??
                (core.Policy!.AuthorSignatures == AuthorSignatures.Required ? Authorship.Required : null)
            : CaseWrites.NoSuchThing;

    private static string? ReadHeaders(HttpRequest request)
    {
        if (request.Headers.ContentEncoding.Count > 0)
        {
            throw new RequestRefusedException(StatusCodes.Status415UnsupportedMediaType, ProblemCodes.UnsupportedEncoding, "The bytes must come without Content-Encoding: they are kept as they are.");
        }

        return request.Headers.ContainsKey(HeaderNames.ContentRange)
            ? throw new RequestRefusedException(StatusCodes.Status400BadRequest, EvidenceProblems.PartialUpload, "The bytes of an item come whole, without Content-Range.")
            : ContentDigest.Declared(request.Headers);
    }

    private static ProblemHttpResult CutShort(string detail) =>
        Problems.Of(StatusCodes.Status400BadRequest, EvidenceProblems.UploadCutShort, $"{detail} Nothing was kept.");
}

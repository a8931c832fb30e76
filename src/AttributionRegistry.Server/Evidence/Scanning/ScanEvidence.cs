using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Incidents;
using AttributionRegistry.Server.Registry;
using AttributionRegistry.Storage;
using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AttributionRegistry.Server.Evidence;

public static class ScanEvidence
{
    /// <summary>
    /// Has the bytes of an item scanned for malware now, where the instance has a scanner. The verdict labels the item; nothing is deleted,
    /// and nobody who may read it is kept from it. The scan is a read of the bytes and stands in their access record (E7).
    /// </summary>
    public static Task<Results<Created<Written>, ProblemHttpResult>> HandleAsync(
        EvidenceId evidenceId, NoBody body, Ask ask, PayloadScans scans, CancellationToken cancel) => scans.ScanAsync(evidenceId, ask.With(body), cancel);
}

/// <summary>Scans the bytes of items: rights, digest, access record, scanner, event; in this order.</summary>
public sealed class PayloadScans(RegistryCore core, CaseWrites cases, Payloads payloads, PayloadAlarm alarm, AccessRecorder accesses, RegistrySettings settings)
{
    private const string What = "all, scanned for malware";

    private const string DoneSql = """
        INSERT INTO payload_scan (evidence, at_us) VALUES (@evidence, @at) ON CONFLICT (evidence) DO UPDATE SET at_us = excluded.at_us
        """;

    private readonly ClamAv? _scanner = settings.ClamAv is { } address ? new ClamAv(address) : null;

    public async Task<Results<Created<Written>, ProblemHttpResult>> ScanAsync(EvidenceId evidence, Ask ask, CancellationToken cancel)
    {
        if (cases.Locate(evidence.Value) is not { } incident || core.Load(CaseJournal.Definition, CaseJournal.Stream(incident)).State is not { } state ||
            state.Find(evidence) is not { Payload: not null } item || !Allowed(state, item))
        {
            return Problems.NotFound();
        }

        if (_scanner is null)
        {
            return Problems.Of(StatusCodes.Status409Conflict, EvidenceProblems.ScannerAbsent, "This instance has no scanner.");
        }

        try
        {
            var (answer, problem) = await AskScannerAsync(incident, evidence, ask.By, Allowed, cancel);
            return answer is null
                ? problem!
                : await cases.CreateAsync(
                    ask, incident, evidence.Value, $"/v1/evidence/{evidence}",
                    (session, _) =>
                    {
                        session.AlsoWrite(Done(evidence, ask.At));
                        return new CaseCommand.RecordScan(evidence, answer.Engine, answer.Verdict, answer.Signature) { By = ask.By, At = ask.At };
                    },
                    cancel);
        }
        catch (ScannerUnreachableException silence)
        {
            return Problems.Of(StatusCodes.Status503ServiceUnavailable, EvidenceProblems.ScannerUnreachable, silence.Message);
        }

        bool Allowed(Case now, EvidenceItem then) => now.MayRead(ask.By) && now.MayReadPayload(ask.By, then);
    }

    /// <summary>The machine's own scan of an item that nobody has had scanned.</summary>
    /// <exception cref="ScannerUnreachableException">There is no verdict; it is tried again later.</exception>
    public async Task ScanUnaskedAsync(EvidenceId evidence, DateTimeOffset at, CancellationToken cancel)
    {
        if (_scanner is null || cases.Locate(evidence.Value) is not { } incident)
        {
            return;
        }

        var (answer, _) = await AskScannerAsync(incident, evidence, PayloadAlarm.Guard, (_, _) => true, cancel);
        await core.RunAsync(
            PayloadAlarm.Guard, at,
            session =>
            {
                session.AlsoWrite(Done(evidence, at));

                // Refused where the item was erased or quarantined meanwhile: then there is nothing to label, and nothing to try again.
                return answer is null
                    ? null
                    : CaseWrites.Append(session, incident, _ => new CaseCommand.RecordScan(evidence, answer.Engine, answer.Verdict, answer.Signature) { By = PayloadAlarm.Guard, At = at });
            },
            null, cancel);
    }

    private static Action<RowWriter> Done(EvidenceId evidence, DateTimeOffset at) =>
        rows => rows.Execute(DoneSql, new { evidence = evidence.Value, at = Instant.ToMicroseconds(at) });

    private async Task<(ScanAnswer? Answer, ProblemHttpResult? Problem)> AskScannerAsync(
        IncidentId incident, EvidenceId evidence, Caller by, Func<Case, EvidenceItem, bool> allowed, CancellationToken cancel)
    {
        if (core.Load(CaseJournal.Definition, CaseJournal.Stream(incident)).State?.Find(evidence) is not { Payload: { } payload } item ||
            item.Standing is EvidenceStanding.Quarantined or EvidenceStanding.Erased || payloads.Find(evidence) is not { } place)
        {
            return (null, Refusal.Conflict("evidence-not-usable", "The item is quarantined or erased.").ToProblem());
        }

        try
        {
            await using var file = await payloads.OpenVerifiedAsync(place, payload.Sha256, cancel);
            if (file is null)
            {
                throw new EvidenceDamagedException(place.Blob, "there is no file");
            }

            return await accesses.RecordAsync(incident, evidence, by, What, allowed, cancel) is { } refusal
                ? (null, refusal.ToProblem())
                : (await _scanner!.ScanAsync(file, cancel), null);
        }
        catch (EvidenceDamagedException damage)
        {
            return (null, await alarm.QuarantineAsync(incident, evidence, payload, damage.Message, damage.Actual));
        }
    }
}

/// <summary>Where there is a scanner: scans what was stored and not scanned yet, oldest first, and goes on after a restart.</summary>
public sealed class ScanQueue(RegistryCore core, PayloadScans scans, RegistrySettings settings, TimeProvider clock, ILogger<ScanQueue> log) : BackgroundService
{
    private const string NextSql = """
        SELECT payload.evidence
        FROM payload
        LEFT JOIN payload_scan ON payload_scan.evidence = payload.evidence
        WHERE payload_scan.evidence IS NULL
        ORDER BY payload.rowid
        LIMIT 1
        """;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (settings.ClamAv is null)
        {
            return;
        }

        await Task.Yield(); // The start does not wait for a scanner.
        var silent = false;
        while (!stoppingToken.IsCancellationRequested && core.Store.LogKeys.Closure is null)
        {
            try
            {
                while (core.Store.LogKeys.Closure is null && core.Store.Database.Read(c => c.QuerySingleOrDefault<string>(NextSql)) is { } next)
                {
                    await scans.ScanUnaskedAsync(EvidenceId.Of(next), Instant.Whole(clock.GetUtcNow()), stoppingToken);
                    silent = false;
                }
            }
            catch (ScannerUnreachableException fault)
            {
                if (!silent)
                {
                    log.LogError("{Reason} It is asked again until it answers; evidence is taken meanwhile and carries no label.", fault.Message);
                }

                silent = true;
            }
            catch (Exception fault) when (fault is IOException or CommitFailedException or WriterStoppedException or ReadOnlyModeException)
            {
                log.LogError("A scan could not be done or recorded: {Reason}", fault.Message);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }

            await Task.Delay(Pause, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}

using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Server.Evidence.Metadata;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Incidents;
using AttributionRegistry.Server.Registry;
using AttributionRegistry.Storage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AttributionRegistry.Server.Evidence;

/// <summary>A copy that the registry is to make of an item.</summary>
/// <param name="Kind">metadataStripped is the only kind that the registry makes itself; all others are submitted.</param>
/// <param name="InterestInOutcome">The interest in the outcome of whoever asks for the copy.</param>
/// <param name="Title">Title of the copy; null: made from the original's.</param>
public sealed record DerivationRequest(Derivation Kind, string InterestInOutcome, string? Title = null);

public static class Derive
{
    /// <summary>
    /// Makes a copy of an item without metadata, as a new item that names its original, and records what was found. The original is only
    /// read, and that is in its access record (E3, E7). What cannot be stripped safely is refused.
    /// </summary>
    public static Task<Results<Created<Written>, ProblemHttpResult>> HandleAsync(
        EvidenceId evidenceId, Body<DerivationRequest> body, Ask ask, MetadataStripper stripper, CancellationToken cancel) =>
        stripper.StripAsync(evidenceId, body.Value, ask.With(body), cancel);

    /// <summary>
    /// What the metadata in the bytes of an item says: EXIF with positions, properties of documents. For those who may read the bytes;
    /// it is such a read (E7).
    /// </summary>
    public static async Task<Results<Ok<MetadataReport>, ProblemHttpResult>> ReadMetadataAsync(
        EvidenceId evidenceId, Caller caller, WholePayloads payloads, CancellationToken cancel)
    {
        using var turn = await payloads.TakeAsync(cancel);
        var (loaded, problem) = await payloads.ReadAsync(evidenceId, caller, "metadata", cancel);
        try
        {
            return loaded is null ? problem! : TypedResults.Ok(FileMetadata.Read(loaded.Bytes));
        }
        catch (MetadataRefusedException refused)
        {
            return Problems.Of(StatusCodes.Status422UnprocessableEntity, refused.Code, refused.Message);
        }
    }
}

/// <summary>Makes copies without metadata: rules, bytes of the original, copy on disk, events; in this order.</summary>
public sealed class MetadataStripper(RegistryCore core, CaseWrites cases, Payloads payloads, WholePayloads whole, Quota quota, TimeProvider clock)
{
    private static readonly string Version = typeof(MetadataStripper).Assembly.GetName().Version?.ToString() ?? "0";

    public async Task<Results<Created<Written>, ProblemHttpResult>> StripAsync(EvidenceId evidence, DerivationRequest request, Ask ask, CancellationToken cancel)
    {
        if (request.Kind != Derivation.MetadataStripped)
        {
            return Refusal.Invalid("derivation-kind", "The registry itself only takes metadata out; submit any other copy as an item with this one as its parent.", "/kind").ToProblem();
        }

        var id = core.Entropy.NewId<EvidenceId>(); // Before the first attempt: a repeated one keeps it.
        if (cases.Locate(evidence.Value) is not { } incident || core.Load(CaseJournal.Definition, CaseJournal.Stream(incident)).State is not { } state ||
            state.Find(evidence) is not { } original || !state.MaySee(ask.By))
        {
            return Problems.NotFound();
        }

        if (CaseDecider.Decide(state, Command(state, original, id, request, ask, PayloadIntake.Expected, new MetadataReport("", []), ask.At), core.Policy!).Refusal is { } refusal)
        {
            return refusal.ToProblem();
        }

        using var turn = await whole.TakeAsync(cancel);
        var started = Now;
        var (loaded, problem) = await whole.ReadAsync(evidence, ask.By, "all, to take metadata out", cancel);
        if (loaded is null)
        {
            return problem!;
        }

        StrippedFile copy;
        try
        {
            copy = FileMetadata.Strip(loaded.Bytes);
        }
        catch (MetadataRefusedException refused)
        {
            return Problems.Of(StatusCodes.Status422UnprocessableEntity, refused.Code, refused.Message);
        }

        if (quota.OfCase(core.Policy!, incident, copy.Bytes.Length, Now) is { } full)
        {
            return full;
        }

        var stored = await core.Store.Evidence.StoreAsync(new MemoryStream(copy.Bytes), copy.Bytes.Length, long.MaxValue, progress: null, cancel);
        var naming = payloads.Naming(incident, id, stored);
        var payload = payloads.Describe(stored, copy.Bytes.AsSpan(0, Math.Min(copy.Bytes.Length, MediaTypes.HeadBytes)));

        // Crash here: the file is there, no event names it. Harmless; the sweeper removes it after a day.
        var ended = ask with { Received = Now };
        var answer = await cases.CreateAsync(
            ended, incident, id.Value, $"/v1/evidence/{id}",
            (session, now) =>
            {
                session.AlsoWrite(naming);
                session.ExemptFromSigning(); // The registry makes the copy: nobody else could have signed what comes out.
                return Command(now, now.Find(evidence)!, id, request, ended, payload, copy.Report, started);
            },
            CancellationToken.None);
        if (answer.Result is not Created<Written> { Value.Id: var made } || made != id.Value)
        {
            payloads.DestroyUnlessNamed(stored.Blob);
        }

        return answer;
    }

    private static CaseCommand.SubmitStripped Command(
        Case state, EvidenceItem original, EvidenceId id, DerivationRequest request, Ask ask, Payload payload, MetadataReport report, DateTimeOffset started)
    {
        var parent = new Parent(original.Id, Derivation.MetadataStripped, new Activity
        {
            Tool = "attribution-registry",
            ToolVersion = Version,
            Operator = "registry",
            Parameters = report.Format.Length == 0 ? [] : [new ToolParameter("format", report.Format)],
            StartedAt = started,
            EndedAt = ask.At,
        });
        var described = new EvidenceDescription
        {
            Title = request.Title ?? $"Copy without metadata: {original.Described.Title}",
            Kind = original.Described.Kind,
            Description = new Text($"Made by the registry from {original.Id}; the metadata was taken out."),
            DeclaredMediaType = original.Described.DeclaredMediaType,
            InterestInOutcome = request.InterestInOutcome,
            Tlp = original.Tlp,
            Spoofability = original.Described.Spoofability,
            Mictic = original.Described.Mictic,
            HandlingCaveats = original.Described.HandlingCaveats,
            Sources = original.Described.Sources,
            Parents = [parent],
        };
        return new CaseCommand.SubmitStripped(id, described, payload, report) { By = ask.By, At = ask.At, Commitments = EvidenceRoot.CommitmentsTo(state, [parent]) };
    }

    private DateTimeOffset Now => Instant.Whole(clock.GetUtcNow());
}

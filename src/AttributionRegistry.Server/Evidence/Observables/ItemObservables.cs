using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.Observables;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Incidents;
using AttributionRegistry.Server.Registry;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AttributionRegistry.Server.Evidence.Observables;

/// <summary>One observable of an item.</summary>
/// <param name="Number">From 1, in order of kind and value.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Value">In its normal form.</param>
/// <param name="Matches">How often the document has it.</param>
public sealed record ObservableView(int Number, ObservableKind Kind, string Value, int Matches);

public static class RecordItemObservables
{
    // Stands for what has not been read yet, to ask the rules whether it may.
    private static readonly ObservableReport Expected = new(StructuredFormat.Stix21, [], 0, 0, 0, 0, false, new string('0', 64));

    /// <summary>
    /// Has a STIX 2.1 bundle or MISP event read: validated, its observables indexed for the search, and what was found recorded in the case
    /// in numbers. The bytes are only read, and that is in their access record (E7). May be repeated; the last reading counts.
    /// </summary>
    public static async Task<Results<Ok<Written>, ProblemHttpResult>> HandleAsync(
        EvidenceId evidenceId, NoBody body, Ask ask, CaseWrites cases, CaseReads reads, RegistryCore core, WholePayloads payloads, ObservableIndex index, CancellationToken cancel)
    {
        var incident = cases.Locate(evidenceId.Value);
        if (reads.ForInsider(incident, ask.By) is not var (state, _))
        {
            return Problems.NotFound();
        }

        if (CaseDecider.Decide(state, Command(Expected), core.Policy!).Refusal is { } refusal)
        {
            return refusal.ToProblem();
        }

        using var turn = await payloads.TakeAsync(cancel);
        var (loaded, problem) = await payloads.ReadAsync(evidenceId, ask.By, "all, for its observables", cancel);
        if (loaded is null)
        {
            return problem!;
        }

        var (reading, invalid) = StructuredReading.Of(CaseCommand.RecordObservables.FormatOf(loaded.Item.Described.Kind)!.Value, loaded.Bytes);
        if (reading is null)
        {
            return invalid!;
        }

        var rows = index.Indexing(incident!.Value, evidenceId, reading.Observables);
        return await cases.ChangeAsync(
            ask.With(body), incident, evidenceId.Value,
            (session, _) =>
            {
                session.AlsoWrite(rows);
                return Command(reading.Report);
            },
            cancel);

        CaseCommand Command(ObservableReport report) => new CaseCommand.RecordObservables(evidenceId, report) { By = ask.By, At = ask.At };
    }
}

public static class ListItemObservables
{
    /// <summary>
    /// The observables of an item, for those who may read its bytes; it is such a read (E7). They are read from the bytes each time: nothing
    /// else in the registry holds them. At most 50,000 different ones of an item.
    /// </summary>
    public static async Task<Results<Ok<Page<ObservableView>>, ProblemHttpResult>> HandleAsync(
        EvidenceId evidenceId, PageQuery page, Caller caller, WholePayloads payloads, HttpContext http, CancellationToken cancel)
    {
        using var turn = await payloads.TakeAsync(cancel);
        var (loaded, problem) = await payloads.ReadAsync(evidenceId, caller, "observables", cancel);
        if (loaded is null)
        {
            return problem!;
        }

        if (loaded.Item.Observables is not { } report)
        {
            return Problems.Of(StatusCodes.Status409Conflict, ObservableProblems.Unread, "The observables of this item have not been read; POST to this address first.");
        }

        var (reading, invalid) = StructuredReading.Of(report.Format, loaded.Bytes);
        if (reading is null)
        {
            return invalid!;
        }

        var after = page.AfterNumber() ?? 0;
        var rows = reading.Observables.Select((o, i) => new ObservableView(i + 1, o.Kind, o.Value, o.Matches)).Where(o => o.Number > after).Take(page.Fetch).ToList();
        return TypedResults.Ok(page.Cut(http, rows, o => Cursor.Of((long)o.Number)));
    }
}

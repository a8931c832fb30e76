using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Registry;
using AttributionRegistry.Storage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AttributionRegistry.Server.Incidents;

/// <summary>One event of a case.</summary>
/// <param name="Version">Its place in the case.</param>
/// <param name="Type">What happened, by its stored name.</param>
/// <param name="At">When.</param>
/// <param name="By">Who; null where it would tell who has voted.</param>
/// <param name="LeafIndex">Its place in the log.</param>
/// <param name="Step">From where to where the case went, if it did.</param>
/// <param name="Reason">The reason of a step, a suspension or a resumption.</param>
public sealed record HistoryEntry(long Version, string Type, DateTimeOffset At, PersonId? By, long LeafIndex, HistoryStep? Step, string? Reason);

/// <summary>A transition, and the role in which it was made.</summary>
public sealed record HistoryStep(Stage From, Stage To, Role As);

public static class ReadHistory
{
    /// <summary>What happened in the case, event by event, each with its place in the log.</summary>
    public static Results<Ok<Page<HistoryEntry>>, ProblemHttpResult> Handle(
        IncidentId incidentId, PageQuery page, Caller caller, CaseReads reads, RegistryCore core, HttpContext http)
    {
        if (reads.ForReader(incidentId, caller) is null)
        {
            return Problems.NotFound();
        }

        var rows = core.Store.Events.ReadStream(CaseJournal.Stream(incidentId), page.AfterNumber() ?? 0).Take(page.Fetch).Select(EntryOf).ToList();
        return TypedResults.Ok(page.Cut(http, rows, e => Cursor.Of(e.Version)));
    }

    private static HistoryEntry EntryOf(StoredEvent stored)
    {
        var (@event, recorded) = CaseJournal.Definition.Read(stored);
        var entry = new HistoryEntry(stored.Version, stored.Type, recorded.At, recorded.By, stored.Index, null, null);
        return @event switch
        {
            CaseEvent.Moved e => entry with { Step = new HistoryStep(e.From, e.To, e.As), Reason = e.Reason },
            CaseEvent.Suspended e => entry with { Reason = e.Reason },
            CaseEvent.Resumed e => entry with { Reason = e.Reason },
            CaseEvent.ChallengeVoted => entry with { By = null },
            _ => entry,
        };
    }
}

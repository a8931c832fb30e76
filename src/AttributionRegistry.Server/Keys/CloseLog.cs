using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Keys;
using AttributionRegistry.Log;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Registry;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AttributionRegistry.Server.Keys;

/// <param name="Reason">keyCompromised, keyLost, superseded or discontinued; stands open in the log.</param>
/// <param name="SuccessorOrigin">The name of the log that goes on, which is another than this one's; together with its key, or null.</param>
/// <param name="SuccessorVkey">The first key of that log.</param>
public sealed record CloseLogRequest(LogClosureReason Reason, string? SuccessorOrigin = null, string? SuccessorVkey = null);

public static class CloseLog
{
    /// <summary>
    /// Ends the log for good: two different operators send the same request, and the second one's entry is the last. From then on every write
    /// is refused (409, log-closed); the log and all reads stay served. For a key that leaked: whoever has it can sign, so nothing new may count.
    /// </summary>
    public static Task<Results<Ok<Written>, Accepted<Written>, ProblemHttpResult>> HandleAsync(
        Body<CloseLogRequest> body, Ask ask, Writes writes, RegistryCore core, CancellationToken cancel)
    {
        var ending = new LogEnding(body.Value.Reason, body.Value.SuccessorOrigin, body.Value.SuccessorVkey);
        return writes.ProposeAsync(
            ask.With(body),
            new Act(
                session => Unusable(ending, core.Store.Signer.Name) ?? session.Append(LogKeyJournal.Definition, LogKeyJournal.Stream, LogKeyDecider.Decide(
                    session.Load(LogKeyJournal.Definition, LogKeyJournal.Stream), new LogKeyCommand.Close(ending) { By = ask.By, First = LogKeyActs.FirstOf(core), At = ask.At })),
                LogKeyJournal.Stream, LogKeyJournal.Stream)
            {
                Pending = session => session.Load(LogKeyJournal.Definition, LogKeyJournal.Stream)?.Ended is null ? new PendingNote("closeLog", "operator") : null,
            },
            cancel);
    }

    // What the last entry names cannot be mended afterwards.
    private static Refusal? Unusable(LogEnding ending, string origin)
    {
        if (ending is not { SuccessorOrigin: { } successor, SuccessorVkey: { } vkey })
        {
            return null;
        }

        try
        {
            return successor == origin
                ? Refusal.Invalid("log-successor-same", "A new log has a new origin; this is the closed one's own.", "/successorOrigin")
                : NoteVerifier.Parse(vkey) is { Type: NoteKeyType.Ed25519 } key && key.Name == successor
                    ? null
                    : Refusal.Invalid("log-successor-key", "This is no key of a log of that origin.", "/successorVkey");
        }
        catch (NoteException)
        {
            return Refusal.Invalid("log-successor-key", "This is no key of a log of that origin.", "/successorVkey");
        }
    }
}

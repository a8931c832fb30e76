using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Server.Registry;
using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AttributionRegistry.Server.Incidents;

/// <summary>Commands to a case, run and answered. What the verbs of every feature around a case have in common.</summary>
public sealed class CaseWrites(Writes writes, RegistryCore core)
{
    private const string LocateSql = "SELECT incident FROM locator WHERE id = @id";

    /// <summary>The answer for what does not exist, or what the caller may not know of.</summary>
    public static Refusal NoSuchThing { get; } = Refusal.NotFound("not-found", "There is nothing here, or nothing that you may see.");

    /// <summary>A command that makes a new thing in a case.</summary>
    public Task<Results<Created<Written>, ProblemHttpResult>> CreateAsync(
        Ask ask, IncidentId? incident, string id, string location, Func<Session, Case, CaseCommand> command, CancellationToken cancel) =>
        writes.CreateAsync(ask, ActOn(ask, incident, id, command, ifMatch: false), location, cancel);

    /// <summary>A command that changes a thing in a case. With <paramref name="ifMatch"/> the request must name the case's version.</summary>
    public Task<Results<Ok<Written>, ProblemHttpResult>> ChangeAsync(
        Ask ask, IncidentId? incident, string id, Func<Session, Case, CaseCommand> command, CancellationToken cancel, bool ifMatch = false) =>
        writes.ChangeAsync(ask, ActOn(ask, incident, id, command, ifMatch), cancel);

    /// <summary>A command that may need a second person.</summary>
    public Task<Results<Ok<Written>, Accepted<Written>, ProblemHttpResult>> ProposeAsync(
        Ask ask, IncidentId? incident, string id, string needs, Func<Session, Case, CaseCommand> command, CancellationToken cancel) =>
        writes.ProposeAsync(
            ask,
            ActOn(ask, incident, id, command, ifMatch: false) with
            {
                Pending = WaitsFor(incident, _ => needs),
            },
            cancel);

    /// <summary>Says of a case after an act which act waits for a second person, and for whom.</summary>
    public static Func<Session, PendingNote?> WaitsFor(IncidentId? incident, Func<PendingAct, string> needs) => session =>
        incident is { } known && session.Load(CaseJournal.Definition, CaseJournal.Stream(known))?.Pending is { } pending
            ? pending.Items.IsEmpty ? new PendingNote(pending.Act, needs(pending)) : new PendingNote(pending.Act, needs(pending), pending.Items, pending.Kept)
            : null;

    /// <summary>Decides one command in a session of a larger act.</summary>
    public static Refusal? Append(Session session, IncidentId incident, Func<Case, CaseCommand> command)
    {
        var stream = CaseJournal.Stream(incident);
        return session.Load(CaseJournal.Definition, stream) is { } state
            ? session.Append(CaseJournal.Definition, stream, CaseDecider.Decide(state, command(state), session.Policy))
            : NoSuchThing;
    }

    /// <summary>The case in which a thing is, or null. Knowing it opens nothing: the case itself is asked who may see it.</summary>
    public IncidentId? Locate(string id) =>
        core.Store.Database.Read(c => c.QuerySingleOrDefault<string>(LocateSql, new { id })) is { } found ? IncidentId.Of(found) : null;

    private static Act ActOn(Ask ask, IncidentId? incident, string id, Func<Session, Case, CaseCommand> command, bool ifMatch)
    {
        var stream = incident is { } known ? CaseJournal.Stream(known) : "";
        return new Act(
            session =>
            {
                if (incident is null || session.Load(CaseJournal.Definition, stream) is not { } state)
                {
                    return NoSuchThing;
                }

                if (ifMatch && state.MaySee(ask.By))
                {
                    session.RequireMatch(ask.Http!, stream);
                }

                return session.Append(CaseJournal.Definition, stream, CaseDecider.Decide(state, command(session, state), session.Policy));
            },
            id, stream);
    }
}

using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.People;
using AttributionRegistry.Server.Registry;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AttributionRegistry.Server.Incidents;

/// <summary>A role in this case for a person.</summary>
public sealed record AssignRequest(PersonId Person, Role Role);

/// <summary>A role in this case that a person shall no longer hold, and why.</summary>
public sealed record UnassignRequest(PersonId Person, Role Role, string Reason);

public static class ListCaseRoles
{
    /// <summary>Who holds which role in this case. The panel and the parties have lists of their own.</summary>
    public static Results<Ok<Page<CaseRolesView>>, StatusCodeHttpResult, ProblemHttpResult> Handle(
        IncidentId incidentId, PageQuery page, Caller caller, CaseLists lists, HttpContext http) =>
        lists.ByKey(
            http, incidentId, caller, page,
            state => state.Assigned.Where(a => !state.Parties.ContainsKey(a.Key)).Select(a => new CaseRolesView(a.Key, [.. a.Value.Order()])),
            view => view.Person.Value);
}

public static class AssignRole
{
    /// <summary>Gives a person a role in this case. Duties that exclude each other are not given to one person.</summary>
    public static Task<Results<Created<Written>, ProblemHttpResult>> HandleAsync(
        IncidentId incidentId, Body<AssignRequest> body, Ask ask, CaseWrites cases, CancellationToken cancel) =>
        cases.CreateAsync(
            ask.With(body), incidentId, body.Value.Person.Value, $"/v1/incidents/{incidentId}/roles",
            (session, _) => new CaseCommand.Assign(body.Value.Person, body.Value.Role, InstanceRoles.Of(session, body.Value.Person)) { By = ask.By, At = ask.At },
            cancel);
}

public static class RemoveRole
{
    /// <summary>Takes a role in this case away. What the person did in it stays on record.</summary>
    public static Task<Results<Ok<Written>, ProblemHttpResult>> HandleAsync(
        IncidentId incidentId, Body<UnassignRequest> body, Ask ask, CaseWrites cases, CancellationToken cancel) =>
        cases.ChangeAsync(
            ask.With(body), incidentId, body.Value.Person.Value,
            (_, _) => new CaseCommand.Unassign(body.Value.Person, body.Value.Role, body.Value.Reason) { By = ask.By, At = ask.At }, cancel);
}

internal static class InstanceRoles
{
    /// <summary>The roles that the instance grants a person; null when there is no such person.</summary>
    public static IReadOnlySet<Role>? Of(Session session, PersonId person) =>
        session.Load(PersonJournal.Definition, PersonJournal.Stream(person))?.Roles;
}

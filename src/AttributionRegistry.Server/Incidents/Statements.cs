using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Registry;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AttributionRegistry.Server.Incidents;

/// <summary>What an invited specialist tells the panel.</summary>
/// <param name="Body">The statement; published with the finding.</param>
/// <param name="Conflict">What ties the specialist to the case, or that nothing does; published too.</param>
public sealed record FileStatementRequest(Text Body, Text Conflict);

public static class FileStatement
{
    /// <summary>Informs the panel, by an invited specialist: an expert whose conflict keeps them from a seat. It is no ballot.</summary>
    public static Task<Results<Created<Written>, ProblemHttpResult>> HandleAsync(
        IncidentId incidentId, Body<FileStatementRequest> body, Ask ask, CaseWrites cases, RegistryCore core, CancellationToken cancel)
    {
        var id = core.Entropy.NewId<StatementId>();
        return cases.CreateAsync(
            ask.With(body), incidentId, id.Value, $"/v1/incidents/{incidentId}/statements",
            (_, _) => new CaseCommand.FileStatement(id, body.Value.Body, body.Value.Conflict) { By = ask.By, At = ask.At }, cancel);
    }
}

/// <summary>A specialist's statement.</summary>
public sealed record StatementView(StatementId Id, PersonId By, Text Body, Text Conflict, DateTimeOffset At);

/// <summary>The statements of a case.</summary>
public sealed record StatementsView(IReadOnlyList<StatementView> Statements);

public static class ReadStatements
{
    private static readonly HashSet<Role> Hearers = [Role.PanelMember, Role.Chair, Role.LeadAssessor, Role.ChamberMember, Role.Auditor];

    /// <summary>Statements of invited specialists: for the panel, the lead assessor, chamber and auditor all, for a specialist their own.</summary>
    public static Results<Ok<StatementsView>, StatusCodeHttpResult, ProblemHttpResult> Handle(
        IncidentId incidentId, HttpContext http, Caller caller, CaseReads reads) =>
        reads.Read(http, incidentId, caller, state =>
        {
            var all = state.RolesOf(caller).Overlaps(Hearers);
            return all || state.Is(caller, Role.InvitedSpecialist)
                ? new StatementsView([.. state.Statements.Where(s => all || s.By == caller.Id).Select(s => new StatementView(s.Id, s.By, s.Body, s.Conflict, s.At))])
                : null;
        });
}

using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Security;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AttributionRegistry.Server.Incidents;

public static class ReadIncident
{
    /// <summary>
    /// One incident: the whole case for those who work on it, what concerns them for its parties, and facts and finding for
    /// everybody once it is published.
    /// </summary>
    public static Results<Ok<IncidentView>, StatusCodeHttpResult, ProblemHttpResult> Handle(
        IncidentId incidentId, Visitor visitor, CaseReads reads, HttpContext http)
    {
        if (reads.ForVisitor(incidentId, visitor) is not var (state, version))
        {
            return Problems.NotFound();
        }

        IncidentView view = visitor.Caller is { } caller && state.MayRead(caller) ? WorkingIncident.Of(state)
            : visitor.Caller is { } party && state.IsServedParty(party) ? PartyView(state, state.Parties[party.Id])
            : new PublicIncident(state.Id, state.Stage, state.Facts, state.FindingNumber!);
        var tag = view is WorkingIncident ? Precondition.ETag(version) : CaseLists.TagOf(view);
        return Precondition.NotModified(http, tag) ? TypedResults.StatusCode(StatusCodes.Status304NotModified) : TypedResults.Ok(view);
    }

    private static PartyIncident PartyView(Case state, Party party) => new(
        state.Id, party.As, party.Represents, party.Lang,
        [.. state.Services.Where(s => s.On == party.Person).Select(ServiceView.Of)],
        [.. state.Replies.Where(r => r.By == party.Person).Select(r => ReplyView.Of(state, r))]);
}

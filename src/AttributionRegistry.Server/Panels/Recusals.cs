using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Incidents;
using AttributionRegistry.Server.Registry;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AttributionRegistry.Server.Panels;

/// <summary>A member to take out, and why (V-12).</summary>
public sealed record RecuseRequest(PersonId Member, string Ground);

public static class Recuse
{
    /// <summary>
    /// Recuses a member: oneself, or another by the integrity officer. Before the first round the alternate moves up; while a round
    /// is open the member leaves it in the same act (V-18).
    /// </summary>
    public static Task<Results<Created<Written>, ProblemHttpResult>> HandleAsync(
        PanelId panelId, Body<RecuseRequest> body, Ask ask, Writes writes, CaseWrites cases, CancellationToken cancel)
    {
        var member = body.Value.Member;
        return writes.CreateAsync(
            ask.With(body),
            PanelActs.On(
                cases.Locate(panelId.Value), panelId, member.Value,
                (_, _) => new CaseCommand.Recuse(member, body.Value.Ground) { By = ask.By, At = ask.At },
                ChallengeEffects.Follow),
            $"/v1/panels/{panelId}/recusals", cancel);
    }
}

/// <summary>A member who left, and who took the seat; null when it stayed empty (V-35).</summary>
public sealed record RecusalView(PersonId Member, string? Ground, DateTimeOffset? At, PersonId? ReplacedBy);

/// <summary>All recusals of a panel.</summary>
public sealed record RecusalsView(IReadOnlyList<RecusalView> Recusals);

public static class ReadRecusals
{
    /// <summary>Who left the panel, why, and who took the seat.</summary>
    public static Results<Ok<RecusalsView>, StatusCodeHttpResult, ProblemHttpResult> Handle(
        PanelId panelId, HttpContext http, Caller caller, CaseWrites cases, CaseReads reads) =>
        PanelParts.Read(panelId, http, caller, cases, reads, state => new RecusalsView(
        [
            .. state.Panel!.Seats.Where(s => s.Removed).Select(s => new RecusalView(
                s.Person, s.RemovedBecause, s.RemovedAt, state.Panel.Seats.Find(next => next.Replaces == s.Person)?.Person)),
        ]));
}

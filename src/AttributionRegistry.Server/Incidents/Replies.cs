using System.Collections.Immutable;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Registry;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AttributionRegistry.Server.Incidents;

/// <summary>A party's reply.</summary>
/// <param name="Body">Its text; published as it is.</param>
/// <param name="Points">Its points, so that each can be answered.</param>
public sealed record ReplyRequest(Text Body, ImmutableArray<Text> Points);

public static class ListReplies
{
    /// <summary>The replies of the parties with the answers to their points. A party sees its own.</summary>
    public static Results<Ok<Page<ReplyView>>, StatusCodeHttpResult, ProblemHttpResult> Handle(
        IncidentId incidentId, PageQuery page, Caller caller, CaseLists lists, HttpContext http) =>
        lists.ForReaderOrParty(
            http, incidentId, caller, page,
            state => state.Replies.Select(r => ReplyView.Of(state, r)),
            state => state.Replies.Where(r => r.By == caller.Id).Select(r => ReplyView.Of(state, r)));
}

public static class FileReply
{
    /// <summary>Files the party's reply, in points. It is published verbatim with the finding.</summary>
    public static Task<Results<Created<Written>, ProblemHttpResult>> HandleAsync(
        IncidentId incidentId, Body<ReplyRequest> body, Ask ask, CaseWrites cases, RegistryCore core, CancellationToken cancel)
    {
        var id = core.Entropy.NewId<ReplyId>();
        return cases.CreateAsync(
            ask.With(body), incidentId, id.Value, $"/v1/incidents/{incidentId}/replies",
            (_, _) => new CaseCommand.FileReply(id, body.Value.Body, body.Value.Points) { By = ask.By, At = ask.At }, cancel);
    }
}

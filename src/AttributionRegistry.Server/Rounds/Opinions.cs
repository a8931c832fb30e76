using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.Rounds;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Registry;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AttributionRegistry.Server.Rounds;

/// <summary>An opinion to attach (V-50).</summary>
/// <param name="Kind">A dissent, a separate opinion, or the bare word that one dissents.</param>
/// <param name="Body">The text; none for a bare dissent.</param>
public sealed record OpinionRequest(OpinionKind Kind, Text? Body = null);

public static class FileOpinion
{
    /// <summary>Attaches an opinion within 14 days of the count. It is published with the finding and cannot change the count.</summary>
    public static Task<Results<Created<Written>, ProblemHttpResult>> HandleAsync(
        RoundId roundId, Body<OpinionRequest> body, Ask ask, Writes writes, RoundActs acts, RegistryCore core, CancellationToken cancel)
    {
        var id = core.Entropy.NewId<OpinionId>();
        return writes.CreateAsync(
            ask.With(body),
            acts.On(roundId, id.Value, (session, _, round) => RoundActs.Decide(
                session, roundId, round, new RoundCommand.FileOpinion(id, body.Value.Kind, body.Value.Body) { By = ask.By.Id, At = ask.At })),
            $"/v1/rounds/{roundId}/opinions", cancel);
    }
}

/// <summary>An opinion under the ballot key of its author; names come with the published finding, if at all (V-71).</summary>
public sealed record OpinionView(OpinionId Id, string BallotKeyId, OpinionKind Kind, Text? Body, DateTimeOffset At);

/// <summary>The opinions of a round.</summary>
public sealed record OpinionsView(IReadOnlyList<OpinionView> Opinions);

public static class ReadOpinions
{
    /// <summary>The opinions attached to a count, for those who work on the case.</summary>
    public static Results<Ok<OpinionsView>, StatusCodeHttpResult, ProblemHttpResult> Handle(
        RoundId roundId, HttpContext http, Caller caller, RoundReads reads) =>
        reads.ForCaseReader(roundId, caller) is var (_, round) && round.CountedAt is not null
            ? RoundReads.Answer(http, new OpinionsView(
                [.. round.Opinions.Select(o => new OpinionView(o.Id, round.Voters.Find(v => v.Person == o.By)!.BallotKeyId, o.Kind, o.Body, o.At))]))
            : Problems.NotFound();
}

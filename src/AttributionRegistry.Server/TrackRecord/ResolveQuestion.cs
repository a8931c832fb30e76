using System.Collections.Immutable;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Server.Findings;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Incidents;
using AttributionRegistry.Server.Registry;
using AttributionRegistry.Server.Rounds;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AttributionRegistry.Server.TrackRecord;

/// <summary>A fact from outside that settles a question of a published finding.</summary>
/// <param name="Question">The question's id in the round.</param>
/// <param name="Truth">The hypothesis that turned out to be true; the residual if none of those named was.</param>
/// <param name="Fact">conviction, confession or declassification.</param>
/// <param name="On">When it became known.</param>
/// <param name="Words">What became known.</param>
/// <param name="Sources">At least one that was read or seen cited.</param>
public sealed record ResolveQuestionRequest(
    string Question, HypothesisId Truth, LaterFact Fact, VagueDate On, Text Words, ImmutableArray<Source> Sources);

public static class ResolveQuestion
{
    /// <summary>
    /// Records that a later fact has settled a question. Registrar and integrity officer, or two of either: two different people. It changes
    /// no finding; it is what the track record is made of.
    /// </summary>
    public static Task<Results<Ok<Written>, Accepted<Written>, ProblemHttpResult>> HandleAsync(
        string number, Body<ResolveQuestionRequest> body, Ask ask, CaseWrites cases, FindingLocator findings, CancellationToken cancel)
    {
        var request = body.Value;
        return cases.ProposeAsync(
            ask.With(body), findings.Find(number)?.Id, number, "registrar or integrityOfficer",
            (session, state) => new CaseCommand.ResolveQuestion(
                request.Question, request.Truth, request.Fact, request.On, request.Words, request.Sources, ScoreOf(session, state, request))
            {
                By = ask.By,
                At = ask.At,
            },
            cancel);
    }

    private static PanelScore? ScoreOf(Session session, Case state, ResolveQuestionRequest request) =>
        state.Rounds.LastOrDefault(r => r.Binding && r.Outcome is not null) is { } round &&
        round.Questions.Any(q => q.Id == request.Question && q.Hypotheses.Contains(request.Truth.Value)) &&
        session.Load(RoundJournal.Definition, RoundJournal.Stream(round.Id)) is { } voted
            ? PanelScore.Of(voted.ToTallyInput(RoundRecord.AnswersOf), request.Question, request.Truth.Value)
            : null;
}

using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.Rounds;
using AttributionRegistry.Domain.Voting;
using AttributionRegistry.Log;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Incidents;
using AttributionRegistry.Server.Registry;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AttributionRegistry.Server.Rounds;

public static class CountRound
{
    private static readonly HashSet<Role> Counters = [Role.Chair, Role.Registrar, Role.PanelMember];

    private static readonly Refusal CountersOnly = Refusal.Forbidden("role-required", "This needs the role chair, registrar or panelMember in this case.");

    /// <summary>
    /// Counts the round once its reveal window has closed, and takes the outcome into the case, in one act. The registry does so by itself
    /// soon after; whoever asks once it is counted gets the receipt of the count.
    /// </summary>
    public static Task<Results<Created<Written>, ProblemHttpResult>> HandleAsync(
        RoundId roundId, NoBody body, Ask ask, Writes writes, RoundActs acts, CancellationToken cancel) =>
        writes.CreateAsync(
            ask.With(body),
            acts.On(
                roundId, roundId.Value,
                (session, state, round) =>
                    !state.RolesOf(ask.By).Overlaps(Counters) ? CountersOnly
                    : round.Result is null ? Append(session, state.Id, roundId, round)
                    : null,
                earlier: e => e is RoundEvent.Counted),
            $"/v1/rounds/{roundId}/tally", cancel);

    /// <summary>The count of a round and its outcome for the case, in one act.</summary>
    internal static Refusal? Append(Session session, IncidentId incident, RoundId id, Round round) =>
        RoundActs.Decide(session, id, round, new RoundCommand.Count(RoundRecord.AnswersOf) { By = session.By.Id, At = session.At })
        ?? BallotKeyMapping.Seal(session, id)
        ?? CaseWrites.Append(session, incident, _ => new CaseCommand.ConcludeRound(
            id, OutcomesOf(round.Questions, session.Load(RoundJournal.Definition, RoundJournal.Stream(id))!.Result!)) { By = session.By, At = session.At });

    private static ImmutableArray<QuestionOutcome> OutcomesOf(ImmutableArray<Question> questions, TallyResult result) =>
    [
        .. questions.Select(q => (Question: q, Result: result.Questions[q.Id])).Select(x => new QuestionOutcome(
            x.Question.Id, x.Question.Level, x.Result.Outcome, x.Result.Hypothesis,
            x.Result.Hypothesis is { } found ? x.Result.MedianBp[found] : null, x.Result.Confidence, x.Result.Dissents)),
    ];
}

/// <summary>A counted ballot under its ballot key: the answers as they stand in it.</summary>
public sealed record CountedBallotView(string BallotKeyId, JsonElement Answers);

/// <summary>Reasons of an indicative round, under labels that lead to nobody (V-44).</summary>
public sealed record LabelledReasons(string Label, IReadOnlyDictionary<string, string> Reasons);

/// <summary>The count of a round.</summary>
/// <param name="Round">The round.</param>
/// <param name="Binding">Whether it decided anything.</param>
/// <param name="CountedAt">When it was counted.</param>
/// <param name="Result">The count; of an indicative round without anything that names a ballot key.</param>
/// <param name="Ballots">The ballots by ballot key; null for an indicative round (V-76).</param>
/// <param name="Terms">Per question and hypothesis of an indicative round, how many members chose each likelihood term (V-44); null for a binding one.</param>
/// <param name="Feedback">The reasons of an indicative round under random labels; null for a binding one.</param>
/// <param name="Notice">What a pseudonymous result gives away all the same (V-72), or null.</param>
public sealed record TallyView(
    RoundId Round, bool Binding, DateTimeOffset CountedAt, TallyResult Result, IReadOnlyList<CountedBallotView>? Ballots,
    IReadOnlyDictionary<string, IReadOnlyDictionary<string, IReadOnlyDictionary<LikelihoodTerm, int>>>? Terms, IReadOnlyList<LabelledReasons>? Feedback,
    string? Notice);

public static class ReadTally
{
    /// <summary>The count with the ballots it came from, for those who work on the case.</summary>
    public static Results<Ok<TallyView>, StatusCodeHttpResult, ProblemHttpResult> Handle(
        RoundId roundId, HttpContext http, Caller caller, RoundReads reads)
    {
        if (reads.ForCaseReader(roundId, caller) is not var (_, round) || round is not { Result: { } result, CountedAt: { } counted })
        {
            return Problems.NotFound();
        }

        return RoundReads.Answer(http, round.Binding
            ? new TallyView(round.Id, true, counted, result, [.. Opened(round).Select(o => new CountedBallotView(o.BallotKeyId, Answers(o)))], null, null, PseudonymityNotice.OfResult(round, result))
            : new TallyView(round.Id, false, counted, WithoutKeys(result), null, TermCounts.Of(round.ToTallyInput(RoundRecord.AnswersOf)), Feedback(round), PseudonymityNotice.OfResult(round, result)));
    }

    private static IEnumerable<BallotOpening> Opened(Round round) => round.Openings.OrderBy(o => o.BallotKeyId, StringComparer.Ordinal);

    private static JsonElement Answers(BallotOpening opening) =>
        JsonSerializer.Deserialize<JsonElement>(B64Url.Decode(opening.Ballot)).GetProperty("answers");

    private static TallyResult WithoutKeys(TallyResult result) => result with
    {
        Unrevealed = [],
        Equivocated = [],
        Questions = result.Questions.ToDictionary(q => q.Key, q => q.Value with { Dissenters = [] }),
    };

    // The order hangs on the salts, which only the members know: from the labels nobody finds back to a ballot key.
    private static List<LabelledReasons> Feedback(Round round) =>
    [
        .. round.Openings
            .OrderBy(o => Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes($"attribution-registry/feedback-label/v1\0{o.Salt}"))), StringComparer.Ordinal)
            .Select((o, i) => new LabelledReasons($"R{i + 1}", ReasonsOf(Answers(o)))),
    ];

    private static Dictionary<string, string> ReasonsOf(JsonElement answers) => answers.EnumerateObject()
        .Where(a => a.Value.ValueKind is JsonValueKind.Object && a.Value.TryGetProperty("reasons", out var r) && r.ValueKind is JsonValueKind.String)
        .ToDictionary(a => a.Name, a => a.Value.GetProperty("reasons").GetString()!);
}

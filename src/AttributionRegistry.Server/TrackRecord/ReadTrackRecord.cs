using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.Rounds;
using AttributionRegistry.Domain.Voting;
using AttributionRegistry.Server.Http;
using AttributionRegistry.Server.Incidents;
using AttributionRegistry.Server.Registry;
using AttributionRegistry.Server.Rounds;
using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AttributionRegistry.Server.TrackRecord;

/// <summary>A question that a later fact has settled. Scores are Brier scores Σ(p−o)² in units of 1e-8: 0 is perfect, 200,000,000 the worst.</summary>
/// <param name="Finding">The finding's number.</param>
/// <param name="Question">The question's id.</param>
/// <param name="Level">What it asked about.</param>
/// <param name="Outcome">What the panel had decided.</param>
/// <param name="Found">The hypothesis that was found, or null.</param>
/// <param name="Truth">The hypothesis that turned out to be true.</param>
/// <param name="TruthStatement">In its own words.</param>
/// <param name="Fact">conviction, confession or declassification.</param>
/// <param name="On">When it became known.</param>
/// <param name="Words">What became known.</param>
/// <param name="Sources">Where.</param>
/// <param name="RecordedAt">UTC.</param>
/// <param name="Members">How many ballots counted.</param>
/// <param name="PanelMean">Mean of their scores, rounded down; null where none counted.</param>
/// <param name="Pool">The score of the linear pool: the panel as one.</param>
/// <param name="Uninformed">The score of somebody who holds every hypothesis equally likely, for comparison.</param>
public sealed record ResolvedQuestion(
    string Finding, string Question, Level Level, TallyOutcome Outcome, string? Found, HypothesisId Truth, Text TruthStatement, LaterFact Fact, VagueDate On, Text Words,
    IReadOnlyList<Source> Sources, DateTimeOffset RecordedAt, int Members, long? PanelMean, long? Pool, long Uninformed);

/// <summary>How right the panels have been, as far as anybody can tell.</summary>
/// <param name="Findings">Findings published.</param>
/// <param name="Resolved">Questions settled by a later fact from outside.</param>
/// <param name="PanelMean">Mean of the panels' means over these, rounded down; null when there are none.</param>
/// <param name="Exercise">True in a demo: figures of no body.</param>
/// <param name="Note">What these figures are worth.</param>
/// <param name="Items">The settled questions, newest first.</param>
/// <param name="Next">The cursor of the next page, or null.</param>
public sealed record TrackRecordView(
    long Findings, long Resolved, long? PanelMean, bool Exercise, string Note, IReadOnlyList<ResolvedQuestion> Items, string? Next);

/// <summary>One's own score on a settled question.</summary>
/// <param name="Finding">The finding's number.</param>
/// <param name="Question">The question's id.</param>
/// <param name="Truth">The hypothesis that turned out to be true.</param>
/// <param name="Likelihood">What one had said, in basis points.</param>
/// <param name="Score">The Brier score, in units of 1e-8.</param>
public sealed record OwnScore(string Finding, string Question, HypothesisId Truth, IReadOnlyDictionary<string, int> Likelihood, long Score);

/// <summary>One's own track record. Nobody else is shown it.</summary>
/// <param name="Mean">Mean over the items, rounded down; null when there are none.</param>
/// <param name="Note">What it is worth.</param>
/// <param name="Items">Newest first.</param>
public sealed record OwnTrackRecord(long? Mean, string Note, IReadOnlyList<OwnScore> Items);

/// <summary>Reads of the track record (V-41).</summary>
public static class ReadTrackRecord
{
    private const string Note =
        "Few questions are ever settled by a conviction, a confession or a declassified file, and those that are, are no fair sample: what can be proved "
        + "in court or is told later differs from what cannot. Read these figures as a few known cases, not as a rate. They change nobody's weight or eligibility.";

    private const string TotalsSql = """
        SELECT (SELECT count(*) FROM finding) AS Findings, count(*) AS Resolved, sum(panel_mean) AS Sum, count(panel_mean) AS Scored FROM resolution
        """;

    private const string PageSql = """
        SELECT incident AS Incident, round AS Round, question AS Question, at_us AS AtUs
        FROM resolution
        WHERE (@afterUs IS NULL OR at_us < @afterUs OR (at_us = @afterUs AND (round < @afterRound OR (round = @afterRound AND question < @afterQuestion))))
        ORDER BY at_us DESC, round DESC, question DESC
        LIMIT @fetch
        """;

    private const string MineSql = """
        SELECT r.incident AS Incident, r.round AS Round, r.question AS Question, r.at_us AS AtUs
        FROM resolution r JOIN round_voter v ON v.round = r.round
        WHERE v.person = @person
        ORDER BY r.at_us DESC, r.round DESC, r.question DESC
        LIMIT @limit
        """;

    /// <summary>Every question that a later fact has settled, with the panel's Brier score: how right the panels were, and how little that shows.</summary>
    public static Ok<TrackRecordView> Handle(PageQuery page, HttpContext http, RegistryCore core)
    {
        var cut = page.Cut(http, Rows(core, page.AfterKeys<long, string>(), page.Fetch), r => Cursor.Of(r.AtUs, $"{r.Round}/{r.Question}"));
        return TypedResults.Ok(Of(core, cut.Items, cut.Next));
    }

    /// <summary>The questions that were settled last.</summary>
    internal static TrackRecordView Newest(RegistryCore core) => Of(core, Rows(core, null, PageQuery.MaxLimit), null);

    private static List<Row> Rows(RegistryCore core, (long First, string Second)? after, int fetch)
    {
        var (afterRound, afterQuestion) = Split(after?.Second);
        return core.Store.Database.Read(c => c.Query<Row>(PageSql, new { afterUs = after?.First, afterRound, afterQuestion, fetch }).AsList());
    }

    private static TrackRecordView Of(RegistryCore core, IEnumerable<Row> rows, string? next)
    {
        var totals = core.Store.Database.Read(c => c.QuerySingle<Totals>(TotalsSql));
        return new TrackRecordView(
            totals.Findings, totals.Resolved, totals.Scored == 0 ? null : totals.Sum / totals.Scored, core.Policy!.Exercise, Note,
            [.. rows.Select(r => View(core, r))], next);
    }

    /// <summary>One's own Brier scores on the questions that a later fact has settled, to learn from; never shown to others.</summary>
    public static Ok<OwnTrackRecord> Mine(Caller caller, RegistryCore core)
    {
        var rows = core.Store.Database.Read(c => c.Query<Row>(MineSql, new { person = caller.Id.Value, limit = PageQuery.MaxLimit }).AsList());
        var items = rows.Select(r => Own(core, r, caller.Id)).OfType<OwnScore>().ToList();
        return TypedResults.Ok(new OwnTrackRecord(Brier.PanelMean([.. items.Select(i => i.Score)]), Note, items));
    }

    private static ResolvedQuestion View(RegistryCore core, Row row)
    {
        var (state, resolution) = Find(core, row);
        var round = state.Rounds.Find(r => r.Id == resolution.Round)!;
        var (asked, outcome) = (round.Questions.Single(q => q.Id == resolution.Question), round.Outcome!.Questions.Single(q => q.Question == resolution.Question));
        return new ResolvedQuestion(
            state.FindingNumber!, resolution.Question, asked.Level, outcome.Outcome, outcome.Hypothesis, resolution.Truth,
            state.Find(resolution.Truth)!.Content.Statement, resolution.Fact, resolution.On, resolution.Words, resolution.Sources, resolution.At,
            resolution.Score?.Members ?? 0, resolution.Score?.PanelMean, resolution.Score?.Pool, Uninformed(asked.Hypotheses, resolution.Truth.Value));
    }

    private static OwnScore? Own(RegistryCore core, Row row, PersonId person)
    {
        var (state, resolution) = Find(core, row);
        if (core.Load(RoundJournal.Definition, RoundJournal.Stream(resolution.Round)).State is not { } round ||
            round.Voters.Find(v => v.Person == person) is not { } me)
        {
            return null;
        }

        var vote = PanelScore.VotesOf(round.ToTallyInput(RoundRecord.AnswersOf), resolution.Question).FirstOrDefault(v => v.Member == me.BallotKeyId).Vote;
        return vote is null ? null : new OwnScore(
            state.FindingNumber!, resolution.Question, resolution.Truth, vote.Likelihood, Brier.Score(vote.Likelihood, resolution.Truth.Value));
    }

    private static (Case Case, Resolution Resolution) Find(RegistryCore core, Row row)
    {
        var state = core.Load(CaseJournal.Definition, CaseJournal.Stream(IncidentId.Of(row.Incident))).State!;
        return (state, state.Resolutions.Last(r => r.Round.Value == row.Round && r.Question == row.Question));
    }

    // The sum is ten thousand; what does not divide evenly goes to the first.
    private static long Uninformed(IReadOnlyList<string> hypotheses, string truth)
    {
        var (each, rest) = (10_000 / hypotheses.Count, 10_000 % hypotheses.Count);
        return Brier.Score(hypotheses.Select((h, i) => (h, Value: each + (i < rest ? 1 : 0))).ToDictionary(x => x.h, x => x.Value), truth);
    }

    private static (string? Round, string? Question) Split(string? key) =>
        key is null ? (null, null) : key.IndexOf('/', StringComparison.Ordinal) is var at and > 0 ? (key[..at], key[(at + 1)..]) : (key, "");

    private sealed class Totals
    {
        public long Findings { get; init; }

        public long Resolved { get; init; }

        public long? Sum { get; init; }

        public long Scored { get; init; }
    }

    private sealed class Row
    {
        public string Incident { get; init; } = "";

        public string Round { get; init; } = "";

        public string Question { get; init; } = "";

        public long AtUs { get; init; }
    }
}

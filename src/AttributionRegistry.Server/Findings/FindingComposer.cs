using System.Text.Json;
using System.Text.Json.Nodes;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Assessment;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.Rounds;
using AttributionRegistry.Domain.Scales;
using AttributionRegistry.Domain.Voting;
using AttributionRegistry.Log;
using AttributionRegistry.Server.Http;
using KnownScales = AttributionRegistry.Domain.Scales.Scales;

namespace AttributionRegistry.Server.Findings;

/// <summary>What a version is called and why it is made.</summary>
public sealed record VersionInfo(
    string Number, int Version, VersionKind Kind, DateTimeOffset At, IReadOnlyList<Text> Statements, Confidence? Cap, string? ChangeNote);

/// <summary>Writes the canonical finding out of the case and its last binding round. Everything but the statement is computed.</summary>
public sealed class FindingComposer(Case state, Round round, Policy policy, Func<PersonId, string> nameOf, Func<string> recordDigest)
{
    public const string ExerciseNotice =
        "EXERCISE on public reporting: this is the finding of no body. Panel, votes and replies are simulated by a published rule.";

    private readonly MatrixInput _matrix = MatrixOf.Case(state);
    private readonly Origins _origins = new(state);

    public static byte[] Canonical(CanonicalFinding finding) =>
        CanonicalJson.Serialize(JsonSerializer.SerializeToNode(finding, ApiJson.Options));

    /// <summary>A canonical finding as it was stored.</summary>
    public static CanonicalFinding Read(byte[] canonical) =>
        JsonSerializer.Deserialize<CanonicalFinding>(canonical, ApiJson.Options) ?? throw new InvalidOperationException("The canonical finding is null.");

    public CanonicalFinding Compose(VersionInfo info)
    {
        ArgumentNullException.ThrowIfNull(info);
        var disclosed = Matrix.Evaluate(_matrix.Keep(i => i.Disclosed));
        var full = Matrix.Evaluate(_matrix);
        var result = round.Result!;
        return new CanonicalFinding
        {
            Number = info.Number,
            Version = info.Version,
            Kind = info.Kind,
            PublishedAt = info.At,
            Exercise = policy.Exercise,
            ExerciseNotice = policy.Exercise ? ExerciseNotice : null,
            Incident = new FindingIncident(
                state.Id, state.Facts.Name, state.Facts.Aliases, state.Facts.Summary, state.Facts.Started, state.Facts.Ended, state.Facts.Types,
                state.Facts.Receivers, state.Facts.VictimStates, state.Facts.Sources),
            Statements = info.Statements,
            Outcome = result.Questions.Values.Any(q => q.Outcome == TallyOutcome.Attributed) ? FindingOutcome.Attributed : FindingOutcome.Inconclusive,
            Propositions = [.. round.Questions.Select(q => PropositionOf(q, result, info.Cap))],
            Alternatives = [.. round.Questions.SelectMany(q => AlternativesOf(q, result.Questions[q.Id], disclosed))],
            Dissents = Dissents(result),
            Replies = [.. state.Replies.Select(r => new PublishedReply(state.Parties[r.By].Represents, state.Parties[r.By].As, r.At, r.Body, r.Points))],
            Disclosed = [.. state.Counting.Where(e => e.Disclosed).Select(DisclosedOf)],
            Withheld = [.. state.Counting.Where(e => !e.Disclosed).Select(WithheldOf)],
            Matrix = new PublishedMatrix(
                disclosed.RuleId, disclosed.RuleText,
                [.. state.Hypotheses.Select(h => new PublishedHypothesis(
                    h.Id, h.Content.Statement, h.Content.Kinds, h.Content.Level, h.Content.States, h.Content.Residual, h.Content.TerritoryOnly))],
                [.. Cells()], disclosed.Ranking, full.Ranking),
            Assessment = AssessmentOf(),
            Panel = PanelOf(),
            Method = new PublishedMethod(
                round.Id, round.Number, round.EvidenceRoot, round.RulesHash, policy.Version, state.Expedited,
                KnownScales.Icd203Likelihood.Id, KnownScales.Icd203Confidence.Id,
                [.. state.Statements.Select(s => new PublishedStatement(policy.NameIndividuals ? nameOf(s.By) : "invited specialist", s.Conflict, s.Body))],
                recordDigest()),
            Funding = policy.Funding,
            Languages = [.. info.Statements.Select(s => s.Lang)],
            Previous = state.CurrentVersion is { } previous ? new PreviousVersion(previous.Version, previous.Digest, info.ChangeNote) : null,
            Citation = $"Attribution Registry, finding {info.Number}, version {info.Version}, {info.At:yyyy-MM-dd}: {state.Facts.Name}.{(policy.Exercise ? " Exercise." : "")}",
        };
    }

    /// <summary>P4 over the adopted hypotheses of the round.</summary>
    public EssenceCheck Essence()
    {
        var gists = state.Counting.Where(e => e.Gist is not null)
            .Select(e => new Gist(e.Id, e.Gist!.Value, [.. e.GistServedOn.Select(p => p.Value)])).ToList();
        var parties = state.Parties.Values.Where(p => p.As == Role.NamedParty).Select(p => p.Person.Value).ToList();
        foreach (var found in round.Result!.Questions.Values.Where(q => q.Hypothesis is not null))
        {
            var check = EssenceRule.Check(_matrix, HypothesisId.Of(found.Hypothesis!), gists, parties);
            if (!check.Holds)
            {
                return new EssenceCheck(false, check.Refusal!.Message);
            }
        }

        return new EssenceCheck(true, "");
    }

    private Proposition PropositionOf(Question question, TallyResult tally, Confidence? cap)
    {
        var result = tally.Questions[question.Id];
        var count = new PublishedTally(
            tally.Seats, tally.Eligible, tally.QuorumNeeded, result.Threshold, result.Counts, result.Support, result.Regions, result.Dissents, result.BlockedBy);
        if (result is not { Outcome: TallyOutcome.Attributed, Hypothesis: { } adopted })
        {
            return new Proposition(
                question.Id, question.Level, result.Outcome, null, null, [], null, null,
                Wording.Inconclusive(state.Facts.Name, ReasonsOf(result, tally)), count, null);
        }

        var hypothesis = state.Find(HypothesisId.Of(adopted))!;
        var median = result.MedianBp[adopted];
        var term = KnownScales.Icd203TermAt(median)!;
        var crosscheck = Crosscheck.Run(_matrix, hypothesis.Id);
        var ofThePanel = result.Confidence!.Value;
        var published = Lowest(Lowest(ofThePanel, (Confidence?)(int?)crosscheck.ConfidenceCap), cap);
        var why = published == ofThePanel ? null
            : cap is { } lowered && published == lowered ? "Lowered on reconsideration."
            : "Not crosscheckable: capped at moderate (P3).";
        var likelihood = Wording.Likelihood(hypothesis.Content.Statement.Value, term);
        return new Proposition(
            question.Id, question.Level, result.Outcome, hypothesis.Id, hypothesis.Content.Statement, hypothesis.States,
            new Likelihood(term.ScaleId, term.Code, term.Label, term.Bounds?.ToString(), median, likelihood),
            new PublishedConfidence(KnownScales.Icd203Confidence.Id, published, ofThePanel, why, Wording.Confidence((AnalyticConfidence)(int)published)),
            likelihood, count,
            new PublishedCrosscheck(
                crosscheck.Holds, crosscheck.Holds ? "crosscheckable" : Crosscheck.FailedLabel, crosscheck.Reason, crosscheck.Explanation, Wording.Checkable(crosscheck.Holds)));
    }

    private static Confidence Lowest(Confidence one, Confidence? other) => other is { } o && o < one ? o : one;

    private static List<string> ReasonsOf(QuestionResult result, TallyResult tally) =>
    [
        Wording.ReasonOf(
            result.Outcome, result.Counts.Votes + result.Counts.Abstained, tally.QuorumNeeded, result.Support.Values.DefaultIfEmpty(0).Max(), result.Threshold, tally.Eligible),
    ];

    private IEnumerable<Alternative> AlternativesOf(Question question, QuestionResult result, MatrixResult disclosed)
    {
        foreach (var id in question.Hypotheses.Where(h => h != result.Hypothesis))
        {
            var hypothesis = state.Find(HypothesisId.Of(id))!;
            var status = result.Status.TryGetValue(id, out var s) ? s : (HypothesisStatus?)null;
            var median = result.MedianBp.TryGetValue(id, out var m) ? m : (int?)null;
            var sentence = status == HypothesisStatus.Excluded
                ? Wording.ExcludedByRule
                : Wording.NotEstablished(hypothesis.Content.Statement.Value);
            yield return new Alternative(
                question.Id, hypothesis.Id, hypothesis.Content.Statement, status, median,
                disclosed.Ranking.FirstOrDefault(r => r.Id == hypothesis.Id)?.Inconsistency, sentence);
        }
    }

    private List<PublishedOpinion> Dissents(TallyResult tally)
    {
        var dissenters = tally.Questions.Values.SelectMany(q => q.Dissenters).ToHashSet();
        var reasons = round.Openings.Where(o => dissenters.Contains(o.BallotKeyId)).OrderBy(o => o.BallotKeyId, StringComparer.Ordinal)
            .Select(o => new PublishedOpinion(OpinionKind.Dissent, NameOf(o.BallotKeyId), BallotReasons.Of(o.Ballot), FromBallot: true));
        var opinions = round.Opinions.Select(o => new PublishedOpinion(
            o.Kind, NameOf(round.Voters.Find(v => v.Person == o.By)!.BallotKeyId), o.Body, FromBallot: false));
        return [.. opinions, .. reasons];
    }

    private string NameOf(string ballotKeyId) => round.Mode == VoteMode.RollCall
        ? nameOf(round.Voters.Find(v => v.BallotKeyId == ballotKeyId)!.Person)
        : ballotKeyId;

    // E8: whoever weighs the disclosed items again must count the same ones together.
    private DisclosedItem DisclosedOf(EvidenceItem e) => new(
        e.Id, e.Described.Title, e.Described.Kind, e.Described.Description, e.Payload!.Sha256, e.Payload.Size, e.Tlp, e.Grade!.Source, e.Grade.Information,
        e.Described.Spoofability, _origins.NameOf(e.Id, state.Counting.Where(each => each.Disclosed)), e.Described.Sources);

    private WithheldItem WithheldOf(EvidenceItem e) => new(
        e.Described.Kind, e.Withheld?.ReasonCode ?? "unexplained", e.Withheld?.SeenBy ?? "", e.Gist ?? new Text(""),
        state.Parties.Values.Where(p => p.As == Role.NamedParty).All(p => e.GistServedOn.Contains(p.Person)));

    private IEnumerable<PublishedCell> Cells()
    {
        foreach (var item in state.Counting.Where(e => e.Disclosed))
        {
            foreach (var hypothesis in state.Hypotheses)
            {
                if (state.Cells.TryGetValue(new CellKey(hypothesis.Id, item.Id), out var cell))
                {
                    yield return new PublishedCell(hypothesis.Id, item.Id, cell.Rating, cell.Reason);
                }
            }
        }
    }

    private PublishedAssessment AssessmentOf()
    {
        var frozen = state.Assessments[^1];
        return new PublishedAssessment(
            frozen.Version, frozen.Digest, frozen.Summary, state.Assumptions, state.Gaps, state.ContraryMemo?.Body,
            [.. state.Reviews.Where(r => r.Assessment == frozen.Id).Select(r => new PublishedReview(r.Conclusion, r.Points))]);
    }

    private PublishedPanel PanelOf()
    {
        var panel = state.Panel!;
        var keys = round.Mode == VoteMode.RollCall ? round.Voters.ToDictionary(v => v.Person, v => v.BallotKeyId) : [];
        return new PublishedPanel(
            panel.Mode,
            [.. panel.Sitting.OrderBy(s => s.Order).Select(s => new PublishedMember(
                nameOf(s.Person), s.Region, panel.Chair == s.Person, s.Declaration?.Kind ?? DeclarationKind.None, keys.GetValueOrDefault(s.Person)))],
            [.. panel.Seats.Where(s => s.Removed).Select(s => s.RemovedBecause ?? "")],
            state.Pool!.Digest, state.Pool.Sources, panel.SourceValues, panel.Seed);
    }
}

/// <summary>The reasons that a published ballot gives, over all its answers.</summary>
internal static class BallotReasons
{
    internal static Text? Of(string ballot)
    {
        var answers = JsonNode.Parse(B64Url.Decode(ballot))?["answers"] as JsonObject;
        var reasons = answers?.Select(a => a.Value?["reasons"]?.GetValue<string>()).Where(r => !string.IsNullOrWhiteSpace(r)).ToList() ?? [];
        return reasons.Count == 0 ? null : new Text(string.Join("\n", reasons));
    }
}

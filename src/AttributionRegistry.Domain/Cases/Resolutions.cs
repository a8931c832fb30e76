using System.Collections.Immutable;
using AttributionRegistry.Domain.Voting;

namespace AttributionRegistry.Domain.Cases;

/// <summary>The later facts that settle a question from outside; nothing that this body itself decides is one (V-41).</summary>
public enum LaterFact
{
    Conviction,
    Confession,
    Declassification,
}

/// <summary>How far a panel's ballots were from the truth, in units of 1e-8 (0 is perfect, 2·10⁸ the worst).</summary>
/// <param name="Members">Ballots that count.</param>
/// <param name="PanelMean">Mean of their scores, rounded down.</param>
/// <param name="Pool">Score of their linear pool: what the panel as a whole thought.</param>
public sealed record PanelScore(int Members, long PanelMean, long Pool)
{
    /// <summary>The score of a counted round's question against what turned out to be true; null where no ballot counts.</summary>
    public static PanelScore? Of(TallyInput round, string question, string truth)
    {
        ArgumentNullException.ThrowIfNull(round);
        var asked = round.Questions.Single(each => each.Id == question);
        var votes = VotesOf(round, question).Select(each => each.Vote.Likelihood).ToList();
        return votes.Count == 0 ? null : new PanelScore(
            votes.Count, Brier.PanelMean([.. votes.Select(vote => Brier.Score(vote, truth))])!.Value, Brier.Score(Pools.Linear(asked.Hypotheses, votes), truth));
    }

    /// <summary>What each voter who counts said to a question, by the voter's id in the count.</summary>
    public static IEnumerable<(string Member, Answer.Judgement Vote)> VotesOf(TallyInput round, string question)
    {
        ArgumentNullException.ThrowIfNull(round);
        var evidence = round.EvidenceSet.ToHashSet(StringComparer.Ordinal);
        foreach (var (member, fate) in BallotBox.Sort(round).Fates)
        {
            if (fate is BallotFate.Revealed ballot &&
                AnswerCheck.Judge(ballot.Answers, round.Questions, evidence, round.Rules.Ballot).GetValueOrDefault(question) is AnswerVerdict.Counted counted)
            {
                yield return (member, counted.Vote);
            }
        }
    }
}

/// <summary>A question that a later fact has settled. A later one about the same question takes its place; both stay on record.</summary>
public sealed record Resolution(
    RoundId Round, string Question, HypothesisId Truth, LaterFact Fact, VagueDate On, Text Words, ImmutableArray<Source> Sources, PanelScore? Score,
    PersonId ProposedBy, PersonId ConfirmedBy, DateTimeOffset At);

public abstract partial record CaseCommand
{
    /// <summary>
    /// Records that a fact from outside has settled a question of the last binding round. Two different people; it changes no finding,
    /// no weight and nobody's eligibility (V-41). <c>Score</c> is computed outside from the record of the round.
    /// </summary>
    public sealed record ResolveQuestion(
        string Question, HypothesisId Truth, LaterFact Fact, VagueDate On, Text Words, ImmutableArray<Source> Sources, PanelScore? Score) : CaseCommand
    {
        internal const string Act = "resolve-question";

        public override Duty Duty { get; } = new([Role.Registrar, Role.IntegrityOfficer], [.. Stages.Standing, Stage.Reconsidering, Stage.Withdrawn]);

        internal override Decision<CaseEvent> Decide(Case state, Policy policy)
        {
            if (state.Rounds.LastOrDefault(r => r.Binding && r.Outcome is not null) is not { } round || round.Questions.FirstOrDefault(q => q.Id == Question) is not { } asked)
            {
                return Refusal.Invalid("question-unknown", "The last binding round put no such question.", "/question");
            }

            if (!asked.Hypotheses.Contains(Truth.Value))
            {
                return Refusal.Invalid("truth-not-asked", "What turned out to be true is one of the question's hypotheses, or its residual.", "/truth");
            }

            if (Words.IsBlank)
            {
                return Refusal.Invalid("resolution-empty", "A resolution says what became known.", "/words/value");
            }

            if (Sources.IsDefaultOrEmpty || Sources.All(s => s.Status == SourceStatus.Memory))
            {
                return Refusal.Invalid("resolution-unsourced", "A later fact has a source that somebody has read or seen cited.", "/sources");
            }

            var target = Sha256Hex.Of(string.Join('\n', [Question, Truth.Value, Fact.ToString(), On.Value, Words.Lang, Words.Value, .. Sources.Select(s => s.Reference)]));
            if (state.Pending is not { Act: Act } pending || pending.Target != target)
            {
                var role = state.RolesOf(By).Contains(Role.Registrar) ? Role.Registrar : Role.IntegrityOfficer;
                return state.Pending is { } other ? AnotherPending(other) : new CaseEvent.ActProposed(Act, target, role, Words.Value);
            }

            return pending.By == By.Id ? SecondPerson : new CaseEvent.QuestionResolved(round.Id, Question, Truth, Fact, On, Words, Sources, Score, pending.By);
        }
    }
}

public abstract partial record CaseEvent
{
    public sealed record QuestionResolved(
        RoundId Round, string Question, HypothesisId Truth, LaterFact Fact, VagueDate On, Text Words, ImmutableArray<Source> Sources, PanelScore? Score,
        PersonId ProposedBy) : CaseEvent
    {
        internal override Case Apply(Case? state, Recorded recorded) => state! with
        {
            Resolutions = state.Resolutions.Add(new Resolution(Round, Question, Truth, Fact, On, Words, Sources, Score, ProposedBy, recorded.By, recorded.At)),
            Pending = null,
        };
    }
}

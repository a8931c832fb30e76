namespace AttributionRegistry.Domain.Voting;

/// <summary>Whether another round follows (V-44 … V-46). Round 1 is indicative, round 2 binds.</summary>
public static class Rounds
{
    /// <summary>Round 1 never decides anything (V-44).</summary>
    public static bool Binds(int round) => round >= 2;

    /// <summary>Nobody supports anything else than before and no median moved by more than the rules' mark: talking on changes nothing.</summary>
    public static bool MayStopEarly(TallyInput first, TallyInput second)
    {
        var (before, after) = (Tally.Count(first), Tally.Count(second));
        return SupportSets(first).SetEquals(SupportSets(second)) &&
            after.Questions.All(each => Settled(before.Questions.GetValueOrDefault(each.Key)?.MedianBp, each.Value.MedianBp, second.Rules.Windows.SettledMedianBp));
    }

    /// <summary>A third round needs an open outcome in round 2 and a motion; there is never a fourth.</summary>
    public static Refusal? ThirdRoundRefusal(int lastRound, TallyResult lastResult, MotionOutcome motion, WindowRules rules)
    {
        if (lastRound >= rules.MaxRounds)
        {
            return Refusal.Conflict("no-further-round", $"There are at most {rules.MaxRounds} rounds.");
        }

        if (!lastResult.Questions.Values.Any(question => question.Outcome is TallyOutcome.NotAttributed or TallyOutcome.NoQuorum))
        {
            return Refusal.Conflict("round-not-open", "Another round follows only where the last one attributed nothing or had no quorum.");
        }

        return motion is MotionOutcome.Carried ? null : Refusal.Conflict("motion-not-carried", "Another round takes a procedural motion that carries.");
    }

    private static bool Settled(IReadOnlyDictionary<string, int>? before, IReadOnlyDictionary<string, int> after, int mark) =>
        before is not null && before.Count == after.Count &&
        after.All(each => before.TryGetValue(each.Key, out var old) && Math.Abs(old - each.Value) <= mark);

    private static HashSet<(string Member, string Question, string Hypothesis)> SupportSets(TallyInput input)
    {
        var evidence = input.EvidenceSet.ToHashSet(StringComparer.Ordinal);
        return
        [
            .. from fate in BallotBox.Sort(input).Fates
               where fate.Value is BallotFate.Revealed
               let verdicts = AnswerCheck.Judge(((BallotFate.Revealed)fate.Value).Answers, input.Questions, evidence, input.Rules.Ballot)
               from question in input.Questions
               where verdicts[question.Id] is AnswerVerdict.Counted
               let vote = ((AnswerVerdict.Counted)verdicts[question.Id]).Vote
               from hypothesis in question.Hypotheses
               where AnswerCheck.Supports(vote, hypothesis, input.Rules.Levels.For(question.Level))
               select (fate.Key, question.Id, hypothesis),
        ];
    }
}

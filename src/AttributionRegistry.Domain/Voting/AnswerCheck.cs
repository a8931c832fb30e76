namespace AttributionRegistry.Domain.Voting;

/// <summary>What becomes of one answer.</summary>
public abstract record AnswerVerdict
{
    private AnswerVerdict()
    {
    }

    public sealed record Abstained : AnswerVerdict;

    /// <summary>A vote that counts.</summary>
    public sealed record Counted(Answer.Judgement Vote) : AnswerVerdict;

    /// <summary>Stays in the denominator; no quorum, no support (V-25).</summary>
    public sealed record Spoiled(string Why) : AnswerVerdict;
}

/// <summary>Which answers count (V-21, V-23, V-24, V-25) and what they support (V-26).</summary>
public static class AnswerCheck
{
    /// <summary>Judges every answer of one ballot. A spoiled answer spoils no other.</summary>
    public static IReadOnlyDictionary<string, AnswerVerdict> Judge(
        IReadOnlyDictionary<string, Answer> answers,
        IReadOnlyList<Question> questions,
        IReadOnlySet<string> evidence,
        BallotRules rules)
    {
        var verdicts = new Dictionary<string, AnswerVerdict>(StringComparer.Ordinal);
        var ordered = QuestionSet.InOrderOfDependence(questions);
        foreach (var question in ordered.Concat(questions.Except(ordered)))
        {
            var verdict = JudgeAlone(question, answers.GetValueOrDefault(question.Id), evidence, rules);
            verdicts[question.Id] = verdict is AnswerVerdict.Counted counted && OutgrowsParent(question, counted.Vote, verdicts) is { } child
                ? new AnswerVerdict.Spoiled($"{child} is held likelier than what it implies")
                : verdict;
        }

        return verdicts;
    }

    /// <summary>Whether a vote supports a hypothesis at a level's floor and confidence (V-26).</summary>
    public static bool Supports(Answer.Judgement vote, string hypothesis, LevelRule rule) =>
        vote.Likelihood.TryGetValue(hypothesis, out var basisPoints) &&
        basisPoints >= rule.SupportFloor && vote.Confidence >= rule.MinConfidence;

    /// <summary>Judges an answer without looking at the other questions.</summary>
    public static AnswerVerdict JudgeAlone(Question question, Answer? answer, IReadOnlySet<string> evidence, BallotRules rules) => answer switch
    {
        null => new AnswerVerdict.Spoiled("no answer"),
        Answer.Abstain => new AnswerVerdict.Abstained(),
        Answer.Unreadable unreadable => new AnswerVerdict.Spoiled(unreadable.Why),
        Answer.Judgement vote => Fault(question, vote, evidence, rules) is { } why ? new AnswerVerdict.Spoiled(why) : new AnswerVerdict.Counted(vote),
        _ => throw new InvalidOperationException($"No rule for an answer of type {answer.GetType().Name}."),
    };

    private static string? Fault(Question question, Answer.Judgement vote, IReadOnlySet<string> evidence, BallotRules rules)
    {
        if (vote.Likelihood.Count != question.Hypotheses.Count || !question.Hypotheses.All(vote.Likelihood.ContainsKey))
        {
            return "not exactly one likelihood per hypothesis";
        }

        if (vote.Likelihood.Values.Any(each => each < rules.LowestLikelihood || each > rules.HighestLikelihood))
        {
            return $"a likelihood lies outside {rules.LowestLikelihood} to {rules.HighestLikelihood}";
        }

        if (vote.Likelihood.Values.Sum(each => (long)each) != rules.Sum)
        {
            return $"likelihoods do not add up to {rules.Sum}";
        }

        if (vote.Cites.Count == 0)
        {
            return "no evidence is cited";
        }

        if (!vote.Cites.All(evidence.Contains))
        {
            return "evidence outside the frozen set is cited";
        }

        return vote.ReasonsBytes > rules.MaxReasonsBytes ? $"reasons are longer than {rules.MaxReasonsBytes} bytes" : null;
    }

    // Only a parent answer that counts states a likelihood; against a spoiled or abstaining one there is nothing to compare.
    private static string? OutgrowsParent(Question question, Answer.Judgement vote, Dictionary<string, AnswerVerdict> verdicts) =>
        question.Hypotheses.FirstOrDefault(child =>
            question.ParentOf(child) is { } parent &&
            verdicts.GetValueOrDefault(parent.Question) is AnswerVerdict.Counted { Vote: var above } &&
            above.Likelihood.TryGetValue(parent.Hypothesis, out var ceiling) &&
            vote.Likelihood[child] > ceiling);
}

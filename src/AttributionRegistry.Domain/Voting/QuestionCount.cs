namespace AttributionRegistry.Domain.Voting;

/// <summary>From counted votes to an outcome (V-30 … V-40), one question at a time.</summary>
internal sealed class QuestionCount(
    Question question, TallyInput input, AnswerCounts counts, IReadOnlyList<MemberVote> votes, Dictionary<string, QuestionResult> parents)
{
    private readonly int _eligible = input.Panel.Eligible;
    private readonly LevelRule _rule = input.Rules.Levels.For(question.Level);

    private int Threshold => _rule.Threshold.CeilingOf(_eligible);

    public QuestionResult Decide()
    {
        if (counts.Total != _eligible)
        {
            throw new InvalidOperationException($"Question {question.Id}: {counts.Total} answers are accounted for, {_eligible} members are eligible.");
        }

        var support = PerHypothesis(h => Supporters(h).Count());
        var regions = PerHypothesis(h => Supporters(h).Select(RegionOf).Distinct().Count());
        var quorum = input.Rules.Quorum.IsReachedBy(counts.Votes + counts.Abstained, _eligible);
        var constituted = input.Rules.MinSeated.IsReachedBy(_eligible, input.Panel.Size) && _eligible >= input.Rules.MinEligible;
        var count = new QuestionResult
        {
            Threshold = Threshold,
            Counts = counts,
            Support = support,
            Regions = regions,
            MedianBp = votes.Count == 0 ? new Dictionary<string, int>() : PerHypothesis(MedianOf),
            Quorum = quorum,
            Outcome = constituted ? TallyOutcome.NoQuorum : TallyOutcome.NotConstituted,
            Status = new Dictionary<string, HypothesisStatus>(),
            Information = votes.Count == 0 ? null : Pools.Of(question.Hypotheses, [.. votes.Select(vote => vote.Vote.Likelihood)], input.Rules.Ballot.Sum),
        };
        return constituted && quorum ? Conclude(count) : count;
    }

    private QuestionResult Conclude(QuestionResult count)
    {
        // Sound rules let at most one hypothesis through. Should a rule set allow two, naming neither is the safe answer.
        var reached = question.Hypotheses.Where(h => count.Support[h] >= Threshold && count.Support[h] > 0).ToArray();
        var leading = reached.Length == 1 ? reached[0] : null;
        var blocked = leading is null ? null : Obstacle(leading, count.Regions[leading]);
        var found = blocked is null ? leading : null;
        var concluded = count with
        {
            Outcome = found is null ? TallyOutcome.NotAttributed : TallyOutcome.Attributed,
            Hypothesis = found,
            BlockedBy = blocked,
            Status = PerHypothesis(h => StatusOf(h, found, residualSupported: h == leading && blocked is BlockedBy.Residual)),
        };
        return found is null ? concluded : Word(concluded, found);
    }

    private QuestionResult Word(QuestionResult concluded, string found) => concluded with
    {
        LikelihoodTerm = LikelihoodScale.TermOf(concluded.MedianBp[found]),
        Confidence = Pools.LowerMedian(votes.Select(vote => vote.Vote.Confidence)),
        Dissents = votes.Count - concluded.Support[found],
        Dissenters = [.. votes.Where(vote => !AnswerCheck.Supports(vote.Vote, found, _rule)).Select(vote => vote.Member)],
    };

    private BlockedBy? Obstacle(string hypothesis, int regions) =>
        regions < _rule.MinRegions ? BlockedBy.RegionalSpread
        : hypothesis == question.Residual ? BlockedBy.Residual
        : question.ParentOf(hypothesis) is { } parent && parents.GetValueOrDefault(parent.Question)?.Hypothesis != parent.Hypothesis
            ? BlockedBy.ParentNotAttributed
        : null;

    private HypothesisStatus StatusOf(string hypothesis, string? found, bool residualSupported) =>
        hypothesis == found ? HypothesisStatus.Attributed
        : hypothesis == question.Residual ? (residualSupported ? HypothesisStatus.ResidualSupported : HypothesisStatus.NotEstablished)
        : input.Rules.Exclude.Threshold.CeilingOf(_eligible) <= votes.Count(vote => vote.Vote.Likelihood[hypothesis] < input.Rules.Exclude.Below)
            ? HypothesisStatus.Excluded
        : HypothesisStatus.NotEstablished;

    private IEnumerable<MemberVote> Supporters(string hypothesis) => votes.Where(vote => AnswerCheck.Supports(vote.Vote, hypothesis, _rule));

    private int MedianOf(string hypothesis) => Pools.Median(votes.Select(vote => vote.Vote.Likelihood[hypothesis]));

    private Region RegionOf(MemberVote vote) => input.Panel.Members.First(member => member.Id == vote.Member).Region;

    private Dictionary<string, TValue> PerHypothesis<TValue>(Func<string, TValue> value) =>
        question.Hypotheses.ToDictionary(h => h, value, StringComparer.Ordinal);
}

namespace AttributionRegistry.Domain.Voting;

/// <summary>Counts a round. A pure function of the published record: same record, same result, field by field (V-43).</summary>
public static class Tally
{
    /// <summary>Counts every question, parents before the hypotheses that imply them.</summary>
    public static TallyResult Count(TallyInput input)
    {
        var box = BallotBox.Sort(input);
        var evidence = input.EvidenceSet.ToHashSet(StringComparer.Ordinal);
        var opened = box.Fates
            .Where(fate => fate.Value is BallotFate.Revealed)
            .ToDictionary(
                fate => fate.Key,
                fate => AnswerCheck.Judge(((BallotFate.Revealed)fate.Value).Answers, input.Questions, evidence, input.Rules.Ballot),
                StringComparer.Ordinal);

        var counted = new Dictionary<string, QuestionResult>(StringComparer.Ordinal);
        foreach (var question in QuestionSet.InOrderOfDependence(input.Questions))
        {
            counted[question.Id] = CountOne(question, input, box, opened, counted);
        }

        // Questions in a circle cannot be frozen; should a record hold them all the same, none of their parents is ever found.
        foreach (var question in input.Questions.Where(question => !counted.ContainsKey(question.Id)).ToArray())
        {
            counted[question.Id] = CountOne(question, input, box, opened, new Dictionary<string, QuestionResult>());
        }

        return new TallyResult(
            input.Panel.Size,
            input.Panel.Eligible,
            input.Rules.Quorum.CeilingOf(input.Panel.Eligible),
            box.Rejected,
            [.. box.Fates.Where(fate => fate.Value is BallotFate.Unrevealed).Select(fate => fate.Key)],
            [.. box.Fates.Where(fate => fate.Value is BallotFate.Void { Equivocated: true }).Select(fate => fate.Key)],
            input.Questions.DistinctBy(question => question.Id).ToDictionary(question => question.Id, question => counted[question.Id], StringComparer.Ordinal));
    }

    private static QuestionResult CountOne(
        Question question,
        TallyInput input,
        BallotBox box,
        Dictionary<string, IReadOnlyDictionary<string, AnswerVerdict>> opened,
        Dictionary<string, QuestionResult> parents)
    {
        var votes = opened
            .Where(ballot => ballot.Value[question.Id] is AnswerVerdict.Counted)
            .Select(ballot => new MemberVote(ballot.Key, ((AnswerVerdict.Counted)ballot.Value[question.Id]).Vote))
            .OrderBy(vote => vote.Member, StringComparer.Ordinal)
            .ToArray();
        var counts = new AnswerCounts(
            votes.Length,
            opened.Values.Count(ballot => ballot[question.Id] is AnswerVerdict.Abstained),
            opened.Values.Count(ballot => ballot[question.Id] is AnswerVerdict.Spoiled),
            box.Fates.Values.Count(fate => fate is BallotFate.Unrevealed),
            box.Fates.Values.Count(fate => fate is BallotFate.Absent),
            box.Fates.Values.Count(fate => fate is BallotFate.Void));
        return new QuestionCount(question, input, counts, votes, parents).Decide();
    }
}

/// <summary>A vote that counts, and whose it is.</summary>
internal sealed record MemberVote(string Member, Answer.Judgement Vote);

using AttributionRegistry.Domain.Voting;
using static AttributionRegistry.Domain.Tests.Voting.VotingRecord;

namespace AttributionRegistry.Domain.Tests.Voting;

/// <summary>What holds for every record, tried on many that are made up from a seed.</summary>
public sealed class TallyProperties
{
    private const int Records = 500;

    [Fact]
    public void V_30_Every_eligible_member_is_counted_exactly_once() => ForEach((input, result) =>
    {
        result.Eligible.Should().Be(input.Panel.Members.Count(m => m.Standing is Standing.Seated or Standing.RemovedAfterReveal));
        result.Questions.Values.Should().OnlyContain(question => question.Counts.Total == result.Eligible);
    });

    [Fact]
    public void P4_At_most_one_hypothesis_reaches_the_threshold() => ForEach((_, result) =>
    {
        foreach (var question in result.Questions.Values)
        {
            question.Support.Values.Sum().Should().BeLessThanOrEqualTo(question.Counts.Votes);
            question.Support.Values.Count(each => each >= question.Threshold && each > 0).Should().BeLessThanOrEqualTo(1);
            question.Status.Values.Count(each => each is HypothesisStatus.Attributed).Should().Be(question.Hypothesis is null ? 0 : 1);
        }
    });

    [Fact]
    public void P5_V_38_The_wording_never_falls_below_the_finding() => ForEach((input, result) =>
    {
        foreach (var question in input.Questions.Where(question => result.Questions[question.Id].Hypothesis is not null))
        {
            var count = result.Questions[question.Id];
            count.MedianBp[count.Hypothesis!].Should().BeGreaterThanOrEqualTo(input.Rules.Levels.For(question.Level).SupportFloor);
        }
    });

    [Fact]
    public void P1_V_55_Withholding_reveals_never_creates_a_finding()
    {
        var blocked = 0;
        ForEach((input, result) =>
        {
            var random = new Random(input.Ballots.Count);
            var withheld = input with { Ballots = [.. input.Ballots.Select(each => random.Next(4) == 0 ? each with { RevealAt = null } : each)] };
            var after = Tally.Count(withheld);
            foreach (var (id, question) in after.Questions.Where(each => each.Value.Hypothesis is not null))
            {
                result.Questions[id].Hypothesis.Should().Be(question.Hypothesis);
            }

            blocked += result.Questions.Count(each => each.Value.Hypothesis is not null && after.Questions[each.Key].Hypothesis is null);
        });
        blocked.Should().BePositive("withholding may block a finding, as a contrary vote would");
    }

    [Fact]
    public void V_18_Removal_after_reveal_never_creates_a_finding() => ForEach((input, result) =>
    {
        var members = input.Panel.Members.Select((m, n) => n % 3 == 0 && m.Standing is Standing.Seated ? m with { Standing = Standing.RemovedAfterReveal } : m);
        var after = Tally.Count(input with { Panel = input.Panel with { Members = [.. members] } });
        foreach (var (id, question) in after.Questions.Where(each => each.Value.Hypothesis is not null))
        {
            result.Questions[id].Hypothesis.Should().Be(question.Hypothesis);
        }
    });

    [Fact]
    public void V_43_Ballot_order_never_changes_the_result() => ForEach((input, result) =>
        Json(Tally.Count(input with { Ballots = [.. input.Ballots.Reverse()] })).Should().Be(Json(result)));

    private static void ForEach(Action<TallyInput, TallyResult> check)
    {
        var outcomes = new HashSet<TallyOutcome>();
        for (var seed = 0; seed < Records; seed++)
        {
            var input = Made(new Random(seed));
            var result = Tally.Count(input);
            outcomes.UnionWith(result.Questions.Values.Select(question => question.Outcome));
            check(input, result);
        }

        outcomes.Should().BeEquivalentTo(Enum.GetValues<TallyOutcome>(), "the records made up must reach every outcome");
    }

    private static TallyInput Made(Random random)
    {
        var seats = random.Next(7, 16);
        var rough = random.Next(3) == 0;
        var panel = Panel(seats, _ => random.Next(rough ? 5 : 40) == 0 ? (Standing)random.Next(5) : Standing.Seated, _ => (Region)random.Next(5));
        var leaning = random.Next(11);
        var ballots = new List<CastBallot>();
        for (var n = 1; n <= seats; n++)
        {
            var ballot = MadeBallot(random, n, leaning);
            ballots.Add(ballot);
            if (random.Next(8) == 0)
            {
                ballots.Add(MadeBallot(random, n, leaning) with { Revision = random.Next(1, 4), Digest = $"{ballot.Digest}-{random.Next(3)}", CommitAt = random.Next(900, 2100) });
            }
        }

        return Record(ballots, random.Next(2) == 0 ? [Group, Sponsor] : [Group with { Level = (Level)random.Next(4) }], panel);
    }

    private static CastBallot MadeBallot(Random random, int member, int leaning)
    {
        Answer Pick(Func<int, Answer> judged) => random.Next(12) switch
        {
            0 => new Answer.Abstain(),
            1 when random.Next(3) == 0 => new Answer.Unreadable("made up"),
            _ => judged(random.Next(10) < leaning ? 8000 + (random.Next(18) * 100) : 200 + (random.Next(90) * 100)),
        };

        return Ballot(M(member), ("Q1", Pick(first => For(first, (Confidence)random.Next(3)))), ("Q2", Pick(Sponsored))) with
        {
            CommitAt = random.Next(30) == 0 ? 2000 : 1500,
            RevealAt = random.Next(20) == 0 ? null : 2500,
            Opens = random.Next(40) != 0,
            SignatureValid = random.Next(40) != 0,
        };
    }
}

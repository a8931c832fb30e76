using AttributionRegistry.Domain.Voting;
using static AttributionRegistry.Domain.Tests.Voting.VotingRecord;

namespace AttributionRegistry.Domain.Tests.Voting;

public sealed class MotionTests
{
    [Theory]
    [InlineData(12, 6, 0, 0, MotionOutcome.NoQuorum)]
    [InlineData(12, 6, 0, 1, MotionOutcome.Carried)]
    [InlineData(11, 5, 5, 1, MotionOutcome.Failed)]
    [InlineData(11, 3, 2, 2, MotionOutcome.Carried)]
    [InlineData(11, 2, 3, 1, MotionOutcome.Failed)]
    [InlineData(11, 0, 0, 6, MotionOutcome.Failed)]
    public void V_42_A_motion_needs_more_than_half_present_and_more_yes_than_no(int seats, int yes, int no, int abstain, MotionOutcome outcome) =>
        Motion.Decide(Panel(seats).Members, Votes(1, yes, no, abstain)).Outcome.Should().Be(outcome);

    [Theory]
    [InlineData(6, 4, 0, MotionOutcome.Upheld)]
    [InlineData(4, 6, 0, MotionOutcome.Rejected)]
    [InlineData(4, 4, 2, MotionOutcome.Referred)]
    [InlineData(5, 0, 0, MotionOutcome.Referred)]
    [InlineData(0, 5, 0, MotionOutcome.Referred)]
    [InlineData(1, 0, 5, MotionOutcome.Upheld)]
    public void V_15_A_challenge_is_decided_by_the_others(int yes, int no, int abstain, MotionOutcome outcome) =>
        ChallengeVote.Decide(Panel().Members, "m01", Votes(2, yes, no, abstain)).Outcome.Should().Be(outcome);

    [Fact]
    public void V_15_The_challenged_member_is_neither_entitled_nor_heard() =>
        ChallengeVote.Decide(Panel().Members, "m01", [.. Votes(2, 5, 5, 0), new("m01", MotionVote.No)])
            .Should().Be(new MotionResult(10, 5, 5, 0, true, MotionOutcome.Referred));

    [Fact]
    public void V_42_Only_seated_members_vote_and_each_once()
    {
        var members = Panel(standing: n => n == 11 ? Standing.Recused : Standing.Seated).Members;
        Motion.Decide(members, [.. Votes(1, 6, 0, 0), new("m11", MotionVote.No), new("zz", MotionVote.No), new("m01", MotionVote.No)])
            .Should().Be(new MotionResult(10, 5, 1, 0, true, MotionOutcome.Carried));
    }

    [Theory]
    [InlineData(20, true)]
    [InlineData(21, false)]
    public void V_14_A_challenge_comes_within_21_days_of_publication_or_first_knowledge(int day, bool inTime)
    {
        var published = DateTimeOffset.UnixEpoch;
        ChallengeVote.IsInTime(published, published, published.AddDays(day), RuleSet.Default.Windows).Should().Be(inTime);
        ChallengeVote.IsInTime(published, published.AddDays(100), published.AddDays(100 + day), RuleSet.Default.Windows).Should().Be(inTime);
        ChallengeVote.IsInTime(published, published.AddDays(-100), published.AddDays(day), RuleSet.Default.Windows).Should().Be(inTime);
    }

    [Fact]
    public void V_16_A_second_challenge_sends_both_to_the_appeals_chamber()
    {
        ChallengeVote.ReferredOnFiling([], "second").Should().BeEmpty();
        ChallengeVote.ReferredOnFiling(["first"], "second").Should().Equal("first", "second");
    }

    [Theory]
    [InlineData(3, 8, MotionOutcome.Refused)]
    [InlineData(4, 7, MotionOutcome.Granted)]
    [InlineData(4, 0, MotionOutcome.Granted)]
    public void V_60_A_third_of_the_panel_reopens_a_case(int yes, int no, MotionOutcome outcome) =>
        Reopening.Decide(Panel().Members, Votes(1, yes, no, 0), RuleSet.Default).Outcome.Should().Be(outcome);

    [Fact]
    public void V_62_At_most_a_third_of_the_seats_go_to_former_members() => Reopening.MostFormerMembers(RuleSet.Default).Should().Be(4);

    private static List<MotionBallot> Votes(int from, int yes, int no, int abstain) =>
    [
        .. Enumerable.Repeat(MotionVote.Yes, yes).Concat(Enumerable.Repeat(MotionVote.No, no)).Concat(Enumerable.Repeat(MotionVote.Abstain, abstain))
            .Select((vote, index) => new MotionBallot(M(from + index), vote)),
    ];
}

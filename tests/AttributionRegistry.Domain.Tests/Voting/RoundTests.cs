using AttributionRegistry.Domain.Voting;
using static AttributionRegistry.Domain.Tests.Voting.VotingRecord;

namespace AttributionRegistry.Domain.Tests.Voting;

public sealed class RoundTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimedWindow Reveal = new(Noon, Noon.AddDays(3));
    private static readonly WindowRules Rules = RuleSet.Default.Windows;

    [Fact]
    public void V_47_At_close_is_late_and_one_second_before_is_in_time()
    {
        Reveal.Contains(Reveal.Open).Should().BeTrue();
        Reveal.Contains(Reveal.Close.AddSeconds(-1)).Should().BeTrue();
        Reveal.Contains(Reveal.Close).Should().BeFalse();
    }

    [Fact]
    public void V_48_A_window_is_extended_once_before_it_closes_and_by_no_more_than_itself()
    {
        var extended = Reveal.Extend(TimeSpan.FromDays(3), Noon.AddDays(2), Rules);
        extended.Events.Should().Equal(new TimedWindow(Noon, Noon.AddDays(6), Extended: true));
        Code(Reveal.Extend(TimeSpan.FromDays(3) + TimeSpan.FromTicks(1), Noon, Rules)).Should().Be("extension-too-long");
        Code(Reveal.Extend(TimeSpan.Zero, Noon, Rules)).Should().Be("extension-too-long");
        Code(new TimedWindow(Noon, Noon.AddDays(10)).Extend(TimeSpan.FromDays(8), Noon, Rules)).Should().Be("extension-too-long");
        Code(Reveal.Extend(TimeSpan.FromDays(1), Reveal.Close, Rules)).Should().Be("window-closed");
        Code(extended.Events[0].Extend(TimeSpan.FromDays(1), Noon, Rules)).Should().Be("window-already-extended");
    }

    [Fact]
    public void V_49_Only_a_quorum_that_unrevealed_ballots_could_have_made_extends_the_reveal_window()
    {
        var withheld = Tally.Count(Record([.. Ballots((7, Yes)), Ballot(8, Yes) with { RevealAt = null }]));
        Reveal.ExtendForUnrevealed(withheld, alreadyDone: false, Rules).Events.Should().Equal(Reveal with { Close = Noon.AddDays(6) });
        Code(Reveal.ExtendForUnrevealed(withheld, alreadyDone: true, Rules)).Should().Be("window-already-extended");
        Code(Reveal.ExtendForUnrevealed(Tally.Count(Record(Ballots((7, Yes)))), alreadyDone: false, Rules)).Should().Be("quorum-not-missed-by-unrevealed");
        Code(Reveal.ExtendForUnrevealed(Tally.Count(Record(Ballots((11, Yes)))), alreadyDone: false, Rules)).Should().Be("quorum-not-missed-by-unrevealed");
    }

    [Fact]
    public void V_44_The_first_round_decides_nothing()
    {
        Domain.Voting.Rounds.Binds(1).Should().BeFalse();
        Domain.Voting.Rounds.Binds(2).Should().BeTrue();
    }

    [Theory]
    [InlineData(8500, 9000, true)]
    [InlineData(8499, 9000, false)]
    public void V_46_Rounds_stop_early_when_support_and_medians_have_settled(int before, int after, bool stop) =>
        Domain.Voting.Rounds.MayStopEarly(Record(Ballots((11, For(before)))), Record(Ballots((11, For(after))))).Should().Be(stop);

    [Fact]
    public void V_46_One_changed_supporter_keeps_the_rounds_going() =>
        Domain.Voting.Rounds.MayStopEarly(Record(Ballots((10, Yes), (1, For(5500)))), Record(Ballots((10, Yes), (1, For(5499))))).Should().BeFalse();

    [Fact]
    public void V_46_A_third_round_takes_an_open_result_and_a_carried_motion_and_there_is_no_fourth()
    {
        var open = Tally.Count(Record(Ballots((7, Yes), (4, No))));
        var found = Tally.Count(Record(Ballots((11, Yes))));
        Domain.Voting.Rounds.ThirdRoundRefusal(2, open, MotionOutcome.Carried, Rules).Should().BeNull();
        Domain.Voting.Rounds.ThirdRoundRefusal(2, open, MotionOutcome.Failed, Rules)!.Code.Should().Be("motion-not-carried");
        Domain.Voting.Rounds.ThirdRoundRefusal(2, found, MotionOutcome.Carried, Rules)!.Code.Should().Be("round-not-open");
        Domain.Voting.Rounds.ThirdRoundRefusal(3, open, MotionOutcome.Carried, Rules)!.Code.Should().Be("no-further-round");
    }

    private static string? Code(Decision<TimedWindow> decision) => decision.Refusal?.Code;
}

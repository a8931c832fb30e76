using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.Rounds;

namespace AttributionRegistry.Domain.Tests.Rounds;

public sealed class SuspensionTests
{
    private static RoundBuilder Suspended(double day) => RoundBuilder.Open().Ballots(2, 0).On(day).Do(1, RoundBuilder.Suspend);

    [Fact]
    public void V_14_While_a_challenge_is_pending_nothing_is_committed_opened_counted_or_cut_short()
    {
        Suspended(2).Refused(3, RoundBuilder.Commit(3), "challenge-pending").Refused(3, RoundBuilder.Close(), "challenge-pending");
        var revealing = Suspended(9);
        revealing.Refused(1, RoundBuilder.Reveal(1), "challenge-pending");
        revealing.On(20).Refused(1, RoundBuilder.Count, "challenge-pending");
        revealing.State!.NextDeadline.Should().BeNull("nothing falls due while the windows stand still");
        revealing.State.IsRevealOver(revealing.Now).Should().BeFalse();
    }

    [Fact]
    public void V_14_Afterwards_the_windows_are_longer_by_the_time_it_took_for_all_members_alike()
    {
        var round = Suspended(2).On(5).Do(1, RoundBuilder.Resume);
        (round.State!.CommitCloses, round.State.RevealOpens, round.State.RevealCloses)
            .Should().Be((RoundBuilder.Opens.AddDays(10), RoundBuilder.Opens.AddDays(11), RoundBuilder.Opens.AddDays(14)));
        round.On(9.9).Do(4, RoundBuilder.Commit(4)).On(11).Do(4, RoundBuilder.Reveal(4));
    }

    [Fact]
    public void V_47_A_window_that_had_closed_before_the_challenge_stays_closed()
    {
        var round = Suspended(9).On(12);
        round.State!.IsCommitOver(round.Now).Should().BeTrue();
        round.Do(1, RoundBuilder.Resume);
        (round.State!.CommitCloses, round.State.RevealOpens, round.State.RevealCloses)
            .Should().Be((RoundBuilder.Fixed.CommitCloses, RoundBuilder.Fixed.RevealOpens, RoundBuilder.Opens.AddDays(14)));
        round.Refused(3, RoundBuilder.Commit(3), "commit-window-closed").On(13.9).Do(1, RoundBuilder.Reveal(1));
    }

    [Fact]
    public void V_48_A_window_suspended_before_its_end_is_not_over_at_that_end()
    {
        var round = Suspended(6).On(7.5);
        round.State!.IsCommitOver(round.Now).Should().BeFalse();
        round.On(8).Do(1, RoundBuilder.Resume).Do(5, RoundBuilder.Commit(5));
    }

    [Fact]
    public void V_18_Whoever_is_removed_on_a_challenge_made_before_the_reveal_leaves_the_denominator()
    {
        var round = Suspended(6).On(12).Do(1, RoundBuilder.Remove(11)).Do(1, RoundBuilder.Resume).On(15).Do(1, RoundBuilder.Reveal(1));
        round.On(18).Do(1, RoundBuilder.Count).State!.Result!.Eligible.Should().Be(10, "the reveal opens on day 14 now");
    }

    [Fact]
    public void V_71_The_mapping_is_committed_to_at_the_count_of_a_pseudonymous_round_and_opened_by_order_or_after_ten_years()
    {
        RoundBuilder.Open().Ballots(11, 11).On(11).Do(1, RoundBuilder.Count).Do(1, RoundBuilder.SealMapping).State!.Mapping.Should().BeNull("a roll call hides nothing");
        var round = RoundBuilder.Open(VoteMode.Pseudonymous).Ballots(11, 11);
        round.Do(1, RoundBuilder.SealMapping).State!.Mapping.Should().BeNull("it is not counted");
        round.On(11).Do(1, RoundBuilder.Count).Refused(1, RoundBuilder.OpenMapping, "mapping-not-sealed").Do(1, RoundBuilder.SealMapping);
        round.State!.IsMappingOpen(round.Now).Should().BeFalse();
        round.State!.IsMappingOpen(round.Now.AddYears(10).AddTicks(-1)).Should().BeFalse();
        round.State!.IsMappingOpen(round.Now.AddYears(10)).Should().BeTrue();
        round.Do(1, RoundBuilder.OpenMapping).State!.IsMappingOpen(round.Now).Should().BeTrue();
        round.Refused(1, RoundBuilder.OpenMapping, "mapping-not-sealed");
    }
}

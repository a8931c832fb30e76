using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.Rounds;
using AttributionRegistry.Domain.Voting;

namespace AttributionRegistry.Domain.Tests.Rounds;

/// <summary>
/// An act is decided on with the instant at which it was received, and that may be before the instant of what has been recorded
/// since: requests overtake each other, and clocks run back. What was acknowledged still counts.
/// </summary>
public sealed class OvertakingTests
{
    [Fact]
    public void V_43_An_opening_that_came_in_time_but_lost_to_the_count_is_refused() =>
        RoundBuilder.Open().Ballots(11, 10).On(11).Do(1, RoundBuilder.Count).On(10.9).Refused(11, RoundBuilder.Reveal(11), "round-counted");

    [Fact]
    public void V_51_A_revision_received_before_the_one_it_follows_still_counts_as_the_last()
    {
        var round = RoundBuilder.Open().Ballots(10, 0).On(2).Do(11, RoundBuilder.Commit(11))
            .On(1.9).Do(11, RoundBuilder.Commit(11, 2, "11-1-a", "b")).On(9);
        for (var n = 1; n <= 11; n++)
        {
            round.Do(n, RoundBuilder.Reveal(n));
        }

        var result = round.On(14).Do(1, RoundBuilder.Count).State!.Result!;
        result.Questions["Q1"].Counts.Should().Be(new AnswerCounts(11, 0, 0, 0, 0, 0));
        result.Rejected.Should().BeEmpty();
    }

    [Fact]
    public void V_47_A_clock_that_ran_back_does_not_reopen_the_commit_window_once_ballots_are_open() =>
        RoundBuilder.Open().Ballots(11, 1).On(6).Refused(1, RoundBuilder.Commit(1, 2, "1-1-a", "b"), "commit-window-closed");

    [Fact]
    public void A_window_cut_short_keeps_what_had_been_received_in_it()
    {
        var round = RoundBuilder.Open().Ballots(11, 0).On(0.5).Do(1, RoundBuilder.Close());
        round.State!.CommitCloses.Should().Be(RoundBuilder.Opens.AddDays(1).AddMicroseconds(1));
        round.On(9);
        for (var n = 1; n <= 11; n++)
        {
            round.Do(n, RoundBuilder.Reveal(n));
        }

        round.On(8.5).Do(1, RoundBuilder.Close()).On(14).Do(1, RoundBuilder.Count);
        round.State!.Result!.Questions["Q1"].Counts.Votes.Should().Be(11);
    }

    [Fact]
    public void A_window_is_not_lengthened_by_cutting_it_short()
    {
        var round = RoundBuilder.Open().On(6).Try(1, RoundBuilder.Close());
        var late = RoundDecider.Evolve(RoundBuilder.Open().State, round.Events.Single(), new Recorded(RoundBuilder.Voter(1), RoundBuilder.Opens.AddDays(8)));
        late.CommitCloses.Should().Be(RoundBuilder.Opens.AddDays(7), "the log may give the act a later instant than it was received at");
    }

    [Fact]
    public void V_48_A_vote_that_overtook_an_opening_does_not_move_the_reveal_window_away_from_it()
    {
        var round = RoundBuilder.Open().On(1).Do(1, RoundBuilder.Raise(MotionKind.ExtendCommit, 3600)).Ballots(11, 1).On(6.9);
        round.Refused(1, RoundBuilder.Say(MotionVote.Yes), "window-closed");
    }

    [Fact]
    public void V_48_A_counted_round_is_not_extended_nor_cut_short_by_what_was_received_before() =>
        RoundBuilder.Open().Ballots(11, 11).On(9).Do(1, RoundBuilder.Raise(MotionKind.ExtendReveal, 3600)).On(11).Do(1, RoundBuilder.Count).On(10.9)
            .Refused(1, RoundBuilder.Say(MotionVote.Yes), "window-closed").Refused(1, RoundBuilder.Close(), "window-closed");

    [Fact]
    public void V_54_Openings_stay_hidden_while_an_extension_is_due_that_nobody_has_recorded_yet()
    {
        var state = RoundBuilder.Open().Ballots(11, 7).State!;
        state.IsRevealOver(RoundBuilder.Opens.AddDays(11)).Should().BeTrue();
        state.IsRevealOverForGood(RoundBuilder.Opens.AddDays(11), RoundBuilder.Answers).Should().BeFalse("members may still open theirs, and must not see the others'");
        state.IsRevealOverForGood(RoundBuilder.Opens.AddDays(14), RoundBuilder.Answers).Should().BeTrue();
        RoundBuilder.Open().Ballots(11, 8).State!.IsRevealOverForGood(RoundBuilder.Opens.AddDays(11), RoundBuilder.Answers).Should().BeTrue();
    }
}

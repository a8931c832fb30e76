using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.Rounds;
using AttributionRegistry.Domain.Voting;

namespace AttributionRegistry.Domain.Tests.Rounds;

public sealed class MotionTests
{
    private const long Hour = 3600;

    private static RoundBuilder Moved(MotionKind kind, double day, long? seconds = Hour) => RoundBuilder.Open().On(day).Do(1, RoundBuilder.Raise(kind, seconds));

    private static RoundBuilder Vote(RoundBuilder round, MotionVote vote, params int[] members)
    {
        foreach (var member in members)
        {
            round.Do(member, RoundBuilder.Say(vote));
        }

        return round;
    }

    [Fact]
    public void V_42_A_motion_carries_with_more_yes_than_no_once_more_than_half_have_voted()
    {
        var round = Vote(Vote(Moved(MotionKind.ExtendCommit, 1), MotionVote.Yes, 1, 2, 3), MotionVote.Abstain, 4, 5);
        round.Refused(1, RoundBuilder.Decide, "motion-inquorate");
        Vote(round, MotionVote.No, 6).Do(1, RoundBuilder.Decide).State!.Motions[0].Outcome.Should().Be(MotionOutcome.Carried);
        round.Refused(7, RoundBuilder.Say(MotionVote.No), "motion-decided").Refused(1, RoundBuilder.Decide, "motion-decided");
    }

    [Fact]
    public void V_42_A_tie_fails_and_the_chair_has_no_casting_vote()
    {
        var round = Vote(Vote(Moved(MotionKind.ExtendCommit, 1), MotionVote.Yes, 1, 2, 3), MotionVote.No, 4, 5, 6).Do(1, RoundBuilder.Decide);
        round.State!.Motions[0].Outcome.Should().Be(MotionOutcome.Failed);
        round.State.CommitCloses.Should().Be(RoundBuilder.Fixed.CommitCloses);
    }

    [Fact]
    public void V_42_The_last_vote_of_a_member_stands_and_a_motion_is_decided_as_soon_as_nobody_can_turn_it()
    {
        var round = Vote(Vote(Moved(MotionKind.ExtendCommit, 1), MotionVote.No, 1), MotionVote.Yes, 1, 2, 3, 4, 5);
        round.State!.Motions[0].Outcome.Should().BeNull();
        Vote(round, MotionVote.Yes, 6).State!.Motions[0].Outcome.Should().Be(MotionOutcome.Carried);
        Vote(Moved(MotionKind.ExtendCommit, 1), MotionVote.No, 1, 2, 3, 4, 5, 6).State!.Motions[0].Outcome.Should().Be(MotionOutcome.Failed);
    }

    [Fact]
    public void V_48_A_carried_extension_of_the_commit_window_moves_the_reveal_by_as_much()
    {
        var round = Vote(Moved(MotionKind.ExtendCommit, 1, 2 * Hour), MotionVote.Yes, 1, 2, 3, 4, 5, 6).State!;
        (round.CommitCloses, round.RevealOpens, round.RevealCloses).Should().Be((
            RoundBuilder.Fixed.CommitCloses.AddHours(2), RoundBuilder.Fixed.RevealOpens.AddHours(2), RoundBuilder.Fixed.RevealCloses.AddHours(2)));
    }

    [Fact]
    public void V_48_A_window_is_extended_once_by_at_most_its_own_length_and_seven_days()
    {
        var week = (long)TimeSpan.FromDays(7).TotalSeconds;
        foreach (var wrong in new long?[] { 0, -1, week + 1, long.MaxValue, long.MinValue })
        {
            RoundBuilder.Open().On(1).Refused(1, RoundBuilder.Raise(MotionKind.ExtendCommit, wrong), "extension-too-long");
        }

        RoundBuilder.Open().On(9).Refused(1, RoundBuilder.Raise(MotionKind.ExtendReveal, (3 * 24 * Hour) + 1), "extension-too-long");
        RoundBuilder.Open().On(1).Refused(1, RoundBuilder.Raise(MotionKind.ExtendCommit, null), "extension-missing");
        Vote(Moved(MotionKind.ExtendCommit, 1, week), MotionVote.Yes, 1, 2, 3, 4, 5, 6)
            .Refused(1, RoundBuilder.Raise(MotionKind.ExtendCommit, Hour), "window-already-extended");
    }

    [Fact]
    public void V_48_A_motion_that_has_not_carried_before_its_window_closes_is_void()
    {
        var round = Vote(Moved(MotionKind.ExtendCommit, 6), MotionVote.Yes, 1, 2, 3, 4, 5).On(7);
        round.Refused(6, RoundBuilder.Say(MotionVote.Yes), "window-closed").Refused(1, RoundBuilder.Decide, "window-closed");
        round.Refused(1, RoundBuilder.Raise(MotionKind.ExtendCommit, Hour), "window-closed");
        round.State!.HasLapsed(round.State.Motions[0], round.Now).Should().BeTrue();
    }

    [Fact]
    public void V_48_In_the_extension_ballots_are_taken_and_after_it_none()
    {
        var round = Vote(Moved(MotionKind.ExtendCommit, 1), MotionVote.Yes, 1, 2, 3, 4, 5, 6);
        round.At(RoundBuilder.Fixed.CommitCloses).Do(1, RoundBuilder.Commit(1)).At(RoundBuilder.Fixed.CommitCloses.AddHours(1)).Refused(2, RoundBuilder.Commit(2), "commit-window-closed");
    }

    [Fact]
    public void V_42_Only_who_votes_in_the_round_moves_or_votes_and_one_motion_of_a_kind_at_a_time() =>
        Moved(MotionKind.ExtendCommit, 1).Refused(2, RoundBuilder.Raise(MotionKind.ExtendCommit, Hour), "motion-pending")
            .Refused(99, RoundBuilder.Raise(MotionKind.ExtendReveal, Hour), "not-found").Refused(99, RoundBuilder.Say(MotionVote.Yes), "not-found");

    [Fact]
    public void V_49_A_quorum_missed_by_unrevealed_ballots_extends_the_reveal_once_by_72_hours()
    {
        var round = RoundBuilder.Open().Ballots(11, 7).On(11).Refused(1, RoundBuilder.Count, "reveal-extended").Do(1, RoundBuilder.Extend);
        round.State!.RevealCloses.Should().Be(RoundBuilder.Fixed.RevealCloses.AddHours(72));
        round.Refused(1, RoundBuilder.Count, "reveal-window-open").On(13).Do(8, RoundBuilder.Reveal(8)).On(14).Do(1, RoundBuilder.Count);
        round.State!.Result!.Questions["Q1"].Counts.Votes.Should().Be(8);

        var silent = RoundBuilder.Open().Ballots(11, 7).On(11).Do(1, RoundBuilder.Extend).On(14);
        silent.Refused(1, RoundBuilder.Extend, "quorum-not-missed-by-unrevealed").Do(1, RoundBuilder.Count).State!.Result!.Questions["Q1"].Outcome.Should().Be(TallyOutcome.NoQuorum);
    }

    [Fact]
    public void V_49_Whoever_opens_in_the_extension_is_in_time_even_if_nobody_has_recorded_it_yet()
    {
        var round = RoundBuilder.Open().Ballots(11, 7).On(11.5).Do(8, RoundBuilder.Reveal(8));
        round.State!.RevealCloses.Should().Be(RoundBuilder.Fixed.RevealCloses.AddHours(72));
        round.State.Openings.Should().HaveCount(8);
        RoundBuilder.Open().Ballots(11, 7).On(14).Refused(8, RoundBuilder.Reveal(8), "reveal-window-closed");
    }

    [Fact]
    public void V_49_No_extension_where_a_quorum_stands_or_all_the_unrevealed_together_could_not_make_it()
    {
        RoundBuilder.Open().Ballots(11, 8).On(11).Refused(1, RoundBuilder.Extend, "quorum-not-missed-by-unrevealed").Do(1, RoundBuilder.Count);
        RoundBuilder.Open().Ballots(7, 5).On(11).Refused(1, RoundBuilder.Extend, "quorum-not-missed-by-unrevealed").Do(1, RoundBuilder.Count);
    }

    [Fact]
    public void V_45_No_ballot_is_taken_from_a_member_who_has_not_acknowledged_the_contrary_argument()
    {
        var argued = new RoundBuilder().Do(1, new RoundCommand.Open(RoundBuilder.Fixed with { ContraryArgument = new Text("The tools are for sale.") }) { By = RoundBuilder.Voter(1), At = RoundBuilder.Opens });
        argued.On(1).Refused(1, RoundBuilder.Commit(1), "contrary-argument-unread").Do(1, RoundBuilder.Acknowledge).Do(1, RoundBuilder.Acknowledge).Do(1, RoundBuilder.Commit(1));
        argued.Refused(2, RoundBuilder.Commit(2), "contrary-argument-unread").Refused(99, RoundBuilder.Acknowledge, "not-found");
        RoundBuilder.Open().On(1).Refused(1, RoundBuilder.Acknowledge, "no-contrary-argument");
    }

    [Fact]
    public void V_46_Another_round_is_moved_only_after_a_binding_count_that_attributed_nothing_and_if_something_moved()
    {
        RoundBuilder.Open().On(1).Refused(1, RoundBuilder.Raise(MotionKind.FurtherRound, null), "round-not-counted");
        RoundBuilder.Open().Ballots(11, 11).On(11).Do(1, RoundBuilder.Count).Refused(1, RoundBuilder.Raise(MotionKind.FurtherRound, null), "round-not-open");
        var open = RoundBuilder.Open().Ballots(5, 5).On(11).Do(1, RoundBuilder.Count);
        open.Refused(1, RoundBuilder.Raise(MotionKind.FurtherRound, Hour), "extension-not-asked-for");
        open.Refused(1, RoundBuilder.Raise(MotionKind.FurtherRound, null, settled: true), "round-settled");
        Vote(open.Do(1, RoundBuilder.Raise(MotionKind.FurtherRound, null)), MotionVote.Yes, 1, 2, 3, 4, 5, 6).State!.Motions[0].Outcome.Should().Be(MotionOutcome.Carried);
        var third = new RoundBuilder().Do(1, new RoundCommand.Open(RoundBuilder.Fixed with { Number = 3 }) { By = RoundBuilder.Voter(1), At = RoundBuilder.Opens });
        third.On(11).Do(1, RoundBuilder.Count).Refused(1, RoundBuilder.Raise(MotionKind.FurtherRound, null), "no-further-round");
    }
}

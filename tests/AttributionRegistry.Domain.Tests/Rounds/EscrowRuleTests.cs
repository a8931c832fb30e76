using System.Collections.Immutable;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.Rounds;
using AttributionRegistry.Domain.Tests.Cases;
using AttributionRegistry.Domain.Voting;

namespace AttributionRegistry.Domain.Tests.Rounds;

/// <summary>The escrow of a round whose reveal closes on day 11; the scrutineers then have seven days.</summary>
public sealed class EscrowRuleTests
{
    private static PersonId Of(int scrutineer) => Cast.Scrutineers[scrutineer - 1].Id;

    private static RoundEscrow Escrow { get; } = new([.. Enumerable.Range(1, 5).Select(n => new Scrutineer(Of(n), $"e-{n}", "spki"))], 7 * Policy.Day);

    private static RoundBuilder Open(RoundEscrow? escrow) =>
        new RoundBuilder().Do(1, new RoundCommand.Open(RoundBuilder.Fixed with { Escrow = escrow }) { By = RoundBuilder.Voter(1), At = RoundBuilder.Opens });

    private static RoundCommand.Commit Sealed(int voter, int revision = 1, string? previous = null, string text = "a", string? held = null)
    {
        var commit = RoundBuilder.Commit(voter, revision, previous, text);
        return commit with
        {
            EscrowSignatureValid = true,
            Escrow = new EscrowDeposit(
                commit.Envelope.Digest, commit.Envelope.Commitment, "nonce", "digest", [.. Escrow.Scrutineers.Select(s => new EscrowBox(s.KeyId, "e", "box", s.KeyId))],
                held ?? "a ballot", "signature"),
        };
    }

    /// <summary>Shares of these members' ballots; the fake shares are "number:ballotKeyId", and "a ballot" can be recovered.</summary>
    internal static RoundCommand.ReleaseShares Release(int number, params int[] voters) => new(
        [.. voters.DefaultIfEmpty(1).Select(v => new ReleasedShare(RoundBuilder.Key(v), $"{number}"))],
        (box, n, share) => share == $"{n}" && box.KeyId == $"e-{n}",
        (pending, held) => pending.Deposit.Ciphertext == "a ballot" && held.Select(h => h.Number).Distinct().Count() == 3 ? new RecoveredBallot("yes", "salt") : null)
    {
        By = Of(number),
        At = RoundBuilder.Opens,
        ReadAnswers = RoundBuilder.Answers,
    };

    private static Decision<RoundEvent> Try(RoundBuilder round, RoundCommand.ReleaseShares command) => RoundDecider.Decide(round.State, command with { At = round.Now });

    private static RoundBuilder Do(RoundBuilder round, RoundCommand.ReleaseShares command) => round.DoAs(command.By, command);

    private static void Refused(RoundBuilder round, RoundCommand.ReleaseShares command, string code) => Try(round, command).Refusal?.Code.Should().Be(code);

    /// <summary>Eleven sealed, of which the last ones do not open; the reveal window is closed.</summary>
    private static RoundBuilder Unopened(int silent = 1, string held = "a ballot")
    {
        var round = Open(Escrow).On(1);
        for (var n = 1; n <= 11; n++)
        {
            round.Do(n, Sealed(n, held: held));
        }

        round.On(9);
        for (var n = 1; n <= 11 - silent; n++)
        {
            round.Do(n, RoundBuilder.Reveal(n));
        }

        return round.On(11);
    }

    [Fact]
    public void V_56_A_round_with_scrutineers_takes_no_ballot_without_its_escrow_and_another_round_none_with_one()
    {
        Open(Escrow).On(1).Refused(1, RoundBuilder.Commit(1), "escrow-missing").Do(1, Sealed(1)).State!.Deposits.Should().ContainSingle();
        Open(null).On(1).Refused(1, Sealed(1), "escrow-unexpected").Do(1, RoundBuilder.Commit(1)).State!.Deposits.Should().BeEmpty();
    }

    [Fact]
    public void V_56_The_escrow_is_signed_for_this_commitment_and_for_these_scrutineers_in_their_order()
    {
        var (round, good) = (Open(Escrow).On(1), Sealed(1));
        round.Refused(1, good with { EscrowSignatureValid = false }, "escrow-invalid");
        round.Refused(1, good with { Escrow = good.Escrow! with { Commitment = Sha256Hex.Of("b") } }, "escrow-invalid");
        round.Refused(1, good with { Escrow = good.Escrow! with { Shares = [.. good.Escrow.Shares.Reverse()] } }, "escrow-invalid");
        round.Refused(1, good with { Escrow = good.Escrow! with { Shares = [.. good.Escrow.Shares.Take(4)] } }, "escrow-invalid");
        round.Do(1, good);
    }

    [Fact]
    public void V_56_Five_scrutineers_with_one_key_each_none_of_whom_votes()
    {
        Unsound(Escrow with { Scrutineers = [.. Escrow.Scrutineers.Take(4)] });
        Unsound(Escrow with { Scrutineers = Escrow.Scrutineers.SetItem(4, Escrow.Scrutineers[0]) });
        Unsound(Escrow with { Scrutineers = Escrow.Scrutineers.SetItem(4, Escrow.Scrutineers[4] with { KeyId = "e-1" }) });
        Unsound(Escrow with { Scrutineers = Escrow.Scrutineers.SetItem(4, Escrow.Scrutineers[4] with { Person = RoundBuilder.Voter(11) }) });

        static void Unsound(RoundEscrow escrow) => RoundDecider.Decide(
            null, new RoundCommand.Open(RoundBuilder.Fixed with { Escrow = escrow }) { By = RoundBuilder.Voter(1), At = RoundBuilder.Opens }).Refusal!.Code.Should().Be("scrutineers-missing");
    }

    [Fact]
    public void V_56_Nothing_is_taken_out_of_escrow_before_the_reveal_window_has_closed()
    {
        var round = Unopened();
        Refused(round.On(9), Release(1, 11), "reveal-window-open");
        Refused(round.At(RoundBuilder.Fixed.RevealCloses.AddTicks(-1)), Release(1, 11), "reveal-window-open");
        Do(round.At(RoundBuilder.Fixed.RevealCloses), Release(1, 11)).State!.Shares.Should().ContainSingle();
    }

    [Fact]
    public void V_56_The_third_share_opens_the_ballot_and_it_counts_as_opened_when_the_window_did()
    {
        var round = Unopened();
        Do(Do(round, Release(5, 11)), Release(2, 11)).State!.Openings.Should().HaveCount(10);
        var opening = Do(round.On(12), Release(4, 11)).State!.Openings[^1];
        opening.Should().Be(new BallotOpening(RoundBuilder.Key(11), "yes", "salt", RoundBuilder.Fixed.RevealOpens) { FromEscrow = true });
        round.Do(1, RoundBuilder.Count).State!.Result!.Questions["Q1"].Counts.Should().Be(new AnswerCounts(11, 0, 0, 0, 0, 0));
    }

    [Fact]
    public void V_56_Several_ballots_are_opened_in_one_act_and_what_is_done_already_is_done()
    {
        var round = Do(Do(Unopened(2), Release(1, 10, 11)), Release(2, 11));
        Do(round, Release(3, 10, 11)).State!.Openings.Should().HaveCount(10, "one of the two has its third share");
        Try(round, Release(3, 10, 11)).Events.Should().BeEmpty("the same again");
        Try(round, Release(4, 11)).Events.Should().BeEmpty("that one is open");
        Do(round, Release(4, 10, 11)).State!.Openings.Should().HaveCount(11);
    }

    [Fact]
    public void V_56_A_share_that_the_member_did_not_box_for_this_scrutineer_is_refused_by_its_number()
    {
        var round = Unopened();
        var foreign = Release(1, 11) with { Shares = [new ReleasedShare(RoundBuilder.Key(11), "2")] };
        Try(round, foreign).Refusal!.Code.Should().Be("share-invalid");
        var second = Release(1, 11) with { Shares = [new ReleasedShare(RoundBuilder.Key(11), "1"), new ReleasedShare("bk-99", "1")] };
        Try(round, second).Refusal!.Pointer.Should().Be("/shares/1");
        Refused(round, Release(1, 11) with { Shares = [] }, "share-invalid");
    }

    [Fact]
    public void V_56_For_everybody_else_there_is_no_escrow()
    {
        Try(Unopened(), Release(1, 11) with { By = RoundBuilder.Voter(1) }).Refusal!.Code.Should().Be("not-found");
        Try(Unopened(), Release(1, 11) with { By = Cast.Stranger.Id }).Refusal!.Code.Should().Be("not-found");
        RoundDecider.Decide(Open(null).State, Release(1, 11)).Refusal!.Code.Should().Be("not-found");
    }

    [Fact]
    public void V_56_The_round_waits_for_scrutineers_as_long_as_a_ballot_is_pending()
    {
        Unopened(0).Do(1, RoundBuilder.Count).State!.Result!.Unrevealed.Should().BeEmpty();
        var waiting = Unopened().Refused(1, RoundBuilder.Count, "escrow-pending").On(17.9).Refused(1, RoundBuilder.Count, "escrow-pending");
        Try(waiting.On(18), Release(1, 11)).Refusal!.Code.Should().Be("escrow-closed");
        waiting.Do(1, RoundBuilder.Count).State!.Result!.Unrevealed.Should().Equal(RoundBuilder.Key(11));
    }

    [Fact]
    public void V_55_An_escrow_that_holds_no_ballot_leaves_it_unrevealed()
    {
        var round = Do(Do(Do(Unopened(held: "garbage"), Release(1, 11)), Release(2, 11)), Release(3, 11));
        round.State!.UnusableEscrows.Should().Equal(RoundBuilder.Key(11));
        round.Do(1, RoundBuilder.Count).State!.Result!.Unrevealed.Should().Equal(RoundBuilder.Key(11));
    }

    [Fact]
    public void V_56_A_late_change_of_mind_is_of_no_use_the_member_opens_nothing_and_keeps_nothing_shut()
    {
        var round = Unopened().Refused(11, RoundBuilder.Reveal(11), "reveal-window-closed");
        Do(Do(Do(round, Release(1, 11)), Release(2, 11)), Release(3, 11)).Do(1, RoundBuilder.Count)
            .State!.Result!.Questions["Q1"].Counts.Votes.Should().Be(11);
    }

    [Fact]
    public void V_56_Only_the_escrow_of_the_last_envelope_is_pending()
    {
        var round = Open(Escrow).On(1).Do(1, Sealed(1, text: "a"));
        round.Do(1, Sealed(1, 2, round.State!.Envelopes[0].Digest, "b"));
        round.State!.PendingEscrows.Should().ContainSingle().Which.Deposit.Commitment.Should().Be(Sha256Hex.Of("b"));
        round.State.Deposits.Should().ContainSingle("what was replaced is not kept at hand");
    }

    [Fact]
    public void V_51_and_V_18_no_escrow_of_a_void_ballot_is_opened()
    {
        var round = Open(Escrow).On(1).Do(1, Sealed(1, text: "a")).Do(1, Sealed(1, text: "b")).Do(2, Sealed(2));
        round.State!.PendingEscrows.Select(p => p.Envelope.BallotKeyId).Should().Equal(RoundBuilder.Key(2));
        round.Do(1, RoundBuilder.Remove(2)).State!.PendingEscrows.Should().BeEmpty();
    }

    [Fact]
    public void V_49_The_automatic_extension_comes_before_the_escrow()
    {
        var round = Unopened(8);
        Refused(round, Release(1, 11), "reveal-window-open");
        round.Do(1, RoundBuilder.Extend).State!.EscrowCloses.Should().Be(RoundBuilder.Fixed.RevealCloses.AddHours(72).AddDays(7));
        Refused(round, Release(1, 11), "reveal-window-open");
        Do(round.On(14), Release(1, 11)).State!.Shares.Should().ContainSingle();
    }

    [Fact]
    public void V_48_In_an_exercise_a_third_closing_ends_the_time_of_the_scrutineers()
    {
        var round = Unopened().On(11.5).Refused(1, RoundBuilder.Close(false), "windows-run-their-course").Do(1, RoundBuilder.Close());
        Refused(round, Release(1, 11), "escrow-closed");
        round.Refused(1, RoundBuilder.Close(), "window-closed").Do(1, RoundBuilder.Count).State!.Result!.Unrevealed.Should().HaveCount(1);
        Unopened(0).Refused(1, RoundBuilder.Close(), "window-closed");
    }
}

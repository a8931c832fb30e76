using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.Rounds;
using AttributionRegistry.Domain.Tests.Cases;
using AttributionRegistry.Domain.Voting;

namespace AttributionRegistry.Domain.Tests.Rounds;

/// <summary>One round of eleven voters; its windows are [0 d, 7 d) and [8 d, 11 d).</summary>
internal sealed class RoundBuilder
{
    public static DateTimeOffset Opens { get; } = CaseBuilder.Start;

    public static PersonId Voter(int number) => Cast.Of(500 + number);

    public static string Key(int number) => $"bk-{number:00}";

    public static RoundEvent.Opened Fixed { get; } = new(
        RoundId.Of($"rnd_{1:x32}"), CaseBuilder.Id, 2, true, 11, VoteMode.RollCall,
        [.. Enumerable.Range(1, 11).Select(n => new Voter(Voter(n), (Region)((n - 1) % 5), Key(n), "spki"))],
        [new Question("Q1", Level.Group, ["H1", "OTHER"], "OTHER")], [EvidenceId.Of("E1")], CaseBuilder.Root, RuleSet.Default, Sha256Hex.Of("rules"),
        Opens, Opens.AddDays(7), Opens.AddDays(8), Opens.AddDays(11));

    public Round? State { get; private set; }

    public DateTimeOffset Now { get; private set; } = Opens;

    public static RoundBuilder Open() => new RoundBuilder().Do(1, new RoundCommand.Open(Fixed) { By = Voter(1), At = Opens });

    public RoundBuilder On(double day)
    {
        Now = Opens.AddDays(day);
        return this;
    }

    public RoundBuilder At(DateTimeOffset instant)
    {
        Now = instant;
        return this;
    }

    public Decision<RoundEvent> Try(int voter, RoundCommand command) => RoundDecider.Decide(State, command with { By = Voter(voter), At = Now });

    public RoundBuilder Do(int voter, RoundCommand command)
    {
        var decision = Try(voter, command);
        decision.Refusal.Should().BeNull();
        State = decision.Events.Aggregate(State, (s, e) => RoundDecider.Evolve(s, e, new Recorded(Voter(voter), Now)));
        return this;
    }

    /// <summary>Gives a command of somebody who does not vote.</summary>
    public RoundBuilder DoAs(PersonId person, RoundCommand command)
    {
        var decision = RoundDecider.Decide(State, command with { At = Now });
        decision.Refusal.Should().BeNull();
        State = decision.Events.Aggregate(State, (s, e) => RoundDecider.Evolve(s, e, new Recorded(person, Now)));
        return this;
    }

    public RoundBuilder Refused(int voter, RoundCommand command, string code)
    {
        var decision = Try(voter, command);
        decision.Refusal?.Code.Should().Be(code);
        decision.IsRefused.Should().BeTrue();
        decision.Events.Should().BeEmpty();
        return this;
    }

    public static RoundCommand.Commit Commit(int voter, int revision = 1, string? previous = null, string text = "a") => new(
        new Envelope(Key(voter), revision, previous, Sha256Hex.Of(text), "nonce", $"{voter}-{revision}-{text}", "signature", default), CaseBuilder.Id.Value, 2, true)
    { By = Voter(voter), At = Opens };

    public static RoundCommand.OpenBallot Reveal(int voter, bool reproduces = true) => new(Key(voter), "yes", "salt", reproduces) { By = Voter(voter), At = Opens, ReadAnswers = Answers };

    public static IReadOnlyDictionary<string, Answer> Answers(string ballot) => new Dictionary<string, Answer>
    {
        ["Q1"] = new Answer.Judgement(new Dictionary<string, int> { ["H1"] = 9000, ["OTHER"] = 1000 }, Confidence.High, ["E1"]),
    };

    public static MotionId Motion { get; } = MotionId.Of($"mtn_{1:x32}");

    public static RoundCommand.RaiseMotion Raise(MotionKind kind, long? seconds, bool settled = false) =>
        new(Motion, kind, seconds, new Text("Two members travel."), settled) { By = Voter(1), At = Opens };

    public static RoundCommand.VoteOnMotion Say(MotionVote vote) => new(Motion, vote) { By = Voter(1), At = Opens };

    public static RoundCommand.DecideMotion Decide { get; } = new(Motion) { By = Voter(1), At = Opens };

    public static RoundCommand.AcknowledgeContraryArgument Acknowledge { get; } = new() { By = Voter(1), At = Opens };

    public static RoundCommand.ExtendForUnrevealed Extend { get; } = new(Answers) { By = Voter(1), At = Opens };

    public static RoundCommand.Count Count { get; } = new(Answers) { By = Voter(1), At = Opens };

    public static RoundCommand.Remove Remove(int voter) => new(Voter(voter)) { By = Voter(1), At = Opens };

    public static RoundCommand.FileOpinion Opinion(OpinionKind kind = OpinionKind.BareDissent, string? text = null) =>
        new(OpinionId.Of($"opn_{1:x32}"), kind, text is null ? null : new Text(text)) { By = Voter(1), At = Opens };

    public static RoundCommand.CloseWindow Close(bool exercise = true) => new(exercise) { By = Voter(1), At = Opens };

    /// <summary>The first n commit, and the first m of them open.</summary>
    public RoundBuilder Ballots(int committed, int opened)
    {
        On(1);
        for (var n = 1; n <= committed; n++)
        {
            Do(n, Commit(n));
        }

        On(9);
        for (var n = 1; n <= opened; n++)
        {
            Do(n, Reveal(n));
        }

        return this;
    }
}

public sealed class RoundRuleTests
{
    // Past every extension: what the rounds of these tests miss is not time.
    private static QuestionResult Counted(RoundBuilder round) => round.On(14).Do(1, RoundBuilder.Count).State!.Result!.Questions["Q1"];

    [Fact]
    public void V_18_Removal_before_the_reveal_takes_the_member_out_of_the_denominator() =>
        Counted(RoundBuilder.Open().Ballots(11, 0).On(7.5).Do(1, RoundBuilder.Remove(11)).On(9).Do(1, RoundBuilder.Reveal(1)))
            .Counts.Should().Be(new AnswerCounts(1, 0, 0, 9, 0, 0));

    [Fact]
    public void V_18_Removal_after_the_reveal_opened_voids_the_ballot_and_keeps_the_denominator() =>
        Counted(RoundBuilder.Open().Ballots(11, 11).Do(1, RoundBuilder.Remove(11))).Counts.Should().Be(new AnswerCounts(10, 0, 0, 0, 0, 1));

    [Fact]
    public void V_18_A_removal_after_the_count_leaves_the_record_as_it_was_counted()
    {
        var round = RoundBuilder.Open().Ballots(11, 11).On(11).Do(1, RoundBuilder.Count);
        var counted = round.State;
        round.On(12).Do(1, RoundBuilder.Remove(11)).State.Should().BeSameAs(counted);
    }

    [Fact]
    public void V_18_A_removed_member_does_not_find_the_round_any_more() =>
        RoundBuilder.Open().On(1).Do(1, RoundBuilder.Remove(3)).Refused(3, RoundBuilder.Commit(3), "not-found").Refused(99, RoundBuilder.Commit(99), "not-found");

    [Fact]
    public void V_47_At_close_is_late_and_the_moment_before_is_in_time()
    {
        var round = RoundBuilder.Open();
        round.At(RoundBuilder.Fixed.CommitCloses).Refused(1, RoundBuilder.Commit(1), "commit-window-closed");
        round.At(RoundBuilder.Fixed.CommitCloses.AddTicks(-1)).Do(1, RoundBuilder.Commit(1));
        round.At(RoundBuilder.Fixed.RevealOpens.AddTicks(-1)).Refused(1, RoundBuilder.Reveal(1), "reveal-window-closed");
        round.At(RoundBuilder.Fixed.RevealCloses).Refused(1, RoundBuilder.Reveal(1), "reveal-window-closed");
        round.At(RoundBuilder.Fixed.RevealCloses.AddTicks(-1)).Do(1, RoundBuilder.Reveal(1));
    }

    [Fact]
    public void V_47_Receipt_is_the_servers_time_whatever_the_envelope_says() =>
        RoundBuilder.Open().On(2).Do(1, RoundBuilder.Commit(1)).State!.Envelopes[0].ReceivedAt.Should().Be(RoundBuilder.Opens.AddDays(2));

    [Fact]
    public void V_47_Windows_that_overlap_or_are_empty_do_not_open()
    {
        foreach (var bad in new[]
        {
            RoundBuilder.Fixed with { CommitCloses = RoundBuilder.Opens },
            RoundBuilder.Fixed with { RevealOpens = RoundBuilder.Opens.AddDays(6) },
            RoundBuilder.Fixed with { RevealCloses = RoundBuilder.Fixed.RevealOpens },
        })
        {
            new RoundBuilder().Refused(1, new RoundCommand.Open(bad) { By = RoundBuilder.Voter(1), At = RoundBuilder.Opens }, "windows-unsound");
        }
    }

    [Fact]
    public void V_48_A_window_is_cut_short_in_an_exercise_only_and_only_while_it_is_open()
    {
        RoundBuilder.Open().On(1).Refused(1, RoundBuilder.Close(exercise: false), "windows-run-their-course");
        RoundBuilder.Open().On(7.5).Refused(1, RoundBuilder.Close(), "window-not-open");
        RoundBuilder.Open().On(12).Refused(1, RoundBuilder.Close(), "window-closed");
        var cut = RoundBuilder.Open().On(1).Do(1, RoundBuilder.Commit(1)).On(2).Do(1, RoundBuilder.Close()).Refused(2, RoundBuilder.Commit(2), "commit-window-closed");
        cut.On(3).Do(1, RoundBuilder.Reveal(1)).On(4).Do(1, RoundBuilder.Close()).Do(1, RoundBuilder.Count);
        cut.State!.Result!.Questions["Q1"].Counts.Votes.Should().Be(1);
    }

    [Fact]
    public void V_50_Opinions_are_attached_for_14_days_and_change_no_count()
    {
        var round = RoundBuilder.Open().Ballots(11, 11).Refused(1, RoundBuilder.Opinion(), "round-not-counted").On(11).Do(1, RoundBuilder.Count);
        var result = round.State!.Result;
        round.Do(2, RoundBuilder.Opinion()).Refused(2, RoundBuilder.Opinion(OpinionKind.Dissent), "opinion-empty");
        round.On(25).Refused(2, RoundBuilder.Opinion(OpinionKind.Dissent, "The clock."), "opinion-too-late");
        round.State.Result.Should().BeSameAs(result);
    }

    [Fact]
    public void V_51_A_revision_follows_the_last_one_and_names_it() =>
        RoundBuilder.Open().On(1).Do(1, RoundBuilder.Commit(1))
            .Refused(1, RoundBuilder.Commit(1, 3, "1-1-a"), "revision-out-of-sequence")
            .Refused(1, RoundBuilder.Commit(1, 2, "another"), "revision-out-of-sequence")
            .Do(1, RoundBuilder.Commit(1, 2, "1-1-a"))
            .Refused(1, RoundBuilder.Commit(2), "not-your-ballot-key");

    [Fact]
    public void V_51_Two_envelopes_under_one_revision_void_the_ballot_and_both_are_kept()
    {
        var round = RoundBuilder.Open().Ballots(11, 0).On(2).Do(1, RoundBuilder.Commit(1, 1, null, "b"));
        round.State!.ChainOf(RoundBuilder.Key(1)).Should().HaveCount(2);
        round.On(9).Refused(1, RoundBuilder.Reveal(1), "ballot-void");
        Counted(round).Counts.Void.Should().Be(1);
    }

    [Fact]
    public void V_52_The_same_envelope_twice_is_one_envelope() =>
        RoundBuilder.Open().On(1).Do(1, RoundBuilder.Commit(1)).Do(1, RoundBuilder.Commit(1)).State!.Envelopes.Should().ContainSingle();

    [Fact]
    public void V_53_A_wrong_opening_is_refused_and_may_be_tried_again() =>
        RoundBuilder.Open().Ballots(1, 0).Refused(1, RoundBuilder.Reveal(1, false), "opening-does-not-match").Do(1, RoundBuilder.Reveal(1))
            .Refused(1, RoundBuilder.Reveal(1) with { Ballot = "no" }, "ballot-opened").Refused(2, RoundBuilder.Reveal(2), "nothing-committed");

    [Fact]
    public void V_54_Nothing_is_counted_before_the_reveal_has_closed() =>
        RoundBuilder.Open().Ballots(11, 11).On(10.99).Refused(1, RoundBuilder.Count, "reveal-window-open").On(11).Do(1, RoundBuilder.Count).Refused(1, RoundBuilder.Count, "round-counted");

    [Fact]
    public void V_55_What_was_never_revealed_counts_against_quorum_and_support()
    {
        var result = Counted(RoundBuilder.Open().Ballots(11, 7));
        result.Counts.Unrevealed.Should().Be(4);
        result.Outcome.Should().Be(TallyOutcome.NoQuorum);
    }

    [Fact]
    public void V_51_An_envelope_for_another_case_or_round_is_refused() =>
        RoundBuilder.Open().On(1).Refused(1, RoundBuilder.Commit(1) with { RoundNumber = 1 }, "wrong-round")
            .Refused(1, RoundBuilder.Commit(1) with { CaseId = "inc_other" }, "wrong-round").Refused(1, RoundBuilder.Commit(1) with { SignatureValid = false }, "signature-invalid");

    [Fact]
    public void V_70_There_is_one_ballot_key_for_each_seat() => new RoundBuilder().Refused(
        1, new RoundCommand.Open(RoundBuilder.Fixed with { Voters = RoundBuilder.Fixed.Voters.SetItem(1, RoundBuilder.Fixed.Voters[1] with { BallotKeyId = RoundBuilder.Key(1) }) })
        { By = RoundBuilder.Voter(1), At = RoundBuilder.Opens }, "ballot-keys-unsound");
}

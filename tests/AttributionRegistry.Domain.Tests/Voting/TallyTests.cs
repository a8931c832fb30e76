using AttributionRegistry.Domain.Voting;
using static AttributionRegistry.Domain.Tests.Voting.VotingRecord;

namespace AttributionRegistry.Domain.Tests.Voting;

public sealed class TallyTests
{
    [Theory]
    [InlineData(100, LikelihoodTerm.AlmostNoChance)]
    [InlineData(499, LikelihoodTerm.AlmostNoChance)]
    [InlineData(500, LikelihoodTerm.VeryUnlikely)]
    [InlineData(1999, LikelihoodTerm.VeryUnlikely)]
    [InlineData(2000, LikelihoodTerm.Unlikely)]
    [InlineData(4499, LikelihoodTerm.Unlikely)]
    [InlineData(4500, LikelihoodTerm.RoughlyEven)]
    [InlineData(5499, LikelihoodTerm.RoughlyEven)]
    [InlineData(5500, LikelihoodTerm.Likely)]
    [InlineData(7999, LikelihoodTerm.Likely)]
    [InlineData(8000, LikelihoodTerm.VeryLikely)]
    [InlineData(9499, LikelihoodTerm.VeryLikely)]
    [InlineData(9500, LikelihoodTerm.AlmostCertain)]
    [InlineData(9900, LikelihoodTerm.AlmostCertain)]
    public void V_31_The_lower_bound_belongs_to_the_term(int basisPoints, LikelihoodTerm term) =>
        LikelihoodScale.TermOf(basisPoints).Should().Be(term);

    [Theory]
    [InlineData(12, 8, TallyOutcome.Attributed)]
    [InlineData(11, 7, TallyOutcome.NotConstituted)]
    [InlineData(8, 6, TallyOutcome.NotConstituted)]
    [InlineData(7, 7, TallyOutcome.Attributed)]
    [InlineData(6, 6, TallyOutcome.NotConstituted)]
    public void V_32_A_panel_needs_two_thirds_of_its_seats_and_seven_members(int seats, int eligible, TallyOutcome outcome) =>
        Q1(Record(Ballots((eligible, Yes)), panel: Panel(seats, n => n <= eligible ? Standing.Seated : Standing.Recused))).Outcome.Should().Be(outcome);

    [Theory]
    [InlineData(8, 0, true)]
    [InlineData(5, 3, true)]
    [InlineData(7, 0, false)]
    public void V_33_Votes_and_abstentions_make_the_quorum(int votes, int abstentions, bool quorum)
    {
        var result = Q1(Record(Ballots((votes, No), (abstentions, new Answer.Abstain()))));
        result.Quorum.Should().Be(quorum);
        result.Outcome.Should().Be(quorum ? TallyOutcome.NotAttributed : TallyOutcome.NoQuorum);
    }

    [Fact]
    public void V_33_Spoiled_and_unrevealed_ballots_are_no_part_of_the_quorum() =>
        Q1(Record(Ballots((7, Yes), (4, Yes with { Cites = [] })))).Outcome.Should().Be(TallyOutcome.NoQuorum);

    [Theory]
    [InlineData(Level.Group, 8)]
    [InlineData(Level.Individual, 9)]
    [InlineData(Level.StateSponsored, 9)]
    [InlineData(Level.State, 9)]
    public void V_34_The_threshold_is_rounded_up_and_reaching_it_is_enough(Level level, int threshold)
    {
        var question = Group with { Level = level };
        Q1(Record(Ballots((threshold, Yes), (11 - threshold, No)), question)).Should().Match<QuestionResult>(q => q.Threshold == threshold && q.Hypothesis == "H1");
        Q1(Record(Ballots((threshold - 1, Yes), (12 - threshold, No)), question)).Outcome.Should().Be(TallyOutcome.NotAttributed);
    }

    [Fact]
    public void V_34_Supporters_of_too_few_regions_name_nobody()
    {
        var result = Q1(Record(Ballots((9, Yes), (2, No)), State, Panel(region: n => n <= 5 ? Region.WEOG : n <= 9 ? Region.EEG : Region.AFR)));
        result.Should().Match<QuestionResult>(q => q.Outcome == TallyOutcome.NotAttributed && q.BlockedBy == BlockedBy.RegionalSpread && q.Hypothesis == null);
        result.Dissents.Should().BeNull();
        result.LikelihoodTerm.Should().BeNull();
    }

    [Fact]
    public void V_34_The_residual_is_never_found()
    {
        var result = Q1(Record(Ballots((11, new Answer.Judgement(Likelihoods(("H1", 300), ("H2", 300), ("OTHER", 9400)), Confidence.High, ["E1"])))));
        result.BlockedBy.Should().Be(BlockedBy.Residual);
        result.Status.Should().Equal(new Dictionary<string, HypothesisStatus>
        {
            ["H1"] = HypothesisStatus.Excluded, ["H2"] = HypothesisStatus.Excluded, ["OTHER"] = HypothesisStatus.ResidualSupported,
        });
    }

    [Theory]
    [InlineData(9000, true)]
    [InlineData(5400, false)]
    public void V_34_A_sponsor_is_found_only_with_the_group_it_implies(int group, bool found)
    {
        // The members who doubt the group answer only the question on it: a child answer likelier than its parent would be spoiled.
        var ballots = Enumerable.Range(1, 11).Select(n => group > 8500
            ? Ballot(M(n), ("Q1", For(group)), ("Q2", Sponsored(8500)))
            : Ballot(M(n), ("Q1", new Answer.Abstain()), ("Q2", Sponsored(8500))));
        foreach (var questions in new Question[][] { [Group, Sponsor], [Sponsor, Group] })
        {
            var result = Tally.Count(Record(ballots, questions)).Questions["Q2"];
            result.Hypothesis.Should().Be(found ? "S1" : null);
            result.BlockedBy.Should().Be(found ? null : BlockedBy.ParentNotAttributed);
        }
    }

    [Fact]
    public void V_34_Questions_in_a_circle_find_nothing()
    {
        var circle = Group with { Implies = new Dictionary<string, HypothesisRef> { ["H1"] = new("Q2", "S1") } };
        var result = Tally.Count(Record(Enumerable.Range(1, 11).Select(n => Ballot(M(n), ("Q1", For(8500)), ("Q2", Sponsored(8500)))), [circle, Sponsor]));
        result.Questions.Values.Should().OnlyContain(q => q.BlockedBy == BlockedBy.ParentNotAttributed && q.Hypothesis == null);
    }

    [Fact]
    public void V_35_Abstentions_stay_in_the_denominator_and_recusals_leave_it()
    {
        Q1(Record(Ballots((7, Yes), (4, new Answer.Abstain())))).Outcome.Should().Be(TallyOutcome.NotAttributed);
        var recused = Record(Ballots((6, Yes), (3, No)), panel: Panel(standing: n => n <= 9 ? Standing.Seated : Standing.Recused));
        Tally.Count(recused).Should().Match<TallyResult>(t => t.Seats == 11 && t.Eligible == 9 && t.QuorumNeeded == 6);
        Q1(recused).Outcome.Should().Be(TallyOutcome.Attributed);
    }

    [Theory]
    [InlineData(8, 1999, HypothesisStatus.Excluded)]
    [InlineData(7, 1999, HypothesisStatus.NotEstablished)]
    [InlineData(8, 2000, HypothesisStatus.NotEstablished)]
    public void V_36_A_hypothesis_is_excluded_only_strictly_below_the_mark_by_two_thirds(int votes, int basisPoints, HypothesisStatus status) =>
        Q1(Record(Ballots((votes, For(basisPoints, second: 4000)), (11 - votes, No)))).Status["H1"].Should().Be(status);

    [Fact]
    public void V_36_The_residual_is_never_excluded() =>
        Q1(Record(Ballots((11, For(9000))))).Status["OTHER"].Should().Be(HypothesisStatus.NotEstablished);

    [Fact]
    public void V_37_The_published_term_is_that_of_the_median_over_all_votes_floored()
    {
        var result = Q1(Record(Ballots((6, For(9500, second: 100)), (6, For(9499, second: 100))), panel: Panel(12)));
        result.MedianBp["H1"].Should().Be(9499);
        result.LikelihoodTerm.Should().Be(LikelihoodTerm.VeryLikely);
    }

    [Fact]
    public void V_37_The_published_confidence_is_the_lower_median_over_all_votes() =>
        Q1(Record(Ballots((4, For(9000)), (4, For(9000, Confidence.Moderate)), (3, new Answer.Abstain())))).Confidence.Should().Be(Confidence.Moderate);

    [Fact]
    public void V_39_Whoever_voted_and_did_not_support_the_finding_dissents()
    {
        var result = Q1(Record(Ballots((8, Yes), (2, No), (1, new Answer.Abstain()))));
        result.Dissents.Should().Be(2);
        result.Dissenters.Should().Equal("m09", "m10");
    }

    [Fact]
    public void V_40_Pools_and_spread_are_there_and_decide_nothing()
    {
        var result = Q1(Record(Ballots((7, For(9900 - 200, second: 200)), (4, No))));
        result.Information!.Linear["H1"].Should().BeGreaterThan(5500);
        result.Outcome.Should().Be(TallyOutcome.NotAttributed);
        result.Information.Spread["H1"].Should().Be(new Spread(3000, 3000, 9700, 9700, 9700));
        Q1(Record(Ballots((11, new Answer.Abstain())))).Information.Should().BeNull();
    }

    [Fact]
    public void V_43_A_result_says_the_same_whatever_the_order_of_the_record()
    {
        var ballots = Ballots((7, Yes), (2, No), (1, new Answer.Abstain()));
        ballots.Add(ballots[3] with { Revision = 2, Digest = "m04-2", CommitAt = 1600, Answers = new Dictionary<string, Answer> { ["Q1"] = No } });
        ballots.Add(ballots[5] with { Digest = "other" });
        ballots.Add(ballots[0] with { CaseId = "inc-2" });
        ballots.Add(Ballot("nobody", ("Q1", Yes)));
        var expected = Json(Tally.Count(Record(ballots)));
        for (var seed = 0; seed < 100; seed++)
        {
            var shuffled = ballots.ToArray();
            new Random(seed).Shuffle(shuffled);
            Json(Tally.Count(Record(shuffled))).Should().Be(expected);
        }
    }

    [Fact]
    public void V_18_Removal_while_sealed_leaves_the_denominator_and_later_removal_does_not()
    {
        var ballots = Ballots((7, Yes), (4, No));
        var sealedOut = Tally.Count(Record(ballots, panel: Panel(standing: n => n == 11 ? Standing.RemovedBeforeReveal : Standing.Seated)));
        sealedOut.Eligible.Should().Be(10);
        sealedOut.Rejected.Should().Equal(new Dictionary<Rejection, int> { [Rejection.NotEligible] = 1 });
        sealedOut.Questions["Q1"].Outcome.Should().Be(TallyOutcome.Attributed);

        var late = Tally.Count(Record(ballots, panel: Panel(standing: n => n == 11 ? Standing.RemovedAfterReveal : Standing.Seated)));
        late.Eligible.Should().Be(11);
        late.Questions["Q1"].Counts.Void.Should().Be(1);
        late.Questions["Q1"].Outcome.Should().Be(TallyOutcome.NotAttributed);
    }

    [Theory]
    [InlineData(2099, Standing.RemovedBeforeReveal)]
    [InlineData(2100, Standing.RemovedAfterReveal)]
    public void V_18_Reveal_opening_is_the_border(long instant, Standing standing) =>
        AttributionRegistry.Domain.Voting.Panel.RemovedAt(instant, Windows.Reveal).Should().Be(standing);
}

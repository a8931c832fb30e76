using AttributionRegistry.Domain.Voting;
using static AttributionRegistry.Domain.Tests.Voting.VotingRecord;

namespace AttributionRegistry.Domain.Tests.Voting;

public sealed class BallotBoxTests
{
    private static readonly CastBallot First = Ballot(1, Yes);
    private static readonly CastBallot Second = First with { Revision = 2, Digest = "m01-2", CommitAt = 1600 };

    [Theory]
    [InlineData(999, false)]
    [InlineData(1000, true)]
    [InlineData(1999, true)]
    [InlineData(2000, false)]
    public void V_47_An_envelope_counts_from_opening_until_just_before_closing(long commitAt, bool counts)
    {
        var box = Sort(First with { CommitAt = commitAt });
        (box.Fates["m01"] is BallotFate.Revealed).Should().Be(counts);
        box.Rejected.GetValueOrDefault(Rejection.Late).Should().Be(counts ? 0 : 1);
    }

    [Theory]
    [InlineData(2099, false)]
    [InlineData(2100, true)]
    [InlineData(2999, true)]
    [InlineData(3000, false)]
    public void V_47_V_53_An_opening_counts_from_opening_until_just_before_closing(long revealAt, bool counts)
    {
        var box = Sort(First with { RevealAt = revealAt });
        (box.Fates["m01"] is BallotFate.Revealed).Should().Be(counts);
        (box.Fates["m01"] is BallotFate.Unrevealed).Should().Be(!counts);
        box.Rejected.Should().BeEmpty();
    }

    [Fact]
    public void V_51_The_highest_revision_counts() => Sort(First, Second).Fates["m01"].Should().BeOfType<BallotFate.Revealed>().Which.Revision.Should().Be(2);

    [Fact]
    public void V_51_A_revision_out_of_sequence_is_not_accepted()
    {
        foreach (var stray in new[] { Second with { Revision = 3 }, Second with { Revision = 0 }, Second with { Link = new ChainLink("another") } })
        {
            var box = Sort(First, stray);
            box.Fates["m01"].Should().BeOfType<BallotFate.Revealed>().Which.Revision.Should().Be(1);
            box.Rejected.Should().Equal(new Dictionary<Rejection, int> { [Rejection.OutOfSequence] = 1 });
        }

        Sort(Second).Fates["m01"].Should().BeOfType<BallotFate.Absent>();
    }

    [Fact]
    public void V_51_A_linked_chain_is_accepted() =>
        Sort(First with { Link = new ChainLink(null) }, Second with { Link = new ChainLink("m01-1") }).Fates["m01"]
            .Should().BeOfType<BallotFate.Revealed>().Which.Revision.Should().Be(2);

    [Fact]
    public void V_51_A_revision_received_before_the_one_it_follows_is_not_accepted() =>
        Sort(First, Second with { CommitAt = 1400 }).Fates["m01"].Should().BeOfType<BallotFate.Revealed>().Which.Revision.Should().Be(1);

    [Fact]
    public void V_51_Two_envelopes_under_one_revision_void_the_ballot_even_when_a_later_one_follows()
    {
        foreach (var ballots in new CastBallot[][] { [First, First with { Digest = "other" }], [First, First with { Digest = "other" }, Second] })
        {
            Sort(ballots).Fates["m01"].Should().Be(new BallotFate.Void(Equivocated: true));
            Tally.Count(Record(ballots)).Equivocated.Should().Equal("m01");
        }
    }

    [Fact]
    public void V_51_Nobody_else_can_make_a_member_equivocate()
    {
        Sort(First, First with { Digest = "forged", SignatureValid = false }).Fates["m01"].Should().BeOfType<BallotFate.Revealed>();
        Sort(First, First with { Digest = "replayed", Round = 1 }).Fates["m01"].Should().BeOfType<BallotFate.Revealed>();
        Sort(First, First with { Digest = "late", CommitAt = 2000 }).Fates["m01"].Should().BeOfType<BallotFate.Revealed>();
    }

    [Fact]
    public void V_52_Revealing_a_superseded_revision_reveals_nothing() =>
        Sort(First, Second with { RevealAt = null }).Fates["m01"].Should().Be(new BallotFate.Unrevealed(2));

    [Fact]
    public void V_52_The_same_envelope_twice_is_one_envelope()
    {
        var box = Sort(First, First with { CommitAt = 1700 }, Second);
        box.Fates["m01"].Should().BeOfType<BallotFate.Revealed>().Which.Revision.Should().Be(2);
        box.Rejected.Should().BeEmpty();
    }

    [Fact]
    public void V_53_A_wrong_opening_is_no_ballot_and_may_be_retried()
    {
        Sort(First with { Opens = false }).Fates["m01"].Should().Be(new BallotFate.Unrevealed(1));
        Sort(First with { Opens = false }, First with { RevealAt = 2600 }).Fates["m01"].Should().BeOfType<BallotFate.Revealed>();
    }

    [Fact]
    public void V_55_Never_revealed_stays_in_the_denominator_and_is_listed()
    {
        var result = Tally.Count(Record([.. Ballots((7, Yes), (3, No)), Ballot(11, Yes) with { RevealAt = null }]));
        result.Eligible.Should().Be(11);
        result.Unrevealed.Should().Equal("m11");
        result.Questions["Q1"].Outcome.Should().Be(TallyOutcome.NotAttributed);
    }

    [Fact]
    public void Every_rejected_envelope_is_counted_under_one_reason()
    {
        var box = BallotBox.Sort(Record(
            [
                Ballot("zz", ("Q1", Yes)) with { SignatureValid = false, CommitAt = 5000 },
                Ballot(11, Yes) with { Round = 1 },
                First with { CaseId = "inc-9" },
                First with { Round = 1, SignatureValid = false },
                First with { SignatureValid = false, CommitAt = 5000 },
                First with { CommitAt = 5000 },
            ],
            panel: Panel(standing: n => n == 11 ? Standing.Recused : Standing.Seated)));
        box.Rejected.Should().Equal(new Dictionary<Rejection, int>
        {
            [Rejection.NotAMember] = 1, [Rejection.NotEligible] = 1, [Rejection.WrongCaseOrRound] = 2, [Rejection.BadSignature] = 1, [Rejection.Late] = 1,
        });
        box.Fates["m01"].Should().BeOfType<BallotFate.Absent>();
        box.Fates.Should().NotContainKey("m11");
    }

    [Fact]
    public void V_18_A_member_removed_after_reveal_is_void_whether_or_not_they_voted()
    {
        var panel = Panel(standing: n => n == 11 ? Standing.RemovedAfterReveal : Standing.Seated);
        BallotBox.Sort(Record([], panel: panel)).Fates["m11"].Should().Be(new BallotFate.Void(Equivocated: false));
        BallotBox.Sort(Record([Ballot(11, Yes)], panel: panel)).Fates["m11"].Should().Be(new BallotFate.Void(Equivocated: false));
    }

    private static BallotBox Sort(params CastBallot[] ballots) => BallotBox.Sort(Record(ballots));
}

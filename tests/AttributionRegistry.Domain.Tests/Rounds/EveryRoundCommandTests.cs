using AttributionRegistry.Domain.Rounds;
using AttributionRegistry.Domain.Voting;

namespace AttributionRegistry.Domain.Tests.Rounds;

public sealed class EveryRoundCommandTests
{
    private static IReadOnlyList<RoundCommand> All { get; } =
    [
        new RoundCommand.Open(RoundBuilder.Fixed) { By = RoundBuilder.Voter(1), At = RoundBuilder.Opens },
        RoundBuilder.Commit(1), RoundBuilder.Commit(3), RoundBuilder.Reveal(1), RoundBuilder.Reveal(3), RoundBuilder.Remove(2), RoundBuilder.Remove(3),
        RoundBuilder.Close(), RoundBuilder.Close(false), RoundBuilder.Count, RoundBuilder.Opinion(), RoundBuilder.Opinion(OpinionKind.Dissent, "The clock."),
        RoundBuilder.Raise(MotionKind.ExtendCommit, 3600), RoundBuilder.Raise(MotionKind.ExtendReveal, 3600), RoundBuilder.Raise(MotionKind.FurtherRound, null),
        RoundBuilder.Say(MotionVote.Yes), RoundBuilder.Decide, RoundBuilder.Acknowledge, RoundBuilder.Extend,
        EscrowRuleTests.Release(1),
    ];

    private static RoundBuilder Open() => RoundBuilder.Open().On(1).Do(1, RoundBuilder.Remove(3));

    [Fact]
    public void The_list_holds_every_command() => All.Select(c => c.GetType()).Distinct().Should()
        .BeEquivalentTo(typeof(RoundCommand).GetNestedTypes().Where(t => t.IsSubclassOf(typeof(RoundCommand))));

    [Fact]
    public void No_command_throws_in_any_phase_and_a_refusal_says_why()
    {
        var counted = Open().Ballots(2, 1).On(11).Do(1, RoundBuilder.Count);
        foreach (var round in new[] { new RoundBuilder(), Open(), Open().Ballots(2, 0), Open().Ballots(2, 1), counted })
        {
            foreach (var day in new[] { -1, 0, 1, 7, 7.5, 8, 9, 11, 12, 30 })
            {
                foreach (var (voter, command) in new[] { 1, 2, 3, 99 }.SelectMany(v => All.Select(c => (v, c))))
                {
                    var decision = round.On(day).Try(voter, command);
                    if (decision.Refusal is { } refusal)
                    {
                        decision.Events.Should().BeEmpty();
                        refusal.Code.Should().MatchRegex("^[a-z]+(-[a-z]+)*$");
                        refusal.Message.Should().NotBeEmpty();
                    }
                }
            }
        }
    }

    [Theory]
    [InlineData(3)]
    [InlineData(99)]
    public void For_a_removed_member_and_a_stranger_no_ballot_and_no_opinion_is_taken(int voter)
    {
        var counted = Open().Ballots(2, 1).On(11).Do(1, RoundBuilder.Count);
        foreach (var round in new[] { Open().On(1), Open().On(9), counted.On(12) })
        {
            foreach (var command in new RoundCommand[] { RoundBuilder.Commit(voter), RoundBuilder.Reveal(voter), RoundBuilder.Opinion() })
            {
                round.Refused(voter, command, "not-found");
            }
        }
    }
}

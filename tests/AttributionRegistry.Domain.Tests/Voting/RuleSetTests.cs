using System.Text.Json;
using AttributionRegistry.Domain.Voting;

namespace AttributionRegistry.Domain.Tests.Voting;

public sealed class RuleSetTests
{
    [Fact]
    public void The_default_rules_are_sound_and_survive_being_written_and_read()
    {
        RuleSet.Default.Check().Should().BeNull();
        var json = JsonSerializer.Serialize(RuleSet.Default, VotingJson.Default.RuleSet);
        json.Should().Contain("\"minSeated\":[2,3]").And.Contain("\"state_sponsored\":{\"threshold\":[3,4],\"supportFloor\":8000,\"minConfidence\":\"moderate\",\"minRegions\":3}");
        JsonSerializer.Deserialize(json, VotingJson.Default.RuleSet).Should().Be(RuleSet.Default);
    }

    [Theory]
    [InlineData("""{"minEligable":7}""")]
    [InlineData("""{"minEligible":7,"minEligible":8}""")]
    [InlineData("""{"quorum":[2,0]}""")]
    [InlineData("""{"quorum":[2]}""")]
    [InlineData("""{"quorum":[2,3,4]}""")]
    [InlineData("""{"quorum":0.67}""")]
    [InlineData("""{"levels":{"group":{"threshold":[2,3],"supportFloor":5500,"minConfidence":0,"minRegions":2}}}""")]
    public void Rules_that_say_anything_unknown_or_twice_are_not_read(string json) =>
        FluentActions.Invoking(() => JsonSerializer.Deserialize(json, VotingJson.Default.RuleSet)).Should().Throw<JsonException>();

    [Fact]
    public void V_26_A_floor_of_one_half_would_allow_ties_and_is_refused()
    {
        var rules = RuleSet.Default with { Levels = new LevelRules { Group = RuleSet.Default.Levels.Group with { SupportFloor = 5000 } } };
        rules.Check()!.Pointer.Should().Be("/levels/group/supportFloor");
    }

    [Fact]
    public void Shares_that_are_none_are_refused()
    {
        (RuleSet.Default with { Quorum = new Fraction(4, 3) }).Check()!.Pointer.Should().Be("/quorum");
        (RuleSet.Default with { MinSeated = new Fraction(0, 3) }).Check()!.Pointer.Should().Be("/minSeated");
        (RuleSet.Default with { MinEligible = 0 }).Check()!.Pointer.Should().Be("/minEligible");
    }

    [Theory]
    [InlineData(2, 3, 11, 8)]
    [InlineData(2, 3, 12, 8)]
    [InlineData(3, 4, 11, 9)]
    [InlineData(3, 4, 12, 9)]
    [InlineData(2, 3, 0, 0)]
    public void Shares_are_rounded_up_in_integers(int numerator, int denominator, int whole, int ceiling)
    {
        var share = new Fraction(numerator, denominator);
        share.CeilingOf(whole).Should().Be(ceiling);
        share.IsReachedBy(ceiling, whole).Should().BeTrue();
        share.IsReachedBy(ceiling - 1, whole).Should().BeFalse();
    }
}

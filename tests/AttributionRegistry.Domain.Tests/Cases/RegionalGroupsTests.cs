using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.Voting;

namespace AttributionRegistry.Domain.Tests.Cases;

public sealed class RegionalGroupsTests
{
    [Fact]
    public void The_193_members_of_the_United_Nations_are_in_one_group_each() => RegionalGroups.Count.Should().Be(193);

    [Theory]
    [InlineData("KP", Region.APG)]
    [InlineData("RU", Region.EEG)]
    [InlineData("US", Region.WEOG)]
    [InlineData("KE", Region.AFR)]
    [InlineData("BR", Region.GRULAC)]
    public void A_state_is_in_its_group(string state, Region region) => RegionalGroups.Of(state).Should().Be(region);

    [Fact]
    public void What_is_no_member_is_in_none() => RegionalGroups.Of("TW").Should().BeNull();
}

using AttributionRegistry.Domain.Cases;

namespace AttributionRegistry.Domain.Tests.Cases;

public sealed class StageWalkTests
{
    public static TheoryData<Stage> AllStages => [.. Stages.All];

    [Theory, MemberData(nameof(AllStages))]
    public void Every_stage_is_reached_by_commands_alone(Stage stage)
    {
        CaseBuilder.At(stage).State.Stage.Should().Be(stage);
        CaseBuilder.ReadyToLeave(stage).State.Stage.Should().Be(stage);
    }
}

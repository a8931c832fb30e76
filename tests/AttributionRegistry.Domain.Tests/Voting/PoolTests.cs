using System.Text.Json;
using AttributionRegistry.Domain.Voting;

namespace AttributionRegistry.Domain.Tests.Voting;

public sealed class PoolTests
{
    public static TheoryData<int> Vectors { get; } = [0, 1, 2];

    [Theory]
    [MemberData(nameof(Vectors))]
    public void V_37_V_40_V_41_Published_pools_medians_and_scores_are_reproduced(int index)
    {
        using var document = VotingRecord.Vectors("ballot-vectors.json");
        var vector = document.RootElement.GetProperty("pools")[index];
        var votes = vector.GetProperty("answers").EnumerateArray().Select(Map).ToArray();
        string[] hypotheses = [.. votes[0].Keys];

        Pools.Linear(hypotheses, votes).Should().Equal(Map(vector.GetProperty("linear")));
        hypotheses.ToDictionary(h => h, h => Pools.Median(votes.Select(vote => vote[h]))).Should().Equal(Map(vector.GetProperty("median")));
        votes.Select(vote => Brier.Score(vote, "H1")).Should().Equal(vector.GetProperty("brier1e8IfH1").EnumerateArray().Select(each => each.GetInt64()));
        foreach (var (hypothesis, value) in Pools.Log(hypotheses, votes, 10_000))
        {
            value.Should().BeCloseTo(Map(vector.GetProperty("log"))[hypothesis], (uint)vector.GetProperty("toleranceBp").GetInt32());
        }
    }

    [Fact]
    public void V_41_The_panel_is_scored_by_the_mean_and_only_for_what_was_resolved()
    {
        Brier.PanelMean([]).Should().BeNull();
        Brier.PanelMean([1, 2, 4]).Should().Be(2);
        FluentActions.Invoking(() => Brier.Score(new Dictionary<string, int> { ["H1"] = 10_000 }, "H9")).Should().Throw<ArgumentException>();
    }

    [Theory]
    [InlineData(new[] { 3, 1, 2 }, 2)]
    [InlineData(new[] { 9499, 9500 }, 9499)]
    [InlineData(new[] { 7 }, 7)]
    public void V_37_The_median_of_an_even_count_is_floored(int[] values, int median) => Pools.Median(values).Should().Be(median);

    private static Dictionary<string, int> Map(JsonElement json) => json.EnumerateObject().ToDictionary(each => each.Name, each => each.Value.GetInt32());
}

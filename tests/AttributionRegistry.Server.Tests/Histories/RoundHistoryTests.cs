using System.Globalization;
using Xunit.Abstractions;

namespace AttributionRegistry.Server.Tests.Histories;

/// <summary>
/// Random histories of a round, against a model that tells the same rules a second time. The ordinary run takes a share;
/// <c>bash tests/load/histories.sh</c> takes ten thousand.
/// </summary>
public sealed class RoundHistoryTests(ITestOutputHelper output)
{
    private const int OrdinaryShare = 150;
    private const int PerStore = 250;

    private static int Number(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var number) ? number : otherwise;

    [Fact]
    public async Task The_registry_answers_counts_and_keeps_whatever_the_model_says()
    {
        var (seed, histories) = (Number("REGISTRY_HISTORIES_SEED", 20261124), Number("REGISTRY_HISTORIES", OrdinaryShare));
        output.WriteLine($"{histories} histories from seed {seed}");
        var deeds = 0;
        for (var first = 0; first < histories; first += PerStore)
        {
            using var store = await HistoryStore.CreateAsync();
            for (var i = first; i < Math.Min(first + PerStore, histories); i++)
            {
                var (steps, sitting) = RoundHistory.Random(seed + i);
                deeds += steps.Count;
                if (await new RoundHistory(store, steps, sitting).RunAsync() is { } fault)
                {
                    var (shortest, its) = await ShortenAsync(steps, sitting, fault);
                    Assert.Fail($"Seed {seed + i}, {sitting} members: {its}\n{string.Join('\n', shortest)}");
                }
            }
        }

        output.WriteLine($"{deeds} deeds");
        deeds.Should().BeGreaterThan(20 * histories);
    }

    // Leaves out one deed after the other for as long as the history still fails.
    private static async Task<(List<Step> Steps, string Fault)> ShortenAsync(IReadOnlyList<Step> steps, int sitting, string fault)
    {
        using var store = await HistoryStore.CreateAsync();
        var shortest = steps.ToList();
        for (var i = shortest.Count - 1; i >= 0; i--)
        {
            List<Step> without = [.. shortest.Where((_, n) => n != i)];
            if (await new RoundHistory(store, without, sitting).RunAsync() is { } still)
            {
                (shortest, fault) = (without, still);
            }
        }

        return (shortest, fault);
    }
}

using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using AttributionRegistry.Domain.Voting;

namespace AttributionRegistry.Domain.Tests.Voting;

public sealed class DrawTests
{
    private static readonly HashSet<string> Nobody = [];

    public static TheoryData<int> Vectors { get; } = [0, 1, 2];

    [Theory]
    [MemberData(nameof(Vectors))]
    public void V_06_V_07_V_08_V_09_Published_draws_are_reproduced(int index)
    {
        using var document = VotingRecord.Vectors("ballot-vectors.json");
        var vector = document.RootElement.GetProperty("draws")[index];
        var sources = Texts(vector.GetProperty("sources"));
        var seed = Draw.Seed(Convert.FromHexString(vector.GetProperty("poolDigest").GetString()!), sources);
        Convert.ToHexStringLower(seed).Should().Be(vector.GetProperty("seedHex").GetString());

        var result = Draw.Run(new DrawInput(
            seed,
            [.. vector.GetProperty("pool").EnumerateArray().Select(each => new DrawCandidate(
                each.GetProperty("id").GetString()!, Enum.Parse<Region>(each.GetProperty("region").GetString()!), Texts(each.GetProperty("nations"))))],
            new PanelRules
            {
                Seats = vector.GetProperty("seats").GetInt32(),
                MinPerRegion = vector.GetProperty("minPerRegion").GetInt32(),
                MaxPerRegion = vector.GetProperty("maxPerRegion").GetInt32(),
                MaxPerNationality = vector.GetProperty("maxPerNation").GetInt32(),
            },
            Texts(vector.GetProperty("excludedNations")).ToHashSet()));

        var expected = vector.GetProperty("result");
        if (expected.GetProperty("outcome").GetString() == "drawn")
        {
            var drawn = result.Should().BeOfType<DrawResult.Drawn>().Subject;
            drawn.Seated.Should().Equal(Texts(expected.GetProperty("seated")));
            drawn.Alternates.ToDictionary(each => each.Key.ToString(), each => string.Join(',', each.Value)).Should().Equal(
                expected.GetProperty("alternates").EnumerateObject().ToDictionary(each => each.Name, each => string.Join(',', Texts(each.Value))));
        }
        else
        {
            var infeasible = result.Should().BeOfType<DrawResult.Infeasible>().Subject;
            infeasible.Filled.Should().Be(expected.GetProperty("seated").GetInt32());
            infeasible.ShortRegions.Select(each => each.ToString()).Should().Equal(Texts(expected.GetProperty("shortRegions")));
        }
    }

    [Fact]
    public void V_04_Every_drawn_panel_keeps_the_caps()
    {
        var pool = Pool(80, nations: 20, employers: 12);
        var byId = pool.ToDictionary(each => each.Id);
        var drawn = 0;
        for (var seed = 0; seed < 200; seed++)
        {
            if (Draw.Run(Input(seed, pool)) is DrawResult.Drawn { Seated: var seated })
            {
                drawn++;
                seated.Should().OnlyHaveUniqueItems().And.HaveCount(11);
                var members = seated.Select(id => byId[id]).ToArray();
                members.GroupBy(each => each.Region).Should().HaveCount(5).And.OnlyContain(region => region.Count() >= 2 && region.Count() <= 3);
                members.SelectMany(each => each.Nations).Should().OnlyHaveUniqueItems();
                members.GroupBy(each => each.EmployerGroup).Should().OnlyContain(employer => employer.Count() <= 2);
            }
        }

        drawn.Should().BeGreaterThan(150);
    }

    [Fact]
    public void V_07_Everybody_is_drawn_about_as_often_as_everybody_else()
    {
        const int draws = 4000;
        var pool = Pool(60, nations: 60, employers: 60);
        var times = pool.ToDictionary(each => each.Id, _ => 0);
        for (var seed = 0; seed < draws; seed++)
        {
            foreach (var id in ((DrawResult.Drawn)Draw.Run(Input(seed, pool))).Seated)
            {
                times[id]++;
            }
        }

        const double expected = draws * 11 / 60.0;
        times.Values.Sum(each => (each - expected) * (each - expected) / expected).Should().BeLessThan(98.3, "59 degrees of freedom exceed it once in a thousand");
    }

    [Fact]
    public void V_07_The_order_of_the_pool_makes_no_difference()
    {
        var pool = Pool(60, nations: 30, employers: 30);
        var reversed = pool.Reverse().ToArray();
        ((DrawResult.Drawn)Draw.Run(Input(1, pool))).Seated.Should().Equal(((DrawResult.Drawn)Draw.Run(Input(1, reversed))).Seated);
    }

    [Theory]
    [InlineData(6, "/panel/seats")]
    [InlineData(42, "/panel/seats")]
    [InlineData(16, "/panel/maxPerRegion")]
    [InlineData(9, "/panel/minPerRegion")]
    public void V_01_A_panel_of_an_impossible_size_is_refused(int seats, string pointer) =>
        Draw.Run(Input(1, Pool(60, 60, 60)) with { Rules = new PanelRules { Seats = seats } })
            .Should().BeOfType<DrawResult.Refused>().Which.Refusal.Pointer.Should().Be(pointer);

    [Theory]
    [InlineData(7, 1, 2)]
    [InlineData(41, 8, 9)]
    public void V_01_Another_size_brings_its_own_regional_bounds(int seats, int min, int max) =>
        Draw.Run(Input(1, Pool(100, 100, 100)) with { Rules = new PanelRules { Seats = seats, MinPerRegion = min, MaxPerRegion = max } })
            .Should().BeOfType<DrawResult.Drawn>().Which.Seated.Should().HaveCount(seats);

    [Fact]
    public void V_08_When_only_the_total_is_short_every_region_that_had_room_is_named()
    {
        var pool = Pool(60, 60, 60).GroupBy(each => each.Region).SelectMany(region => region.Take(2)).ToArray();
        Draw.Run(Input(1, pool)).Should().BeOfType<DrawResult.Infeasible>().Which
            .Should().Match<DrawResult.Infeasible>(each => each.Filled == 10 && each.ShortRegions.Count == 5);
    }

    [Fact]
    public void A_pool_that_lists_a_person_twice_is_refused()
    {
        var pool = Pool(60, 60, 60);
        Draw.Run(Input(1, [.. pool, pool[0]])).Should().BeOfType<DrawResult.Refused>();
    }

    [Fact]
    public void V_06_Seed_sources_cannot_be_regrouped() =>
        Draw.Seed(new byte[32], ["ab", "c"]).Should().NotEqual(Draw.Seed(new byte[32], ["a", "bc"]));

    internal static DrawCandidate[] Pool(int size, int nations, int employers) =>
    [
        .. Enumerable.Range(0, size).Select(n =>
            new DrawCandidate($"p{n:000}", (Region)(n % 5), [$"N{n * 7 % nations:00}"], $"G{n * 11 % employers:00}")),
    ];

    internal static DrawInput Input(int seed, DrawCandidate[] pool) =>
        new(SHA256.HashData(Encoding.ASCII.GetBytes($"seed {seed}")), pool, new PanelRules(), Nobody);

    private static string[] Texts(JsonElement list) => [.. list.EnumerateArray().Select(each => each.GetString()!)];
}

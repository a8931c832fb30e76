using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using AttributionRegistry.Cli.Cases;
using AttributionRegistry.Domain.Voting;

namespace AttributionRegistry.Cli.Tests.Cases;

public sealed class RosterTests
{
    private static readonly DateOnly Today = new(2026, 11, 24);

    [Fact]
    public void The_roster_has_twelve_people_of_each_region_under_names_of_one_pattern()
    {
        Roster.Members.Should().HaveCount(60);
        Roster.Members.GroupBy(each => each.Region).Should().HaveCount(5).And.OnlyContain(region => region.Count() == 12);
        Roster.Members.Select(each => each.Id).Should().OnlyHaveUniqueItems();
        Roster.Members.Should().OnlyContain(each => each.Name == $"Exercise member {each.Id.Substring(each.Id.Length - 2)} ({each.Region})");
        Roster.ByName("Exercise member 07 (APG)")!.Id.Should().Be("APG-07");
        Roster.ByName("Somebody else").Should().BeNull();
    }

    [Fact]
    public void Nobody_on_the_roster_belongs_to_a_state_that_any_committed_case_concerns()
    {
        var concerned = CaseFiles.Names
            .Select(name => JsonNode.Parse(CaseFiles.Text(name))!.AsObject().Case())
            .SelectMany(entry => new[] { entry["concernedStates"]!, entry["victimStates"]! }.SelectMany(list => list.AsArray()).Select(state => (string)state!))
            .ToHashSet();

        concerned.Should().Contain(["RU", "KP", "US", "UA"]);
        Roster.Members.SelectMany(each => each.Nationalities.Append(each.Residence)).Should().NotContain(state => concerned.Contains(state));
    }

    [Fact]
    public void A_full_panel_can_be_drawn_under_any_of_two_hundred_seeds()
    {
        var pool = Roster.Members.Select(each => each.AsCandidate(each.Id, "key").ForDraw(Today)).ToList();
        for (var number = 0; number < 200; number++)
        {
            var seed = SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"seed {number}")));

            var drawn = Draw.Run(new DrawInput(seed, pool, RuleSet.Default.Panel, new HashSet<string> { "RU", "US", "KP" }));

            var seated = drawn.Should().BeOfType<DrawResult.Drawn>($"seed {number} must seat a panel").Subject.Seated;
            var members = seated.Select(id => Roster.Members.Single(each => each.Id == id)).ToList();
            members.Should().HaveCount(11);
            members.GroupBy(each => each.Region).Should().HaveCount(5).And.OnlyContain(region => region.Count() >= 2 && region.Count() <= 3);
            members.GroupBy(each => each.Employer).Should().OnlyContain(employer => employer.Count() <= 2);
        }
    }
}

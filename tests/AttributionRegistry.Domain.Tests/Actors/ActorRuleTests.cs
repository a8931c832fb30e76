using AttributionRegistry.Domain.Actors;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.Scales;
using AttributionRegistry.Domain.Tests.Cases;

namespace AttributionRegistry.Domain.Tests.Actors;

public sealed class ActorRuleTests
{
    private static readonly ActorId Id = ActorId.Of($"act_{1:x32}");
    private static readonly Source Report = new("https://example.org/report");
    private static readonly Alias Bear = new("Quiet Otter", "Example Labs", AliasRelation.Overlaps, Report);
    private static readonly Nexus Tie = new(ActorId.Of($"act_{2:x32}"), Domain.Scales.Scales.Icd203Likelihood.Terms[0].Code, AnalyticConfidence.Low, "Example Labs", Report);
    private static readonly Actor Cluster = new() { Id = Id, Kind = ActorKind.ActivityCluster, Name = "Cluster 7" };

    private static IReadOnlyList<ActorCommand> All(Caller by) =>
    [
        new ActorCommand.Describe(Id, ActorKind.ActivityCluster, "Cluster 7", null, null) { By = by, At = CaseBuilder.Start },
        new ActorCommand.AddAlias(Bear) { By = by, At = CaseBuilder.Start },
        new ActorCommand.AddNexus(Tie, true) { By = by, At = CaseBuilder.Start },
    ];

    [Fact]
    public void No_command_throws_and_only_analyst_and_registrar_are_accepted()
    {
        All(Cast.Analyst).Select(c => c.GetType()).Should().BeEquivalentTo(typeof(ActorCommand).GetNestedTypes().Where(t => t.IsSubclassOf(typeof(ActorCommand))));
        foreach (var by in Cast.Staff)
        {
            foreach (var decision in new[] { null, Cluster }.SelectMany(state => All(by).Select(c => ActorDecider.Decide(state, c))))
            {
                decision.IsRefused.Should().Be(decision.Events.Count == 0);
                (decision.IsRefused || by.Is(Role.Analyst) || by.Is(Role.Registrar)).Should().BeTrue();
            }
        }
    }

    [Fact]
    public void A_cluster_has_no_state_and_a_territory_has_one()
    {
        var describe = (ActorCommand.Describe)All(Cast.Analyst)[0];
        Refused(null, describe with { State = "ZZ" }, "state-code");
        Refused(null, describe with { Kind = ActorKind.Territory }, "state-code");
        Refused(null, describe with { Name = "" }, "name-missing");
        Refused(Cluster, describe, "actor-exists");
    }

    [Fact]
    public void An_alias_says_who_coined_it_and_is_recorded_once()
    {
        Refused(null, All(Cast.Analyst)[1], "not-found");
        Refused(Cluster, new ActorCommand.AddAlias(Bear with { CoinedBy = "" }) { By = Cast.Analyst, At = CaseBuilder.Start }, "alias-incomplete");
        var known = ActorDecider.Evolve(Cluster, new ActorEvent.AliasAdded(Bear), new Recorded(Cast.Analyst.Id, CaseBuilder.Start));
        Refused(known, All(Cast.Analyst)[1], "alias-exists");
    }

    [Fact]
    public void A_nexus_ties_two_known_actors_in_the_terms_of_the_scale()
    {
        var add = (ActorCommand.AddNexus)All(Cast.Analyst)[2];
        Refused(Cluster, add with { TargetExists = false }, "actor-unknown");
        Refused(Cluster, add with { Nexus = Tie with { To = Id } }, "nexus-to-itself");
        Refused(Cluster, add with { Nexus = Tie with { Likelihood = "for sure" } }, "likelihood-unknown");
    }

    private static void Refused(Actor? state, ActorCommand command, string code) => ActorDecider.Decide(state, command).Refusal!.Code.Should().Be(code);
}

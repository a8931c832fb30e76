using System.Collections.Immutable;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.Voting;

namespace AttributionRegistry.Domain.Tests.Cases;

public sealed class ScrutineerRuleTests
{
    private static CaseBuilder Voting(params Level[] levels) => CaseBuilder.Referred(policy: CaseBuilder.Rules with { EscrowLevels = [.. levels] }).Voting();

    private static ScrutineerCandidate Fit(Caller person) => new(person.Id, person.Roles, HasEscrowKey: true);

    private static ImmutableArray<ScrutineerCandidate> Five { get; } = [.. Cast.Scrutineers.Select(Fit)];

    private static CaseCommand.OpenRound With(CaseBuilder walk, params ImmutableArray<ScrutineerCandidate> scrutineers) => walk.Round() with { Scrutineers = scrutineers };

    [Fact]
    public void V_56_A_question_of_a_level_in_the_policy_is_voted_on_with_five_scrutineers()
    {
        var walk = Voting(Level.State);
        walk.Refused(walk.Chair, walk.Round(), "scrutineers-missing").Do(walk.Chair, With(walk, Five));
        walk.State.CurrentRound!.Scrutineers.Should().Equal(Cast.Scrutineers.Select(s => s.Id));
    }

    [Fact]
    public void V_56_State_level_rounds_have_escrow_by_default() => new Policy().EscrowLevels.Should().Equal(Level.State);

    [Fact]
    public void V_56_At_other_levels_a_round_may_have_scrutineers_or_none()
    {
        Voting(Level.Group).RoundOpen().State.CurrentRound!.Scrutineers.Should().BeEmpty();
        var walk = Voting(Level.Group);
        walk.Do(walk.Chair, With(walk, Five)).State.CurrentRound!.Scrutineers.Should().HaveCount(5);
    }

    [Fact]
    public void V_56_Scrutineers_are_five_different_people()
    {
        var walk = Voting(Level.State);
        walk.Refused(walk.Chair, With(walk, [.. Five.Take(4)]), "scrutineers-missing");
        walk.Refused(walk.Chair, With(walk, [.. Five.Take(4), Five[0]]), "scrutineers-missing");
        walk.Refused(walk.Chair, With(walk, [.. Five, Fit(Cast.Person(40, Role.Scrutineer))]), "scrutineers-missing");
    }

    [Fact]
    public void V_56_A_scrutineer_has_the_role_an_account_in_force_and_an_escrow_key()
    {
        var walk = Voting(Level.State);
        foreach (var unfit in new[] { Fit(Cast.Stranger), Five[4] with { InstanceRoles = null }, Five[4] with { HasEscrowKey = false } })
        {
            var refusal = walk.Try(walk.Chair, With(walk, [.. Five.Take(4), unfit])).Refusal!;
            (refusal.Code, refusal.Pointer).Should().Be(("scrutineer-unfit", "/scrutineers/4"));
        }
    }

    [Fact]
    public void V_56_Nobody_with_another_duty_or_work_in_the_case_is_a_scrutineer()
    {
        var walk = Voting(Level.State);
        var seated = walk.State.Panel!.Sitting.First().Person;
        var inThePool = Cast.Candidates.Select(c => PersonId.Of(c.Id)).First(c => walk.State.Panel.SeatOf(c) is null);
        Caller[] others =
        [
            Cast.Member(seated), Cast.Member(inThePool), Cast.Registrar, Cast.Board, Cast.Analyst, Cast.Custodian, Cast.Lead, Cast.Devil, Cast.Reviewer, Cast.Accused,
            Cast.Judge, Cast.Officer, Cast.Auditor, Cast.Referrer,
        ];
        foreach (var other in others)
        {
            var asWell = new Caller(other.Id, other.Roles.Append(Role.Scrutineer).ToHashSet());
            walk.Refused(walk.Chair, With(walk, [Fit(asWell), .. Five.Skip(1)]), "scrutineer-unfit");
        }
    }

    [Fact]
    public void V_56_A_scrutineer_is_given_no_role_in_the_case_afterwards()
    {
        var walk = Voting(Level.State);
        var scrutineer = Cast.Scrutineers[0];
        walk.Do(walk.Chair, With(walk, Five));
        walk.State.RolesOf(scrutineer).Should().BeEmpty("a scrutineer does not even read the case");
        walk.Refused(Cast.Registrar, Given(scrutineer), "duties-not-separable").Do(Cast.Registrar, Given(Cast.Stranger));

        static CaseCommand.Assign Given(Caller person) => new(person.Id, Role.InvitedSpecialist, person.Roles) { By = CaseBuilder.X, At = CaseBuilder.T };
    }

    [Fact]
    public void V_56_Outside_an_exercise_scrutineers_have_a_day_at_least()
    {
        var hasty = new Policy { EscrowWindowSeconds = Policy.Day - 1 };
        hasty.Faults().Select(f => f.Pointer).Should().Equal("/escrowWindowSeconds");
        (hasty with { Exercise = true }).Faults().Should().BeEmpty();
        (hasty with { EscrowWindowSeconds = Policy.Day }).Faults().Should().BeEmpty();
    }
}

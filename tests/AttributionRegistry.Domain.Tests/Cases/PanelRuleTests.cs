using AttributionRegistry.Domain.Assessment;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.Voting;
using static AttributionRegistry.Domain.Tests.Cases.CaseBuilder;

namespace AttributionRegistry.Domain.Tests.Cases;

public sealed class PanelRuleTests
{
    private static CaseCommand.FreezePool Pool(params Candidate[] candidates) =>
        new(PoolId.Of($"pol_{9:x32}"), [.. candidates], Sha256Hex.Of("pool"), [Plan("beacon"), Plan("lottery")]) { By = X, At = T };

    private static CaseCommand.DrawPanel Draw => new(PanelId.Of($"pnl_{9:x32}"), [Said("beacon", "1"), Said("lottery", "2")], RuleSet.Default) { By = X, At = T };

    // Half a minute after the freeze, half a minute before the draw.
    private static PublishedSource Said(string name, string value) => new(name, value, At(Stage.Screening).Now.AddSeconds(30));

    private static CaseCommand.ProposeHypothesis Naming(string state) =>
        new(HypothesisId.Of($"hyp_{77:x32}"), Content(HypothesisKind.State, false, state)) { By = X, At = T };

    private static CaseCommand.Recuse Recuse(PersonId member) => new(member, "A cousin.") { By = X, At = T };

    private static Candidate[] With(int index, Func<Candidate, Candidate> change)
    {
        var all = Cast.Candidates.ToArray();
        all[index] = change(all[index]);
        return all;
    }

    [Fact]
    public void V_03_Nationals_residents_and_servants_of_a_concerned_state_are_not_drawn()
    {
        Candidate[] all =
        [
            .. Cast.Candidates.Select((c, i) => (i % 4) switch
            {
                0 => c with { Nationalities = [.. c.Nationalities, Cast.VictimState] },
                1 when i % 12 < 2 => c with { Residence = Cast.VictimState },
                2 when i % 12 < 3 => c with { Employments = [new Employment("ministry", Cast.VictimState, null)] },
                _ => c,
            }),
        ];
        var seats = At(Stage.Screening).Do(Cast.Registrar, Pool(all)).Do(Cast.Registrar, Draw).State.Panel!.Seats;
        seats.Should().HaveCount(11);
        all.Where(c => seats.Any(s => s.Person.Value == c.Id)).Should().OnlyContain(
            c => !c.Nationalities.Contains(Cast.VictimState) && c.Residence == null && c.Employments[0].State == null);
    }

    [Fact]
    public void V_03_Whoever_worked_on_the_case_or_whose_employer_submitted_evidence_is_not_drawn_and_does_not_move_up()
    {
        var walk = At(Stage.Opened);
        var outside = Cast.Candidates.Where(c => walk.State.Panel!.SeatOf(PersonId.Of(c.Id)) is null && c.Region == walk.State.Panel.Seats[0].Region).ToList();
        foreach (var (candidate, number) in outside.Select((c, i) => (c, i)))
        {
            var analyst = new Caller(PersonId.Of(candidate.Id), new HashSet<Role> { Role.Analyst });
            walk.Do(analyst, number == 0
                ? new CaseCommand.SubmitEvidence(walk.New<EvidenceId>(), Described()) { By = X, At = T }
                : new CaseCommand.ProposeHypothesis(walk.New<HypothesisId>(), Content(HypothesisKind.Criminal)) { By = X, At = T });
        }

        var leaving = walk.State.Panel!.Seats[0].Person;
        walk.Do(Cast.Officer, Recuse(leaving));
        walk.State.Panel!.Sitting.Select(s => s.Person.Value).Should().NotIntersectWith(outside.Select(c => c.Id));
    }

    [Fact]
    public void V_03_A_hypothesis_that_names_a_members_state_makes_the_member_leave()
    {
        var walk = At(Stage.Opened);
        var member = walk.Member(4);
        walk.Do(Cast.Analyst, Naming(Cast.NationOf(member.Id)));
        walk.State.Panel!.SeatOf(member.Id)!.RemovedBecause.Should().Be("concerned-state");
        walk.State.Panel.Sitting.Should().HaveCount(11);
        walk.State.MaySee(member).Should().BeFalse();
    }

    [Fact]
    public void V_03_A_victim_state_that_is_learnt_of_later_makes_its_members_leave_too()
    {
        var walk = At(Stage.Opened);
        var member = walk.Member(4);
        walk.Do(Cast.Registrar, new CaseCommand.ChangeFacts(Facts with { VictimStates = [Cast.VictimState, Cast.NationOf(member.Id)] }) { By = X, At = T });
        walk.State.Panel!.SeatOf(member.Id)!.Removed.Should().BeTrue();
        walk.Refused(member, Draw, "not-found");
    }

    [Fact]
    public void V_03_A_member_of_the_panel_has_no_other_hat_in_the_case()
    {
        var walk = At(Stage.Collecting).Item(Described());
        var member = new Caller(walk.Member(0).Id, Enum.GetValues<Role>().ToHashSet());
        walk.State.RolesOf(member).Should().BeEquivalentTo([Role.PanelMember, Role.Chair]);
        walk.Refused(member, new CaseCommand.SubmitEvidence(walk.New<EvidenceId>(), Described()) { By = X, At = T }, "role-required")
            .Refused(member, new CaseCommand.Release(walk.State.Evidence[0].Id, Audience.Public, "Why not.") { By = X, At = T }, "role-required")
            .Refused(Cast.Registrar, new CaseCommand.Assign(member.Id, Role.LeadAssessor, new HashSet<Role>()) { By = X, At = T }, "duties-not-separable");
    }

    [Fact]
    public void V_05_A_draw_takes_a_frozen_pool_two_sources_and_is_not_repeated()
    {
        var walk = At(Stage.Screening);
        walk.Refused(Cast.Registrar, Draw, "pool-missing")
            .Refused(Cast.Registrar, Pool([.. Cast.Candidates]) with { Sources = [Plan("one")] }, "sources-too-few")
            .Refused(Cast.Registrar, Pool(With(3, c => c with { Nationalities = ["Zetland"] })), "state-code")
            .Refused(Cast.Registrar, Pool(With(3, c => c with { Id = "somebody" })), "candidate-unknown")
            .Do(Cast.Registrar, Pool([.. Cast.Candidates]))
            .Refused(Cast.Registrar, Draw with { Published = [Said("beacon", "1")] }, "seed-source-missing")
            .Do(Cast.Registrar, Draw)
            .Refused(Cast.Registrar, Draw, "panel-drawn")
            .Refused(Cast.Registrar, Pool([.. Cast.Candidates]), "panel-drawn");
    }

    [Fact]
    public void V_08_A_pool_that_is_too_small_seats_nobody() =>
        At(Stage.Screening).Do(Cast.Registrar, Pool([.. Cast.Candidates.Take(20)])).Refused(Cast.Registrar, Draw, "draw-infeasible");

    [Fact]
    public void V_10_A_seat_is_accepted_within_seven_days_and_can_be_given_up_later()
    {
        var walk = At(Stage.Screening).Drawn();
        var drawn = walk.State.Panel!.DrawnAt;
        var member = walk.Member(1);
        walk.Wait(drawn.AddDays(7) - walk.Now).Refused(member, walk.Declaration(member.Id), "declaration-too-late");
        walk.Do(member, walk.Declaration(member.Id, accepts: false));
        var next = walk.State.Panel!.Seats[^1];
        next.Replaces.Should().Be(member.Id);
        next.Region.Should().Be(walk.State.Panel.SeatOf(member.Id)!.Region);
        walk.Do(Cast.Member(next.Person), walk.Declaration(next.Person)).State.Panel!.Sitting.Should().HaveCount(11);
    }

    [Fact]
    public void V_10_No_case_is_opened_before_every_member_has_declared()
    {
        var walk = At(Stage.Screening).Assign(Cast.Lead, Role.LeadAssessor).Assign(Cast.Devil, Role.DevilsAdvocate);
        walk.Refused(Cast.Board, MoveTo(Stage.Opened), "panel-missing").Drawn().Refused(Cast.Board, MoveTo(Stage.Opened), "declarations-missing");
    }

    [Fact]
    public void V_12_A_recused_member_is_replaced_from_the_same_region_and_sees_nothing_any_more()
    {
        var walk = At(Stage.Collecting);
        var member = walk.Member(5);
        walk.Refused(walk.Member(4), Recuse(member.Id), "role-required").Do(Cast.Officer, Recuse(member.Id));
        walk.State.Panel!.Sitting.Should().HaveCount(11).And.ContainSingle(s => s.Replaces == member.Id && s.Region == walk.State.Panel.SeatOf(member.Id)!.Region);
        walk.Refused(member, Recuse(member.Id), "not-found");
    }

    [Fact]
    public void V_12_Once_a_round_was_opened_the_seat_stays_empty()
    {
        var walk = ReadyToLeave(Stage.Voting);
        walk.Do(Cast.Officer, Recuse(walk.Member(5).Id)).State.Panel!.Sitting.Should().HaveCount(10);
    }

    [Fact]
    public void V_12_When_the_chair_leaves_the_next_sitting_member_presides()
    {
        var walk = At(Stage.Collecting);
        var (chair, next) = (walk.Chair, walk.Member(1));
        walk.Do(chair, Recuse(chair.Id)).Chair.Id.Should().Be(next.Id);
    }

    [Fact]
    public void V_13_Whoever_named_an_actor_in_public_is_recused_whatever_they_wish()
    {
        var walk = At(Stage.Screening).Drawn();
        var member = walk.Member(2);
        walk.Do(member, walk.Declaration(member.Id, named: true));
        walk.State.Panel!.SeatOf(member.Id)!.RemovedBecause.Should().Be("prior-public-attribution");
    }

    [Fact]
    public void V_32_A_panel_that_cannot_be_quorate_any_more_is_drawn_anew()
    {
        var walk = At(Stage.Voting).RoundOpen(binding: false);
        walk.Do(walk.Chair, walk.Conclusion(false));
        while (walk.State.Panel!.CanBeQuorate)
        {
            walk.Do(Cast.Officer, Recuse(walk.Member(0).Id));
        }

        walk.Wait(TimeSpan.FromDays(7)).Refused(walk.Chair, walk.Round(), "declarations-missing").Drawn().Declared().RoundOpen(binding: true);
        walk.State.Panel!.Sitting.Should().HaveCount(11).And.NotContain(s => walk.State.Recused.Contains(s.Person));
    }

    [Fact]
    public void V_62_A_reopened_case_gets_a_new_panel_with_at_most_a_third_of_former_members()
    {
        var first = At(Stage.Reconsidering).State.Panel!.Seats.Select(s => s.Person).ToHashSet();
        var second = At(Stage.Revised).State.Panel!.Seats.Select(s => s.Person).ToList();
        second.Count(first.Contains).Should().BeLessThanOrEqualTo(Reopening.MostFormerMembers(RuleSet.Default));
        At(Stage.Reconsidering).Ruled(PetitionOutcome.Revised).State.Panel.Should().BeNull();
    }
}

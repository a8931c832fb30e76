using System.Collections.Immutable;
using AttributionRegistry.Domain.Assessment;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.Voting;
using static AttributionRegistry.Domain.Tests.Cases.CaseBuilder;

namespace AttributionRegistry.Domain.Tests.Cases;

public sealed class ChamberRuleTests
{
    internal static CaseCommand.VoteInChamber Vote(string matter, MotionVote vote = MotionVote.Yes) => new(matter, vote, new Text("So the record says.")) { By = X, At = T };

    internal static CaseCommand.FileAppeal Appeal(CaseBuilder walk, AppealGround ground = AppealGround.ForgedEvidence) =>
        new(walk.New<AppealId>(), ground, new Text("The log was written afterwards.")) { By = X, At = T };

    internal static CaseBuilder Seated(CaseBuilder walk, ImmutableArray<Candidate>? candidates = null)
    {
        walk.Do(Cast.Registrar, Freeze(walk, candidates));
        return walk.Do(Cast.Registrar, Drawing(walk));
    }

    internal static List<Caller> Members(CaseBuilder walk) => [.. walk.State.Chamber!.Sitting.Select(s => Cast.ChamberMember(s.Person))];

    private static CaseCommand.FreezeChamberPool Freeze(CaseBuilder walk, ImmutableArray<Candidate>? candidates = null) =>
        new(walk.New<PoolId>(), candidates ?? Cast.ChamberCandidates, Sha256Hex.Of("chamber"), [Plan("beacon 9"), Plan("lottery 9")]) { By = X, At = T };

    private static CaseCommand.DrawChamber Drawing(CaseBuilder walk) =>
        new(walk.New<ChamberId>(), walk.State.ChamberPool!.Id, [walk.Said("beacon 9", "4"), walk.Said("lottery 9", "2")]) { By = X, At = T };

    private static CaseBuilder Appealed()
    {
        var walk = At(Stage.Published);
        return Seated(walk.Do(Cast.Accused, Appeal(walk)));
    }

    private static CaseBuilder Referred()
    {
        var walk = At(Stage.Collecting);
        foreach (var (member, number) in new[] { (10, 1), (9, 2) })
        {
            walk.Do(Cast.Officer, new CaseCommand.ChallengeMember(ChallengeId.Of($"chg_{number:x32}"), walk.Member(member).Id, new Text("Paid."), RuleSet.Default) { By = X, At = T });
        }

        return Seated(walk);
    }

    [Fact]
    public void V_61_Five_are_drawn_one_of_each_region_and_no_two_of_one_nationality()
    {
        var seats = Appealed().State.Chamber!.Seats;
        seats.Select(s => s.Region).Should().BeEquivalentTo(Enum.GetValues<Region>());
        seats.Select(s => Cast.ChamberCandidates.First(c => c.Id == s.Person.Value).Nationalities[0]).Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public void V_01_A_panel_still_has_seven_seats_and_a_chamber_has_five_and_no_other_number()
    {
        var pool = Cast.ChamberCandidates.Select(c => c.ForDraw(new DateOnly(2026, 1, 1))).ToList();
        var input = new DrawInput(new byte[32], pool, ChamberRules.Composition, ImmutableHashSet<string>.Empty);
        Draw.Run(input).Should().BeOfType<DrawResult.Refused>().Which.Refusal.Code.Should().Be("rule-set-unsound");
        Draw.Run(input with { ForChamber = true }).Should().BeOfType<DrawResult.Drawn>();
        Draw.Run(input with { ForChamber = true, Rules = ChamberRules.Composition with { Seats = 4, MinPerRegion = 0 } }).Should().BeOfType<DrawResult.Refused>();
    }

    [Fact]
    public void V_61_Nobody_of_the_panel_past_or_present_nobody_who_worked_on_the_case_and_nobody_of_a_concerned_state_is_drawn()
    {
        var walk = At(Stage.Published).Petition(Cast.Judge);
        var panel = walk.State.Panel!.Seats.Select(s => s.Person).ToList();
        Candidate As(PersonId person, Candidate like, string nation = "QQ") => like with { Id = person.Value, Nationalities = [nation] };
        var basis = Cast.ChamberCandidates;
        ImmutableArray<Candidate> pool =
        [
            .. basis, As(panel[0], basis[0]), As(Cast.Analyst.Id, basis[4]), As(Cast.Referrer.Id, basis[8]), As(Cast.Judge.Id, basis[12]),
            As(Cast.Of(4000), basis[16], Cast.AccusedState), As(Cast.Of(4001), basis[0], Cast.VictimState),
        ];
        walk.Do(Cast.Registrar, Freeze(walk, pool));
        ChamberDraw.Excluded(walk.State, walk.State.ChamberPool!, walk.Now).Select(e => e.Id).Should().BeEquivalentTo(
            panel[0].Value, Cast.Analyst.Id.Value, Cast.Referrer.Id.Value, Cast.Judge.Id.Value, Cast.Of(4000).Value, Cast.Of(4001).Value);
        walk.Do(Cast.Registrar, Drawing(walk)).State.Chamber!.Seats.Should().OnlyContain(s => basis.Any(c => c.Id == s.Person.Value));
        var reopened = At(Stage.Reconsidering).Ruled(PetitionOutcome.Revised);
        var former = reopened.State.DecidedPanel!.Seats[3].Person;
        reopened.Do(Cast.Registrar, Freeze(reopened, [.. basis, As(former, basis[0])]));
        ChamberDraw.Excluded(reopened.State, reopened.State.ChamberPool!, reopened.Now).Should().ContainSingle(e => e.Id == former.Value);
    }

    [Fact]
    public void V_05_V_08_The_chambers_pool_is_older_than_its_sources_and_an_infeasible_draw_seats_nobody()
    {
        var walk = At(Stage.Published);
        walk.Refused(Cast.Registrar, new CaseCommand.DrawChamber(walk.New<ChamberId>(), walk.New<PoolId>(), []) { By = X, At = T }, "pool-missing");
        walk.Refused(Cast.Analyst, Freeze(walk), "role-required").Refused(Cast.Registrar, Freeze(walk) with { Sources = [Plan("one")] }, "sources-too-few");
        walk.Do(Cast.Registrar, Freeze(walk, [.. Cast.ChamberCandidates.Take(12)]));
        walk.Refused(Cast.Registrar, Drawing(walk) with { Published = [new PublishedSource("beacon 9", "4", walk.State.ChamberPool!.FrozenAt), walk.Said("lottery 9", "2")] }, "pool-not-older-than-source");
        walk.Refused(Cast.Registrar, Drawing(walk) with { Pool = walk.New<PoolId>() }, "pool-unknown").Refused(Cast.Registrar, Drawing(walk), "draw-infeasible");
        walk.State.Chamber.Should().BeNull();
        At(Stage.Screening).Refused(Cast.Registrar, Freeze(walk), "panel-missing");
        Seated(At(Stage.Published)).Refused(Cast.Registrar, Freeze(walk), "chamber-drawn");
    }

    [Fact]
    public void V_61_Its_members_know_of_the_case_while_there_is_something_to_decide_and_have_no_other_hat()
    {
        var walk = Appealed();
        var (members, matter) = (Members(walk), walk.State.ChamberMatters()[0]);
        walk.State.RolesOf(members[0]).Should().Equal(Role.ChamberMember);
        walk.State.MayRead(members[0]).Should().BeTrue();
        members[..3].ForEach(m => walk.Do(m, Vote(matter, MotionVote.No)));
        walk.State.RolesOf(members[0]).Should().BeEmpty();
        walk.State.MaySee(members[0]).Should().BeFalse();
        walk.Refused(members[4], Vote(matter), "not-found");
    }

    [Theory]
    [InlineData(3, 0, 0, true)]
    [InlineData(2, 2, 1, false)]
    [InlineData(0, 3, 0, false)]
    [InlineData(2, 1, 2, false)]
    public void V_61_Three_of_five_grant_and_everything_else_leaves_things_as_they_are(int yes, int no, int abstain, bool granted)
    {
        var walk = Appealed();
        var (members, matter) = (new Queue<Caller>(Members(walk)), walk.State.ChamberMatters()[0]);
        foreach (var vote in Enumerable.Repeat(MotionVote.No, no).Concat(Enumerable.Repeat(MotionVote.Yes, yes)).Concat(Enumerable.Repeat(MotionVote.Abstain, abstain)))
        {
            if (walk.State.Appeals[0].Ruling is null)
            {
                walk.Do(members.Dequeue(), Vote(matter, vote));
            }
        }

        walk.State.Appeals[0].Ruling!.Granted.Should().Be(granted);
        walk.State.StatusOf(walk.State.CurrentVersion!).Should().Be(granted ? FindingStatus.Annulled : FindingStatus.Current);
    }

    [Fact]
    public void V_17_A_vote_has_reasons_is_given_once_and_stands_in_the_ruling()
    {
        var walk = Appealed();
        var (members, matter) = (Members(walk), walk.State.ChamberMatters()[0]);
        walk.Refused(members[0], Vote(matter) with { Reasons = new Text(" ") }, "reasons-missing").Do(members[0], Vote(matter)).Refused(members[0], Vote(matter), "voted-already");
        walk.Refused(Cast.Judge, Vote(matter), "role-required").Refused(members[1], Vote("apl_none"), "not-found");
        walk.Do(members[1], Vote(matter)).Do(members[2], Vote(matter));
        walk.State.Appeals[0].Ruling!.Votes.Should().HaveCount(3).And.OnlyContain(v => v.Reasons.Value == "So the record says.");
    }

    [Fact]
    public void V_16_A_referred_challenge_keeps_the_round_shut_until_the_chamber_has_decided_it()
    {
        var walk = At(Stage.Voting);
        var late = walk.Member(8);
        var challenge = new CaseCommand.ChallengeMember(ChallengeId.Of($"chg_{1:x32}"), late.Id, new Text("Paid."), RuleSet.Default) { By = X, At = T };
        walk.Refused(Cast.Officer, challenge, "challenge-too-late").Refused(Cast.Officer, challenge with { KnownSince = walk.Now.AddDays(1) }, "known-in-future");
        walk.Refused(Cast.Officer, challenge with { KnownSince = walk.Now.AddDays(-21) }, "challenge-too-late");
        walk.Do(Cast.Officer, challenge with { KnownSince = walk.Now }).Do(Cast.Officer, challenge with { Id = ChallengeId.Of($"chg_{2:x32}"), KnownSince = walk.Now });
        walk.State.Panel!.Challenges.Should().OnlyContain(c => c.IsBeforeTheChamber);
        walk.Refused(walk.Chair, walk.Round(), "challenge-pending");
        Seated(walk).Refused(walk.Chair, walk.Round(), "challenge-pending");
        var members = Members(walk);
        foreach (var matter in walk.State.ChamberMatters())
        {
            members[..3].ForEach(m => walk.Do(m, Vote(matter, MotionVote.No)));
        }

        walk.State.Panel!.SeatOf(late.Id)!.Removed.Should().BeFalse();
        walk.RoundOpen();
    }

    [Fact]
    public void V_14_A_challenge_to_somebody_who_has_left_holds_nothing_up()
    {
        var walk = At(Stage.Voting);
        var (gone, challenge) = (walk.Member(8), ChallengeId.Of($"chg_{1:x32}"));
        walk.Do(Cast.Officer, new CaseCommand.ChallengeMember(challenge, gone.Id, new Text("Paid."), RuleSet.Default) { KnownSince = walk.Now, By = X, At = T });
        walk.Refused(walk.Chair, walk.Round(), "challenge-pending").Do(gone, new CaseCommand.Recuse(gone.Id, "I go.") { By = X, At = T });
        walk.Declared().RoundOpen();
        walk.State.ChamberMatters().Should().BeEmpty();
    }

    [Fact]
    public void V_16_A_challenge_that_the_chamber_upholds_removes_the_member_as_the_panels_own_decision_does()
    {
        var walk = Referred();
        var (member, members, matters) = (walk.State.Panel!.Challenges[0].Member, Members(walk), walk.State.ChamberMatters());
        members[..3].ForEach(m => walk.Do(m, Vote(matters[0])));
        walk.State.Panel!.SeatOf(member)!.RemovedBecause.Should().Be("challenge-upheld");
        walk.State.Panel.Seats[^1].Replaces.Should().Be(member);
        walk.State.ChamberMatters().Should().Equal(matters[1]);
    }

    [Fact]
    public void V_12_A_recused_member_of_the_chamber_is_replaced_from_the_same_region_and_the_votes_that_are_left_may_settle_it()
    {
        var walk = Appealed();
        var (members, matter) = (Members(walk), walk.State.ChamberMatters()[0]);
        walk.Do(members[0], Vote(matter));
        var gone = walk.State.Chamber!.SeatOf(members[0].Id)!;
        walk.Refused(members[1], new CaseCommand.RecuseFromChamber(gone.Person, "His friend.") { By = X, At = T }, "role-required");
        walk.Do(Cast.Officer, new CaseCommand.RecuseFromChamber(gone.Person, "A cousin.") { By = X, At = T });
        walk.State.Chamber!.Seats[^1].Should().BeEquivalentTo(new { gone.Region, Replaces = (PersonId?)gone.Person });
        walk.State.VotesOn(matter).Should().BeEmpty("whoever left has no vote");
        walk.State.RolesOf(members[0]).Should().BeEmpty();

        var small = At(Stage.Published);
        Seated(small.Do(Cast.Accused, Appeal(small)), [.. Cast.ChamberCandidates.Where((_, i) => i % 4 == 0)]);
        var five = Members(small);
        var open = small.State.ChamberMatters()[0];
        five[..2].ForEach(m => small.Do(m, Vote(open)));
        five[2..4].ForEach(m => small.Do(m, Vote(open, MotionVote.No)));
        small.Do(five[4], new CaseCommand.RecuseFromChamber(five[4].Id, "I am ill.") { By = X, At = T });
        small.State.Appeals[0].Ruling!.Granted.Should().BeFalse("nobody is left who could make it three");
    }

    [Fact]
    public void V_61_With_fewer_than_three_members_it_decides_nothing_and_another_is_drawn()
    {
        var walk = At(Stage.Published);
        Seated(walk.Do(Cast.Accused, Appeal(walk)), [.. Cast.ChamberCandidates.Where((_, i) => i % 4 == 0)]);
        var members = Members(walk);
        walk.Do(members[0], Vote(walk.State.ChamberMatters()[0], MotionVote.No));
        members[2..].ForEach(m => walk.Do(m, new CaseCommand.RecuseFromChamber(m.Id, "I know him.") { By = X, At = T }));
        walk.State.Appeals[0].Ruling.Should().BeNull();
        Seated(walk).State.Chamber!.CanDecide.Should().BeTrue();
        walk.State.VotesOn(walk.State.Appeals[0].Id.Value).Should().BeEmpty("the new chamber has heard nothing yet");
    }

    [Fact]
    public void V_12_A_hypothesis_naming_a_new_state_takes_its_people_out_of_the_chamber()
    {
        var walk = Referred();
        var affected = walk.State.Chamber!.Seats[1].Person;
        var nation = Cast.ChamberCandidates.First(c => c.Id == affected.Value).Nationalities[0];
        walk.Do(Cast.Analyst, new CaseCommand.ProposeHypothesis(walk.New<HypothesisId>(), Content(HypothesisKind.State, false, nation)) { By = X, At = T });
        walk.State.Chamber.SeatOf(affected)!.RemovedBecause.Should().Be("concerned-state");
        walk.State.Chamber.Sitting.Should().HaveCount(5);
    }

    [Fact]
    public void V_71_Only_the_integrity_officer_asks_for_the_mapping_and_only_the_chamber_grants_it()
    {
        var walk = Seated(At(Stage.Published));
        var order = new CaseCommand.RequestMapping(walk.New<MappingOrderId>(), walk.State.CurrentRound!.Id, new Text("A bribe was paid."), true) { By = X, At = T };
        walk.Refused(Cast.Registrar, order, "role-required").Refused(Cast.Officer, order with { IsSealed = false }, "mapping-not-sealed")
            .Refused(Cast.Officer, order with { Reasons = new Text("") }, "reasons-missing").Do(Cast.Officer, order).Refused(Cast.Officer, order, "mapping-requested");
        Members(walk)[..3].ForEach(m => walk.Do(m, Vote(order.Id.Value)));
        walk.State.MappingOrders[0].Ruling!.Granted.Should().BeTrue();
    }
}

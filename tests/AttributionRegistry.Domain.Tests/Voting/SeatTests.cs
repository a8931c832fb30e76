using AttributionRegistry.Domain.Voting;

namespace AttributionRegistry.Domain.Tests.Voting;

public sealed class SeatTests
{
    private static readonly DateOnly Today = new(2026, 11, 24);
    private static readonly DateTimeOffset Noon = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);
    private static readonly CaseConcerns Concerns = new(Set("XA", "XB"), Set("per-9"), Set("Acme"));

    private static readonly Candidate Clean = new("per-1", Region.AFR, ["ZZ"], "ZZ", [new Employment("Uni", "ZZ", null)], [], ["malware"], "key-1");

    [Fact]
    public void V_03_Somebody_unconcerned_may_be_drawn() => Exclusion.Of(Clean, Concerns, Today).Should().BeEmpty();

    [Fact]
    public void V_03_Any_tie_to_a_concerned_state_excludes()
    {
        Kinds(Clean with { Nationalities = ["ZZ", "XA"] }).Should().Equal(ExclusionKind.Nationality);
        Kinds(Clean with { Residence = "XB" }).Should().Equal(ExclusionKind.Residence);
        Kinds(Clean with { Employments = [new Employment("Ministry", "XA", null)] }).Should().Equal(ExclusionKind.Employer);
        Kinds(Clean with { Employments = [new Employment("Ministry", "XA", Today.AddDays(-1))] }).Should().BeEmpty();
        Kinds(Clean with { Residence = null }).Should().BeEmpty();
    }

    [Fact]
    public void V_03_Having_submitted_evidence_excludes_and_so_does_an_employer_of_the_last_three_years()
    {
        Kinds(Clean with { Id = "per-9" }).Should().Equal(ExclusionKind.SubmittedEvidence);
        Kinds(Clean with { Employments = [new Employment("Acme", null, Today.AddYears(-3))] }).Should().Equal(ExclusionKind.EmployerSubmittedEvidence);
        Kinds(Clean with { Employments = [new Employment("Acme", null, Today.AddYears(-3).AddDays(-1))] }).Should().BeEmpty();
    }

    [Fact]
    public void V_03_A_hypothesis_naming_a_new_state_affects_the_members_tied_to_it() =>
        Exclusion.AffectedBy("XC", [Clean, Clean with { Id = "per-2", Residence = "XC" }], Today).Should().Equal("per-2");

    [Fact]
    public void V_13_Having_named_the_actor_in_public_leaves_no_choice()
    {
        new ConflictDeclaration(null, null, "It was them.", NamedActor: true).MustRecuse.Should().BeTrue();
        new ConflictDeclaration("shares", "cousin", "It was bad.", NamedActor: false).MustRecuse.Should().BeFalse();
    }

    [Theory]
    [InlineData(6, null, false, SeatOffer.Open)]
    [InlineData(7, null, false, SeatOffer.Declined)]
    [InlineData(9, 6, false, SeatOffer.Accepted)]
    [InlineData(9, 7, false, SeatOffer.Declined)]
    [InlineData(1, null, true, SeatOffer.Declined)]
    public void V_10_A_seat_is_accepted_with_a_declaration_in_seven_days_or_not_at_all(int today, int? declared, bool declined, SeatOffer offer) =>
        SeatOffers.StateOf(Noon, declared is { } day ? Noon.AddDays(day) : null, declined, Noon.AddDays(today), RuleSet.Default.Windows).Should().Be(offer);

    [Fact]
    public void V_12_The_alternate_of_the_region_moves_up()
    {
        var (vacancy, region) = Vacate();
        Replacement.For(vacancy).Should().Be(new ReplacementResult.Replaced(vacancy.Alternates[region][0], WasAlternate: true));
    }

    [Fact]
    public void V_12_Without_an_alternate_the_next_rank_that_keeps_the_caps_moves_up()
    {
        var (vacancy, region) = Vacate();
        var refused = vacancy with { Unavailable = Set(vacancy.Alternates[region][0]) };
        var replaced = Replacement.For(refused).Should().BeOfType<ReplacementResult.Replaced>().Subject;
        replaced.WasAlternate.Should().BeFalse();
        refused.Unavailable.Should().NotContain(replaced.MemberId);
        refused.Seated.Should().NotContain(replaced.MemberId);
    }

    [Fact]
    public void V_12_An_alternate_whose_nationality_is_seated_does_not_move_up()
    {
        var (vacancy, region) = Vacate();
        var alternate = vacancy.Alternates[region][0];
        var taken = vacancy.Draw.Pool.Single(each => each.Id == vacancy.Seated.First(id => id != vacancy.Leaving)).Nations;
        var pool = vacancy.Draw.Pool.Select(each => each.Id == alternate ? each with { Nations = taken } : each).ToArray();
        Replacement.For(vacancy with { Draw = vacancy.Draw with { Pool = pool } })
            .Should().BeOfType<ReplacementResult.Replaced>().Which.MemberId.Should().NotBe(alternate);
    }

    [Fact]
    public void V_12_A_region_at_its_minimum_gets_its_seat_back_or_the_seat_stays_empty()
    {
        var (vacancy, region) = Vacate(atMinimum: true);
        var others = vacancy.Draw.Pool.Where(each => each.Region == region && !vacancy.Seated.Contains(each.Id)).Select(each => each.Id);
        Replacement.For(vacancy with { Unavailable = others.ToHashSet() }).Should().Be(new ReplacementResult.Unreplaced());
        Replacement.For(vacancy).Should().BeOfType<ReplacementResult.Replaced>();
    }

    [Fact]
    public void Somebody_without_a_seat_cannot_be_replaced() =>
        Replacement.For(Vacate().Vacancy with { Leaving = "nobody" }).Should().BeOfType<ReplacementResult.Refused>();

    [Fact]
    public void V_05_V_06_The_announced_sources_make_the_seed_in_their_order() =>
        SeedSources.Settle(Freeze, [Said("lottery", 2), Said("beacon", 1)], Noon.AddHours(3)).Events.Should().Equal("beacon says", "lottery says");

    [Fact]
    public void V_06_A_source_not_published_in_time_gives_way_to_the_next_named_fallback_only()
    {
        SeedSources.Settle(Freeze, [Said("beacon", 49), Said("spare", 50), Said("lottery", 2)], Noon.AddHours(51)).Events.Should().Equal("spare says", "lottery says");
        SeedSources.Settle(Freeze, [Said("beacon", 1), Said("another lottery", 2)], Noon.AddHours(51)).Refusal!.Code.Should().Be("source-unknown");
        SeedSources.Settle(Freeze, [Said("beacon", 1)], Noon.AddHours(51)).Refusal!.Code.Should().Be("seed-source-missing");
    }

    [Fact]
    public void V_05_A_pool_frozen_after_a_source_was_known_proves_nothing() =>
        SeedSources.Settle(Freeze, [Said("beacon", 0), Said("lottery", 2)], Noon.AddHours(3)).Refusal!.Code.Should().Be("pool-not-older-than-source");

    [Fact]
    public void V_06_One_source_is_not_enough() =>
        SeedSources.Settle(Freeze with { Sources = [Freeze.Sources[0]] }, [Said("beacon", 1)], Noon.AddHours(3)).Refusal!.Code.Should().Be("sources-too-few");

    [Fact]
    public void V_06_A_fallback_is_never_chosen_while_the_source_may_still_speak()
    {
        SeedSources.Settle(Freeze, [Said("spare", 3), Said("lottery", 2)], Noon.AddHours(47)).Refusal!.Code.Should().Be("seed-source-not-due");
        SeedSources.Settle(Freeze, [Said("beacon", 1), Said("spare", 3), Said("lottery", 2)], Noon.AddHours(60)).Events.Should().Equal("beacon says", "lottery says");
        SeedSources.Settle(Freeze, [Said("beacon", 5), Said("lottery", 2)], Noon.AddHours(4)).Refusal!.Code.Should().Be("source-in-future");
        SeedSources.Settle(Freeze, [Said("beacon", 1), Said("beacon", 2), Said("lottery", 2)], Noon.AddHours(4)).Refusal!.Pointer.Should().Be("/published/1/name");
    }

    [Fact]
    public void V_06_What_is_announced_has_names_of_its_own_and_times_one_after_the_other()
    {
        SeedSources.AnnouncementFault(Freeze.Sources, Noon).Should().BeNull();
        SeedSources.AnnouncementFault(Freeze.Sources, Noon.AddHours(48))!.Pointer.Should().Be("/sources/0/dueBy");
        var twice = Freeze.Sources[1] with { Fallbacks = [new SeedFallback("spare", Noon.AddHours(96))] };
        SeedSources.AnnouncementFault([Freeze.Sources[0], twice], Noon)!.Pointer.Should().Be("/sources/1/fallbacks/0/name");
        var early = Freeze.Sources[1] with { Fallbacks = [new SeedFallback("reserve", Noon.AddHours(48))] };
        SeedSources.AnnouncementFault([Freeze.Sources[0], early], Noon)!.Code.Should().Be("source-due");
    }

    private static PoolFreeze Freeze { get; } = new(Noon,
    [
        new SeedSourcePlan("beacon", Noon.AddHours(48), [new SeedFallback("spare", Noon.AddHours(96))]),
        new SeedSourcePlan("lottery", Noon.AddHours(48), []),
    ]);

    private static PublishedSource Said(string name, int hours) => new(name, $"{name} says", Noon.AddHours(hours));

    private static (Vacancy Vacancy, Region Region) Vacate(bool atMinimum = false)
    {
        var input = DrawTests.Input(1, DrawTests.Pool(60, 60, 60));
        var drawn = (DrawResult.Drawn)Draw.Run(input);
        var byId = input.Pool.ToDictionary(each => each.Id);
        var leaving = drawn.Seated.First(id => !atMinimum || drawn.Seated.Count(other => byId[other].Region == byId[id].Region) == 2);
        return (new Vacancy(input, drawn.Alternates, drawn.Seated, leaving, Set()), byId[leaving].Region);
    }

    private static IEnumerable<ExclusionKind> Kinds(Candidate candidate) => Exclusion.Of(candidate, Concerns, Today).Select(ground => ground.Kind);

    private static HashSet<string> Set(params string[] values) => [.. values];
}

using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.People;
using AttributionRegistry.Domain.Tests.Cases;

namespace AttributionRegistry.Domain.Tests.People;

public sealed class PersonRuleTests
{
    private static readonly DateTimeOffset Noon = CaseBuilder.Start;
    private static readonly PersonId Id = Cast.Of(700);
    private static readonly Caller Self = new(Id, new HashSet<Role>());
    private static readonly KeyId Key = KeyId.Of($"key_{1:x32}");

    private static Person Active { get; } = Fold(null, new PersonEvent.Created(Id, "Ada", [Role.Analyst]),
        new PersonEvent.KeyIssued(Key, "laptop", Sha256Hex.Of("k"), Noon.AddDays(9)), new PersonEvent.SigningKeyAdded(Key, "spki"));

    private static Person Suspended { get; } = Fold(Active, new PersonEvent.Suspended("Lost laptop."));

    private static IReadOnlyList<PersonCommand> All(Caller? by) =>
    [
        new PersonCommand.Create(Id, "Ada", [Role.Analyst]) { By = by, At = Noon },
        new PersonCommand.SetRoles([Role.Custodian]) { By = by, At = Noon },
        new PersonCommand.Suspend("Lost laptop.") { By = by, At = Noon },
        new PersonCommand.Reinstate("Found.") { By = by, At = Noon },
        new PersonCommand.IssueKey(KeyId.Of($"key_{2:x32}"), "phone", Sha256Hex.Of("p"), Noon.AddDays(90)) { By = by, At = Noon },
        new PersonCommand.RevokeKey(Key) { By = by, At = Noon },
        new PersonCommand.AddSigningKey(KeyId.Of($"key_{3:x32}"), "other spki", true) { By = by, At = Noon },
        new PersonCommand.RetireSigningKey(Key) { By = by, At = Noon },
        new PersonCommand.AddEscrowKey(KeyId.Of($"key_{4:x32}"), "escrow spki", true) { By = by, At = Noon },
        new PersonCommand.RetireEscrowKey(Key) { By = by, At = Noon },
    ];

    private static PersonCommand.AddEscrowKey Escrow(string spki, bool isP256 = true) => new(KeyId.Of($"key_{5:x32}"), spki, isP256) { By = Self, At = Noon };

    [Fact]
    public void V_56_An_escrow_key_is_registered_by_its_owner_and_is_never_a_signing_key()
    {
        Refused(Active, Escrow("new") with { By = Cast.Operator }, "own-keys-only");
        Refused(Active, Escrow("new", isP256: false), "escrow-key-invalid");
        Refused(Active, Escrow("spki"), "escrow-key-exists");
        var holder = Fold(Active, new PersonEvent.EscrowKeyAdded(Key, "escrow"));
        Refused(holder, Escrow("escrow"), "escrow-key-exists");
        Refused(holder, new PersonCommand.AddSigningKey(Key, "escrow", true) { By = Self, At = Noon }, "signing-key-exists");
    }

    [Fact]
    public void V_56_The_last_escrow_key_in_force_is_the_one_that_shares_are_boxed_to()
    {
        var other = KeyId.Of($"key_{6:x32}");
        var holder = Fold(Fold(Active, new PersonEvent.EscrowKeyAdded(Key, "one")), new PersonEvent.EscrowKeyAdded(other, "two"));
        holder.LiveEscrowKey!.Spki.Should().Be("two");
        holder = Fold(holder, new PersonEvent.EscrowKeyRetired(other));
        holder.LiveEscrowKey!.Spki.Should().Be("one");
        Refused(holder, new PersonCommand.RetireEscrowKey(other) { By = Self, At = Noon }, "key-retired");
        Fold(holder, new PersonEvent.EscrowKeyRetired(Key)).LiveEscrowKey.Should().BeNull();
    }

    [Fact]
    public void The_list_holds_every_command() => All(null).Select(c => c.GetType()).Should()
        .BeEquivalentTo(typeof(PersonCommand).GetNestedTypes().Where(t => t.IsSubclassOf(typeof(PersonCommand))));

    [Fact]
    public void No_command_throws_in_any_state_and_refusals_say_why()
    {
        foreach (var state in new[] { null, Active, Suspended })
        {
            foreach (var command in new[] { null, Self, Cast.Operator, Cast.Registrar, Cast.Stranger }.SelectMany(All))
            {
                var decision = PersonDecider.Decide(state, command);
                (decision.Events.Count > 0).Should().NotBe(decision.IsRefused);
                decision.Refusal?.Code.Should().MatchRegex("^[a-z]+(-[a-z]+)*$");
            }
        }
    }

    [Fact]
    public void Somebody_elses_account_is_not_there_for_anybody_but_the_operator() =>
        All(Cast.Stranger).Skip(1).Should().OnlyContain(c => PersonDecider.Decide(Active, c).Refusal!.Code == "not-found");

    [Fact]
    public void Nobody_changes_their_own_roles_or_suspends_themselves()
    {
        var self = new Caller(Id, new HashSet<Role> { Role.Operator });
        Refused(Active, All(self)[1], "own-roles");
        Refused(Active, All(self)[2], "own-account");
        Refused(Active, All(Self)[1], "role-required");
    }

    [Fact]
    public void A_signing_key_is_registered_by_its_owner_and_by_nobody_else()
    {
        Refused(Active, All(Cast.Operator)[6], "own-keys-only");
        PersonDecider.Decide(Active, All(Self)[6]).IsRefused.Should().BeFalse();
    }

    [Fact]
    public void A_suspended_account_gets_no_keys_and_a_key_lives_at_most_ninety_days()
    {
        Refused(Suspended, All(Cast.Operator)[4], "person-suspended");
        Refused(Active, new PersonCommand.IssueKey(Key, "phone", Sha256Hex.Of("p"), Noon.AddDays(90).AddTicks(1)) { By = Cast.Operator, At = Noon }, "key-life");
        Refused(Active, new PersonCommand.IssueKey(Key, "phone", Sha256Hex.Of("p"), Noon) { By = Cast.Operator, At = Noon }, "key-life");
    }

    [Theory]
    [InlineData(Role.Operator, Role.Analyst)]
    [InlineData(Role.Registrar, Role.PanelMember)]
    [InlineData(Role.Auditor, Role.Custodian)]
    [InlineData(Role.IntegrityOfficer, Role.ReviewPanelMember)]
    [InlineData(Role.SelectionBoard, Role.Analyst)]
    [InlineData(Role.NamedParty, Role.Analyst)]
    public void Duties_that_exclude_each_other_are_not_given_to_one_person(Role one, Role other)
    {
        Refused(null, new PersonCommand.Create(Id, "Ada", [one, other]) { By = Cast.Operator, At = Noon }, "duties-not-separable");
        Refused(Active, new PersonCommand.SetRoles([other, one]) { By = Cast.Operator, At = Noon }, "duties-not-separable");
    }

    [Fact]
    public void The_chair_is_made_by_the_draw_and_never_granted() =>
        Refused(Active, new PersonCommand.SetRoles([Role.Chair]) { By = Cast.Operator, At = Noon }, "duties-not-separable");

    private static void Refused(Person? state, PersonCommand command, string code)
    {
        var decision = PersonDecider.Decide(state, command);
        decision.IsRefused.Should().BeTrue();
        decision.Refusal!.Code.Should().Be(code);
    }

    private static Person Fold(Person? state, params PersonEvent[] events) =>
        events.Aggregate(state, (s, e) => PersonDecider.Evolve(s, e, new Recorded(Cast.Operator.Id, Noon)))!;
}

using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.Keys;

namespace AttributionRegistry.Domain.Tests.Keys;

public sealed class MasterKeyRuleTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly Caller Operator = new(PersonId.Of("per_1"), new HashSet<Role> { Role.Operator });

    [Fact]
    public void One_operator_rotates_with_a_reason_and_the_record_keeps_every_change()
    {
        var first = MasterKeyDecider.Decide(null, Rotate("a", "b")).Events.Single();
        var state = MasterKeyDecider.Evolve(null, first, new Recorded(Operator.Id, Noon));
        var second = MasterKeyDecider.Decide(state, Rotate("b", "c")).Events.Single();
        state = MasterKeyDecider.Evolve(state, second, new Recorded(Operator.Id, Noon.AddDays(1)));

        state.Changes.Should().Equal(
            new MasterKeyChange("a", "b", 7, Operator.Id, Noon, "Yearly."), new MasterKeyChange("b", "c", 7, Operator.Id, Noon.AddDays(1), "Yearly."));
    }

    [Fact]
    public void Nobody_else_rotates_and_a_reason_is_asked_for()
    {
        var custodian = new Caller(PersonId.Of("per_2"), new HashSet<Role> { Role.Custodian, Role.Auditor });

        MasterKeyDecider.Decide(null, Rotate("a", "b") with { By = custodian }).Refusal!.Code.Should().Be("role-required");
        MasterKeyDecider.Decide(null, Rotate("a", "b") with { Reason = " " }).Refusal!.Should().Match<Refusal>(r => r.Code == "reason-missing" && r.Pointer == "/reason");
    }

    [Fact]
    public void A_change_that_does_not_start_at_the_key_in_force_is_a_bug()
    {
        var state = new MasterKeyRecord([new MasterKeyChange("a", "b", 7, Operator.Id, Noon, "Yearly.")]);

        var decide = () => MasterKeyDecider.Decide(state, Rotate("a", "c"));

        decide.Should().Throw<InvalidOperationException>();
    }

    private static MasterKeyCommand.Rotate Rotate(string from, string to) => new(Operator, from, to, 7, "Yearly.");
}

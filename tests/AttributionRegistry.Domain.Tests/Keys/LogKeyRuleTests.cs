using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.Keys;

namespace AttributionRegistry.Domain.Tests.Keys;

public sealed class LogKeyRuleTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly Caller Operator = new(PersonId.Of("per_1"), new HashSet<Role> { Role.Operator });
    private static readonly LogKeyTerm First = new("aaaaaaaa", "log+aaaaaaaa+key", null, null);

    private LogKeyRecord? _state;

    [Fact]
    public void A_second_key_signs_beside_the_first_and_after_thirty_days_the_first_may_go()
    {
        Done(Introduce("bbbbbbbb"), Noon);
        Done(Retire("aaaaaaaa"), Noon.AddDays(30));

        _state!.Keys.Should().Equal(
            First with { Until = Noon.AddDays(30) }, new LogKeyTerm("bbbbbbbb", "log+bbbbbbbb+key", Noon, null));
        Done(Introduce("cccccccc"), Noon.AddDays(31));
        _state.Signing.Select(key => key.KeyId).Should().Equal("bbbbbbbb", "cccccccc");
    }

    [Fact]
    public void Before_thirty_days_neither_goes_and_the_date_is_said()
    {
        Done(Introduce("bbbbbbbb"), Noon);

        foreach (var key in new[] { "aaaaaaaa", "bbbbbbbb" })
        {
            var refusal = Refused(Retire(key), Noon.AddDays(30).AddTicks(-10));
            refusal.Code.Should().Be("log-key-overlap");
            refusal.Message.Should().Contain("2026-01-31T12:00:00Z");
        }
    }

    [Fact]
    public void The_last_key_stays()
    {
        Refused(Retire("aaaaaaaa"), Noon).Code.Should().Be("log-key-last");
        Done(Introduce("bbbbbbbb"), Noon);
        Done(Retire("aaaaaaaa"), Noon.AddDays(30));
        Refused(Retire("bbbbbbbb"), Noon.AddDays(90)).Code.Should().Be("log-key-last");
        Refused(Retire("aaaaaaaa"), Noon.AddDays(90)).Code.Should().Be("log-key-retired");
        Refused(Retire("dddddddd"), Noon.AddDays(90)).Code.Should().Be("log-key-unknown");
    }

    [Fact]
    public void Only_two_sign_at_once()
    {
        Done(Introduce("bbbbbbbb"), Noon);

        Refused(Introduce("cccccccc"), Noon.AddDays(31)).Code.Should().Be("log-key-change-pending");
    }

    [Fact]
    public void Only_an_operator_changes_keys_and_with_a_reason()
    {
        var auditor = new Caller(PersonId.Of("per_2"), new HashSet<Role> { Role.Auditor, Role.Custodian });

        Refused(Introduce("bbbbbbbb") with { By = auditor }, Noon).Code.Should().Be("role-required");
        Refused(Retire("aaaaaaaa") with { By = auditor }, Noon).Code.Should().Be("role-required");
        Refused(Introduce("bbbbbbbb") with { Reason = " " }, Noon).Pointer.Should().Be("/reason");
    }

    [Fact]
    public void A_log_is_closed_by_two_different_operators_who_say_the_same()
    {
        var other = new Caller(PersonId.Of("per_2"), new HashSet<Role> { Role.Operator });
        Done(Close(LogClosureReason.KeyCompromised), Noon);

        _state!.Ended.Should().BeNull();
        _state.Proposed!.By.Should().Be(Operator.Id);
        Refused(Close(LogClosureReason.KeyCompromised), Noon).Code.Should().Be("second-person-required");
        LogKeyDecider.Decide(_state, Close(LogClosureReason.KeyLost) with { By = other }).Events.Single().Should().BeOfType<LogKeyEvent.ClosureProposed>("it is not what was proposed");
        Done(Close(LogClosureReason.KeyCompromised) with { By = other }, Noon);
        _state.Ended.Should().Be(new LogEnding(LogClosureReason.KeyCompromised, null, null));
        Refused(Close(LogClosureReason.KeyLost), Noon).Code.Should().Be("log-closed");
    }

    [Fact]
    public void A_proposal_to_close_stays_while_keys_change_and_the_first_key_is_not_forgotten()
    {
        _state = LogKeyDecider.Evolve(null, new LogKeyEvent.Begun("old", "key", "note"), new Recorded(Operator.Id, Noon));
        Done(Close(LogClosureReason.Superseded), Noon);
        Done(Introduce("bbbbbbbb"), Noon);
        Done(Retire("aaaaaaaa"), Noon.AddDays(30));

        _state!.Keys.Should().HaveCount(2);
        _state.Proposed!.Ending.Code.Should().Be(LogClosureReason.Superseded);
    }

    [Fact]
    public void A_successor_has_an_origin_and_a_key_and_only_operators_close()
    {
        Refused(Close(LogClosureReason.Superseded, "next"), Noon).Pointer.Should().Be("/successorVkey");
        Refused(Close(LogClosureReason.Superseded, null, "key"), Noon).Pointer.Should().Be("/successorOrigin");
        Refused(Close(LogClosureReason.Superseded) with { By = new Caller(PersonId.Of("per_2"), new HashSet<Role> { Role.Auditor }) }, Noon).Code.Should().Be("role-required");
    }

    private static LogKeyCommand Close(LogClosureReason code, string? origin = null, string? vkey = null) =>
        new LogKeyCommand.Close(new LogEnding(code, origin, vkey)) { By = Operator, First = First, At = Noon };

    private static LogKeyCommand Introduce(string id) =>
        new LogKeyCommand.Introduce(id, $"log+{id}+key") { By = Operator, Reason = "Yearly.", First = First, At = Noon };

    private static LogKeyCommand Retire(string id) =>
        new LogKeyCommand.Retire(id, "word") { By = Operator, Reason = "Yearly.", First = First, At = Noon };

    private void Done(LogKeyCommand command, DateTimeOffset at) => _state = LogKeyDecider.Evolve(
        _state, LogKeyDecider.Decide(_state, command with { At = at }).Events.Single(), new Recorded(command.By.Id, at));

    private Refusal Refused(LogKeyCommand command, DateTimeOffset at) => LogKeyDecider.Decide(_state, command with { At = at }).Refusal!;
}

using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.People;
using AttributionRegistry.Domain.Tests.Cases;

namespace AttributionRegistry.Domain.Tests.People;

public sealed class PolicyRuleTests
{
    private static readonly DateTimeOffset Noon = CaseBuilder.Start;

    private static PolicyCommand.Change Change(Policy to, Caller? by = null, string reason = "Decided by the board.") => new(by ?? Cast.Operator, to, reason) { At = Noon };

    [Fact]
    public void No_command_throws_with_or_without_a_policy()
    {
        PolicyCommand[] all = [new PolicyCommand.Begin(new Policy()) { At = Noon }, .. Cast.Staff.Select(by => Change(new Policy(), by))];
        all.Select(c => c.GetType()).Distinct().Should().BeEquivalentTo(typeof(PolicyCommand).GetNestedTypes().Where(t => t.IsSubclassOf(typeof(PolicyCommand))));
        foreach (var state in new[] { null, new Policy() })
        {
            all.Select(c => PolicyDecider.Decide(state, c)).Should().OnlyContain(d => d.IsRefused == (d.Events.Count == 0));
        }
    }

    [Fact]
    public void The_policy_begins_once_and_changes_by_version_with_a_reason_by_the_operator()
    {
        Refused(new Policy(), new PolicyCommand.Begin(new Policy()) { At = Noon }, "policy-begun");
        Refused(null, Change(new Policy()), "policy-missing");
        Refused(new Policy(), Change(new Policy(), Cast.Registrar), "role-required");
        Refused(new Policy(), Change(new Policy(), reason: " "), "reason-missing");
        Refused(new Policy { Version = 3 }, Change(new Policy { Version = 2 }), "policy-outdated");
        PolicyDecider.Decide(new Policy { Version = 3 }, Change(new Policy { Version = 3 })).Events
            .Should().ContainSingle().Which.Should().BeOfType<PolicyEvent.Changed>().Which.Policy.Version.Should().Be(4);
    }

    [Fact]
    public void Limits_of_evidence_are_never_nothing_not_even_in_an_exercise()
    {
        foreach (var exercise in new[] { false, true })
        {
            var policy = new Policy { Exercise = exercise };
            foreach (var unsafePolicy in new[]
            {
                policy with { MaxItemBytes = 0 }, policy with { MaxCaseBytes = -1 }, policy with { MaxOpenUploadBytes = 0 }, policy with { MaxOpenUploads = 0 },
                policy with { UploadLifeSeconds = 3599 }, policy with { UploadLifeSeconds = (90 * Policy.Day) + 1 },
            })
            {
                Refused(policy, Change(unsafePolicy), "policy-unsafe");
            }

            PolicyDecider.Decide(policy, Change(policy with { MaxItemBytes = 1, UploadLifeSeconds = 3600 })).IsRefused.Should().BeFalse();
        }
    }

    [Fact]
    public void Whether_it_is_an_exercise_is_settled_for_good() =>
        Refused(new Policy(), Change(new Policy { Exercise = true }), "exercise-fixed");

    [Fact]
    public void Only_an_exercise_is_shorter_than_the_safe_minima()
    {
        var quick = new Policy { ReplyPeriodSeconds = 1, CommitWindowSeconds = 1, RevealWindowSeconds = 1, AdvanceCopySeconds = 0, MinHypotheses = 1 };
        Refused(null, new PolicyCommand.Begin(quick) { At = Noon }, "policy-unsafe");
        Refused(new Policy(), Change(quick), "policy-unsafe");
        PolicyDecider.Decide(null, new PolicyCommand.Begin(quick with { Exercise = true }) { At = Noon }).IsRefused.Should().BeFalse();
    }

    private static void Refused(Policy? state, PolicyCommand command, string code) => PolicyDecider.Decide(state, command).Refusal!.Code.Should().Be(code);
}

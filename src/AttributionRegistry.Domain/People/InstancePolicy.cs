using AttributionRegistry.Domain.Cases;

namespace AttributionRegistry.Domain.People;

/// <summary>The instance's policy: set at the beginning, changed by version, never silently.</summary>
public abstract record PolicyCommand
{
    private PolicyCommand()
    {
    }

    public required DateTimeOffset At { get; init; }

    /// <summary>The policy an instance starts with. Only this can make it an exercise, and it is given only once.</summary>
    public sealed record Begin(Policy Policy) : PolicyCommand;

    public sealed record Change(Caller By, Policy Policy, string Reason) : PolicyCommand;
}

public abstract record PolicyEvent
{
    private PolicyEvent()
    {
    }

    public sealed record Begun(Policy Policy) : PolicyEvent;

    public sealed record Changed(Policy Policy, string Reason) : PolicyEvent;
}

public static class PolicyDecider
{
    public static Decision<PolicyEvent> Decide(Policy? state, PolicyCommand command) => (state, command) switch
    {
        (null, PolicyCommand.Begin b) => b.Policy.Faults().FirstOrDefault() is { } fault ? fault : new PolicyEvent.Begun(b.Policy with { Version = 1 }),
        (not null, PolicyCommand.Begin) => Refusal.Conflict("policy-begun", "The instance has a policy."),
        (null, _) => Refusal.Conflict("policy-missing", "The instance has no policy yet."),
        (_, PolicyCommand.Change { By: var by }) when !by.Is(Role.Operator) => Refusal.Forbidden("role-required", "This needs the role operator."),
        (_, PolicyCommand.Change { Reason: var reason }) when string.IsNullOrWhiteSpace(reason) => Refusal.Invalid("reason-missing", "A change of policy has a reason.", "/reason"),
        ({ } s, PolicyCommand.Change c) when c.Policy.Exercise != s.Exercise =>
            Refusal.Conflict("exercise-fixed", "Whether an instance is an exercise is settled when it is set up, for good.", "/policy/exercise"),
        ({ } s, PolicyCommand.Change c) when c.Policy.Version != s.Version =>
            Refusal.Conflict("policy-outdated", $"The policy is at version {s.Version}; read it again.", "/policy/version"),
        ({ } s, PolicyCommand.Change c) => c.Policy.Faults().FirstOrDefault() is { } fault
            ? fault with { Pointer = "/policy" + fault.Pointer }
            : new PolicyEvent.Changed(c.Policy with { Version = s.Version + 1 }, c.Reason),
        _ => throw new InvalidOperationException($"No rule for {command.GetType().Name}."),
    };

    public static Policy Evolve(Policy? state, PolicyEvent @event, Recorded recorded) => @event switch
    {
        PolicyEvent.Begun e => e.Policy,
        PolicyEvent.Changed e => e.Policy,
        _ => throw new InvalidOperationException($"No rule for {@event.GetType().Name}."),
    };
}

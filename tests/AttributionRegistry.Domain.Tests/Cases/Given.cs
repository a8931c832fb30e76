using AttributionRegistry.Domain.Cases;

namespace AttributionRegistry.Domain.Tests.Cases;

/// <summary>Given a case, when a command is given, then these events follow, or a refusal.</summary>
internal static class Scenario
{
    public static GivenCase Given(Case? state) => new(state);

    public static GivenCase Given(CaseBuilder walked) => new(walked.State);

    public static GivenCase Given(params CaseEvent[] events) => new(
        events.Aggregate((Case?)null, (state, e) => CaseDecider.Evolve(state, e, new Recorded(Cast.Referrer.Id, CaseBuilder.Start))));
}

internal sealed record GivenCase(Case? State)
{
    public DecidedCase When(CaseCommand command, Policy? policy = null) =>
        new(State, command, CaseDecider.Decide(State, command, policy ?? CaseBuilder.Rules));
}

internal sealed record DecidedCase(Case? Before, CaseCommand Command, Decision<CaseEvent> Decision)
{
    public Case After => Decision.Events.Aggregate(Before, (s, e) => CaseDecider.Evolve(s, e, new Recorded(Command.By.Id, Command.At)))!;

    public DecidedCase Then(params CaseEvent[] events)
    {
        Decision.Refusal.Should().BeNull();
        Decision.Events.Should().BeEquivalentTo(events, o => o.WithStrictOrdering().RespectingRuntimeTypes());
        return this;
    }

    /// <summary>Accepted, with exactly these kinds of events.</summary>
    public DecidedCase ThenAccepted(params Type[] kinds)
    {
        Decision.Refusal.Should().BeNull();
        Decision.Events.Should().NotBeEmpty();
        if (kinds.Length > 0)
        {
            Decision.Events.Select(e => e.GetType()).Should().Equal(kinds);
        }

        return this;
    }

    public DecidedCase ThenRefused(string code)
    {
        Decision.Refusal?.Code.Should().Be(code, "the command is {0}", Command.GetType().Name);
        Decision.IsRefused.Should().BeTrue();
        Decision.Events.Should().BeEmpty();
        return this;
    }
}

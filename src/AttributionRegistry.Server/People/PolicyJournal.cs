using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.People;
using AttributionRegistry.Server.Registry;

namespace AttributionRegistry.Server.People;

/// <summary>The policy of the instance: one record, every version of it in the log.</summary>
public static class PolicyJournal
{
    public const string Stream = "policy";

    public static Journal<Policy, PolicyEvent> Definition { get; } = new(
        "policy",
        new Dictionary<string, Type>
        {
            ["policy.begun"] = typeof(PolicyEvent.Begun),
            ["policy.changed"] = typeof(PolicyEvent.Changed),
        },
        PolicyDecider.Evolve,
        isSealed: _ => false)
    {
        SignedWith = SigningKeys.LongTerm,
    };
}

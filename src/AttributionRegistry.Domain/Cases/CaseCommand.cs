namespace AttributionRegistry.Domain.Cases;

/// <summary>Who may give a command and at which stages: the first two questions of every decision.</summary>
/// <param name="By">Any one of these roles, effective in this case, is enough.</param>
/// <param name="In">The stages in which the command makes sense.</param>
/// <param name="WhileSuspended">True for the few acts that a suspension does not stop.</param>
/// <param name="BeforeFreezing">True for what a frozen assessment rests on: it changes only in a new version.</param>
public sealed record Duty(IReadOnlyList<Role> By, IReadOnlyList<Stage> In, bool WhileSuspended = false, bool BeforeFreezing = false);

/// <summary>
/// A command to one case. Closed: every command is nested here, in the file of its feature, with the rule that decides it beside it.
/// </summary>
public abstract partial record CaseCommand
{
    private CaseCommand()
    {
    }

    /// <summary>Who gives the command.</summary>
    public required Caller By { get; init; }

    /// <summary>When the server received it, UTC.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Who may, and when.</summary>
    public abstract Duty Duty { get; }

    /// <summary>The rule itself; role, stage, visibility and suspension have been checked.</summary>
    internal abstract Decision<CaseEvent> Decide(Case state, Policy policy);
}

/// <summary>A fact of one case. Closed; each event folds itself into the state.</summary>
public abstract partial record CaseEvent
{
    private CaseEvent()
    {
    }

    /// <summary>The state after this event. Pure.</summary>
    internal abstract Case Apply(Case? state, Recorded recorded);
}

/// <summary>What the store adds to an event: who acted and when. Pseudonyms for the public log are made outside.</summary>
public sealed record Recorded(PersonId By, DateTimeOffset At);

namespace AttributionRegistry.Domain.Cases;

/// <summary>The one entry to the rules of a case.</summary>
public static class CaseDecider
{
    /// <summary>Decides a command. A null state is a case that does not exist yet.</summary>
    public static Decision<CaseEvent> Decide(Case? state, CaseCommand command, Policy policy)
    {
        if (command is CaseCommand.Refer refer)
        {
            return state is null ? refer.DecideOnNothing(policy) : Refusal.Conflict("already-referred", "This incident has been referred already.");
        }

        // What is published is known to everyone, and everyone with an account may petition; the rules of the others ask for a standing.
        var open = command is CaseCommand.FilePetition or CaseCommand.FileAppeal or CaseCommand.VoteOnPetition && state is { HasFinding: true };

        // A caller who may not know of the case gets the same answer as for one that does not exist.
        if (state is null || (!open && !state.MaySee(command.By)))
        {
            return NoSuchCase;
        }

        var duty = command.Duty;
        if (!open && !state.RolesOf(command.By).Overlaps(duty.By))
        {
            return Refusal.Forbidden("role-required", $"This needs the role {string.Join(" or ", duty.By.Select(Name))} in this case.");
        }

        if (state.SuspendedBecause is not null && !duty.WhileSuspended)
        {
            return Refusal.Conflict("case-suspended", "The case is suspended; it must be resumed first.");
        }

        if (!duty.In.Contains(state.Stage))
        {
            return Refusal.Conflict("wrong-stage", $"The case is {Name(state.Stage)}; this is possible while it is {string.Join(", ", duty.In.Select(Name))}.");
        }

        if (duty.BeforeFreezing && state.CurrentAssessment is { } frozen)
        {
            return Refusal.Conflict("assessment-frozen", $"Version {frozen.Version} of the assessment is frozen; taking the case back to assessing starts a new version.");
        }

        return command.Decide(state, policy);
    }

    /// <summary>Folds one event into the state.</summary>
    public static Case Evolve(Case? state, CaseEvent @event, Recorded recorded)
    {
        var next = @event.Apply(state, recorded);
        return next with { ChangedAt = recorded.At };
    }

    internal static Refusal NoSuchCase { get; } = Refusal.NotFound("not-found", "There is nothing here, or nothing that you may see.");

    internal static string Name<TEnum>(TEnum value)
        where TEnum : struct, Enum
    {
        var text = value.ToString();
        return char.ToLowerInvariant(text[0]) + text[1..];
    }
}

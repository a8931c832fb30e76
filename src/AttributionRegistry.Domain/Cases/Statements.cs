namespace AttributionRegistry.Domain.Cases;

/// <summary>What a specialist with a conflict tells the panel. They inform it; they hold no ballot.</summary>
/// <param name="Id">The statement.</param>
/// <param name="By">The specialist.</param>
/// <param name="Body">What they say.</param>
/// <param name="Conflict">What ties them to the case, in their own words.</param>
/// <param name="At">When.</param>
public sealed record SpecialistStatement(StatementId Id, PersonId By, Text Body, Text Conflict, DateTimeOffset At);

public abstract partial record CaseCommand
{
    /// <summary>An invited specialist informs the panel and says where the conflict lies.</summary>
    public sealed record FileStatement(StatementId Id, Text Body, Text Conflict) : CaseCommand
    {
        public override Duty Duty { get; } = new([Role.InvitedSpecialist], Stages.Open);

        internal override Decision<CaseEvent> Decide(Case state, Policy policy) =>
            Body.IsBlank ? Refusal.Invalid("statement-empty", "A statement is a text.", "/body/value")
            : Conflict.IsBlank ? Refusal.Invalid("conflict-missing", "An invited specialist says what the conflict is, or that there is none.", "/conflict/value")
            : state.CurrentRound is { Outcome: null } ? Refusal.Conflict("round-open", "Nobody speaks to the panel while a round is open.")
            : new CaseEvent.StatementFiled(Id, Body, Conflict);
    }
}

public abstract partial record CaseEvent
{
    public sealed record StatementFiled(StatementId Statement, Text Body, Text Conflict) : CaseEvent
    {
        internal override Case Apply(Case? state, Recorded recorded) =>
            state! with { Statements = state.Statements.Add(new SpecialistStatement(Statement, recorded.By, Body, Conflict, recorded.At)) };
    }
}

using System.Collections.Immutable;

namespace AttributionRegistry.Domain.Cases;

/// <summary>What an outside statement about the incident is. Statements are never merged.</summary>
public enum ClaimKind
{
    Attribution,
    Denial,
    RefusalToAttribute,
    Conditional,
    Challenge,
    SelfClaim,
    Withdrawn,
}

/// <summary>The level a claim speaks at (Lin 2016: machine, perpetrator, sponsor; here with cluster and territory).</summary>
public enum ClaimLevel
{
    Machine,
    Cluster,
    Perpetrator,
    Sponsor,
    Territory,
}

/// <summary>Who said what, when, at which level, in which words and on which scale. Never converted to another scale.</summary>
public sealed record ClaimContent
{
    public required ClaimKind Kind { get; init; }

    public required string By { get; init; }

    public required VagueDate Date { get; init; }

    public string? AttributedTo { get; init; }

    public ImmutableArray<ClaimLevel> Levels { get; init; } = [];

    public required Text Words { get; init; }

    /// <summary>The scale the speaker used, in their own name for it; null when none was stated.</summary>
    public string? ScaleUsed { get; init; }

    /// <summary>EuRepoC's attribution basis, such as "Industry attribution".</summary>
    public string? Basis { get; init; }

    public string? Form { get; init; }

    public ImmutableArray<Source> Sources { get; init; } = [];
}

public sealed record Claim(ClaimId Id, ClaimContent Content, DateTimeOffset RecordedAt, ClaimWithdrawal? Withdrawn = null);

/// <summary>That the speaker took the claim back. The claim stays readable.</summary>
public sealed record ClaimWithdrawal(VagueDate Date, string Words, Source? Source);

public abstract partial record CaseCommand
{
    private static readonly IReadOnlyList<Stage> ClaimsOpen = [Stage.Screening, .. Stages.Open, .. Stages.Decided, .. Stages.Standing, Stage.Reconsidering];

    /// <summary>Records an outside statement: attribution, denial, refusal to attribute, conditional statement or challenge.</summary>
    public sealed record RecordClaim(ClaimId Id, ClaimContent Content) : CaseCommand
    {
        public override Duty Duty { get; } = new([Role.Analyst, Role.Registrar, Role.LeadAssessor], ClaimsOpen);

        internal override Decision<CaseEvent> Decide(Case state, Policy policy)
        {
            if (string.IsNullOrWhiteSpace(Content.By) || Content.Words.IsBlank)
            {
                return Refusal.Invalid("claim-incomplete", "A claim says by whom and in which words.", "/by");
            }

            if (Content.Kind == ClaimKind.Attribution && string.IsNullOrWhiteSpace(Content.AttributedTo))
            {
                return Refusal.Invalid("claim-incomplete", "An attribution says to whom.", "/attributedTo");
            }

            return FactsRules.DateFault(Content.Date, "/date") is { } fault ? fault : new CaseEvent.ClaimRecorded(Id, Content);
        }
    }

    /// <summary>Records that the speaker withdrew a claim.</summary>
    public sealed record RecordWithdrawalOfClaim(ClaimId Claim, ClaimWithdrawal Withdrawal) : CaseCommand
    {
        public override Duty Duty { get; } = new([Role.Analyst, Role.Registrar, Role.LeadAssessor], ClaimsOpen);

        internal override Decision<CaseEvent> Decide(Case state, Policy policy) => state.Claims.Find(c => c.Id == Claim) switch
        {
            null => CaseDecider.NoSuchCase,
            { Withdrawn: not null } => Refusal.Conflict("claim-withdrawn", "This claim is recorded as withdrawn already."),
            _ => FactsRules.DateFault(Withdrawal.Date, "/date") is { } fault ? fault : new CaseEvent.ClaimWithdrawn(Claim, Withdrawal),
        };
    }
}

public abstract partial record CaseEvent
{
    public sealed record ClaimRecorded(ClaimId Claim, ClaimContent Content) : CaseEvent
    {
        internal override Case Apply(Case? state, Recorded recorded) =>
            state! with { Claims = state.Claims.Add(new Claim(Claim, Content, recorded.At)) };
    }

    public sealed record ClaimWithdrawn(ClaimId Claim, ClaimWithdrawal Withdrawal) : CaseEvent
    {
        internal override Case Apply(Case? state, Recorded recorded)
        {
            var old = state!.Claims.Find(c => c.Id == Claim)!;
            return state with { Claims = state.Claims.Replace(old, old with { Withdrawn = Withdrawal }) };
        }
    }
}

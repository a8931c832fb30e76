namespace AttributionRegistry.Domain;

/// <summary>What a person may be, in the instance or in one case. Names follow the design's table of people.</summary>
public enum Role
{
    Referrer,
    Registrar,
    SelectionBoard,
    Analyst,
    Custodian,
    LeadAssessor,
    DevilsAdvocate,
    ExternalReviewer,
    PanelMember,
    Chair,
    InvitedSpecialist,
    NamedParty,
    Victim,
    ReviewPanelMember,
    IntegrityOfficer,
    Auditor,
    Operator,

    /// <summary>Holds a share of the key to each ballot of a round, and no other duty in its case (V-56).</summary>
    Scrutineer,
}

/// <summary>Who acts: a person with the roles that the instance grants. Case roles are looked up in the case.</summary>
/// <param name="Id">The person.</param>
/// <param name="Roles">Instance roles only.</param>
public sealed record Caller(PersonId Id, IReadOnlySet<Role> Roles)
{
    public bool Is(Role role) => Roles.Contains(role);
}

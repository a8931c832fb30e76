using System.Text.Json.Serialization;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;

namespace AttributionRegistry.Server.Incidents;

/// <summary>An incident as the caller may see it.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "view")]
[JsonDerivedType(typeof(PublicIncident), "public")]
[JsonDerivedType(typeof(WorkingIncident), "working")]
[JsonDerivedType(typeof(PartyIncident), "party")]
public abstract record IncidentView(IncidentId Id);

/// <summary>What everybody sees once a finding is out.</summary>
/// <param name="Id">The incident.</param>
/// <param name="Stage">Where its case stands.</param>
/// <param name="Facts">What is recorded about it.</param>
/// <param name="Finding">The number of the finding, as in /v1/findings/{number}.</param>
public sealed record PublicIncident(IncidentId Id, Stage Stage, IncidentFacts Facts, string Finding) : IncidentView(Id);

/// <summary>What a party sees: that it is one, what was served on it, and what it replied. Nothing else of the case.</summary>
/// <param name="Id">The incident.</param>
/// <param name="As">Named party or victim.</param>
/// <param name="Represents">For whom it stands.</param>
/// <param name="Lang">The language in which it is addressed.</param>
/// <param name="Services">What was served on it.</param>
/// <param name="Replies">Its replies, with the answers to their points.</param>
public sealed record PartyIncident(
    IncidentId Id, Role As, string Represents, string Lang, IReadOnlyList<ServiceView> Services, IReadOnlyList<ReplyView> Replies) : IncidentView(Id);

/// <summary>What those who work on the case see. Its larger parts have addresses of their own.</summary>
public sealed record WorkingIncident(IncidentId Id) : IncidentView(Id)
{
    public required Stage Stage { get; init; }

    /// <summary>Why the case is suspended, or null.</summary>
    public string? SuspendedBecause { get; init; }

    public required IncidentFacts Facts { get; init; }

    public required PersonId ReferredBy { get; init; }

    public required DateTimeOffset ReferredAt { get; init; }

    public required DateTimeOffset ChangedAt { get; init; }

    public required ReferrerStanding Standing { get; init; }

    public required VictimConsent Consent { get; init; }

    public string? WithoutConsentBecause { get; init; }

    public required bool Expedited { get; init; }

    public Opening? Opening { get; init; }

    public DeclineReason? Declined { get; init; }

    public IncidentId? MergedInto { get; init; }

    public string? CallForEvidence { get; init; }

    public required IReadOnlyList<InterestDeclaration> Interests { get; init; }

    public required IReadOnlyList<KeyAssumption> Assumptions { get; init; }

    public required IReadOnlyList<Text> Gaps { get; init; }

    public ContraryMemo? Memo { get; init; }

    /// <summary>The act that waits for a second person, or null.</summary>
    public PendingActView? Pending { get; init; }

    /// <summary>The number of the finding once it is out.</summary>
    public string? Finding { get; init; }

    public static WorkingIncident Of(Case state) => new(state.Id)
    {
        Stage = state.Stage,
        SuspendedBecause = state.SuspendedBecause,
        Facts = state.Facts,
        ReferredBy = state.ReferredBy,
        ReferredAt = state.ReferredAt,
        ChangedAt = state.ChangedAt,
        Standing = state.ReferrerStanding,
        Consent = state.VictimConsent,
        WithoutConsentBecause = state.WithoutConsentBecause,
        Expedited = state.Expedited,
        Opening = state.Opening,
        Declined = state.Declined,
        MergedInto = state.MergedInto,
        CallForEvidence = state.CallForEvidence,
        Interests = [.. state.Interests.Values.OrderBy(d => d.Person.Value, StringComparer.Ordinal)],
        Assumptions = state.Assumptions,
        Gaps = state.Gaps,
        Memo = state.ContraryMemo,
        Pending = state.Pending is { } p ? new PendingActView(p.Act, p.By, p.As, p.At, p.Reason, p.Items, p.Kept) : null,
        Finding = state.FindingNumber,
    };
}

/// <summary>An act that waits for a second, different person.</summary>
/// <param name="Act">The act.</param>
/// <param name="By">Who proposed it.</param>
/// <param name="As">In which role.</param>
/// <param name="At">When.</param>
/// <param name="Reason">Why.</param>
/// <param name="Destroys">The items whose bytes an erasure would destroy; empty for other acts.</param>
/// <param name="Keeps">Redactions and extracts of these that would keep their bytes.</param>
public sealed record PendingActView(
    string Act, PersonId By, Role As, DateTimeOffset At, string Reason, IReadOnlyList<EvidenceId> Destroys, IReadOnlyList<EvidenceId> Keeps);

/// <summary>One incident in a list.</summary>
/// <param name="Id">The incident.</param>
/// <param name="Name">Its name; null for a party, who learns of the case only what is served.</param>
/// <param name="Stage">Where its case stands; null for a party.</param>
/// <param name="ChangedAt">When its case last changed; null for a party.</param>
/// <param name="Finding">The number of its finding once it is out.</param>
public sealed record IncidentLine(IncidentId Id, string? Name, Stage? Stage, DateTimeOffset? ChangedAt, string? Finding);

/// <summary>A recorded outside statement.</summary>
/// <param name="Id">The claim.</param>
/// <param name="Content">What was said, by whom, when, and where it was read.</param>
/// <param name="RecordedAt">When the registry recorded it.</param>
/// <param name="Withdrawn">That the speaker took it back, or null.</param>
public sealed record ClaimView(ClaimId Id, ClaimContent Content, DateTimeOffset RecordedAt, ClaimWithdrawal? Withdrawn);

/// <summary>A hypothesis of the case and who proposed it.</summary>
public sealed record HypothesisView(HypothesisId Id, HypothesisContent Content, PersonId ProposedBy);

/// <summary>A person and the roles they hold in this case.</summary>
public sealed record CaseRolesView(PersonId Person, IReadOnlyList<Role> Roles);

/// <summary>A service on a party. The reply clock starts at the last one.</summary>
public sealed record ServiceView(
    ServiceId Id, PersonId On, AssessmentId? Assessment, IReadOnlyList<ServedDocument> Documents, string Method, DateTimeOffset At, Text? Letter)
{
    public static ServiceView Of(Service service)
    {
        ArgumentNullException.ThrowIfNull(service);
        return new(service.Id, service.On, service.Assessment, service.Documents, service.Method, service.At, service.Letter);
    }
}

/// <summary>A party's reply, verbatim, with the answers to its points.</summary>
/// <param name="Id">The reply.</param>
/// <param name="By">The party's person.</param>
/// <param name="Represents">For whom the party stands.</param>
/// <param name="At">When it was filed.</param>
/// <param name="Body">Its text.</param>
/// <param name="Points">Its points; each is answered before the panel deliberates.</param>
public sealed record ReplyView(ReplyId Id, PersonId By, string? Represents, DateTimeOffset At, Text Body, IReadOnlyList<ReplyPoint> Points)
{
    public static ReplyView Of(Case state, Reply reply)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(reply);
        return new(reply.Id, reply.By, state.Parties.GetValueOrDefault(reply.By)?.Represents, reply.At, reply.Body, reply.Points);
    }
}

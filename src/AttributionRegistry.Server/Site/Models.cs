using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Actors;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.Voting;
using AttributionRegistry.Server.Actors;
using AttributionRegistry.Server.Findings;
using AttributionRegistry.Server.Incidents;
using AttributionRegistry.Server.OpenData;
using AttributionRegistry.Server.TrackRecord;

namespace AttributionRegistry.Server.Site;

/// <summary>A state on the map: how many findings name it, and how many incidents hit it.</summary>
public sealed record Place(string State, int Named, int Affected);

public sealed record HomeModel(IReadOnlyList<FindingSummary> Latest, FindingFigures Figures, IReadOnlyList<Place> Places);

public sealed record BalanceModel(BalanceFigures Figures, IReadOnlyList<Place> States);

/// <summary>A search, what it found, and by what it can be narrowed.</summary>
public sealed record SearchModel(SearchQuery Query, Findings.Search.FindingPage Page, Findings.Search.FindingFacets Facets);

/// <summary>An incident as everybody may see it, with all that others have said of it.</summary>
public sealed record IncidentModel(string Number, Stage Stage, IncidentFacts Facts, FindingSummary Finding, IReadOnlyList<ClaimView> Claims)
{
    public IEnumerable<ClaimView> Attributions => Claims.Where(c => c.Content.Kind is ClaimKind.Attribution or ClaimKind.SelfClaim);

    public IEnumerable<ClaimView> Denials => Claims.Where(c => c.Content.Kind is ClaimKind.Denial or ClaimKind.RefusalToAttribute or ClaimKind.Challenge);

    public IEnumerable<ClaimView> Conditional => Claims.Where(c => c.Content.Kind is ClaimKind.Conditional or ClaimKind.Withdrawn);
}

public sealed record IncidentLineModel(string Number, string Name, FindingSummary Finding, IReadOnlyList<string> States, VagueDate? Started);

public sealed record IncidentsModel(IReadOnlyList<IncidentLineModel> Lines, bool Cut);

/// <summary>Actors, and whom a name may mean when one was asked for.</summary>
public sealed record ActorsModel(IReadOnlyList<ActorSummary> Actors, bool Cut, string? Asked, IReadOnlyList<ActorCandidate> Candidates);

/// <summary>An actor, with the names of those it is tied to.</summary>
public sealed record ActorModel(ActorView Actor, IReadOnlyDictionary<ActorId, string> Names);

/// <summary>Somebody who has sat on panels, as published findings name them.</summary>
public sealed record Sitting(string Name, Region Region, IReadOnlyList<SeatLine> Seats);

/// <summary>One seat: in which finding, and what was declared.</summary>
public sealed record SeatLine(string Number, DeclarationKind Declared, bool Presided);

public sealed record PeopleModel(IReadOnlyList<Sitting> Members, IReadOnlyList<(string Number, string Ground)> Recusals);

public sealed record FundingModel(IReadOnlyList<FundingSource> Sources, int PolicyVersion);

/// <summary>One value of the policy as it stands.</summary>
public sealed record PolicyLine(string Key, string Value);

public sealed record PolicyModel(int Version, IReadOnlyList<PolicyLine> Lines);

public sealed record TrackModel(TrackRecordView Record);

/// <summary>What changed between two versions.</summary>
public sealed record ChangesModel(string Number, string Name, int From, int To, string? ChangeNote, FindingDiff Diff);

/// <summary>A refusal as a page.</summary>
public sealed record ErrorModel(int Status, string Code, string? Detail);

using System.Collections.Immutable;
using AttributionRegistry.Domain.Voting;

namespace AttributionRegistry.Domain.Cases;

/// <summary>Whether the referrer is known to the secretariat.</summary>
public enum ReferrerStanding
{
    Unverified,
    Verified,
    Anonymous,
}

/// <summary>What the victim says to an examination of the incident.</summary>
public enum VictimConsent
{
    NotAsked,
    Given,
    Refused,
}

/// <summary>A party of the case and what it stands for: a state (ISO code), an organisation, a person.</summary>
public sealed record Party(PersonId Person, Role As, string Represents, string Lang);

/// <summary>An act that needs a second, different person (L4).</summary>
public sealed record PendingAct(string Act, string Target, PersonId By, Role As, DateTimeOffset At, string Reason)
{
    /// <summary>The items that an erasure would destroy.</summary>
    public ImmutableArray<EvidenceId> Items { get; init; } = [];

    /// <summary>What was made from them and would keep its bytes.</summary>
    public ImmutableArray<EvidenceId> Kept { get; init; } = [];
}

/// <summary>One incident and its case: the whole state that the rules of section 4 decide on.</summary>
public sealed record Case
{
    public required IncidentId Id { get; init; }

    public required Stage Stage { get; init; }

    /// <summary>The reason of a suspension laid over the stage, or null.</summary>
    public string? SuspendedBecause { get; init; }

    public required IncidentFacts Facts { get; init; }

    public required PersonId ReferredBy { get; init; }

    public ReferrerStanding ReferrerStanding { get; init; }

    public VictimConsent VictimConsent { get; init; }

    /// <summary>Why the case goes on without the victim's consent, if it does.</summary>
    public string? WithoutConsentBecause { get; init; }

    public bool Expedited { get; init; }

    public Opening? Opening { get; init; }

    public DeclineReason? Declined { get; init; }

    public IncidentId? MergedInto { get; init; }

    public string? CallForEvidence { get; init; }

    /// <summary>Merkle root of the evidence set as frozen for deliberation, hex; every round votes on exactly this set (V-22).</summary>
    public string? EvidenceRoot { get; init; }

    public DateTimeOffset ReferredAt { get; init; }

    public DateTimeOffset ChangedAt { get; init; }

    /// <summary>Roles given in this case, beside those of the instance and the seats of the panel.</summary>
    public ImmutableDictionary<PersonId, ImmutableHashSet<Role>> Assigned { get; init; } = ImmutableDictionary<PersonId, ImmutableHashSet<Role>>.Empty;

    public ImmutableDictionary<PersonId, Party> Parties { get; init; } = ImmutableDictionary<PersonId, Party>.Empty;

    /// <summary>People who are recused: they do not see the case at all.</summary>
    public ImmutableHashSet<PersonId> Recused { get; init; } = [];

    /// <summary>When each person last declared their interests in this case.</summary>
    public ImmutableDictionary<PersonId, InterestDeclaration> Interests { get; init; } = ImmutableDictionary<PersonId, InterestDeclaration>.Empty;

    public ImmutableList<Claim> Claims { get; init; } = [];

    public ImmutableList<Hypothesis> Hypotheses { get; init; } = [];

    public ImmutableList<EvidenceItem> Evidence { get; init; } = [];

    /// <summary>Living sources, under the pseudonyms of this case.</summary>
    public ImmutableList<CaseSource> LivingSources { get; init; } = [];

    /// <summary>Every word on whether two items rest on one report, oldest first (E8).</summary>
    public ImmutableList<OriginLink> OriginLinks { get; init; } = [];

    public ImmutableDictionary<CellKey, Cell> Cells { get; init; } = ImmutableDictionary<CellKey, Cell>.Empty;

    public ImmutableList<KeyAssumption> Assumptions { get; init; } = [];

    public ImmutableList<Text> Gaps { get; init; } = [];

    public ContraryMemo? ContraryMemo { get; init; }

    public ImmutableList<FrozenAssessment> Assessments { get; init; } = [];

    public ImmutableList<Review> Reviews { get; init; } = [];

    public ImmutableList<Service> Services { get; init; } = [];

    public ImmutableList<Reply> Replies { get; init; } = [];

    public Pool? Pool { get; init; }

    public Panel? Panel { get; init; }

    /// <summary>Everyone who sat on a panel of this case that has voted (R1, V-62).</summary>
    public ImmutableHashSet<PersonId> FormerPanel { get; init; } = [];

    /// <summary>The panel that decided last, and its pool: the record behind the finding outlives a new draw.</summary>
    public Panel? DecidedPanel { get; init; }

    public Pool? DecidedPool { get; init; }

    public ImmutableList<CaseRound> Rounds { get; init; } = [];

    public FindingDraft? Draft { get; init; }

    public string? FindingNumber { get; init; }

    public FindingId? FindingId { get; init; }

    public ImmutableList<FindingVersion> Versions { get; init; } = [];

    public ImmutableList<Petition> Petitions { get; init; } = [];

    public ImmutableList<Resolution> Resolutions { get; init; } = [];

    /// <summary>The pool frozen last for the appeals chamber, and the chamber drawn last.</summary>
    public Pool? ChamberPool { get; init; }

    public Chamber? Chamber { get; init; }

    /// <summary>The chamber's open votes on what it has not decided yet, by the id of the matter.</summary>
    public ImmutableDictionary<string, ImmutableList<ChamberVote>> ChamberVotes { get; init; } = ImmutableDictionary<string, ImmutableList<ChamberVote>>.Empty;

    public ImmutableList<Appeal> Appeals { get; init; } = [];

    public ImmutableList<MappingOrder> MappingOrders { get; init; } = [];

    /// <summary>Versions that the appeals chamber annulled. They stay readable and say so for ever (V-61, L7).</summary>
    public ImmutableSortedSet<int> AnnulledVersions { get; init; } = [];

    /// <summary>What no longer reproduces of the current version's tally, or null (V-63).</summary>
    public Dispute? Dispute { get; init; }

    /// <summary>What invited specialists told the panel.</summary>
    public ImmutableList<SpecialistStatement> Statements { get; init; } = [];

    /// <summary>Fields of the case's events whose text was destroyed by order.</summary>
    public ImmutableList<TextErasure> ErasedTexts { get; init; } = [];

    /// <summary>Keys with which people sign what they do in this case, oldest first.</summary>
    public ImmutableList<CaseKey> Keys { get; init; } = [];

    /// <summary>The key with which a person signs in this case now: the one bound last.</summary>
    public CaseKey? KeyOf(PersonId person) => Keys.FindLast(k => k.Voucher.Person == person);

    public PendingAct? Pending { get; init; }

    /// <summary>How often the case has been taken back for reconsideration with a new assessment.</summary>
    public int Reopenings { get; init; }

    /// <summary>The assessment that counts now: the last frozen one, unless the case went back to work on a new one.</summary>
    public FrozenAssessment? CurrentAssessment => Assessments.LastOrDefault(a => a.Superseded is false);

    public CaseRound? CurrentRound => Rounds.LastOrDefault();

    public FindingVersion? CurrentVersion => Versions.LastOrDefault();

    /// <summary>Whether the appeals chamber annulled the version that is published last.</summary>
    public bool CurrentIsAnnulled => CurrentVersion is { } version && AnnulledVersions.Contains(version.Version);

    public bool HasFinding => Versions.Count > 0;

    public EvidenceItem? Find(EvidenceId id) => Evidence.Find(e => e.Id == id);

    /// <summary>The living source behind a pseudonym of this case.</summary>
    public CaseSource? SourceOf(string? pseudonym) => LivingSources.Find(s => s.Pseudonym == pseudonym);

    public Hypothesis? Find(HypothesisId id) => Hypotheses.Find(h => h.Id == id);

    /// <summary>Items that may count: accepted, not rejected, quarantined or erased.</summary>
    public IEnumerable<EvidenceItem> Counting => Evidence.Where(e => e.Standing == EvidenceStanding.Accepted);

    /// <summary>States whose people and bodies are excluded from the panel (V-03).</summary>
    public ImmutableSortedSet<string> ConcernedStates =>
        [.. Facts.VictimStates, .. Facts.ReferringState is { } s ? [s] : Array.Empty<string>(), .. Hypotheses.SelectMany(h => h.States)];

    /// <summary>The roles a person has in effect here: some come with the instance, most only with this case.</summary>
    public IReadOnlySet<Role> RolesOf(Caller caller)
    {
        if (Recused.Contains(caller.Id))
        {
            return ImmutableHashSet<Role>.Empty;
        }

        // Whoever sits on the panel, or is a party, has no second hat in the case, whatever the instance has granted them.
        if (Panel?.SeatOf(caller.Id) is { Removed: false })
        {
            return Panel.Chair == caller.Id ? ImmutableHashSet.Create(Role.PanelMember, Role.Chair) : ImmutableHashSet.Create(Role.PanelMember);
        }

        if (Parties.TryGetValue(caller.Id, out var party))
        {
            return ImmutableHashSet.Create(party.As);
        }

        // A member of the chamber has no other hat either, and knows of the case while there is something to decide.
        if (Chamber?.SeatOf(caller.Id) is { Removed: false })
        {
            return this.ChamberMatters().Count > 0 ? ImmutableHashSet.Create(Role.ChamberMember) : ImmutableHashSet<Role>.Empty;
        }

        var roles = caller.Roles.Where(InstanceWide.Contains).ToHashSet();
        var assigned = Assigned.GetValueOrDefault(caller.Id) ?? [];
        roles.UnionWith(assigned);

        // R1, and nobody decides on their own work.
        if (FormerPanel.Contains(caller.Id) || ReferredBy == caller.Id || WorkedOn(caller.Id))
        {
            roles.Remove(Role.ReviewPanelMember);
        }

        // A review from outside is none if the reviewer may change what is reviewed.
        if (assigned.Contains(Role.ExternalReviewer))
        {
            roles.ExceptWith([Role.Analyst, Role.Custodian, Role.SelectionBoard]);
        }

        return roles;
    }

    /// <summary>Whether the person holds a duty in the case or has left work in it: evidence, grades, hypotheses, ratings, texts.</summary>
    public bool WorkedOn(PersonId person) =>
        Assigned.ContainsKey(person) || Parties.ContainsKey(person) || Contributed(person) ||
        Assessments.Any(a => a.By == person) || Reviews.Any(r => r.By == person);

    /// <summary>Whether what is assessed comes from this person: evidence, grades, hypotheses, ratings, the memo.</summary>
    internal bool Contributed(PersonId person) =>
        Evidence.Any(e => e.SubmittedBy == person || e.Gradings.Any(g => g.By == person)) ||
        Hypotheses.Any(h => h.ProposedBy == person) || Cells.Values.Any(c => c.Rater == person) || ContraryMemo?.By == person;

    /// <summary>Whether the caller may know that this case exists while it is not public.</summary>
    public bool MaySee(Caller caller) => MayRead(caller) || IsServedParty(caller);

    /// <summary>Whether the caller is a party on whom something has been served. Before that a party knows of nothing.</summary>
    public bool IsServedParty(Caller caller) =>
        Parties.ContainsKey(caller.Id) && !Recused.Contains(caller.Id) && Services.Any(s => s.On == caller.Id);

    /// <summary>Whether the caller may read what the case holds: everything but ballots, and evidence payload.</summary>
    public bool MayRead(Caller caller) => RolesOf(caller).Overlaps(Readers);

    /// <summary>Whether the caller may read evidence payload; each read is recorded.</summary>
    public bool MayReadPayload(Caller caller, EvidenceItem item) =>
        RolesOf(caller).Overlaps(PayloadReaders) || item.SubmittedBy == caller.Id;

    public bool Is(Caller caller, Role role) => RolesOf(caller).Contains(role);

    internal Case Give(PersonId person, Role role) =>
        this with { Assigned = Assigned.SetItem(person, (Assigned.GetValueOrDefault(person) ?? []).Add(role)) };

    internal Case Replace(EvidenceItem item) => this with { Evidence = Evidence.Replace(Find(item.Id)!, item) };

    /// <summary>Roles that the instance grants for every case. All others take effect only where a case names the person.</summary>
    public static IReadOnlySet<Role> InstanceWide { get; } = ImmutableHashSet.Create(
        Role.Registrar, Role.SelectionBoard, Role.Analyst, Role.Custodian, Role.IntegrityOfficer, Role.Auditor, Role.ReviewPanelMember);

    /// <summary>Roles whose holders may know that the case exists; parties know it once something is served on them.</summary>
    public static IReadOnlySet<Role> Insiders { get; } = ImmutableHashSet.Create(
        Role.Registrar, Role.SelectionBoard, Role.Analyst, Role.Custodian, Role.LeadAssessor, Role.DevilsAdvocate, Role.ExternalReviewer,
        Role.PanelMember, Role.Chair, Role.InvitedSpecialist, Role.IntegrityOfficer, Role.Auditor, Role.NamedParty, Role.Victim, Role.ReviewPanelMember, Role.ChamberMember);

    private static readonly ImmutableHashSet<Role> Readers = [.. Insiders.Except([Role.NamedParty, Role.Victim])];

    private static readonly ImmutableHashSet<Role> PayloadReaders =
        [Role.Custodian, Role.Analyst, Role.LeadAssessor, Role.DevilsAdvocate, Role.ExternalReviewer, Role.PanelMember, Role.Chair, Role.Auditor,
        Role.ChamberMember];
}

/// <summary>A declaration of interests in this case.</summary>
public sealed record InterestDeclaration(PersonId Person, DateTimeOffset At, Text? Statement);

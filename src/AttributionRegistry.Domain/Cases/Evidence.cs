using System.Collections.Immutable;
using AttributionRegistry.Domain.Scales;

namespace AttributionRegistry.Domain.Cases;

public enum EvidenceKind
{
    File,
    Malware,
    NetworkCapture,
    DiskImage,
    Log,
    Report,
    Statement,
    WebArchive,
    StixBundle,
    MispEvent,
}

/// <summary>The MICTIC aspect an item speaks to (Steffens, Attribution of Advanced Persistent Threats, 2020).</summary>
public enum MicticAspect
{
    Malware,
    Infrastructure,
    ControlServer,
    Telemetry,
    Intelligence,
    CuiBono,
}

public enum EvidenceStanding
{
    Submitted,
    Accepted,
    Rejected,
    Quarantined,
    Erased,
}

/// <summary>When, where, how and by whom the item was collected.</summary>
public sealed record Collection(VagueDate? When, string? Where, string? How, string? By);

/// <summary>What the submitter says about an item. Free text is committed to in the log, never shown there.</summary>
public record EvidenceDescription
{
    public required string Title { get; init; }

    public required EvidenceKind Kind { get; init; }

    public required Text Description { get; init; }

    /// <summary>Media type as the submitter declares it.</summary>
    public string? DeclaredMediaType { get; init; }

    public Collection? Collected { get; init; }

    /// <summary>The submitter's interest in the outcome; "none" is an answer, silence is not.</summary>
    public required string InterestInOutcome { get; init; }

    public required Tlp Tlp { get; init; }

    public Spoofability Spoofability { get; init; } = Spoofability.Unknown;

    public MicticAspect? Mictic { get; init; }

    /// <summary>
    /// Real name of a living source. It goes into a sealed member of its own; every reader sees a pseudonym of the case instead.
    /// </summary>
    public string? SourceName { get; init; }

    /// <summary>The source's consent, where a copy has a wider label than its original (E6).</summary>
    public string? SourceConsent { get; init; }

    /// <summary>Id or citation of the original report this item rests on. Items with the same origin count once (E8).</summary>
    public string? Origin { get; init; }

    public ImmutableArray<string> HandlingCaveats { get; init; } = [];

    public ImmutableArray<Parent> Parents { get; init; } = [];

    public ImmutableArray<Source> Sources { get; init; } = [];

    /// <summary>True when the payload is not given to the registry, only described; it can then never be disclosed.</summary>
    public bool PayloadHeldElsewhere { get; init; }

    /// <summary>The description alone, of a request that says more.</summary>
    public EvidenceDescription Alone() => new(this);
}

/// <summary>
/// The recorded bytes: digest, size, media type as sniffed, and the salt (hex, 32 bytes) of the commitment by which the frozen
/// evidence set and the log name them without giving the digest away.
/// </summary>
public sealed record Payload(string Sha256, long Size, string SniffedMediaType, string Salt);

/// <summary>One grading in the Admiralty code, with who, when and why. Old ones are kept (E5).</summary>
public sealed record Grading(SourceGrade Source, InformationGrade Information, PersonId By, DateTimeOffset At, string Reason);

/// <summary>One change of the sharing label, with who, when, why and the source's consent. Old ones are kept (E6).</summary>
public sealed record Labelling(Tlp From, Tlp To, PersonId By, DateTimeOffset At, string? Reason, string? SourceConsent);

/// <summary>One release, the label under which it was made and the consent on record then. A release is not taken back (E6).</summary>
public sealed record ReleaseRecord(Audience To, PersonId By, DateTimeOffset At, string Reason, Tlp Under, string? SourceConsent);

/// <summary>One wording of the gist. Old ones are kept, with those on whom they were served (P4).</summary>
public sealed record GistRecord(Text Gist, string ReasonCode, string SeenBy, PersonId By, DateTimeOffset At);

/// <summary>How far an item has been let out.</summary>
public enum Audience
{
    Case,
    Parties,
    Public,
}

/// <summary>Why an item is withheld from the public, who has seen it, and its gist.</summary>
public sealed record Withholding(string ReasonCode, string SeenBy);

public sealed record EvidenceItem
{
    public required EvidenceId Id { get; init; }

    public required EvidenceDescription Described { get; init; }

    public required PersonId SubmittedBy { get; init; }

    public required DateTimeOffset SubmittedAt { get; init; }

    public EvidenceStanding Standing { get; init; }

    public string? StandingReason { get; init; }

    /// <summary>The order by which its bytes were destroyed, or null.</summary>
    public ErasureRecord? Erasure { get; init; }

    /// <summary>How it stood before its bytes were found damaged; null while it is not quarantined.</summary>
    public BeforeDamage? Damage { get; init; }

    public Payload? Payload { get; init; }

    public required Tlp Tlp { get; init; }

    public ImmutableList<Grading> Gradings { get; init; } = [];

    public ImmutableList<CustodyEvent> Custody { get; init; } = [];

    public Audience ReleasedTo { get; init; }

    public ImmutableList<Labelling> Labellings { get; init; } = [];

    public ImmutableList<ReleaseRecord> Releases { get; init; } = [];

    public ImmutableList<GistRecord> Gists { get; init; } = [];

    /// <summary>The originals of a copy with the commitments to their bytes, as they stood at submission.</summary>
    public ImmutableArray<DerivedFrom> From { get; init; } = [];

    /// <summary>What was found in the original when this copy was freed of metadata.</summary>
    public MetadataReport? Metadata { get; init; }

    /// <summary>What the last reading of this structured item found, in numbers.</summary>
    public ObservableReport? Observables { get; init; }

    /// <summary>Pseudonym of the living source in the case, or null.</summary>
    public string? LivingSource { get; init; }

    /// <summary>What scanners said of the bytes, oldest first.</summary>
    public ImmutableList<Scan> Scans { get; init; } = [];

    public Withholding? Withheld { get; init; }

    public Text? Gist { get; init; }

    /// <summary>Named parties on whom the gist was served (P4).</summary>
    public ImmutableHashSet<PersonId> GistServedOn { get; init; } = [];

    public string? SourceConsent { get; init; }

    public Grading? Grade => Gradings.LastOrDefault();

    public PersonId Holder => Custody[^1].Holder;

    /// <summary>The offer that waits for its receiver, or null.</summary>
    public CustodyEvent? Offer => CustodyChain.OpenOffer(Custody);

    /// <summary>Disclosed: everyone may see it once the finding is out.</summary>
    public bool Disclosed => ReleasedTo == Audience.Public && Standing == EvidenceStanding.Accepted;
}

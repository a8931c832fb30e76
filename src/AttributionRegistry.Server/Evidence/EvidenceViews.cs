using System.Collections.Immutable;
using AttributionRegistry.Domain;
using AttributionRegistry.Domain.Cases;
using AttributionRegistry.Domain.Scales;

namespace AttributionRegistry.Server.Evidence;

/// <summary>The stored bytes of an item. The digest stays when the bytes have been erased.</summary>
public sealed record PayloadView(string Sha256, long Size, string SniffedMediaType);

/// <summary>The grade that counts now, in the Admiralty code.</summary>
public sealed record GradeView(SourceGrade Source, InformationGrade Information);

/// <summary>One grading; earlier ones are kept (E5).</summary>
/// <param name="Number">From 1, in order.</param>
/// <param name="Source">Reliability of the source, A to F.</param>
/// <param name="Information">Credibility of the information, 1 to 6.</param>
/// <param name="By">Who graded.</param>
/// <param name="At">When.</param>
/// <param name="Reason">Why.</param>
public sealed record GradingView(int Number, SourceGrade Source, InformationGrade Information, PersonId By, DateTimeOffset At, string Reason);

/// <summary>One link of the chain of custody; its giver is the holder of the link before (E2).</summary>
/// <param name="Number">From 1, in order.</param>
/// <param name="Kind">What happened.</param>
/// <param name="From">Who held the item before; null for the first link.</param>
/// <param name="Holder">Who holds it from then on.</param>
/// <param name="By">Who recorded it.</param>
/// <param name="At">When.</param>
/// <param name="Note">In words.</param>
/// <param name="OfferedTo">To whom the item is offered, or who is ordered to take it over; null in every other link.</param>
/// <param name="Circumstances">Where, how and why, and in what condition the item was.</param>
/// <param name="Order">By whose order and why the item left a holder who could not act; null in every other link.</param>
public sealed record CustodyView(
    int Number, CustodyKind Kind, PersonId? From, PersonId Holder, PersonId By, DateTimeOffset At, string Note, PersonId? OfferedTo, Circumstances Circumstances,
    CustodyOrder? Order);

/// <summary>The original of a copy. Whoever is shown the original's digest and salt can check that they open the commitment.</summary>
/// <param name="Original">The item from which this one was made.</param>
/// <param name="How">The relation.</param>
/// <param name="Commitment">Salted commitment to the bytes of the original, as in the log and in the frozen evidence set.</param>
/// <param name="Activity">How the copy was made; parameters and operator only for those who work on the case.</param>
public sealed record OriginalView(EvidenceId Original, Derivation How, string Commitment, ActivityView? Activity);

/// <summary>What made a copy.</summary>
public sealed record ActivityView(
    string Tool, string ToolVersion, DateTimeOffset? StartedAt, DateTimeOffset? EndedAt, string? Operator, ImmutableArray<ToolParameter>? Parameters);

/// <summary>One read of the bytes, recorded before the first of them left (E7).</summary>
/// <param name="Number">From 1, in order.</param>
/// <param name="By">Who read; the machine's id (zeros) for a reader without credentials.</param>
/// <param name="At">When.</param>
/// <param name="Range">The bytes asked for, or "all".</param>
public sealed record AccessView(int Number, PersonId By, DateTimeOffset At, string Range);

/// <summary>What a malware scanner said of the bytes. A label only: nothing is deleted for it.</summary>
/// <param name="Engine">The scanner with the version of its signatures.</param>
/// <param name="Verdict">clean (no signature matched), malware, or notScanned.</param>
/// <param name="Signature">The signature that matched, or why the item was not scanned.</param>
/// <param name="At">When.</param>
public sealed record ScanView(string Engine, ScanVerdict Verdict, string? Signature, DateTimeOffset At);

/// <summary>What only those who work on the case see of an item.</summary>
public sealed record EvidenceInside
{
    public required PersonId SubmittedBy { get; init; }

    public required PersonId Holder { get; init; }

    public required string InterestInOutcome { get; init; }

    public Collection? Collected { get; init; }

    public required ImmutableArray<string> HandlingCaveats { get; init; }

    public string? StandingReason { get; init; }

    /// <summary>The source's recorded consent to a wider label (E6).</summary>
    public string? SourceConsent { get; init; }

    /// <summary>Who has seen what is withheld.</summary>
    public string? SeenBy { get; init; }

    public required ImmutableArray<PersonId> GistServedOn { get; init; }

    public required IReadOnlyList<GradingView> Gradings { get; init; }

    public required IReadOnlyList<CustodyView> Custody { get; init; }

    /// <summary>The offer that waits for its receiver's answer.</summary>
    public PersonId? OfferedTo { get; init; }

    /// <summary>Every change of the label with reason and consent, oldest first (E6).</summary>
    public required ImmutableList<Labelling> Labels { get; init; }

    /// <summary>Every release with the label and the consent on record then, oldest first (E6).</summary>
    public required ImmutableList<ReleaseRecord> Releases { get; init; }

    /// <summary>Every wording of the gist, oldest first (P4).</summary>
    public required ImmutableList<GistRecord> Gists { get; init; }

    /// <summary>What was said on whether this item rests on the same report as another, oldest first (E8).</summary>
    public required IReadOnlyList<OriginLink> OriginLinks { get; init; }

    /// <summary>The order by which the bytes were destroyed, with the copies that went and what was kept.</summary>
    public ErasureRecord? Erasure { get; init; }

    /// <summary>What was found in the original when this copy was freed of metadata.</summary>
    public MetadataReport? Metadata { get; init; }

    /// <summary>What the last reading of this STIX bundle or MISP event found, in numbers.</summary>
    public ObservableReport? Observables { get; init; }
}

/// <summary>
/// An item of evidence, as far as the reader may see it. Whoever works on the case sees all; a party sees what was released to
/// the parties and the gists served on it; the public sees what was released to it in a published case. Members that the reader
/// may not see are null. No reader outside the case ever sees a person.
/// </summary>
public sealed record EvidenceView
{
    public required EvidenceId Id { get; init; }

    public required IncidentId Incident { get; init; }

    public required EvidenceKind Kind { get; init; }

    public required EvidenceStanding Standing { get; init; }

    /// <summary>Null where only the gist may be seen; so are the description and what follows from it.</summary>
    public string? Title { get; init; }

    public Text? Description { get; init; }

    /// <summary>Media type as the submitter declared it; the one found in the bytes is in the payload.</summary>
    public string? DeclaredMediaType { get; init; }

    public DateTimeOffset? SubmittedAt { get; init; }

    public Tlp? Tlp { get; init; }

    public Spoofability? Spoofability { get; init; }

    public MicticAspect? Mictic { get; init; }

    /// <summary>The report it rests on; items with the same origin count once (E8).</summary>
    public string? Origin { get; init; }

    /// <summary>The originals of a copy.</summary>
    public IReadOnlyList<OriginalView>? Parents { get; init; }

    /// <summary>Pseudonym of the living source in this case; items of one source have the same.</summary>
    public string? LivingSource { get; init; }

    public ImmutableArray<Source>? Sources { get; init; }

    public bool? PayloadHeldElsewhere { get; init; }

    public PayloadView? Payload { get; init; }

    /// <summary>What a malware scanner last said of the bytes; null where none was asked.</summary>
    public ScanView? Scan { get; init; }

    public GradeView? Grade { get; init; }

    public Audience? ReleasedTo { get; init; }

    /// <summary>Why the item is withheld, where a gist stands in for it.</summary>
    public string? WithheldBecause { get; init; }

    /// <summary>The essence of what is withheld.</summary>
    public Text? Gist { get; init; }

    public EvidenceInside? Inside { get; init; }

    /// <summary>The item for a reader, or null when they may not see anything of it.</summary>
    /// <param name="state">The case.</param>
    /// <param name="item">One of its items.</param>
    /// <param name="reader">Null for a stranger.</param>
    public static EvidenceView? For(Case state, EvidenceItem item, Caller? reader)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(item);
        if (reader is not null && state.MayRead(reader))
        {
            return Whole(state, item) with
            {
                WithheldBecause = item.Withheld?.ReasonCode, Gist = item.Gist, Parents = OriginalsOf(item, inside: true), Inside = InsideOf(state, item),
            };
        }

        if (state.HasFinding && item.ReleasedTo == Audience.Public)
        {
            return Whole(state, item);
        }

        if (reader is null || !state.Parties.ContainsKey(reader.Id) || !state.MaySee(reader))
        {
            return null;
        }

        var disclosureServed = state.Services.Any(s => s.On == reader.Id && s.Documents.Contains(ServedDocument.DisclosureSet));
        if (item.ReleasedTo >= Audience.Parties && disclosureServed)
        {
            return Whole(state, item);
        }

        return item.GistServedOn.Contains(reader.Id)
            ? new EvidenceView
            {
                Id = item.Id, Incident = state.Id, Kind = item.Described.Kind, Standing = item.Standing,
                WithheldBecause = item.Withheld?.ReasonCode, Gist = item.Gist,
            }
            : null;
    }

    private static EvidenceView Whole(Case state, EvidenceItem item) => new()
    {
        Id = item.Id,
        Incident = state.Id,
        Kind = item.Described.Kind,
        Standing = item.Standing,
        Title = item.Described.Title,
        Description = item.Described.Description,
        DeclaredMediaType = item.Described.DeclaredMediaType,
        SubmittedAt = item.SubmittedAt,
        Tlp = item.Tlp,
        Spoofability = item.Described.Spoofability,
        Mictic = item.Described.Mictic,
        Origin = item.Described.Origin,
        Parents = OriginalsOf(item, inside: false),
        LivingSource = item.LivingSource,
        Sources = item.Described.Sources,
        PayloadHeldElsewhere = item.Described.PayloadHeldElsewhere,
        Payload = item.Payload is { } p ? new PayloadView(p.Sha256, p.Size, p.SniffedMediaType) : null,
        Scan = item.Scans.LastOrDefault() is { } scan ? new ScanView(scan.Engine, scan.Verdict, scan.Signature, scan.At) : null,
        Grade = item.Grade is { } g ? new GradeView(g.Source, g.Information) : null,
        ReleasedTo = item.ReleasedTo,
    };

    private static EvidenceInside InsideOf(Case state, EvidenceItem item) => new()
    {
        SubmittedBy = item.SubmittedBy,
        Holder = item.Holder,
        InterestInOutcome = item.Described.InterestInOutcome,
        Collected = item.Described.Collected,
        HandlingCaveats = item.Described.HandlingCaveats,
        StandingReason = item.StandingReason,
        SourceConsent = item.SourceConsent,
        SeenBy = item.Withheld?.SeenBy,
        GistServedOn = [.. item.GistServedOn.OrderBy(p => p.Value, StringComparer.Ordinal)],
        Gradings = GradingsOf(item),
        Custody = CustodyOf(item),
        OfferedTo = item.Offer?.OfferedTo,
        Labels = item.Labellings,
        Releases = item.Releases,
        Gists = item.Gists,
        OriginLinks = [.. state.OriginLinks.Where(l => l.One == item.Id || l.Other == item.Id)],
        Erasure = item.Erasure,
        Metadata = item.Metadata,
        Observables = item.Observables,
    };

    // Parameters can tell what a redaction hides.
    private static IReadOnlyList<OriginalView> OriginalsOf(EvidenceItem item, bool inside) =>
        [.. item.From.Zip(item.Described.Parents, (from, parent) => new OriginalView(from.Original, from.How, from.Commitment, parent.Activity is not { } a ? null : new ActivityView(
            a.Tool, a.ToolVersion, a.StartedAt, a.EndedAt, inside ? a.Operator : null, inside ? a.Parameters : null)))];

    internal static IReadOnlyList<GradingView> GradingsOf(EvidenceItem item) =>
        [.. item.Gradings.Select((g, i) => new GradingView(i + 1, g.Source, g.Information, g.By, g.At, g.Reason))];

    internal static IReadOnlyList<CustodyView> CustodyOf(EvidenceItem item) =>
        [.. item.Custody.Select((c, i) => new CustodyView(i + 1, c.Kind, c.From, c.Holder, c.By, c.At, c.Note, c.OfferedTo, c.Circumstances, c.Order))];
}

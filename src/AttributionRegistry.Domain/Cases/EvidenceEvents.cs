using System.Collections.Immutable;
using AttributionRegistry.Domain.Scales;

namespace AttributionRegistry.Domain.Cases;

public abstract partial record CaseEvent
{
    public sealed record EvidenceSubmitted(EvidenceId Evidence, EvidenceDescription Described) : CaseEvent
    {
        /// <summary>The originals of a copy, with commitments to their bytes; the log shows them (E3).</summary>
        [Open]
        public ImmutableArray<DerivedFrom> From { get; init; } = [];

        /// <summary>
        /// The pseudonym; null where no living source is named. A text, so that the log only commits to it: numbers would stand there
        /// openly and tie withheld items together.
        /// </summary>
        public string? SourcePseudonym { get; init; }

        /// <summary>The real name: a member of its own, so that the description can be opened without it.</summary>
        public string? SourceName { get; init; }

        internal override Case Apply(Case? state, Recorded recorded) => state! with
        {
            Evidence = state.Evidence.Add(new EvidenceItem
            {
                Id = Evidence,
                Described = Described,
                SubmittedBy = recorded.By,
                SubmittedAt = recorded.At,
                Tlp = Described.Tlp,
                SourceConsent = Described.SourceConsent,
                From = From,
                LivingSource = SourcePseudonym,
                Custody = [new CustodyEvent(CustodyKind.Received, null, recorded.By, recorded.By, recorded.At, "Described by its submitter.")],
            }),
            LivingSources = SourcePseudonym is { } pseudonym && state.SourceOf(pseudonym) is null
                ? state.LivingSources.Add(new CaseSource(pseudonym, SourceName!, recorded.By))
                : state.LivingSources,
        };
    }

    /// <summary>A copy was freed of metadata; this is what the original had.</summary>
    public sealed record MetadataFound(EvidenceId Evidence, MetadataReport Report) : CaseEvent
    {
        internal override Case Apply(Case? state, Recorded recorded) => state!.Change(Evidence, e => e with { Metadata = Report });
    }

    /// <summary>Two items rest on one original report, or do not after all (E8).</summary>
    public sealed record OriginLinked(EvidenceId Evidence, EvidenceId Other, bool Linked, string Reason) : CaseEvent
    {
        internal override Case Apply(Case? state, Recorded recorded) => state!.Change(Evidence, e => e) with
        {
            OriginLinks = state!.OriginLinks.Add(new OriginLink(Evidence, Other, Linked, recorded.By, recorded.At, Reason)),
        };
    }

    public sealed record PayloadSealed(EvidenceId Evidence, Payload Payload) : CaseEvent
    {
        internal override Case Apply(Case? state, Recorded recorded) => state!.Change(Evidence, e => e with
        {
            Payload = Payload,
            Custody = e.Custody.Add(new CustodyEvent(CustodyKind.Sealed, e.Holder, e.Holder, recorded.By, recorded.At, "Stored under its digest.")),
        });
    }

    public sealed record AdmissibilityJudged(EvidenceId Evidence, bool Accepted, string Reason) : CaseEvent
    {
        internal override Case Apply(Case? state, Recorded recorded) => state!.Change(Evidence, e => e with
        {
            Standing = Accepted ? EvidenceStanding.Accepted : EvidenceStanding.Rejected,
            StandingReason = Reason,
        });
    }

    public sealed record Graded(EvidenceId Evidence, SourceGrade Source, InformationGrade Information, string Reason) : CaseEvent
    {
        internal override Case Apply(Case? state, Recorded recorded) => state!.Change(Evidence, e => e with
        {
            Gradings = e.Gradings.Add(new Grading(Source, Information, recorded.By, recorded.At, Reason)),
        });
    }

    public sealed record CustodyRecorded(EvidenceId Evidence, CustodyKind Kind, PersonId Holder, string Note) : CaseEvent
    {
        public PersonId? OfferedTo { get; init; }

        public Circumstances Circumstances { get; init; } = Circumstances.None;

        internal override Case Apply(Case? state, Recorded recorded) => state!.Change(Evidence, e => e with
        {
            Custody = e.Custody.Add(new CustodyEvent(Kind, e.Holder, Holder, recorded.By, recorded.At, Note)
            {
                OfferedTo = OfferedTo,
                Circumstances = Circumstances,
                Order = Kind == CustodyKind.Transferred ? CustodyChain.OrderOf(e.Offer) : null,
            }),
        });
    }

    public sealed record Relabelled(EvidenceId Evidence, Tlp Tlp, string? SourceConsent) : CaseEvent
    {
        public string? Reason { get; init; }

        internal override Case Apply(Case? state, Recorded recorded) => state!.Change(Evidence, e => e with
        {
            Tlp = Tlp,
            Labellings = e.Labellings.Add(new Labelling(e.Tlp, Tlp, recorded.By, recorded.At, Reason, SourceConsent)),
            SourceConsent = SourceConsent ?? e.SourceConsent,
        });
    }

    public sealed record Released(EvidenceId Evidence, Audience To, string Reason) : CaseEvent
    {
        internal override Case Apply(Case? state, Recorded recorded) => state!.Change(Evidence, e => e with
        {
            ReleasedTo = To,
            Releases = e.Releases.Add(new ReleaseRecord(To, recorded.By, recorded.At, Reason, e.Tlp, e.SourceConsent)),
            Custody = e.Custody.Add(new CustodyEvent(CustodyKind.Released, e.Holder, e.Holder, recorded.By, recorded.At, Reason)),
        });
    }

    public sealed record GistWritten(EvidenceId Evidence, Text Gist, string ReasonCode, string SeenBy) : CaseEvent
    {
        // A new gist has not been served on anyone yet.
        internal override Case Apply(Case? state, Recorded recorded) => state!.Change(Evidence, e => e with
        {
            Gist = Gist,
            Withheld = new Withholding(ReasonCode, SeenBy),
            GistServedOn = [],
            Gists = e.Gists.Add(new GistRecord(Gist, ReasonCode, SeenBy, recorded.By, recorded.At)),
        });
    }

    /// <summary>The first of two people has asked for an act that needs both (L4).</summary>
    public sealed record ActProposed(string Act, string Target, Role As, string Reason) : CaseEvent
    {
        /// <summary>The items that an erasure would destroy.</summary>
        public ImmutableArray<EvidenceId> Items { get; init; } = [];

        /// <summary>What was made from them and would keep its bytes.</summary>
        public ImmutableArray<EvidenceId> Kept { get; init; } = [];

        internal override Case Apply(Case? state, Recorded recorded) => state! with
        {
            Pending = new PendingAct(Act, Target, recorded.By, As, recorded.At, Reason) { Items = Items, Kept = Kept },
        };
    }

    public sealed record Quarantined(EvidenceId Evidence, string FoundSha256) : CaseEvent
    {
        internal override Case Apply(Case? state, Recorded recorded) => state!.Change(Evidence, e => e with
        {
            Standing = EvidenceStanding.Quarantined,
            StandingReason = "The stored bytes do not match the recorded digest.",
            Damage = new BeforeDamage(e.Standing, e.StandingReason, state!.CurrentAssessment?.Id, state.EvidenceRoot),
            Custody = e.Custody.Add(new CustodyEvent(CustodyKind.Quarantined, e.Holder, e.Holder, recorded.By, recorded.At, "Digest mismatch on read.")),
        });
    }
}

internal static class EvidenceState
{
    // What a finding discloses and withholds follows from the items: whoever confirms it must confirm what was proposed.
    internal static Case Change(this Case state, EvidenceId id, Func<EvidenceItem, EvidenceItem> change) =>
        state.Replace(change(state.Find(id)!)) with
        {
            Pending = state.Pending is { Act: CaseCommand.PublishAct or CaseCommand.Correct.Act or CaseCommand.DecidePetition.NewVersionAct } ? null : state.Pending,
        };
}

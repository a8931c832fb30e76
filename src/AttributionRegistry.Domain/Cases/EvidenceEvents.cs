using AttributionRegistry.Domain.Scales;

namespace AttributionRegistry.Domain.Cases;

public abstract partial record CaseEvent
{
    public sealed record EvidenceSubmitted(EvidenceId Evidence, EvidenceDescription Described) : CaseEvent
    {
        internal override Case Apply(Case? state, Recorded recorded) => state! with
        {
            Evidence = state.Evidence.Add(new EvidenceItem
            {
                Id = Evidence,
                Described = Described,
                SubmittedBy = recorded.By,
                SubmittedAt = recorded.At,
                Tlp = Described.Tlp,
                Custody = [new CustodyEvent(CustodyKind.Received, null, recorded.By, recorded.By, recorded.At, "Described by its submitter.")],
            }),
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
        internal override Case Apply(Case? state, Recorded recorded) => state!.Change(Evidence, e => e with
        {
            Custody = e.Custody.Add(new CustodyEvent(Kind, e.Holder, Holder, recorded.By, recorded.At, Note)),
        });
    }

    public sealed record Relabelled(EvidenceId Evidence, Tlp Tlp, string? SourceConsent) : CaseEvent
    {
        internal override Case Apply(Case? state, Recorded recorded) => state!.Change(Evidence, e => e with
        {
            Tlp = Tlp,
            SourceConsent = SourceConsent ?? e.SourceConsent,
        });
    }

    public sealed record Released(EvidenceId Evidence, Audience To, string Reason) : CaseEvent
    {
        internal override Case Apply(Case? state, Recorded recorded) => state!.Change(Evidence, e => e with
        {
            ReleasedTo = To,
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
        });
    }

    /// <summary>The first of two people has asked for an act that needs both (L4).</summary>
    public sealed record ActProposed(string Act, string Target, Role As, string Reason) : CaseEvent
    {
        internal override Case Apply(Case? state, Recorded recorded) => state! with
        {
            Pending = new PendingAct(Act, Target, recorded.By, As, recorded.At, Reason),
        };
    }

    public sealed record Erased(EvidenceId Evidence, string LegalBasis, string Reason, PersonId ProposedBy) : CaseEvent
    {
        internal override Case Apply(Case? state, Recorded recorded) => state!.Change(Evidence, e => e with
        {
            Standing = EvidenceStanding.Erased,
            StandingReason = Reason,
            Custody = e.Custody.Add(new CustodyEvent(CustodyKind.Erased, e.Holder, e.Holder, recorded.By, recorded.At, Reason)),
        }) with
        { Pending = null };
    }

    public sealed record Quarantined(EvidenceId Evidence, string FoundSha256) : CaseEvent
    {
        internal override Case Apply(Case? state, Recorded recorded) => state!.Change(Evidence, e => e with
        {
            Standing = EvidenceStanding.Quarantined,
            StandingReason = "The stored bytes do not match the recorded digest.",
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

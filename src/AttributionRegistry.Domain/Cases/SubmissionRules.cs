using System.Collections.Immutable;
using AttributionRegistry.Domain.Scales;

namespace AttributionRegistry.Domain.Cases;

public abstract partial record CaseCommand
{
    /// <summary>Describes an item of evidence. Its bytes follow, once, in a second step. A copy names its original (E3).</summary>
    public sealed record SubmitEvidence(EvidenceId Id, EvidenceDescription Described) : CaseCommand
    {
        // Custodians make copies of what they hold; new evidence comes from analysts.
        public override Duty Duty { get; } = new([Role.Analyst, Role.Custodian], EvidenceOpen);

        /// <summary>For each original that is named: the commitment to its bytes as the log has it.</summary>
        public IReadOnlyDictionary<EvidenceId, string> Commitments { get; init; } = ImmutableDictionary<EvidenceId, string>.Empty;

        internal override Decision<CaseEvent> Decide(Case state, Policy policy)
        {
            if (string.IsNullOrWhiteSpace(Described.Title) || Described.Description.IsBlank)
            {
                return Refusal.Invalid("description-missing", "An item of evidence has a title and a description.", "/description");
            }

            if (string.IsNullOrWhiteSpace(Described.InterestInOutcome))
            {
                return Refusal.Invalid("interest-missing", "The submitter declares their interest in the outcome; \"none\" is an answer.", "/interestInOutcome");
            }

            if (Described.Parents.IsEmpty && !state.Is(By, Role.Analyst))
            {
                return Refusal.Forbidden("role-required", "New evidence needs the role analyst in this case; a custodian submits copies of what is here.");
            }

            for (var i = 0; i < Described.Parents.Length; i++)
            {
                if (Derivations.Fault(state, Described.Parents[i], At, $"/parents/{i}") is { } fault)
                {
                    return fault;
                }
            }

            if (string.IsNullOrWhiteSpace(Described.SourceConsent) && Described.Parents.Any(p => Described.Tlp.IsWiderThan(state.Find(p.Original)!.Tlp)))
            {
                return Refusal.Conflict("source-consent-missing", "A copy with a wider label than its original needs the source's recorded consent (E6).", "/sourceConsent");
            }

            // V-03: whoever submits evidence cannot decide on it.
            return state.Panel?.SeatOf(By.Id) is { Removed: false }
                ? Refusal.Forbidden("duties-not-separable", "A member of the panel cannot submit evidence in the case.")
                : Submitted(state);
        }

        private CaseEvent.EvidenceSubmitted Submitted(Case state)
        {
            var name = string.IsNullOrWhiteSpace(Described.SourceName) ? null : Described.SourceName.Trim();
            return new CaseEvent.EvidenceSubmitted(Id, Described with { SourceName = null })
            {
                From = [.. Described.Parents.Select(p => new DerivedFrom(p.Original, p.How, Commitments[p.Original]))],
                SourceName = name,
                SourcePseudonym = name is null ? null : PseudonymOf(state, name),
            };
        }

        // Only one's own earlier word is recognised: else a submitter could try names to learn who the sources of others are.
        private string PseudonymOf(Case state, string name) =>
            state.LivingSources.Find(s => s.NamedBy == By.Id && string.Equals(s.Name, name, StringComparison.OrdinalIgnoreCase))?.Pseudonym
            ?? $"Source {state.LivingSources.Count + 1}";
    }

    /// <summary>
    /// Submits a copy that the registry made itself by taking the metadata out, together with its bytes and what was found.
    /// The original is only read (E3).
    /// </summary>
    public sealed record SubmitStripped(EvidenceId Id, EvidenceDescription Described, Payload Payload, MetadataReport Report) : CaseCommand
    {
        public override Duty Duty { get; } = new([Role.Analyst, Role.Custodian], EvidenceOpen);

        public IReadOnlyDictionary<EvidenceId, string> Commitments { get; init; } = ImmutableDictionary<EvidenceId, string>.Empty;

        internal override Decision<CaseEvent> Decide(Case state, Policy policy)
        {
            if (Described.Parents is not [{ How: Derivation.MetadataStripped, Original: var original }])
            {
                throw new InvalidOperationException("A stripped copy has one original.");
            }

            var submitted = new SubmitEvidence(Id, Described) { By = By, At = At, Commitments = Commitments }.Decide(state, policy);
            return submitted.IsRefused ? submitted
                : !state.MayReadPayload(By, state.Find(original)!) ? CaseDecider.NoSuchCase
                : Decision<CaseEvent>.Accept([.. submitted.Events, new CaseEvent.PayloadSealed(Id, Payload), new CaseEvent.MetadataFound(Id, Report)]);
        }
    }

    /// <summary>Says that two items rest on one original report, so that they count once, or takes that back with a reason (E8).</summary>
    public sealed record LinkOrigin(EvidenceId Evidence, EvidenceId Other, bool Linked, string Reason) : CaseCommand
    {
        public override Duty Duty { get; } = new([Role.Analyst, Role.Custodian, Role.LeadAssessor], EvidenceOpen, BeforeFreezing: true);

        internal override Decision<CaseEvent> Decide(Case state, Policy policy)
        {
            if (state.Find(Evidence) is null)
            {
                return CaseDecider.NoSuchCase;
            }

            if (Other == Evidence || state.Find(Other) is null)
            {
                return Refusal.Invalid("other-unknown", "A link names another item of the same case.", "/other");
            }

            if (string.IsNullOrWhiteSpace(Reason))
            {
                return Transitions.NoReason;
            }

            var now = state.OriginLinks.LastOrDefault(l => l.Is(Evidence, Other)) is { Linked: true };
            return now == Linked
                ? Refusal.Conflict("link-unchanged", Linked ? "These items are linked already." : "These items are not linked by hand.")
                : new CaseEvent.OriginLinked(Evidence, Other, Linked, Reason);
        }
    }
}

internal static class Derivations
{
    /// <summary>What is wrong with an original that a copy names, or with the activity that made the copy.</summary>
    internal static Refusal? Fault(Case state, Parent parent, DateTimeOffset at, string pointer) => (state.Find(parent.Original), parent.Activity) switch
    {
        (null, _) => Refusal.Invalid("parent-unknown", "A copy names an original of the same case (E3).", $"{pointer}/original"),
        ({ Standing: EvidenceStanding.Quarantined or EvidenceStanding.Erased }, _) =>
            Refusal.Conflict("evidence-not-usable", "The original is quarantined or erased; nothing can be derived from it.", $"{pointer}/original"),
        ({ Payload: null }, _) => Refusal.Conflict("original-unsealed", "A copy proves its original by the recorded digest, and this original has none (E3).", $"{pointer}/original"),
        (_, null) => Refusal.Invalid("activity-missing", "A copy says with which tool, version and settings it was made, and by whom.", $"{pointer}/activity"),
        (_, { } a) when string.IsNullOrWhiteSpace(a.Tool) || string.IsNullOrWhiteSpace(a.ToolVersion) || string.IsNullOrWhiteSpace(a.Operator) =>
            Refusal.Invalid("activity-missing", "Tool, version and operator are named.", $"{pointer}/activity"),
        (_, { } a) when a.StartedAt > a.EndedAt || a.StartedAt > at || a.EndedAt > at =>
            Refusal.Invalid("activity-times", "An activity starts before it ends, and has ended when its result is submitted.", $"{pointer}/activity"),
        _ => null,
    };
}

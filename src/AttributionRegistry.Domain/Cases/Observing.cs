using System.Collections.Immutable;
using AttributionRegistry.Domain.Stix;

namespace AttributionRegistry.Domain.Cases;

/// <summary>The format of a structured item.</summary>
public enum StructuredFormat
{
    Stix21,
    Misp,
}

/// <summary>What a reading of a structured item found. No observable is in it: those stand in the item's bytes, and go with them.</summary>
/// <param name="Format">The format as which it was read.</param>
/// <param name="Objects">How many objects of which type.</param>
/// <param name="UnknownObjects">Objects of types that the specification does not have; they are in the item as they came.</param>
/// <param name="UnknownProperties">Properties that the specification does not have, in objects that it has.</param>
/// <param name="Observables">How many different observables were found and indexed.</param>
/// <param name="Ignored">Values and comparisons that are not searched for.</param>
/// <param name="Truncated">True when there are more observables than are indexed for one item.</param>
/// <param name="ListSha256">SHA-256 of the list of observables, one "kind, tab, value, tab, count" a line in order.</param>
public sealed record ObservableReport(
    StructuredFormat Format, ImmutableArray<ObjectCount> Objects, int UnknownObjects, int UnknownProperties, int Observables, int Ignored, bool Truncated, string ListSha256);

public abstract partial record CaseCommand
{
    /// <summary>
    /// Records what a reading of a structured item found. A separate act after sealing, by whoever submitted the item, a custodian or a
    /// lead assessor; it may be repeated, and the last one counts.
    /// </summary>
    public sealed record RecordObservables(EvidenceId Evidence, ObservableReport Report) : CaseCommand
    {
        public override Duty Duty { get; } = new([Role.Analyst, Role.Custodian, Role.LeadAssessor], EvidenceHandled);

        /// <summary>As which format items of a kind are read; null for what is not structured.</summary>
        public static StructuredFormat? FormatOf(EvidenceKind kind) => kind switch
        {
            EvidenceKind.StixBundle => StructuredFormat.Stix21,
            EvidenceKind.MispEvent => StructuredFormat.Misp,
            _ => null,
        };

        internal override Decision<CaseEvent> Decide(Case state, Policy policy) => state.Find(Evidence) switch
        {
            null => CaseDecider.NoSuchCase,
            { SubmittedBy: var submitter } when submitter != By.Id && !state.RolesOf(By).Overlaps([Role.Custodian, Role.LeadAssessor]) =>
                Refusal.Forbidden("not-for-observables", "The submitter, a custodian or a lead assessor has an item's observables read."),
            { Described.Kind: var kind } when FormatOf(kind) is null =>
                Refusal.Conflict("not-structured", "Observables are read from items of the kinds stixBundle and mispEvent."),
            { Payload: null } => Refusal.Conflict("payload-missing", "There are no recorded bytes to read."),
            { Standing: EvidenceStanding.Quarantined or EvidenceStanding.Erased } => NotUsable,
            _ => new CaseEvent.ObservablesRecorded(Evidence, Report),
        };
    }
}

public abstract partial record CaseEvent
{
    /// <summary>
    /// A structured item was read. The report is a member that the log only commits to. It changes nothing that a finding rests on, so a
    /// proposed publication stands.
    /// </summary>
    public sealed record ObservablesRecorded(EvidenceId Evidence, ObservableReport Report) : CaseEvent
    {
        internal override Case Apply(Case? state, Recorded recorded) => state!.Replace(state.Find(Evidence)! with { Observables = Report });
    }
}
